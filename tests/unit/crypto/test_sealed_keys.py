"""Key files that a password opens, and nothing else does."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from dcep.crypto.keys import BadKeyFile
from dcep.crypto.sealed_keys import Cost, WrongPassword, open_seed, seal_seed

_SEED = bytes(range(32))
# As cheap as the function goes: these tests guess nothing.
_CHEAP = Cost(8, 1, 1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a sealed seed."""
    path = tmp_path / "li.key"
    seal_seed(path, _SEED, "correct horse", _CHEAP)
    return path


def test_the_password_brings_the_seed_back(file: Path) -> None:
    """Whatever cost the file names is the cost that opens it."""
    assert open_seed(file, "correct horse") == _SEED


def test_the_seed_does_not_stand_in_the_file(file: Path) -> None:
    """Whoever copies the file has nothing without the password; only its owner may read it at all."""
    assert _SEED not in file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_two_files_of_one_seed_and_password_share_nothing(tmp_path: Path, file: Path) -> None:
    """Salt and nonce are drawn anew: equal seeds cannot be recognised."""
    seal_seed(tmp_path / "again.key", _SEED, "correct horse", _CHEAP)

    assert (tmp_path / "again.key").read_bytes()[12:] != file.read_bytes()[12:]


@pytest.mark.parametrize("password", ["", "correct hors", "correct horse ", "Correct horse"])
def test_another_password_opens_nothing(file: Path, password: str) -> None:
    """Nothing is told of how near it was."""
    with pytest.raises(WrongPassword, match="wrong_password"):
        open_seed(file, password)


def test_every_flipped_bit_is_noticed(file: Path) -> None:
    """Costs, salt, nonce and seed are sealed together; a flipped bit never opens as another seed."""
    whole = file.read_bytes()
    for place in range(len(whole)):
        altered = bytearray(whole)
        altered[place] ^= 1
        file.write_bytes(altered)
        # What would cost a gigabyte to try is said to be none before it is tried; this only makes the test quick.
        if 5 <= place < 9:
            continue

        with pytest.raises((WrongPassword, BadKeyFile)):
            open_seed(file, "correct horse")


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (0, b"DCEX"),
        (4, b"\x02"),
        (5, b"\xff\xff\xff\xff"),
        (5, b"\x00\x00\x00\x07"),
        (9, b"\x00"),
        (9, b"\xff"),
        (10, b"\xff"),
    ],
)
def test_a_file_that_would_cost_too_much_or_too_little_is_refused_at_once(file: Path, place: int, value: bytes) -> None:
    """A stranger's file cannot take all the memory, nor name a function that does not exist."""
    whole = bytearray(file.read_bytes())
    whole[place : place + len(value)] = value
    file.write_bytes(whole)

    with pytest.raises(BadKeyFile, match="of this form"):
        open_seed(file, "correct horse")


@pytest.mark.parametrize("size", [0, 10, 86, 88])
def test_a_file_of_another_length_is_no_sealed_key(file: Path, size: int) -> None:
    """Cut by a full disk, or longer than it may be."""
    file.write_bytes((file.read_bytes() + b"more")[:size])

    with pytest.raises(BadKeyFile, match="87 bytes"):
        open_seed(file, "correct horse")


def test_a_sealed_key_is_never_overwritten(file: Path) -> None:
    """A lost key is lost money."""
    with pytest.raises(BadKeyFile, match="the file exists"):
        seal_seed(file, bytes(32), "another", _CHEAP)

    assert open_seed(file, "correct horse") == _SEED
