"""What intake says of a record without any state, in plain Python: the Rust core says it of whole batches."""

from __future__ import annotations

from dcep.crypto.suites import bad_signatures
from dcep.ids import NetworkId
from dcep.messages import signed
from dcep.messages.commands.channel import Ack, Credit
from dcep.messages.headers import decode_signed_header
from dcep.messages.layout import Malformed, SuiteUnsupported
from dcep.messages.refusals import NotProcessed


def verdict(network: NetworkId, record: bytes) -> NotProcessed | None:
    """Say what is wrong with a record; None where its form is right and every signature holds."""
    try:
        command = signed.decode_record(record, signed.prefix(network))
        header = None
        if signed.is_satisfied(command) and isinstance(command.body.order, Credit | Ack):
            header = decode_signed_header(command.body.order.header)
    except SuiteUnsupported:
        return NotProcessed.UNSUPPORTED_SUITE
    except Malformed:
        return NotProcessed.MALFORMED
    if header is not None and header.header.network != network:
        return NotProcessed.WRONG_NETWORK
    messages = [*signed.signed_messages(command), *([header.signed_message()] if header else [])]
    holds = signed.is_satisfied(command) and not bad_signatures(messages)
    return None if holds else NotProcessed.BAD_SIGNATURE
