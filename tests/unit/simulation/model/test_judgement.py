"""The judges can say no: each law that no variant breaks is broken here by hand."""

from __future__ import annotations

from random import Random  # noqa: TID251  the numbers come from a fixed seed

import pytest

from dcep.clock import UnixMs
from dcep.ids import TIER1, CommandId, OperatorId, WalletId
from dcep.ledger.engine.lanes import Window
from dcep.ledger.engine.statute import PythonEngine
from dcep.messages.commands.issuance import Issue
from dcep.messages.commands.payments import Pay
from dcep.messages.genesis import ISSUING_VAULT
from dcep.messages.layout import Lane, LockId, Number
from dcep.messages.outcomes import SETTLED
from dcep.money import Fen
from dcep.simulation.model import ending
from dcep.simulation.model.cast import nobody_at
from dcep.simulation.model.holders import Holder
from dcep.simulation.model.judgement.books import Numbers
from dcep.simulation.model.judgement.laws import Law, Violation
from dcep.simulation.model.play import Play

_LOCK = LockId(b"lock".ljust(16))


@pytest.fixture
def play() -> Play:
    """Return a cast with its wallets opened, on the statute."""
    opened = Play(1, PythonEngine, "", is_told=False)
    opened.open()
    return opened


def test_the_books_window_is_the_ledgers() -> None:
    """Two ways to count the same numbers: a set of all of them, and a word that is shifted."""
    chance, numbers, window = Random(7), Numbers(), Window()
    account, lane = WalletId(1), Lane(0)
    for _ in range(300):
        number = Number(max(1, window.high + chance.choice((-3, -1, 0, 1, 2, 63, 64))))
        if window.is_superseded(number) or window.is_used(number):
            continue
        settled = chance.random() < 0.5
        window.use(number, settled=settled)
        numbers.use(account, lane, number, settled=settled)

        assert numbers.window(account, lane) == (window.high, window.used, window.settled)


def test_money_that_is_issued_without_reserves_is_seen(play: Play) -> None:
    """The central bank's own list of locks judges, not the ledger's."""
    desk = play.central_bank.lane
    desk.give(Issue(operator=OperatorId(1), amount=Fen(5), lock=_LOCK), play.world.soon())

    assert _broken(play) is Law.RESERVES


def test_a_balance_that_no_outcome_tells_is_seen(play: Play) -> None:
    """Even where the ledger's own sum would be right."""
    holder = play.holders[0]
    reading = play.world.places[holder.home].reading
    reading.money.held[holder.home][holder.wallet] += 1

    with pytest.raises(Violation) as found:
        reading.money.require_balances(holder.home, reading.engine, {holder.wallet})

    assert found.value.law is Law.BOOKS


def test_a_payment_that_settles_after_a_recovery_is_seen(play: Play) -> None:
    """What a recovered device had signed is dead."""
    holder = play.holders[0]
    play.world.known.dead.add(_pay(play, holder))

    assert _broken(play) is Law.DEAD


def test_a_number_that_another_command_had_is_seen(play: Play) -> None:
    """A number counts once, whatever stands in the window."""
    holder = play.holders[0]
    identity = _pay(play, holder)
    number = holder.desk.pending[identity].body.number
    reading = play.world.places[holder.home].reading
    reading.rows[holder.wallet, Lane(0), number] = CommandId(bytes(32))

    assert _broken(play) is Law.NUMBER_ONCE


def test_money_that_stays_in_flight_is_seen(play: Play) -> None:
    """In the end every payment has arrived or come back."""
    _pay(play, play.holders[0])
    ending.send_everything(play)
    ending.let_everybody_work(play.world)

    with pytest.raises(Violation) as found:
        ending._require_landed(play)

    assert found.value.law is Law.LANDED


def test_a_closed_wallet_with_money_is_seen(play: Play) -> None:
    """Nobody could ever get it out."""
    holder = play.holders[0]
    engine = play.world.places[holder.home].reading.engine
    assert isinstance(engine, PythonEngine)
    account = engine.book.account(holder.wallet)
    assert account is not None
    account.close()

    with pytest.raises(Violation) as found:
        ending._require_landed(play)

    assert found.value.law is Law.CLOSED_EMPTY


def test_the_opening_breaks_no_law(play: Play) -> None:
    """Else the tests above would see something else than they have done."""
    ending.carry_everything(play.world)

    assert play.world.places[TIER1].reading.engine.account(ISSUING_VAULT) is not None
    ending._require_landed(play)
    assert SETTLED.status in play.world.known.consumed.values()


def _pay(play: Play, holder: Holder) -> CommandId:
    """Sign a payment to nobody on another ledger."""
    abroad = next(shard for shard in play.world.retail if shard != holder.home)
    order = Pay(receiver=nobody_at(abroad, play.world.shards), amount=Fen(100))
    return holder.desk.give(order, UnixMs(play.world.now + 60_000))


def _broken(play: Play) -> Law:
    """Return the law that breaks when everybody sends and works."""
    ending.send_everything(play)
    with pytest.raises(Violation) as found:
        ending.let_everybody_work(play.world)
    return found.value.law
