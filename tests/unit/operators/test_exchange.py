"""Each way through the two tables of states, one fact a test."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import pytest

from dcep.clock import UnixMs
from dcep.errors import BadInput, DcepError, Unavailable
from dcep.ids import OperatorId, WalletId
from dcep.ledger.client import Line
from dcep.ledger.engine.standing import AccountView, Standing
from dcep.ledger.worker.answers import Answer
from dcep.messages.classes import WalletClass
from dcep.messages.signed import decode
from dcep.money import Fen
from dcep.operators.bank import Bank
from dcep.operators.exchange.deposits import CLEARING, DepositRefused, SimulatedCoreBanking
from dcep.operators.exchange.orders import Order, State
from dcep.operators.exchange.saga import PATIENCE_MS
from tests.town import BANK, OTHER_BANK, STOCK, Town, evidence_of, open_wallet, rest

_ACCOUNT = "ACCT000001"


@pytest.fixture
def li(town: Town, bank: Bank, core: SimulatedCoreBanking) -> WalletId:
    """Return the wallet of class II of a customer with 1,000 yuan on deposit."""
    core.open_account(_ACCOUNT)
    core.fund("f1", _ACCOUNT, Fen(100_000), now=town.now)
    return open_wallet(town, bank, evidence_of(1, WalletClass.II), WalletClass.II, "li")


def _balance(town: Town, wallet: WalletId) -> int:
    account = town.line.account(wallet)
    assert account is not None
    return account.balance


def _vault(town: Town, operator: OperatorId = BANK) -> WalletId:
    return town.economy.operators[operator].vault.wallet


def _exchanged(town: Town, bank: Bank, wallet: WalletId, amount: int, key: str = "e1") -> Order:
    order = bank.saga.exchange(wallet, amount, key=key, now=town.now)
    rest(bank, town.now)
    return bank.saga.order(order)


def test_an_exchange_takes_from_the_deposit_what_it_gives_to_the_wallet(
    town: Town, bank: Bank, core: SimulatedCoreBanking, li: WalletId
) -> None:
    """The vault has less by as much, and the core system's clearing account has it."""
    order = _exchanged(town, bank, li, 30_000)

    assert order.state is State.SETTLED
    assert (core.balance(_ACCOUNT), _balance(town, li)) == (70_000, 30_000)
    assert (core.balance(CLEARING), _balance(town, _vault(town))) == (30_000, STOCK - 30_000)


def test_a_redemption_gives_it_back(town: Town, bank: Bank, core: SimulatedCoreBanking, li: WalletId) -> None:
    """The holder signs, the bank carries; the same bytes brought again are the same order."""
    _exchanged(town, bank, li, 30_000)
    wire = town.wallet(li, "li").redeem(_vault(town), Fen(10_000), expires_at=town.economy.midnight)

    first = bank.saga.redeem(wire, now=town.now)
    rest(bank, town.now)
    again = bank.saga.redeem(wire, now=town.now)
    rest(bank, town.now)

    assert first == again == decode(wire, town.economy.network).id.hex()
    assert bank.saga.order(first).state is State.SETTLED
    assert (core.balance(_ACCOUNT), _balance(town, li)) == (80_000, 20_000)


def test_bytes_that_the_holder_sent_himself_are_credited_when_he_brings_them(
    town: Town, bank: Bank, core: SimulatedCoreBanking, li: WalletId
) -> None:
    """The ledger says what became of them, and it counts once."""
    _exchanged(town, bank, li, 30_000)
    wire = town.wallet(li, "li").redeem(_vault(town), Fen(10_000), expires_at=town.economy.midnight)
    town.economy.settle(town.economy.shard, [wire])

    order = bank.saga.redeem(wire, now=town.now)
    rest(bank, town.now)

    assert bank.saga.order(order).state is State.SETTLED
    assert (core.balance(_ACCOUNT), _balance(town, li)) == (80_000, 20_000)


