"""Where numbers end: both engines stop counting at the same place, and neither falls over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dcep.clock import DAY_MS, Day, UnixMs, day_of, day_of_date, start_of
from dcep.ids import CommandId, LedgerId, WalletId
from dcep.messages.commands.payments import Pay
from dcep.messages.commands.vaults import Redeem
from dcep.messages.commands.wallets import Close
from dcep.messages.crossings import Payment, Returned
from dcep.money import MAX_FEN, Fen
from tests.conformance.twins.orders import LIMITED, SHARDS, Given
from tests.conformance.twins.world import World
from tests.names import NONE, UNLIMITED, wallet

_LI, _WANG, _LI_ELSEWHERE = (wallet(name, SHARDS) for name in ("li", "wang", "li@1"))
_COMMAND = CommandId(bytes(32))


def test_a_payment_of_last_year_that_comes_back_leaves_this_year_alone() -> None:
    """What was spent this year was spent: the year of the payment is the one that gets it back."""
    world = World()
    world.network.tell(start_of(day_of_date("2021-12-31")))
    last_year = world.network.now
    world.network.tell(start_of(day_of_date("2022-01-01")))
    world.give(LedgerId(0), [Given(account="li", order=Pay(receiver=_WANG, amount=Fen(300)))])

    returned = Returned(payer=_LI, amount=Fen(200), command=_COMMAND, day=day_of(last_year))
    world.append(LedgerId(0), [world.network.forge(LedgerId(1), LedgerId(0), returned)])

    view = world.place(LedgerId(0)).engine.account(_LI)
    assert view is not None
    assert (view.balance, view.spent_this_year) == (1_900 - 300 + 200, 300)


def test_of_two_rule_sets_that_are_due_together_the_one_given_last_is_in_force() -> None:
    """What is older never will be, even when its date is later."""
    world = World()
    for single, days in ((Fen(500), 31), (Fen(100), 1)):
        limits = (replace(LIMITED, single=single), NONE, NONE, NONE, NONE)
        effective_at = UnixMs(world.network.now + days * DAY_MS)
        world.officers(replace(UNLIMITED, classes=limits, effective_at=effective_at))
    world.carry()

    world.network.tell(UnixMs(world.network.now + 40 * DAY_MS))
    for amount in (Fen(101), Fen(100)):
        world.give(LedgerId(0), [Given(account="li", order=Pay(receiver=_WANG, amount=amount))])

    assert _balance(world, _LI) == 1_900 - 100
    world.compare()


def test_time_stands_still_at_the_last_day() -> None:
    """A day has 32 bits: told the last millisecond of 64, a ledger still has a state that can be written."""
    world = World()

    world.append(LedgerId(0), [world.network.tick(UnixMs(2**64 - 1))])
    world.give(LedgerId(0), [Given(account="li", order=Pay(receiver=_WANG, amount=Fen(1)))])

    assert world.place(LedgerId(0)).engine.standing().now == 2**64 - 1
    world.compare()


@pytest.mark.parametrize("payer", [WalletId(2**64 - 1), WalletId(1), WalletId(_WANG + 1)])
def test_a_return_to_a_number_that_is_no_wallet_is_kept_apart(payer: WalletId) -> None:
    """Only a peer's worker that was bought brings one; the money is in suspense, and the alarm rings."""
    world = World()

    returned = Returned(payer=payer, amount=Fen(5), command=_COMMAND, day=Day(1))
    world.append(LedgerId(0), [world.network.forge(LedgerId(1), LedgerId(0), returned)])

    sums = world.place(LedgerId(0)).engine.sums()
    assert (sums.suspense, sums.alarms) == (5, 1)
    world.compare()


def test_a_return_that_just_fits_is_taken() -> None:
    """Exactly 64 bits of fen are an account's; the money is where it was spent."""
    world = World()
    _fill(world, Fen(1_900))
    world.give(LedgerId(0), [Given(account="wang", order=Redeem(vault=wallet("vault", SHARDS), amount=Fen(5)))])

    returned = Returned(payer=_WANG, amount=Fen(5), command=_COMMAND, day=Day(1))
    world.append(LedgerId(0), [world.network.forge(LedgerId(1), LedgerId(0), returned)])

    assert _balance(world, _WANG) == MAX_FEN
    assert world.place(LedgerId(0)).engine.sums().suspense == 0
    world.compare()


def test_a_return_to_a_wallet_that_is_closed_is_kept_apart() -> None:
    """It cannot happen while close is right; were it to, the money would be seen, and not be lost."""
    world = World()
    redeem = Redeem(vault=wallet("vault", SHARDS), amount=Fen(1_900))
    world.give(LedgerId(0), [Given(account="wang", order=redeem)])
    world.give(LedgerId(0), [Given(account="wang", order=Close(wallet=_WANG))])

    returned = Returned(payer=_WANG, amount=Fen(5), command=_COMMAND, day=Day(1))
    world.append(LedgerId(0), [world.network.forge(LedgerId(1), LedgerId(0), returned)])

    sums = world.place(LedgerId(0)).engine.sums()
    assert (_balance(world, _WANG), sums.suspense, sums.alarms) == (0, 5, 1)
    world.compare()


def test_a_vault_takes_no_more_than_64_bits_hold() -> None:
    """Where another shard's worker has made money, redemption is where it would outgrow an account."""
    world = World()
    _fill(world, Fen(1_900))

    world.give(LedgerId(0), [Given(account="wang", order=Redeem(vault=wallet("vault", SHARDS), amount=MAX_FEN))])

    assert _balance(world, _WANG) == MAX_FEN
    world.compare()


def test_the_count_of_money_in_flight_fills_up() -> None:
    """Money that went round before it was acknowledged counts twice; the count ends where its bytes do."""
    world = World()
    for held in (1_900, 0):
        _fill(world, Fen(held))
        world.give(LedgerId(0), [Given(account="wang", order=Pay(receiver=_LI_ELSEWHERE, amount=MAX_FEN))])

    view = world.place(LedgerId(0)).engine.account(_WANG)

    assert view is not None
    assert (view.balance, view.in_flight) == (0, MAX_FEN)
    world.compare()


def _fill(world: World, held: Fen) -> None:
    """Let the other shard's worker bring wang as much as fits."""
    amount = Fen(MAX_FEN - held)
    payment = Payment(payer=_LI_ELSEWHERE, receiver=_WANG, amount=amount, command=_COMMAND, day=Day(1))
    world.append(LedgerId(0), [world.network.forge(LedgerId(1), LedgerId(0), payment)])
    assert _balance(world, _WANG) == MAX_FEN


def _balance(world: World, account: WalletId) -> Fen:
    return dict(world.place(LedgerId(0)).engine.balances())[account]
