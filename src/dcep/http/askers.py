"""Who may ask a service: an institution brings a token, of which the service's settings know the hash alone.

At a ledger an operator sees the wallets that it opened, and the network's own institutions see it whole; nobody else
sees a balance. At an institution a token that opens the network is that of whoever works there.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dcep.errors import BadInput
from dcep.http.problems import Problem
from dcep.ids import OperatorId, WalletId, operator_of

_SCHEME: Final = "Bearer "
_DIGEST: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """An institution, and what it may see: one operator's wallets, or all if `operator` is None."""

    name: str
    token_sha256: bytes
    operator: OperatorId | None

    def may_see(self, wallet: WalletId) -> bool:
        """Return whether the wallet is one of this institution's."""
        return self.operator is None or operator_of(wallet) == self.operator


class Askers:
    """The institutions that a ledger knows.

    Raises:
        BadInput: `bad_settings`: a hash of another size.
    """

    def __init__(self, askers: Sequence[Asker]) -> None:
        for asker in askers:
            if len(asker.token_sha256) != _DIGEST:
                raise BadInput("bad_settings", f"token_sha256 of {asker.name} has not {_DIGEST} bytes")
        self._askers = tuple(askers)

    def require(self, authorization: str | None) -> Asker:
        """Return who asks.

        Raises:
            Problem: 401 `unsigned_request`: no token that this ledger knows.
        """
        scheme, token = (authorization or "")[: len(_SCHEME)], (authorization or "")[len(_SCHEME) :]
        digest = hashlib.sha256(token.encode()).digest()
        # Every hash is compared, in constant time: an answer's delay tells nothing of a token.
        found = [asker for asker in self._askers if hmac.compare_digest(asker.token_sha256, digest)]
        if not found or not token or scheme != _SCHEME:
            raise Problem(
                401,
                "unsigned_request",
                "this is for institutions that the ledger knows",
                headers={"WWW-Authenticate": "Bearer"},
            )
        return found[0]

    def require_network(self, authorization: str | None) -> Asker:
        """Return who asks, if it may see the whole ledger.

        Raises:
            Problem: 401 `unsigned_request`, or 403 `not_allowed`.
        """
        asker = self.require(authorization)
        if asker.operator is not None:
            raise Problem(403, "not_allowed", "an operator sees its own wallets")
        return asker
