"""Webhooks at a merchant's server: what the operator says, believed by its signature alone.

Take each id once: an operator that heard no answer says the same again.

Source: Standard Webhooks 1.0.0; `messages.merchants.webhooks`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dcep.client.reading import read
from dcep.client.records import Movement
from dcep.clock import UnixMs
from dcep.errors import Unavailable
from dcep.messages.merchants.webhooks import BadWebhook, read_public_key, require_webhook
from dcep.services import machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A message that holds: its id, its kind, and what it says."""

    id: str
    type: str
    data: dict[str, Any]

    @property
    def movement(self) -> Movement:
        """The line of the wallet's history that a message about a payment tells; BadWebhook for any other."""
        try:
            return read(Movement, self.data)
        except Unavailable as error:
            raise BadWebhook(f"{self.type} tells no line of a history") from error


def read_webhook(
    headers: Mapping[str, str], body: bytes, key: str, *, clock: Callable[[], UnixMs] = machine.now
) -> Webhook:
    """Return the message of a webhook.

    Args:
        headers: of the request, their names in any case.
        body: the bytes as they came, not what a framework made of them.
        key: `whpk_…`, as the operator gave it when the webhook was arranged.

    Raises:
        BadWebhook: it is not from this operator, or not of this time. Answer 4xx, and do nothing.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    message_id = require_webhook(lower, body, read_public_key(key), clock())
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadWebhook("the message is no JSON") from error
    kind, data = (told.get("type"), told.get("data")) if isinstance(told, dict) else (None, None)
    if not isinstance(kind, str) or not isinstance(data, dict):
        raise BadWebhook("the message has no type and data")
    return Webhook(id=message_id, type=kind, data=data)
