"""`SimulatedUnionpayChannel`: EMV codes with the merchant's account in field 15, which the scheme of UnionPay has.

    00 "01" · 01 "11" many times or "12" once · 15 token · 52 category · 53 "156" · 54 amount · 58 "CN"
    59 name · 60 city · 63 CRC

Name, city and amount are there to be seen; who is paid stands behind the token.

Source: EMV QR Code Specification for Payment Systems, Merchant-Presented Mode, 1.1; ids 15 and 16 are UnionPay's.
"""

from __future__ import annotations

import re
import string
from typing import Final

from dcep.errors import BadInput
from dcep.messages.merchants.emv import BadRequest, closed, field, fields_of, opened
from dcep.messages.merchants.requests import PaymentRequest
from dcep.money import yuan
from dcep.operators.channels import Form
from dcep.operators.channels.made import MadeCodes
from dcep.operators.channels.tokens import TokenChannel

_SIZE: Final = 31
_PLACES: Final = ("00", "01", "15", "52", "53", "54", "58", "59", "60")


def _token_of(text: str) -> str:
    try:
        return fields_of(opened(text), _PLACES)["15"]
    except BadRequest as error:
        raise BadInput("code_altered", str(error), next_step="scan it again, or ask for a new code") from error


def _write(token: str, request: PaymentRequest) -> str:
    text = field("00", "01") + field("01", "11" if request.reference is None else "12") + field("15", token)
    text += field("52", request.category) + field("53", "156")
    text += field("54", None if request.amount is None else yuan(request.amount).replace(",", ""))
    return closed(text + field("58", "CN") + field("59", request.name) + field("60", request.city))


FORM: Final = Form(
    name="unionpay",
    looks=re.compile(rf"00020101021[12]15{_SIZE}[0-9A-Z]{{{_SIZE}}}.*", re.DOTALL),
    token_of=_token_of,
    write=_write,
    alphabet=string.digits + string.ascii_uppercase,
    # 160 bits; the field has 31 characters.
    size=_SIZE,
)


class SimulatedUnionpayChannel(TokenChannel):
    """Makes codes of the look of UnionPay's, for requests of DC/EP."""

    def __init__(self, made: MadeCodes) -> None:
        super().__init__(FORM, made)
