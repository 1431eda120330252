"""Orders and proposals as records that can be written as JSON: what officers read before they sign.

The keys are those of docs/reference/http.md: money ends in `_fen`, times in `_ms`, bytes are hex, a wallet is its 16
digits. Whoever signs decodes `body` itself: a record is a courtesy, the bytes are the order.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any, Final, get_type_hints

from dcep.clock import UnixMs
from dcep.ids import LedgerId, OperatorId, WalletId, ledger_name
from dcep.issuance.store import Order, Proposed
from dcep.messages.layout import Name
from dcep.money import Fen

Record = dict[str, Any]

_SUFFIXES: Final[dict[object, str]] = {Fen: "_fen", UnixMs: "_ms"}
_TEXTS: Final[dict[object, Any]] = {
    WalletId: lambda wallet: f"{wallet:016}",
    OperatorId: lambda operator: f"{operator:03}",
    LedgerId: ledger_name,
    Name: lambda name: name.rstrip(b"\0").decode("ascii", "backslashreplace"),
}


def order_record(order: Order) -> Record:
    """Return an order as it stands."""
    return {
        "id": order.id,
        "kind": order.kind,
        "state": order.state.value,
        "code": order.code,
        "ledger": ledger_name(order.given.ledger),
        "lane": order.given.lane,
        "number": order.number,
        "command_id": None if order.command is None else order.command.hex(),
        "order": content_record(order.content),
        "requested_at_ms": order.requested_at,
        "changed_at_ms": order.changed_at,
    }


def proposal_record(order: Order, proposed: Proposed) -> Record:
    """Return what an officer reads: the order, its bytes, who may sign and who has."""
    proposal = proposed.proposal
    return {
        "order": order_record(order),
        "command_id": proposed.command.hex(),
        "body": proposal.body.hex(),
        "epoch": proposed.epoch,
        "expires_at_ms": proposed.expires_at,
        "policy": content_record(proposal.policy),
        "signed": sorted(
            key.hex() for place, (_, key) in enumerate(proposal.policy.keys()) if place in proposal.signatures
        ),
        "is_approved": proposal.is_approved,
    }


def content_record(content: Any) -> Record:
    """Return the fields of a command or a policy, each in the form that its type has in JSON."""
    hints = get_type_hints(type(content))
    return {
        field.name + _SUFFIXES.get(hints[field.name], ""): _value(hints[field.name], getattr(content, field.name))
        for field in fields(content)
    }


def _value(hint: object, value: Any) -> Any:
    if hint in _TEXTS:
        return _TEXTS[hint](value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple):
        return [_value(type(item), item) for item in value]
    return content_record(value) if is_dataclass(value) else value
