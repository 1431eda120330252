"""Key files that a password opens: Argon2id makes a key of the password, ChaCha20-Poly1305 seals the seed with it.

"DCEK" ‖ u8 1 ‖ u32 memory in KiB ‖ u8 passes ‖ u8 lanes ‖ salt 16 ‖ nonce 12 ‖ sealed seed 48. Everything before the
sealed seed is authenticated with it.

Source: RFC 9106 (Argon2id), RFC 8439 (ChaCha20-Poly1305).
"""

from __future__ import annotations

import secrets
import struct
from pathlib import Path
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from dcep.crypto.keys import SEED_SIZE, BadKeyFile, write_new
from dcep.errors import BadInput

_MAGIC: Final = b"DCEK"
_VERSION: Final = 1
_HEAD: Final = struct.Struct(">4sBIBB16s12s")
_SALT_SIZE: Final = 16
_NONCE_SIZE: Final = 12
_KEY_SIZE: Final = 32
_TAG_SIZE: Final = 16
_FILE_SIZE: Final = _HEAD.size + SEED_SIZE + _TAG_SIZE


class Cost(NamedTuple):
    """What a guess at a password costs."""

    memory_kib: int
    passes: int
    lanes: int


# OWASP's lowest advice for Argon2id: about a twentieth of a second for the owner.
COST: Final = Cost(19 * 1024, 2, 1)
# A file from a stranger must not take all memory or time before its password is found wrong.
_MOST: Final = Cost(1024 * 1024, 16, 16)


class WrongPassword(BadInput):
    """The password does not open the file, or the file was altered: the two look alike."""

    def __init__(self, path: Path) -> None:
        super().__init__("wrong_password", "the password does not open this file", where=str(path))


def seal_seed(path: Path, seed: bytes, password: str, cost: Cost = COST) -> None:
    """Write a seed that only the password brings back; it is durable when this returns.

    Raises:
        BadKeyFile: the file is there already; a key is never overwritten.
    """
    salt, nonce = secrets.token_bytes(_SALT_SIZE), secrets.token_bytes(_NONCE_SIZE)
    head = _HEAD.pack(_MAGIC, _VERSION, *cost, salt, nonce)
    sealed = ChaCha20Poly1305(_key(password, salt, cost)).encrypt(nonce, seed, head)
    write_new(path, head + sealed)


def open_seed(path: Path, password: str) -> bytes:
    """Return the seed of a sealed file.

    Raises:
        BadKeyFile: there is no such file, or it is none.
        WrongPassword: the password does not open it.
    """
    data = _read(path)
    magic, version, memory_kib, passes, lanes, salt, nonce = _HEAD.unpack_from(data)
    cost = Cost(memory_kib, passes, lanes)
    if (magic, version) != (_MAGIC, _VERSION) or not _is_sane(cost):
        raise BadKeyFile(path, "no sealed key of this form", next_step="restore it from a backup")
    try:
        return ChaCha20Poly1305(_key(password, salt, cost)).decrypt(nonce, data[_HEAD.size :], data[: _HEAD.size])
    except InvalidTag:
        raise WrongPassword(path) from None


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(_FILE_SIZE + 1)
    except OSError as error:
        raise BadKeyFile(path, f"cannot be read: {error.strerror}") from error
    if len(data) != _FILE_SIZE:
        raise BadKeyFile(path, f"a sealed key has {_FILE_SIZE} bytes", next_step="restore it from a backup")
    return data


def _is_sane(cost: Cost) -> bool:
    within = all(1 <= part <= most for part, most in zip(cost, _MOST, strict=True))
    # RFC 9106: at least eight blocks of memory a lane.
    return within and cost.memory_kib >= 8 * cost.lanes


def _key(password: str, salt: bytes, cost: Cost) -> bytes:
    argon = Argon2id(salt=salt, length=_KEY_SIZE, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib)
    return argon.derive(password.encode())
