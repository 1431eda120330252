"""The routes of a service's pages.

1. A page is `/NAME`, read anew by every browser: it names the files that it is made of.
2. Those lie under `/assets` and carry their hash in their name, so they are kept for ever and never asked for again.
3. The wallet's worker stands beside its page: a worker sees no page above its own place.
4. What was not built is told as such: a checkout has pages once `make setup` has run, an installed program always.
"""

from __future__ import annotations

import gzip
import mimetypes
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Final

from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from dcep.http.problems import Problem
from dcep.http.site.policy import policy_of

_BUILT: Final = resources.files("dcep") / "pages"
_WORKER: Final = "wallet-worker.js"
# One segment of plain letters: nothing leads out of the folder.
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,100}(\.[A-Za-z0-9_-]{1,20}){1,3}")
_ANEW: Final = {"cache-control": "no-cache"}
_FOR_EVER: Final = {"cache-control": "public, max-age=31536000, immutable"}
# What a machine says may differ, and a browser runs no script of another type. The framework adds the UTF-8 of texts.
_TYPES: Final = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
}


def site(
    pages: Sequence[str], services: Iterable[str] = (), *, built: Traversable = _BUILT
) -> list[ControllerRouterHandler]:
    """Return the routes of a service's pages.

    Args:
        pages: their names, such as `wallet`.
        services: addresses of the services that the pages ask besides their own.
        built: the folder where they were built.
    """
    asked, files = tuple(services), _Files(built)
    routes: list[ControllerRouterHandler] = [_page(page, policy_of(page, asked), files) for page in pages]
    if "wallet" in pages:
        routes.append(_worker(policy_of("wallet", asked), files))
    return [*routes, _assets(files)]


class _Files:
    """The files that were built, each read once, packed for whoever takes it packed."""

    def __init__(self, built: Traversable) -> None:
        self._built = built
        self._read = cache(self._read_once)

    def answer(self, path: Sequence[str], headers: Mapping[str, str], request: Request[Any, Any, Any]) -> Any:
        """Return a file as an answer; 404 `no_such_page` if it was not built."""
        plain, packed = self._read(tuple(path))
        told = {**headers, "vary": "accept-encoding"}
        kind = _type_of(path[-1])
        if "gzip" in request.headers.get("accept-encoding", "") and len(packed) < len(plain):
            return Response(packed, media_type=kind, headers={**told, "content-encoding": "gzip"})
        return Response(plain, media_type=kind, headers=told)

    def _read_once(self, path: tuple[str, ...]) -> tuple[bytes, bytes]:
        file = self._built.joinpath(*path)
        if not (_NAME.fullmatch(path[-1]) and file.is_file()):
            # 4.
            raise Problem(404, "no_such_page", "this page was not built", next_step="in a checkout: make setup")
        content = file.read_bytes()
        return content, gzip.compress(content, mtime=0)


# 1.


def _page(name: str, policy: str, files: _Files) -> ControllerRouterHandler:
    headers = {**_ANEW, "content-security-policy": policy, "cross-origin-opener-policy": "same-origin"}

    @get(f"/{name}", include_in_schema=False, sync_to_thread=True)
    def page(request: Request[Any, Any, Any]) -> Any:
        return files.answer([f"{name}.html"], headers, request)

    return page


# 2.


def _assets(files: _Files) -> ControllerRouterHandler:
    @get("/assets/{file:str}", include_in_schema=False, sync_to_thread=True)
    def asset(request: Request[Any, Any, Any], file: FromPath[str]) -> Any:
        return files.answer(["assets", file], _FOR_EVER, request)

    return asset


# 3.


def _worker(policy: str, files: _Files) -> ControllerRouterHandler:
    @get(f"/{_WORKER}", include_in_schema=False, sync_to_thread=True)
    def worker(request: Request[Any, Any, Any]) -> Any:
        return files.answer([_WORKER], {**_ANEW, "content-security-policy": policy}, request)

    return worker


def _type_of(name: str) -> str:
    ending = f".{name.rpartition('.')[2]}"
    return _TYPES.get(ending) or mimetypes.types_map.get(ending, "application/octet-stream")
