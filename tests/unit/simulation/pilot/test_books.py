"""What the ledger says of a pilot, and where the wallets say something else."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from dcep.clock import UnixMs
from dcep.errors import DcepError
from dcep.ids import CommandId, NetworkId, OperatorId, WalletId, wallet_id
from dcep.ledger.client import Effect, Movement, MovementKind, MovementPage
from dcep.messages.layout import Seq, Sum
from dcep.messages.reports.scores import ScoreBoard
from dcep.money import Fen
from dcep.simulation.pilot.books import LedgerBooks
from dcep.simulation.pilot.checking import require_attempts, require_movements
from dcep.simulation.pilot.journal import End
from dcep.simulation.pilot.race import Seen, board_of

_ICBC, _ABC = OperatorId(1), OperatorId(2)
_VAULT: Final = wallet_id(_ICBC, 1)
_LI, _WANG = wallet_id(_ICBC, 77), wallet_id(_ABC, 88)


def _command(number: int) -> CommandId:
    return CommandId(number.to_bytes(32))


def _moved(place: tuple[int, int], kind: MovementKind, wallet: WalletId, amount: int, effect: Effect) -> Movement:
    seq, part = place
    return Movement(Seq(seq), 0, part, UnixMs(seq), kind, wallet, None, Fen(amount), effect, _command(seq))


# Li exchanges 500 and pays Wang 200; both opened before, in frames 1 and 2.
_MOVEMENTS: Final = [
    _moved((1, 0), MovementKind.OPENED, _LI, 0, Effect.NONE),
    _moved((2, 0), MovementKind.OPENED, _WANG, 0, Effect.NONE),
    _moved((3, 0), MovementKind.EXCHANGE_PAID, _VAULT, 500, Effect.OUT),
    _moved((3, 1), MovementKind.EXCHANGED, _LI, 500, Effect.IN),
    _moved((4, 0), MovementKind.PAID, _LI, 200, Effect.OUT),
    _moved((4, 1), MovementKind.RECEIVED, _WANG, 200, Effect.IN),
]


def _books(phase_since: int = 1) -> LedgerBooks:
    books = LedgerBooks(1, phase_since, [_VAULT])
    books.read(_pages)
    return books


def _pages(after: str, *, limit: int, operator: OperatorId | None) -> MovementPage:
    """Tell the movements two at a time, as a ledger does."""
    seen = int(after.partition("-")[0]) - 1
    items = [moved for moved in _MOVEMENTS if moved.seq > seen][:2]
    upto = items[-1].seq if items else seen
    # A frame is told whole.
    items = [moved for moved in _MOVEMENTS if seen < moved.seq <= upto]
    return MovementPage(items, f"{upto + 1}-0-0", upto < _MOVEMENTS[-1].seq)


def _end(key: str, operator: OperatorId, **other: object) -> End:
    told = {"phase": 1, "trade": "transport", "verb": "pay", "answer": "settled", "kept": True, "amount_fen": 200}
    seen = {"ended_at_ms": UnixMs(9), "took_us": 5_000, "command": bytes(_command(4)), "seq": 4}
    return End(key=key, operator=operator, **told | seen | other)  # type: ignore[arg-type]


_ENDS: Final = [_end("pay", _ICBC), _end("open", _ICBC, verb="open", took_us=70_000, command=b"", seq=None)]


def _board(books: LedgerBooks, ends: list[End] = _ENDS, balances: dict[WalletId, int] | None = None) -> ScoreBoard:
    seen = Seen(ends, {_ICBC: 900}, {_LI: 300, _WANG: 200} if balances is None else balances, law_holds=True)
    network, racing = NetworkId(bytes(16)), (_ABC, _ICBC)
    return board_of(network, 1, books, seen, racing=racing, began_at=UnixMs(1), at=UnixMs(9))


def test_a_board_says_what_ledger_and_wallets_say() -> None:
    """The vault is nobody's customer; whoever was paid is active, and whoever paid has given the payment."""
    board = _board(_books())

    icbc, abc = board.lines
    assert (icbc.wallets, icbc.active, icbc.settled, icbc.moved, icbc.conflicts) == (1, 1, 3, 700, 0)
    assert (abc.wallets, abc.active, abc.settled, abc.moved, abc.attempts) == (1, 1, 1, 0, 0)
    assert (icbc.payment_p95, icbc.order_p95, icbc.cost) == (5_000, 70_000, 900)
    assert (board.movements, board.upto, board.law_holds, board.wallets_agree) == (6, 4, 1, 1)


def test_a_phase_counts_from_its_own_beginning() -> None:
    """Wallets are counted from the pilot's first frame, payments from the phase's."""
    board = _board(_books(phase_since=4))

    assert [(line.wallets, line.active, line.settled, line.moved) for line in board.lines] == [
        (1, 1, 1, 200),
        (1, 1, 0, 0),
    ]


def test_a_balance_that_is_not_its_movements_is_a_conflict_of_its_operator() -> None:
    """The operators are asked what wallets hold; the ledger says what it must be."""
    board = _board(_books(), balances={_LI: 300, _WANG: 201})

    assert [line.conflicts for line in board.lines] == [0, 1]
    assert board.wallets_agree == 0


def test_a_settled_payment_that_the_ledger_does_not_know_is_a_conflict() -> None:
    """A wallet that believes to have paid, and has not, is the worst that can be."""
    board = _board(_books(), [*_ENDS, _end("ghost", _ABC, command=bytes(_command(5)))])

    assert [line.conflicts for line in board.lines] == [0, 1]


def test_a_board_without_balances_is_not_the_last_one() -> None:
    """While a phase goes on nobody has looked into the wallets."""
    books = _books()
    seen = Seen(_ENDS, {}, None, law_holds=True)

    board = board_of(NetworkId(bytes(16)), 1, books, seen, racing=(_ICBC,), began_at=UnixMs(1), at=UnixMs(2))

    assert (board.is_final, board.wallets_agree) == (0, 0)


def test_who_reads_the_movements_again_finds_what_is_false() -> None:
    """Movements that are not there, and lines that do not follow from them, are both found."""
    board = _board(_books())
    require_movements(board, _books())
    rich = replace(board, lines=(replace(board.lines[0], moved=Sum(board.lines[0].moved + 1)), board.lines[1]))
    short = LedgerBooks(1, 1, [_VAULT])
    short.read(_pages, 3)

    codes = [_code(lambda: require_movements(rich, _books())), _code(lambda: require_movements(board, short))]

    assert codes == ["other_books"] * 2
    assert short.books.count == 4


@pytest.mark.parametrize(
    "attempts",
    [
        _ENDS[:1],
        [*_ENDS, _end("more", _ABC)],
        [replace(_ENDS[0], took_us=4_000), _ENDS[1]],
        [replace(_ENDS[0], answer="expired"), _ENDS[1]],
    ],
)
def test_who_reads_the_attempts_again_finds_what_is_false(attempts: list[End]) -> None:
    """None can be left out, added or told otherwise after the board was signed."""
    board = _board(_books())
    require_attempts(board, _ENDS[::-1])

    assert _code(lambda: require_attempts(board, attempts)) == "other_attempts"


def test_attempts_are_bound_together_with_how_they_are_counted() -> None:
    """Whether an answer was as the rules say is not in the root: the line says it, and is counted again."""
    board = _board(_books())

    assert _code(lambda: require_attempts(board, [replace(_ENDS[0], kept=False), _ENDS[1]])) == "other_attempts"


def _code(check: object) -> str:
    with pytest.raises(DcepError) as found:
        check()  # type: ignore[operator]
    return found.value.code
