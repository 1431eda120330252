"""Canonical bytes read off a record's fields: big-endian, in field order, nothing optional.

The type of a field decides its bytes: WIDTHS and SIZES are the table. A tuple is a count (u8) and its items, a blob is
a length (u16) and its bytes, a nested record stands in place. Every value has exactly one encoding, and every accepted
encoding gives back the same bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import fields
from typing import Any, Final, NewType, TypeVar, get_args, get_origin, get_type_hints

from dcep.clock import Day, UnixMs
from dcep.ids import CommandId, LedgerId, NetworkId, OperatorId, PolicyHash, WalletId
from dcep.money import Fen

Lane = NewType("Lane", int)
Number = NewType("Number", int)
Epoch = NewType("Epoch", int)
Version = NewType("Version", int)
Seq = NewType("Seq", int)
Hash = NewType("Hash", bytes)
Key = NewType("Key", bytes)
LockId = NewType("LockId", bytes)
Name = NewType("Name", bytes)
Code = NewType("Code", int)
Count = NewType("Count", int)
Sum = NewType("Sum", int)
Blob = NewType("Blob", bytes)

_U8, _U16, _U32, _U64, _U128 = 1, 2, 4, 8, 16
# Integers by their width in bytes. Sum holds totals that outgrow u64 when flows add up for ever.
WIDTHS: Final[dict[object, int]] = {
    Code: _U8,
    OperatorId: _U16,
    LedgerId: _U16,
    Lane: _U16,
    Epoch: _U32,
    Version: _U32,
    Count: _U32,
    Day: _U32,
    WalletId: _U64,
    Number: _U64,
    Seq: _U64,
    Fen: _U64,
    UnixMs: _U64,
    Sum: _U128,
}
# Byte strings of a fixed size.
SIZES: Final[dict[object, int]] = {
    NetworkId: 16,
    LockId: 16,
    Name: 16,
    Hash: 32,
    Key: 32,
    CommandId: 32,
    PolicyHash: 32,
}
_STRUCT_CODES: Final = {_U8: "B", _U16: "H", _U32: "I", _U64: "Q"}


class Malformed(ValueError):
    """Bytes that are not the encoding of any record."""


class SuiteUnsupported(Malformed):
    """A key of a signature suite that this version does not speak."""


class Reader:
    """Take values off a byte string from left to right; Malformed when it is too short."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes, at: int = 0) -> None:
        self._data, self._at = data, at

    @property
    def at(self) -> int:
        return self._at

    @property
    def is_empty(self) -> bool:
        """Whether everything has been taken."""
        return self._at == len(self._data)

    def take(self, size: int) -> bytes:
        piece = self._data[self._at : self._at + size]
        if len(piece) != size:
            raise Malformed("bytes end too early")
        self._at += size
        return piece

    def integer(self, size: int) -> int:
        return int.from_bytes(self.take(size))

    def finish(self) -> None:
        if not self.is_empty:
            raise Malformed("bytes are left over")


Write = Callable[[Any], bytes]
Read = Callable[[Reader], Any]
R = TypeVar("R")
# Types that know their own, self-delimiting bytes: declared by their module (policies).
_declared: Final[dict[object, tuple[str, Write, Read]]] = {}


def declare(name: str, hint: object, write: Write, read_: Read) -> None:
    """Let fields of this type be written and read by these two functions."""
    _declared[hint] = (name, write, read_)


def encode(record: object) -> bytes:
    """Return the canonical bytes of a record."""
    return _layout(type(record))[0](record)


def decode(kind: type[R], data: bytes) -> R:
    """Return the record whose canonical bytes these are.

    Raises:
        Malformed: too short, too long, or a field out of its range.
    """
    reader = Reader(data)
    record = read(kind, reader)
    reader.finish()
    return record


def read(kind: type[R], reader: Reader) -> R:
    """Take one record off the reader."""
    record: R = _layout(kind)[1](reader)
    return record


def describe(kind: type) -> list[tuple[str, str]]:
    """Return (field, type) in order, as vectors/commands.tsv names them."""
    hints = get_type_hints(kind)
    return [(field.name, _type_name(hints[field.name])) for field in fields(kind)]


def _type_name(hint: object) -> str:
    if get_origin(hint) is tuple:
        return f"list of {_type_name(get_args(hint)[0])}"
    return _declared[hint][0] if hint in _declared else str(getattr(hint, "__name__", hint))


_layouts: Final[dict[type, tuple[Write, Read]]] = {}


def _layout(kind: type) -> tuple[Write, Read]:
    if kind not in _layouts:
        _layouts[kind] = _record_layout(kind)
    return _layouts[kind]


def _record_layout(kind: type) -> tuple[Write, Read]:
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    types = [hints[name] for name in names]
    if all(_struct_code(hint) for hint in types):
        return _fixed_layout(kind, names, types)
    codecs = [_codec(hint) for hint in types]
    writes = [(name, write) for name, (write, _) in zip(names, codecs, strict=True)]
    reads = [(name, read_) for name, (_, read_) in zip(names, codecs, strict=True)]

    def write_record(record: object) -> bytes:
        return b"".join(write(getattr(record, name)) for name, write in writes)

    def read_record(reader: Reader) -> object:
        return kind(**{name: read_(reader) for name, read_ in reads})

    return write_record, read_record


def _fixed_layout(kind: type, names: list[str], types: list[object]) -> tuple[Write, Read]:
    shape = struct.Struct(">" + "".join(_struct_code(hint) for hint in types))

    def write_record(record: object) -> bytes:
        try:
            return shape.pack(*[getattr(record, name) for name in names])
        except struct.error as error:
            raise Malformed(str(error)) from error

    def read_record(reader: Reader) -> object:
        return kind(**dict(zip(names, shape.unpack(reader.take(shape.size)), strict=True)))

    return write_record, read_record


def _struct_code(hint: object) -> str:
    if hint in WIDTHS:
        return _STRUCT_CODES.get(WIDTHS[hint], "")
    return f"{SIZES[hint]}s" if hint in SIZES else ""


def _codec(hint: object) -> tuple[Write, Read]:
    if hint in WIDTHS:
        width = WIDTHS[hint]
        return lambda value: _integer(value, width), lambda reader: reader.integer(width)
    if hint in SIZES:
        size = SIZES[hint]
        return lambda value: _sized(value, size), lambda reader: reader.take(size)
    if hint is Blob:
        return lambda value: _integer(len(value), _U16) + value, lambda reader: reader.take(reader.integer(_U16))
    if get_origin(hint) is tuple:
        write, read_ = _codec(get_args(hint)[0])
        return (
            lambda value: _integer(len(value), _U8) + b"".join(map(write, value)),
            lambda reader: tuple([read_(reader) for _ in range(reader.integer(_U8))]),
        )
    if hint in _declared:
        return _declared[hint][1:]
    assert isinstance(hint, type), hint
    return _layout(hint)


def _integer(value: int, width: int) -> bytes:
    try:
        return value.to_bytes(width)
    except OverflowError as error:
        raise Malformed(str(error)) from error


def _sized(value: bytes, size: int) -> bytes:
    if len(value) != size:
        raise Malformed(f"{len(value)} bytes where {size} belong")
    return value
