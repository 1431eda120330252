"""Orders that overwrite: board, rules, workers, operators; and a freeze by the supervision board.

Each names the version that it replaces, as the ledger has it when the order is asked for. If another one is faster, the
ledger refuses it as `stale`, and it is asked for anew under another id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from dcep.clock import UnixMs
from dcep.errors import BadInput, DcepError
from dcep.ids import TIER1, LedgerId, OperatorId, WalletId, format_wallet_id, home_of, ledger_name
from dcep.issuance.desk import Desk, Ledger
from dcep.issuance.store import Order
from dcep.messages.classes import OperatorStatus
from dcep.messages.commands.freezing import Freeze, Unfreeze
from dcep.messages.commands.governance import Rules, SetBoard, SetOperator, Workers
from dcep.messages.layout import Code, Hash, Key, Version
from dcep.messages.policies import Board

# An empty document has a hash too.
_OF_NOTHING: Final = Hash(hashlib.sha256(b"").digest())


class Governance:
    """Asks for the orders that overwrite. The same request again is the same order, whatever is in force by then."""

    def __init__(self, desk: Desk, ledgers: Mapping[LedgerId, Ledger]) -> None:
        self._desk, self._store, self._ledgers = desk, desk.store, ledgers

    # The officers' board.

    def set_board(self, order_id: str, board: Board, *, now: UnixMs) -> Order:
        """Ask for another officers' board; the one in force must approve it."""
        return self._request(order_id, SetBoard(replaces=self._ledgers[TIER1].standing().board, board=board), now)

    def set_rules(self, order_id: str, rules: Rules, *, now: UnixMs) -> Order:
        """Ask for a dated rule set; it comes into force on its date."""
        return self._request(order_id, replace(rules, replaces=self._ledgers[TIER1].standing().rules), now)

    def set_workers(self, order_id: str, ledger: LedgerId, keys: tuple[Key, ...], *, now: UnixMs) -> Order:
        """Ask for another list of the workers of a ledger.

        Raises:
            BadInput: `unknown_ledger`.
        """
        if ledger not in self._ledgers:
            raise _unknown_ledger(ledger_name(ledger))
        replaces = self._ledgers[ledger].standing().workers
        return self._request(order_id, Workers(ledger=ledger, replaces=replaces, keys=keys), now)

    def ledger_named(self, name: str) -> LedgerId:
        """Return the ledger of this name, `tier1` or `shard-000`.

        Raises:
            BadInput: `unknown_ledger`.
        """
        found = [ledger for ledger in self._ledgers if ledger_name(ledger) == name]
        if not found:
            raise _unknown_ledger(name)
        return found[0]

    # Operators.

    def admit(self, order_id: str, admission: SetOperator, *, now: UnixMs) -> Order:
        """Ask for the admission of an operator on a shard, with its registrar and its vault there."""
        first = replace(admission, replaces=Version(0), status=Code(OperatorStatus.ADMITTED))
        return self._request(order_id, first, now)

    def suspend(self, order_id: str, operator: OperatorId, shard: LedgerId, *, now: UnixMs) -> Order:
        """Ask for an operator's suspension: it opens no wallet, exchanges nothing, and nothing is issued to it.

        Raises:
            BadInput: `unknown_operator`: it was never admitted there.
        """
        return self._set_status(order_id, operator, shard, OperatorStatus.SUSPENDED, now)

    def readmit(self, order_id: str, operator: OperatorId, shard: LedgerId, *, now: UnixMs) -> Order:
        """Ask for the end of an operator's suspension.

        Raises:
            BadInput: `unknown_operator`: it was never admitted there.
        """
        return self._set_status(order_id, operator, shard, OperatorStatus.ADMITTED, now)

    def _set_status(
        self, order_id: str, operator: OperatorId, shard: LedgerId, status: OperatorStatus, now: UnixMs
    ) -> Order:
        with self._store.transaction() as rows:
            own = [seat for seat in rows.operators() if (seat.operator, seat.shard) == (operator, shard)]
        if not own:
            raise BadInput("unknown_operator", f"operator {operator:03} was never admitted on {ledger_name(shard)}")
        (newest,) = own
        return self._request(order_id, replace(newest, replaces=Version(newest.replaces + 1), status=Code(status)), now)

    # The supervision board.

    def freeze(self, order_id: str, wallet: WalletId, scope: int, basis: Hash, *, now: UnixMs) -> Order:
        """Ask for the freeze of a wallet.

        Args:
            scope: 1 to pay, 2 to receive, 3 both.
            basis: SHA-256 of the document that the law demands. The document stays with whoever holds it.

        Raises:
            BadInput: `no_basis`: the document is empty.
            DcepError: `not_found`: no ledger has this wallet.
        """
        _require_document(basis)
        standing = self._standing_of(wallet)
        return self._request(order_id, Freeze(wallet=wallet, replaces=standing, scope=Code(scope), basis=basis), now)

    def unfreeze(self, order_id: str, wallet: WalletId, basis: Hash, *, now: UnixMs) -> Order:
        """Ask for the end of every freeze of a wallet; see `freeze`."""
        _require_document(basis)
        standing = self._standing_of(wallet)
        return self._request(order_id, Unfreeze(wallet=wallet, replaces=standing, basis=basis), now)

    def _standing_of(self, wallet: WalletId) -> Version:
        account = self._ledgers[home_of(wallet, self._store.genesis.shards)].account(wallet)
        if account is None:
            raise DcepError("not_found", f"no ledger has the wallet {format_wallet_id(wallet)}")
        return Version(account.standing)

    def _request(self, order_id: str, content: Any, now: UnixMs) -> Order:
        with self._store.transaction() as rows:
            known = rows.find_order(order_id)
        if known is not None and type(known.content) is type(content):
            content = replace(content, replaces=known.content.replaces)
        return self._desk.request(order_id, content, now=now)


def _require_document(basis: Hash) -> None:
    if basis == _OF_NOTHING:
        raise BadInput("no_basis", "a freeze has a legal basis: the document is empty")


def _unknown_ledger(name: str) -> BadInput:
    return BadInput("unknown_ledger", f"there is no ledger {name!r}")
