"""Board, rules, workers, operators and freezes: orders that overwrite go the same way as money."""

from __future__ import annotations

import hashlib
from typing import Final

import pytest

from dcep.clock import UnixMs
from dcep.errors import BadInput, DcepError
from dcep.ids import LedgerId, OperatorId
from dcep.issuance.officers import board_of
from dcep.issuance.rules import read_rules
from dcep.issuance.states import State
from dcep.messages.classes import Scope, WalletClass
from dcep.messages.layout import Hash, Key
from dcep.messages.signatory import Signatory, single_key
from dcep.money import Fen
from dcep.operators.registrar import Registrar
from dcep.operators.vault import Vault
from dcep.wallet.payments import Wallet
from tests.unit.issuance.realm import BANK, HOUR, RICHES, SHARD, Bank

ORDER_OF_A_COURT: Final = Hash(hashlib.sha256("冻结决定书 2026-17".encode()).digest())
NOTHING: Final = Hash(hashlib.sha256(b"").digest())


def opened(bank: Bank, *names: str) -> list[Wallet]:
    """Open a wallet at operator 1 for each holder."""
    realm = bank.realm
    signatory = Signatory(realm.network, realm.admission().registrar, realm.keys.signer("registrar", BANK))
    registrar = Registrar(signatory)
    wallets = [
        Wallet(Signatory(realm.network, realm.wallet(name), realm.keys.signer("holder", name))) for name in names
    ]
    for wallet in wallets:
        policy = single_key(wallet.signatory.signer)
        wire = registrar.open(wallet.id, WalletClass.II, policy, expires_at=UnixMs(realm.now + HOUR))
        assert code(bank, wire) == "settled"
    return wallets


def code(bank: Bank, wire: bytes) -> str:
    """Send a command to the shard and return the code of its answer."""
    (answer,) = bank.realm.shard.submit([wire])
    return answer.outcome.code


def test_the_board_in_force_approves_its_successor(bank: Bank) -> None:
    """And from then on the successor approves."""
    realm = bank.realm
    bank.governance.set_board("board-2", board_of(realm.officers[2:], needed=2), now=realm.now)
    bank.finish("board-2")
    bank.governance.set_board("board-3", realm.genesis.board, now=realm.now)  # type: ignore[arg-type]  # it is one
    bank.propose("board-3")

    with pytest.raises(BadInput, match="no_seat"):
        bank.sign(realm.officers[0], "board-3")

    assert bank.finish("board-3", by=realm.officers[2:4]).state is State.SETTLED
    assert realm.tier1.standing().board == 3


def test_a_rule_set_is_an_order_of_the_board(bank: Bank) -> None:
    """Limits are data, and data has an author."""
    bank.governance.set_rules("rules", read_rules("ccb-test-2020"), now=bank.realm.now)

    settled = bank.finish("rules")
    bank.realm.carry()

    assert settled.state is State.SETTLED
    assert (bank.realm.tier1.standing().rules, bank.realm.shard.standing().rules) == (2, 2)


def test_the_workers_of_a_ledger_are_an_order_of_the_board(bank: Bank) -> None:
    """A new worker is known to both ledgers before it writes."""
    realm = bank.realm
    keys = tuple(Key(realm.keys.signer("worker", "shard", place).public) for place in (0, 1))
    bank.governance.set_workers("workers", SHARD, keys, now=realm.now)

    settled = bank.finish("workers")
    realm.carry()

    assert settled.state is State.SETTLED
    assert realm.shard.standing().workers == 2
    with pytest.raises(BadInput, match="unknown_ledger"):
        bank.governance.set_workers("others", LedgerId(7), keys, now=realm.now)


def test_nothing_is_issued_to_a_suspended_operator_until_it_is_admitted_again(bank: Bank) -> None:
    """Its reserves come back; its customers' money stays theirs."""
    realm, governance = bank.realm, bank.governance
    governance.suspend("suspend", BANK, SHARD, now=realm.now)
    bank.finish("suspend")

    during = bank.issue_through("during", Fen(500))
    governance.readmit("readmit", BANK, SHARD, now=realm.now)
    bank.finish("readmit")
    after = bank.issue_through("after", Fen(500))

    assert (during.state, during.code) == (State.REFUSED, "operator_suspended")
    assert after.state is State.SETTLED
    assert realm.settlement.free_fen(BANK) == RICHES - 500


