"""A reading of one ledger's log that judges each frame the moment it stands there, and holds it to the laws.

No actor may ask it what is true; they know what they have folded. Relays and officers read its evidence, which any
reader of the log can compute.
"""

from __future__ import annotations

from typing import Any, Final

from dcep.ids import CommandId, LedgerId, WalletId, ledger_name
from dcep.ledger.engine.standing import Applied, Engine, Standing
from dcep.ledger.log import require_own
from dcep.ledger.worker.headers import header_of
from dcep.ledger.worker.opening import checkpoints
from dcep.messages.commands.freezing import Freeze, Unfreeze
from dcep.messages.commands.governance import SetBoard, Workers
from dcep.messages.commands.payments import Pay
from dcep.messages.commands.policies import SetPolicy
from dcep.messages.commands.timekeeping import Checkpoint
from dcep.messages.commands.wallets import Close
from dcep.messages.frames import FIRST_HEAD, Frame, next_head, split
from dcep.messages.headers import Header
from dcep.messages.layout import Hash, Lane, Number, Seq
from dcep.messages.outcomes import Outcome, Status, decode_outcomes
from dcep.messages.refusals import NotProcessed
from dcep.messages.signed import NO_MEMO, Command, prefix
from dcep.money import Fen, yuan
from dcep.simulation.model.cast import BOUND
from dcep.simulation.model.judgement.books import Money, Numbers
from dcep.simulation.model.judgement.knowledge import Knowledge
from dcep.simulation.model.judgement.laws import Law, Violation
from dcep.simulation.model.judgement.shelf import Shelf
from dcep.simulation.model.judgement.situations import Situation
from dcep.simulation.model.judgement.traffic import Traffic

# Whole roots and all balances are compared at every so many frames; roots over the outcomes and what moved at each.
WHOLE_EVERY: Final = 32
_CONSUMED: Final = (Status.SETTLED, Status.REFUSED)
_STOPS: Final = (LookupError, ValueError, ArithmeticError, AssertionError, AttributeError)
_CHANGES: Final = {
    SetPolicy: Situation.KEY_CHANGED,
    SetBoard: Situation.BOARD_CHANGED,
    Workers: Situation.WORKERS_CHANGED,
}


