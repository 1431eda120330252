"""Check what a pilot has published: a score-board, a draw, and how phase 1 stands before the gate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from cyclopts import Parameter

from dcep.cli.output import DONE, NO, print_json, say
from dcep.errors import BadInput

if TYPE_CHECKING:
    from dcep.messages.reports.scores import ScoreBoard

_ROOT_HELP: Final = "The root certificate of the authentication centre; without it that of the data folder."
_DATA_HELP: Final = "The data folder of the currency, where the root lies."
Root = Annotated[Path | None, Parameter(help=_ROOT_HELP)]
Data = Annotated[Path, Parameter(help=_DATA_HELP)]
DATA: Final = Path("currency")
_MAX_ROOT: Final = 64 * 1024


def board(
    file: Path,
    /,
    *,
    data: Data = DATA,
    root: Root = None,
    movements: bool = False,
    attempts: Path | None = None,
    json: bool = False,
) -> int:
    """Check a signed score-board: who has signed it, and, for whoever may look, that it is true.

    Parameters
    ----------
    file
        The board, as the pilot wrote it or the central bank's page gives it.
    movements
        Read the ledger's movements again, with the central bank's papers in the data folder, whose currency must run.
    attempts
        The attempts that the board was made of, as the pilot wrote them.
    json
        Print one JSON document.
    """
    from dcep.cli.pilot.words import board_document, board_lines
    from dcep.simulation.pilot.checking import check_board, require_attempts
    from dcep.simulation.pilot.papers import read_attempts, read_document

    checked, signer = check_board(read_document(file), _root(data, root))
    if movements:
        _require_movements(data, checked)
    if attempts is not None:
        require_attempts(checked, read_attempts(attempts))
    if json:
        seen = {"signed_by": signer.subject.name, "movements": movements, "attempts": attempts is not None}
        print_json({"ok": True, **seen, "board": board_document(checked)})
        return DONE
    for line in board_lines(checked):
        say(line)
    say()
    say(f"Signed by {signer.subject.name}, whose certificate {signer.keyid} is of the authentication centre.")
    if movements:
        say("The ledger's movements were read again: wallets and money are as the board says.")
    if attempts is not None:
        say("The attempts were read again: answers and times are as the board says.")
    return DONE


def draw(file: Path, /, *, data: Data = DATA, root: Root = None, ticket: str | None = None, json: bool = False) -> int:
    """Draw again: the same winners come out for everybody, or what was shown is not what was committed to.

    Parameters
    ----------
    file
        The draw, as the pilot wrote it or the central bank's `/v1/pilot/draw` gives it.
    ticket
        Somebody's ticket, hex: say whether it takes part and whether it has won.
    json
        Print one JSON document.
    """
    from dcep.money import yuan
    from dcep.simulation.pilot.checking import check_draw
    from dcep.simulation.pilot.papers import read_document

    shown = read_document(file)
    drawn = check_draw(shown, _root(data, root))
    winners = [each.hex() for each in drawn.winners]
    takes_part, has_won = ticket in shown["tickets"], ticket in winners
    if json:
        own = {} if ticket is None else {"ticket": {"takes_part": takes_part, "has_won": has_won}}
        count = drawn.commitment.tickets
        print_json({"ok": True, "tickets": count, "amount_fen": drawn.commitment.amount, "winners": winners, **own})
    else:
        say(f"{len(winners)} of {drawn.commitment.tickets} tickets win {yuan(drawn.commitment.amount)} yuan each:")
        for winner in winners:
            say(f"  {winner}")
        if ticket is not None:
            lost = "Your ticket took part, and has not won." if takes_part else "This ticket did not take part."
            say("Your ticket has won." if has_won else lost)
    return NO if ticket is not None and not has_won else DONE


def gate(*, data: Data = DATA, json: bool = False) -> int:
    """Say what the gate before phase 2 wants, and how phase 1 stands before it.

    Parameters
    ----------
    json
        Print one JSON document.
    """
    from dcep.cli.pilot import say_gate
    from dcep.messages.reports.gate import is_passed, judge
    from dcep.simulation.pilot.run import GateShut, journal_in, last_board

    with journal_in(folder_of(data)) as journal:
        last = last_board(journal, 1)
    if last is None:
        raise GateShut(None)
    if json:
        print_json({"passed": is_passed(last), "criteria": [each._asdict() for each in judge(last)]})
    else:
        say_gate(last)
    return DONE if is_passed(last) else NO


def folder_of(data: Path) -> Path:
    """Return the folder of the pilot of a currency.

    Raises:
        BadInput: `no_pilot`.
    """
    from dcep.simulation.pilot.run import FOLDER

    folder = data / FOLDER
    if not folder.is_dir():
        raise BadInput("no_pilot", "no pilot has begun here", where=str(folder), next_step="dcep pilot")
    return folder


def _require_movements(data: Path, checked: ScoreBoard) -> None:
    import asyncio

    from dcep.simulation.pilot.books import LedgerBooks
    from dcep.simulation.pilot.checking import require_movements
    from dcep.simulation.pilot.currency import found
    from dcep.simulation.pilot.office import Office

    office = Office(asyncio.run(found(data)))
    try:
        books = LedgerBooks(checked.since, checked.phase_since, office.institutions())
        books.read(office.line.movements, checked.upto)
    finally:
        office.close()
    require_movements(checked, books)


def _root(data: Path, root: Path | None) -> bytes:
    path = root or data / "trust" / "root.pem"
    try:
        with path.open("rb") as stream:
            return stream.read(_MAX_ROOT)
    except OSError as error:
        step = "name it by --root, or the currency's folder by --data"
        message = f"the root certificate cannot be read: {error.strerror}"
        raise BadInput("no_such_file", message, where=str(path), next_step=step) from error
