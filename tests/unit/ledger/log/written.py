"""Frames and headers to be written, and what a scan says of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from dcep.clock import UnixMs
from dcep.crypto.suites import Signer
from dcep.ids import LedgerId, NetworkId
from dcep.ledger.folder import LedgerFolder
from dcep.ledger.log import Problem, Stored, StoredHeader, Torn
from dcep.ledger.log.file import FileLog
from dcep.ledger.log.frames import FrameScan
from dcep.ledger.log.headers import FileHeaders, HeaderScan
from dcep.messages.frames import FIRST_HEAD, Frame, next_head, sign_frame
from dcep.messages.headers import Header, encode_header
from dcep.messages.layout import Count, Hash, Key, Number, Seq, Sum, Version

NETWORK: Final = NetworkId(b"network of tests")
LEDGER: Final = LedgerId(0)
WORKER: Final = Signer(b"w" * 32)
NOBODY_ANSWERED: Final = Seq(0)

_HEADER: Final = Header(
    network=NETWORK,
    ledger=LEDGER,
    seq=Seq(1),
    time=UnixMs(1),
    head=FIRST_HEAD,
    outcomes_root=Hash(bytes(32)),
    count=Count(1),
    total=Sum(0),
    vault_high=Number(0),
    vault_used=Number(1),
    board=Version(1),
    workers=Version(1),
    rules=Version(1),
    flows=(),
    worker=Key(WORKER.public),
)
SETTLED: Final = b"\x01\x00\x00\x00"


def place_in(root: Path) -> LedgerFolder:
    """Return where the ledger of these tests lies under a folder."""
    return LedgerFolder(root=root, ledger=LEDGER)


def frame(body: bytes, *, network: NetworkId = NETWORK, ledger: LedgerId = LEDGER, signer: Signer = WORKER) -> Frame:
    """Return a frame with its worker's signature."""
    return sign_frame(network, ledger, signer, UnixMs(len(body)), body)


def header(seq: int) -> bytes:
    """Return the signed header of a frame."""
    message = encode_header(replace(_HEADER, seq=Seq(seq)))
    return message + WORKER.sign(message)


def head_of(frames: Iterable[Frame]) -> Hash:
    """Return the head after these frames, by the definition."""
    head = FIRST_HEAD
    for seq, one in enumerate(frames, start=1):
        head = next_head(one, Seq(seq), head)
    return head


def write_log(place: LedgerFolder, frames: Iterable[Frame], *, segment_bytes: int = 1 << 20) -> list[Stored]:
    """Write frames, one append each, and return them in their places."""
    log = FileLog(place, NETWORK, answered=NOBODY_ANSWERED, segment_bytes=segment_bytes)
    for one in frames:
        log.append([one])
    stored = list(log.read(Seq(1)))
    log.close()
    return stored


def write_headers(place: LedgerFolder, count: int, *, segment_bytes: int = 1 << 20) -> list[StoredHeader]:
    """Write the headers of so many frames and return them in their places."""
    headers = FileHeaders(place, NETWORK, segment_bytes=segment_bytes)
    for seq in range(1, count + 1):
        headers.append(Seq(seq), header(seq), SETTLED)
    stored = list(headers.read(Seq(1)))
    headers.close()
    return stored


def scan_log(place: LedgerFolder, answered: int = 0) -> list[Stored | Problem | Torn]:
    """Return all that a scan of the log says."""
    return list(FrameScan(place, NETWORK, answered=Seq(answered)))


def scan_headers(place: LedgerFolder) -> list[StoredHeader | Problem | Torn]:
    """Return all that a scan of the headers says."""
    return list(HeaderScan(place, NETWORK))


def problems(items: Iterable[object]) -> list[tuple[int, str]]:
    """Return (frame, code) of every problem."""
    return [(item.frame, item.code) for item in items if isinstance(item, Problem)]


def flip(path: Path, bit: int) -> None:
    """Flip one bit of a file."""
    data = bytearray(path.read_bytes())
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(data)
