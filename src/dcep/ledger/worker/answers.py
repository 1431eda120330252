"""What became of the commands of a job: an outcome each, and where each stands in the log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, overload

from dcep.messages.layout import Seq
from dcep.messages.outcomes import Outcome, Status

# A tuple: its members are found by identity, and this is asked of every answer.
_OF_A_NUMBER: Final = (Status.ALREADY_USED, Status.SUPERSEDED)


class Answer(NamedTuple):
    """What became of a command; `seq` and `place` say where it stands in the log, None if it was not appended."""

    outcome: Outcome
    seq: Seq | None
    place: int


class Answers(Sequence[Answer]):
    """One answer for each command of a job, in order; each is made when it is asked for.

    Args:
        outcomes: what became of each.
        seq: the frame in which those that were appended stand.
        places: where each stands in that frame, None if it was not appended.
    """

    __slots__ = ("_places", "outcomes", "seq")

    def __init__(self, outcomes: Sequence[Outcome], seq: Seq | None, places: Sequence[int | None]) -> None:
        self.outcomes, self.seq, self._places = outcomes, seq, places

    def __len__(self) -> int:
        return len(self.outcomes)

    @overload
    def __getitem__(self, place: int) -> Answer: ...

    @overload
    def __getitem__(self, place: slice) -> Answers: ...

    def __getitem__(self, place: int | slice) -> Answer | Answers:
        if isinstance(place, slice):
            return Answers(self.outcomes[place], self.seq, self._places[place])
        return self._answer(self.outcomes[place], self._places[place])

    def __iter__(self) -> Iterator[Answer]:
        return map(self._answer, self.outcomes, self._places)

    def _answer(self, outcome: Outcome, place: int | None) -> Answer:
        return Answer(outcome, None, 0) if place is None else Answer(outcome, self.seq, place)


def outcomes_of(answers: Sequence[Answer]) -> Sequence[Outcome]:
    """Return what became of each command, without where it stands."""
    return answers.outcomes if isinstance(answers, Answers) else [answer.outcome for answer in answers]


def speak_of_numbers(outcomes: Sequence[Outcome]) -> bool:
    """Return whether one of the outcomes says only that its number is gone."""
    # The outcomes of a frame are few objects, seen many times.
    return any(map(speaks_of_a_number, {id(outcome): outcome for outcome in outcomes}.values()))


def speaks_of_a_number(outcome: Outcome) -> bool:
    """Return whether an outcome says only that the number is gone: nobody outside hears that."""
    return outcome.status in _OF_A_NUMBER
