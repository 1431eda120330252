"""Key files and derived keys."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcep.crypto.keys import BadKeyFile, derive, new_seed, read_seed

SEED = bytes(range(32))
LABELS = st.lists(st.one_of(st.text(max_size=4), st.integers(0, 300), st.binary(max_size=4)), max_size=4)


def test_a_new_seed_is_read_back(tmp_path: Path) -> None:
    """The key that was shown to others is the key that signs after a restart."""
    seed = new_seed(tmp_path / "worker.key")

    assert read_seed(tmp_path / "worker.key") == seed
    assert len(seed) == 32


def test_only_the_owner_may_read_a_key_file(tmp_path: Path) -> None:
    """Whoever reads the seed is the signer."""
    new_seed(tmp_path / "worker.key")

    assert stat.S_IMODE((tmp_path / "worker.key").stat().st_mode) == 0o600


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    """A lost key is lost money."""
    seed = new_seed(tmp_path / "worker.key")

    with pytest.raises(BadKeyFile, match=r"worker\.key: bad_key_file: the file exists"):
        new_seed(tmp_path / "worker.key")

    assert read_seed(tmp_path / "worker.key") == seed


@pytest.mark.parametrize("content", [b"", b"short", bytes(33)])
def test_a_file_of_another_length_is_no_key_file(tmp_path: Path, content: bytes) -> None:
    """A file cut by a full disk must not become a weaker key."""
    (tmp_path / "worker.key").write_bytes(content)

    with pytest.raises(BadKeyFile, match="32 bytes"):
        read_seed(tmp_path / "worker.key")


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    """The message says which file."""
    with pytest.raises(BadKeyFile, match=r"worker\.key: bad_key_file: cannot be read: No such file"):
        read_seed(tmp_path / "worker.key")


def test_a_derived_seed_is_the_same_for_ever() -> None:
    """A killed run derives the same keys and goes on where it stopped."""
    assert derive(SEED, "wallet", 7).hex() == "c18d8d04c475728410fb74a3edf7396ecb116827660551ca5cddeada846fca0c"


@given(LABELS, LABELS)
def test_different_labels_give_different_seeds(one: list[str | int | bytes], other: list[str | int | bytes]) -> None:
    """No two lists of labels are one string of bytes: ("ab", "c") is not ("a", "bc"), and 1 is not "1"."""
    told_apart = [(type(label), label) for label in one] != [(type(label), label) for label in other]

    assert (derive(SEED, *one) != derive(SEED, *other)) == told_apart


def test_a_number_below_zero_is_no_label() -> None:
    """Numbers are written without a sign."""
    with pytest.raises(OverflowError):
        derive(SEED, -1)


def test_only_a_whole_seed_derives() -> None:
    """A password is no seed."""
    with pytest.raises(ValueError, match="32 bytes, not 8"):
        derive(b"password", "wallet")
