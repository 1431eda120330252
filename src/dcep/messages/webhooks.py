"""Webhooks: what an operator tells a merchant's server, signed so that the server knows who speaks.

1. Signed are the message's id, its time in seconds, and its bytes as they are sent, with a dot between.
2. A receiver takes a message only near its own time, so that nobody sends an old one again later. Meanwhile it must
   take each id once.
3. While keys change, a message carries a signature by each: one that holds is enough.

Headers: `webhook-id`, `webhook-timestamp`, `webhook-signature` = `v1a,BASE64` for each key, with blanks between.

Source: Standard Webhooks 1.0.0, asymmetric signatures by Ed25519.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from typing import Final

from dcep.clock import UnixMs
from dcep.crypto.suites import BadSignature, SignedMessage, Signer, Suite, require_signature
from dcep.messages.layout import Key

TOLERANCE_S: Final = 300
MAX_PAYLOAD: Final = 256 * 1024
_PUBLIC: Final = "whpk_"
_KIND: Final = "v1a"
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SECONDS: Final = re.compile(r"[1-9][0-9]{0,11}")
# Two keys while they change; more than a few signatures are no webhook of ours.
_MOST_SIGNATURES: Final = 8
_KEY_SIZE: Final = 32
_SIGNATURE_SIZE: Final = 64


class BadWebhook(ValueError):
    """The message is not from whom it says, or not of this time; the message says which."""


def public_key_text(signer: Signer) -> str:
    """Return the key that a merchant's server is given, `whpk_…`."""
    return _PUBLIC + base64.b64encode(signer.public).decode()


def read_public_key(text: str) -> Key:
    """Return the key of its text; BadWebhook if it is none."""
    data = _unbase64(text.removeprefix(_PUBLIC))
    if not text.startswith(_PUBLIC) or data is None or len(data) != _KEY_SIZE:
        raise BadWebhook("a key is whpk_ and 32 bytes in base64")
    return Key(data)


def sign_webhook(message_id: str, payload: bytes, now: UnixMs, signers: Sequence[Signer]) -> dict[str, str]:
    """Return the headers of a message.

    Args:
        message_id: 1 to 64 of `[A-Za-z0-9_-]`, the same however often it is sent.
        payload: the bytes that will be sent, at most MAX_PAYLOAD.
        now: the time of this attempt.
        signers: every key that a receiver may hold, one or two.
    """
    if not _ID.fullmatch(message_id) or len(payload) > MAX_PAYLOAD:
        raise ValueError("no id of a message, or more bytes than a message may have")
    seconds = str(now // 1_000)
    # 1.
    content = _content(message_id, seconds, payload)
    signatures = [f"{_KIND},{base64.b64encode(signer.sign(content)).decode()}" for signer in signers]
    return {"webhook-id": message_id, "webhook-timestamp": seconds, "webhook-signature": " ".join(signatures)}


def require_webhook(headers: Mapping[str, str], payload: bytes, key: Key, now: UnixMs) -> str:
    """Return the id of a message that holds; take each id once.

    Args:
        headers: their names in lower case.
        payload: the bytes as they came.
        key: of whom the receiver expects to hear.
        now: the receiver's time.

    Raises:
        BadWebhook: it does not hold.
    """
    message_id, seconds, signatures = (headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not _ID.fullmatch(message_id) or not _SECONDS.fullmatch(seconds) or len(payload) > MAX_PAYLOAD:
        raise BadWebhook("a header is missing or malformed, or the message is too long")
    # 2.
    if abs(now // 1_000 - int(seconds)) > TOLERANCE_S:
        raise BadWebhook("the message is of another time")
    # 3.
    content = _content(message_id, seconds, payload)
    if not any(_holds(signature, key, content) for signature in signatures.split(" ")[:_MOST_SIGNATURES]):
        raise BadWebhook("no signature holds")
    return message_id


def _content(message_id: str, seconds: str, payload: bytes) -> bytes:
    return f"{message_id}.{seconds}.".encode() + payload


def _holds(text: str, key: Key, content: bytes) -> bool:
    kind, _, encoded = text.partition(",")
    signature = _unbase64(encoded)
    if kind != _KIND or signature is None or len(signature) != _SIGNATURE_SIZE:
        return False
    try:
        require_signature(*SignedMessage(suite=Suite.ED25519, key=key, message=content, signature=signature))
    except BadSignature:
        return False
    return True


def _unbase64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
