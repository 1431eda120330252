"""A branch of the bank 支行: what all of an operator's routes share, and how an order is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from litestar import Request, Response
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType

from dcep.clock import UnixMs
from dcep.errors import DcepError
from dcep.http import bodies, orders
from dcep.http.events import Bell
from dcep.http.pages import Page, key_of, page
from dcep.http.problems import Problem
from dcep.messages.commands.governance import ClassLimits
from dcep.messages.signed import MAX_WIRE
from dcep.money import Fen
from dcep.operators.bank import Bank
from dcep.operators.channels.interconnection import Interconnection
from dcep.operators.order_book import Entry, Mark
from dcep.operators.routes.records import OrderBody, order_body

ACCEPTED: Final = 202
Visit = Request[Any, Any, Any]
# Where neither family fits: what is nobody's or somebody else's is not there.
_STATUS: Final = {
    "idempotency_key_reused": 422,
    "not_your_customer": 404,
    "order_unknown": 404,
    "account_unknown": 404,
    "code_unknown": 404,
    "code_of_nobody": 404,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """What the routes of an operator share.

    Args:
        clock: the time of this process.
        wake: lets the bank carry on what was ordered, now and not at its next turn.
        told: rings when holders may hear of something new.
        classes: the limits of the classes in the rules that the network began with.
        interconnection: makes the codes of its wallets, and reads those of all operators.
        worker_orders: tells the officers' orders about boards and workers, hex, as the central bank has told them.
        allocated: asks the central bank what it has allocated to the vault; None for an operator that knows none.
    """

    bank: Bank
    clock: Callable[[], UnixMs]
    wake: Callable[[], None]
    told: Bell
    classes: tuple[ClassLimits, ...]
    interconnection: Interconnection
    allocated: Callable[[], Fen] | None = None
    worker_orders: Callable[[], list[str]] = list

    def accepted(self, order: str, *, is_known: bool = False) -> Response[OrderBody]:
        """Return the answer to an order that was taken, or taken before."""
        self.wake()
        headers = {orders.REPLAYED: "true"} if is_known else {}
        return Response(order_body(self.bank.book.entry(order)), status_code=ACCEPTED, headers=headers)


class TakesCommand(Operation):
    """The description of a route whose body is a signed command."""

    def __post_init__(self) -> None:
        command = Schema(type=OpenAPIType.STRING, pattern="^([0-9a-f]{2})*$")
        record = Schema(type=OpenAPIType.OBJECT, properties={"command": command}, required=["command"])
        record.additional_properties = False
        self.request_body = RequestBody(
            required=True,
            content={
                bodies.BINARY: OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)),
                "application/json": OpenAPIMediaType(schema=record),
            },
        )


def command_in(request: Visit, body: bytes) -> bytes:
    """Return the signed command that a request brings."""
    return bodies.command_in(request.headers.get("content-type", ""), body, at_most=MAX_WIRE)


def key_in(request: Visit) -> str:
    """Return the key of an order; Problem `idempotency_key_missing`."""
    return orders.key_of(request.headers.get(orders.HEADER))


@contextmanager
def problems() -> Iterator[None]:
    """Let what the bank says no to leave with the status that is its own."""
    try:
        yield
    except DcepError as error:
        status = _STATUS.get(error.code)
        if status is None or isinstance(error, Problem):
            raise
        raise Problem(status, error.code, error.message, next_step=error.next_step) from error


def mark_of(text: str | None) -> Mark | None:
    """Return the place in the order book that a cursor names."""
    found = key_of(text, tuple[int, str])
    if found is None:
        return None
    if not 0 <= found[0] < 2**63:
        raise Problem(400, "bad_cursor", "no page of this list ends with this cursor")
    return Mark(*found)


def page_of(entries: list[Entry], limit: int) -> Page[OrderBody]:
    """Return entries of the order book, one more than the limit if there are as many, as a page."""
    return page([order_body(entry) for entry in entries], limit, [entry.mark for entry in entries])
