"""What every client has, however it drives stories: a wallet to ask, who signs a request, how long it is patient."""

from __future__ import annotations

import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Final

from dcep.client.folder import WalletFolder
from dcep.client.payments import payment_of
from dcep.client.proofs import prove
from dcep.client.records import Payment, Proof
from dcep.client.stories import Stories
from dcep.clock import UnixMs
from dcep.http.caller import Seal
from dcep.ids import WalletId
from dcep.messages.http_signatures import Request, sign_request
from dcep.money import Fen
from dcep.services import machine

PATIENCE_S: Final = 20.0
_NONCE_BYTES: Final = 18


def seals(folder: WalletFolder, clock: Callable[[], UnixMs], draw: Callable[[int], bytes]) -> dict[str, Seal | None]:
    """Return how requests are sealed: by the wallet, by the key alone, by nobody."""

    def sealed(method: str, url: str, body: bytes, keyid: str) -> dict[str, str]:
        nonce = urlsafe_b64encode(draw(_NONCE_BYTES)).decode()
        request = Request(method=method, target=url, body=body)
        return sign_request(request, folder.current(), keyid=keyid, nonce=nonce, now=clock())

    def by_wallet(method: str, url: str, body: bytes) -> dict[str, str]:
        return sealed(method, url, body, f"{folder.store.identity.wallet:016}")

    def by_key(method: str, url: str, body: bytes) -> dict[str, str]:
        signer = folder.current()
        return sealed(method, url, body, f"{signer.suite:d}:{signer.public.hex()}")

    return {"wallet": by_wallet, "key": by_key, "nobody": None}


class Patience:
    """How long one story may wait, all its waits together."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def allows(self, ms: int) -> bool:
        """Return whether there is time for a wait."""
        return time.monotonic() + ms / 1_000 <= self._end


class Holding:
    """The folder of a wallet and its stories, for a client that walks them. Arguments are those of `Client`."""

    def __init__(
        self, folder: Path, password: str | Callable[[], str], *, clock: Callable[[], UnixMs] | None = None
    ) -> None:
        kept = WalletFolder(folder, password if callable(password) else lambda: password)
        self.stories: Final = Stories(kept, clock or machine.now, machine.random_bytes)
        self._seals: Final = seals(kept, self.stories.clock, machine.random_bytes)

    @property
    def wallet(self) -> WalletId:
        """The wallet's number; BadInput `not_opened` before it has one."""
        return self.stories.wallet

    def untold(self) -> list[Payment]:
        """Return what has no final answer, or an answer that nobody was told."""
        return [payment_of(order) for order in self.stories.folder.store.untold()]

    def tell(self, payment: Payment) -> None:
        """Write down that somebody has heard a payment's final answer."""
        self.stories.folder.store.tell(payment.id)

    def tell_exchange(self, key: str) -> None:
        """Write down that somebody has heard how an exchange ended."""
        self.stories.folder.store.errands.tell(key)

    def payments(self, limit: int = 100) -> list[Payment]:
        """Return what this wallet has signed, the newest first."""
        return [payment_of(order) for order in self.stories.folder.store.newest(limit)]

    def request(
        self,
        name: str,
        city: str,
        amount: Fen | None = None,
        *,
        reference: str | None = None,
        expires_at: UnixMs | None = None,
    ) -> str:
        """Return the text of a payment request to this wallet: what a code shows.

        Args:
            name: what people call the receiver, 1 to 25 characters.
            city: 1 to 15 characters.
            reference: 1 to 25 of `[A-Za-z0-9_-]`; a request with one is for one payment.

        Raises:
            BadRequest: a field does not fit the form.
        """
        return self.stories.request(name, city, amount, reference=reference, expires_at=expires_at)

    def prove(self, receipt: bytes) -> Proof:
        """Judge a receipt, asking nobody; DcepError `bad_receipt` if it proves nothing."""
        folder = self.stories.folder
        return prove(receipt, folder.trust.network, folder.workers)
