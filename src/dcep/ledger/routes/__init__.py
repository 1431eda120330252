"""A ledger over HTTP: commands, receipts and headers for everybody; accounts and the channel for institutions.

`payments` takes commands, `reading` answers questions, `movements` tells operators what happened to their wallets,
`askers` says who may ask. The reference is
docs/reference/http-ledger.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from prometheus_client import CollectorRegistry, Gauge

from dcep.http.app import Service, build
from dcep.http.askers import Askers
from dcep.http.edge import Edge
from dcep.http.events import Bell
from dcep.ids import TIER1, ledger_name
from dcep.ledger.client import WorkerLine
from dcep.ledger.routes.movements import movement_routes
from dcep.ledger.routes.payments import BATCH, HISTORY, LIMITS, PAYMENTS, Counter, payment_routes
from dcep.ledger.routes.reading import account_routes, channel_routes, header_routes, standing_routes
from dcep.ledger.timekeeping import Teller

# What pages of other services may ask: wallets in browsers send their own commands, and verify for themselves.
_TO_PAGES: Final = (
    PAYMENTS,
    HISTORY,
    "/v1/receipts/*/*",
    "/v1/headers/*",
    "/v1/standing",
    "/v1/genesis",
)
_WIRE: Final = {"type": "string", "format": "binary"}


def ledger_service(
    line: WorkerLine,
    askers: Askers,
    *,
    ids: Iterator[str],
    bell: Bell,
    missing: Callable[[], Sequence[str]],
    warnings: Callable[[], Sequence[str]] = list,
    teller: Teller | None = None,
) -> Edge:
    """Return the service of a ledger; called in the loop that will serve it.

    Args:
        line: the ledger with the worker on it.
        askers: says which institution looks into it.
        ids: the ids of requests.
        bell: rung for each header.
        missing: what it lacks to do its work, by name.
        warnings: what it will lack if nobody sees to it.
        teller: tells the time, on tier 1.
    """
    line.ledger.watch(bell.ring)
    registry = CollectorRegistry()
    _watch(line, registry)
    routes = [
        *header_routes(line, bell),
        *standing_routes(line, teller),
        *account_routes(line, askers),
        *movement_routes(line, askers, bell),
        *channel_routes(line, askers),
    ]
    service = Service(
        title=f"Ledger {ledger_name(line.place)}",
        kind="tier1" if line.place == TIER1 else "ledger",
        network=line.network.hex(),
        routes=routes,
        raw=payment_routes(Counter(line, asyncio.get_running_loop())),
        missing=missing,
        warnings=warnings,
        ids=ids,
        paths=_described(),
        limits=LIMITS,
        open_to_pages=_TO_PAGES,
        registry=registry,
    )
    return build(service)


def _watch(line: WorkerLine, registry: CollectorRegistry) -> None:
    Gauge("dcep_ledger_seq", "The newest frame.", registry=registry).set_function(lambda: line.ledger.headers.count)
    told = Gauge("dcep_ledger_furthest_ms", "A frame may be no later, by tier 1's time.", registry=registry)
    told.set_function(lambda: line.ledger.furthest)


def _described() -> dict[str, Any]:
    """Return the OpenAPI path items of the raw routes."""
    answer = {
        "type": "object",
        "required": ["answer", "code", "final", "seq", "place", "command_id"],
        "properties": {
            "answer": {"type": "string"},
            "code": {"type": "string"},
            "final": {"type": "boolean"},
            "seq": {"type": ["integer", "null"]},
            "place": {"type": ["integer", "null"]},
            "command_id": {"type": ["string", "null"]},
            "receipt": {"type": "string"},
        },
    }
    command = {
        "type": "object",
        "required": ["command"],
        "additionalProperties": False,
        "properties": {"command": {"type": "string", "pattern": "^([0-9a-f]{2})*$"}},
    }
    one = {"application/json": {"schema": command}, "application/octet-stream": {"schema": _WIRE}}
    settled = {"application/json": {"schema": answer}}
    many = {"application/octet-stream": {"schema": _WIRE}}
    prefer = {"name": "Prefer", "in": "header", "schema": {"type": "string", "enum": ["return=minimal"]}}
    return {
        PAYMENTS: _posted("Send one signed command", one, settled, prefer),
        BATCH: _posted("Send many signed commands", many, many),
        HISTORY: _posted("Ask what became of a command, without sending it", one, settled, prefer),
    }


def _posted(summary: str, body: dict[str, Any], answer: dict[str, Any], *parameters: dict[str, Any]) -> dict[str, Any]:
    return {
        "post": {
            "summary": summary,
            "operationId": "".join(part.title() for part in summary.replace(",", "").split()),
            "parameters": list(parameters),
            "requestBody": {"required": True, "content": body},
            "responses": {"200": {"description": "Done.", "content": answer}},
        }
    }
