"""Evidence of one command: its wire, its outcome, and the path to the header that the worker signed after its frame."""

from __future__ import annotations

from dataclasses import dataclass

from dcep.crypto import merkle
from dcep.ids import CommandId
from dcep.ledger.worker.opening import OpenLedger
from dcep.messages.frames import split
from dcep.messages.headers import SignedHeader, decode_signed_header
from dcep.messages.layout import Hash, Seq
from dcep.messages.outcomes import Outcome, decode_outcomes, leaf
from dcep.messages.signed import command_id_of_record, prefix


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a receipt or a credit is made of."""

    wire: bytes
    command: CommandId
    outcome: Outcome
    index: int
    path: tuple[Hash, ...]
    header: SignedHeader


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameEvidence:
    """A frame's commands and outcomes, from which the evidence of each follows."""

    records: list[bytes]
    commands: list[CommandId]
    outcomes: list[Outcome]
    header: SignedHeader
    network_prefix: bytes

    def of(self, index: int) -> Evidence:
        """Return the evidence of the command at a place of the frame."""
        leaves = [leaf(command, outcome) for command, outcome in zip(self.commands, self.outcomes, strict=True)]
        path = merkle.path([merkle.leaf_hash(data) for data in leaves], index)
        return Evidence(
            wire=self.network_prefix + self.records[index],
            command=self.commands[index],
            outcome=self.outcomes[index],
            index=index,
            path=tuple(map(Hash, path)),
            header=self.header,
        )


def frame_evidence(ledger: OpenLedger, seq: Seq) -> FrameEvidence:
    """Read a frame back, with the outcomes and the header that were stored for it."""
    frame = next(iter(ledger.log.read(seq))).frame
    header_bytes, outcomes = ledger.headers.at(seq)
    header = decode_signed_header(header_bytes)
    network_prefix = prefix(ledger.network)
    records = split(frame.body)
    return FrameEvidence(
        records=records,
        commands=[command_id_of_record(record, network_prefix) for record in records],
        outcomes=decode_outcomes(outcomes, header.header.count),
        header=header,
        network_prefix=network_prefix,
    )
