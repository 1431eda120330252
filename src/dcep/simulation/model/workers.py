"""A worker as faults see it: it may crash, start again from anything, be cut off, have a bad clock, and have a twin.

1. Intake is the ledger's own: what is stable is answered at once, from the position that the worker has folded.
2. The rest goes into one signed frame. What the log says of the append is no answer.
3. An answer is told only when the frame was read back and folded.
4. `already_used` and `superseded` are resolved by the ledger's own history, which may lag behind the state.
5. A snapshot is kept at a checkpoint, and a start uses it only if a frame of the log names place, head and root.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random  # noqa: TID251  the simulation's chance comes from its seed
from typing import Final

from dcep.clock import UnixMs
from dcep.crypto import merkle
from dcep.crypto.suites import Signer
from dcep.ids import CommandId
from dcep.ledger.engine.standing import Engine
from dcep.ledger.history import History
from dcep.ledger.worker.evidence import FrameEvidence
from dcep.ledger.worker.headers import sign_header
from dcep.ledger.worker.intake import take_in
from dcep.messages.commands.timekeeping import Checkpoint
from dcep.messages.frames import Frame, join, sign_frame, split
from dcep.messages.layout import Blob, Count, Hash, Key, Seq
from dcep.messages.outcomes import EXPIRED, NEVER_PROCESSED, SETTLED, Outcome, Status, decode_outcomes
from dcep.messages.receipts import BadReceipt, Receipt, verify
from dcep.messages.signed import Command, prefix, record_of, unsigned
from dcep.simulation.model.cast import BOUND, MAX_LIFE
from dcep.simulation.model.disk import Appended, SimulatedLog
from dcep.simulation.model.judgement.laws import Law, Violation, require
from dcep.simulation.model.judgement.reading import Reading, apply
from dcep.simulation.model.judgement.shelf import ReadHeaders, ReadLog
from dcep.simulation.model.judgement.situations import Situation

# Who hears the answer; None for what relays and strangers bring.
Asker = Callable[[CommandId, Outcome], None] | None
MakeEngine = Callable[[Sequence[bytes] | None], Engine]
# What a worker believes of a frame that it appended and has not read back (the variant `unread-append`).
Believe = Callable[[Engine, Frame, Signer], None]
_GONE: Final = (Status.ALREADY_USED, Status.SUPERSEDED)
_MOST: Final = 24
# A receipt is made and checked at every so many frames.
_RECEIPT_EVERY: Final = 8
_PLACES: Final = ("A", "B")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The state after frame `seq`, the frame at `place` of the log."""

    place: int
    seq: Seq
    head: Hash
    chunks: tuple[bytes, ...]

    @property
    def name(self) -> tuple[Seq, Hash, Hash]:
        """What a checkpoint in the log must name."""
        return self.seq, self.head, Hash(merkle.root(self.chunks))


