"""An order to the registrar ends, whatever stands on the ledger by then, and is one order however often it is asked."""

from __future__ import annotations

import hashlib

import pytest

from dcep.errors import BadInput, DcepError
from dcep.ids import WalletId, wallet_id
from dcep.messages.classes import Scope, WalletClass
from dcep.messages.layout import Number
from dcep.messages.outcomes import Status
from dcep.messages.policies import NOBODY
from dcep.messages.signatory import Signatory, single_key
from dcep.money import Fen
from dcep.operators.bank import Bank
from dcep.operators.order_ids import OrderId
from dcep.operators.registrar import Registrar
from tests.town import BANK, Town, evidence_of, open_wallet, rest


@pytest.fixture
def li(town: Town, bank: Bank) -> WalletId:
    """Return a wallet of class III."""
    return open_wallet(town, bank, evidence_of(1, WalletClass.II), WalletClass.III, "li")


def test_a_wallet_s_number_cannot_be_counted(town: Town, bank: Bank, li: WalletId) -> None:
    """Two wallets that were opened one after the other have nothing in common but the bank."""
    second = open_wallet(town, bank, evidence_of(2, WalletClass.III), WalletClass.III, "wang")

    assert li // 10**13 == second // 10**13 == BANK
    assert abs(li - second) > 10**6


