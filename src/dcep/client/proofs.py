"""Receipts, judged by the wallet alone: nobody is asked, nothing but the folder's trust is needed."""

from __future__ import annotations

from collections.abc import Collection

from dcep.client.records import Proof
from dcep.errors import DcepError
from dcep.ids import NetworkId
from dcep.messages.layout import Key, Malformed
from dcep.messages.receipts import BadReceipt, decode_receipt, verify
from dcep.money import Fen


def prove(receipt: bytes, network: NetworkId, workers: Collection[Key]) -> Proof:
    """Return what a receipt proves to whoever trusts a ledger's workers.

    Raises:
        DcepError: `bad_receipt`: it proves nothing.
    """
    try:
        proven = verify(decode_receipt(receipt), network, workers)
    except (BadReceipt, Malformed) as error:
        raise DcepError("bad_receipt", f"this receipt proves nothing: {error}") from error
    order = proven.command.body.order
    return Proof(
        id=proven.command.id,
        kind=proven.command.kind.name,
        payer=proven.command.body.account,
        receiver=getattr(order, "receiver", None) or getattr(order, "vault", None),
        amount_fen=getattr(order, "amount", Fen(0)),
        answer=proven.outcome.code,
        at_ms=proven.header.header.time,
        memo=proven.command.body.memo,
    )
