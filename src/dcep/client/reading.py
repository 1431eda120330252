"""A service's answers read as records: what a record names must be there and be of its kind; what it does not is left.

An answer comes from outside like everything else. What cannot be read is `strange_answer`: nothing is known.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Final, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from dcep.errors import Unavailable
from dcep.ids import BadWalletId, CommandId, NetworkId, WalletId, parse_wallet_id

_Record = TypeVar("_Record")
_MOST: Final = 2**64
_RETRY_AFTER_MS: Final = 1_000
_SIZES: Final = {CommandId: 32, NetworkId: 16}


def strange(detail: str) -> Unavailable:
    """Return the error of an answer that no service of this version gives."""
    return Unavailable("strange_answer", f"no answer of this version: {detail}", retry_after_ms=_RETRY_AFTER_MS)


def read(record: type[_Record], told: object) -> _Record:
    """Return the record that a JSON object holds.

    Raises:
        Unavailable: `strange_answer`.
    """
    if not isinstance(told, Mapping):
        raise strange(f"{record.__name__} is an object")
    values = {}
    asked: Any = record
    for name, kind in _kinds(asked).items():
        try:
            values[name] = _value(kind, told.get(name))
        except (ValueError, BadWalletId) as error:
            raise strange(f"{record.__name__}.{name}: {error}") from error
    return record(**values)


@cache
def _kinds(record: Any) -> dict[str, Any]:
    hints = get_type_hints(record)
    return {each.name: hints[each.name] for each in fields(record)}


def _value(kind: Any, told: Any) -> Any:
    if get_origin(kind) in (Union, types.UnionType):
        if told is None:
            return None
        kind = next(each for each in get_args(kind) if each is not type(None))
    if is_dataclass(kind):
        return read(kind, told)  # type: ignore[arg-type]
    if get_origin(kind) is Literal:
        kind = str
    if kind is WalletId:
        return parse_wallet_id(_plain(str, told))
    if kind in _SIZES:
        return _hash(_SIZES[kind], _plain(str, told))
    # A name for a number is a number.
    return _plain(getattr(kind, "__supertype__", kind), told)


def _plain(kind: Any, told: Any) -> Any:
    if type(told) is not kind:
        raise ValueError(f"{kind.__name__} is wanted")
    if kind is int and not -_MOST < told < _MOST:
        raise ValueError("a number of at most 64 bits is wanted")
    return told


def _hash(size: int, text: str) -> bytes:
    data = bytes.fromhex(text)
    if len(data) != size:
        raise ValueError(f"{size} bytes as hex are wanted")
    return data
