"""The headers in files: what a crash may take away, and what it may not."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcep.errors import Damaged, Unavailable
from dcep.ids import NetworkId
from dcep.ledger.log import StoredHeader, Torn
from dcep.ledger.log.headers import FileHeaders, HeaderScan, encode_record
from dcep.messages.layout import Seq
from tests.unit.ledger.log.written import (
    NETWORK,
    SETTLED,
    flip,
    header,
    place_in,
    problems,
    scan_headers,
    write_headers,
)


def header_file(root: Path, first: int = 1) -> Path:
    """Return a file of the headers by its first frame."""
    return place_in(root).headers / f"{first:012}.hdr"


@given(st.lists(st.integers(0, 40), max_size=8), st.integers(1, 2_000))
def test_what_was_stored_is_there_after_a_start(counts: list[int], segment_bytes: int) -> None:
    """Whatever the number of outcomes and wherever the files end."""
    with tempfile.TemporaryDirectory() as folder:
        headers = FileHeaders(place_in(Path(folder)), NETWORK, segment_bytes=segment_bytes)
        for seq, count in enumerate(counts, start=1):
            headers.append(Seq(seq), header(seq), SETTLED * count)
        headers.close()

        again = FileHeaders(place_in(Path(folder)), NETWORK, segment_bytes=segment_bytes)
        stored = [(entry.header, entry.outcomes) for entry in again.read(Seq(1))]
        again.close()

    assert stored == [(header(seq), SETTLED * count) for seq, count in enumerate(counts, start=1)]


def test_a_header_cut_short_anywhere_is_moved_aside(tmp_path: Path) -> None:
    """It was written without a flush; the worker computes it again from its frame."""
    last = write_headers(place_in(tmp_path), 3)[-1]
    data = header_file(tmp_path).read_bytes()
    for end in range(last.offset + 1, len(data)):
        header_file(tmp_path).write_bytes(data[:end])

        headers = FileHeaders(place_in(tmp_path), NETWORK)
        assert headers.count == 2
        headers.append(Seq(3), header(3), SETTLED)
        headers.close()

        aside = tmp_path / "torn" / f"shard-000-000000000003-{end - last.offset}.hdr.bin"
        assert aside.read_bytes() == data[last.offset : end]
        assert header_file(tmp_path).read_bytes() == data


@pytest.mark.parametrize("lost", [8, 200, 310, 700])
def test_zeros_that_a_power_cut_left_are_moved_aside(tmp_path: Path, lost: int) -> None:
    """A file system may know the length of a file before it has the bytes; nobody flushed them."""
    stored = write_headers(place_in(tmp_path), 4)
    data = header_file(tmp_path).read_bytes()
    header_file(tmp_path).write_bytes(data[:-lost] + bytes(lost))
    whole = sum(entry.offset + entry.size <= len(data) - lost for entry in stored)

    headers = FileHeaders(place_in(tmp_path), NETWORK)

    assert headers.count == whole
    assert (tmp_path / "torn" / f"shard-000-{whole + 1:012}-1.hdr.bin").read_bytes().endswith(bytes(lost))
    headers.close()


def test_zeros_with_a_whole_header_behind_them_are_damage(tmp_path: Path) -> None:
    """A hole in the middle is no tail: the start stops and says so."""
    stored = write_headers(place_in(tmp_path), 3)
    data = bytearray(header_file(tmp_path).read_bytes())
    data[stored[1].offset : stored[2].offset] = bytes(stored[1].size)
    header_file(tmp_path).write_bytes(data)

    assert problems(scan_headers(place_in(tmp_path)))[0] == (2, "header_damaged")


def test_a_whole_header_with_a_wrong_byte_stops_the_start(tmp_path: Path) -> None:
    """A crash shortens a file; it does not change what stands in it."""
    write_headers(place_in(tmp_path), 3)
    size = header_file(tmp_path).stat().st_size
    flip(header_file(tmp_path), 8 * (size - 1))

    with pytest.raises(Damaged, match="header_damaged") as damage:
        FileHeaders(place_in(tmp_path), NETWORK)

    assert damage.value.file == "ledger/shard-000/headers/000000000001.hdr"
    assert header_file(tmp_path).stat().st_size == size


def test_one_flipped_bit_anywhere_is_noticed(tmp_path: Path) -> None:
    """As a problem, or as a tail that is no beginning of what belongs there: the audit compares it."""
    whole = write_headers(place_in(tmp_path), 2)
    data = header_file(tmp_path).read_bytes()
    for bit in range(8 * len(data)):
        flip(header_file(tmp_path), bit)

        found = scan_headers(place_in(tmp_path))

        torn = [item for item in found if isinstance(item, Torn)]
        damaged = 1 if bit // 8 < whole[1].offset else 2
        assert problems(found) == ([] if torn else [(damaged, "header_damaged")])
        assert all(damaged == 2 and not data[whole[1].offset :].startswith(item.data) for item in torn)
        header_file(tmp_path).write_bytes(data)


def test_the_scan_goes_on_behind_damage(tmp_path: Path) -> None:
    """Every damage is one line, and what stands between is read."""
    whole = write_headers(place_in(tmp_path), 5)
    for place in (1, 3):
        flip(header_file(tmp_path), 8 * (whole[place].offset + 100))

    found = scan_headers(place_in(tmp_path))

    assert problems(found) == [(2, "header_damaged"), (4, "header_damaged")]
    assert [item.seq for item in found if isinstance(item, StoredHeader)] == [1, 3, 5]


def test_a_header_of_another_frame_is_noticed(tmp_path: Path) -> None:
    """Its signature is good and it stands in the wrong place."""
    place_in(tmp_path).make()
    records = (encode_record(header(seq) + SETTLED) for seq in (1, 3))
    header_file(tmp_path).write_bytes(b"".join(records))

    assert problems(scan_headers(place_in(tmp_path))) == [(3, "header_out_of_order")]


def test_a_file_of_headers_that_is_gone_is_named(tmp_path: Path) -> None:
    """The next file tells by its name what is missing."""
    write_headers(place_in(tmp_path), 3, segment_bytes=1)
    header_file(tmp_path, first=1).unlink()

    assert problems(scan_headers(place_in(tmp_path))) == [(1, "file_out_of_order")]


def test_headers_of_another_network_are_damage(tmp_path: Path) -> None:
    """Copied from another folder they say nothing of this ledger."""
    write_headers(place_in(tmp_path), 2)

    found = list(HeaderScan(place_in(tmp_path), NetworkId(b"another network!")))

    assert problems(found) == [(1, "header_damaged")]


def test_a_record_without_a_header_in_it_is_damage(tmp_path: Path) -> None:
    """The checksum is right and the place too; the rest is no header."""
    place_in(tmp_path).make()
    header_file(tmp_path).write_bytes(encode_record(header(1)[:60]))

    assert problems(scan_headers(place_in(tmp_path))) == [(1, "header_damaged")]


def test_a_header_that_rots_while_the_ledger_runs_is_noticed_when_it_is_read(tmp_path: Path) -> None:
    """A receipt made of it would prove nothing."""
    headers = FileHeaders(place_in(tmp_path), NETWORK)
    headers.append(Seq(1), header(1), SETTLED)
    flip(header_file(tmp_path), 8 * 50)

    with pytest.raises(Damaged, match="header_damaged"):
        headers.at(Seq(1))

    headers.close()


def test_a_second_writer_is_kept_out(tmp_path: Path) -> None:
    """Two writers of one file would write over each other's records."""
    headers = FileHeaders(place_in(tmp_path), NETWORK)

    with pytest.raises(Unavailable, match="log_in_use"):
        FileHeaders(place_in(tmp_path), NETWORK)

    headers.close()
