"""`dcep wallet refund`: pay back a payment that this wallet has received, or a part of it.

The payment is named by its order, as the history shows it, or by the refund code that its payer shows. What was paid is
read off the ledger's receipt. All refunds of a payment are together at most the payment: its operator sees to that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from dcep.cli.wallet.money import amount_of, tell_order
from dcep.cli.wallet.place import Place, client_of
from dcep.errors import BadInput, DcepError

if TYPE_CHECKING:
    from dcep.client import Client
    from dcep.ids import CommandId

_HERE: Final = Place()
_FEWEST_DIGITS: Final = 8
_HEX: Final = frozenset("0123456789abcdef")
# A shop that looks for an older one than the last so many names more of it by its refund code.
_PAGES: Final = 50
_LINES: Final = 200


class _Paid(NamedTuple):
    """Where a payment stands in the log."""

    command: CommandId
    seq: int
    place: int


def refund(payment: str, amount: str | None = None, /, *, place: Place = _HERE) -> int:
    """Pay back a payment that this wallet has received, or a part of it.

    Parameters
    ----------
    payment
        The first digits of its order, at least 8, as `history` shows it; or the refund code that its payer shows.
    amount
        Yuan, with at most two decimals; without it all of the payment.
    """
    typed = None if amount is None else amount_of(amount)
    with client_of(place) as client:
        paid = _coded(client, payment) if ":" in payment else _in_history(client, payment.lower())
        fen = client.proof_of(*paid).amount_fen if typed is None else typed
        return tell_order(client, place, *client.refund_once(*paid, fen))


def _coded(client: Client, text: str) -> _Paid:
    from dcep.messages.merchants.refund_codes import BadRefundCode, decode_refund_code

    try:
        code = decode_refund_code(text)
    except BadRefundCode as error:
        raise BadInput("bad_refund_code", str(error), next_step="scan it again") from error
    if code.network != client.stories.folder.trust.network:
        raise BadInput("other_network", "the code is of a payment in another network")
    if code.merchant != client.wallet:
        raise BadInput("other_payment", "the code is of a payment to another wallet")
    return _Paid(code.payment, code.seq, code.place)


def _in_history(client: Client, digits: str) -> _Paid:
    if len(digits) < _FEWEST_DIGITS or not set(digits) <= _HEX:
        raise BadInput("bad_id", "an order's id is hex, at least the first 8 digits", where=digits)
    found: set[_Paid] = set()
    cursor = None
    for _ in range(_PAGES):
        page = client.history(cursor, limit=_LINES)
        found |= {
            _Paid(line.command_id, line.seq, line.place)
            for line in page.items
            if line.kind == "received" and line.command_id.hex().startswith(digits)
        }
        cursor = page.next
        if cursor is None:
            break
    if not found:
        step = "dcep wallet history, or ask the payer for the refund code"
        raise DcepError("not_found", "this wallet has received no such payment lately", where=digits, next_step=step)
    if len(found) > 1:
        raise BadInput("ambiguous_id", "more than one payment begins like this", where=digits)
    return found.pop()
