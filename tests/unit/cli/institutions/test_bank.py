"""`dcep bank`: an operator's counter, against the real service over HTTP. Names are shown here, and nowhere else."""

from __future__ import annotations

import webbrowser
from collections.abc import Iterator
from pathlib import Path
from shutil import copy
from typing import Final

import pytest

from dcep.ids import WalletId
from dcep.messages.classes import WalletClass
from dcep.money import Fen
from dcep.services import machine
from tests.institutions import COUNTER
from tests.street import free_ports
from tests.town import evidence_of, open_town, open_wallet
from tests.unit.cli.institutions.serving import Said, run, served
from tests.unit.operators.routes.visits import House

_BASIS: Final = "case 2026-17"


class Branch:
    """Somebody at the counter of operator 1, and Li's wallet."""

    def __init__(self, house: House, data: Path, li: WalletId, capsys: pytest.CaptureFixture[str]) -> None:
        self.house, self.data, self.li, self._capsys = house, data, f"{li:016}", capsys

    def run(self, *words: str) -> Said:
        """Run `dcep bank` in the town's time."""
        with pytest.MonkeyPatch.context() as here:
            here.setattr(machine, "now", lambda: self.house.town.now)
            return run(self._capsys, "bank", *words, "--data", str(self.data))

    def exchange(self, fen: int, key: str) -> None:
        """Let Li order an exchange that nobody carries on yet."""
        self.house.bank.saga.exchange(WalletId(int(self.li)), Fen(fen), key=key, now=self.house.town.now)


@pytest.fixture
def branch(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Branch]:
    """Return a counter, with one customer of class II."""
    (port,) = free_ports(1)
    with open_town(f"sqlite:///{tmp_path / 'bank.db'}", f"sqlite:///{tmp_path / 'core.db'}") as (town, bank, core):
        house = House(town, bank, core, tmp_path / "identity", f"http://127.0.0.1:{port}")
        evidence = evidence_of(1, WalletClass.II)
        core.open_account(evidence.deposit_account)
        core.fund("fund", evidence.deposit_account, Fen(100_000), now=town.now)
        li = open_wallet(town, bank, evidence, WalletClass.II, "li")
        folder = tmp_path / "currency" / "icbc"
        (folder / "keys").mkdir(parents=True)
        (folder / "settings.toml").write_text(f'host = "127.0.0.1"\nport = {port}\n')
        house.institutions.papers(COUNTER)
        party = house.institutions.party(COUNTER)
        copy(party.certificate, folder / "counter.pem")
        copy(party.key, folder / "keys" / "counter.key")
        with served(lambda: house.edge, port):
            yield Branch(house, tmp_path / "currency", li, capsys)
        house.close()


def test_the_counter_sees_who_holds_a_wallet_by_name_or_number_of_the_bank(branch: Branch) -> None:
    """All that was shown for the class; the operator is named as its folder is, or by its number."""
    said = branch.run("customer", branch.li)
    by_number = branch.run("customer", branch.li, "--operator", "001", "--json")
    stranger = branch.run("customer", f"{branch.house.bank.vault:016}")
    misspelt = branch.run("customer", branch.li[:-1])
    elsewhere = branch.run("customer", branch.li, "--operator", "2")

    evidence = evidence_of(1, WalletClass.II)
    assert said.out.splitlines()[0] == f"wallet {branch.li}, class II"
    assert f"name          {evidence.name}" in said.out
    assert by_number.document["phone"] == evidence.phone
    assert (stranger.code, stranger.err.partition(":")[0]) == (2, "not_your_customer")
    assert (misspelt.code, "bad_wallet_id" in misspelt.err) == (2, True)
    assert (elsewhere.code, "abc" in elsewhere.err) == (2, True)


def test_a_wallet_is_frozen_and_freed_on_a_basis(branch: Branch) -> None:
    """The same line twice is one order; it is followed to its end by the line that stands below it."""
    frozen = branch.run("freeze", branch.li, "--basis", _BASIS, "--scope", "both", "--id", "f")
    again = branch.run("freeze", branch.li, "--basis", _BASIS, "--scope", "both", "--id", "f")
    other = branch.run("freeze", branch.li, "--basis", "case 18", "--id", "f")
    branch.house.rest()
    order = frozen.out.partition(":")[0]
    ended = branch.run("order", order, "--wait")
    freed = branch.run("unfreeze", branch.li, "--basis", _BASIS, "--json")
    branch.house.rest()

    assert (frozen.code, frozen.out) == (again.code, again.out)
    assert frozen.out.splitlines()[-1].startswith(f"next: dcep bank order {order} --wait")
    assert (other.code, other.err.partition(":")[0]) == (2, "idempotency_key_reused")
    assert "done" in ended.out
    assert branch.run("order", freed.document["id"], "--json").document["state"] == "done"


