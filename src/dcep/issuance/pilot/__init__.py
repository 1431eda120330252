"""What the pilot office publishes at the central bank: score-boards and a draw, kept with the moment of their coming.

1. A board is taken if its signature holds, by the key of the certificate that is brought along, and if it is of this
   network. Who asks is the staff (`routes`); whoever reads judges certificate and signature himself.
2. The last board of a phase stays for ever, and no other may follow for that phase; of the others the newest KEPT stay.
3. A draw is committed to once: another commitment of the same network is refused, so an office that does not like its
   winners cannot begin anew. What shows it must be what was committed to, and is kept once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Row, delete, func, insert, select, update

from dcep.clock import UnixMs
from dcep.errors import BadInput, DcepError
from dcep.issuance.store import Store
from dcep.issuance.tables import PILOT_BOARDS, PILOT_DRAWS
from dcep.messages.genesis import decode_genesis, encode_genesis
from dcep.messages.layout import Hash, Malformed
from dcep.messages.reports.draws import BadDraw, Commitment, Reveal, draw, read_commitment
from dcep.messages.reports.scores import ScoreBoard, read_board

KEPT: Final = 2_000
MAX_CERTIFICATE: Final = 8_192


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedBoard:
    """A board as it was brought; `place` grows."""

    place: int
    taken_at: UnixMs
    board: ScoreBoard
    message: bytes
    certificate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedDraw:
    """A draw as it stands: committed to, and perhaps shown, with the winning tickets in the order of their lots."""

    commitment: Commitment
    message: bytes
    certificate: str
    committed_at: UnixMs
    reveal: Reveal | None
    winners: Sequence[Hash]
    shown_at: UnixMs | None


class PilotBoard:
    """What was published of a pilot."""

    def __init__(self, store: Store, *, kept: int = KEPT) -> None:
        self._store, self._kept = store, kept

    # Boards.

    def take_board(self, message: bytes, certificate: str, *, now: UnixMs) -> PublishedBoard:
        """Keep a board.

        Raises:
            BadInput: `bad_board`, `other_network`.
            DcepError: `phase_ended`: the last board of its phase is kept already, and is another.
        """
        # 1.
        try:
            board = read_board(message).board
        except Malformed as error:
            raise BadInput("bad_board", f"no signed score-board: {error}") from error
        self._require_network(board.network)
        _require_certificate(certificate)
        with self._store.transaction() as rows:
            ask = rows.connection.execute
            last = ask(
                select(PILOT_BOARDS).where(PILOT_BOARDS.c.phase == board.phase, PILOT_BOARDS.c.is_final)
            ).one_or_none()
            # 2.
            if last is not None:
                if last.message != message:
                    raise DcepError("phase_ended", f"the last board of phase {board.phase} was published already")
                return _published(last)
            place = (ask(select(func.max(PILOT_BOARDS.c.place))).scalar() or 0) + 1
            values = {
                "place": place,
                "phase": board.phase,
                "is_final": bool(board.is_final),
                "taken_at_ms": now,
                "message": message,
                "certificate": certificate,
            }
            ask(insert(PILOT_BOARDS).values(**values))
            old = (PILOT_BOARDS.c.place <= place - self._kept) & PILOT_BOARDS.c.is_final.is_(False)
            ask(delete(PILOT_BOARDS).where(old))
            return _published(ask(select(PILOT_BOARDS).where(PILOT_BOARDS.c.place == place)).one())

    def boards(self, *, after: int = 0, limit: int = 100) -> list[PublishedBoard]:
        """Return the boards behind a place, the oldest first."""
        query = select(PILOT_BOARDS).where(PILOT_BOARDS.c.place > after).order_by(PILOT_BOARDS.c.place).limit(limit)
        with self._store.transaction() as rows:
            return [_published(row) for row in rows.connection.execute(query)]

    def newest(self) -> PublishedBoard | None:
        """Return the newest board, None before the first."""
        query = select(PILOT_BOARDS).order_by(PILOT_BOARDS.c.place.desc()).limit(1)
        with self._store.transaction() as rows:
            row = rows.connection.execute(query).one_or_none()
        return None if row is None else _published(row)

    def last_of(self, phase: int) -> PublishedBoard | None:
        """Return the last board of a phase, None while it goes on."""
        query = select(PILOT_BOARDS).where(PILOT_BOARDS.c.phase == phase, PILOT_BOARDS.c.is_final)
        with self._store.transaction() as rows:
            row = rows.connection.execute(query).one_or_none()
        return None if row is None else _published(row)

    # 3.

    def commit(self, message: bytes, certificate: str, *, now: UnixMs) -> PublishedDraw:
        """Keep what a draw is committed to; the same again changes nothing.

        Raises:
            BadInput: `bad_draw`, `other_network`.
            DcepError: `draw_committed`: to another list, seed or frame.
        """
        try:
            commitment = read_commitment(message).commitment
        except Malformed as error:
            raise BadInput("bad_draw", f"no signed commitment: {error}") from error
        self._require_network(commitment.network)
        _require_certificate(certificate)
        with self._store.transaction() as rows:
            kept = rows.connection.execute(select(PILOT_DRAWS)).one_or_none()
            if kept is not None and kept.commitment != message:
                raise DcepError("draw_committed", "another draw was committed to here, and no second one is taken")
            if kept is None:
                values = {"commitment": message, "certificate": certificate, "committed_at_ms": now}
                rows.connection.execute(insert(PILOT_DRAWS).values(place=1, **values))
        return self._draw()

    def show(self, reveal: Reveal, *, now: UnixMs) -> PublishedDraw:
        """Keep what shows the draw, if it is what was committed to; the second time nothing changes.

        Raises:
            BadInput: `bad_draw`.
        """
        known = self.draw()
        if known is None:
            raise BadInput("bad_draw", "nothing was committed to")
        if known.reveal is None:
            self._winners(known.commitment, reveal)
            with self._store.transaction() as rows:
                values = {
                    "tickets": b"".join(reveal.tickets),
                    "seed": reveal.seed,
                    "header": reveal.header,
                    "shown_at_ms": now,
                }
                rows.connection.execute(update(PILOT_DRAWS).values(**values))
        return self._draw()

    def draw(self) -> PublishedDraw | None:
        """Return the draw, None before one is committed to."""
        with self._store.transaction() as rows:
            row = rows.connection.execute(select(PILOT_DRAWS)).one_or_none()
        if row is None:
            return None
        commitment, reveal = read_commitment(row.commitment).commitment, _reveal(row)
        return PublishedDraw(
            commitment=commitment,
            message=row.commitment,
            certificate=row.certificate,
            committed_at=UnixMs(row.committed_at_ms),
            reveal=reveal,
            winners=[] if reveal is None else self._winners(commitment, reveal),
            shown_at=None if row.shown_at_ms is None else UnixMs(row.shown_at_ms),
        )

    @property
    def genesis(self) -> bytes:
        """The network's genesis, which names the workers whose header is in a draw."""
        return encode_genesis(self._store.genesis)

    def _draw(self) -> PublishedDraw:
        found = self.draw()
        assert found is not None, "it was written a moment ago"
        return found

    def _winners(self, commitment: Commitment, reveal: Reveal) -> list[Hash]:
        try:
            return draw(commitment, reveal, decode_genesis(self.genesis).shard_workers)
        except BadDraw as error:
            raise BadInput("bad_draw", str(error)) from error

    def _require_network(self, network: bytes) -> None:
        if network != self._store.network:
            raise BadInput("other_network", "this is of another network")


def _require_certificate(certificate: str) -> None:
    if not 0 < len(certificate) <= MAX_CERTIFICATE or not certificate.isascii():
        raise BadInput("bad_certificate", "a certificate in PEM comes along")


def _published(row: Row[tuple[object, ...]]) -> PublishedBoard:
    return PublishedBoard(
        place=row.place,
        taken_at=UnixMs(row.taken_at_ms),
        board=read_board(row.message).board,
        message=row.message,
        certificate=row.certificate,
    )


def _reveal(row: Row[tuple[object, ...]]) -> Reveal | None:
    if row.shown_at_ms is None:
        return None
    tickets = tuple(Hash(row.tickets[at : at + 32]) for at in range(0, len(row.tickets), 32))
    return Reveal(tickets=tickets, seed=row.seed, header=row.header)
