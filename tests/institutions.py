"""The institutions of a test: an authentication centre on disk, papers for whoever is asked for, and what they open."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Final

import httpx

from dcep.clock import UnixMs
from dcep.http.askers import Askers
from dcep.http.caller import Seal
from dcep.identity.centre import Centre
from dcep.identity.certificates import Kind, Subject
from dcep.identity.folder import TrustFolder
from dcep.identity.papers import Papers
from dcep.identity.reception import Reception
from dcep.identity.renewal import Party, Renewal, serial_of
from dcep.ids import OperatorId
from dcep.services import machine

LEDGER: Final = Subject(name="shard-000", kind=Kind.LEDGER)
STAFF: Final = Subject(name="staff of the central bank", kind=Kind.STAFF)
ONE: Final = Subject(name="Bank One", kind=Kind.OPERATOR, operator=OperatorId(1))
TWO: Final = Subject(name="Bank Two", kind=Kind.OPERATOR, operator=OperatorId(2))
COUNTER: Final = Subject(name="counter of Bank One", kind=Kind.COUNTER, operator=OperatorId(1))


class Signed(httpx.Auth):
    """Signs what a client sends."""

    requires_request_body = True

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        """Sign a request as it is sent."""
        request.headers.update(self._seal(request.method, str(request.url), request.content))
        yield request


class Institutions:
    """A centre, the folder that it gives to everybody, and papers, each made when somebody first asks for them."""

    def __init__(self, folder: Path, clock: Callable[[], UnixMs] = machine.now) -> None:
        self._folder, self._clock = folder, clock
        # An hour ago, so that a sender may have a clock that is behind.
        now = UnixMs(clock() - 3_600_000)
        serial = serial_of(machine.random_bytes)
        self.centre = Centre.found(folder / "centre", name="centre", now=now, days=3_650, serial=serial)
        self.trust = folder / "trust"
        self._renewal = Renewal(self.centre, self.trust, machine.random_bytes)
        self.centre.publish(self.trust)
        self._papers: dict[Subject, Papers] = {}

    def party(self, subject: Subject) -> Party:
        """Return where the papers of somebody lie."""
        folder = self._folder / subject.name.replace(" ", "-")
        return Party(subject=subject, key=folder / "institution.key", certificate=folder / "institution.pem")

    def papers(self, subject: Subject) -> Papers:
        """Return the papers of somebody, made now if there are none."""
        if subject not in self._papers:
            party = self.party(subject)
            self.renew(subject)
            self._papers[subject] = Papers(party.key, party.certificate, clock=self._clock, random=machine.random_bytes)
        return self._papers[subject]

    def renew(self, subject: Subject) -> None:
        """Give somebody another key and certificate, and tell everybody."""
        self._renewal.renew(self.party(subject), now=self._clock())

    def seal(self, subject: Subject) -> Seal:
        """Return what signs the requests of somebody."""
        return self.papers(subject).seal

    def signed(self, subject: Subject) -> Signed:
        """Return what lets a client of httpx sign as somebody."""
        return Signed(self.seal(subject))

    def reception(self, url: str) -> Reception:
        """Return who proves the requests to a service with this address."""
        return Reception(TrustFolder(self.trust), url, self._clock)

    def askers(self, url: str) -> Askers:
        """Return those who may ask a service with this address."""
        return Askers(self.reception(url).prove)
