"""Payment requests are written in one way, and whatever was read badly or altered is none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dcep.clock import UnixMs
from dcep.ids import NetworkId, OperatorId, wallet_id
from dcep.messages.requests import BadRequest, PaymentRequest, decode_request, encode_request
from dcep.money import Fen

_NETWORK = NetworkId(bytes(range(16)))
_STALL = wallet_id(OperatorId(1), 234_567_890_123)
_REQUEST = PaymentRequest(receiver=_STALL, network=_NETWORK, name="早点铺", city="深圳")
_FULL = replace(
    _REQUEST, reference="till-1_0042", expires_at=UnixMs(1_609_459_200_000), amount=Fen(1_250), category="5462"
)
_NAMES = st.text(min_size=1, max_size=25).filter(lambda name: name.isprintable() and name == name.strip())
_REQUESTS = st.builds(
    PaymentRequest,
    receiver=st.integers(0, 10**12 - 1).map(lambda serial: wallet_id(OperatorId(7), serial)),
    network=st.binary(min_size=16, max_size=16).map(NetworkId),
    name=_NAMES,
    city=_NAMES.map(lambda name: name[:15].strip()),
    reference=st.none() | st.from_regex(r"[A-Za-z0-9_-]{1,25}", fullmatch=True),
    expires_at=st.none() | st.integers(0, 10**16 - 1).map(UnixMs),
    amount=st.none() | st.integers(0, 10**15 - 1).map(Fen),
    category=st.from_regex(r"[0-9]{4}", fullmatch=True),
)


def test_the_text_is_that_of_the_specification() -> None:
    """Other readers of merchant-presented codes find the same fields: lengths count characters, the CRC is the last."""
    text = encode_request(_FULL)

    assert text == (
        "00020101021226760016invalid.dcep.pay01160012345678901231"
        "0232000102030405060708090a0b0c0d0e0f"
        "5204546253031565405" + "12.50" + "5802CN5903早点铺6002深圳"
        "62150511till-1_0042"
        "80370016invalid.dcep.pay01131609459200000"
        "6304" + text[-4:]
    )


def test_the_checksum_is_that_of_the_specification() -> None:
    """CRC-16 with 0x1021 from 0xFFFF: of the nine digits it is 29B1, and the code's text is checked in the same way."""
    with pytest.raises(BadRequest, match="checksum"):
        decode_request("123456789630429B1")
    with pytest.raises(BadRequest, match="cut"):
        # The checksum of these bytes holds: what is wrong is found behind it.
        decode_request(_with_crc("1234567896304"))


@given(_REQUESTS)
def test_whatever_is_written_is_read_back(request: PaymentRequest) -> None:
    """Every request that can be made at all."""
    assert decode_request(encode_request(request)) == request


@given(st.data())
def test_an_altered_text_is_no_request(data: st.DataObject) -> None:
    """One character of ASCII in another's place is always found: the checksum sees every burst of sixteen bits."""
    text = encode_request(replace(_FULL, name="Breakfast", city="Shenzhen"))
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda character: character != text[place]))

    with pytest.raises(BadRequest):
        decode_request(text[:place] + other + text[place + 1 :])


@example("5902\ud800x")
@given(st.text(max_size=600))
def test_any_text_at_all_is_read_or_refused(text: str) -> None:
    """A camera reads whatever hangs on a wall."""
    for candidate in (text, _with_crc(text + "6304")):
        with pytest.raises(BadRequest):
            decode_request(candidate)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("000201", "000202"),
        ("010212", "010211"),
        ("16invalid.dcep.pay", "16invalid.dcep.buy"),
        ("0116001234567890123", "0116001234567890124"),
        ("000102030405060708090a0b", "000102030405060708090A0B"),
        ("52045462", ""),
        ("5303156", "5303840"),
        ("540512.50", "540512.5x"),
        ("540512.50", "540412.5"),
        ("540512.50", "5406012.50"),
        ("5802CN", "5802US"),
        ("5802CN", "5802CN5802CN"),
        ("5903早点铺", "5903早\n铺"),
        ("5903早点铺6002深圳", "6002深圳5903早点铺"),
        ("6002深圳", "6002深圳6102CN"),
        ("01131609459200000", "01141609459200000x"),
        ("01131609459200000", "011301609459200000"),
    ],
)
def test_a_request_of_another_form_is_none(old: str, new: str) -> None:
    """A checksum that holds says nothing of what it covers: another scheme, another spelling, one field too many."""
    text = encode_request(_FULL)
    assert old in text

    with pytest.raises(BadRequest):
        decode_request(_with_crc(text[:-4].replace(old, new)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 26},
        {"name": " Stall"},
        {"name": "Stall\u2028"},
        {"name": "Stall\ud800"},
        {"city": "x" * 16},
        {"reference": ""},
        {"reference": "a b"},
        {"reference": "x" * 26},
        {"category": "54"},
    ],
)
def test_a_request_that_could_not_be_shown_is_not_written(wrong: dict[str, str]) -> None:
    """What the receiver types is bounded before it becomes a code."""
    with pytest.raises(BadRequest):
        encode_request(replace(_FULL, **wrong))  # type: ignore[arg-type]  # one field of text


def _with_crc(text: str) -> str:
    """Return a text behind which a checksum stands that holds."""
    crc = 0xFFFF
    for byte in text.encode(errors="replace"):
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return f"{text}{crc:04X}"
