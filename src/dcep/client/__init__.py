"""A wallet in a program's hands: `Client` blocks, `AsyncClient` does not, and both walk the same stories.

What needs asyncio is loaded when it is asked for: a command line starts at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dcep.client.records import (
    Account,
    Event,
    Evidence,
    Limits,
    Movement,
    Operator,
    OperatorOrder,
    Page,
    Payment,
    Proof,
)

if TYPE_CHECKING:
    from dcep.client.asynchronous import AsyncClient
    from dcep.client.blocking import Client
    from dcep.client.merchants.webhooks import Webhook, read_webhook
    from dcep.messages.merchants.webhooks import BadWebhook

__all__ = [
    "Account",
    "AsyncClient",
    "BadWebhook",
    "Client",
    "Event",
    "Evidence",
    "Limits",
    "Movement",
    "Operator",
    "OperatorOrder",
    "Page",
    "Payment",
    "Proof",
    "Webhook",
    "read_webhook",
]
_ROOMS = {
    "AsyncClient": "asynchronous",
    "BadWebhook": "merchants.webhooks",
    "Client": "blocking",
    "Webhook": "merchants.webhooks",
    "read_webhook": "merchants.webhooks",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module  # noqa: PLC0415  most who come here want a record, or one of the two clients

    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
