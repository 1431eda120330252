"""Second pass over a ledger: apply its sound frames from the genesis, and hold everything to what follows from them.

1. A frame's worker is on the list in force at its place; else the ledger ends there.
2. Every command has its form and its signatures.
3. Money is neither made nor lost: total = received − sent (+ issued − withdrawn on tier 1), after every frame.
4. The stored header and outcomes are those that follow.
5. Where a checkpoint, a snapshot, a header elsewhere or the caller speaks of a place, what it was like there is kept.
6. At the end the accounts, counted one by one, hold the total, and nothing is in suspense.

Where the first frames were archived and the archive is not read, the replay begins with the oldest snapshot that a
checkpoint proves. Frames before it are only held to their signatures and to what their headers say of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Final

from dcep.ids import TIER1, LedgerId, NetworkId, ledger_name
from dcep.ledger.audit.checkpoints import State, judge_checkpoints, judge_snapshots, oldest_start, places_of
from dcep.ledger.audit.commands import Examined, examined
from dcep.ledger.audit.frames import NONE, Survey, Testimony
from dcep.ledger.audit.headers import HeaderJudge
from dcep.ledger.audit.report import Findings, LedgerReport
from dcep.ledger.engine.standing import Applied, Engine, EngineMaker, Standing
from dcep.ledger.log import Stored
from dcep.ledger.snapshots import SnapshotStore
from dcep.ledger.worker.headers import header_of
from dcep.messages.frames import FIRST_HEAD, next_head
from dcep.messages.genesis import network_of
from dcep.messages.headers import Header
from dcep.messages.layout import Hash, Seq
from dcep.messages.outcomes import Outcome, Status, decode_outcomes, not_processed
from dcep.messages.refusals import NotProcessed

Progress = Callable[[str, int, int], None]

_VOID: Final = not_processed(NotProcessed.CLOCK_AHEAD).encode()
_OUT_OF_TURN: Final = not_processed(NotProcessed.OUT_OF_TURN)


@dataclass(slots=True, kw_only=True)
class Replayed:
    """A ledger after its replay.

    `is_complete` if every frame in its files was applied, but those up to `start`, for which a snapshot stands.
    `headers` holds what follows from the log at the places that were asked for, `believed` the headers of other ledgers
    that this one took for a proof.
    """

    survey: Survey
    engine: Engine
    is_complete: bool = False
    start: Seq = NONE
    seq: Seq = NONE
    head: Hash = FIRST_HEAD
    commands: int = 0
    headers: dict[Seq, Header] = field(default_factory=dict)
    believed: list[Testimony] = field(default_factory=list)
    has_pinned_head: bool = False

    @property
    def ledger(self) -> LedgerId:
        return self.survey.ledger

    def report(self) -> LedgerReport:
        """Return where the ledger stands."""
        return LedgerReport(
            ledger=self.ledger, frames=self.seq, commands=self.commands, head=self.head, root=self.engine.root()
        )


class Replay:
    """Replay one ledger.

    Args:
        genesis: the bytes of the network's genesis.
        survey: what the first pass found.
        make: the engine that judges.
        asked: the places whose headers travelled to other ledgers.
        pinned: a head that the caller wants to find; None for none.
        findings: where to say what is wrong.
    """

    def __init__(
        self,
        genesis: bytes,
        survey: Survey,
        make: EngineMaker,
        *,
        asked: Collection[Seq],
        pinned: Hash | None,
        findings: Findings,
    ) -> None:
        self._network: NetworkId = network_of(genesis)
        self._survey, self._asked, self._pinned, self._findings = survey, asked, pinned, findings
        start = oldest_start(survey, self._network) if survey.before else None
        engine = make(genesis, survey.ledger, None if start is None else start.chunks)
        self._done = Replayed(survey=survey, engine=engine, head=survey.head_before, seq=survey.before)
        self._start = start
        self._headers = HeaderJudge(survey, self._network, findings)
        self._places = places_of(survey)
        self._states: dict[Seq, State] = {}
        self._testimonies: dict[Seq, list[Testimony]] = {}
        for testimony in survey.testimonies:
            self._testimonies.setdefault(testimony.at.frame, []).append(testimony)

    def run(self, progress: Progress) -> Replayed:
        """Apply what is sound, and say what does not follow from it."""
        done, survey, findings = self._done, self._survey, self._findings
        name = ledger_name(survey.ledger)
        if self._may_begin():
            for frame in examined(self._sound_frames(), self._network):
                if not self._take(frame):
                    break
                progress(name, done.seq, survey.sound)
        done.is_complete = survey.is_whole and done.seq == survey.sound and done.seq >= done.start
        if done.is_complete:
            self._headers.finish(done.seq)
            self._judge_accounts()
        else:
            self._headers.give_up()
            message = f"the ledger was replayed up to frame {done.seq}; what lies behind it was not judged"
            findings.warn(self._log, 0, done.seq, "not_replayed", message)
        judge_checkpoints(survey, self._states, findings)
        judge_snapshots(survey, self._network, self._states, is_complete=done.is_complete, findings=findings)
        return done

    def _may_begin(self) -> bool:
        """Set out from the genesis or the snapshot; return False where there is neither."""
        done, survey = self._done, self._survey
        if survey.before == 0:
            self._keep_state()
            return True
        if self._start is None:
            message = f"no whole snapshot in a checkpoint holds what came before frame {survey.before + 1}"
            self._findings.blame(self._log, 0, survey.before + 1, "no_snapshot", message)
            done.start = Seq(survey.before + 1)
            return False
        done.start = self._start.seq
        message = (
            f"frames 1 to {survey.before} were archived and not seen, those up to {done.start} not applied: the state"
            f" after frame {done.start} is the snapshot that a checkpoint names; with `--archive` all is audited"
        )
        self._findings.warn(self._log, 0, Seq(done.start + 1), "frames_archived", message)
        if done.seq == done.start:
            self._judge_start()
        return True

    def _judge_start(self) -> None:
        """Hold the head of the snapshot from which the replay begins to the chain of the frames."""
        assert self._start is not None, "a ledger that begins later begins with a snapshot"
        if self._start.head != self._done.head:
            message = f"the snapshot names another head than the ledger had after frame {self._start.seq}"
            path = self._survey.place.relative(SnapshotStore(self._survey.place).path(self._start.seq))
            self._findings.blame(path, 0, self._start.seq, "snapshot_differs", message)
        self._keep_state()

    @property
    def _log(self) -> str:
        place = self._survey.place
        return place.relative(place.log)

    def _sound_frames(self) -> Iterator[Stored]:
        last = self._survey.sound
        if last == 0:
            return
        for item in self._survey.frames(self._network):
            if isinstance(item, Stored):
                yield item
                if item.seq == last:
                    return

    def _take(self, examined_frame: Examined) -> bool:
        """Apply the next frame; return False if the ledger ends here."""
        stored, faults = examined_frame
        frame, done = stored.frame, self._done
        if done.seq < done.start:
            self._pass_over(stored, faults)
            return True
        # 1.
        applied = done.engine.apply(frame.worker, frame.time, frame.body)
        if applied is None:
            self._blame(stored, "unlisted_worker", "the frame is signed by a key that is not on the worker list")
            return False
        done.seq, done.head = stored.seq, next_head(frame, stored.seq, done.head)
        done.commands += applied.count
        standing = done.engine.standing()
        # 2.
        self._judge_commands(stored, faults)
        self._judge_time(stored, applied)
        # 3.
        self._judge_money(stored, standing)
        # 4.
        header = self._header(stored, applied, standing)
        self._headers.judge(header, applied.outcomes, done.engine.is_worker)
        # 5.
        self._keep(header)
        self._believe(stored.seq, applied)
        return True

    def _pass_over(self, stored: Stored, faults: list[tuple[int, NotProcessed]]) -> None:
        """Take a frame that the snapshot stands for."""
        done = self._done
        done.seq, done.head = stored.seq, next_head(stored.frame, stored.seq, done.head)
        self._judge_commands(stored, faults)
        self._headers.judge_unapplied(stored, done.head, done.engine.is_worker)
        done.has_pinned_head = done.has_pinned_head or done.head == self._pinned
        if done.seq == done.start:
            self._judge_start()

    # 2.

    def _judge_commands(self, stored: Stored, faults: list[tuple[int, NotProcessed]]) -> None:
        for index, reason in faults:
            message = f"command {index} of the frame should never have been let in: {reason.code}"
            code = "command_signature" if reason is NotProcessed.BAD_SIGNATURE else "command_malformed"
            self._blame(stored, code, message)

    def _judge_time(self, stored: Stored, applied: Applied) -> None:
        """Warn of a frame that was void: its worker's clock was ahead of what tier 1 had told."""
        size = len(_VOID)
        # Nothing is sent by a void frame, so each of its outcomes is as short as can be.
        if len(applied.outcomes) != size * applied.count:
            return
        if _VOID in {applied.outcomes[at : at + size] for at in range(0, len(applied.outcomes), size)}:
            message = "the frame is void: its time is further ahead than the rules allow"
            self._findings.warn(stored.file, stored.offset, stored.seq, "void_frame", message)

    # 3.

    def _judge_money(self, stored: Stored, standing: Standing) -> None:
        due = sum(flow.received_fen - flow.sent_fen for flow in standing.flows)
        if self._survey.ledger == TIER1:
            sums = self._done.engine.sums()
            due += sums.issued - sums.withdrawn
        if standing.total != due:
            message = f"the ledger holds {standing.total} fen, but {due} fen came to it and did not leave"
            self._blame(stored, "money_not_conserved", message)

    # 4.

    def _header(self, stored: Stored, applied: Applied, standing: Standing) -> Header:
        return header_of(
            self._network,
            self._survey.ledger,
            seq=stored.seq,
            head=self._done.head,
            applied=applied,
            standing=standing,
            worker=stored.frame.worker,
        )

    # 5.

    def _keep(self, header: Header) -> None:
        self._keep_state()
        if header.seq in self._asked:
            self._done.headers[header.seq] = header
        if header.head == self._pinned:
            self._done.has_pinned_head = True

    def _keep_state(self) -> None:
        done = self._done
        if done.seq in self._places:
            self._states[done.seq] = State(done.head, done.engine.root())

    def _believe(self, seq: Seq, applied: Applied) -> None:
        """Keep the headers whose worker the engine found on the other ledger's list."""
        testimonies = self._testimonies.get(seq)
        if testimonies:
            outcomes = decode_outcomes(applied.outcomes, applied.count)
            self._done.believed += [entry for entry in testimonies if _is_believed(outcomes[entry.at.command])]

    # 6.

    def _judge_accounts(self) -> None:
        engine, seq = self._done.engine, self._done.seq
        sums, total = engine.sums(), engine.standing().total
        counted = sums.wallets + sums.vaults + sums.issuing_vault + sums.locked + sums.on_hold + sums.suspense
        if counted != total:
            message = f"the accounts hold {counted} fen, but the ledger says {total} fen"
            self._findings.blame(self._log, 0, seq, "accounts_differ", message)
        if sums.suspense:
            message = f"{sums.suspense} fen came back for closed accounts and belong to nobody"
            self._findings.blame(self._log, 0, seq, "money_in_suspense", message)

    def _blame(self, stored: Stored, code: str, explanation: str) -> None:
        self._findings.blame(stored.file, stored.offset, stored.seq, code, explanation)


def _is_believed(outcome: Outcome) -> bool:
    """Return whether the header that a command brought was taken for one of its ledger's workers."""
    return outcome.status in (Status.SETTLED, Status.REFUSED) or outcome == _OUT_OF_TURN
