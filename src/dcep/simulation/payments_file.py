"""Read accounts and payments from CSV files that nobody vouches for.

A file is read line by line and believed in nothing. Each line goes through the same checks in the same order, and the
first that fails refuses the whole file, before any money moves:

1. the line: its length, its end, UTF-8, no blank line, no quotes, as many fields as the header;
2. the fields, from left to right as the reference lists the columns;
3. what the line means among the lines before it: the account is new, the days do not decrease.

Columns are kept as arrays of machine numbers: a row costs 18 bytes, and there may be millions.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import IO, Final

from dcep.errors import BadInput
from dcep.money import MAX_FEN, BadAmount, Fen, over, parse_yuan, yuan

CLASSES: Final[Mapping[str, int]] = {"I": 1, "II": 2, "III": 3, "IV": 4}

_LONGEST_LINE: Final = 4_096
_LONGEST_QUOTATION: Final = 40
# A carriage return that does not end a line, a NUL or a quote: another dialect, or another kind of file.
_NEVER_IN_A_FIELD: Final = re.compile('["\r\0]')
_NODE_ID: Final = re.compile(r"0|[1-9][0-9]{0,17}")
_DAY: Final = re.compile(r"[1-9][0-9]{0,4}")
_LAST_DAY: Final = 36_525


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """The accounts of a file, column by column, in file order."""

    node_ids: array[int] = field(default_factory=lambda: array("Q"))
    openings_fen: array[int] = field(default_factory=lambda: array("Q"))
    classes: array[int] = field(default_factory=lambda: array("B"))

    def __len__(self) -> int:
        """Return how many accounts there are."""
        return len(self.node_ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payments:
    """The payments of a file, column by column, in file order; a payment's identity is its place, counted from 1.

    `payers` and `receivers` are places in the accounts' columns, counted from 0; `days` are the file's, 1..36525.
    """

    payers: array[int] = field(default_factory=lambda: array("I"))
    receivers: array[int] = field(default_factory=lambda: array("I"))
    amounts_fen: array[int] = field(default_factory=lambda: array("Q"))
    days: array[int] = field(default_factory=lambda: array("H"))

    def __len__(self) -> int:
        """Return how many payments there are."""
        return len(self.payers)


def read_accounts(
    path: str | Path, *, default_class: int, opening_factor: int, caps: Mapping[int, Fen | None]
) -> Accounts:
    """Read the accounts of a file: `nodeid`, `init_balance`, perhaps `class`; other columns are ignored.

    Args:
        path: as the user gave it; error messages repeat it.
        default_class: 1..4, for an account whose class is empty or not told.
        opening_factor: at least 1; multiplies every opening balance before it meets its cap.
        caps: the balance cap of each class 1..4, fen; None is no cap.

    Returns:
        Openings with the factor applied; together they are at most MAX_FEN.

    Raises:
        BadInput: the first thing that is wrong, with `FILE:LINE`; nothing of the file is used.

    Source: docs/reference/cli.md, `dcep replay`, files.
    """
    sheet, accounts = _Sheet(path), Accounts()
    known: set[str] = set()
    total = 0
    for node, balance, class_name in sheet.rows(("nodeid", "init_balance"), optional=("class",)):
        node_id = sheet.node_id(node)
        opening = Fen(sheet.amount(balance) * opening_factor)
        total += opening
        if total > MAX_FEN:
            raise sheet.wrong("bad_number", "with this account the openings are more than 64 bits of fen can hold")
        wallet_class = CLASSES.get(class_name) if class_name else default_class
        if wallet_class is None:
            raise sheet.wrong("bad_class", f"a class is I, II, III, IV or empty, not {_quoted(class_name)}")
        cap = caps[wallet_class]
        if over(cap, opening):
            raise sheet.wrong("over_cap", f"{yuan(opening)} yuan is over the cap of the account's class")
        if node in known:
            raise sheet.wrong("repeated_account", f"account {node} stands in the file already")
        known.add(node)
        accounts.node_ids.append(node_id)
        accounts.openings_fen.append(opening)
        accounts.classes.append(wallet_class)
    return accounts


def read_payments(path: str | Path, accounts: Accounts) -> Payments:
    """Read the payments of a file: `sourceNodeId`, `targetNodeId`, `value`, `time`; other columns are ignored.

    Args:
        path: as the user gave it; error messages repeat it.
        accounts: whoever pays or receives must be one of them.

    Returns:
        Payments with days that do not decrease. Zero amounts and payments to oneself are among them: to refuse
        those is for the ledger.

    Raises:
        BadInput: the first thing that is wrong, with `FILE:LINE`; nothing of the file is used.

    Source: docs/reference/cli.md, `dcep replay`, files.
    """
    sheet, payments = _Sheet(path), Payments()
    places = {str(node_id): place for place, node_id in enumerate(accounts.node_ids)}
    # No field is None: the first day is always read, even an empty one.
    day, day_text = 0, None
    for source, target, value, time in sheet.rows(("sourceNodeId", "targetNodeId", "value", "time")):
        payer, receiver = places.get(source), places.get(target)
        if payer is None or receiver is None:
            raise sheet.no_account(source if payer is None else target)
        amount = sheet.amount(value)
        if time != day_text:
            day, day_text = sheet.day(time, not_before=day), time
        payments.payers.append(payer)
        payments.receivers.append(receiver)
        payments.amounts_fen.append(amount)
        payments.days.append(day)
    return payments


class _Sheet:
    """A CSV file while it is read: it knows the line that it stands at."""

    def __init__(self, path: str | Path) -> None:
        self._path = str(path)
        self._line = 0

    def wrong(self, code: str, message: str) -> BadInput:
        """Say what is wrong with the line."""
        return BadInput(code, message, where=f"{self._path}:{self._line}")

    def rows(self, needed: tuple[str, ...], *, optional: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
        """Read the fields of the named columns, row by row; of an optional column that is not there, empty text."""
        try:
            with open(self._path, "rb") as file:
                lines = self._lines(file)
                header = next(lines, "").removeprefix("\ufeff").split(",")
                chosen = self._columns(header, needed, optional)
                for text in lines:
                    fields = text.split(",")
                    if len(fields) != len(header):
                        raise self.wrong("malformed_row", f"{len(fields)} fields under a header of {len(header)}")
                    fields.append("")
                    yield chosen(fields)
        except OSError as error:
            raise BadInput("no_file", error.strerror or "the file cannot be read", where=self._path) from error

    def node_id(self, text: str) -> int:
        """Read the id of an account."""
        if not _NODE_ID.fullmatch(text):
            raise self.wrong(
                "bad_number", f"an account is 0 or up to 18 digits without leading zeros, not {_quoted(text)}"
            )
        return int(text)

    def no_account(self, text: str) -> BadInput:
        """Say why the text names none of the accounts."""
        return self.wrong("unknown_account", f"account {self.node_id(text)} is not in the file of accounts")

    def amount(self, text: str) -> Fen:
        """Read an amount of yuan."""
        try:
            return parse_yuan(text)
        except BadAmount as error:
            raise self.wrong(error.code, f"{error}, not {_quoted(text)}") from error

    def day(self, text: str, *, not_before: int) -> int:
        """Read the day of a payment."""
        if not _DAY.fullmatch(text) or int(text) > _LAST_DAY:
            raise self.wrong("bad_number", f"a day is a number from 1 to {_LAST_DAY}, not {_quoted(text)}")
        if int(text) < not_before:
            raise self.wrong("day_decreases", f"day {text} after day {not_before}: payments stand in order of time")
        return int(text)

    def _lines(self, file: IO[bytes]) -> Iterator[str]:
        # One byte more than a line may have: enough to see that it has too many, however long it is.
        for line in iter(partial(file.readline, _LONGEST_LINE + 1), b""):
            self._line += 1
            yield self._text(line)

    def _text(self, line: bytes) -> str:
        if len(line) > _LONGEST_LINE:
            raise self.wrong("malformed_row", f"a line has at most {_LONGEST_LINE:,} bytes, its end included")
        if not line.endswith(b"\n"):
            raise self.wrong("cut_line", "the last line has no end: the file was cut")
        try:
            text = line.decode().removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError as error:
            raise self.wrong("not_utf8", f"byte {error.start + 1} of the line is not UTF-8") from error
        if not text:
            raise self.wrong("malformed_row", "the line is blank")
        if _NEVER_IN_A_FIELD.search(text):
            raise self.wrong("malformed_row", "a field holds a quote, a NUL or a carriage return")
        return text

    def _columns(
        self, header: list[str], needed: tuple[str, ...], optional: tuple[str, ...]
    ) -> Callable[[list[str]], tuple[str, ...]]:
        """Return what picks the columns out of a row that has one empty field more than the header."""
        self._line = 1
        for name in needed + optional:
            if header.count(name) > 1:
                raise self.wrong("malformed_row", f"the header names the column {name} twice")
            if name in needed and name not in header:
                raise self.wrong("missing_column", f"the header names no column {name}")
        return itemgetter(*(header.index(name) if name in header else len(header) for name in needed + optional))


def _quoted(text: str) -> str:
    """Return hostile text as it may stand in a message: short, and in plain ASCII."""
    return ascii(text if len(text) <= _LONGEST_QUOTATION else text[:_LONGEST_QUOTATION] + "...")
