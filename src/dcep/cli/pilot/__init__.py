"""`dcep pilot`: the pilot of Shenzhen and Suzhou, played through the processes of a currency."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from cyclopts import App, Parameter

from dcep.cli.output import DONE, NO, print_json, say, warn

if TYPE_CHECKING:
    from dcep.messages.reports.scores import ScoreBoard

app = App(help="Play the pilot of Shenzhen and Suzhou; check its score-board and its draw.")
app.command("dcep.cli.pilot.checks:board", help="Check a signed score-board.")
app.command("dcep.cli.pilot.checks:draw", help="Draw the winners of a lottery again.")
app.command("dcep.cli.pilot.report:report", help="Write the report of a pilot, as a page and as PDF.")
app.command("dcep.cli.pilot.checks:gate", help="Say how phase 1 stands before the gate.")

DATA: Final = Path("currency")
_FIRST_PORT: Final = 8_800
_HELP: Final = "The data folder of the currency: the one that runs there, or one that is started for the pilot."
Data = Annotated[Path, Parameter(help=_HELP)]


@app.default
def pilot(
    *,
    data: Data = DATA,
    cities: str = "shenzhen,suzhou",
    phase: Literal[1, 2] | None = None,
    scale: int = 1_000,
    seed: int = 1,
    port: int = _FIRST_PORT,
    json: bool = False,
) -> int:
    """Play the pilot: wallets, gates, fees, hospitals, red envelopes, and the operators' race.

    Parameters
    ----------
    cities
        The pilot cities, with commas between.
    phase
        Play this phase alone; without it the first, and behind the gate the second.
    scale
        One wallet for so many people of the real pilot, 100 to 10,000.
    seed
        Decides who they are and what they pay.
    port
        The first of a hundred ports, where a currency is started for the pilot.
    json
        Print one JSON document at the end.
    """
    import asyncio

    from dcep.messages.reports.gate import is_passed
    from dcep.simulation.pilot.run import Options, play

    phases = (1, 2) if phase is None else (phase,)
    options = Options(cities=tuple(cities.split(",")), scale=scale, seed=seed, phases=phases)
    boards = asyncio.run(play(data, port, options, tell=(lambda line: None) if json else say))
    _report(data)
    if json:
        print_json(told(data, boards))
    else:
        for board in boards:
            say_board(board)
            say_gate(board)
    return DONE if all(map(is_passed, boards)) else NO


def told(data: Path, boards: list[ScoreBoard]) -> dict[str, Any]:
    """Return what `--json` prints of boards."""
    from dcep.cli.pilot.words import board_document

    return {"data": str(data), "phases": [board_document(board) for board in boards]}


def say_board(board: ScoreBoard) -> None:
    """Print a board for people."""
    from dcep.cli.pilot.words import board_lines

    for line in board_lines(board):
        say(line)


def say_gate(board: ScoreBoard) -> None:
    """Print how a board stands before the gate."""
    from dcep.messages.reports.gate import is_passed, judge

    say()
    for criterion in judge(board):
        mark = "yes" if criterion.passed else "NO"
        say(f"  {mark:<4} {criterion.name:<44} {criterion.seen:>12}   wanted {criterion.wanted}")
    if is_passed(board):
        say("The gate is passed." if board.phase == 1 else "The pilot has held what it promised.")
    else:
        warn("The gate is not passed." if board.phase == 1 else "The pilot has not held what it promised.")


def _report(data: Path) -> None:
    from importlib.util import find_spec

    # Whoever wants charts installs what draws them; a pilot is played without.
    if find_spec("matplotlib") is not None:
        from dcep.cli.pilot.report import write

        write(data)
