"""What comes from outside the ledgers: the text of a payment request, a webhook's headers, a key file under a password.

Each is read as the one value that would be written like this, or refused in its own words; nothing else comes of it.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from dcep.clock import UnixMs
from dcep.crypto.keys import BadKeyFile
from dcep.crypto.sealed_keys import Cost, WrongPassword, open_seed, seal_seed
from dcep.crypto.suites import Signer
from dcep.ids import NetworkId, OperatorId, wallet_id
from dcep.messages.layout import Key
from dcep.messages.requests import BadRequest, PaymentRequest, decode_request, encode_request
from dcep.messages.webhooks import BadWebhook, require_webhook, sign_webhook
from dcep.money import Fen
from tests.fuzz.hostile import mutated
from tests.fuzz.target import Target, seeds_of

_NETWORK: Final = NetworkId(bytes(range(16)))
_RECEIVER: Final = wallet_id(OperatorId(1), 234_567_890_123)
_REQUESTS: Final = [
    encode_request(request).encode()
    for request in (
        PaymentRequest(receiver=_RECEIVER, network=_NETWORK, name="早点铺", city="深圳"),
        PaymentRequest(receiver=_RECEIVER, network=_NETWORK, name="Gate 3", city="Suzhou", amount=Fen(200)),
        PaymentRequest(
            receiver=_RECEIVER,
            network=_NETWORK,
            name="Till",
            city="Shenzhen",
            reference="till-1",
            expires_at=UnixMs(1_609_459_200_000),
            amount=Fen(0),
            category="5462",
        ),
    )
]
_SIGNER: Final = Signer(bytes(32))
_NOW: Final = UnixMs(1_609_459_200_000)
_HEADERS: Final = sign_webhook("msg_1", b"{}", _NOW, [_SIGNER])
_FOLDER: Final = tempfile.TemporaryDirectory(prefix="dcep-fuzz-")
_FILE: Final = Path(_FOLDER.name) / "hostile.key"
# As cheap as the function goes: what is guessed here is no password.
_CHEAP: Final = Cost(8, 1, 1)
_WORDS: Final = "correct horse"


def _check_request(data: bytes) -> None:
    text = data.decode(errors="surrogateescape")
    try:
        request = decode_request(text)
    except BadRequest:
        return
    assert encode_request(request) == text


def _check_webhook(data: bytes) -> None:
    """The three headers stand behind each other; a message is taken only as it was signed."""
    names = list(_HEADERS)
    headers = dict(zip(names, data.decode(errors="surrogateescape").split("\n"), strict=False))
    try:
        taken = require_webhook(headers, b"{}", Key(_SIGNER.public), _NOW)
    except BadWebhook:
        return
    # Of the signatures one holds; the others may be anybody's.
    assert taken == _HEADERS["webhook-id"]
    assert headers["webhook-timestamp"] == _HEADERS["webhook-timestamp"]
    assert _HEADERS["webhook-signature"] in headers["webhook-signature"].split(" ")


def _sealed() -> bytes:
    seal_seed(_FILE, bytes(32), _WORDS, _CHEAP)
    data = _FILE.read_bytes()
    _FILE.unlink()
    return data


_SEALED: Final = _sealed()


def _check_key(data: bytes) -> None:
    # Whatever names a dearer function is taken at its word up to a bound; trying it here would only take time.
    if data[5:11] != _SEALED[5:11]:
        data = data[:5] + b"\xff" + data[6:]
    _FILE.write_bytes(data)
    try:
        seed = open_seed(_FILE, _WORDS)
    except (BadKeyFile, WrongPassword):
        return
    assert (seed, data) == (bytes(32), _SEALED)


TARGETS: Final = [
    Target(
        name="payment-request",
        group="codecs",
        inputs=mutated(seeds_of("payment-request", _REQUESTS)),
        check=_check_request,
    ),
    Target(
        name="webhook",
        group="codecs",
        inputs=mutated(seeds_of("webhook", ["\n".join(_HEADERS.values()).encode()])),
        check=_check_webhook,
    ),
    Target(name="sealed-key", group="codecs", inputs=mutated(seeds_of("sealed-key", [_SEALED])), check=_check_key),
]
