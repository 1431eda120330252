"""Rows are made and sorted by whole frames in Rust, and say what the plain codecs say."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random  # noqa: TID251  seeded: the same rows every time

import pytest

from dcep.ledger.history.rows import KEY_SIZE, ROW_SIZE, Row, Rows, find_row, reader_of
from dcep.ledger.log import Stored
from dcep.ledger.native import consumed_rows, merged_rows
from dcep.messages.frames import split
from dcep.messages.layout import Malformed, Seq
from dcep.messages.outcomes import Status, decode_outcomes
from dcep.messages.signed import command_id_of_record, prefix
from tests.unit.ledger.small_ledger import Ledger

_CONSUMED = (Status.SETTLED, Status.REFUSED)


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    """Return a ledger in memory with settled, refused, repeated and superseded commands in its frames."""
    ledger = Ledger()
    for number in range(1, 80, 3):
        commands = [ledger.command(number + step, settles=step != 1, lane=step) for step in range(3)]
        ledger.append(*commands, commands[0])
    yield ledger
    ledger.close()


def _stored(ledger: Ledger) -> list[tuple[Stored, bytes]]:
    return [(stored, ledger.opened.headers.at(stored.seq)[1]) for stored in ledger.opened.log.read(Seq(1))]


def _expected(ledger: Ledger, stored: Stored, outcomes: bytes) -> dict[bytes, Row]:
    """Return the rows of a frame by their keys, by the plain codecs."""
    records = split(stored.frame.body)
    decided = zip(records, decode_outcomes(outcomes, len(records)), strict=True)
    return {
        record[:KEY_SIZE]: Row(stored.seq, place, outcome, command_id_of_record(record, prefix(ledger.network)))
        for place, (record, outcome) in enumerate(decided)
        if outcome.status in _CONSUMED and any(record[:KEY_SIZE])
    }


def test_the_rows_of_a_frame_are_those_that_the_plain_codecs_give(ledger: Ledger) -> None:
    """Place, outcome and id of every command that consumed its number, in order of its key, and of no other."""
    for stored, outcomes in _stored(ledger):
        expected = _expected(ledger, stored, outcomes)

        found = consumed_rows(ledger.network, stored.seq, stored.frame.body, outcomes)

        keys = [found.rows[at : at + KEY_SIZE] for at in range(0, len(found.rows), ROW_SIZE)]
        assert keys == sorted(expected)
        for key, row in expected.items():
            assert find_row(reader_of(found.rows), len(keys), key) == row


def test_every_row_of_many_frames_is_found_among_them(ledger: Ledger) -> None:
    """However the runs were merged."""
    rows, expected = Rows(ledger.network, Seq(1)), dict[bytes, Row]()
    for stored, outcomes in _stored(ledger):
        rows.take(stored, outcomes)
        expected |= _expected(ledger, stored, outcomes)

    assert len(expected) > 60
    assert {key: rows.find(key) for key in expected} == expected
    assert rows.find(b"\xff" * KEY_SIZE) is None
    assert len(rows.sorted()) == ROW_SIZE * len(expected)


def test_merging_is_sorting() -> None:
    """Whatever the runs are, as long as each is sorted."""
    chance = Random(7)
    runs = [sorted(chance.randbytes(ROW_SIZE) for _ in range(chance.randrange(40))) for _ in range(9)]

    merged = merged_rows([b"".join(run) for run in runs])

    assert merged == b"".join(sorted(row for run in runs for row in run))


def test_a_body_that_is_no_list_of_records_has_no_rows(ledger: Ledger) -> None:
    """Its one outcome is that of something illegible."""
    assert consumed_rows(ledger.network, Seq(1), b"\xff\xff", b"").rows == b""


def test_outcomes_that_are_not_those_of_the_frame_are_refused(ledger: Ledger) -> None:
    """An index made of them would lie for ever."""
    stored, outcomes = _stored(ledger)[0]

    for wrong in (outcomes[:-1], outcomes + outcomes[:4], b""):
        with pytest.raises(Malformed):
            consumed_rows(ledger.network, stored.seq, stored.frame.body, wrong)


def test_rows_that_end_too_early_or_hold_no_outcome_are_none(ledger: Ledger) -> None:
    """A file that was cut or overwritten after it was opened says nothing; least of all `never`."""
    stored, outcomes = _stored(ledger)[0]
    rows = consumed_rows(ledger.network, stored.seq, stored.frame.body, outcomes).rows
    key, count = rows[:KEY_SIZE], len(rows) // ROW_SIZE
    spoilt = rows[: KEY_SIZE + 12] + b"\xff" + rows[KEY_SIZE + 13 :]

    for data in (rows[: ROW_SIZE // 2], b"", spoilt):
        with pytest.raises(Malformed):
            find_row(reader_of(data), count, key)
