"""What the system sees: no answer leaves the process before its frame is flushed and its signed header stored.

Source: ARCHITECTURE, signed header: stored before the answer; INTERFACES: settled is durable.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from dcep.ids import LedgerId
from tests.faults.system.tiny_replay import frames_of_payments, replay_line, write_files
from tests.faults.system.trace import (
    CALLS,
    Call,
    Dishonest,
    Said,
    Span,
    read_trace,
    require_honest,
    require_strace,
    written_at,
)
from tests.unit.ledger.audit.kept import header_file, log_file, pieces_of

_CHECKOUT: Final = Path(__file__).parents[3]


def strace_to(trace: Path) -> list[str]:
    """Return the beginning of a line that traces the rest of it."""
    return [require_strace(), "-f", "-y", "-s", "4096", "-o", str(trace), "-e", f"trace={CALLS}"]


def run(line: Sequence[str]) -> None:
    """Run a line to its good end."""
    subprocess.run(line, cwd=_CHECKOUT, stdout=subprocess.PIPE, check=True)


class Traced:
    """A town's life under strace: the trace as text, the calls, and every answer that was said."""

    def __init__(self, root: Path) -> None:
        self.data, trace = root / "data", root / "trace"
        run([*strace_to(trace), sys.executable, "-m", "tests.faults.system.answering", str(self.data)])
        self.text = trace.read_text(encoding="ascii")

    def said(self, calls: Sequence[Call]) -> list[Said]:
        """Return the answers, each with what must stand behind it."""
        return [self._said(call) for call in calls if call.name == "write" and call.file.startswith("pipe:")]

    def _said(self, call: Call) -> Said:
        ledger, seq, _ = map(int, call.text.removesuffix("\\n").split())
        return Said(
            call,
            _span(log_file(self.data, LedgerId(ledger)), seq),
            _span(header_file(self.data, LedgerId(ledger)), seq),
        )


def _span(file: Path, seq: int) -> Span:
    piece = pieces_of(file)[seq - 1]
    return Span(str(file), piece.offset, piece.offset + len(piece.data))


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Traced:
    """Return the trace of a town's life."""
    return Traced(tmp_path_factory.mktemp("traced").resolve())


def test_no_answer_leaves_before_its_frame_is_flushed_and_its_header_stored(traced: Traced) -> None:
    """Every answer of both ledgers, in the order in which the system saw the calls."""
    calls = read_trace(traced.text)
    said = traced.said(calls)

    require_honest(calls, said)

    assert len(said) == 28
    assert {answer.frame.file for answer in said} == {
        str(log_file(traced.data, LedgerId(0))),
        str(log_file(traced.data, LedgerId(0xFFFF))),
    }


@pytest.mark.parametrize("engine", ["rust", "python"])
def test_no_line_of_outcomes_is_written_before_its_payment_is_flushed(tmp_path: Path, engine: str) -> None:
    """The file of outcomes is how a replay answers: each line behind the flush of the payment's frame."""
    root = tmp_path.resolve()
    data, outcomes, trace = root / "data", root / "outcomes.csv", root / "trace"
    write_files(root)

    run([*strace_to(trace), *replay_line(root, data, outcomes, engine)])

    calls, frames = read_trace(trace.read_text(encoding="ascii")), frames_of_payments(data)
    said = [
        Said(call, _span(log_file(data), frames[row - 1]), _span(header_file(data), frames[row - 1]))
        for call in calls
        if (call.name, call.file) == ("write", str(outcomes))
        for row in [int(line.split(",")[0]) for line in call.text.split("\\n") if line]
    ]
    require_honest(calls, said)
    assert len(said) == len(frames) == 8


def test_the_trace_of_a_liar_is_found_out(traced: Traced) -> None:
    """Each answer's flushes, made file's flushes and header moved behind the answer: the check itself is checked."""
    calls = read_trace(traced.text)
    for answer in traced.said(calls):
        for moved in _grounds(calls, answer):
            later = _moved_behind(answer.call, calls, moved)
            with pytest.raises(Dishonest):
                require_honest(later, [answer])


def _grounds(calls: Sequence[Call], said: Said) -> list[list[Call]]:
    """Return what an answer stands on, each ground with whatever says the same again before the answer.

    The flushes of the log since its frame was written, those of its folder, and the writes of headers from its own on:
    the next frame may be flushed before an answer is heard.
    """
    log, headers = said.frame.file, said.header.file
    before = [call for call in calls if call.end < said.call.begin]
    flushes = [call for call in before if call.name in ("fdatasync", "fsync")]
    written, stored = written_at(before, said.frame), written_at(before, said.header)
    return [
        [call for call in flushes if call.file == log and call.begin > written],
        [call for call in flushes if call.file == str(Path(log).parent)],
        [call for call in before if (call.name, call.file) == ("write", headers) and call.end >= stored],
    ]


def _moved_behind(answer: Call, calls: Sequence[Call], moved: Sequence[Call]) -> list[Call]:
    """Return the trace with some calls behind the answer, and all others where they were."""
    late = [replace(call, begin=answer.end, end=answer.end) if call in moved else call for call in calls]
    return sorted(late, key=lambda call: call.end)
