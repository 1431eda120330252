"""The lottery of red envelopes: Luohu, October 2020, 50,000 times 200 yuan, one for so many people.

1. Everybody who lives in the first city has a ticket; his secret follows from a salt that the office keeps.
2. The office draws a seed and commits itself, at the central bank, where the moment is kept.
3. When the frame is there list, seed and header are shown, and everybody draws the winners (`messages.reports.draws`).
   What is committed to and shown is in the office's journal before anybody hears of it: a pilot that is killed shows
   the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from dcep.clock import UnixMs
from dcep.ids import WalletId
from dcep.messages.genesis import decode_genesis
from dcep.messages.layout import Count, Hash, Seq
from dcep.messages.reports.draws import (
    SEED_SIZE,
    Commitment,
    Reveal,
    draw,
    list_root,
    read_commitment,
    sign_commitment,
    ticket_of,
)
from dcep.services.topology import SHARD
from dcep.simulation.pilot.cast import Part
from dcep.simulation.pilot.journal import Journal
from dcep.simulation.pilot.office import Office
from dcep.simulation.pilot.script import ENVELOPE

# So many frames are still to come when the office is bound.
_AHEAD: Final = 5
_SALT_SIZE: Final = 32
DRAW: Final = "draw"


class Lottery:
    """One draw of a pilot.

    Args:
        wallets: of everybody who takes part.
        random: return so many bytes that nobody can foresee.
    """

    def __init__(
        self, journal: Journal, office: Office, wallets: Mapping[str, WalletId], random: Callable[[int], bytes]
    ) -> None:
        self._journal, self._office = journal, office
        salt = bytes.fromhex(journal.noted("draw-salt", random(_SALT_SIZE).hex()))
        self._seed = bytes.fromhex(journal.noted("draw-seed", random(SEED_SIZE).hex()))
        self._holders = {
            ticket_of(office.network, wallet, hashlib.sha256(salt + who.encode()).digest()): who
            for who, wallet in wallets.items()
        }

    def commit(self, winners: int, now: UnixMs) -> Commitment:
        """2. Commit to list, seed and a frame to come; the second time it is what was committed to."""
        shown = self._shown()
        if shown is None:
            tickets = sorted(self._holders)
            commitment = Commitment(
                network=self._office.network,
                ledger=SHARD,
                at=now,
                tickets=Count(len(tickets)),
                list_root=list_root(tickets),
                winners=Count(winners),
                amount=ENVELOPE,
                seed_hash=Hash(hashlib.sha256(self._seed).digest()),
                frame=Seq(self._office.latest()[0] + _AHEAD),
            )
            shown = {"commitment": sign_commitment(commitment, self._office.signer).hex()}
            shown |= {"certificate": self._office.certificate}
            self._keep(shown)
        self._office.publish_draw(shown)
        return read_commitment(bytes.fromhex(shown["commitment"])).commitment

    def winners(self, commitment: Commitment, parts: Mapping[str, Part]) -> list[Part] | None:
        """3. Show everything, and return who wins; None while the frame is not there."""
        header = self._office.header(commitment.frame)
        if header is None:
            return None
        reveal = Reveal(tickets=tuple(sorted(self._holders)), seed=self._seed, header=header)
        genesis = decode_genesis(self._office.genesis)
        drawn = draw(commitment, reveal, genesis.shard_workers)
        shown = (self._shown() or {}) | {
            "tickets": [ticket.hex() for ticket in reveal.tickets],
            "seed": reveal.seed.hex(),
            "header": header.hex(),
            "genesis": self._office.genesis.hex(),
        }
        self._keep(shown)
        self._office.publish_draw(shown)
        return [parts[self._holders[ticket]] for ticket in drawn]

    def _shown(self) -> dict[str, Any] | None:
        data = self._journal.document(DRAW)
        return None if data is None else json.loads(data)

    def _keep(self, shown: Mapping[str, Any]) -> None:
        self._journal.keep_document(DRAW, json.dumps(shown).encode())
