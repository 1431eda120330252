"""The CSV reader against an oracle written from the reference: which line is refused, with which code, or what is read.

The oracle takes the whole file apart at once, uses no expression and no parser of ours, and is slow.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from dcep.errors import BadInput
from dcep.money import MAX_FEN, Fen
from dcep.simulation.payments_file import Accounts, read_accounts, read_payments
from tests.fuzz.hostile import mutated
from tests.fuzz.real import ACCOUNTS_CSV, PAYMENTS_CSV
from tests.fuzz.target import Target, seeds_of

_CAPS: Final = {1: None, 2: Fen(50_000_000), 3: Fen(2_000_000), 4: Fen(1_000_000)}
_CLASSES: Final = ("I", "II", "III", "IV")
_FACTOR: Final = 3
_LONGEST_LINE: Final = 4_096
_LAST_DAY: Final = 36_525
_DIGITS: Final = frozenset("0123456789")
_ACCOUNT_COLUMNS: Final = ("nodeid", "init_balance")
_PAYMENT_COLUMNS: Final = ("sourceNodeId", "targetNodeId", "value", "time")


class _No(Exception):
    """The oracle refuses a line."""

    def __init__(self, code: str, line: int = 0) -> None:
        super().__init__(code)
        self.code, self.line = code, line


def _lines(data: bytes) -> Iterator[tuple[int, str]]:
    """Yield each line with its number, or refuse it for what it is before its fields are looked at."""
    pieces = data.split(b"\n")
    for number, piece in enumerate(pieces, start=1):
        is_last = number == len(pieces)
        if is_last and not piece:
            return
        if len(piece) + (not is_last) > _LONGEST_LINE:
            raise _No("malformed_row", number)
        if is_last:
            raise _No("cut_line", number)
        try:
            text = piece.decode()
        except UnicodeDecodeError:
            raise _No("not_utf8", number) from None
        text = text[:-1] if text.endswith("\r") else text
        if not text or any(sign in text for sign in '"\r\0'):
            raise _No("malformed_row", number)
        yield number, text


def _rows(data: bytes, needed: Sequence[str], optional: Sequence[str] = ()) -> Iterator[tuple[int, dict[str, str]]]:
    lines = _lines(data)
    _, header = next(lines, (1, ""))
    names = (header[1:] if header.startswith("\ufeff") else header).split(",")
    for name in (*needed, *optional):
        if names.count(name) > 1:
            raise _No("malformed_row", 1)
        if name in needed and names.count(name) == 0:
            raise _No("missing_column", 1)
    for number, text in lines:
        fields = text.split(",")
        if len(fields) != len(names):
            raise _No("malformed_row", number)
        yield number, dict(zip(names, fields, strict=True))


def _is_number(text: str, longest: int) -> bool:
    return 1 <= len(text) <= longest and set(text) <= _DIGITS


def _node(text: str) -> int:
    if not _is_number(text, 18) or (text[0] == "0" and text != "0"):
        raise _No("bad_number")
    return int(text)


def _fen(text: str) -> int:
    """Read yuan; of what is wrong say whether it is the sign or the third decimal, else that it is no number."""
    sign, unsigned = text[:1] == "-", text.removeprefix("-")
    whole, point, decimals = unsigned.partition(".")
    is_whole = _is_number(whole, 13)
    if not is_whole or (point and not (decimals and set(decimals) <= _DIGITS)):
        raise _No("bad_number")
    if sign:
        raise _No("negative")
    if len(decimals) > 2:
        raise _No("too_many_decimals")
    return int(whole + (decimals + "00")[:2])


def _accounts(data: bytes) -> list[tuple[int, int, int]]:
    found: list[tuple[int, int, int]] = []
    for number, row in _rows(data, _ACCOUNT_COLUMNS, ("class",)):
        try:
            node, opening = _node(row["nodeid"]), _fen(row["init_balance"]) * _FACTOR
            if opening + sum(each[1] for each in found) > MAX_FEN:
                raise _No("bad_number")
            named = row.get("class", "")
            if named and named not in _CLASSES:
                raise _No("bad_class")
            wallet_class = _CLASSES.index(named) + 1 if named else 2
            cap = _CAPS[wallet_class]
            if cap is not None and opening > cap:
                raise _No("over_cap")
            if any(node == each[0] for each in found):
                raise _No("repeated_account")
        except _No as no:
            raise _No(no.code, number) from None
        found.append((node, opening, wallet_class))
    return found


def _payments(data: bytes, nodes: Sequence[int]) -> list[tuple[int, int, int, int]]:
    found: list[tuple[int, int, int, int]] = []
    for number, row in _rows(data, _PAYMENT_COLUMNS):
        try:
            parties = []
            for column in ("sourceNodeId", "targetNodeId"):
                node = _node(row[column])
                if node not in nodes:
                    raise _No("unknown_account")
                parties.append(list(nodes).index(node))
            amount, day = _fen(row["value"]), row["time"]
            if not _is_number(day, 5) or day[0] == "0" or int(day) > _LAST_DAY:
                raise _No("bad_number")
            if found and int(day) < found[-1][3]:
                raise _No("day_decreases")
        except _No as no:
            raise _No(no.code, number) from None
        found.append((parties[0], parties[1], amount, int(day)))
    return found


_FOLDER: Final = tempfile.TemporaryDirectory(prefix="dcep-fuzz-")
_FILE: Final = Path(_FOLDER.name) / "hostile.csv"
_NODES: Final = [0, 1, 2, 17, 999_999_999_999_999_999]


def _compare(data: bytes, read: Callable[[], object], expected: Callable[[], object]) -> None:
    _FILE.write_bytes(data)
    try:
        found: object = read()
    except BadInput as refused:
        found = (refused.code, refused.where)
    try:
        right: object = expected()
    except _No as no:
        right = (no.code, f"{_FILE}:{no.line}")
    assert found == right


def _check_accounts(data: bytes) -> None:
    def read() -> object:
        accounts = read_accounts(_FILE, default_class=2, opening_factor=_FACTOR, caps=_CAPS)
        return list(zip(accounts.node_ids, accounts.openings_fen, accounts.classes, strict=True))

    _compare(data, read, lambda: _accounts(data))


def _check_payments(data: bytes) -> None:
    accounts = Accounts()
    for node in _NODES:
        accounts.node_ids.append(node)

    def read() -> object:
        them = read_payments(_FILE, accounts)
        return list(zip(them.payers, them.receivers, them.amounts_fen, them.days, strict=True))

    _compare(data, read, lambda: _payments(data, _NODES))


_ACCOUNTS: Final = [
    b"nodeid,init_balance,class\n1,5.00,\n2,0,IV\n0,12.3,I\n",
    b"\xef\xbb\xbfnote,class,nodeid,init_balance\r\na,II,7,160000\r\n\xe4\xbd\xa0,III,999999999999999999,6666.66\r\n",
    b"nodeid,init_balance\n1,-5\n2,1.234\n3,9999999999999.99\n1,1\n",
    b"nodeid,init_balance,class\n1,9999999999999.99,I\n2,9999999999999.99,I\n",
    b"\n".join(ACCOUNTS_CSV.split(b"\n")[:6]) + b"\n",
    b"nodeid,init_balance,note\n1,1," + b"x" * 4_085 + b"\n2,2,\n",
]
_PAYMENTS: Final = [
    b"sourceNodeId,targetNodeId,value,time\n1,2,5.00,1\n2,17,0,1\n0,0,1.5,36525\n",
    b"\xef\xbb\xbftime,value,targetNodeId,sourceNodeId,note\r\n3,0.01,1,2,a\r\n2,1,2,1,b\r\n",
    b"sourceNodeId,targetNodeId,value,time\n1,3,1,1\n01,2,1,1\n1,2,-1,1\n1,2,1.001,1\n1,2,1,0\n",
    b"\n".join(PAYMENTS_CSV.split(b"\n")[:6]) + b"\n",
    b"sourceNodeId,targetNodeId,value,time\n999999999999999999,17,9999999999999.99,36526\n",
]


def _target(name: str, check: Callable[[bytes], None], seeds: list[bytes]) -> Target:
    return Target(name=name, group="payment-files", inputs=mutated(seeds_of(name, seeds)), check=check)


TARGETS: Final = [
    _target("accounts-file", _check_accounts, _ACCOUNTS),
    _target("payments-file", _check_payments, _PAYMENTS),
]
