"""Codes: what a wallet shows to be paid, and what stands behind one that it has scanned.

1. A request of DC/EP is read here, and nobody is asked. Every other code the wallet's operator reads, or lets the
   operator read that made it.
2. What the operator tells is a plain request too, and is judged as one: of this network, and not over. It is kept
   before anything is paid.
3. A request for one payment is its own key: it is paid once, from whichever of its codes. A code that this wallet has
   paid, or has begun to, is read from memory, though it is used or over by now: the payment goes on where it was left.

Whoever pays sees name and number before he signs; nobody else vouches for them.
"""

from __future__ import annotations

from collections.abc import Callable

from dcep.client.door import Door
from dcep.client.reading import strange
from dcep.clock import UnixMs
from dcep.errors import BadInput, DcepError
from dcep.messages.merchants.requests import GUID, BadRequest, PaymentRequest, decode_request, encode_request
from dcep.money import Fen
from dcep.wallet.steps import Steps


class Codes:
    """The codes of one wallet and those that it scans."""

    def __init__(self, door: Door, clock: Callable[[], UnixMs]) -> None:
        self._door, self._clock = door, clock

    def read(self, text: str) -> Steps[PaymentRequest]:
        """Return the request behind a code.

        Raises:
            BadInput: `code_too_long`, `code_unreadable`, `code_altered`, `code_unknown`, `code_of_nobody`,
                `other_network`.
            DcepError: `code_used`, `code_expired`.
            Unavailable: the operator that made it cannot be asked, and other reasons of the services.
        """
        # 3.
        begun = self._begun(text)
        if begun is not None:
            return begun
        # 1.
        request = _decoded(text) if GUID in text else (yield from self._told(text))
        # 2.
        if request.network != self._door.folder.trust.network:
            raise BadInput("other_network", "the code is for a wallet in another network")
        if request.expires_at is not None and request.expires_at <= self._clock():
            raise DcepError("code_expired", "nobody should pay this code any more", next_step="ask for a new code")
        self._door.folder.store.scanned.keep(text, encode_request(request))
        return request

    def show(
        self, name: str, city: str, amount: Fen | None, *, reference: str | None, expires_at: UnixMs | None
    ) -> Steps[str]:
        """Return the code that the operator's app shows for a request to this wallet."""
        wanted = {"name": name, "city": city, "amount_fen": amount, "reference": reference, "expires_at_ms": expires_at}
        reply = yield from self._door.asked("POST", self._door.path("requests"), json=wanted)
        text = reply.document().get("text")
        if not isinstance(text, str):
            raise strange("no code")
        return text

    def _told(self, text: str) -> Steps[PaymentRequest]:
        reply = yield from self._door.asked("POST", "/v1/codes", json={"text": text})
        told = reply.document().get("text")
        if not isinstance(told, str):
            raise strange("no code")
        return _decoded(told)

    def _begun(self, text: str) -> PaymentRequest | None:
        store = self._door.folder.store
        told = store.scanned.find(text)
        if told is None:
            return None
        request = _decoded(told)
        key = key_of(request)
        return None if key is None or store.keyed(key) is None else request


def key_of(request: PaymentRequest) -> str | None:
    """Return the key under which a request is paid; None of one that may be paid many times."""
    return None if request.reference is None else f"{request.receiver:016}-{request.reference}"


def _decoded(text: str) -> PaymentRequest:
    try:
        return decode_request(text)
    except BadRequest as error:
        raise BadInput("code_altered", str(error), next_step="scan it again, or ask for a new code") from error
