"""The payment requests of vectors/requests: some that are one, and texts that nearly are."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from dcep.clock import UnixMs
from dcep.ids import NetworkId, OperatorId, wallet_id
from dcep.messages.merchants.requests import BadRequest, PaymentRequest, decode_request, encode_request
from dcep.money import Fen

_PLAIN: Final = PaymentRequest(
    receiver=wallet_id(OperatorId(1), 234_567_890_123), network=NetworkId(bytes(range(16))), name="早点铺", city="深圳"
)
_FULL: Final = replace(
    _PLAIN, reference="till-1_0042", expires_at=UnixMs(1_609_459_200_000), amount=Fen(1_250), category="5462"
)
REQUESTS: Final = {
    "name and city alone": _PLAIN,
    "every field": _FULL,
    "a fen": replace(_PLAIN, amount=Fen(1)),
    "nothing": replace(_PLAIN, amount=Fen(0)),
    "the largest amount": replace(_PLAIN, amount=Fen(10**15 - 1)),
    "an expiry alone": replace(_PLAIN, expires_at=UnixMs(0)),
    "the longest words": replace(_PLAIN, name="M" * 25, city="C" * 15, reference="r" * 25),
    "a name outside the basic plane": replace(_PLAIN, name="𠮷野家🍜"),
    "blanks inside": replace(_PLAIN, name="Li's\u00a0noodles \u3000 & more"),
    "a mark at the end that is no blank": replace(_PLAIN, name="shop\ufeff"),
}


def altered() -> dict[str, str]:
    """Return texts that are no request, by what is wrong with them; but for three of them the checksum holds."""
    plain, full = encode_request(_PLAIN)[:-4], encode_request(_FULL)[:-4]
    texts = {
        "another category under the same checksum": plain.replace("52040000", "52040001") + encode_request(_PLAIN)[-4:],
        "the checksum in small letters": encode_request(replace(_PLAIN, name="a"))[:-4]
        + encode_request(replace(_PLAIN, name="a"))[-4:].lower(),
        "no text": "",
        "another version": plain.replace("000201", "000202"),
        "another scheme": plain.replace("invalid.dcep.pay", "invalid.dcep.buy"),
        "another currency": plain.replace("5303156", "5303840"),
        "another country": plain.replace("5802CN", "5802US"),
        "a wrong digit in the wallet": plain.replace("0012345678901231", "0012345678901232"),
        "a network in capitals": plain.replace("0a0b0c", "0A0B0C"),
        "three decimals": full.replace("540512.50", "540612.500"),
        "one decimal": full.replace("540512.50", "540412.5"),
        "a thousand with its comma": full.replace("540512.50", "54081,234.50"),
        "an amount below zero": full.replace("540512.50", "5406-12.50"),
        "an amount with a zero before it": full.replace("540512.50", "5406012.50"),
        "a field twice": plain.replace("5802CN", "5802CN5802CN"),
        "a field that nobody knows": plain.replace("5802CN", "5702CN5802CN"),
        "fields in another order": plain.replace("53031565802CN", "5802CN5303156"),
        "no name": plain.replace("5903早点铺", ""),
        "an empty name": plain.replace("5903早点铺", "5900"),
        "a name that ends with a blank": plain.replace("5903早点铺", "5903早点 "),
        "a name with a line end": plain.replace("5903早点铺", "5903早\u2028铺"),
        "a name that is too long": plain.replace("5903早点铺", f"5926{'M' * 26}"),
        "lengths that count bytes": plain.replace("5903早点铺", "5909早点铺"),
        "a length in other digits": plain.replace("5903早点铺", "59０3早点铺"),
        "many times, with a reference": full.replace("010212", "010211"),
        "once, without a reference": plain.replace("010211", "010212"),
        "a reference with a blank": full.replace("till-1_0042", "till-1 0042"),
        "an expiry with a zero before it": full.replace("01131609459200000", "011401609459200000"),
        "an expiry of another scheme": full.replace("80370016invalid.dcep.pay", "80370016invalid.dcep.buy"),
        "a field that is cut": f"{plain[:-4]}62990511till{plain[-4:]}",
        "too long": f"{plain[:-4]}6299{'0' * 99}" * 4 + "6304",
    }
    sealed = list(texts)[:3]
    return {what: text if what in sealed else text + crc_of(text) for what, text in texts.items()}


def rows() -> list[tuple[str, ...]]:
    """Return the table: what, the text, and its fields; `bad_request` where it is none."""
    good = [(what, encode_request(request), *_written(request)) for what, request in REQUESTS.items()]
    bad = [(what, text, "bad_request", *["-"] * 7) for what, text in altered().items() if _is_refused(text)]
    assert len(bad) == len(altered()), "one of these is a request after all"
    return good + bad


def crc_of(text: str) -> str:
    """Return the checksum of a text, bit by bit, as the standard tells it."""
    crc = 0xFFFF
    for byte in text.encode():
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ (0x1021 if crc & 0x8000 else 0)) & 0xFFFF
    return f"{crc:04X}"


def _is_refused(text: str) -> bool:
    try:
        decode_request(text)
    except BadRequest:
        return True
    return False


def _written(request: PaymentRequest) -> tuple[str, ...]:
    amount, expires_at = request.amount, request.expires_at
    return (
        f"{request.receiver:016}",
        request.network.hex(),
        request.name,
        request.city,
        request.reference or "-",
        "-" if expires_at is None else str(expires_at),
        "-" if amount is None else str(amount),
        request.category,
    )