def test_a_deposit_that_is_too_small_ends_it_before_it_began(
    town: Town, bank: Bank, core: SimulatedCoreBanking, li: WalletId
) -> None:
    """Nothing was debited, and nothing was signed. The same order stays refused when money has come."""
    order = _exchanged(town, bank, li, 100_001)
    core.fund("f2", _ACCOUNT, Fen(1), now=town.now)
    again = _exchanged(town, bank, li, 100_001)

    assert order == again
    assert (order.state, order.code) == (State.REFUSED, "insufficient_deposit")
    assert (core.balance(_ACCOUNT), _balance(town, li)) == (100_001, 0)


def test_what_the_ledger_refuses_is_given_back(
    town: Town, bank: Bank, core: SimulatedCoreBanking, li: WalletId
) -> None:
    """A wallet that would be over its cap takes nothing, and the deposit is as it was."""
    core.fund("f2", _ACCOUNT, Fen(60_000_000), now=town.now)

    order = _exchanged(town, bank, li, 50_000_001)

    assert (order.state, order.code) == (State.REVERSED, "receiver_cannot_accept")
    assert (core.balance(_ACCOUNT), core.balance(CLEARING), _balance(town, li)) == (60_100_000, 0, 0)


def test_a_redemption_that_the_ledger_refuses_credits_nothing(
    town: Town, bank: Bank, core: SimulatedCoreBanking, li: WalletId
) -> None:
    """The wallet has less than it wants to redeem."""
    wire = town.wallet(li, "li").redeem(_vault(town), Fen(1), expires_at=town.economy.midnight)

    order = bank.saga.redeem(wire, now=town.now)
    rest(bank, town.now)

    assert (bank.saga.order(order).state, bank.saga.order(order).code) == (State.REFUSED, "insufficient_funds")
    assert core.balance(_ACCOUNT) == 100_000


@pytest.mark.parametrize(
    ("waited_ms", "ending"), [(PATIENCE_MS - 1, ("settled", "")), (PATIENCE_MS, ("reversed", "gave_up"))]
)
def test_a_payment_that_expired_is_signed_anew_within_the_hour_and_given_back_after_it(
    opened: tuple[Town, Bank, SimulatedCoreBanking], li: WalletId, waited_ms: int, ending: tuple[str, str]
) -> None:
    """Only what can no longer happen is signed again, and only then is a deposit given back."""
    town, bank, core = opened
    taken_at = town.now
    order = bank.saga.exchange(li, 10, key="e1", now=taken_at)
    bank.saga.debit(taken_at)
    bank.saga.pay(taken_at)

    # The ledger is a day ahead of this bank's clock: by that clock alone the same bytes would be signed again.
    town.next_day()
    rest(bank, UnixMs(taken_at + waited_ms))

    ended = bank.saga.order(order)
    assert (ended.state, ended.code) == ending
    assert core.balance(_ACCOUNT) + _balance(town, li) == 100_000


