"""The report: a page that needs no other file, and a PDF, of what the journal holds and nothing else."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from dcep.clock import UnixMs
from dcep.crypto.suites import Signer
from dcep.errors import BadInput
from dcep.ids import NetworkId, OperatorId
from dcep.messages.reports.scores import sign_board
from dcep.simulation.pilot.books import LedgerBooks
from dcep.simulation.pilot.journal import End, Journal
from dcep.simulation.pilot.race import Seen, board_of
from dcep.simulation.pilot.report.documents import write_report
from dcep.simulation.pilot.report.facts import Facts, facts_of

_BEGAN: Final = UnixMs(1_800_000_000_000)
_OFFICE: Final = Signer(bytes(32))
_END: Final = End(
    key="p1-ride-1",
    phase=1,
    operator=1,
    trade="transport",
    verb="pay",
    answer="settled",
    kept=True,
    ended_at_ms=UnixMs(_BEGAN + 1_500),
    took_us=5_000,
    command=bytes(32),
    seq=12,
    amount_fen=300,
)


@pytest.fixture
def facts(tmp_path: Path) -> Facts:
    """Return the facts of a pilot of two operators, in which one answer is no word of ours."""
    ends = [_END, replace(_END, key="p1-ride-2", operator=2, took_us=None, answer="<script>", kept=False)]
    ends.append(replace(_END, key="p1-open-1", trade="opening", verb="open", took_us=70_000, command=b""))
    seen = Seen(ends, {OperatorId(1): 900}, {}, law_holds=True)
    racing, times = (OperatorId(1), OperatorId(2)), {"began_at": _BEGAN, "at": UnixMs(_BEGAN + 9_000)}
    board = board_of(NetworkId(bytes(16)), 1, LedgerBooks(1, 1, ()), seen, racing=racing, **times)
    journal = Journal(tmp_path)
    journal.begin({"cities": ["suzhou"], "scale": 10_000, "seed": 1})
    for end in ends:
        journal.keep(end)
    journal.keep_document("board-1", sign_board(board, _OFFICE))
    told = facts_of(journal)
    journal.close()
    return told


@pytest.mark.long
def test_the_report_needs_no_other_file_and_lets_nothing_in(facts: Facts, tmp_path: Path) -> None:
    """It is sent by mail and opened anywhere: no address of another host is asked, no text of a journal is run."""
    page, sheets = write_report(tmp_path, facts)

    text = page.read_text()
    asked = re.findall(r"""(?:src|href)\s*=\s*["']?(?!#)([^"'> ]+)""", text)
    assert [address for address in asked if "w3.org" not in address] == []
    assert "<script" not in text
    assert "&lt;script&gt; 1" in text
    assert "Suzhou, one wallet for 10,000 people, seed 1" in text
    assert text.count("<svg") == 7
    assert sheets.read_bytes()[:5] == b"%PDF-"


@pytest.mark.long
def test_the_same_pilot_is_the_same_report(facts: Facts, tmp_path: Path) -> None:
    """Nothing of the moment at which it was written is in it: two of them can be compared."""
    first = [path.read_bytes() for path in write_report(tmp_path, facts)]
    again = [path.read_bytes() for path in write_report(tmp_path, facts)]

    assert first == again


def test_without_matplotlib_it_is_said_what_is_missing(
    facts: Facts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bank is installed without what draws charts; a report there is wrong input, not a traceback."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)

    with pytest.raises(BadInput) as missing:
        write_report(tmp_path, facts)

    assert missing.value.code == "missing_extra"
    assert list(tmp_path.glob("report*")) == []


def test_what_has_no_board_is_not_told(tmp_path: Path) -> None:
    """A phase that goes on may still end otherwise."""
    journal = Journal(tmp_path)
    journal.keep(_END)

    told = facts_of(journal)

    assert (told.phases, told.envelopes) == ([], None)
    journal.close()
