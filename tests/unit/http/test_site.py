"""Pages are served as they were built, and may ask nobody but who serves them."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dcep.http.app import Service, build, describe
from dcep.http.edge import Edge
from dcep.http.site import site
from tests.unit.http.test_edge import Answer

LEDGER = "http://127.0.0.1:8802"
SCRIPT = b"export const yuan = 1;\n" * 100


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """Return a folder of built pages."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "wallet.html").write_text("<!doctype html><title>Wallet</title>", encoding="utf-8")
    (tmp_path / "board.html").write_text("<!doctype html><title>Board</title>", encoding="utf-8")
    (tmp_path / "wallet-worker.js").write_text("self", encoding="utf-8")
    (tmp_path / "assets" / "wallet-Aa09_-.js").write_bytes(SCRIPT)
    (tmp_path / "assets" / "reader-1.wasm").write_bytes(b"\0asm")
    (tmp_path / "secret.txt").write_text("not a page", encoding="utf-8")
    return tmp_path


class Served(Answer):
    """An answer with the names of all its headers, as they came."""

    def __init__(self, messages: Sequence[dict[str, Any]]) -> None:
        super().__init__(messages)
        self.names = [name.decode() for name, _ in messages[0]["headers"]]


def ask(built: Path, path: str, **headers: str) -> Served:
    """Ask a service that has the wallet and the board."""
    return asyncio.run(_ask(build(_service(built)), path, headers))


def test_a_page_is_asked_for_anew_and_its_files_are_kept(built: Path) -> None:
    """A page names its files by their hashes: whoever has the page of today has the files of today."""
    page, script = ask(built, "/wallet"), ask(built, "/assets/wallet-Aa09_-.js")

    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["cache-control"] == "no-cache"
    assert (script.status, script.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert script.body == SCRIPT
    assert ask(built, "/assets/reader-1.wasm").headers["content-type"] == "application/wasm"


def test_a_page_may_ask_its_own_service_and_the_ledger(built: Path) -> None:
    """Whatever script were brought in, it is not run, and nothing is sent to anybody else."""
    wallet, board = (ask(built, path).headers["content-security-policy"] for path in ("/wallet", "/board"))

    assert f"connect-src 'self' {LEDGER};" in wallet
    assert wallet.startswith("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';")
    assert "; script-src 'self'; " in board
    assert "unsafe-inline" not in wallet + board


def test_a_page_has_its_own_policy_and_each_other_header_once(built: Path) -> None:
    """Two policies would be taken together, and two answers about keeping contradict each other."""
    names = ask(built, "/wallet").names

    assert {"x-content-type-options", "referrer-policy", "x-request-id"} <= set(names)
    assert len(names) == len(set(names))


def test_who_takes_it_packed_gets_it_packed(built: Path) -> None:
    """The first load over a phone's network is what people wait for."""
    packed = ask(built, "/assets/wallet-Aa09_-.js", accept_encoding="gzip, br")

    assert packed.headers["content-encoding"] == "gzip"
    assert len(packed.body) < len(SCRIPT) / 10
    assert gzip.decompress(packed.body) == SCRIPT


@pytest.mark.parametrize(
    "path", ["/assets/..%2Fsecret.txt", "/assets/../secret.txt", "/assets/none.js", "/assets/.hidden", "/assets/wallet"]
)
def test_nothing_else_is_served(built: Path, path: str) -> None:
    """A name from outside never leads out of the folder of pages."""
    assert ask(built, path).status == 404


def test_a_page_that_was_not_built_says_what_to_do(built: Path) -> None:
    """In a checkout the pages are there once they were built; nobody should look for a fault elsewhere."""
    (built / "board.html").unlink()

    problem = msgspec.json.decode(ask(built, "/board").body)

    assert (problem["code"], problem["next_step"]) == ("no_such_page", "in a checkout: make setup")


def test_the_worker_stands_beside_the_page(built: Path) -> None:
    """A worker may look after pages below its own place only."""
    worker = ask(built, "/wallet-worker.js")

    assert (worker.status, worker.headers["cache-control"]) == (200, "no-cache")


def test_pages_are_no_routes_of_the_interface(built: Path) -> None:
    """What machines may ask is described; a page is for people."""
    paths = describe(_service(built))["paths"]

    assert not any("wallet" in path or "assets" in path for path in paths)


def _service(built: Path) -> Service:
    return Service(
        title="A test",
        kind="test",
        network="00",
        routes=site(("wallet", "board"), [f"{LEDGER}/v1"], built=built),
        missing=list,
        ids=iter(["id-1"]),
    )


async def _ask(edge: Edge, path: str, headers: Mapping[str, str]) -> Served:
    sent: list[dict[str, Any]] = []

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
    }
    await edge(scope, receive, send)
    return Served(sent)