def test_a_number_that_is_taken_is_drawn_anew(
    town: Town, bank: Bank, monkeypatch: pytest.MonkeyPatch, li: WalletId
) -> None:
    """The ledger says wallet_exists; the customer never hears of it."""
    drawn = iter([li // 10 % 10**12, li // 10 % 10**12, 77])
    monkeypatch.setattr(bank.desk, "_draw", lambda _: next(drawn))

    second = open_wallet(town, bank, evidence_of(2, WalletClass.III), WalletClass.III, "wang")

    assert second == wallet_id(BANK, 77)


def test_the_same_order_asked_twice_is_one_order(town: Town, bank: Bank, li: WalletId) -> None:
    """With another content the key is refused, and nothing is stored."""
    first = bank.desk.set_class(li, WalletClass.II, key="better", now=town.now)
    second = bank.desk.set_class(li, WalletClass.II, key="better", now=town.now)

    with pytest.raises(BadInput, match="idempotency_key_reused"):
        bank.desk.set_class(li, WalletClass.III, key="better", now=town.now)

    rest(bank, town.now)
    account = town.line.account(li)
    assert first == second
    assert account is not None
    assert account.wallet_class == WalletClass.II


def test_two_customers_may_choose_the_same_key(town: Town, bank: Bank, li: WalletId) -> None:
    """Neither hears of the other, and both get what they asked for."""
    wang = open_wallet(town, bank, evidence_of(2, WalletClass.III), WalletClass.III, "wang")

    orders = [bank.desk.set_class(wallet, WalletClass.IV, key="same", now=town.now) for wallet in (li, wang)]
    rest(bank, town.now)

    assert [bank.desk.order(order).wallet for order in orders] == [li, wang]
    assert [bank.desk.order(order).state for order in orders] == ["done", "done"]


def test_a_freeze_stands_with_its_basis_and_can_be_lifted(town: Town, bank: Bank, li: WalletId) -> None:
    """The reference stays with the bank; the ledger has its hash."""
    frozen = bank.desk.freeze(li, Scope.PAY, "court order 2021-17", by="Wang", key="f1", now=town.now)
    rest(bank, town.now)
    account = town.line.account(li)
    lifted = bank.desk.unfreeze(li, "court order 2021-18", by="Wang", key="f2", now=town.now)
    rest(bank, town.now)
    after = town.line.account(li)

    assert bank.desk.order(frozen).state == bank.desk.order(lifted).state == "done"
    assert bank.desk.order(frozen).basis == "court order 2021-17"
    assert account is not None
    assert account.frozen_to_pay
    assert after is not None
    assert not after.frozen_to_pay
    digest = hashlib.sha256(b"court order 2021-17").digest()
    assert any(digest in stored.frame.body for stored in town.line.ledger.log.read(town.line.ledger.log.first))


def test_two_orders_that_overwrite_each_other_both_end(town: Town, bank: Bank, li: WalletId) -> None:
    """Signed on the same standing, one of them is stale: it is signed anew on what then stands."""
    orders = [
        bank.desk.freeze(li, Scope.RECEIVE, "basis", by="Wang", key="f1", now=town.now),
        bank.desk.set_class(li, WalletClass.IV, key="c1", now=town.now),
    ]

    rest(bank, town.now)

    assert [bank.desk.order(order).state for order in orders] == ["done", "done"]


def test_what_the_ledger_refuses_ends_with_its_code(town: Town, bank: Bank, li: WalletId) -> None:
    """A wallet with money cannot be closed; an empty one can, and is closed in the bank's own books too."""
    vault = town.economy.operators[BANK].vault
    town.economy.settle(town.economy.shard, [vault.exchange(li, Fen(5), expires_at=town.economy.midnight)])
    refused = bank.desk.close(li, key="close-1", now=town.now)
    rest(bank, town.now)
    redeem = town.wallet(li, "li").redeem(vault.wallet, Fen(5), expires_at=town.economy.midnight)
    town.economy.settle(town.economy.shard, [redeem])

    closed = bank.desk.close(li, key="close-2", now=town.now)
    rest(bank, town.now)

    assert (bank.desk.order(refused).state, bank.desk.order(refused).code) == ("refused", "balance_not_zero")
    assert bank.desk.order(closed).state == "done"
    assert [
        wallet.is_closed
        for wallet in bank.customers.wallets_of(bank.customers.register(evidence_of(1, WalletClass.II), now=town.now))
    ] == [True]


def test_a_command_that_expired_is_signed_anew_under_its_number(town: Town, bank: Bank) -> None:
    """A number that was never used is free again: left aside, 64 of them would lock the registrar out for ever."""
    customer = bank.customers.register(evidence_of(1, WalletClass.III), now=town.now)
    policy = single_key(town.holder("li"))
    orders = [bank.desk.open_wallet(customer, WalletClass.III, policy, key=f"k{n}", now=town.now) for n in range(70)]
    bank.desk.advance(town.now)

    town.next_day()
    rest(bank, town.now)

    registrar = town.line.account(town.seal(BANK).account)
    assert {bank.desk.order(order).state for order in orders} == {"done"}
    assert registrar is not None
    assert registrar.high == 70


def test_a_number_that_somebody_used_costs_one_signature_more(town: Town, bank: Bank) -> None:
    """After a restored database the numbers at hand are used: never_processed, and the next one is taken."""
    seal = town.seal(BANK)
    other = Registrar(Signatory(town.economy.network, seal.account, seal.signer, number=Number(1)))
    stray = other.open(
        wallet_id(BANK, 1), WalletClass.IV, single_key(town.holder("x")), expires_at=town.economy.midnight
    )
    town.economy.settle(town.economy.shard, [stray])

    wallet = open_wallet(town, bank, evidence_of(1, WalletClass.III), WalletClass.III, "li")

    assert town.line.account(wallet) is not None
    assert town.line.history(stray).outcome.status is Status.SETTLED


def test_wrong_input_is_no_order(town: Town, bank: Bank, li: WalletId) -> None:
    """A policy that nobody can meet, a basis that says nothing, a key that is none, an order that is not there."""
    customer = bank.customers.register(evidence_of(1, WalletClass.III), now=town.now)

    with pytest.raises(BadInput, match="bad_policy"):
        bank.desk.open_wallet(customer, WalletClass.III, NOBODY, key="k", now=town.now)
    with pytest.raises(BadInput, match="bad_basis"):
        bank.desk.freeze(li, Scope.PAY, "", by="Wang", key="k", now=town.now)
    with pytest.raises(BadInput, match="bad_idempotency_key"):
        bank.desk.close(li, key="a key with spaces", now=town.now)
    with pytest.raises(DcepError, match="order_unknown"):
        bank.desk.order(OrderId("0" * 32))
