"""Holders at the door of their operator: each request is signed with the key of the wallet's policy (RFC 9421).

1. The address that was signed is this operator's own, not what the request says of itself: what was signed for another
   operator means nothing here.
2. The key is one of those of the policy that guards the wallet now; before there is a wallet it stands in `keyid`
   itself, `SUITE:HEX`, and opens nothing but the order that names it.
3. A nonce is taken once. Those of newcomers share one bounded memory: anybody can make keys without end.
4. Whoever has the key is the holder, of this wallet and no other: what is not his own is 404.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, Final

from litestar import Request

from dcep.clock import UnixMs
from dcep.crypto.suites import Suite
from dcep.errors import DcepError
from dcep.http.askers import Asked, asked_of
from dcep.http.problems import Problem
from dcep.ids import BadWalletId, WalletId, parse_wallet_id
from dcep.messages import http_signatures
from dcep.messages.http_signatures import BadRequestSignature, Nonces, UnsignedRequest, key_in, verify_request
from dcep.messages.layout import Key
from dcep.messages.policies import Policy
from dcep.operators.customers.guards import Guards
from dcep.operators.order_book import Entry

# Far more than one wallet asks in the five minutes for which a nonce is kept.
_NONCES_OF_A_WALLET: Final = 10_000
_NEWCOMERS: Final = "newcomers"
_KEYID: Final = re.compile(r"([1-9][0-9]{0,2}):((?:[0-9a-f]{2}){1,64})")
_NO_KEYID: Final = "keyid is neither a wallet's 16 digits nor SUITE:HEX of a key"
_SAID_KEYID: Final = re.compile(r';keyid="([^"]*)"')
_DIGITS: Final = re.compile(r"[0-9]{16}")
_SEPARATOR: Final = ":"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who has signed a request: a wallet's holder, or somebody who has a key and no wallet yet.

    Args:
        name: the keyid, by which he is told from others.
        body: what he has sent.
    """

    name: str
    suite: Suite
    key: Key
    wallet: WalletId | None
    body: bytes = field(default=b"", repr=False)

    def require_own(self, wallet: str) -> WalletId:
        """Return the wallet of a path, if it is the holder's own.

        Raises:
            Problem: 404 `unknown_wallet`.
        """
        if self.wallet is None or wallet != f"{self.wallet:016}":
            raise Problem(404, "unknown_wallet", "no wallet of yours has this number")
        return self.wallet

    def require_wallet(self) -> WalletId:
        """Return his wallet.

        Raises:
            Problem: 404 `unknown_wallet`: he has a key and no wallet yet.
        """
        if self.wallet is None:
            raise Problem(404, "unknown_wallet", "whoever asks has no wallet here yet")
        return self.wallet

    def may_see(self, entry: Entry) -> bool:
        """Return whether an order is one of his own, or the opening of a wallet that his key is to guard."""
        if self.wallet is not None and entry.wallet == self.wallet:
            return entry.is_of_its_holder
        return entry.policy is not None and self.is_among(entry.policy)

    def is_among(self, policy: Policy) -> bool:
        """Return whether his key is one of a policy's."""
        return (self.suite, self.key) in policy.keys()


class Door:
    """Where holders come in.

    Args:
        url: the address by which others call this operator, without a path.
        clock: the time of this process.
    """

    def __init__(self, guards: Guards, url: str, clock: Callable[[], UnixMs]) -> None:
        self._guards, self._url, self._clock = guards, url, clock
        self._nonces = _Nonces()

    async def holder(self, request: Request[Any, Any, Any]) -> Holder:
        """Return who has signed a request.

        Raises:
            Problem: 401 `unsigned_request`, `bad_request_signature`.
            Unavailable: `busy`, or the ledger cannot say whether the key still counts.
        """
        # Whose key it is stands in the database and at the ledger: waited for beside the loop.
        return await asyncio.to_thread(self._require, asked_of(request.scope))

    @staticmethod
    def is_holders(request: Request[Any, Any, Any]) -> bool:
        """Return whether a request is signed as holders sign: no certificate has such a keyid."""
        said = _SAID_KEYID.search(request.headers.get("signature-input", ""))
        return said is not None and (_SEPARATOR in said[1] or _DIGITS.fullmatch(said[1]) is not None)

    # 2. to 4.

    def _require(self, asked: Asked) -> Holder:
        # 1.
        request = http_signatures.Request(method=asked.method, target=self._url + asked.address, body=asked.body)
        may_be: list[Holder] = []

        def resolve(keyid: str) -> Holder:
            may_be.extend([] if may_be else self._holders(keyid))
            return may_be[0]

        while True:
            try:
                found = verify_request(request, asked.headers, resolve=resolve, nonces=self._nonces, now=self._clock())
                return replace(found, body=asked.body)
            except (UnsignedRequest, BadRequestSignature) as error:
                # A policy of many keys is asked key by key.
                if len(may_be) <= 1:
                    raise Problem(401, error.code, error.message, next_step=error.next_step) from error
                may_be.pop(0)

    def _holders(self, keyid: str) -> list[Holder]:
        """Return whoever may have signed under a keyid, one for each key."""
        if _SEPARATOR in keyid:
            suite, key = key_in(keyid, _KEYID, wanted=_NO_KEYID)
            return [Holder(name=keyid, suite=suite, key=key, wallet=None)]
        try:
            wallet = parse_wallet_id(keyid)
            keys = list(self._guards.policy_in_force(wallet).keys())
        except BadWalletId as error:
            raise BadRequestSignature(_NO_KEYID) from error
        except DcepError as stranger:
            if stranger.code not in ("not_your_customer", "policy_changed"):
                raise
            raise BadRequestSignature(stranger.message) from stranger
        if not keys or keyid != f"{wallet:016}":
            raise BadRequestSignature("no key of a wallet here can have signed this")
        return [Holder(name=keyid, suite=Suite(suite), key=key, wallet=wallet) for suite, key in keys]


class _Nonces(Nonces):
    """3. The nonces of wallets, each for itself, and those of newcomers together."""

    def __init__(self) -> None:
        super().__init__(at_most=_NONCES_OF_A_WALLET)
        self._lock = Lock()

    def take(self, keyid: str, nonce: str, *, expires_s: int, now_s: int) -> None:
        if _SEPARATOR in keyid:
            keyid, nonce = _NEWCOMERS, f"{keyid} {nonce}"
        # One after the other: each request is proven in a thread of its own.
        with self._lock:
            super().take(keyid, nonce, expires_s=expires_s, now_s=now_s)
