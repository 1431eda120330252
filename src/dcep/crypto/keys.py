"""Key files, and the many keys that follow from one seed."""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path
from typing import Final

from dcep.durable import flush_folder
from dcep.errors import BadInput

SEED_SIZE: Final = 32

_DOMAIN: Final = b"dcep/derive/1"


class BadKeyFile(BadInput):
    """A key file cannot be used."""

    def __init__(self, path: Path, message: str, *, next_step: str = "") -> None:
        super().__init__("bad_key_file", message, where=str(path), next_step=next_step)


def new_seed(path: Path) -> bytes:
    """Draw a seed and return it after it is safe on disk, readable by its owner only.

    Raises:
        BadKeyFile: the file is there already; a key is never overwritten.
        OSError: the disk refused; the file may be there and too short, which `read_seed` will say.
    """
    seed = secrets.token_bytes(SEED_SIZE)
    write_new(path, seed)
    return seed


def read_seed(path: Path) -> bytes:
    """Return the seed that `new_seed` wrote.

    Raises:
        BadKeyFile: the file is not there, or is no seed.
    """
    try:
        with path.open("rb") as stream:
            seed = stream.read(SEED_SIZE + 1)
    except OSError as error:
        raise BadKeyFile(path, f"cannot be read: {error.strerror}") from error
    if len(seed) != SEED_SIZE:
        raise BadKeyFile(path, f"a key file has {SEED_SIZE} bytes", next_step="restore it from a backup")
    return seed


def write_new(path: Path, data: bytes) -> None:
    """Write a key file that only its owner may read; it is durable when this returns.

    Raises:
        BadKeyFile: the file is there already; a key is never overwritten.
        OSError: the disk refused; the file may be there and too short.
    """
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BadKeyFile(path, "the file exists", next_step="choose another name, or keep using this key") from None
    with os.fdopen(file, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    flush_folder(path.parent)


def derive(seed: bytes, *labels: str | int | bytes) -> bytes:
    """Return the seed that belongs to these labels, as unpredictable as the seed it comes from.

    Args:
        seed: 32 bytes of full entropy.
        labels: what the result is for, from general to special; different labels, different results.
            Text, number and bytes are told apart: "1", 1 and b"1" are three labels. Numbers are not negative.

    Returns:
        32 bytes.

    Source: RFC 5869, section 2.3: one block of HKDF-Expand with SHA-256.
    """
    if len(seed) != SEED_SIZE:
        raise ValueError(f"a seed has {SEED_SIZE} bytes, not {len(seed)}")
    info = _DOMAIN + b"".join(_encoded(label) for label in labels)
    return hmac.digest(seed, info + b"\x01", "sha256")


def _encoded(label: str | int | bytes) -> bytes:
    """Return kind, length and content: no two lists of labels are the same bytes."""
    match label:
        case str():
            return _framed(b"s", label.encode())
        case int():
            return _framed(b"n", label.to_bytes((label.bit_length() + 7) // 8, "big"))
        case bytes():
            return _framed(b"b", label)


def _framed(kind: bytes, content: bytes) -> bytes:
    return kind + len(content).to_bytes(4, "big") + content
