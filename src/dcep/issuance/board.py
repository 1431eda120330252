"""The supply board: all money by ledger, operator, class and city, as records that can be written as JSON.

The figures of `supply` are one consistent cut and true together. Those of an operator are the central bank's own
settled orders and the balance of its vaults at the moment when they were asked. Classes and cities are what operators
have reported and signed, each true at its own instant; `unreported_fen` is what no report names, less than zero if
reports are older than the money that has left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final, Protocol

from sqlalchemy import delete, insert, select

from dcep.clock import UnixMs
from dcep.errors import BadInput, DcepError
from dcep.ids import LedgerId, OperatorId, WalletId, ledger_name
from dcep.issuance.reserves.account import Reserve
from dcep.issuance.store import Rows
from dcep.issuance.supply import Cut, Stated, take_cut
from dcep.issuance.tables import HOLDINGS
from dcep.ledger.client import AccountView, Statement
from dcep.messages.classes import OperatorStatus, WalletClass
from dcep.messages.commands.governance import SetOperator
from dcep.messages.commands.issuance import Allocate, Issue, Withdraw
from dcep.messages.layout import Malformed
from dcep.messages.policies import policy_hash
from dcep.messages.reports.holdings import Holdings, read_holdings
from dcep.money import Fen

# A report of a time to come would keep all others out until then.
_AHEAD_MS: Final = 60_000
_MONEY: Final = {"issued_fen": Issue, "allocated_fen": Allocate, "withdrawn_fen": Withdraw}

Record = dict[str, Any]


class Shard(Protocol):
    """What the board asks of a retail ledger."""

    def statement(self) -> Statement: ...

    def account(self, wallet: WalletId) -> AccountView | None: ...


class SupplyBoard:
    """Takes operators' reports, and tells how all money stands."""

    def __init__(self, reserve: Reserve, tier1: Stated, shards: Mapping[LedgerId, Shard]) -> None:
        self._reserve, self._store = reserve, reserve.store
        self._tier1, self._shards = tier1, shards

    def take_holdings(self, message: bytes, *, now: UnixMs) -> Holdings:
        """Take an operator's report in the place of its last one. The same message again changes nothing.

        Raises:
            BadInput: `bad_report`: not a report of this network, signed by the registrar of an operator known here.
            DcepError: `stale_report`: a newer one was taken.
        """
        try:
            signed = read_holdings(message)
        except Malformed as error:
            raise BadInput("bad_report", str(error)) from error
        holdings = signed.holdings
        with self._store.transaction() as rows:
            seats = [seat for seat in rows.operators() if seat.operator == holdings.operator]
            is_signed = signed.policy in [policy_hash(seat.registrar_policy) for seat in seats]
            if holdings.network != self._store.network or not is_signed:
                raise BadInput("bad_report", "no registrar of this network's operators has signed this")
            if holdings.at > now + _AHEAD_MS:
                raise BadInput("bad_report", "the report is of a time to come")
            own = HOLDINGS.c.operator == holdings.operator
            known = rows.connection.execute(select(HOLDINGS).where(own)).one_or_none()
            if known is not None and known.message == message:
                return holdings
            if known is not None and holdings.at <= known.at_ms:
                raise DcepError("stale_report", "a newer report of this operator was taken")
            rows.connection.execute(delete(HOLDINGS).where(own))
            values = {"operator": holdings.operator, "at_ms": holdings.at, "message": message, "taken_at_ms": now}
            rows.connection.execute(insert(HOLDINGS).values(**values))
        return holdings

    def cut(self) -> Cut:
        """Return the figures of all ledgers and the reserves that fit together.

        Raises:
            Unavailable: `no_cut`, or a ledger cannot answer.
        """
        return take_cut(self._tier1, list(self._shards.values()), lambda: self._reserve.locked().locked_fen)

    def report(self, *, now: UnixMs) -> Record:
        """Return how all money stands; see docs/reference/central-bank.md for its keys."""
        cut, assurance = self.cut(), self._reserve.locked().assurance
        with self._store.transaction() as rows:
            seats = rows.operators()
            money = {key: _by_operator(rows, kind) for key, kind in _MONEY.items()}
            messages = rows.connection.execute(select(HOLDINGS.c.message).order_by(HOLDINGS.c.operator)).scalars()
            reports = [read_holdings(message).holdings for message in messages]
        lines = _lines(reports)
        return {
            "at_ms": now,
            "frames": {ledger_name(each.ledger): each.seq for each in (cut.tier1, *cut.shards)},
            "supply": supply_record(cut),
            "reserve_assurance": assurance,
            "operators": [
                self._operator(operator, [seat for seat in seats if seat.operator == operator], money)
                for operator in sorted({seat.operator for seat in seats})
            ],
            "holdings": lines,
            "classes": _added(lines, "wallet_class"),
            "cities": _added(lines, "city"),
            "unreported_fen": cut.supply.wallets_fen - sum(line["held_fen"] for line in lines),
        }

    def allocated(self, operator: OperatorId) -> Fen:
        """Return what was allocated to an operator's vaults since the beginning, fen, by orders that have settled."""
        with self._store.transaction() as rows:
            return Fen(_by_operator(rows, Allocate).get(operator, 0))

    def _operator(
        self, operator: OperatorId, seats: Sequence[SetOperator], money: Mapping[str, Mapping[OperatorId, int]]
    ) -> Record:
        vaults = [self._shards[seat.shard].account(seat.vault) for seat in seats]
        return {
            "operator": f"{operator:03}",
            "status": {ledger_name(seat.shard): OperatorStatus(seat.status).name.lower() for seat in seats},
            **{key: sums.get(operator, 0) for key, sums in money.items()},
            "reserve_fen": self._reserve.locked_of(operator),
            # A vault that is admitted and not known to its shard yet is on its way there.
            "vault_fen": sum(vault.balance for vault in vaults if vault is not None),
        }


def supply_record(cut: Cut) -> Record:
    """Return the figures of a cut, fen, and whether the law holds."""
    return {**asdict(cut.supply), "law_holds": cut.law_holds}


def _by_operator(rows: Rows, kind: type) -> Mapping[OperatorId, int]:
    sums: dict[OperatorId, int] = defaultdict(int)
    for order in rows.settled(kind):
        sums[order.content.operator] += order.content.amount
    return sums


def _lines(reports: Iterable[Holdings]) -> list[Record]:
    return [
        {
            "operator": f"{report.operator:03}",
            "wallet_class": WalletClass(line.wallet_class).name,
            "city": f"{line.city:06}",
            "wallets": line.wallets,
            "held_fen": line.held,
            "reported_at_ms": report.at,
        }
        for report in reports
        for line in report.lines
    ]


def _added(lines: Sequence[Record], key: str) -> list[Record]:
    """Return the sums over all operators, by class or by city."""
    return [
        {
            key: value,
            "wallets": sum(line["wallets"] for line in lines if line[key] == value),
            "held_fen": sum(line["held_fen"] for line in lines if line[key] == value),
        }
        for value in sorted({line[key] for line in lines})
    ]