class _Severed:
    """A line that is cut: whatever is sent reaches the ledger or not, and no answer comes back."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.sent: list[bytes] = []
        self.is_cut = True
        self.arrives = False

    def submit(self, wires: Sequence[bytes]) -> Sequence[Answer]:
        self.sent += wires
        if self.arrives or not self.is_cut:
            answers = self.line.submit(wires)
            if not self.is_cut:
                return answers
        raise Unavailable("busy", "the line is cut", retry_after_ms=1)

    def history(self, wire: bytes) -> Answer:
        return self.line.history(wire)

    def account(self, wallet: WalletId) -> AccountView | None:
        return self.line.account(wallet)

    def standing(self) -> Standing:
        return self.line.standing()


@pytest.mark.parametrize("arrives", [False, True])
def test_while_no_answer_comes_the_same_bytes_are_sent(
    opened: tuple[Town, Bank, SimulatedCoreBanking], li: WalletId, monkeypatch: pytest.MonkeyPatch, arrives: bool
) -> None:
    """Silence says nothing: the payment may have happened, and other bytes could happen as well."""
    town, bank, core = opened
    line = _Severed(town.line)
    monkeypatch.setattr(bank.outbox, "_line", line)
    line.arrives = arrives
    order = bank.saga.exchange(li, 500, key="e1", now=town.now)
    for minute in range(120):
        with pytest.raises(Unavailable):
            bank.advance(UnixMs(town.now + minute * 60_000))

    line.is_cut = False
    rest(bank, town.now)

    assert len(line.sent) > 100
    assert len(set(line.sent)) == 1
    assert bank.saga.order(order).state is State.SETTLED
    assert (core.balance(_ACCOUNT), _balance(town, li)) == (99_500, 500)


def test_a_core_system_that_is_away_stops_nothing_else(
    town: Town, bank: Bank, core: SimulatedCoreBanking, li: WalletId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is at the ledger already goes on there."""

    def away(*_: object, **__: object) -> None:
        raise Unavailable("database_unavailable", "the core system is away", retry_after_ms=1)

    first = bank.saga.exchange(li, 500, key="e1", now=town.now)
    bank.saga.debit(town.now)
    with monkeypatch.context() as patched:
        patched.setattr(core, "debit", away)
        second = bank.saga.exchange(li, 600, key="e2", now=town.now)
        with pytest.raises(Unavailable):
            bank.advance(town.now)

        states = [bank.saga.order(order).state for order in (first, second)]

    rest(bank, town.now)
    assert states == [State.SETTLED, State.ACCEPTED]
    assert bank.saga.order(second).state is State.SETTLED


def test_more_orders_than_the_window_has_room_for_all_settle(
    town: Town, bank: Bank, core: SimulatedCoreBanking, li: WalletId
) -> None:
    """No number runs further ahead than the ledger takes."""
    orders = [bank.saga.exchange(li, 100, key=f"e{n}", now=town.now) for n in range(70)]

    rest(bank, town.now)

    assert {bank.saga.order(order).state for order in orders} == {State.SETTLED}
    assert _balance(town, li) == 7_000


def test_the_same_key_is_the_same_order_and_another_customer_s_key_is_his_own(
    town: Town, bank: Bank, core: SimulatedCoreBanking, li: WalletId
) -> None:
    """Two customers may choose one key; one customer may not choose it for two amounts."""
    core.open_account("ACCT000002")
    wang = open_wallet(town, bank, evidence_of(2, WalletClass.II), WalletClass.II, "wang")

    first = bank.saga.exchange(li, 10, key="same", now=town.now)

    assert bank.saga.exchange(li, 10, key="same", now=UnixMs(town.now + 5)) == first
    assert bank.saga.exchange(wang, 10, key="same", now=town.now) != first
    with pytest.raises(BadInput, match="idempotency_key_reused"):
        bank.saga.exchange(li, 11, key="same", now=town.now)


def test_orders_that_cannot_be_are_never_stored(town: Town, bank: Bank, li: WalletId) -> None:
    """Neither of a stranger, nor of nothing, nor of a holder without a deposit."""
    nameless = open_wallet(town, bank, evidence_of(3, WalletClass.IV), WalletClass.IV, "nameless")
    stranger = town.economy.new_wallet(OTHER_BANK, "stranger").id

    with pytest.raises(BadInput, match="bad_amount"):
        bank.saga.exchange(li, 0, key="k", now=town.now)
    with pytest.raises(BadInput, match="bad_amount"):
        bank.saga.exchange(li, 10**15 + 1, key="k", now=town.now)
    with pytest.raises(DcepError, match="no_deposit_account"):
        bank.saga.exchange(nameless, 1, key="k", now=town.now)
    with pytest.raises(DcepError, match="not_your_customer"):
        bank.saga.exchange(stranger, 1, key="k", now=town.now)
    with pytest.raises(DcepError, match="order_unknown"):
        bank.saga.order("0" * 32)
    assert bank.advance(town.now) == 0


