"""Who may ask a service: a request is signed, and whoever has signed it is somebody with a part to play.

1. A handler asks who is there. Commands prove themselves, and their routes never ask: nobody waits for it there.
2. Method, address, headers and body go to whoever proves signatures for this service (`Prove`; wired in `services`).
3. What the part opens is decided here. At a ledger an operator sees the wallets that it opened, and the network's own
   institutions see it whole; nobody else sees a balance. At an institution its own staff works.
4. Staff may come with a page that was let in for a day, and has no certificate. It opens the counter of an operator; at
   the central bank it reads, and orders nothing; nowhere does it let in others.

A request is proven once, for its nonce is taken: who asked is remembered with the request.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from dcep.errors import BadInput
from dcep.http.problems import Problem
from dcep.ids import OperatorId, WalletId, operator_of

# RFC 9421, section 5.1: what a signature must cover and say.
_WANTED: Final = 'sig1=("@method" "@target-uri" "content-digest");created;expires;nonce;keyid;alg="ed25519"'
_READ: Final = "GET"
_HEADERS: Final = {"WWW-Authenticate": "Signature", "Accept-Signature": _WANTED}


class Part(StrEnum):
    """What whoever asks has to do with the network."""

    NETWORK = "network"
    OPERATOR = "operator"
    STAFF = "staff"
    COUNTER = "counter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as it came.

    Args:
        address: path and query as they stood in the request line.
    """

    method: str
    address: str
    headers: Sequence[tuple[str, str]]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Whoever has signed a request.

    Args:
        operator: the number of an operator, or of the one whose counter it is.
        staff_key: the keyid of a page that was let in without a certificate; empty for whoever has one.
    """

    name: str
    part: Part
    operator: OperatorId | None = None
    staff_key: str = ""

    def may_see(self, wallet: WalletId) -> bool:
        """Return whether the wallet is one that this part sees at a ledger."""
        if self.part is Part.OPERATOR:
            return operator_of(wallet) == self.operator
        return self.part is Part.NETWORK


# Returns who has signed a request, or raises BadInput with the reason why nobody is believed to.
Prove = Callable[[Asked], Asker]
# The same, and None where a request is not signed in its manner.
ProveOwn = Callable[[Asked], Asker | None]


class Askers:
    """Those who may ask a service.

    Args:
        prove: says who has signed a request.
    """

    def __init__(self, prove: Prove) -> None:
        self._prove = prove

    def beside(self, own: ProveOwn) -> Askers:
        """Return those who may ask, and besides them whoever signs in a manner of his own."""
        return Askers(lambda asked: own(asked) or self._prove(asked))

    def require(self, request: Any) -> Asker:
        """Return who asks.

        Args:
            request: of the framework.

        Raises:
            Problem: 401 `unsigned_request`, `bad_request_signature`, or what is wrong with the certificate.
        """
        scope = request.scope
        known: Asker | None = scope["state"].get("asker")
        if known is None:
            try:
                # 2.
                known = self._prove(asked_of(scope))
            except BadInput as error:
                raise Problem(401, error.code, error.message, next_step=error.next_step, headers=_HEADERS) from error
            scope["state"]["asker"] = known
        return known

    # 3.

    def require_network(self, request: Any) -> Asker:
        """Return who asks, if it may see the whole ledger.

        Raises:
            Problem: 401 as `require`, or 403 `not_allowed`.
        """
        return self._require(request, Part.NETWORK, "this is for the network's own institutions")

    def require_staff(self, request: Any) -> Asker:
        """Return who asks, if it is the central bank's staff.

        Raises:
            Problem: 401 as `require`, or 403 `not_allowed`.
        """
        asker = self._require(request, Part.STAFF, "this is for the central bank's staff")
        # 4.
        if asker.staff_key and request.method != _READ:
            raise Problem(403, "not_allowed", "a page reads here; what is ordered is ordered with a certificate")
        return asker

    def require_any_operator(self, request: Any) -> Asker:
        """Return who asks, if it is an operator, whichever.

        Raises:
            Problem: 401 as `require`, or 403 `not_allowed`.
        """
        asker = self.require(request)
        if asker.part is not Part.OPERATOR:
            raise Problem(403, "not_allowed", "this is for the network's operators")
        return asker

    def require_counter(self, request: Any, operator: OperatorId) -> Asker:
        """Return who asks, if it is the counter of this operator.

        Raises:
            Problem: 401 as `require`, or 403 `not_allowed`.
        """
        return self._require(request, Part.COUNTER, "this is for the operator's own counter", operator)

    def require_operator(self, request: Any, operator: OperatorId) -> Asker:
        """Return who asks, if it is this operator.

        Raises:
            Problem: 401 as `require`, or 403 `not_allowed`.
        """
        return self._require(request, Part.OPERATOR, "this is for the operator itself", operator)

    def require_certificate(self, request: Any, part: Part, operator: OperatorId | None) -> Asker:
        """Return who asks, if it has this part by a certificate of its own.

        Raises:
            Problem: 401 as `require`, or 403 `not_allowed`.
        """
        asker = self._require(request, part, "this is for the institution's own staff", operator)
        # 4.
        if asker.staff_key:
            raise Problem(403, "not_allowed", "whoever was let in by an invitation may not do this")
        return asker

    def _require(self, request: Any, part: Part, reason: str, operator: OperatorId | None = None) -> Asker:
        asker = self.require(request)
        if asker.part is not part or asker.operator != operator:
            raise Problem(403, "not_allowed", reason)
        return asker


def asked_of(scope: Any) -> Asked:
    """Return the request that a scope of the framework tells of, as it came."""
    query = scope["query_string"]
    address = scope["raw_path"] + (b"?" + query if query else b"")
    return Asked(
        method=scope["method"],
        # Bytes beyond ASCII stand in no signature: they are refused when the signature is read.
        address=address.decode("latin-1"),
        headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]],
        body=scope["state"]["body"],
    )
