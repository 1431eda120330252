"""How anybody checks what the office has published, believing the root of the authentication centre and nothing else.

1. A board: its signature holds, the certificate that came along is of its key, the centre has issued it, to the central
   bank's staff, and it counted when the board was made.
2. Whoever may read the ledger's movements reads them again: their hash, and what the lines say of wallets and money.
3. Whoever has the attempts computes their root again, and what the lines say of answers and times.
4. A draw: the commitment's signature, and the winners, drawn again (`messages.reports.draws`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from dcep.errors import BadInput, DcepError
from dcep.identity.certificates import Institution, Kind
from dcep.identity.trust import TrustStore
from dcep.ids import OperatorId
from dcep.messages.genesis import decode_genesis, network_of
from dcep.messages.layout import Hash, Malformed
from dcep.messages.policies import Policy
from dcep.messages.reports.draws import BadDraw, Commitment, Reveal, draw, read_commitment
from dcep.messages.reports.scores import ScoreBoard, read_board
from dcep.simulation.pilot.books import LedgerBooks
from dcep.simulation.pilot.journal import End
from dcep.simulation.pilot.race import attempts_root, line_of

# What of a line is the ledger's word, and what is the wallets'.
_LEDGERS: Final = ("wallets", "active", "settled", "moved")
_WALLETS: Final = ("attempts", "kept", "payment_p50", "payment_p95", "order_p50", "order_p95")


class Drawn(NamedTuple):
    """A draw that was drawn again."""

    commitment: Commitment
    winners: Sequence[Hash]


def check_board(told: dict[str, Any], root: bytes) -> tuple[ScoreBoard, Institution]:
    """1. Return a board, and who has signed it.

    Args:
        told: `board`, hex, and `certificate`, PEM; whatever else is there is left.

    Raises:
        DcepError: `bad_board`: it proves nothing.
        BadInput: what is wrong with the certificate.
    """
    try:
        signed = read_board(bytes.fromhex(str(told.get("board"))))
    except (ValueError, Malformed) as error:
        raise DcepError("bad_board", f"this is no signed score-board: {error}") from error
    institution = _signer(signed.policy, str(told.get("certificate")), root)
    if not institution.starts_at <= signed.board.at <= institution.ends_at:
        raise DcepError("bad_board", "the certificate did not count when the board was made")
    return signed.board, institution


def require_movements(board: ScoreBoard, books: LedgerBooks) -> None:
    """2. Return only if the ledger says what the board says of it.

    Args:
        books: of the same frames.

    Raises:
        DcepError: `other_books`.
    """
    if books.books.digest() != board.books or books.books.count != board.movements:
        raise DcepError("other_books", "the ledger's movements are others than the board was made of")
    _require_lines(board, [line_of(line.operator, books, [], 0, 0) for line in board.lines], _LEDGERS, "other_books")


def require_attempts(board: ScoreBoard, attempts: Sequence[End]) -> None:
    """3. Return only if the attempts are those that the board was made of.

    Raises:
        DcepError: `other_attempts`.
    """
    if attempts_root(attempts) != board.attempts:
        raise DcepError("other_attempts", "these are not the attempts that the board was made of")
    by_operator: dict[OperatorId, list[End]] = defaultdict(list)
    for end in attempts:
        by_operator[OperatorId(end.operator)].append(end)
    nothing = LedgerBooks(board.since, board.phase_since, ())
    lines = [line_of(line.operator, nothing, by_operator[line.operator], 0, 0) for line in board.lines]
    _require_lines(board, lines, _WALLETS, "other_attempts")


def check_draw(told: dict[str, Any], root: bytes) -> Drawn:
    """4. Return the winners, drawn again.

    Args:
        told: `commitment`, `tickets`, `seed`, `header` and `genesis`, all of it hex, and `certificate`, PEM.

    Raises:
        DcepError: `bad_draw`: what was shown is not what was committed to.
        BadInput: what is wrong with the certificate; `not_shown`: only the commitment is there.
    """
    if not told.get("tickets"):
        raise BadInput("not_shown", "the draw is committed to, and not shown yet", next_step="ask again in a while")
    try:
        signed = read_commitment(bytes.fromhex(str(told.get("commitment"))))
        genesis = bytes.fromhex(str(told.get("genesis")))
        reveal = Reveal(
            tickets=tuple(Hash(bytes.fromhex(ticket)) for ticket in told["tickets"]),
            seed=bytes.fromhex(str(told.get("seed"))),
            header=bytes.fromhex(str(told.get("header"))),
        )
        if network_of(genesis) != signed.commitment.network:
            raise BadDraw("the genesis is that of another network")
        winners = draw(signed.commitment, reveal, decode_genesis(genesis).shard_workers)
    except (ValueError, TypeError, Malformed) as error:
        raise DcepError("bad_draw", f"this draw proves nothing: {error}") from error
    institution = _signer(signed.policy, str(told.get("certificate")), root)
    if not institution.starts_at <= signed.commitment.at <= institution.ends_at:
        raise DcepError("bad_draw", "the certificate did not count when the draw was committed to")
    return Drawn(signed.commitment, winners)


def _signer(policy: Policy, certificate: str, root: bytes) -> Institution:
    institution = TrustStore(root).add(certificate.encode())
    if list(policy.keys()) != [(institution.suite, institution.key)]:
        raise DcepError("other_key", "the certificate is not of the key that has signed")
    if institution.subject.kind is not Kind.STAFF:
        raise DcepError("not_allowed", "whoever has signed does not work at the central bank")
    return institution


def _require_lines(board: ScoreBoard, again: Sequence[Any], names: Sequence[str], code: str) -> None:
    for line, other in zip(board.lines, again, strict=True):
        wrong = [name for name in names if getattr(line, name) != getattr(other, name)]
        if wrong:
            raise DcepError(code, f"operator {line.operator:03}: {', '.join(wrong)} are others than the board says")
