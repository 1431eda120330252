"""Payment requests: what a payee shows, as the text of an EMV QR code, merchant-presented mode.

Each field is two digits of its id, two digits of its length in characters, and its text; some hold fields themselves:

    00 "01" · 01 "11" many times or "12" once · 26 {00 GUID · 01 wallet · 02 network} · 52 category · 53 "156"
    54 amount in yuan, absent if the payer chooses · 58 "CN" · 59 name · 60 city · 62 {05 reference}
    80 {00 GUID · 01 expiry in milliseconds} · 63 CRC

1. The CRC over everything before it is the reader's first look: a code that was read badly is none.
2. Exactly the fields above are taken, each once and in this order; a request with anything else is somebody else's.
3. The request is a wish and proves nothing: a wallet shows its payer the name beside the number that is paid, and the
   signed payment names the number only. The memo of the payment is the SHA-256 of the reference, so that the receiver
   knows, and can prove to others, what it was for.

Source: EMV QR Code Specification for Payment Systems, Merchant-Presented Mode, 1.1.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from dcep.clock import UnixMs
from dcep.ids import BadWalletId, NetworkId, WalletId, parse_wallet_id
from dcep.messages.layout import Hash
from dcep.messages.merchants.emv import BadRequest, closed, field, fields_of, opened
from dcep.messages.signed import NO_MEMO
from dcep.money import BadAmount, Fen, parse_yuan, yuan

__all__ = ["GUID", "MAX_TEXT", "BadRequest", "PaymentRequest", "decode_request", "encode_request", "memo_of"]

# Names the scheme to whoever reads the code: the reverse of a name in a domain that nobody can have.
GUID: Final = "invalid.dcep.pay"
MAX_TEXT: Final = 512
MAX_NAME: Final = 25
MAX_CITY: Final = 15
_REFERENCE: Final = re.compile(r"[A-Za-z0-9_-]{1,25}")
_NETWORK: Final = re.compile(r"[0-9a-f]{32}")
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,15}")
_CATEGORY: Final = re.compile(r"[0-9]{4}")
_PRINTABLE: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_NO_CATEGORY: Final = "0000"


def memo_of(reference: str | None) -> Hash:
    """Return the memo by which a payment says which request it answers: zeros where the request has no reference."""
    return NO_MEMO if reference is None else Hash(hashlib.sha256(reference.encode()).digest())


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRequest:
    """Who wants to be paid, and perhaps how much.

    Args:
        receiver: the wallet to be paid.
        network: where it is.
        name: what people call the receiver, 1 to 25 characters.
        city: 1 to 15 characters.
        reference: the receiver's own, 1 to 25 of `[A-Za-z0-9_-]`; a request with one is for one payment.
        expires_at: nobody should pay it from then on.
        amount: None lets the payer choose.
        category: of the merchant, four digits of ISO 18245.
    """

    receiver: WalletId
    network: NetworkId
    name: str
    city: str
    reference: str | None = None
    expires_at: UnixMs | None = None
    amount: Fen | None = None
    category: str = _NO_CATEGORY


def encode_request(request: PaymentRequest) -> str:
    """Return the text of the code.

    Raises:
        BadRequest: a field does not fit the form.
    """
    _require_words(request)
    account = field("00", GUID) + field("01", f"{request.receiver:016}") + field("02", request.network.hex())
    reference = None if request.reference is None else field("05", request.reference)
    expiry = None if request.expires_at is None else field("00", GUID) + field("01", request.expires_at)
    text = field("00", "01") + field("01", "11" if request.reference is None else "12") + field("26", account)
    text += field("52", request.category) + field("53", "156")
    text += field("54", None if request.amount is None else yuan(request.amount).replace(",", ""))
    text += field("58", "CN") + field("59", request.name) + field("60", request.city)
    text += field("62", reference) + field("80", expiry)
    return closed(text)


def decode_request(text: str) -> PaymentRequest:
    """Return the request of a code's text.

    Raises:
        BadRequest: it is none.
    """
    # 1.
    if len(text) > MAX_TEXT:
        raise BadRequest(f"a request has at most {MAX_TEXT} characters")
    content = opened(text)
    # 2.
    fields = fields_of(content, ("00", "01", "26", "52", "53", "54", "58", "59", "60", "62", "80"))
    try:
        request = _request(fields)
    except (KeyError, BadWalletId, BadAmount) as error:
        raise BadRequest(f"a field is missing or wrong: {error}") from error
    # What would be written differently is not this request.
    if encode_request(request) != text:
        raise BadRequest("the fields contradict each other, or are written in another way")
    return request


def _request(fields: dict[str, str]) -> PaymentRequest:
    account = fields_of(fields["26"], ("00", "01", "02"))
    if (fields["00"], fields["53"], fields["58"], account["00"]) != ("01", "156", "CN", GUID):
        raise BadRequest("a request of another scheme")
    if not _NETWORK.fullmatch(account["02"]):
        raise BadRequest("a network has 32 hex digits")
    return PaymentRequest(
        receiver=parse_wallet_id(account["01"]),
        network=NetworkId(bytes.fromhex(account["02"])),
        name=fields["59"],
        city=fields["60"],
        reference=fields_of(fields["62"], ("05",))["05"] if "62" in fields else None,
        expires_at=_expiry(fields["80"]) if "80" in fields else None,
        amount=parse_yuan(fields["54"]) if "54" in fields else None,
        category=fields["52"],
    )


def _expiry(text: str) -> UnixMs:
    expiry = fields_of(text, ("00", "01"))
    if expiry["00"] != GUID or not _NUMBER.fullmatch(expiry["01"]):
        raise BadRequest("an expiry is a number of milliseconds")
    return UnixMs(int(expiry["01"]))


def _require_words(request: PaymentRequest) -> None:
    for what, text, most in (("name", request.name, MAX_NAME), ("city", request.city, MAX_CITY)):
        if not 1 <= len(text) <= most or not _PRINTABLE.fullmatch(text) or text != text.strip():
            raise BadRequest(f"the {what} has 1 to {most} characters that can be shown")
    if request.reference is not None and not _REFERENCE.fullmatch(request.reference):
        raise BadRequest("a reference has 1 to 25 letters, digits, _ or -")
    if not _CATEGORY.fullmatch(request.category):
        raise BadRequest("a category has four digits")
