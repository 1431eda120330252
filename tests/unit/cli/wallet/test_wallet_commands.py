"""`dcep wallet`: what each command does, says and leaves with, against a real ledger and a real operator."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from dcep.cli.app import main
from dcep.cli.wallet.place import FOLDER, PASSWORD
from dcep.ids import CommandId, NetworkId, WalletId, format_wallet_id
from dcep.messages.layout import Seq
from dcep.messages.merchants.refund_codes import RefundCode, encode_refund_code
from dcep.services import machine
from tests.houses import FUNDS, Houses, account_of, evidence_of, fund, open_town_with_houses

_PEOPLE = count(1)
_SECRET = "correct horse"  # noqa: S105  a test has no secrets
# The program, in the town's time; a second word makes it die at the place of that name.
_PROGRAM = """
import os, signal, sys
from dcep.services import machine
moment = int(sys.argv.pop(1))
machine.now = lambda: moment
from dcep.wallet.store import WalletStore
if sys.argv.pop(1) == "told":
    WalletStore.tell = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
from dcep.cli.app import main
main()
"""


class Said(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


class Terminal:
    """A person at a terminal, with a wallet's folder."""

    def __init__(
        self, houses: Houses, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.houses, self.folder, self.number = houses, folder, next(_PEOPLE)
        self._monkeypatch, self._capsys = monkeypatch, capsys
        fund(houses.core, houses.town, self.number)

    def run(self, *words: str) -> Said:
        """Run `dcep wallet` in this process."""
        with self._monkeypatch.context() as here:
            here.setattr(machine, "now", lambda: self.houses.town.now)
            here.setattr(sys, "argv", ["dcep", "wallet", *words])
            here.setenv(FOLDER, str(self.folder))
            here.setenv(PASSWORD, _SECRET)
            with pytest.raises(SystemExit) as left:
                main()
        out, err = self._capsys.readouterr()
        return Said(int(left.value.code or 0), out, err)

    def start(self, *words: str, dies_when: str = "") -> subprocess.Popen[str]:
        """Start `dcep wallet` in a process of its own."""
        environment = {**os.environ, FOLDER: str(self.folder), PASSWORD: _SECRET}
        line = [sys.executable, "-c", _PROGRAM, str(self.houses.town.now), dies_when, "wallet", *words]
        return subprocess.Popen(line, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def open(self, money: str = "") -> Terminal:
        """Make a wallet of class II, perhaps with yuan in it."""
        assert self.run("new", "--operator", self.houses.operator_url).code == 0
        shown = [word for name, value in evidence_of(self.number).items() for word in (_option(name), value)]
        assert self.run("open", "--class", "II", *shown).code == 0
        if money:
            assert self.run("exchange", money).code == 0
        return self

    def history(self, last: str) -> list[str]:
        """Return the lines of the history once the newest is of a kind: the bank hears of it a moment later."""
        self.houses.wake()
        while True:
            lines = self.run("history").out.splitlines()
            if lines and lines[0].split()[2] == last:
                return lines

    @property
    def wallet(self) -> str:
        return str(self.run("balance", "--json").document["wallet"])

    @property
    def balance(self) -> int:
        return int(self.run("balance", "--json").document["balance_fen"])

    @property
    def deposit(self) -> int:
        return self.houses.core.balance(account_of(self.number))


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


MakeTerminal = Callable[[], Terminal]


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Houses]:
    """Return the services of a town with one bank."""
    with open_town_with_houses(tmp_path_factory.mktemp("town")) as opened:
        yield opened


@pytest.fixture
def terminal(
    houses: Houses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> MakeTerminal:
    """Return a maker of people at terminals."""
    numbers = count(1)
    return lambda: Terminal(houses, tmp_path / f"wallet-{next(numbers)}", monkeypatch, capsys)


def test_the_life_of_a_wallet_is_told_with_the_next_step(terminal: MakeTerminal, tmp_path: Path) -> None:
    """New, open, exchange, pay, receipt, verify, redeem: each leaves with 0 and says what can be done next."""
    li, bakery = terminal(), terminal().open()
    receipt = tmp_path / "breakfast"

    made = li.run("new", "--operator", li.houses.operator_url)
    shown = [word for name, value in evidence_of(li.number).items() for word in (_option(name), value)]
    told = [
        made,
        li.run("open", "--class", "II", *shown),
        li.run("exchange", "100"),
        paid := li.run("pay", bakery.wallet, "12.50"),
        li.run("receipt", paid.out.split("order ")[1][:8], "--out", str(receipt)),
    ]
    redeemed = li.run("redeem", "50")
    moved = li.history("redeemed")
    judged = bakery.run("verify", str(receipt))

    assert [said.code for said in (*told, redeemed, judged)] == [0] * 7
    assert all("dcep wallet " in said.out.split("next: ")[1] for said in told)
    assert paid.out.startswith("paid 12.50 yuan to 001 ")
    assert "12.50 yuan to" in judged.out
    assert [line.split()[2:5] for line in reversed(moved)][1:] == [
        ["exchanged", "+100.00", "100.00"],
        ["paid", "-12.50", "87.50"],
        ["redeemed", "-50.00", "37.50"],
    ]
    assert (li.balance, bakery.balance, li.deposit) == (3_750, 1_250, FUNDS - 10_000 + 5_000)


def test_what_cannot_be_done_leaves_with_its_code(terminal: MakeTerminal) -> None:
    """1 the answer is no, 2 wrong input, 3 not now; the code is stable, and nothing is said on standard output."""
    li, other = terminal().open("10"), terminal().open().wallet
    wrong: list[tuple[list[str], int, str]] = [
        (["pay", "1234", "5"], 2, "bad_wallet_id"),
        (["pay", other], 2, "bad_options"),
        (["pay", other, "1.234"], 2, "too_many_decimals"),
        (["pay", other, "0"], 2, "bad_number"),
        (["pay", "hello", "5"], 2, "code_unreadable"),
        (["pay", "https://qr.alipay.invalid/bax" + "0" * 26], 2, "code_unknown"),
        (["pay", "x" * 600], 2, "code_too_long"),
        (["pay"], 2, "bad_options"),
        (["pay", other, "5", "--code", "x"], 2, "bad_options"),
        (["pay", "5", "--code", "/nowhere"], 2, "no_such_file"),
        (["pay", other, "9999"], 1, "insufficient_funds"),
        (["exchange", "99999999"], 1, "insufficient_deposit"),
        (["receipt", "12345678", "--out", "x"], 1, "not_found"),
        (["receipt", "xyz", "--out", "x"], 2, "bad_id"),
        (["verify", "/nowhere"], 2, "no_such_file"),
        (["open", "--phone", "+8613800000000"], 2, "wallet_exists"),
        (["new", "--operator", "http://127.0.0.1:1"], 3, "service_unreachable"),
        (["new", "--operator", "bank"], 2, "bad_url"),
        (["recover", "0010000000000011"], 2, "bad_options"),
        (["balance", "--wallet", "/nowhere"], 2, "no_such_wallet"),
    ]

    said = [li.run(*words) for words, _, _ in wrong]

    assert [each.code for each in said] == [code for _, code, _ in wrong]
    assert {each.out for each in said} == {""}
    assert [says for (_, _, says), each in zip(wrong, said, strict=True) if says not in each.err] == []


@pytest.mark.parametrize("moment", ["request", "answer", "told"])
def test_a_payment_that_was_killed_and_is_run_again_moves_the_money_once(
    houses: Houses, terminal: MakeTerminal, moment: str
) -> None:
    """Killed before the ledger heard it, before its answer came, or before it was told: the same line goes on."""
    li, bakery = terminal().open("100"), terminal().open()
    line = ["pay", bakery.wallet, "12.50"]
    houses.losses = [] if moment == "told" else [moment]

    with li.start(*line, dies_when=moment) as process:
        houses.when_lost = process.kill
        killed = process.wait()
    again, third = li.run(*line), li.run(*line)

    assert killed == -9
    assert (again.code, third.code) == (0, 0)
    assert "nothing was ordered anew" in again.err
    assert "anew" not in third.err
    # The third line came after an end that was told: it is another payment.
    assert (li.balance, bakery.balance) == (10_000 - 2 * 1_250, 2 * 1_250)


def test_a_lost_answer_says_that_the_same_line_goes_on(
    houses: Houses, terminal: MakeTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 3, the payment is kept; another command sees to it, and says how it ended."""
    li, bakery = terminal().open("100"), terminal().open()
    monkeypatch.setattr("dcep.client.driving.Patience.allows", lambda *_: False)
    houses.losses = ["answer"]

    unanswered = li.run("pay", bakery.wallet, "12.50")
    monkeypatch.undo()
    other = li.run("pay", bakery.wallet, "1")

    assert (unanswered.code, other.code) == (3, 0)
    assert "next: run the same line again" in unanswered.err
    assert "meanwhile: settled: payment of 12.50 yuan" in other.err
    assert bakery.balance == 1_350


def test_a_request_is_shown_and_paid_once(terminal: MakeTerminal, tmp_path: Path) -> None:
    """Its reference is the payment's key: whoever pays it again is told that it was paid."""
    li, bakery = terminal().open("100"), terminal().open()
    picture = tmp_path / "till.svg"
    asked = ["request", "12.50", "--name", "早点铺", "--city", "深圳", "--reference", "order-17", "--minutes", "5"]

    shown = bakery.run(*asked, "--svg", str(picture))
    text = bakery.run(*asked, "--json").document["text"]
    paid = [li.run("pay", text) for _ in range(2)]
    other = li.run("pay", text, "13")

    assert shown.code == 0
    assert "█" in shown.out
    assert picture.read_text().startswith("<?xml")
    assert [said.code for said in paid] == [0, 0]
    assert "早点铺, 深圳: wallet 001 " in paid[0].err
    assert (other.code, bakery.balance) == (2, 1_250)


def test_a_code_of_the_operators_app_is_paid_once_from_a_file_too(terminal: MakeTerminal, tmp_path: Path) -> None:
    """The same line again tells of the payment that was made, though the code is used; to anybody else it is used."""
    li, bakery, other = terminal().open("100"), terminal().open(), terminal().open("100")
    code = tmp_path / "code"
    asked = ["request", "12.50", "--name", "Bakery", "--city", "Suzhou", "--reference", "order-18", "--app"]

    shown = bakery.run(*asked, "--text", str(code), "--json").document["text"]
    paid = [li.run("pay", "--code", str(code)), li.run("pay", shown), li.run("pay", "12.50", "--code", str(code))]
    moved = bakery.history("received")
    too_late = other.run("pay", shown)

    assert shown.startswith("https://qr.alipay.invalid/")
    assert [said.code for said in paid] == [0, 0, 0]
    assert (len([line for line in moved if "received" in line]), bakery.balance) == (1, 1_250)
    assert (too_late.code, "code_used" in too_late.err) == (1, True)


def test_a_payment_is_paid_back_in_parts_and_never_more(terminal: MakeTerminal) -> None:
    """By its order as the history shows it, or by the code that its payer shows; the operator adds the refunds up."""
    li, bakery = terminal().open("100"), terminal().open()
    paid = li.run("pay", bakery.wallet, "12.50", "--json").document
    bakery.history("received")
    trust = json.loads((li.folder / "wallet.json").read_text())
    code = encode_refund_code(
        RefundCode(
            network=NetworkId(bytes.fromhex(trust["network"])),
            merchant=WalletId(int(bakery.wallet)),
            seq=Seq(paid["seq"]),
            place=paid["place"],
            payment=CommandId(bytes.fromhex(paid["id"])),
        )
    )

    whole_is_too_much = [bakery.run("refund", paid["id"][:8], "2.50"), bakery.run("refund", paid["id"])]
    rest = bakery.run("refund", code, "10")
    wrong = [
        (li.run("refund", paid["id"][:8]), 1, "not_found"),
        (li.run("refund", code), 2, "other_payment"),
        (bakery.run("refund", code[:-1] + "?"), 2, "bad_refund_code"),
        (bakery.run("refund", "12"), 2, "bad_id"),
        (bakery.run("refund", paid["id"], "0"), 2, "bad_number"),
    ]

    first, second = whole_is_too_much
    assert (first.code, first.out.splitlines()[0]) == (
        0,
        f"refunded 2.50 yuan to {format_wallet_id(WalletId(int(li.wallet)))}",
    )
    assert (second.code, "refund_over_original" in second.err) == (1, True)
    assert (rest.code, li.balance, bakery.balance) == (0, 10_000, 0)
    assert [(said.code, code in said.err) for said, _, code in wrong] == [(code, True) for _, code, _ in wrong]


def test_a_refund_that_was_killed_before_it_was_told_is_run_again_and_paid_once(terminal: MakeTerminal) -> None:
    """The same line tells of the refund that was made; the operator would have let half of it be paid twice."""
    li, bakery = terminal().open("100"), terminal().open()
    paid = li.run("pay", bakery.wallet, "10", "--json").document
    bakery.history("received")
    line = ["refund", paid["id"], "5"]

    with bakery.start(*line, dies_when="told") as process:
        killed = process.wait()
    again = bakery.run(*line)

    assert (killed, again.code) == (-9, 0)
    assert "nothing was ordered anew" in again.err
    assert (li.balance, bakery.balance) == (9_500, 500)


def test_a_wallet_gets_a_better_class_for_better_evidence(terminal: MakeTerminal) -> None:
    """For less than the class asks for it is no; the wallet is as it was."""
    li = terminal()
    li.run("new", "--operator", li.houses.operator_url)
    shown = [word for name, value in evidence_of(li.number).items() for word in (_option(name), value)]
    li.run("open", "--phone", evidence_of(li.number)["phone"])

    too_little = li.run("class", "III", "--phone", evidence_of(li.number)["phone"])
    better = li.run("class", "II", *shown)

    assert (too_little.code, "evidence_insufficient" in too_little.err) == (1, True)
    assert (better.code, better.out.splitlines()[0]) == (0, "the wallet is of class II")
    assert li.run("balance", "--json").document["wallet_class"] == "II"


def test_what_happens_is_shown_as_lines_and_as_a_document_a_line(terminal: MakeTerminal) -> None:
    """Begun with the first, as many as are wanted; the number of the last one shown goes on behind it."""
    li, bakery = terminal().open("100"), terminal().open()
    li.run("pay", bakery.wallet, "12.50")
    li.history("paid")

    said = li.run("events", "--after", "0", "--count", "5")
    told = [json.loads(line) for line in li.run("events", "--after", "0", "--count", "5", "--json").out.splitlines()]
    behind = li.run("events", "--after", str(told[3]["id"]), "--count", "1", "--json").document
    wrong = li.run("events", "--count", "0")

    assert [event["type"] for event in told] == ["order", "payment"] * 2 + ["payment"]
    words = [line.split()[3:5] for line in said.out.splitlines()]
    assert words[1:4:2] == [["opened", "0.00"], ["exchanged", "+100.00"]]
    assert words[2] == ["exchange", "100.00"]
    assert said.out.splitlines()[4].split()[3:6] == ["paid", "-12.50", "87.50"]
    assert behind == told[4]
    assert (wrong.code, "bad_options" in wrong.err) == (2, True)


def test_a_new_key_and_a_copy_of_the_folder(terminal: MakeTerminal, tmp_path: Path) -> None:
    """After a rotation the new key pays; a sealed copy of it and the number bring the wallet back elsewhere."""
    li, bakery = terminal().open("100"), terminal().open()
    number = li.wallet

    rotated = li.run("rotate")
    paid = li.run("pay", bakery.wallet, "1")
    copy = str(li.folder / "keys" / "2.dcek")
    li.folder = tmp_path / "elsewhere"
    recovered = li.run("recover", number, "--operator", li.houses.operator_url, "--key", copy)
    paid_again = li.run("pay", bakery.wallet, "2")

    assert [said.code for said in (rotated, paid, recovered, paid_again)] == [0] * 4
    assert "can never happen" in recovered.out
    assert bakery.balance == 300


def test_no_password_is_asked_of_a_pipe(
    terminal: MakeTerminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A script names a file or a variable; the first line of the file is the password."""
    li = terminal().open()
    secret = tmp_path / "secret"
    secret.write_text(f"{_SECRET}\nnot this\n")
    monkeypatch.setattr("dcep.cli.wallet.place.PASSWORD", "DCEP_NO_SUCH_VARIABLE")

    unasked = li.run("balance")
    told = li.run("balance", "--password-file", str(secret))

    assert (unasked.code, told.code) == (2, 0)
    assert "password_missing" in unasked.err


def test_a_command_loads_nothing_that_is_slow(terminal: MakeTerminal) -> None:
    """It answers in under 0.3 s on an idle machine: databases, servers, loops and other clients stay out of its way."""
    li = terminal().open()
    watched = _PROGRAM.replace("main()\n", "try:\n    main()\nfinally:\n    sys.stderr.write(' '.join(sys.modules))\n")
    environment = {**os.environ, FOLDER: str(li.folder), PASSWORD: _SECRET}
    line = [sys.executable, "-c", watched, str(li.houses.town.now), "", "wallet", "balance"]

    done = subprocess.run(line, env=environment, capture_output=True, text=True, check=True)

    assert "yuan in wallet" in done.stdout
    loaded = {module.partition(".")[0] for module in done.stderr.split()} | set(done.stderr.split())
    slow = {"asyncio", "granian", "httpx", "litestar", "msgspec", "segno", "sqlalchemy", "uvloop"}
    assert loaded & (slow | {"dcep.ledger", "dcep.operators", "dcep.issuance"}) == set()
