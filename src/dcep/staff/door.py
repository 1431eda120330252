"""Who has signed a request that a page of the staff's has sent: RFC 9421, with a keyid of its own kind.

1. The keyid is `staff/SUITE/KEY`, the key itself in lower-case hex: no certificate and no wallet has such a one.
2. The address that was signed is the institution's own, as with everybody who signs requests.
3. The key is admitted now. Whoever brings an invitation is not yet: he proves his key, and nothing else.
4. A nonce is taken once, and remembered by key: there are as many keys as were admitted. A newcomer's is not kept, for
   anybody can make keys without end, and the same newcomer again changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Final

from dcep.clock import UnixMs
from dcep.crypto.suites import Suite
from dcep.http.askers import Asked, Asker, Part
from dcep.ids import OperatorId
from dcep.messages import http_signatures
from dcep.messages.http_signatures import Nonces, key_in, verify_request
from dcep.messages.layout import Key
from dcep.staff.admissions import Admissions

KIND: Final = "staff"
_KEYID: Final = re.compile(r"staff/([1-9][0-9]{0,2})/((?:[0-9a-f]{2}){1,64})")
_SAID_KEYID: Final = re.compile(r';keyid="([^"]*)"')
# Far more than one person's page asks in the five minutes for which a nonce is kept.
_NONCES_OF_A_KEY: Final = 10_000
_NO_KEYID: Final = "keyid is not staff/SUITE/HEX of a key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """A page of the staff's, by the key that it signs with."""

    keyid: str
    suite: Suite
    key: Key
    name: str = ""


class StaffDoor:
    """Where an institution's own staff come in with a page.

    Args:
        url: the address by which others call this institution, without a path.
        part: what its staff is here.
        operator: of an operator, its number.
        clock: the time of this process.
    """

    def __init__(
        self,
        admissions: Admissions,
        url: str,
        *,
        part: Part,
        operator: OperatorId | None = None,
        clock: Callable[[], UnixMs],
    ) -> None:
        self.admissions: Final = admissions
        self.part: Final = part
        self.operator: Final = operator
        self.clock: Final = clock
        self._url = url
        self._nonces, self._lock = Nonces(at_most=_NONCES_OF_A_KEY), Lock()

    def prove(self, asked: Asked) -> Asker | None:
        """Return who has signed a request, None if it is not signed as pages of the staff's sign.

        Raises:
            BadInput: `bad_request_signature`, `admission_ended`.
            Unavailable: `busy`, or the database cannot say whether the key still counts.
        """
        if not _is_staffs(asked):
            return None
        screen = self._verify(asked, self._admitted, self._nonces)
        return Asker(name=screen.name, part=self.part, operator=self.operator, staff_key=screen.keyid)

    def newcomer(self, asked: Asked) -> str:
        """Return the keyid of a key that has signed a request, admitted or not.

        Raises:
            BadInput: `unsigned_request`, `bad_request_signature`.
        """
        return self._verify(asked, _screen, _NotKept()).keyid

    def _verify(self, asked: Asked, resolve: Callable[[str], Screen], nonces: Nonces) -> Screen:
        # 2.
        request = http_signatures.Request(method=asked.method, target=self._url + asked.address, body=asked.body)
        # 4. One after the other: each request is proven in a thread of its own.
        with self._lock:
            return verify_request(request, asked.headers, resolve=resolve, nonces=nonces, now=self.clock())

    def _admitted(self, keyid: str) -> Screen:
        screen = _screen(keyid)
        # 3.
        admitted = self.admissions.require(keyid, now=self.clock())
        return Screen(keyid=keyid, suite=screen.suite, key=screen.key, name=admitted.name)


class _NotKept(Nonces):
    """4. What a newcomer brings is remembered by its invitation alone."""

    def take(self, keyid: str, nonce: str, *, expires_s: int, now_s: int) -> None:
        """Take nothing: the invitation works once."""


def _is_staffs(asked: Asked) -> bool:
    written = [value for name, value in asked.headers if name.lower() == "signature-input"]
    said = _SAID_KEYID.search(written[0]) if len(written) == 1 else None
    return said is not None and said[1].startswith(f"{KIND}/")


# 1.


def keyid_of(suite: Suite, key: bytes) -> str:
    """Return the keyid of a key of the staff's."""
    return f"{KIND}/{suite:d}/{key.hex()}"


def _screen(keyid: str) -> Screen:
    suite, key = key_in(keyid, _KEYID, wanted=_NO_KEYID)
    return Screen(keyid=keyid, suite=suite, key=key)
