"""Who stands at a service's door: the signature of a request, the certificate behind it, and the part that it gives.

1. The address that was signed is the service's own, not what the request says of itself: what was signed for another
   service means nothing here.
2. The signature holds, its certificate counts, and its nonce was not taken (dcep.messages.http_signatures).
3. What a certificate opens follows from its kind, and an operator's number from its subject. Nobody lists who may what.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Final

from dcep.clock import UnixMs
from dcep.http.askers import Asked, Asker, Part
from dcep.identity.certificates import Institution, Kind
from dcep.identity.folder import TrustFolder
from dcep.messages.http_signatures import Nonces, Request, verify_request

_PARTS: Final = {
    Kind.CENTRAL_BANK: Part.NETWORK,
    Kind.LEDGER: Part.NETWORK,
    Kind.TIER1: Part.NETWORK,
    Kind.OPERATOR: Part.OPERATOR,
    Kind.STAFF: Part.STAFF,
    Kind.COUNTER: Part.COUNTER,
}


class Reception:
    """Proves who asks a service; threads may share it.

    Args:
        trust: whom the service believes.
        url: the address by which others call the service, without a path.
        clock: the time of this process.
    """

    def __init__(self, trust: TrustFolder, url: str, clock: Callable[[], UnixMs]) -> None:
        self._trust, self._url, self._clock = trust, url, clock
        self._nonces, self._lock = Nonces(), Lock()

    def prove(self, asked: Asked) -> Asker:
        """Return who has signed a request.

        Raises:
            BadInput: `unsigned_request`, `bad_request_signature`, or why nobody stands behind the certificate.
            Unavailable: `busy`: too many requests of this key are under way.
        """
        # 1.
        request = Request(method=asked.method, target=self._url + asked.address, body=asked.body)
        now = self._clock()
        # 2. Nonces are taken one after the other.
        with self._lock:
            institution = verify_request(
                request,
                asked.headers,
                resolve=lambda keyid: self._trust.resolve(keyid, now),
                nonces=self._nonces,
                now=now,
            )
        return asker_of(institution)


# 3.


def asker_of(institution: Institution) -> Asker:
    """Return what an institution is to those whom it asks."""
    subject = institution.subject
    return Asker(name=subject.name, part=_PARTS[subject.kind], operator=subject.operator)
