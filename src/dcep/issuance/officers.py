"""The officers' board: nobody issues alone.

A proposal is the exact bytes of an order; each officer signs them or does not. An approval is bound to what stands in
those bytes: network, shard, lane and number of the issuing vault, amount, operator, reserve-lock id, expiry and version
of the board.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dcep.crypto.suites import Signer, Suite, require_signature
from dcep.errors import BadInput
from dcep.messages.layout import Key
from dcep.messages.policies import Board, Policy, Seat
from dcep.messages.signed import attach


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """An officer of the central bank, the site where the key is kept, and the key."""

    name: str
    site: int
    signer: Signer

    def seat(self) -> Seat:
        """Return the officer's place on the board."""
        return Seat(site=self.site, suite=self.signer.suite, key=Key(self.signer.public))


def board_of(officers: Sequence[Officer], *, needed: int, sites: int = 2) -> Board:
    """Return the board of these officers: `needed` of them, from at least `sites` sites."""
    return Board(needed=needed, sites=sites, seats=tuple(officer.seat() for officer in officers))


@dataclass(slots=True, kw_only=True)
class Proposal:
    """An order of the central bank that waits for its officers; `policy` says how many of whom must sign."""

    body: bytes
    policy: Policy
    _signatures: dict[int, bytes] = field(default_factory=dict)

    @property
    def approvals(self) -> int:
        """How many officers have signed."""
        return len(self._signatures)

    @property
    def signatures(self) -> Mapping[int, bytes]:
        """The signatures by the number of the officer's key."""
        return self._signatures

    @property
    def is_approved(self) -> bool:
        """Whether enough officers, from enough sites, have signed."""
        return self.policy.satisfied_by(self._signatures)

    def take(self, key: bytes, signature: bytes) -> int:
        """Take an officer's signature over the exact bytes of the order, and return the number of the officer's key.

        Whoever has signed already counts once; the first signature stays.

        Raises:
            BadInput: `no_seat`: the key has no seat on the board.
            BadSignature: the signature is not one of these bytes by this key.
        """
        seats = list(self.policy.keys())
        number = next((number for number, (_, seated) in enumerate(seats) if seated == key), None)
        if number is None:
            raise BadInput("no_seat", "this key has no seat on the board")
        require_signature(key, self.body, signature, Suite(seats[number][0]))
        self._signatures.setdefault(number, signature)
        return number

    def approve(self, officer: Officer) -> None:
        """Let an officer sign.

        Raises:
            BadInput: the officer has no seat on the board.
        """
        self.take(officer.signer.public, officer.signer.sign(self.body))

    def wire(self) -> bytes:
        """Return the order's wire.

        Raises:
            BadInput: too few officers have signed.
        """
        if not self.is_approved:
            raise BadInput(
                "not_approved",
                f"{self.approvals} signatures are too few, or from too few sites",
                next_step="let more officers approve, from another site too",
            )
        return attach(self.body, self.policy, self._signatures)