def test_bytes_that_can_never_be_heard_are_not_taken(town: Town, bank: Bank, li: WalletId) -> None:
    """They would be sent for ever: another's signature, another's vault, no redemption, a life without end."""
    wallet, vault = town.wallet(li, "li"), _vault(town)
    thief = town.wallet(li, "thief")
    until = town.economy.midnight
    good = wallet.redeem(vault, Fen(5), expires_at=until)
    forged = good[:-64] + thief.redeem(vault, Fen(5), expires_at=until)[-64:]

    for wire, code in (
        (forged, "bad_signature"),
        (wallet.redeem(_vault(town, OTHER_BANK), Fen(5), expires_at=until), "other_vault"),
        (wallet.pay(vault, Fen(5), expires_at=until), "not_a_redemption"),
        (b"\0" * 300, "not_a_redemption"),
        (good[:-1], "not_a_redemption"),
        (wallet.redeem(vault, Fen(5), expires_at=UnixMs(until + 1)), "life_too_long"),
        (wallet.redeem(vault, Fen(0), expires_at=until), "bad_amount"),
    ):
        with pytest.raises(BadInput, match=code):
            bank.saga.redeem(wire, now=town.now)
    assert bank.advance(town.now) == 0


def test_another_s_key_over_a_customer_s_wallet_expires(
    town: Town, bank: Bank, core: SimulatedCoreBanking, li: WalletId
) -> None:
    """A thief's own signature holds over his own bytes; the ledger never hears them, and so they end."""
    wire = town.wallet(li, "thief").redeem(_vault(town), Fen(5), expires_at=town.economy.midnight)
    order = bank.saga.redeem(wire, now=town.now)
    rest(bank, town.now)
    before = bank.saga.order(order)

    town.next_day()
    rest(bank, town.now)

    assert before.state is State.COLLECTING
    assert (bank.saga.order(order).state, bank.saga.order(order).code) == (State.REFUSED, "expired")
    assert core.balance(_ACCOUNT) == 100_000


def test_the_core_system_books_an_order_once(core: SimulatedCoreBanking) -> None:
    """Every leg, asked twice, is booked once; asked with another amount it is refused and books nothing."""
    now = UnixMs(1)
    core.open_account(_ACCOUNT)
    for _ in range(2):
        core.fund("f", _ACCOUNT, Fen(100), now=now)
        core.debit("o", _ACCOUNT, Fen(60), now=now)
        core.reverse("o", now=now)
        core.debit("p", _ACCOUNT, Fen(10), now=now)
        core.credit("q", _ACCOUNT, Fen(5), now=now)

    with pytest.raises(BadInput, match="order_reused"):
        core.debit("p", _ACCOUNT, Fen(11), now=now)
    with pytest.raises(BadInput, match="never_debited"):
        core.reverse("q", now=now)
    with pytest.raises(DepositRefused, match="account_unknown"):
        core.debit("r", "NOWHERE", Fen(1), now=now)
    with pytest.raises(DepositRefused, match="account_unknown"):
        core.debit("s", CLEARING, Fen(1), now=now)

    assert (core.balance(_ACCOUNT), core.balance(CLEARING)) == (95, 5)
    assert core.unbalanced() == []
    assert [booking.change_fen for booking in core.movements(_ACCOUNT, UnixMs(2))] == [100, -60, 60, -10, 5]


def test_the_simulated_core_system_says_so_at_start(tmp_path: object, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever reads the log knows that these deposits are nobody's money."""
    with caplog.at_level(logging.WARNING):
        SimulatedCoreBanking(f"sqlite:///{tmp_path}/core.db").close()

    assert "SimulatedCoreBanking" in caplog.text
