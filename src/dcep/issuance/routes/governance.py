"""Who may do what: the boards, the operators and the rules that settled orders have left in force. All of it is public.

The keys of the first boards stand in the genesis, and each order that changed anything stands on tier 1: whoever doubts
what is told here holds it against them.
"""

from __future__ import annotations

from typing import Any, Final

from litestar import get
from litestar.types import ControllerRouterHandler

from dcep.http.bodies import Strict
from dcep.ids import LedgerId, ledger_name
from dcep.issuance.central_bank import CentralBank
from dcep.issuance.records import content_record
from dcep.issuance.routes.wanted import LimitsBody, SeatBody
from dcep.issuance.store import Rows, Store
from dcep.messages.classes import OperatorStatus
from dcep.messages.commands.governance import Rules, SetBoard, SetOperator, Workers
from dcep.messages.genesis import ISSUING_VAULT, supervision_wallet
from dcep.messages.policies import Board
from dcep.money import MAX_FEN, Fen

# The rule set of the genesis has this version.
_FIRST_RULES: Final = 1


class BoardBody(Strict, frozen=True):
    """The officers' board in force, and by shard the policy of the supervision board."""

    epoch: int
    needed: int
    sites: int
    seats: list[SeatBody]
    supervision: dict[str, dict[str, Any]]


class OperatorBody(Strict, frozen=True):
    """An operator on a shard, with its two accounts there."""

    operator: int
    shard: str
    status: str
    registrar: str
    vault: str


class OperatorsBody(Strict, frozen=True):
    """Every operator on every shard."""

    items: list[OperatorBody]


class RulesBody(Strict, frozen=True):
    """A rule set; classes are I, II, III, IV and corporate."""

    version: int
    name: str
    effective_at_ms: int
    max_life_ms: int
    clock_bound_ms: int
    classes: list[LimitsBody]


class AllRulesBody(Strict, frozen=True):
    """Every rule set since the genesis."""

    items: list[RulesBody]


class WorkersBody(Strict, frozen=True):
    """The officers' settled orders about boards and workers, each the hex of its wire."""

    orders: list[str]


def governance_routes(bank: CentralBank) -> list[ControllerRouterHandler]:
    """Return what is told of boards, operators, rules and workers."""
    store = bank.store

    @get("/v1/board", summary="Whose signatures count", sync_to_thread=True)
    def board() -> BoardBody:
        with store.transaction() as rows:
            return _board(store, rows)

    @get("/v1/operators", summary="Who is admitted, and who is suspended", sync_to_thread=True)
    def operators() -> OperatorsBody:
        with store.transaction() as rows:
            return OperatorsBody(items=[_operator(seat) for seat in rows.operators()])

    @get("/v1/rules", summary="Every rule set since the genesis, the oldest first", sync_to_thread=True)
    def rules() -> AllRulesBody:
        with store.transaction() as rows:
            given: list[Rules] = [order.content for order in rows.settled(Rules)]
        first = _rules(_FIRST_RULES, store.genesis.rules)
        later = [_rules(each.replaces + 1, each) for each in sorted(given, key=lambda each: each.replaces)]
        return AllRulesBody(items=[first, *later])

    @get("/v1/workers", summary="The orders that say whose receipts count", sync_to_thread=True)
    def workers() -> WorkersBody:
        with store.transaction() as rows:
            return WorkersBody(orders=[wire.hex() for wire in rows.settled_wires(SetBoard, Workers)])

    return [board, operators, rules, workers]


def _board(store: Store, rows: Rows) -> BoardBody:
    epoch = rows.newest_epoch(ISSUING_VAULT)
    officers = rows.policy(ISSUING_VAULT, epoch)
    assert isinstance(officers, Board), "the issuing vault is guarded by a board, from its genesis on"
    supervision = {}
    for shard in map(LedgerId, range(store.genesis.shards)):
        wallet = supervision_wallet(shard)
        policy = rows.policy(wallet, rows.newest_epoch(wallet))
        supervision[ledger_name(shard)] = content_record(policy)
    return BoardBody(
        epoch=epoch,
        needed=officers.needed,
        sites=officers.sites,
        seats=[SeatBody(site=seat.site, suite=seat.suite, key=seat.key.hex()) for seat in officers.seats],
        supervision=supervision,
    )


def _operator(seat: SetOperator) -> OperatorBody:
    return OperatorBody(
        operator=seat.operator,
        shard=ledger_name(seat.shard),
        status=OperatorStatus(seat.status).name.lower(),
        registrar=f"{seat.registrar:016}",
        vault=f"{seat.vault:016}",
    )


def _rules(version: int, rules: Rules) -> RulesBody:
    def limit(fen: Fen) -> int | None:
        return None if fen == MAX_FEN else fen

    return RulesBody(
        version=version,
        name=rules.name.rstrip(b"\0").decode("ascii", "backslashreplace"),
        effective_at_ms=rules.effective_at,
        max_life_ms=rules.max_life,
        clock_bound_ms=rules.clock_bound,
        classes=[
            LimitsBody(
                cap_fen=limit(each.cap),
                single_fen=limit(each.single),
                daily_fen=limit(each.daily),
                annual_fen=limit(each.annual),
            )
            for each in rules.classes
        ],
    )
