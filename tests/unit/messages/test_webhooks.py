"""A merchant's server knows who speaks to it, and when: altered, old and foreign messages are none."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from dcep.clock import UnixMs
from dcep.crypto.suites import Signer
from dcep.messages.layout import Key
from dcep.messages.webhooks import (
    TOLERANCE_S,
    BadWebhook,
    public_key_text,
    read_public_key,
    require_webhook,
    sign_webhook,
)

_BANK, _NEXT_KEY, _STRANGER = (Signer(bytes([number]) * 32) for number in (1, 2, 3))
_KEY = Key(_BANK.public)
_NOW = UnixMs(1_609_459_200_000)
_PAYLOAD = '{"type":"payment.received","data":{"amount_fen":500,"name":"早点铺"}}'.encode()
_HEADERS = sign_webhook("msg_1", _PAYLOAD, _NOW, [_BANK])


def test_the_signature_is_the_one_of_the_standard() -> None:
    """Another library finds it over `id.seconds.payload`, as any server's library of Standard Webhooks does."""
    kind, _, signature = _HEADERS["webhook-signature"].partition(",")

    Ed25519PublicKey.from_public_bytes(_BANK.public).verify(
        base64.b64decode(signature), b"msg_1.1609459200." + _PAYLOAD
    )

    assert kind == "v1a"
    assert _HEADERS["webhook-timestamp"] == "1609459200"


@pytest.mark.parametrize("key", [_BANK, _NEXT_KEY])
def test_while_keys_change_either_key_will_do(key: Signer) -> None:
    """The server has the old key or the new one; the message carries a signature by both."""
    headers = sign_webhook("msg_1", _PAYLOAD, _NOW, [_BANK, _NEXT_KEY])

    assert require_webhook(headers, _PAYLOAD, Key(key.public), _NOW) == "msg_1"


def test_a_strangers_message_is_none() -> None:
    """Whatever it says."""
    with pytest.raises(BadWebhook, match="no signature holds"):
        require_webhook(sign_webhook("msg_1", _PAYLOAD, _NOW, [_STRANGER]), _PAYLOAD, _KEY, _NOW)


@pytest.mark.parametrize("away_s", [-TOLERANCE_S - 1, TOLERANCE_S + 1])
def test_a_message_of_another_time_is_none(away_s: int) -> None:
    """An old message that somebody kept, and one from a clock that is far ahead."""
    with pytest.raises(BadWebhook, match="of another time"):
        require_webhook(_HEADERS, _PAYLOAD, _KEY, UnixMs(_NOW + away_s * 1_000))


@pytest.mark.parametrize("away_s", [-TOLERANCE_S, 0, TOLERANCE_S])
def test_a_message_that_was_a_while_on_its_way_holds(away_s: int) -> None:
    """Exactly the tolerance is near enough."""
    assert require_webhook(_HEADERS, _PAYLOAD, _KEY, UnixMs(_NOW + away_s * 1_000)) == "msg_1"


@given(st.data())
def test_an_altered_payload_is_none(data: st.DataObject) -> None:
    """A byte more, a byte less, a byte changed."""
    place = data.draw(st.integers(0, len(_PAYLOAD)))
    altered = _PAYLOAD[:place] + data.draw(st.binary(max_size=2)) + _PAYLOAD[data.draw(st.integers(place, place + 1)) :]

    if altered != _PAYLOAD:
        with pytest.raises(BadWebhook):
            require_webhook(_HEADERS, altered, _KEY, _NOW)


_TEXT = st.one_of(
    st.text(max_size=80),
    st.binary(max_size=70).map(lambda data: "v1a," + base64.b64encode(data).decode()),
    st.lists(st.sampled_from(["v1a,", "v1,", ",", " ", "v1a,AAAA"]), max_size=12).map("".join),
)


@given(st.fixed_dictionaries({}, optional={f"webhook-{name}": _TEXT for name in ("id", "timestamp", "signature")}))
def test_any_headers_at_all_are_refused_in_good_order(headers: dict[str, str]) -> None:
    """Each replaces one of the good ones; nothing but BadWebhook comes of it."""
    for name, text in headers.items():
        if text != _HEADERS[name]:
            with pytest.raises(BadWebhook):
                require_webhook(_HEADERS | {name: text}, _PAYLOAD, _KEY, _NOW)
    with pytest.raises(BadWebhook):
        require_webhook({}, _PAYLOAD, _KEY, _NOW)


def test_the_key_is_given_as_text() -> None:
    """Which is read in one way only."""
    text = public_key_text(_BANK)

    assert read_public_key(text) == _KEY
    for wrong in ("", "whpk_", text.removeprefix("whpk_"), text[:-4], text + "AAAA", "whsk_" + text[5:], text + "\n"):
        with pytest.raises(BadWebhook, match="whpk_"):
            read_public_key(wrong)
