"""A whole currency on one machine: it comes up, survives the death of any process, stops cleanly, and is as it was."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from dcep.errors import DcepError
from dcep.services.settings import papers_in
from tests.faults.services.customers import Customer
from tests.street import key

_PATIENCE_S: Final = 90.0
_OPENING: Final = 7 * 10**9
_KINDS: Final = {"tier1": "tier1", "shard-000": "ledger", "central-bank": "central-bank"} | dict.fromkeys(
    ("icbc", "abc", "boc", "ccb", "alipay", "wechat", "unionpay", "eighth"), "operator"
)
_DCEP: Final = (sys.executable, "-c", "from dcep.cli.app import main; main()")
# The same, but that certificates are looked at twice a second and not every hour.
_HASTY: Final = (
    sys.executable,
    "-c",
    "from dcep.services import up; up.RENEW_EVERY_S = 0.5; from dcep.cli.app import main; main()",
)


class Currency:
    """`dcep up` over a data folder, as its user sees it."""

    def __init__(self, data: Path, port: int) -> None:
        self.data, self.port = data, port
        self._process: subprocess.Popen[bytes] | None = None
        self.services: dict[str, dict[str, Any]] = {}

    def line(self, *more: str) -> list[str]:
        return [*_HASTY, "up", "--data", str(self.data), "--port", str(self.port), "--json", *more]

    def start(self, *more: str, browser: Path | None = None) -> dict[str, Any]:
        environment = os.environ if browser is None else {**os.environ, "BROWSER": str(browser)}
        self._process = subprocess.Popen(self.line(*more), stdout=subprocess.PIPE, env=environment)
        assert self._process.stdout is not None
        with self._process.stdout as said:
            told: dict[str, Any] = json.loads(said.readline())
        self.services = {service["name"]: service for service in told["services"]}
        return told

    def stop(self) -> int:
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(_PATIENCE_S)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def ask(self, name: str, path: str, *, post: Any = None, key: str = "") -> httpx.Response:
        """Ask a service as its staff, again and again while it is being started."""
        staff = papers_in(self.data / "central-bank/keys/staff.key", self.data / "central-bank/staff.pem")
        content = b"" if post is None else json.dumps(post).encode()
        headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
        end = time.monotonic() + _PATIENCE_S
        while True:
            try:
                method = "GET" if post is None else "POST"
                url = self.services[name]["url"] + path
                signed = {**headers, **staff.seal(method, url, content)}
                answered = httpx.request(method, url, content=content, headers=signed, trust_env=False)
                if answered.status_code != 503:
                    return answered
            except httpx.TransportError:
                pass
            assert time.monotonic() < end, f"{name} does not answer"
            time.sleep(0.1)

    def customer(self, operator: str) -> Customer:
        """Return somebody who has a key and knows where an operator is."""
        return Customer(self.services[operator]["url"], key("holder", operator))

    def replace(self, name: str) -> int:
        """Let an institution's key be stolen, and give it another one while the currency runs."""
        line = [*_DCEP, "certificates", "replace", name, "--data", str(self.data), "--stolen"]
        return subprocess.run(line, check=False, stdout=subprocess.DEVNULL).returncode

    def renewed(self, name: str) -> bool:
        """Say whether a certificate that is gone is made anew while the currency runs."""
        certificate = self.data / name / "institution.pem"
        certificate.unlink()
        end = time.monotonic() + _PATIENCE_S
        while not certificate.exists() and time.monotonic() < end:
            time.sleep(0.05)
        return certificate.exists()

    def issue(self, order: str, amount: int) -> str:
        """Ask for an issue, and return its state once the reserves are locked."""
        wanted = {"kind": "issue", "operator": 1, "amount_fen": amount}
        self.ask("central-bank", "/v1/orders", post=wanted, key=order)
        return self.state_of(order, "requested")

    def state_of(self, order: str, wanted: str) -> str:
        end = time.monotonic() + _PATIENCE_S
        while True:
            state: str = self.ask("central-bank", f"/v1/orders/{order}").json()["state"]
            if state == wanted or time.monotonic() > end:
                return state
            time.sleep(0.1)


