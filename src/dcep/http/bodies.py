"""Bodies: strict records. A key that a service does not know is refused: a misspelt field never means "without"."""

from __future__ import annotations

from typing import Final, TypeVar

import msgspec

from dcep.http.problems import Problem

# What a body may have where its route does not say that it takes a batch.
MAX_BODY: Final = 64 * 1024


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of every record that a service takes or gives; a record itself says `frozen=True`."""


BINARY: Final = "application/octet-stream"
_JSON: Final = "application/json"
_Record = TypeVar("_Record", bound=Strict)


class CommandBody(Strict, frozen=True):
    """One signed command, hex."""

    command: str


def read(record: type[_Record], body: bytes) -> _Record:
    """Return the record that a JSON body holds.

    Raises:
        Problem: 400 `unknown_field` or `malformed_body`.
    """
    try:
        return msgspec.json.decode(body, type=record)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        code = "unknown_field" if "unknown field" in str(error) else "malformed_body"
        raise Problem(400, code, str(error)) from error


def unhex(text: str, name: str) -> bytes:
    """Return the bytes of lower-case hex.

    Raises:
        Problem: 400 `malformed_body`.
    """
    try:
        data = bytes.fromhex(text)
    except ValueError:
        data = b""
    # `fromhex` takes spaces and capitals, which would be a second spelling of the same thing.
    if data.hex() != text:
        raise Problem(400, "malformed_body", f"{name} is not lower-case hex")
    return data


def command_in(media_type: str, body: bytes, *, at_most: int) -> bytes:
    """Return the bytes of a signed command: the body itself, or what its record holds as hex.

    Args:
        media_type: the request's `Content-Type`.
        at_most: the size of the largest command.

    Raises:
        Problem: 400 `malformed_body` or `unknown_field`, 413 `body_too_large`, 415 `unsupported_media_type`.
    """
    kind = media_type.partition(";")[0].strip().lower()
    if kind not in (BINARY, _JSON):
        raise Problem(415, "unsupported_media_type", f"{BINARY} or {_JSON}")
    wire = body if kind == BINARY else unhex(read(CommandBody, body).command, "command")
    if len(wire) > at_most:
        raise Problem(413, "body_too_large", f"a command has at most {at_most} bytes")
    return wire
