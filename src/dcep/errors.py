"""The families of errors that a caller can do something about; everything else is a bug and may crash.

The family decides the exit code of the command line. A refusal is no error: it is an answer, and lives in messages.
"""

from __future__ import annotations

from typing import ClassVar


class DcepError(Exception):
    """What went wrong in words for people, with a stable code for programs.

    Args:
        code: stable, lower case, `snake_case`.
        message: what is wrong, one line.
        where: the place, such as `FILE:LINE`; empty when there is none.
        next_step: what the reader can do now; empty when the message says it.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, code: str, message: str, *, where: str = "", next_step: str = "") -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.where = where
        self.next_step = next_step

    def __str__(self) -> str:
        """Write one line: `WHERE: CODE: MESSAGE`."""
        return ": ".join(part for part in (self.where, self.code, self.message) if part)


class BadInput(DcepError):
    """What was given is wrong, and nothing was done."""

    exit_code: ClassVar[int] = 2


class Unavailable(DcepError):
    """It cannot be done now: send the very same again, after `retry_after_ms`."""

    exit_code: ClassVar[int] = 3

    def __init__(self, code: str, message: str, *, retry_after_ms: int, next_step: str = "") -> None:
        super().__init__(code, message, next_step=next_step)
        self.retry_after_ms = retry_after_ms


class Damaged(DcepError):
    """A folder or log is not what it was when it was written, and must not be started.

    Args:
        file: the damaged file, as the reader of the message can find it.
        offset: byte where the damage begins.
    """

    def __init__(self, code: str, message: str, *, file: str, offset: int, next_step: str = "") -> None:
        super().__init__(code, message, where=f"{file} at byte {offset}", next_step=next_step)
        self.file = file
        self.offset = offset