@pytest.fixture
def currency(tmp_path: Path) -> Iterator[Currency]:
    """Return a currency that nobody has started."""
    # A hundred ports above a free one are hardly anybody's on a machine that tests.
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    opened = Currency(tmp_path / "currency", min(port, 65_000))
    yield opened
    for service in opened.services.values():
        assert not _is_alive(service["pid"]), f"{service['name']} was left behind"


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_currency_comes_up_and_a_newcomer_exchanges(currency: Currency, tmp_path: Path) -> None:
    """One line, and there are two ledgers, a central bank, seven operators with money to exchange and one without.

    The browser is shown the wallet and the board, and every page that the report names is there.
    """
    browser, shown = tmp_path / "browser", tmp_path / "shown"
    browser.write_text(f'#!/bin/sh\necho "$1" >> "{shown}"\n')
    browser.chmod(0o700)

    told = currency.start("--open", browser=browser)
    supply = currency.ask("central-bank", "/v1/supply").json()["supply"]
    admitted = [each["operator"] for each in currency.ask("central-bank", "/v1/operators").json()["items"]]
    li = currency.customer("icbc")
    li.open_wallet()
    exchanged = li.ended(li.exchange("e", 5_000))
    with pytest.raises(DcepError, match="not_admitted"):
        currency.customer("eighth").open_wallet()
    pages = {page["name"]: page["url"] for page in told["pages"]}
    answered = {name: httpx.get(url, trust_env=False).status_code for name, url in pages.items()}
    stopped = currency.stop()

    assert answered == dict.fromkeys(("wallet", "pos", "desk", "board", "pilot"), 200)
    assert sorted(shown.read_text().split()) == sorted([pages["wallet"], pages["board"]])
    assert {service["name"]: service["kind"] for service in told["services"]} == _KINDS
    assert (told["ready"], stopped, exchanged["state"]) == (True, 0, "settled")
    assert (supply["issued_fen"], supply["bank_vaults_fen"], supply["law_holds"]) == (_OPENING, _OPENING, True)
    assert supply["reserve_fen"] == _OPENING
    assert admitted == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.long
def test_a_currency_that_is_started_again_is_as_it_was(currency: Currency) -> None:
    """The same line goes on where it stopped; certificates are renewed meanwhile, and stolen keys replaced."""
    currency.start()
    network = currency.ask("tier1", "/version").json()["network"]
    requested = currency.issue("first", 5_000)
    li = currency.customer("icbc")
    li.open_wallet()
    li.ended(li.exchange("e", 5_000))
    running = subprocess.run(currency.line(), capture_output=True, check=False, text=True)
    stopped = currency.stop()

    again = currency.start()
    order = currency.ask("central-bank", "/v1/orders/first").json()
    names = ("central-bank-staff", "central-bank", "shard-000", "icbc", "icbc-counter")
    replaced = [currency.replace(name) for name in names]
    renewed = [currency.renewed(name) for name in ("central-bank", "icbc")]
    reserves = currency.ask("central-bank", "/v1/reserves").json()
    same = currency.ask("shard-000", "/version").json()["network"]
    li.ended(li.exchange("f", 700))
    assert currency.stop() == 0

    assert (again["ready"], requested, stopped) == (True, "requested", 0)
    assert (running.returncode, running.stdout) == (3, "")
    assert "currency_running" in running.stderr
    assert (order["state"], reserves["locked_fen"], same) == ("requested", _OPENING + 5_000, network)
    assert (replaced, renewed) == ([0] * len(names), [True, True])


