"""A process as the authentication centre's member: whom it believes, who may ask it, and what it shows itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from dcep.clock import UnixMs
from dcep.errors import BadInput
from dcep.http.askers import Askers
from dcep.identity.folder import TrustFolder
from dcep.identity.papers import Papers
from dcep.identity.reception import Reception

ROOT_EXPIRED: Final = "root_expired"


class Member:
    """A process among others.

    Args:
        trust: whom it believes.
        url: the address by which others call it, without a path.
        papers: what it signs its own requests with; None of one that asks nobody.
        clock: the time of this process.
    """

    def __init__(self, trust: TrustFolder, url: str, papers: Papers | None, clock: Callable[[], UnixMs]) -> None:
        self._trust, self._papers, self._clock = trust, papers, clock
        self.askers = Askers(Reception(trust, url, clock).prove)

    def missing(self) -> list[str]:
        """Return why nobody believes what this process signs now: `root_expired`, or the code of its own certificate.

        It is the judgement of its own trust folder, which is what the others have been given.
        """
        now = self._clock()
        if self._trust.root_has_ended(now):
            return [ROOT_EXPIRED]
        if self._papers is not None:
            try:
                self._trust.resolve(self._papers.institution.keyid, now)
            except BadInput as error:
                return [error.code]
        return []

    def warnings(self) -> Sequence[str]:
        """Return what somebody must see to, by name."""
        own = [] if self._papers is None else self._papers.warnings()
        return [*own, *self._trust.warnings(self._clock())]
