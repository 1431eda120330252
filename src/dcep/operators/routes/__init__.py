"""An operator over HTTP: holders and merchants with signed requests, the bank's counter, and who the operator is.

The reference is docs/reference/http-operator.md. What waits for the database, the ledger or the core system runs in a
thread beside the loop; what was ordered is carried on by the bank's own chore, which each order wakes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from litestar import get
from litestar.types import ControllerRouterHandler

from dcep.http.app import Service, build
from dcep.http.askers import Askers, Part
from dcep.http.edge import Edge
from dcep.http.site import site
from dcep.operators.routes.books import book_routes
from dcep.operators.routes.branch import Branch
from dcep.operators.routes.codes import code_routes
from dcep.operators.routes.counter import counter_routes
from dcep.operators.routes.history import history_routes
from dcep.operators.routes.holders import Door
from dcep.operators.routes.merchants import LIMITS, merchant_routes, payroll_routes
from dcep.operators.routes.orders import order_routes
from dcep.operators.routes.records import OperatorBody, WorkersBody
from dcep.operators.routes.tills import till_routes
from dcep.operators.routes.wallets import arrangement_routes, money_routes, opening_routes
from dcep.operators.routes.webhooks import Dispatch, webhook_routes
from dcep.staff.door import StaffDoor
from dcep.staff.routes import staff_routes

KIND: Final = "operator"
PAGES: Final = ("wallet", "pos", "desk")


def operator_service(
    branch: Branch,
    about: OperatorBody,
    url: str,
    staff: Askers,
    *,
    ids: Iterator[str],
    missing: Callable[[], Sequence[str]],
    warnings: Callable[[], Sequence[str]] = list,
    dispatch: Dispatch | None = None,
) -> Edge:
    """Return the service of an operator.

    Args:
        about: what everybody may know of it.
        url: by which others call it.
        staff: who may work at its counter, and which other operators may ask it.
        ids: the ids of requests.
        missing: what it lacks to do its work, by name; `warnings` what it will lack if nobody sees to it.
        dispatch: what it sends messages to merchants' servers with; None for an operator that sends none.
    """
    door, bank = Door(branch.bank.guards, url, branch.clock), branch.bank
    screens = StaffDoor(bank.admissions, url, part=Part.COUNTER, operator=bank.operator, clock=branch.clock)
    staff = staff.beside(screens.prove)
    service = Service(
        title=f"Operator {about.name}",
        kind=KIND,
        network=about.network,
        routes=[
            _about(about),
            _workers(branch),
            *_holders_routes(branch, door, dispatch),
            *order_routes(branch, door, staff),
            *code_routes(branch, door, staff),
            *counter_routes(branch, staff),
            *book_routes(branch, staff),
            *staff_routes(screens, staff),
            *site(PAGES, [about.ledger_url]),
        ],
        missing=missing,
        warnings=warnings,
        ids=ids,
        limits=LIMITS,
    )
    return build(service)


def _holders_routes(branch: Branch, door: Door, dispatch: Dispatch | None) -> list[ControllerRouterHandler]:
    return [
        *opening_routes(branch, door),
        *money_routes(branch, door),
        *arrangement_routes(branch, door),
        *history_routes(branch, door),
        *merchant_routes(branch, door),
        *webhook_routes(branch, door, dispatch),
        *payroll_routes(branch, door),
        *till_routes(branch, door),
    ]


def _workers(branch: Branch) -> ControllerRouterHandler:
    @get("/v1/workers", summary="The orders that say whose receipts count", sync_to_thread=True)
    def workers() -> WorkersBody:
        return WorkersBody(orders=branch.worker_orders())

    return workers


def _about(told: OperatorBody) -> ControllerRouterHandler:
    @get("/v1/operator", summary="Who the operator is", sync_to_thread=False)
    def about() -> OperatorBody:
        return told

    return about
