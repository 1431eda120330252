"""Signed bytes that a holder brings to the counter: read and checked before anything is stored."""

from __future__ import annotations

from dcep.clock import DAY_MS, UnixMs
from dcep.errors import BadInput
from dcep.ids import NetworkId
from dcep.messages.kinds import KIND_OF
from dcep.messages.layout import Malformed
from dcep.messages.signed import Command, decode, signatures_hold


def read_brought(wire: bytes, network: NetworkId, order: type, *, now: UnixMs | None) -> Command:
    """Return the command of a kind with this wire.

    Args:
        order: the record that it must hold.
        now: it must end within 24 hours of it, or it would be sent for ever; None for a command of the past.

    Raises:
        BadInput: `other_command`, `life_too_long`, `bad_signature`.
    """
    try:
        command = decode(wire, network)
    except Malformed as error:
        raise BadInput("other_command", f"these bytes are no command of this network: {error}") from error
    if not isinstance(command.body.order, order):
        raise BadInput("other_command", f"a {KIND_OF[order].name} is asked for, and this is a {command.kind.name}")
    if now is not None and command.body.expires_at > now + DAY_MS:
        raise BadInput("life_too_long", "a command that is brought here expires within 24 hours")
    if not signatures_hold(command):
        raise BadInput("bad_signature", "too few keys have signed, or a signature does not hold")
    return command
