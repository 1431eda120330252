"""First pass over a ledger: what its files hold, before anything is believed or applied.

1. Every record of the header files is whole and in its place.
2. Every frame is whole, in its place in the chain, and signed by the worker that it names.
3. What frames say of other places is gathered: checkpoints, and headers that travelled inside credits and acks.

Frames are sound up to the first damage; what lies behind it is looked at, but not applied.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from dcep.ids import LedgerId, NetworkId
from dcep.ledger.audit.report import Findings
from dcep.ledger.folder import LedgerFolder
from dcep.ledger.log import Problem, Stored, StoredHeader, Torn
from dcep.ledger.log.frames import FrameScan, where_it_begins
from dcep.ledger.log.headers import HeaderScan
from dcep.messages.commands.channel import Ack, Credit
from dcep.messages.commands.timekeeping import Checkpoint
from dcep.messages.frames import split
from dcep.messages.headers import Header, decode_signed_header
from dcep.messages.kinds import KIND_OF
from dcep.messages.layout import Hash, Malformed, Seq
from dcep.messages.signed import MIN_RECORD, decode_record, kind_of, prefix

_OF_OTHER_PLACES: Final = {KIND_OF[record].number for record in (Checkpoint, Credit, Ack)}
NONE: Final = Seq(0)
# Beyond every frame: no signature is verified a second time.
_NEVER: Final = Seq(1 << 62)


class At(NamedTuple):
    """Where something was said: a command, counted from 0, of a frame."""

    file: str
    offset: int
    frame: Seq
    command: int


class Claim(NamedTuple):
    """A checkpoint: after an earlier frame this was the head, and this the root."""

    at: At
    checkpoint: Checkpoint


class Testimony(NamedTuple):
    """A signed header of another ledger, which a credit or an ack brought."""

    at: At
    header: Header


@dataclass(slots=True, kw_only=True)
class Survey:
    """What the files of one ledger hold.

    `sound` is the last frame up to which all hold together; `is_whole` if nothing is damaged behind it. `headers` is
    the newest whole header, behind which `torn_header` may lie. `before` frames before the first one here were
    archived, `head_before` was the head after them.
    """

    place: LedgerFolder
    headers: Seq
    torn_header: Torn | None
    before: Seq
    head_before: Hash
    sound: Seq = NONE
    is_whole: bool = True
    claims: list[Claim] = field(default_factory=list)
    testimonies: list[Testimony] = field(default_factory=list)

    @property
    def ledger(self) -> LedgerId:
        return self.place.ledger

    def frames(self, network: NetworkId) -> FrameScan:
        """Return the frames once more, without asking for their workers' signatures again."""
        return FrameScan(self.place, network, answered=Seq(0), verify_from=_NEVER)


def network_in_frames(place: LedgerFolder, network: NetworkId) -> NetworkId | None:
    """Return the network that the first whole frame of a ledger belongs to; None if there is no frame."""
    scan = FrameScan(place, network, answered=Seq(0), verify_from=_NEVER)
    return next((item.frame.network for item in scan if isinstance(item, Stored)), None)


def survey(place: LedgerFolder, network: NetworkId, findings: Findings) -> Survey:
    """Go through the files of a ledger and say what stands in them."""
    found = _survey_headers(place, network, findings)
    log = place.relative(place.log)
    if not place.log.is_dir():
        found.is_whole = False
        findings.blame(log, 0, 0, "folder_missing", "the folder of the log is not there")
    for item in FrameScan(place, network, answered=found.headers):
        match item:
            case Problem():
                found.is_whole = False
                findings.add(item)
            case Torn():
                findings.warn(item.file, item.offset, item.seq, "torn_frame", item.explanation)
            case Stored():
                if found.is_whole:
                    found.sound = item.seq
                _gather(found, item, network, findings)
    return found


# 1.


def _survey_headers(place: LedgerFolder, network: NetworkId, findings: Findings) -> Survey:
    scan, torn = HeaderScan(place, network), None
    for item in scan:
        match item:
            case Problem():
                findings.add(item)
            case Torn():
                torn = item
            case StoredHeader():
                pass
    before, head_before = where_it_begins(place)
    return Survey(
        place=place, headers=scan.count, torn_header=torn, before=before, head_before=head_before, sound=before
    )


# 3.


def _gather(found: Survey, stored: Stored, network: NetworkId, findings: Findings) -> None:
    """Keep what a frame says of other places."""
    try:
        records = split(stored.frame.body)
    except Malformed as error:
        message = f"the body of the frame is no list of records: {error}"
        findings.blame(stored.file, stored.offset, stored.seq, "frame_malformed", message)
        return
    for index, record in enumerate(records):
        if len(record) >= MIN_RECORD and kind_of(record) in _OF_OTHER_PLACES:
            _gather_record(found, At(stored.file, stored.offset, stored.seq, index), record, prefix(network))


def _gather_record(found: Survey, at: At, record: bytes, network_prefix: bytes) -> None:
    try:
        order = decode_record(record, network_prefix).body.order
        if isinstance(order, Checkpoint):
            found.claims.append(Claim(at, order))
        else:
            found.testimonies.append(Testimony(at, decode_signed_header(order.header).header))
    except Malformed:
        # Whoever verifies the command says so.
        return
