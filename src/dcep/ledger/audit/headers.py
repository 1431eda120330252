"""Hold the stored headers to what the log says.

1. A header says what follows from the frames, and beside it stand the outcomes that follow from them.
2. It is signed, by a key that is on the worker list: in force at its place, or later, for whoever starts a ledger after
   a crash signs the headers that were lost.
3. Behind the last one a crash may have left the beginning of the next: it begins like the header that follows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Final

from dcep.crypto import merkle
from dcep.crypto.suites import SignedMessage, bad_signatures
from dcep.ids import NetworkId
from dcep.ledger.audit.frames import Survey
from dcep.ledger.audit.report import Findings
from dcep.ledger.log import Stored, StoredHeader, Torn
from dcep.ledger.log.headers import HeaderScan, encode_record
from dcep.ledger.log.pieces import written
from dcep.ledger.worker.headers import says_the_same
from dcep.messages.frames import split
from dcep.messages.headers import Header, SignedHeader, decode_signed_header, encode_header
from dcep.messages.layout import Hash, Key, Malformed, Seq
from dcep.messages.outcomes import decode_outcomes, leaf
from dcep.messages.signed import command_id_of_record, prefix

# So many signatures are verified together.
_BATCH: Final = 64
# A record begins with its length and its checksum.
_LENGTH_SIZE: Final = 4
_CONTENT_AT: Final = 8
# A header ends with the key of its worker; the signature follows.
_KEY_SIZE: Final = 32
_SIGNATURE: Final = bytes(64)


class HeaderJudge:
    """Judge the stored headers of one ledger, in order."""

    def __init__(self, survey: Survey, network: NetworkId, findings: Findings) -> None:
        self._survey, self._findings = survey, findings
        self._stored = (item for item in HeaderScan(survey.place, network) if isinstance(item, StoredHeader))
        self._next = next(self._stored, None)
        self._signed: list[tuple[StoredHeader, SignedMessage]] = []
        self._torn = survey.torn_header
        # Headers by a key that has not been on the list yet.
        self._strange: dict[Key, list[StoredHeader]] = {}

    def judge(self, computed: Header, outcomes: bytes, is_worker: Callable[[Key], bool]) -> None:
        """Hold the header of the next frame to what was computed.

        Args:
            computed: what follows from the log; its worker is the frame's.
            outcomes: of the frame's commands.
            is_worker: whether a key is on the list after the frame.
        """
        stored = self._at(computed.seq)
        if stored is not None:
            self._judge_stored(stored, computed, outcomes)
        elif self._torn is not None and self._torn.seq == computed.seq:
            self._judge_torn(self._torn, computed, outcomes)
            self._torn = None
        for key in [key for key in self._strange if key == computed.worker or is_worker(key)]:
            del self._strange[key]

    def judge_unapplied(self, stored: Stored, head: Hash, is_worker: Callable[[Key], bool]) -> None:
        """Hold the header of a frame that is not replayed to the frame itself.

        Its outcomes are those under the root that was signed; what it says of money is its worker's word.

        Args:
            stored: the frame.
            head: the head after it.
            is_worker: whether a key is on the list at the place from which the ledger is replayed.
        """
        found = self._at(stored.seq)
        if found is None:
            return
        signed = decode_signed_header(found.header)
        if signed.header.head != head:
            self._blame(found, "header_differs", "the header says something else than the log: head")
        if _root(stored, signed.header, found.outcomes) != signed.header.outcomes_root:
            self._blame(found, "outcomes_differ", "the stored outcomes are not those under the root that was signed")
        if not is_worker(signed.header.worker):
            message = (
                "the header is signed by a key that is not on the list any more: only the archive tells whether it was"
            )
            self._findings.warn(found.file, found.offset, found.seq, "worker_unknown", message)
        self._sign_later(found, signed)

    def finish(self, last: Seq) -> None:
        """Say what is missing, when the log has been replayed whole up to its last frame."""
        self._verify()
        for stored in (stored for headers in self._strange.values() for stored in headers):
            self._blame(stored, "unlisted_worker", "the header is signed by a key that is on no worker list")
        survey, place = self._survey, self._survey.place
        if self._torn is not None:
            message = f"a header of frame {self._torn.seq} was begun, but the log has no such frame"
            self._findings.blame(self._torn.file, self._torn.offset, self._torn.seq, "frames_missing", message)
        if survey.headers < last:
            message = f"the headers of {last - survey.headers} frames were not stored; a start signs them again"
            self._findings.warn(place.relative(place.headers), 0, survey.headers + 1, "headers_missing", message)

    def give_up(self) -> None:
        """Verify the signatures of the headers that were judged before the log broke."""
        self._verify()

    def _at(self, seq: Seq) -> StoredHeader | None:
        while self._next is not None and self._next.seq < seq:
            self._next = next(self._stored, None)
        return self._next if self._next is not None and self._next.seq == seq else None

    # 1.

    def _judge_stored(self, stored: StoredHeader, computed: Header, outcomes: bytes) -> None:
        signed = decode_signed_header(stored.header)
        if not says_the_same(signed.header, computed):
            others = ", ".join(_differences(signed.header, computed))
            self._blame(stored, "header_differs", f"the header says something else than the log: {others}")
        if stored.outcomes != outcomes:
            self._blame(stored, "outcomes_differ", "the stored outcomes are not those that follow from the log")
        self._strange.setdefault(signed.header.worker, []).append(stored)
        self._sign_later(stored, signed)

    # 2.

    def _sign_later(self, stored: StoredHeader, signed: SignedHeader) -> None:
        self._signed.append((stored, signed.signed_message()))
        if len(self._signed) == _BATCH:
            self._verify()

    def _verify(self) -> None:
        for place in bad_signatures([message for _, message in self._signed]):
            stored, _ = self._signed[place]
            self._blame(stored, "bad_signature", "the worker's signature of the header does not hold")
        self._signed = []

    # 3.

    def _judge_torn(self, torn: Torn, computed: Header, outcomes: bytes) -> None:
        if _begins(written(torn.data), computed, outcomes):
            self._findings.warn(torn.file, torn.offset, torn.seq, "torn_header", torn.explanation)
            return
        message = "the record ends too early, and what is there of it is not how the frame's header begins"
        self._findings.blame(torn.file, torn.offset, torn.seq, "header_damaged", message)

    def _blame(self, stored: StoredHeader, code: str, explanation: str) -> None:
        self._findings.blame(stored.file, stored.offset, stored.seq, code, explanation)


def _root(stored: Stored, header: Header, outcomes: bytes) -> bytes:
    """Return the root over the frame's commands and these outcomes; nothing if they are not one for each."""
    try:
        records = split(stored.frame.body)
        decided = decode_outcomes(outcomes, header.count)
    except Malformed:
        return b""
    if len(records) != len(decided):
        return b""
    network_prefix = prefix(header.network)
    commands = (command_id_of_record(record, network_prefix) for record in records)
    return merkle.root([leaf(command, outcome) for command, outcome in zip(commands, decided, strict=True)])


def _differences(stored: Header, computed: Header) -> list[str]:
    """Return the names of the fields in which two headers differ, the worker apart."""
    names = (field.name for field in fields(Header) if field.name != "worker")
    return [name for name in names if getattr(stored, name) != getattr(computed, name)]


def _begins(data: bytes, header: Header, outcomes: bytes) -> bool:
    """Return whether a record begins with these bytes; checksum, key and signature are its worker's to know."""
    content = encode_header(header)
    whole, size = encode_record(content + _SIGNATURE + outcomes), len(content)
    return all(known.startswith(part) for known, part in zip(_known(whole, size), _known(data, size), strict=True))


def _known(record: bytes, size: int) -> tuple[bytes, bytes, bytes]:
    """Return the parts of a record that follow from the log: length, header of this size up to its key, outcomes."""
    signature_at = _CONTENT_AT + size
    key_at, outcomes_at = signature_at - _KEY_SIZE, signature_at + len(_SIGNATURE)
    return record[:_LENGTH_SIZE], record[_CONTENT_AT:key_at], record[outcomes_at:]
