"""What every driver of stories has: who signs a request, and how long it is patient."""

from __future__ import annotations

import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Final

from dcep.client.folder import WalletFolder
from dcep.clock import UnixMs
from dcep.http.caller import Seal
from dcep.messages.http_signatures import Request, sign_request

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
