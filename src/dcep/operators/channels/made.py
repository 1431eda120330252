"""The codes with tokens that an operator has made, and what stands behind each: who is paid, how much, for what.

1. A token is drawn so that nobody can guess it, and stored with its request before anybody sees it. The same request
   has the same token while it lasts: a till that asks again shows the same code.
2. A code for one payment, which has a reference, ends when its request does, and after thirty days at the latest. One
   for many payments never ends.
3. Whoever reads a code is told what stands behind it, or why it counts no more: it is `used` when the wallet was paid
   for its reference, as the ledger tells; `expired` when its time is over; `unknown` when it was never made here, or
   forgotten a day after its end.
4. A wallet has at most so many codes that have not ended.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, Engine, delete, func, insert, or_, select

from dcep.clock import DAY_MS, UnixMs
from dcep.errors import DcepError
from dcep.ids import WalletId
from dcep.messages.merchants.requests import PaymentRequest, decode_request, encode_request, memo_of
from dcep.operators.channels import Form
from dcep.operators.customers.register import Draw
from dcep.operators.history import History
from dcep.operators.store import codes, transaction

MOST_OF_A_WALLET: Final = 10_000
_LONGEST_MS: Final = 30 * DAY_MS
_KEPT_MS: Final = DAY_MS


class MadeCodes:
    """The codes of one operator.

    Args:
        draw: return a number below a bound that nobody can foresee.
        most: how many codes a wallet may have that have not ended.
    """

    def __init__(self, store: Engine, history: History, draw: Draw, *, most: int = MOST_OF_A_WALLET) -> None:
        self._store, self._history, self._draw, self._most = store, history, draw, most

    def token_for(self, request: PaymentRequest, form: Form, *, now: UnixMs) -> str:
        """Return the token of a request, a new one if it has none that lasts.

        Raises:
            BadRequest: a field of the request does not fit the form.
            DcepError: `too_many_codes`.
        """
        text = encode_request(request)
        lasting = or_(codes.c.last_ms.is_(None), codes.c.last_ms > now)
        with transaction(self._store) as connection:
            # 1.
            # An operator that has changed its channel has tokens of another size, which no code of this form holds.
            its_own = codes.c.request == text, func.length(codes.c.token) == form.size
            known = connection.execute(select(codes.c.token).where(*its_own, lasting).limit(1))
            if (token := known.scalar_one_or_none()) is not None:
                return str(token)
            self._make_room(connection, request.receiver, now)
            token = "".join(form.alphabet[self._draw(len(form.alphabet))] for _ in range(form.size))
            row = {"token": token, "wallet": request.receiver, "request": text, "made_at_ms": now}
            connection.execute(insert(codes).values(row | {"last_ms": _last(request, now)}))
        return token

    def request_of(self, token: str, *, now: UnixMs) -> PaymentRequest:
        """Return the request behind a token.

        Raises:
            DcepError: `code_unknown`, `code_used`, `code_expired`.
        """
        # 3.
        with transaction(self._store) as connection:
            row = connection.execute(select(codes).where(codes.c.token == token)).one_or_none()
        if row is None:
            message = "the operator whose form it has made no such code: it is forged, altered, or long over"
            raise DcepError("code_unknown", message, next_step="ask for a new code")
        request = decode_request(row.request)
        if request.reference is not None and self._is_paid(request):
            raise DcepError("code_used", "what this code asks for was paid already", next_step="ask for a new code")
        if row.last_ms is not None and row.last_ms <= now:
            raise DcepError("code_expired", "nobody should pay this code any more", next_step="ask for a new code")
        return request

    def _is_paid(self, request: PaymentRequest) -> bool:
        return self._history.has_received(request.receiver, memo_of(request.reference), request.amount)

    def _make_room(self, connection: Connection, wallet: WalletId, now: UnixMs) -> None:
        """Forget what has ended long ago; DcepError `too_many_codes` where there is no room."""
        its_own = codes.c.wallet == wallet
        connection.execute(delete(codes).where(its_own, codes.c.last_ms <= now - _KEPT_MS))
        # 4.
        if connection.execute(select(func.count()).where(its_own)).scalar_one() >= self._most:
            step = "give requests an earlier end, or leave their reference out"
            raise DcepError("too_many_codes", f"the wallet has {self._most} codes that count", next_step=step)


def _last(request: PaymentRequest, now: UnixMs) -> int | None:
    # 2.
    if request.reference is None:
        return request.expires_at
    return min(request.expires_at or now + _LONGEST_MS, now + _LONGEST_MS)
