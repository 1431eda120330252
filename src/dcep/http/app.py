"""Put a service together: its own routes, and those that every service has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from importlib.metadata import version
from typing import Any, Final

import msgspec
from litestar import Litestar, Response, get
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.types import ControllerRouterHandler
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

from dcep.http.edge import Edge, RawRoute
from dcep.http.framework import HANDLERS
from dcep.http.problems import MEDIA_TYPE

_EXPLORER: Final = resources.files("dcep.http") / "explorer"
_PAGES: Final = {
    "/docs": ("explorer.html", "text/html; charset=utf-8"),
    "/docs/explorer.js": ("explorer.js", "text/javascript; charset=utf-8"),
    "/docs/explorer.css": ("explorer.css", "text/css; charset=utf-8"),
}
_PROBLEM: Final = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "next_step", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "next_step": {"type": "string"},
        "request_id": {"type": "string"},
    },
}

# OpenAPI has no word for signed requests: the header that says who has signed is named in its place.
_SIGNED: Final = {
    "type": "apiKey",
    "in": "header",
    "name": "Signature-Input",
    "description": "A signature of the whole request (RFC 9421), by the key of a certificate or of a wallet.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What a service is.

    Args:
        title: its name for people.
        kind: as `dcep up` names it: `ledger`, `tier1`, `operator`, `central-bank`.
        network: the network's id, hex.
        routes: its own handlers.
        raw: its routes beside the framework, by path.
        missing: return what the service lacks to do its work; nothing if it is ready.
        warnings: return what will be missing if nobody sees to it.
        paths: OpenAPI path items of raw routes, which no types describe.
        limits: the largest body of the routes that take more than usual, by path; `*` stands for one segment.
        open_to_pages: the paths that pages of other services may ask, likewise.
        ids: the ids of requests.
        registry: its counters.
    """

    title: str
    kind: str
    network: str
    routes: Sequence[ControllerRouterHandler]
    missing: Callable[[], Sequence[str]]
    ids: Iterator[str]
    warnings: Callable[[], Sequence[str]] = list
    raw: Mapping[str, RawRoute] = field(default_factory=dict)
    paths: Mapping[str, Any] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    open_to_pages: Sequence[str] = ()
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)


def build(service: Service) -> Edge:
    """Return the app of a service, with its edge in front."""

    @cache
    def described() -> bytes:
        # Made for whoever asks first: a process that nobody asks starts without.
        return msgspec.json.encode(describe(service))

    @get("/openapi.json", include_in_schema=False, sync_to_thread=True)
    def openapi() -> Response[bytes]:
        return Response(described(), media_type="application/json")

    # Processor time, memory and open files of the process.
    ProcessCollector(registry=service.registry)
    own = [*service.routes, *_health(service), openapi, *map(_page, _PAGES)]
    app = Litestar(own, openapi_config=None, exception_handlers=HANDLERS, logging_config=None)
    return Edge(
        app,
        ids=service.ids,
        registry=service.registry,
        raw=service.raw,
        limits=service.limits,
        open_to_pages=service.open_to_pages,
    )


def describe(service: Service) -> dict[str, Any]:
    """Return the OpenAPI document of a service, from the types of its handlers and the path items of its raw routes."""
    # An app that is never served: the framework would put pages of its own beside the document, from other hosts.
    config = OpenAPIConfig(title=service.title, version=_version(), render_plugins=[JsonRenderPlugin()])
    config.use_handler_docstrings = True
    app = Litestar([*service.routes, *_health(service)], openapi_config=config, logging_config=None)
    document = app.openapi_schema.to_schema()
    document["paths"] = dict(sorted({**document["paths"], **service.paths}.items()))
    document.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _PROBLEM
    document["components"]["securitySchemes"] = {"institution": _SIGNED, "holder": _SIGNED}
    problem = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for item in document["paths"].values():
        for operation in item.values():
            for status in [status for status in operation["responses"] if status >= "400"]:
                operation["responses"].pop(status)
            operation["responses"]["default"] = {"description": "A problem.", "content": problem}
    return document


def _health(service: Service) -> list[ControllerRouterHandler]:
    @get("/livez", sync_to_thread=False, summary="Whether the process answers")
    def livez() -> dict[str, bool]:
        return {"alive": True}

    @get("/readyz", sync_to_thread=False, summary="Whether it can do its work")
    def readyz() -> Response[dict[str, Any]]:
        missing = list(service.missing())
        told = {"ready": not missing, "missing": missing, "warnings": list(service.warnings())}
        return Response(told, status_code=503 if missing else 200)

    @get("/version", sync_to_thread=False, summary="What runs here")
    def what_runs() -> dict[str, str]:
        told = {"name": "dcep", "version": _version(), "kind": service.kind, "network": service.network}
        return told

    @get("/metrics", sync_to_thread=False, include_in_schema=False)
    def metrics() -> Response[bytes]:
        return Response(generate_latest(service.registry), media_type="text/plain; version=0.0.4; charset=utf-8")

    return [livez, readyz, what_runs, metrics]


def _page(path: str) -> ControllerRouterHandler:
    name, media_type = _PAGES[path]
    content = (_EXPLORER / name).read_bytes()

    @get(path, include_in_schema=False, sync_to_thread=False)
    def page() -> Response[bytes]:
        return Response(content, media_type=media_type)

    return page


def _version() -> str:
    return version("dcep")