@pytest.mark.long
def test_any_process_may_be_killed_and_nothing_is_lost(currency: Currency) -> None:
    """It is started again; what was asked for stands, and what is asked for then counts once. The supervisor too."""
    currency.start()
    li = currency.customer("icbc")
    li.open_wallet()
    for number, name in enumerate(currency.services):
        currency.issue(f"before-{name}", 1_000)
        under_way = li.exchange(f"before-{name}", 100)

        os.kill(currency.services[name]["pid"], signal.SIGKILL)

        assert li.ended(under_way)["state"] == li.ended(li.exchange(f"after-{name}", 10))["state"] == "settled"
        assert currency.issue(f"after-{name}", 1_000) == "requested"
        assert currency.ask(name, "/readyz").status_code == 200
        assert currency.ask("central-bank", "/v1/reserves").json()["locked_fen"] == _OPENING + 2_000 * (number + 1)
    currency.kill()

    currency.start()

    count = len(currency.services)
    assert currency.ask("central-bank", "/v1/reserves").json()["locked_fen"] == _OPENING + 2_000 * count
    assert li.wallet["balance_fen"] == 110 * count
    assert currency.stop() == 0
    # The numbers of the first start are of processes that died, one after the other.
    currency.services = {}


@pytest.mark.long
def test_a_copy_of_a_currency_that_was_stopped_is_the_currency(currency: Currency, tmp_path: Path) -> None:
    """As the operating guide says: ledgers, keys, certificates and databases of one moment, in any other folder."""
    currency.start()
    li = currency.customer("icbc")
    li.open_wallet()
    li.ended(li.exchange("e", 5_000))
    currency.issue("first", 5_000)
    currency.stop()
    archive, elsewhere = tmp_path / "currency.tar", tmp_path / "elsewhere"
    subprocess.run(["tar", "--create", "--file", archive, "--directory", tmp_path, "currency"], check=True)
    shutil.rmtree(currency.data)
    elsewhere.mkdir()
    subprocess.run(["tar", "--extract", "--preserve-permissions", "--file", archive, "-C", elsewhere], check=True)
    currency.data = elsewhere / "currency"

    currency.start()
    balance = li.wallet["balance_fen"]
    li.ended(li.exchange("f", 700))
    state = currency.state_of("first", "requested")
    stopped = currency.stop()

    verified = subprocess.run([*_DCEP, "verify", str(currency.data)], stdout=subprocess.DEVNULL, check=False)
    assert (balance, state, stopped, verified.returncode) == (5_000, "requested", 0, 0)


@pytest.mark.long
def test_an_operator_whose_keys_were_lost_is_not_begun_anew(currency: Currency) -> None:
    """The central bank has admitted other keys: with new ones every order of the operator would be refused."""
    currency.start()
    currency.stop()
    currency.services = {}
    keys = currency.data / "icbc" / "keys"
    (keys / "vault.key").rename(currency.data / "vault.key")
    one_gone = subprocess.run(currency.line(), capture_output=True, check=False, text=True)
    shutil.rmtree(currency.data / "icbc")

    all_gone = subprocess.run(currency.line(), capture_output=True, check=False, text=True)

    assert (one_gone.returncode, "missing_key" in one_gone.stderr) == (2, True)
    assert (all_gone.returncode, "not_inaugurated" in all_gone.stderr) == (1, True)


def test_ports_that_somebody_else_has_are_told_before_anything_is_made(currency: Currency) -> None:
    """Whoever answers there would be taken for a process of this currency, and asked for its orders."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", currency.port + 25))
        other.listen()
        refused = subprocess.run(currency.line(), capture_output=True, check=False, text=True)

    assert (refused.returncode, refused.stdout) == (3, "")
    assert f"address_in_use: 127.0.0.1:{currency.port + 25}" in refused.stderr
    assert not (currency.data / "ledger").exists()


def test_the_production_profile_refuses_every_stand_in_by_name(currency: Currency) -> None:
    """Before anything is made: nobody starts a real currency upon a stand-in by accident."""
    refused = subprocess.run(currency.line("--profile", "production"), capture_output=True, check=False, text=True)

    assert refused.returncode == 2
    assert "stand_ins" in refused.stderr
    names = ("SimulatedSettlement", "SimulatedCoreBanking", "SimulatedKyc", "EmbeddedTier1", "OneHand")
    channels = ("SimulatedAlipayChannel", "SimulatedWechatChannel", "SimulatedUnionpayChannel")
    assert all(name in refused.stderr for name in (*names, *channels))
    assert not currency.data.exists()