class Worker:
    """One of two unfenced workers of a ledger."""

    def __init__(self, reading: Reading, log: SimulatedLog, make: MakeEngine, signer: Signer, which: int) -> None:
        self.reading, self.log, self.signer = reading, log, signer
        self.known = reading.known
        self.name = f"worker {_PLACES[which]} of {reading.name}"
        self._make = make
        self.engine, self.place, self.seq = make(None), 0, Seq(0)
        self.clock_error, self.is_cut_off = 0, False
        self.inbox: list[tuple[bytes, Asker]] = []
        self.believe: Believe | None = None
        self._waiting: dict[CommandId, tuple[Command, list[Asker]]] = {}
        self._snapshots: list[Snapshot] = []
        self._newest_raw = UnixMs(0)
        self._open_history()

    # 1. and 2.

    def work(self, chance: Random, now: UnixMs, *, faults: bool) -> None:
        """Take in what has come, and append it as one frame."""
        if self.is_cut_off or not self.inbox:
            return
        if faults:
            chance.shuffle(self.inbox)
        batch, self.inbox = self.inbox[:_MOST], self.inbox[_MOST:]
        time = UnixMs(now + self.clock_error)
        # A worker that knows its clock to be bad says `unavailable`; one in three does not know.
        if abs(self.clock_error) > BOUND and chance.random() < 0.66:
            self.known.saw(Situation.CLOCK_KNOWN_BAD)
            return
        taken = take_in(self.known.network, [wire for wire, _ in batch], self.engine.hear)
        for (wire, asker), answer in zip(batch, self._hasten(batch, taken.answers, time), strict=True):
            if answer is None:
                command = self.known.command(record_of(wire))
                self._waiting.setdefault(command.id, (command, []))[1].append(asker)
            elif asker is not None:
                self._tell(asker, self.known.command(record_of(wire)), answer)
        if taken.body:
            self._append(taken.body, time, chance, faults=faults)

    def _hasten(
        self, batch: list[tuple[bytes, Asker]], answers: list[Outcome | None], time: UnixMs
    ) -> list[Outcome | None]:
        """Leave the answers as they are; two variants refuse by a time that is not folded."""
        clock = {"worker-clock": time, "raw-clock": self._newest_raw}.get(self.known.variant)
        if clock is None:
            return answers
        expiries = [self.known.command(record_of(wire)).body.expires_at for wire, _ in batch]
        return [
            EXPIRED if answer is None and 0 < expires_at <= clock else answer
            for answer, expires_at in zip(answers, expiries, strict=True)
        ]

    def _append(self, body: bytes, time: UnixMs, chance: Random, *, faults: bool) -> None:
        frame = sign_frame(self.known.network, self.reading.ledger, self.signer, time, body)
        appended, became = self.log.append(frame, chance, faults=faults)
        if self.known.is_told:
            self.known.note_frame(f"{self.name} appends a frame with {{commands}}, which {became}", body)
        if self.known.variant == "answer-on-append" and appended is Appended.DONE:
            for record in split(body):
                self._answer(self.known.command(record).id, SETTLED)
        if self.believe is not None:
            self.believe(self._make(self.engine.chunks()), frame, self.signer)

    # 3.

    def fold(self, most: int) -> None:
        """Read frames back and tell those who wait what became of their commands.

        Raises:
            Violation: this replica differs from another reading of the same log.
        """
        if self.is_cut_off:
            return
        for frame in self.log.frames[self.place : min(self.place + most, self.reading.place)]:
            self._fold_one(frame)

    def _fold_one(self, frame: Frame) -> None:
        applied = apply(self.engine, frame, self.reading.ledger, self.known)
        self.place += 1
        self._newest_raw = max(self._newest_raw, frame.time)
        root = None if applied is None else applied.root
        same = root == self.reading.verdicts[self.place - 1]
        require(same, Law.ONE_STATE, f"{self.name} judges place {self.place} in another way", self.reading.ledger)
        if self.place in self.reading.state_roots:
            self.check_root(self.reading.state_roots[self.place] == self.engine.root())
        if applied is None:
            return
        self.seq = Seq(self.seq + 1)
        if self._waiting:
            outcomes = decode_outcomes(applied.outcomes, applied.count)
            if self.seq % _RECEIPT_EVERY == 0:
                self._require_receipt(frame, outcomes, place=self.seq % applied.count)
            for place, outcome in enumerate(outcomes):
                self._answer(CommandId(applied.ids[32 * place : 32 * place + 32]), outcome)

    def _require_receipt(self, frame: Frame, outcomes: list[Outcome], *, place: int) -> None:
        """Hold an answer to its receipt, checked as a wallet does that knows this worker's key."""
        commands = [self.known.command(record) for record in split(frame.body)]
        key = Key(self.signer.public)
        header = sign_header(replace(self.reading.shelf.header(self.seq), worker=key), self.signer)
        frame_evidence = FrameEvidence(
            records=[command.record for command in commands],
            commands=[command.id for command in commands],
            outcomes=outcomes,
            header=header,
            network_prefix=prefix(self.known.network),
        )
        proof, identity = frame_evidence.of(place), commands[place].id
        receipt = Receipt(
            command=Blob(proof.wire),
            outcome=Blob(proof.outcome.encode()),
            index=Count(proof.index),
            path=proof.path,
            header=Blob(proof.header.encode()),
        )
        try:
            proven = verify(receipt, self.known.network, {key})
        except BadReceipt as error:
            raise Violation(Law.PROVEN, f"{self.known.label(identity)}: {error}", identity) from error
        is_same = (proven.command.id, proven.outcome) == (identity, outcomes[place])
        require(is_same, Law.PROVEN, f"the receipt of {self.known.label(identity)} says something else", identity)

    def check_root(self, is_same: bool) -> None:
        """Hold this replica's state to that of another."""
        require(is_same, Law.ONE_STATE, f"{self.name} has another state at place {self.place}", self.reading.ledger)

    def _answer(self, identity: CommandId, outcome: Outcome) -> None:
        command, askers = self._waiting.pop(identity, (None, []))
        for asker in askers:
            if asker is not None:
                assert command is not None
                self._tell(asker, command, outcome)

    # 4.

    def _tell(self, asker: Callable[[CommandId, Outcome], None], command: Command, outcome: Outcome) -> None:
        if outcome.status in _GONE:
            outcome = self._resolve(command, outcome)
        if not outcome.is_final and self.known.is_told:
            self.known.note(f"{self.name} answers {self.known.label(command.id)}: {outcome.code}", command.id)
        if outcome.is_final:
            self.known.tell(command.id, outcome.status, self.name)
        asker(command.id, outcome)

    def _resolve(self, command: Command, outcome: Outcome) -> Outcome:
        """Ask history what became of this body, once it has folded as far as the number was found gone."""
        known, body = self.known, command.body
        if known.variant == "used-is-receipt" and outcome.status is Status.ALREADY_USED:
            return SETTLED
        found = self._history.find(
            command.id,
            account=body.account,
            lane=body.lane,
            number=body.number,
            expires_at=body.expires_at,
            min_position=Seq(0) if known.variant == "stale-history" else self.seq,
        )
        if found.outcome.status is Status.BEHIND:
            known.saw(Situation.BEHIND)
        elif found.seq is None:
            known.saw(Situation.NEVER_PROCESSED)
        # A history must hold the outcomes since expiry less the longest life; this one shows no more.
        elif self.reading.shelf.time(found.seq) < body.expires_at - MAX_LIFE:
            return NEVER_PROCESSED
        else:
            known.saw(Situation.RESOLVED)
        return found.outcome

    def read_history(self, upto: int) -> None:
        """Let history read on, as far as `upto` of the frames that this worker has folded."""
        self._read.count = Seq(max(self._read.count, min(upto, self.seq)))

    @property
    def history_read(self) -> int:
        return self._read.count

    def _open_history(self) -> None:
        self._read = ReadLog(self.reading.shelf)
        self._history = History(None, self.known.network, self._read, ReadHeaders(self.reading.shelf, self._read))

    # 5.

    def checkpoint(self, chance: Random, now: UnixMs) -> None:
        """Keep the state, and sign its place, head and root into the log."""
        if self.is_cut_off or not self.seq:
            return
        chunks = tuple(self.engine.chunks())
        head = self.reading.shelf.header(self.seq).head
        snapshot = Snapshot(place=self.place, seq=self.seq, head=head, chunks=chunks)
        self._snapshots.append(snapshot)
        order = Checkpoint(seq=self.seq, head=head, root=snapshot.name[2])
        body = join([record_of(unsigned(self.known.network, order))])
        self._append(body, UnixMs(now + self.clock_error), chance, faults=True)

    def spoil_a_snapshot(self, chance: Random) -> None:
        """Let a byte of a snapshot rot, or somebody write another."""
        if not self._snapshots:
            return
        place = chance.randrange(len(self._snapshots))
        old = self._snapshots[place]
        chunks = list(old.chunks)
        chunks[-1] = chunks[-1][:-1] + bytes((chunks[-1][-1] ^ 1,))
        self._snapshots[place] = Snapshot(place=old.place, seq=old.seq, head=old.head, chunks=tuple(chunks))

    def crash(self, chance: Random) -> None:
        """Forget everything but the disk, and start from zero or from a snapshot, perhaps an old one put back."""
        self.known.saw(Situation.CRASH)
        self.inbox = []
        self._waiting.clear()
        snapshot = chance.choice(self._snapshots) if self._snapshots and chance.random() < 0.8 else None
        stands = None if snapshot is None else self.reading.checkpoints.get(snapshot.name)
        if snapshot is None or stands is None:
            self.known.saw(Situation.START_FROM_ZERO if snapshot is None else Situation.SNAPSHOT_UNPROVEN)
            self.engine, self.place, self.seq = self._make(None), 0, Seq(0)
            start = "zero"
        else:
            self.known.saw(Situation.START_FROM_SNAPSHOT)
            self.engine, self.place, self.seq = self._make(snapshot.chunks), snapshot.place, snapshot.seq
            if self.known.variant == "checkpoint-by-place":
                self.place = stands
            start = f"its snapshot of place {snapshot.place}, and goes on from place {self.place}"
        self._open_history()
        if self.known.is_told:
            self.known.note(f"{self.name} crashes and starts from {start}", self.reading.ledger)
