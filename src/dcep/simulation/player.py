"""Play a script of commands on a ledger, and go on where an earlier run of the same script was cut off.

The script makes the same bytes every time. What stands in the log already is not sent again: its answer is read back.
Credits, acknowledgements and checkpoints follow from the state of the ledgers and are not part of the script.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from typing import Final, NamedTuple

from dcep.clock import UnixMs
from dcep.errors import BadInput
from dcep.ids import CommandId
from dcep.ledger.client import WorkerLine
from dcep.ledger.worker.answers import Answer
from dcep.ledger.worker.evidence import frame_evidence
from dcep.ledger.worker.opening import OpenLedger
from dcep.messages.commands.timekeeping import Tick
from dcep.messages.kinds import KIND_OF, KINDS
from dcep.messages.layout import Seq
from dcep.messages.signed import decode, kind_of

_TICK: Final = KIND_OF[Tick].number


class _Played(NamedTuple):
    command: CommandId
    answer: Answer


class Player:
    """One ledger's part of the script."""

    def __init__(self, line: WorkerLine) -> None:
        self.line = line
        self._network = line.ledger.network
        self._played = _played(line.ledger)
        self._next = next(self._played, None)

    @property
    def is_live(self) -> bool:
        """Whether everything that an earlier run appended has been played."""
        return self._next is None

    def recall(self, commands: Sequence[CommandId]) -> list[Answer]:
        """Return the answers to as many of the next commands as the log holds already.

        Raises:
            BadInput: `other_run`: the log holds something else at this place.
        """
        answers = []
        for command in commands:
            if self._next is None:
                break
            if self._next.command != command:
                raise BadInput(
                    "other_run",
                    "the folder holds the run of other files or options",
                    next_step="name another --data folder, or remove this one",
                )
            answers.append(self._next.answer)
            self._next = next(self._played, None)
        return answers

    def submit(self, wires: Sequence[bytes], *, at: UnixMs) -> Future[Sequence[Answer]]:
        """Send what the log does not hold; the future brings all answers, recalled ones first."""
        recalled = [] if self.is_live else self.recall([decode(wire, self._network).id for wire in wires])
        if recalled and len(recalled) == len(wires):
            done: Future[Sequence[Answer]] = Future()
            done.set_result(recalled)
            return done
        sent = self.line.submit_later(wires[len(recalled) :], at=at)
        if not recalled:
            return sent
        joined: Future[Sequence[Answer]] = Future()
        sent.add_done_callback(lambda future: _join(joined, recalled, future))
        return joined


def _join(joined: Future[Sequence[Answer]], recalled: list[Answer], sent: Future[Sequence[Answer]]) -> None:
    failure = sent.exception()
    if failure is not None:
        joined.set_exception(failure)
        return
    joined.set_result([*recalled, *sent.result()])


def _played(ledger: OpenLedger) -> Iterator[_Played]:
    for seq in map(Seq, range(1, ledger.seq + 1)):
        frame = frame_evidence(ledger, seq)
        for place, (record, command) in enumerate(zip(frame.records, frame.commands, strict=True)):
            kind = KINDS[kind_of(record)]
            if kind.is_numbered or kind.number == _TICK:
                yield _Played(command, Answer(frame.outcomes[place], seq, place))