def test_a_suspended_operator_exchanges_nothing(bank: Bank) -> None:
    """Its vault hears of it through the channel."""
    realm = bank.realm
    (wallet,) = opened(bank, "li")
    vault = Vault(Signatory(realm.network, realm.admission().vault, realm.keys.signer("vault", BANK)))
    bank.governance.suspend("suspend", BANK, SHARD, now=realm.now)
    bank.finish("suspend")
    realm.carry()

    answer = code(bank, vault.exchange(wallet.id, Fen(1), expires_at=UnixMs(realm.now + HOUR)))

    assert answer == "operator_suspended"


def test_an_operator_that_was_never_admitted_is_unknown(bank: Bank) -> None:
    """There is nothing to suspend."""
    with pytest.raises(BadInput, match="unknown_operator"):
        bank.governance.suspend("suspend", OperatorId(5), SHARD, now=bank.realm.now)


def test_of_two_orders_that_replace_the_same_one_is_stale(bank: Bank) -> None:
    """Which of them counts the ledger decides, and nobody by accident."""
    governance, now = bank.governance, bank.realm.now
    governance.suspend("one", BANK, SHARD, now=now)
    governance.suspend("other", BANK, SHARD, now=now)

    first, second = bank.finish("one"), bank.finish("other")

    assert first.state is State.SETTLED
    assert (second.state, second.code) == (State.REFUSED, "stale")


def test_a_request_that_is_repeated_after_it_was_obeyed_is_the_same_order(bank: Bank) -> None:
    """Whoever lost the answer asks again, and suspends nobody twice."""
    governance, now = bank.governance, bank.realm.now
    governance.suspend("suspend", BANK, SHARD, now=now)
    settled = bank.finish("suspend")

    again = governance.suspend("suspend", BANK, SHARD, now=now)

    assert again == settled
    with pytest.raises(BadInput, match="order_id_reused"):
        governance.readmit("suspend", BANK, SHARD, now=now)


def test_the_supervision_board_freezes_a_wallet_on_a_legal_basis(bank: Bank) -> None:
    """Two of three supervisors; the ledger keeps the hash of the document, the central bank nothing of it."""
    realm = bank.realm
    wallet, other = opened(bank, "li", "wang")
    bank.governance.freeze("freeze", wallet.id, Scope.PAY, ORDER_OF_A_COURT, now=realm.now)

    frozen = bank.finish("freeze", by=realm.supervisors[:2])
    answer = code(bank, wallet.pay(other.id, Fen(1), expires_at=UnixMs(realm.now + HOUR)))
    bank.governance.unfreeze("unfreeze", wallet.id, ORDER_OF_A_COURT, now=realm.now)
    freed = bank.finish("unfreeze", by=realm.supervisors[1:])

    assert (frozen.state, frozen.given.ledger, freed.state) == (State.SETTLED, SHARD, State.SETTLED)
    assert frozen.content.basis == ORDER_OF_A_COURT
    assert answer == "payer_frozen"
    view = realm.shard.account(wallet.id)
    assert view is not None
    assert not view.frozen_to_pay


def test_an_officer_of_the_issuing_vault_freezes_nobody(bank: Bank) -> None:
    """The two boards are different people."""
    (wallet,) = opened(bank, "li")
    bank.governance.freeze("freeze", wallet.id, Scope.PAY, ORDER_OF_A_COURT, now=bank.realm.now)
    bank.propose("freeze")

    with pytest.raises(BadInput, match="no_seat"):
        bank.sign(bank.realm.officers[0], "freeze")


def test_a_freeze_has_a_basis_and_a_wallet(bank: Bank) -> None:
    """Without a document nobody is frozen; a wallet that nobody opened cannot be."""
    (wallet,) = opened(bank, "li")

    with pytest.raises(BadInput, match="no_basis"):
        bank.governance.freeze("freeze", wallet.id, Scope.PAY, NOTHING, now=bank.realm.now)
    with pytest.raises(DcepError, match="not_found"):
        bank.governance.freeze("freeze", bank.realm.wallet("nobody"), Scope.PAY, ORDER_OF_A_COURT, now=bank.realm.now)


def test_what_was_issued_is_allocated_under_its_lock(bank: Bank) -> None:
    """Operator, amount and lock come from the issue: nobody types them twice."""
    bank.issue_through("issue", Fen(500))
    bank.desk.allocate("allocate", "issue", SHARD, now=bank.realm.now)
    bank.finish("allocate")
    bank.realm.carry()
    bank.desk.withdraw("withdraw", BANK, Fen(1), now=bank.realm.now)

    assert bank.realm.shard.sums().vaults == 500
    with pytest.raises(BadInput, match="bad_order"):
        bank.desk.allocate("again", "withdraw", SHARD, now=bank.realm.now)
