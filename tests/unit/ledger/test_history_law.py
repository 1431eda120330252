"""The same bytes never hear two final answers."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcep.clock import DAY_MS, UnixMs
from dcep.ids import CommandId
from dcep.ledger.history import Found
from dcep.messages.outcomes import Outcome, Status
from tests.unit.ledger.small_ledger import MINUTE, Ledger, Sent

ANY: Final = st.integers(0, 9_999)
# Few numbers often, so that bodies meet under one; some far ones, so that the window moves on.
NUMBERS: Final = st.one_of(st.integers(1, 12), st.integers(1, 300))
WAITS: Final = st.sampled_from([MINUTE, DAY_MS // 2, DAY_MS, 2 * DAY_MS])
SENDS: Final = st.tuples(st.integers(0, 1), NUMBERS, st.integers(0, 2), st.integers(0, 1))
STEPS: Final = st.lists(
    st.one_of(
        st.tuples(st.just("send"), SENDS.map(list)),
        st.tuples(st.just("again"), st.lists(ANY, min_size=1, max_size=1)),
        st.tuples(st.just("wait"), st.lists(WAITS, min_size=1, max_size=1)),
        st.tuples(st.just("restart"), st.just([])),
        st.tuples(st.just("lose"), st.lists(ANY, min_size=1, max_size=1)),
        st.tuples(st.just("rot"), st.lists(ANY, min_size=2, max_size=2)),
    ),
    min_size=10,
    max_size=60,
)


@pytest.mark.parametrize("is_in_files", [False, True], ids=["memory", "files"])
@settings(max_examples=40)
@given(steps=STEPS)
def test_the_same_bytes_never_hear_a_contradicting_final_answer(
    is_in_files: bool, steps: list[tuple[str, list[int]]]
) -> None:
    """Whatever else is sent, whenever they are sent again, and whatever becomes of the index."""
    with TemporaryDirectory() as folder:
        story = Story(Ledger(Path(folder) if is_in_files else None), is_in_files)

        for word, values in steps:
            story.play(word, values)

        story.end()


class Story:
    """Random traffic, with every answer held against the first final one that its body has heard."""

    def __init__(self, ledger: Ledger, is_in_files: bool) -> None:
        self.ledger, self.is_in_files = ledger, is_in_files
        self.sent: list[Sent] = []
        self.finals: dict[CommandId, Found | None] = {}

    def play(self, word: str, values: list[int]) -> None:
        match word, values:
            case "send", [lane, number, memo, settles]:
                command = self.ledger.command(number, lane=lane, memo=memo, life=DAY_MS // 2, settles=bool(settles))
                self.sent.append(command)
                self.hear(command)
            case "again", [which] if self.sent:
                self.hear(self.sent[which % len(self.sent)])
            case "wait", [milliseconds]:
                self.ledger.time = UnixMs(self.ledger.time + milliseconds)
                self.ledger.append()
            case "restart", [] if self.is_in_files:
                self.ledger = self.ledger.restart()
            case (("lose" | "rot"), [which, *at]) if self.is_in_files and self.ledger.index_files():
                # What the builder is writing at this moment is not ours to damage.
                self.ledger.history.build()
                path = self.ledger.index_files()[which % len(self.ledger.index_files())]
                data = bytearray(path.read_bytes())
                path.unlink()
                if at:
                    data[at[0] % len(data)] ^= 1
                    path.write_bytes(data)

    def hear(self, command: Sent) -> Outcome:
        found = self.ledger.send(command)
        if found.outcome.is_final:
            # `expired` and `never_processed` say the same: it did not happen and never will.
            happened = found if found.outcome.status in (Status.SETTLED, Status.REFUSED) else None
            assert self.finals.setdefault(command.id, happened) == happened
        return found.outcome

    def end(self) -> None:
        """Hear every body once more when its life has passed and nothing is behind: now each answer is final."""
        self.ledger.time = UnixMs(self.ledger.time + 2 * DAY_MS)
        self.ledger.append()
        self.ledger.history.build()
        for command in self.sent:
            assert self.hear(command).is_final
        self.ledger.close()
