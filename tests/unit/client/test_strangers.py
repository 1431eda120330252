"""What comes from outside is read strictly: answers, events, webhooks. Nothing strange becomes a record."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dcep.client import Event, OperatorOrder, read_webhook
from dcep.client.asking import heard_of
from dcep.client.events import EventReader
from dcep.client.reading import read
from dcep.clock import UnixMs
from dcep.crypto.suites import Signer
from dcep.errors import BadInput, Unavailable
from dcep.http.caller import Reply
from dcep.messages.merchants.webhooks import BadWebhook, public_key_text, sign_webhook
from dcep.messages.outcomes import Status

_ORDER: dict[str, Any] = {
    "id": "a" * 32,
    "kind": "exchange",
    "wallet": "0010000000000019",
    "state": "settled",
    "code": "",
    "amount_fen": 5,
    "made_at_ms": 1,
    "ended_at_ms": None,
}
_NOW = UnixMs(1_700_000_000_000)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", 7),
        ("amount_fen", "5"),
        ("amount_fen", 5.0),
        ("amount_fen", True),
        ("amount_fen", 2**70),
        ("wallet", "0010000000000018"),
        ("wallet", 10000000000019),
        ("state", None),
    ],
)
def test_an_answer_of_another_shape_is_strange(name: str, value: object) -> None:
    """A number that is a text today would be money that is lost tomorrow."""
    with pytest.raises(Unavailable, match="strange_answer"):
        read(OperatorOrder, {**_ORDER, name: value})


def test_what_an_answer_says_besides_is_left() -> None:
    """A later service may tell more; null stands for what is not there yet."""
    order = read(OperatorOrder, {**_ORDER, "new": [1]})

    assert (order.has_ended, order.is_done, order.wallet) == (False, True, 10000000000019)


@pytest.mark.parametrize(
    "told",
    [
        {"answer": "paid", "code": "paid", "seq": None, "place": None},
        {"answer": "refused", "code": "no_such_code", "seq": 1, "place": 0},
        {"answer": "settled", "code": "settled", "seq": -1, "place": 0},
        {"answer": "settled", "code": "settled", "seq": True, "place": 0},
        {"answer": "settled", "code": "settled", "seq": 1, "place": 0, "receipt": "zz"},
        {"answer": "settled", "code": "settled", "seq": 1, "place": 0, "receipt": "00"},
    ],
)
def test_a_ledger_s_answer_that_cannot_be_is_none(told: dict[str, Any]) -> None:
    """Nothing is known then, and the same bytes are sent again."""
    with pytest.raises(Unavailable, match="strange_answer"):
        heard_of(Reply(200, {}, json.dumps(told).encode()))


def test_a_ledger_s_answer_is_told_from_a_problem_of_the_request() -> None:
    """`unavailable` is an answer to the command; an unreadable body is the sender's own fault."""
    behind = heard_of(Reply(503, {}, b'{"answer": "unavailable", "code": "unavailable", "seq": null, "place": null}'))
    kind = {"content-type": "application/problem+json"}

    assert behind.outcome.status is Status.BEHIND
    with pytest.raises(BadInput, match="malformed_body"):
        heard_of(Reply(400, kind, b'{"code": "malformed_body", "detail": "not hex"}'))


def test_a_stream_goes_on_behind_the_last_whole_event() -> None:
    """One that was cut is not counted, and comes again when the stream is opened anew."""
    reader = EventReader()
    first = [b": still here", b"", b"id: 7", b"event: payment", b'data: {"seq": 1}', b"", b"id: 8", b'data: {"se']

    events = list(reader.read(first))
    headers = reader.headers
    again = list(reader.read([b"id: 8", b"event: order", b"data: {", b'data: "id": 2}', b""]))

    assert events == [Event(id=7, name="payment", data={"seq": 1})]
    assert headers["Last-Event-ID"] == "7"
    assert again == [Event(id=8, name="order", data={"id": 2})]


@pytest.mark.parametrize(
    "lines", [[b"data: {}"], [b"id: x", b"data: {}"], [b"id: 1", b"data: []"], [b"id: 1", b"data: {"]]
)
def test_an_event_without_a_number_or_an_object_is_strange(lines: list[bytes]) -> None:
    """Whoever speaks there is no operator of this version."""
    with pytest.raises(Unavailable, match="strange_answer"):
        list(EventReader().read([*lines, b""]))


def test_a_webhook_is_believed_by_its_signature_alone() -> None:
    """Another key, another body, another time: BadWebhook, and the merchant does nothing."""
    operator, thief = Signer(bytes(32)), Signer(bytes([1]) * 32)
    body = json.dumps({"type": "payment", "data": {"amount_fen": 5}}).encode()
    signed = sign_webhook("msg_1", body, _NOW, [operator])
    headers = {name.title(): value for name, value in signed.items()}
    key = public_key_text(operator)

    message = read_webhook(headers, body, key, clock=lambda: _NOW)

    assert (message.id, message.type, message.data) == ("msg_1", "payment", {"amount_fen": 5})
    for bad_body, bad_key, late_ms in (
        (body + b" ", key, 0),
        (body, public_key_text(thief), 0),
        (body, key, 301_000),
        (b"", key, 0),
    ):
        moment = UnixMs(_NOW + late_ms)
        with pytest.raises(BadWebhook):
            read_webhook(headers, bad_body, bad_key, clock=lambda moment=moment: moment)  # type: ignore[misc]


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"type": 1, "data": {}}', b'{"type": "payment"}'])
def test_a_signed_webhook_of_another_form_is_none(body: bytes) -> None:
    """The key is right, and still nothing is guessed."""
    operator = Signer(bytes(32))

    with pytest.raises(BadWebhook):
        read_webhook(sign_webhook("m", body, _NOW, [operator]), body, public_key_text(operator), clock=lambda: _NOW)
