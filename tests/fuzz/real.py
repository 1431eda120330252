"""Real bytes to begin with: what the vectors hold, and what a small economy has left in its files and engines."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from dcep.ids import LedgerId
from dcep.messages.frames import join
from dcep.messages.receipts import decode_receipt
from dcep.messages.signed import PREFIX_SIZE, record_of
from tests.conformance.twins.world import World
from tests.repo.tracked import ROOT
from tests.unit.ledger.audit import kept

_VECTORS: Final = ROOT / "vectors"
_FIELDS_AT: Final = PREFIX_SIZE + 29
_MEMO_SIZE: Final = 32


def _rows() -> Iterator[dict[str, str]]:
    for file in sorted((_VECTORS / "commands").glob("*.txt")):
        for part in file.read_text(encoding="utf-8").split("\n== ")[1:]:
            yield {line[:18].rstrip(): line[18:] for line in part.splitlines()[1:] if line}


def _table(*names: str) -> list[dict[str, str]]:
    with _VECTORS.joinpath(*names).open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text, delimiter="\t"))


COMMANDS: Final = [bytes.fromhex(row["wire"]) for row in _rows()]
_BODIES: Final = [bytes.fromhex(row["body"]) for row in _rows()]
NETWORK: Final = _BODIES[0][5:PREFIX_SIZE]
POLICIES: Final = [
    bytes.fromhex(row["encoding"]) for row in (*_table("policies", "encodings.tsv"), *_table("policies", "refused.tsv"))
]
RECEIPTS: Final = [bytes.fromhex(row["receipt"]) for row in _table("receipts", "receipts.tsv")]
# Their network, and the worker whom the holder trusts.
WORKER_OF_RECEIPTS: Final = [
    bytes.fromhex(_table("receipts", "receipts.tsv")[0][name]) for name in ("network", "worker")
]
ACCOUNTS_CSV: Final = (_VECTORS / "payments" / "nodes.csv").read_bytes()
PAYMENTS_CSV: Final = (_VECTORS / "payments" / "transactions.csv").read_bytes()

# Two shards and tier 1 in the middle of their lives.
WORLD: Final = World()


def make_folder() -> tempfile.TemporaryDirectory[str]:
    """Return a folder in which `data` is a small economy, kept in files; it goes when it is forgotten."""
    folder = tempfile.TemporaryDirectory(prefix="dcep-fuzz-")
    kept.keep(Path(folder.name) / "data")
    return folder


FOLDER: Final = make_folder()
DATA: Final = Path(FOLDER.name) / "data"


def _seeds() -> dict[str, list[bytes]]:
    network = WORLD.network
    headers = [place.headers[-1].encode() for place in network.ledgers.values()]
    sendings, receipts = list(network.sent.values()), list(map(decode_receipt, RECEIPTS))
    return {
        "command": COMMANDS,
        "order": [body[_FIELDS_AT - 1 : -_MEMO_SIZE] for body in _BODIES],
        "policy": POLICIES,
        "outcome": [*{receipt.outcome for receipt in receipts}, *{each.outcome.encode() for each in sendings}],
        "body": [join(map(record_of, COMMANDS[:4])), *(frame.body for frame in network.ledgers[LedgerId(0)].log)],
        "header": [*headers, *{receipt.header for receipt in receipts}],
        "message": [each.message[:4] + NETWORK + each.message[20:] for each in sendings],
        "receipt": RECEIPTS,
        "genesis": [network.genesis_bytes],
        "snapshot": [path.read_bytes() for path in sorted(DATA.rglob("*.snap"))],
        "log-frame": [piece.data for piece in kept.pieces_of(kept.log_file(DATA))],
        "header-record": [piece.data for piece in kept.pieces_of(kept.header_file(DATA))],
    }


SEEDS: Final = _seeds()
