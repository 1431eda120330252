"""A small data folder to be audited, and the hands of those who change it: one without keys, and a faithless worker."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dcep.clock import day_of_date, start_of
from dcep.crypto.suites import Signer
from dcep.ids import TIER1, LedgerId, OperatorId
from dcep.issuance.rules import read_rules
from dcep.ledger.audit import audit
from dcep.ledger.audit.report import Report
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.folder import Folder, LedgerFolder
from dcep.ledger.log.file import FileLog
from dcep.ledger.log.frames import encode_frame, read_frame
from dcep.ledger.log.headers import FileHeaders, encode_record, read_record
from dcep.messages.classes import WalletClass
from dcep.messages.frames import FIRST_HEAD, Frame, join, next_head, sign_frame
from dcep.messages.layout import Seq
from dcep.messages.signatory import single_key
from dcep.money import Fen
from dcep.simulation.economy import SHARD, Economy, Keys
from dcep.simulation.opening import open_economy
from dcep.wallet.payments import Wallet

DAY: Final = day_of_date("2021-01-01")
SEED: Final = bytes(range(32))
KEYS: Final = Keys(SEED)
BANK: Final = OperatorId(1)
_ALL: Final = Fen(100_000)


@contextmanager
def economy_in(root: Path) -> Iterator[Economy]:
    """Open the economy of the small folder."""
    with open_economy(root, read_rules("ecny-2021"), PythonEngine, lambda: SEED) as economy:
        yield economy


def keep(root: Path) -> None:
    """Keep a small economy in a folder: 10 frames of tier 1, 13 of the shard."""
    with economy_in(root) as economy:
        play(economy)


def play(economy: Economy) -> None:
    """Play money issued, paid back and forth, partly returned; with two checkpoints, and frames behind them.

    Played again where it was played before, it leaves two checkpoints more.
    """
    economy.begin_day(DAY)
    economy.admit([BANK])
    economy.issue({BANK: _ALL})
    economy.allocate({BANK: _ALL})
    payers = _open_wallets(economy)
    for round_ in range(5):
        wires = [payer.pay(payers[0].id, Fen(100 + round_), expires_at=economy.midnight) for payer in payers[1:]]
        wires.append(payers[0].pay(payers[1].id, Fen(5_000), expires_at=economy.midnight))
        economy.send(economy.shard, wires)
        if round_ % 2:
            economy.checkpoint()
    economy.return_all({BANK: Fen(30_000)})
    economy.withdraw({BANK: Fen(10_000)})


def _open_wallets(economy: Economy) -> list[Wallet]:
    operator = economy.operators[BANK]
    wallets = [economy.new_wallet(BANK, name) for name in ("li", "wang", "zhou")]
    wires = []
    for wallet in wallets:
        policy = single_key(wallet.signatory.signer)
        wires.append(operator.registrar.open(wallet.id, WalletClass.II, policy, expires_at=economy.midnight))
        wires.append(operator.vault.exchange(wallet.id, Fen(10_000), expires_at=economy.midnight))
    economy.settle(economy.shard, wires)
    return wallets


def audited(root: Path) -> Report:
    """Audit a folder with the statute."""
    return audit(root, PythonEngine)


def codes(report: Report) -> set[str]:
    """Return the codes of everything that is wrong."""
    return {problem.code for problem in report.problems}


def warned(report: Report) -> set[str]:
    """Return the codes of the warnings."""
    return {warning.code for warning in report.warnings}


# What stands in the files.


def place_of(root: Path, ledger: LedgerId = SHARD) -> LedgerFolder:
    """Return where a ledger's files lie."""
    return LedgerFolder(root=root, ledger=ledger)


def files_of(root: Path) -> list[Path]:
    """Return every file that the audit covers."""
    return sorted(path for path in (root / "ledger").rglob("*") if path.is_file())


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A frame or a header record in its file."""

    seq: int
    offset: int
    data: bytes


def frames_of(root: Path, ledger: LedgerId = SHARD) -> list[Frame]:
    """Return the frames of a ledger's one file."""
    return [read_frame(piece.data)[0].frame for piece in pieces_of(log_file(root, ledger))]


def pieces_of(path: Path) -> list[Piece]:
    """Cut a log or header file into its pieces."""
    data, at, pieces = path.read_bytes(), 0, list[Piece]()
    while at < len(data):
        size = read_frame(data, at)[1] if path.suffix == ".log" else read_record(data, at)[1]
        pieces.append(Piece(seq=len(pieces) + 1, offset=at, data=data[at : at + size]))
        at += size
    return pieces


def log_file(root: Path, ledger: LedgerId = SHARD) -> Path:
    """Return the one file of a ledger's log."""
    return place_of(root, ledger).log / "000000000001.log"


def header_file(root: Path, ledger: LedgerId = SHARD) -> Path:
    """Return the one file of a ledger's headers."""
    return place_of(root, ledger).headers / "000000000001.hdr"


# The hand of somebody without keys.


def rewrite_log(root: Path, frames: Sequence[Frame], ledger: LedgerId = SHARD) -> None:
    """Write a log anew, with places, heads and checksums as they would be; signatures stay what they were."""
    head, pieces = FIRST_HEAD, []
    for seq, frame in enumerate(frames, 1):
        pieces.append(encode_frame(frame, Seq(seq), head))
        head = next_head(frame, Seq(seq), head)
    log_file(root, ledger).write_bytes(b"".join(pieces))


def rewrite_headers(root: Path, contents: Sequence[bytes], ledger: LedgerId = SHARD) -> None:
    """Write the headers anew, with right lengths and checksums."""
    header_file(root, ledger).write_bytes(b"".join(map(encode_record, contents)))


def contents_of(root: Path, ledger: LedgerId = SHARD) -> list[bytes]:
    """Return what the header records hold: signed header and outcomes."""
    return [read_record(piece.data)[0] for piece in pieces_of(header_file(root, ledger))]


def flip(path: Path, offset: int, bit: int = 0) -> None:
    """Flip one bit of a file."""
    data = bytearray(path.read_bytes())
    data[offset] ^= 1 << bit
    path.write_bytes(data)


# A worker's own hand.


def worker_of(ledger: LedgerId = SHARD) -> Signer:
    """Return the key of a ledger's worker."""
    return KEYS.signer("worker", "tier1") if ledger == TIER1 else KEYS.signer("worker", "shard", ledger)


def append(root: Path, records: Sequence[bytes], *, signer: Signer | None = None, body: bytes | None = None) -> None:
    """Append a frame to the shard's log with nobody asking what it holds; no header is stored for it."""
    by = signer or worker_of()
    content = join(records) if body is None else body
    with Folder.open(root) as folder:
        place, time = folder.ledger(SHARD), start_of(DAY)
        frame = sign_frame(folder.network, SHARD, by, time, content)
        headers = FileHeaders(place, folder.network)
        log = FileLog(place, folder.network, answered=headers.count)
        log.append([frame])
        log.close()
        headers.close()


def copy_of(root: Path, target: Path) -> Path:
    """Copy a folder, so that it can be changed."""
    shutil.copytree(root, target)
    return target
