"""Refund codes: what a customer shows to have a payment undone; it names the payment, and proves nothing.

    DCEP:REFUND:1:NETWORK:WALLET:SEQ:PLACE:COMMAND:CRC

1. The CRC over everything before it, its colon with it, is the reader's first look: what was read badly is no code.
2. The fields are the network, the merchant's wallet, where the payment stands in the ledger's log, and the id of its
   command. Whoever pays back asks the ledger for the receipt of that place, and believes the receipt alone.

Letters are capital, so that a QR code of it is small.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from typing import Final

from dcep.ids import BadWalletId, CommandId, NetworkId, WalletId, parse_wallet_id
from dcep.messages.layout import Seq

_FORM: Final = re.compile(
    r"(DCEP:REFUND:1:([0-9A-F]{32}):([0-9]{16}):(0|[1-9][0-9]{0,14}):(0|[1-9][0-9]{0,8}):([0-9A-F]{64}):)([0-9A-F]{4})"
)


class BadRefundCode(ValueError):
    """The text is no refund code; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundCode:
    """A payment that its payer would have back.

    Args:
        merchant: the wallet that was paid.
        seq: the frame of the retail ledger in which the payment stands; `place` is where in it.
    """

    network: NetworkId
    merchant: WalletId
    seq: Seq
    place: int
    payment: CommandId


def encode_refund_code(code: RefundCode) -> str:
    """Return the text of a code."""
    fields = code.network.hex(), f"{code.merchant:016}", str(code.seq), str(code.place), code.payment.hex()
    text = f"DCEP:REFUND:1:{':'.join(fields).upper()}:"
    return text + _crc(text)


def decode_refund_code(text: str) -> RefundCode:
    """Return the code of a text; blanks around it are left out.

    Raises:
        BadRefundCode: it is none.
    """
    matched = _FORM.fullmatch(text.strip())
    if matched is None:
        raise BadRefundCode("this is no refund code")
    content, network, merchant, seq, place, payment, crc = matched.groups()
    # 1.
    if crc != _crc(content):
        raise BadRefundCode("the code was read badly, or altered: its checksum does not hold")
    # 2.
    try:
        wallet = parse_wallet_id(merchant)
    except BadWalletId as error:
        raise BadRefundCode(str(error)) from error
    return RefundCode(
        network=NetworkId(bytes.fromhex(network)),
        merchant=wallet,
        seq=Seq(int(seq)),
        place=int(place),
        payment=CommandId(bytes.fromhex(payment)),
    )


def _crc(text: str) -> str:
    # The one of payment requests.
    return f"{binascii.crc_hqx(text.encode(), 0xFFFF):04X}"