def test_a_lost_answer_is_healed_by_the_same_line(branch: Branch) -> None:
    """The key that was drawn is named with the error."""
    lost = branch.run("freeze", branch.li, "--basis", _BASIS, "--url", "http://127.0.0.1:9")

    assert (lost.code, lost.err.partition(":")[0]) == (3, "service_unreachable")
    assert "run the same line again with --id " in lost.err


def test_orders_in_flight_are_shown_until_they_end(branch: Branch) -> None:
    """In pages, the oldest first; when nothing is in flight that is said."""
    for number in range(3):
        branch.exchange(1 + number, f"e{number}")

    page = branch.run("orders", "--limit", "2")
    cursor = page.out.split("--cursor ")[1].split()[0]
    rest = branch.run("orders", "--cursor", cursor, "--json")
    branch.house.rest()
    quiet = branch.run("orders")

    assert [line.split()[1] for line in page.out.splitlines()[1:3]] == ["exchange", "exchange"]
    assert len(rest.document["items"]) == 1
    assert quiet.out == "no order is in flight\n"


def test_the_books_of_a_day_are_held_against_each_other(branch: Branch) -> None:
    """A day that has not ended is no day; what differs is exit code 1, each by its name."""
    branch.exchange(500, "e")
    branch.house.rest()
    today = branch.run("reconcile", "2021-01-01", "--allocated", "0")
    branch.house.town.next_day()

    good = branch.run("reconcile", "2021-01-01", "--allocated", "100000000")
    short = branch.run("reconcile", "2021-01-01", "--allocated", "100000000.01")
    no_amount = branch.run("reconcile", "2021-01-01", "--allocated", "much")

    assert (today.code, today.err.partition(":")[0]) == (2, "day_not_over")
    assert (good.code, good.out) == (0, "✓ orders, outbox, core system and ledger agree on 2021-01-01\n")
    assert (short.code, "vault_short" in short.out) == (1, True)
    assert (no_amount.code, "bad_number" in no_amount.err) == (2, True)


def test_money_is_returned_and_the_books_agree(branch: Branch) -> None:
    """The order is followed to its end; what was returned is no break, though the central bank has allocated more."""
    returned = branch.run("return", "12.50", "--id", "r")
    again = branch.run("return", "12.50", "--id", "r")
    other = branch.run("return", "13", "--id", "r")
    branch.house.rest()
    ended = branch.run("order", returned.out.partition(":")[0], "--wait")
    branch.house.town.next_day()
    books = branch.run("reconcile", "2021-01-01", "--allocated", "100000000")

    assert (returned.code, returned.out) == (again.code, again.out)
    assert "return 12.50 yuan, to the issuing vault" in returned.out
    assert (other.code, other.err.partition(":")[0]) == (2, "idempotency_key_reused")
    assert (ended.code, "settled" in ended.out, books.code) == (0, True, 0)


def test_everybody_may_know_who_the_operator_is(branch: Branch) -> None:
    """It needs no papers."""
    (branch.data / "icbc" / "counter.pem").unlink()

    said = branch.run("about")
    customer = branch.run("customer", branch.li)

    assert said.out.splitlines()[0] == f"operator 001, icbc, of network {branch.house.bank.network.hex()}"
    assert f"{branch.house.bank.vault:016}" in said.out
    assert (customer.code, "counter.pem" in customer.err) == (2, True)


def test_somebody_is_invited_to_the_desk_by_a_link(branch: Branch) -> None:
    """The code stands behind the number sign, where no browser sends it on; each link is another one."""
    said = branch.run("desk", "--name", "Wang Fang")
    other = branch.run("desk", "--name", "Wang Fang", "--json").document
    nobody = branch.run("desk", "--name", " ".join(["Wang"] * 20))

    link, _, code = said.out.splitlines()[0].partition("#")
    assert link == f"{branch.house.address}/desk"
    assert (len(code), code == other["url"].partition("#")[2]) == (32, False)
    assert "works once, for Wang Fang, until" in said.out
    assert other["expires_at_ms"] > branch.house.town.now
    assert (nobody.code, nobody.err.partition(":")[0]) == (2, "bad_name")


def test_a_link_is_opened_in_the_browser_of_this_machine(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is none, the link was said all the same."""
    opened: list[str] = []

    def no_browser(url: str) -> bool:
        opened.append(url)
        return False

    monkeypatch.setattr(webbrowser, "open", no_browser)

    said = branch.run("desk", "--open")

    assert opened == [said.out.splitlines()[0]]
    assert (said.code, "open the link yourself" in said.err) == (1, True)


def test_everybody_who_was_invited_is_put_out_by_a_line(branch: Branch) -> None:
    """It says so, and the next link works."""
    branch.run("desk")

    ended = branch.run("desk", "--end")

    assert (ended.code, ended.out.startswith("nobody who was let in is in any more")) == (0, True)
    assert branch.run("desk").code == 0
