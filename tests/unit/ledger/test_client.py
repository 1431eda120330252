"""A line never says that a number is gone: it says what became of the command."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from dcep.clock import UnixMs, day_of_date
from dcep.ids import OperatorId
from dcep.issuance.rules import read_rules
from dcep.ledger.client import WorkerLine
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.worker.answers import Answer
from dcep.messages.classes import WalletClass
from dcep.messages.layout import Number
from dcep.messages.outcomes import NEVER_PROCESSED, SETTLED, refused
from dcep.messages.refusals import Refusal
from dcep.messages.signatory import single_key
from dcep.money import Fen
from dcep.simulation.economy import Economy
from dcep.simulation.opening import open_economy
from dcep.wallet.payments import Wallet

_DAY = day_of_date("2021-01-01")
_BANK = OperatorId(1)


class Shop:
    """Li, with 100 yuan, and a bakery that is a class II wallet too."""

    def __init__(self, economy: Economy) -> None:
        self.economy = economy
        self.li, self.bakery = (economy.new_wallet(_BANK, name) for name in ("li", "bakery"))

    @property
    def line(self) -> WorkerLine:
        return self.economy.shard.line

    def open(self) -> None:
        economy, amount = self.economy, Fen(10_000)
        economy.begin_day(_DAY)
        economy.admit([_BANK])
        economy.issue({_BANK: amount})
        economy.allocate({_BANK: amount})
        operator = economy.operators[_BANK]
        opened = [
            operator.registrar.open(
                wallet.id, WalletClass.II, single_key(wallet.signatory.signer), expires_at=economy.midnight
            )
            for wallet in (self.li, self.bakery)
        ]
        economy.settle(economy.shard, opened)
        economy.settle(economy.shard, [operator.vault.exchange(self.li.id, amount, expires_at=economy.midnight)])

    def pay(self, amount: int, *, number: int | None = None) -> bytes:
        payer: Wallet = self.li
        if number is not None:
            payer.signatory.next_number = Number(number)
        return payer.pay(self.bakery.id, Fen(amount), expires_at=self.economy.midnight)

    def send(self, *wires: bytes) -> Sequence[Answer]:
        return self.line.submit(wires, at=self.economy.now)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """Return an open shop in a data folder."""
    with open_economy(tmp_path / "data", read_rules("ecny-2021"), PythonEngine, lambda: bytes(32)) as economy:
        shop = Shop(economy)
        shop.open()
        yield shop


def test_the_same_bytes_sent_again_get_the_same_answer_and_the_same_receipt(shop: Shop) -> None:
    """A lost answer is healed by sending again, and money moves once."""
    wire = shop.pay(100)
    (first,) = shop.send(wire)

    (again,) = shop.send(wire)

    assert again == first
    assert first.seq is not None
    assert first.outcome == SETTLED
    assert shop.line.receipt(first.seq, first.place).command == wire
    bakery = shop.line.account(shop.bakery.id)
    assert bakery is not None
    assert bakery.balance == 100


def test_copies_in_one_job_are_answered_as_the_first(shop: Shop) -> None:
    """The log holds them all, one of them counted, and the other answers of the job stay in their places."""
    wire, other = shop.pay(100), shop.pay(200)

    first, copy, second, third = shop.send(wire, wire, other, wire)

    assert first == copy == third
    assert [first.outcome, second.outcome] == [SETTLED, SETTLED]
    assert first.seq == second.seq
    assert first.place != second.place


def test_a_refusal_is_heard_again(shop: Shop) -> None:
    """The money that has come since changes nothing for a body that was refused."""
    wire = shop.pay(10_001)
    (first,) = shop.send(wire)

    (again,) = shop.send(wire)

    assert again == first
    assert first.outcome == refused(Refusal.INSUFFICIENT_FUNDS)


def test_another_body_under_a_used_number_is_never_processed(shop: Shop) -> None:
    """`already used` would speak of a number: a payer could show it to a merchant as if the body had settled."""
    trifle, purchase = shop.pay(1, number=1), shop.pay(5_000, number=1)
    shop.send(trifle)

    (answer,) = shop.send(purchase)

    assert answer == Answer(NEVER_PROCESSED, None, 0)


def test_a_body_whose_number_fell_out_of_the_window_is_never_processed(shop: Shop) -> None:
    """Superseded, it can never count."""
    late = shop.pay(1, number=1)
    shop.send(shop.pay(1, number=50))
    shop.send(shop.pay(1, number=100))

    (answer,) = shop.send(late)

    assert answer == Answer(NEVER_PROCESSED, None, 0)


def test_history_tells_what_became_of_a_command_without_sending_it(shop: Shop) -> None:
    """Unsent it is undecided, and stays unsent."""
    wire = shop.pay(100)
    before = shop.line.history(wire).outcome.code
    count = shop.line.ledger.log.count
    (answer,) = shop.send(wire)

    after = shop.line.history(wire)

    assert before == "unavailable"
    assert shop.line.ledger.log.count == count + 1
    assert after == answer


def test_history_tells_that_a_command_has_expired(shop: Shop) -> None:
    """Its number is still unused, and may be signed anew."""
    payer: Wallet = shop.li
    wire = payer.pay(shop.bakery.id, Fen(1), expires_at=UnixMs(shop.economy.now))

    assert shop.line.history(wire).outcome.code == "expired"


def test_a_restart_answers_as_before(tmp_path: Path) -> None:
    """History lies in the log, not in the process."""
    rules = read_rules("ecny-2021")
    with open_economy(tmp_path / "data", rules, PythonEngine, lambda: bytes(32)) as economy:
        shop = Shop(economy)
        shop.open()
        wire = shop.pay(100)
        before = shop.send(wire)

    with open_economy(tmp_path / "data", rules, PythonEngine, lambda: bytes(32)) as economy:
        after = economy.shard.line.submit([wire], at=economy.now)

    assert list(after) == list(before)
