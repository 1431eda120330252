"""The score-board of a pilot: how the operators do beside one another 赛马, signed by the office that runs it.

1. A board speaks of one network and one phase, from the phase's first step to an instant; the last one of a phase is
   `is_final`, and the gate before the next phase is judged by it alone.
2. What a line says of wallets and of money was read off the ledger's movements: `books` is the SHA-256 over all of
   them, up to a place in the log, so whoever may read movements too comes to the same line or knows that it is false.
3. What it says of answers and times was seen by the wallets themselves; `attempts` is the Merkle root over each attempt
   (`attempt_leaf`), so that the office cannot tell another story afterwards.
4. Points and ranks are computed from the lines by anybody (`ranking`): no opinion is signed.

Times are microseconds; the limit of a field is that of its type, and a longer time stands as the longest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from dcep.clock import UnixMs
from dcep.crypto.suites import Signer
from dcep.ids import CommandId, NetworkId, OperatorId, WalletId
from dcep.messages import layout
from dcep.messages.layout import Code, Count, Hash, Malformed, Number, Reader, Seq, Sum
from dcep.messages.policies import Policy
from dcep.messages.reports.sealing import open_seal, seal

TAG: Final = b"dscb"
VERSION: Final = 1
MAX_BOARD: Final = 16_384
LONGEST_US: Final = 2**32 - 1
_PHASES: Final = (1, 2)
_YES_OR_NO: Final = (0, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreLine:
    """How one operator does.

    From the ledger: `wallets` of customers opened, `active` of them that paid or were paid, `settled` movements that
    its customers gave, `moved` by them, fen; `conflicts`, where wallets and ledger tell different things. From the
    wallets: `attempts`, `kept` of them that ended as the rules say, times of payments at the ledger and of orders at
    the operator, half and nineteen of twenty of which were faster. `cost` is the operator's own processor time.
    """

    operator: OperatorId
    wallets: Count
    active: Count
    settled: Count
    moved: Sum
    conflicts: Count
    attempts: Count
    kept: Count
    payment_p50: Count
    payment_p95: Count
    order_p50: Count
    order_p95: Count
    cost: Number

    @property
    def cost_each(self) -> int:
        """Processor time of the operator for each movement that its customers gave, microseconds."""
        return self.cost // max(1, self.settled)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreBoard:
    """How all of them do; lines by operator, ascending.

    `wallets` and `active` are counted from frame `since`, at which the pilot began, everything else from `phase_since`.
    `books` is over the `movements` of frames `since` to `upto`, both included.
    `law_holds` is the central bank's own word on the supply at that instant, `wallets_agree` says that every balance is
    the sum of the wallet's movements; both 0 or 1, and 0 while the phase goes on.
    """

    network: NetworkId
    phase: Code
    is_final: Code
    began_at: UnixMs
    at: UnixMs
    law_holds: Code
    wallets_agree: Code
    since: Seq
    phase_since: Seq
    upto: Seq
    movements: Number
    books: Hash
    attempts: Hash
    lines: tuple[ScoreLine, ...]


class SignedBoard(NamedTuple):
    """A board whose signature holds, and the policy under which it stands: whose that is, the reader asks."""

    board: ScoreBoard
    policy: Policy


def sign_board(board: ScoreBoard, office: Signer) -> bytes:
    """Return a board with the office's signature.

    Raises:
        Malformed: a board that no reader takes.
    """
    _check(board)
    return seal(TAG + bytes((VERSION,)) + layout.encode(board), office)


def read_board(message: bytes) -> SignedBoard:
    """Return the board of a message.

    Raises:
        Malformed: it is none, or its signature does not hold.
    """
    if len(message) > MAX_BOARD or message[:5] != TAG + bytes((VERSION,)):
        raise Malformed("not a score-board of this version")
    reader = Reader(message, 5)
    board: ScoreBoard = layout.read(ScoreBoard, reader)
    policy = open_seal(message, reader)
    _check(board)
    return SignedBoard(board, policy)


def _check(board: ScoreBoard) -> None:
    flags = (board.is_final, board.law_holds, board.wallets_agree)
    if board.phase not in _PHASES or any(flag not in _YES_OR_NO for flag in flags):
        raise Malformed("a pilot has two phases, and a flag is 0 or 1")
    if any(later.operator <= earlier.operator for earlier, later in pairwise(board.lines)):
        raise Malformed("lines out of order")
    if any(line.active > line.wallets or line.kept > line.attempts for line in board.lines):
        raise Malformed("a part that is more than the whole")


# 2.


class Booked(NamedTuple):
    """A movement as the books of a board see it; `effect` is 1 in, 2 out, 0 none."""

    seq: int
    place: int
    part: int
    wallet: WalletId
    effect: int
    amount: int
    command: CommandId


class Books:
    """The SHA-256 over movements, one behind the other as the ledger tells them: a board's `books`."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.count, self.upto = 0, 0

    def add(self, moved: Booked) -> None:
        """Take the next movement of the log."""
        seq, place, part, wallet, effect, amount, command = moved
        place_of_it = seq.to_bytes(8) + place.to_bytes(4) + part.to_bytes(1)
        self._hash.update(place_of_it + wallet.to_bytes(8) + effect.to_bytes(1) + amount.to_bytes(8) + command)
        self.count, self.upto = self.count + 1, seq

    def digest(self) -> Hash:
        """Return the hash over what was taken so far."""
        return Hash(self._hash.digest())


# 3.


def attempt_leaf(key: str, command: bytes, answer: str, took_us: int) -> bytes:
    """Return the leaf of an attempt: its key, the command's id (none for an order), the answer, how long it took."""
    parts = (key.encode(), command, answer.encode())
    return b"".join(len(part).to_bytes(1) + part for part in parts) + took_us.to_bytes(4)


def percentile(times: Sequence[int], hundredths: int) -> Count:
    """Return the time that so many of a hundred did not exceed (nearest rank), 0 of none."""
    if not times:
        return Count(0)
    at = -(-len(times) * hundredths // 100) - 1
    return Count(min(sorted(times)[max(0, at)], LONGEST_US))


# 4.


class Rank(NamedTuple):
    """An operator's place in the race; several share one."""

    place: int
    points: int
    operator: OperatorId


# What is run for, and whether more is better. An operator gets a point for each other one that it is not behind.
_RACES: Final[tuple[tuple[str, Callable[[ScoreLine], float]], ...]] = (
    ("activation", lambda line: -line.active / max(1, line.wallets)),
    ("success", lambda line: -line.kept / max(1, line.attempts)),
    ("payment p95", lambda line: line.payment_p95),
    ("order p95", lambda line: line.order_p95),
    ("cost", lambda line: line.cost_each),
    ("conflicts", lambda line: line.conflicts),
)
RACES: Final = tuple(name for name, _ in _RACES)


def ranking(lines: Iterable[ScoreLine]) -> list[Rank]:
    """Return who leads, the best first; an operator without a customer does not run."""
    running = [line for line in lines if line.wallets]
    points = {
        line.operator: sum(
            measure(line) <= measure(other) for _, measure in _RACES for other in running if other is not line
        )
        for line in running
    }
    ordered = sorted(points.items(), key=lambda each: (-each[1], each[0]))
    return [Rank(1 + sum(more > got for more in points.values()), got, who) for who, got in ordered]
