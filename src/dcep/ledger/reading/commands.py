"""Find a command by its id, with what proves its outcome: the path to a header that a worker of the network signed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from dcep.errors import BadInput, Damaged, DcepError
from dcep.ids import TIER1, CommandId, LedgerId
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.folder import Folder
from dcep.ledger.log import Archived
from dcep.ledger.reading import Entry, Progress, Reading, Replay, no_progress
from dcep.ledger.worker.evidence import FrameEvidence
from dcep.messages.commands.governance import Workers
from dcep.messages.headers import SignedHeader, decode_signed_header
from dcep.messages.kinds import KIND_OF
from dcep.messages.layout import Blob, Count, Key, Malformed, Seq
from dcep.messages.outcomes import FINAL, Outcome, Status
from dcep.messages.receipts import BadReceipt, Receipt, verify
from dcep.messages.signed import Command, command_id_of_record, decode_record, kind_of, prefix

_ID: Final = re.compile(r"[0-9a-f]{8,64}")
_WORKERS: Final = KIND_OF[Workers].number

Lists = dict[LedgerId, frozenset[Key]]
"""The worker keys of each ledger, those of earlier lists among them: what they signed stays signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What became of a command, and the receipt by which everybody can check it."""

    outcome: Outcome
    receipt: Receipt
    header: SignedHeader


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A command at its place in the log; `proof` is None while no header is stored for its frame.

    `appearances` counts how often its bytes stand in the logs; they count once, and this is where.
    """

    ledger: LedgerId
    seq: Seq
    index: int
    command: Command
    proof: Proof | None
    appearances: int


class _Search:
    """The command that begins with these hex digits, in the place where it was decided."""

    def __init__(self, folder: Folder, digits: str) -> None:
        self._digits, self._prefix = digits, prefix(folder.network)
        self._id: CommandId | None = None
        self.best: tuple[LedgerId, Entry, int] | None = None
        self._rank = 0
        self.appearances = 0

    def look_at(self, ledger: LedgerId, entry: Entry) -> None:
        """Take note of the command wherever it stands in this frame."""
        for index, record in enumerate(entry.records):
            command = command_id_of_record(record, self._prefix)
            if not command.hex().startswith(self._digits):
                continue
            if self._id not in (None, command):
                raise BadInput("ambiguous_id", "more than one command begins so", next_step="type more of its id")
            self._id = command
            self.appearances += 1
            outcomes = entry.outcomes
            rank = _rank(None if outcomes is None else outcomes[index])
            if rank > self._rank:
                self._rank, self.best = rank, (ledger, entry, index)


def find_command(folder: Folder, text: str, progress: Progress = no_progress) -> Found:
    """Return the command with this id.

    Args:
        folder: the data folder.
        text: the id in hex, or its first digits, at least 8.
        progress: hears (ledger, frames done, frames in all).

    Raises:
        BadInput: `bad_id`, `ambiguous_id`.
        DcepError: `not_found`, or `archived` where older frames are not here.
        Damaged: a ledger is not what was written, or the stored outcome is not proven.
    """
    digits = text.strip().lower()
    if not _ID.fullmatch(digits):
        raise BadInput("bad_id", "a command id is 64 hex digits, of which the first 8 or more are typed")
    search, is_whole = _Search(folder, digits), True
    for ledger in folder.read_genesis().ledgers():
        reading = Reading(folder.ledger(ledger), folder.network)
        is_whole = is_whole and reading.before == 0
        for entry in reading:
            search.look_at(ledger, entry)
            progress(reading.name, entry.stored.seq, max(entry.stored.seq, reading.headers))
    if search.best is None and not is_whole:
        raise Archived("no command in the frames that are here begins so, and older ones were archived")
    if search.best is None:
        raise DcepError("not_found", "no command in the logs begins so", where=digits)
    return _found(folder, *search.best, search.appearances)


def worker_lists(folder: Folder) -> Lists:
    """Return every worker key that the genesis or tier 1 has ever put on a ledger's list.

    Raises:
        Damaged: tier 1 is not what was written.
    """
    genesis, network_prefix = folder.read_genesis(), prefix(folder.network)
    lists = {ledger: {genesis.worker(ledger)} for ledger in genesis.ledgers()}
    for taken in Replay(folder, TIER1, PythonEngine):
        for record, outcome in zip(taken.entry.records, taken.outcomes, strict=True):
            if outcome.status is Status.SETTLED and kind_of(record) == _WORKERS:
                order = decode_record(record, network_prefix).body.order
                lists[order.ledger] |= set(order.keys)
    return {ledger: frozenset(keys) for ledger, keys in lists.items()}


def _rank(outcome: Outcome | None) -> int:
    """Return how much a place decides: an unanswered frame least, the one that used the number up most."""
    if outcome is None:
        return 1
    if outcome.status in (Status.SETTLED, Status.REFUSED):
        return 4
    return 3 if outcome.status in FINAL else 2


def _found(folder: Folder, ledger: LedgerId, entry: Entry, index: int, appearances: int) -> Found:
    network_prefix = prefix(folder.network)
    try:
        command = decode_record(entry.records[index], network_prefix)
    except Malformed as error:
        raise DcepError("not_found", f"what begins so in the log is no command: {error}") from error
    return Found(
        ledger=ledger,
        seq=entry.stored.seq,
        index=index,
        command=command,
        proof=_proof(folder, ledger, entry, index),
        appearances=appearances,
    )


def _proof(folder: Folder, ledger: LedgerId, entry: Entry, index: int) -> Proof | None:
    """Return the proof of a command's outcome, verified as its holder would."""
    outcomes = entry.outcomes
    if entry.header is None or outcomes is None:
        return None
    network_prefix = prefix(folder.network)
    header = decode_signed_header(entry.header.header)
    frame = FrameEvidence(
        records=entry.records,
        commands=[command_id_of_record(record, network_prefix) for record in entry.records],
        outcomes=outcomes,
        header=header,
        network_prefix=network_prefix,
    )
    evidence = frame.of(index)
    receipt = Receipt(
        command=Blob(evidence.wire),
        outcome=Blob(evidence.outcome.encode()),
        index=Count(index),
        path=evidence.path,
        header=Blob(header.encode()),
    )
    try:
        verify(receipt, folder.network, worker_lists(folder)[ledger])
    except BadReceipt as error:
        file, offset = entry.header.file, entry.header.offset
        raise Damaged("outcome_unproven", str(error), file=file, offset=offset) from error
    return Proof(outcome=evidence.outcome, receipt=receipt, header=header)
