"""A command is found by its id, and its outcome is proven before anybody is told of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dcep.errors import BadInput, Damaged, DcepError
from dcep.ids import TIER1
from dcep.ledger.folder import Folder
from dcep.ledger.log.headers import encode_record, read_record
from dcep.ledger.reading import Reading
from dcep.ledger.reading.commands import Found, find_command, worker_lists
from dcep.messages.receipts import verify
from dcep.messages.signed import command_id_of_record, prefix
from dcep.simulation.economy import SHARD
from tests.unit.ledger.reading.town import Town, build_town

_HEADERS = Path("ledger/shard-000/headers/000000000001.hdr")
_LOG = Path("ledger/shard-000/log/000000000001.log")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Return a town that nobody changes."""
    return build_town(tmp_path_factory.mktemp("town") / "data")


@pytest.fixture
def copy(town: Town, tmp_path: Path) -> Path:
    """Return a copy of its folder, to be changed."""
    shutil.copytree(town.root, tmp_path / "data")
    return tmp_path / "data"


def find(root: Path, text: str) -> Found:
    """Find a command in a folder."""
    with Folder.open(root) as folder:
        return find_command(folder, text)


def test_a_command_is_found_by_its_id_or_the_beginning_of_it(town: Town) -> None:
    """Nobody types 64 digits."""
    whole, begun = find(town.root, town.paid.hex()), find(town.root, town.paid.hex()[:8].upper())

    assert whole == begun
    assert (whole.command.id, whole.ledger, whole.appearances) == (town.paid, SHARD, 1)


def test_its_receipt_holds_alone(town: Town) -> None:
    """What was found is proven to whoever trusts the workers of the genesis."""
    proof = find(town.root, town.refused.hex()).proof

    assert proof is not None
    assert proof.outcome.code == "amount_zero"
    with Folder.open(town.root) as folder:
        proven = verify(proof.receipt, folder.network, [folder.read_genesis().worker(SHARD)])
    assert (proven.command.id, proven.outcome) == (town.refused, proof.outcome)


def test_an_id_that_nothing_begins_with_is_not_found(town: Town) -> None:
    """Exit code 1: the question was right, the answer is no."""
    with pytest.raises(DcepError, match="not_found") as error:
        find(town.root, "0" * 64)

    assert error.value.exit_code == 1


@pytest.mark.parametrize("text", ["", "1234567", "0" * 65, "xyzxyzxyz", "１２３４５６７８"])
def test_what_is_no_id_is_wrong_input(town: Town, text: str) -> None:
    """Fewer than 8 digits would find anything."""
    with pytest.raises(BadInput, match="bad_id"):
        find(town.root, text)


def test_the_frame_that_a_crash_left_without_a_header_is_not_answered_yet(copy: Path) -> None:
    """The frame is durable; who signs what became of it is the worker that starts next."""
    log_of_last = _last_command(copy)
    data = (copy / _HEADERS).read_bytes()
    (copy / _HEADERS).write_bytes(data[: _start_of_last(data)])

    found = find(copy, log_of_last)

    assert found.proof is None


def test_an_outcome_that_no_header_proves_is_damage(town: Town, copy: Path) -> None:
    """Settled written over amount_zero, with the checksum put right: the header's root says otherwise."""
    data = (copy / _HEADERS).read_bytes()
    refused = bytes((2, 0, 4, 0))
    pieces, at = [], 0
    while at < len(data):
        content, size = read_record(data, at)
        pieces.append(encode_record(content.replace(refused, bytes((1, 0, 0, 0)))))
        at += size
    assert b"".join(pieces) != data
    (copy / _HEADERS).write_bytes(b"".join(pieces))

    with pytest.raises(Damaged, match="outcome_unproven") as error:
        find(copy, town.refused.hex())

    assert error.value.file == _HEADERS.as_posix()


def test_reading_writes_nothing_and_passes_over_a_torn_tail(town: Town, copy: Path) -> None:
    """A start moves the tail aside; whoever only looks leaves it where it is."""
    with (copy / _LOG).open("ab") as stream:
        stream.write(b"DCEF\x01")
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}

    found = find(copy, town.paid.hex())

    assert found.command.id == town.paid
    assert {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()} == before


def test_the_workers_are_those_of_the_genesis_until_the_board_says_otherwise(town: Town) -> None:
    """Each ledger has its own list."""
    with Folder.open(town.root) as folder:
        genesis, lists = folder.read_genesis(), worker_lists(folder)

    assert lists == {SHARD: frozenset({genesis.worker(SHARD)}), TIER1: frozenset({genesis.worker(TIER1)})}


def _last_command(root: Path) -> str:
    """Return the id of the last command of the shard's log: the checkpoint."""
    with Folder.open(root) as folder:
        *_, last = Reading(folder.ledger(SHARD), folder.network)
        return command_id_of_record(last.records[-1], prefix(folder.network)).hex()


def _start_of_last(data: bytes) -> int:
    at = last = 0
    while at < len(data):
        last, at = at, at + read_record(data, at)[1]
    return last