class Reading:
    """One ledger, judged at once."""

    def __init__(self, ledger: LedgerId, engine: Engine, known: Knowledge, money: Money) -> None:
        self.ledger, self.engine, self.known, self.money = ledger, engine, known, money
        self.name = ledger_name(ledger)
        self.place, self.seq, self.head = 0, Seq(0), FIRST_HEAD
        # Of each place of the log: the root over its outcomes; None for a frame that does not count.
        self.verdicts: list[Hash | None] = []
        self.state_roots: dict[int, Hash] = {}
        self.shelf = Shelf()
        self.checkpoints: dict[tuple[Seq, Hash, Hash], int] = {}
        self.numbers = Numbers()
        self.rows: dict[tuple[WalletId, Lane, Number], CommandId] = {}
        self.traffic = Traffic(ledger, engine, known, money)
        # The commands that count in the frame at hand.
        self._spoken_of: set[object] = set()
        self._day = 0

    def fold(self, frame: Frame) -> None:
        """Judge what stands at the next place of the log.

        Raises:
            Violation: a law does not hold.
        """
        self.place += 1
        applied = apply(self.engine, frame, self.ledger, self.known)
        self.verdicts.append(None if applied is None else applied.root)
        if self.place % WHOLE_EVERY == 0:
            self.state_roots[self.place] = self.engine.root()
        if applied is None:
            return
        self.seq = Seq(self.seq + 1)
        self.head = next_head(frame, self.seq, self.head)
        outcomes = decode_outcomes(applied.outcomes, applied.count)
        commands = [self.known.command(record) for record in split(frame.body)]
        standing = self.engine.standing()
        header = self._header(frame, applied, standing)
        self.shelf.put(frame, header, applied.outcomes)
        if any(type(command.body.order) is Checkpoint for command in commands):
            self.checkpoints.update(dict.fromkeys(checkpoints(frame, prefix(self.known.network)), self.place))
        touched = self._judge_all(commands, outcomes)
        if any(outcome.sent for outcome in outcomes):
            self.traffic.keep_sent(commands, outcomes, header)
        self._hold(standing, touched)

    def _header(self, frame: Frame, applied: Applied, standing: Standing) -> Header:
        return header_of(
            self.known.network,
            self.ledger,
            seq=self.seq,
            head=self.head,
            applied=applied,
            standing=standing,
            worker=frame.worker,
        )

    def _hold(self, standing: Standing, touched: set[WalletId]) -> None:
        known = self.known
        if standing.now > known.now + BOUND:
            raise Violation(
                Law.TIME, f"{self.name} believes that it is {standing.now - known.now} ms later than it is", self.ledger
            )
        self.money.require_conserved(self.ledger, standing, self._spoken_of | self.traffic.spoken_of)
        whole = self.place % WHOLE_EVERY == 0
        if whole or self.traffic.came_back:
            self._require_no_suspense()
        if whole:
            self.money.deposits.require_counted(self.ledger, self.engine.sums().on_hold)
        self.money.require_balances(self.ledger, self.engine, set(self.money.held[self.ledger]) if whole else touched)
        day = standing.now // 86_400_000
        if self._day and day != self._day:
            known.saw(Situation.DAY_CHANGED)
        self._day = day

    def _require_no_suspense(self) -> None:
        suspense, known = self.engine.sums().suspense, self.known
        if suspense:
            views = [(command, self.engine.account(payer)) for command, payer in self.traffic.came_back]
            homeless = [(command, view.wallet) for command, view in views if view is not None and view.closed]
            names = " and ".join(sorted({known.name(payer) for _, payer in homeless}))
            raise Violation(
                Law.NO_SUSPENSE,
                f"{yuan(Fen(suspense))} yuan come back to {names}, whose wallet on {self.name} is closed",
                *(subject for pair in homeless for subject in pair),
            )

    # What became of a command.

    def _judge_all(self, commands: list[Command], outcomes: list[Outcome]) -> set[WalletId]:
        touched: set[WalletId] = set()
        consumed: list[Command] = []
        self._spoken_of = set()
        self.traffic.begin_frame()
        known = self.known
        for command, outcome in zip(commands, outcomes, strict=True):
            known.judged += 1
            known.outcomes[outcome.code] += 1
            if outcome.status in _CONSUMED:
                if not command.body.account:
                    touched.update(self.traffic.judge(command, outcome))
                else:
                    touched.update(self._consume(command, outcome))
                    consumed.append(command)
                    self._spoken_of.add(command.id)
            elif outcome.reason == NotProcessed.CLOCK_AHEAD and outcome.status is Status.NOT_PROCESSED:
                known.saw(Situation.FRAME_VOID)
        self._require_windows(consumed)
        return touched

    def _consume(self, command: Command, outcome: Outcome) -> tuple[WalletId, ...]:
        known, body, identity = self.known, command.body, command.id
        if known.is_told:
            place = f"{self.name}, frame {self.seq}"
            known.note(f"{place}: {known.label(identity)} is {outcome.code}", identity, body.account)
        key = (body.account, body.lane, body.number)
        if identity in known.consumed:
            raise Violation(Law.COMMAND_ONCE, f"{known.label(identity)} is judged again", identity)
        if key in self.rows:
            other = known.label(self.rows[key])
            raise Violation(
                Law.NUMBER_ONCE, f"number {body.number} of {known.name(body.account)} was {other}'s", body.account
            )
        self.rows[key] = identity
        known.consumed[identity] = outcome.status
        if self.numbers.use(body.account, body.lane, body.number, settled=outcome.status is Status.SETTLED):
            known.saw(Situation.JUMPED)
        told = known.told.get(identity)
        if told not in (None, outcome.status):
            assert told is not None
            raise Violation(
                Law.FINAL,
                f"{known.label(identity)} was answered {told.name.lower()}, and is {outcome.code} now",
                identity,
            )
        return self._settle(command, identity, outcome) if outcome.status is Status.SETTLED else ()

    def _require_windows(self, commands: list[Command]) -> None:
        for account, lane in {(command.body.account, command.body.lane) for command in commands}:
            must, stands = self.numbers.window(account, lane), self.engine.window(account, lane)
            if must != stands:
                raise Violation(
                    Law.WINDOW,
                    f"the window of {self.known.name(account)} is {_window(*stands)}, but must be {_window(*must)}",
                    account,
                )

    def _settle(self, command: Command, identity: CommandId, outcome: Outcome) -> tuple[WalletId, ...]:
        known, body = self.known, command.body
        if identity in known.dead:
            raise Violation(
                Law.DEAD,
                f"{known.label(identity)} settles after the recovery of {known.name(body.account)}",
                identity,
                body.account,
            )
        if type(body.order) is Pay and body.memo != NO_MEMO:
            known.purchases[body.memo] += 1
            known.bought[identity] = body.memo
            if known.purchases[body.memo] > 1:
                others = [other for other, memo in known.bought.items() if memo == body.memo]
                labels = " and ".join(known.label(other) for other in others)
                raise Violation(
                    Law.PURCHASE_ONCE,
                    f"{known.name(body.account)} pays one purchase twice, by {labels}",
                    *others,
                )
        self._require_order(identity)
        self._see_change(command)
        return self.money.settle(self.ledger, command, outcome, self.engine)

    def _require_order(self, identity: CommandId) -> None:
        known = self.known
        if identity in known.intentions:
            who, place = known.intentions[identity]
            if place <= known.carried_out[who]:
                raise Violation(
                    Law.IN_ORDER,
                    f"{known.label(identity)}, order {place} of {who}, lands after order {known.carried_out[who]}",
                    *(other for other, (somebody, _) in known.intentions.items() if somebody == who),
                )
            known.carried_out[who] = place

    def _see_change(self, command: Command) -> None:
        order: Any = command.body.order
        change = _CHANGES.get(type(order))
        if change is not None:
            self.known.saw(change)
        if type(order) is Close:
            self.known.saw(Situation.CLOSED)
        if isinstance(order, Freeze | Unfreeze) and self.known.is_told:
            self.known.note(f"{self.name}: {self.known.words(order)}", order.wallet)


def apply(engine: Engine, frame: Frame, ledger: LedgerId, known: Knowledge) -> Applied | None:
    """Fold a frame, or skip it; an engine that stops has broken a law.

    Raises:
        Violation: it stopped.
    """
    try:
        require_own(frame, known.network, ledger)
    except ValueError:
        known.saw(Situation.FRAME_OF_ANOTHER_LEDGER)
        return None
    try:
        applied = engine.apply(frame.worker, frame.time, frame.body)
    except _STOPS as error:
        raise Violation(
            Law.JUDGED, f"a frame stops {ledger_name(ledger)} for ever: {type(error).__name__}: {error}", ledger
        ) from error
    if applied is None:
        known.saw(Situation.FRAME_OF_A_STRANGER)
    return applied


def _window(high: int, used: int, settled: int) -> str:
    """Return a window in words: its highest number, and how many of the 64 are used and settled."""
    return f"at {high} with {used.bit_count()} used and {settled.bit_count()} settled"
