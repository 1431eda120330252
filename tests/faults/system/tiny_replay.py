"""A replay of four wallets and eight payments, as a line that a shell would run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from dcep.ledger.log import Stored
from dcep.ledger.log.frames import FrameScan
from dcep.messages.commands.payments import Pay
from dcep.messages.frames import split
from dcep.messages.genesis import network_of
from dcep.messages.kinds import KIND_OF
from dcep.messages.layout import Seq
from dcep.messages.signed import kind_of
from tests.bookkeeping import Books, keep_books
from tests.unit.ledger.audit.kept import place_of

DCEP: Final = Path(sys.executable).with_name("dcep")
_ACCOUNTS: Final = "nodeid,init_balance\n1,50\n2,20.5\n3,0\n8,7\n"
_PAYMENTS: Final = """sourceNodeId,targetNodeId,value,time
1,2,10,1
2,3,30,1
3,1,0.01,1
3,3,1,2
8,1,7.01,2
8,1,7,3
2,8,0,3
3,2,25,4
"""
_PAY: Final = KIND_OF[Pay].number


def write_files(folder: Path) -> None:
    """Write the accounts and the payments."""
    accounts_in(folder).write_text(_ACCOUNTS)
    payments_in(folder).write_text(_PAYMENTS)


def accounts_in(folder: Path) -> Path:
    """Return where the accounts are written."""
    return folder / "accounts.csv"


def payments_in(folder: Path) -> Path:
    """Return where the payments are written."""
    return folder / "payments.csv"


def replay_line(folder: Path, data: Path, outcomes: Path, engine: str = "rust") -> list[str]:
    """Return the line that replays them."""
    files = ("--accounts", str(accounts_in(folder)), "--payments", str(payments_in(folder)))
    return [str(DCEP), "replay", *files, "--data", str(data), "--outcomes", str(outcomes), "--engine", engine, "--json"]


def books_of(folder: Path) -> Books:
    """Return what plain bookkeeping makes of the files."""
    return keep_books(accounts_in(folder), payments_in(folder))


def lines_of(books: Books) -> str:
    """Return what the file of outcomes must hold in the end."""
    return "".join(f"{row},{code}\n" for row, code in enumerate(books.codes, 1))


def frames_of_payments(data: Path) -> list[int]:
    """Return the frame of each payment that stands in the log, in order; what a kill has torn is none."""
    network = network_of((data / "ledger" / "genesis").read_bytes())
    stored = (item for item in FrameScan(place_of(data), network, answered=Seq(0)) if isinstance(item, Stored))
    return [item.seq for item in stored for record in split(item.frame.body) if kind_of(record) == _PAY]
