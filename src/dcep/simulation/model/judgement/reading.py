"""A reading of one ledger's log that judges each frame the moment it stands there, and holds it to the laws.

No actor may ask it what is true; they know what they have folded. Relays and officers read its evidence, which any
reader of the log can compute.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from dcep.crypto import merkle
from dcep.ids import TIER1, CommandId, LedgerId, WalletId, ledger_name
from dcep.ledger.engine.standing import Applied, Engine, Standing
from dcep.ledger.log import require_own
from dcep.ledger.worker.headers import header_of
from dcep.ledger.worker.opening import checkpoints
from dcep.messages.classes import WalletClass
from dcep.messages.commands.channel import Resend
from dcep.messages.commands.freezing import Freeze, Unfreeze
from dcep.messages.commands.governance import SetBoard, SetOperator, Workers
from dcep.messages.commands.issuance import Allocate
from dcep.messages.commands.payments import Pay
from dcep.messages.commands.policies import SetPolicy
from dcep.messages.commands.timekeeping import Checkpoint
from dcep.messages.commands.wallets import Close
from dcep.messages.crossings import Message, OfficersOrder, Payment, Returned, digest_of, encode_message
from dcep.messages.frames import FIRST_HEAD, Frame, next_head, split
from dcep.messages.headers import Header
from dcep.messages.layout import Blob, Hash, Lane, Number, Seq
from dcep.messages.outcomes import Outcome, Sent, Status, decode_outcomes, leaf
from dcep.messages.refusals import NotProcessed
from dcep.messages.signed import NO_MEMO, Command, prefix
from dcep.money import Fen, yuan
from dcep.simulation.model.cast import BOUND, LARGEST_SMALL_CAP
from dcep.simulation.model.judgement.books import Money, Numbers
from dcep.simulation.model.judgement.knowledge import Knowledge, route
from dcep.simulation.model.judgement.laws import Law, Violation
from dcep.simulation.model.judgement.shelf import Shelf
from dcep.simulation.model.judgement.situations import Situation

# Whole roots and all balances are compared at every so many frames; roots over the outcomes and what moved at each.
WHOLE_EVERY: Final = 32
_CONSUMED: Final = (Status.SETTLED, Status.REFUSED)
_STOPS: Final = (LookupError, ValueError, ArithmeticError, AssertionError, AttributeError)
_CHANGES: Final = {
    SetPolicy: Situation.KEY_CHANGED,
    SetBoard: Situation.BOARD_CHANGED,
    Workers: Situation.WORKERS_CHANGED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A message that the ledger sent, and where its proof is."""

    message: bytes
    command: CommandId
    outcome: Outcome
    index: int
    path: tuple[Hash, ...]
    header: Header


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
        self.sent: dict[tuple[LedgerId, Number], Sending] = {}
        self.sent_count: Counter[LedgerId] = Counter()
        self.taken: Counter[LedgerId] = Counter()
        self.allocated: set[tuple[Lane, Number]] = set()
        # Officers' orders that this shard has obeyed, by content.
        self.obeyed: set[object] = set()
        self.vaults: dict[object, WalletId] = {}
        # Payments that came back in the frame at hand.
        self._returned: list[CommandId] = []
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
            self._keep_sent(commands, outcomes, header)
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
        self.money.require_conserved(self.ledger, standing)
        whole = self.place % WHOLE_EVERY == 0
        if whole or touched:
            suspense = self.engine.sums().suspense
            if suspense:
                raise Violation(
                    Law.NO_SUSPENSE,
                    f"{yuan(Fen(suspense))} yuan lie in suspense on {self.name}",
                    *touched,
                    *self._returned,
                )
        self.money.require_balances(self.ledger, self.engine, set(self.money.held[self.ledger]) if whole else touched)
        day = standing.now // 86_400_000
        if self._day and day != self._day:
            known.saw(Situation.DAY_CHANGED)
        self._day = day

    # What became of a command.

    def _judge_all(self, commands: list[Command], outcomes: list[Outcome]) -> set[WalletId]:
        touched: set[WalletId] = set()
        self._returned = []
        consumed: list[Command] = []
        known = self.known
        for command, outcome in zip(commands, outcomes, strict=True):
            known.judged += 1
            known.outcomes[outcome.code] += 1
            if outcome.status in _CONSUMED:
                if not command.body.account:
                    touched.update(self._judge_unnumbered(command, outcome))
                else:
                    touched.update(self._consume(command, outcome))
                    consumed.append(command)
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
        return self.money.settle(self.ledger, command, outcome)

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

    # Channels.

    def _judge_unnumbered(self, command: Command, outcome: Outcome) -> tuple[WalletId, ...]:
        order: Any = command.body.order
        name = command.kind.name
        if name == "credit":
            return self._judge_credit(order, outcome)
        if name == "resend" and outcome.status is Status.SETTLED:
            self.known.saw(Situation.RESENT)
        return ()

    def _judge_credit(self, order: Any, outcome: Outcome) -> tuple[WalletId, ...]:
        known = self.known
        message = known.message(order.message)
        source = message.source
        if known.is_told:
            text = f"{self.name}, frame {self.seq}: message {message.n} of {ledger_name(source)} {self._what(message)}"
            known.note(f"{text} is {outcome.code}", route(message), *self._about(message))
        if message.n != self.taken[source] + 1:
            raise Violation(
                Law.DENSE,
                f"{self.name} takes message {message.n} of {ledger_name(source)} after {self.taken[source]}",
                route(message),
            )
        self.taken[source] += 1
        is_genuine = self._is_genuine(source, order.message, message)
        if outcome.status is Status.REFUSED:
            self._judge_void(message, outcome, is_genuine=is_genuine)
            return ()
        return self._take(message, outcome)

    def _is_genuine(self, source: LedgerId, data: bytes, message: Any) -> bool:
        known = self.known
        sending = self.known.readings[source].sent.get((self.ledger, message.n))
        if sending is not None and sending.message == data:
            return True
        if data not in known.forged:
            raise Violation(
                Law.GENUINE,
                f"{self.name} takes message {message.n} of {ledger_name(source)}, which was never sent so",
                route(message),
                *self._about(message),
            )
        if sending is not None:
            known.saw(Situation.GENUINE_LOST)
        return False

    def _judge_void(self, message: Any, outcome: Outcome, *, is_genuine: bool) -> None:
        known = self.known
        if not is_genuine:
            known.saw(Situation.FORGED_VOID)
            return
        content = message.content
        order = known.command(content.order[21:]) if type(content) is OfficersOrder else None
        if order is not None and type(order.body.order) is Allocate:
            is_spoiled = any(known.message(data).destination == self.ledger for data in known.forged)
            if not is_spoiled and (order.body.lane, order.body.number) not in self.allocated:
                raise Violation(
                    Law.HONEST_CREDIT,
                    f"{self.name} lets {known.label(order.id)} fall void: {outcome.code}",
                    order.id,
                )

    def _take(self, message: Any, outcome: Outcome) -> tuple[WalletId, ...]:
        known, content = self.known, message.content
        vault = WalletId(0)
        if type(content) is Returned and not outcome.sent:
            self._take_return(content)
        elif type(content) is Payment and outcome.sent:
            known.saw(Situation.PAYMENT_RETURNED)
        elif type(content) is Payment:
            self._see_locked(content.receiver)
        elif type(content) is OfficersOrder:
            vault = self._obey(known.command(content.order[21:]))
        return self.money.arrive(self.ledger, message, outcome, vault)

    def _take_return(self, content: Returned) -> None:
        known = self.known
        known.returned.add(content.command)
        self._returned.append(content.command)
        memo = known.bought.pop(content.command, None)
        if memo is not None:
            known.purchases[memo] -= 1
        view = self.engine.account(content.payer)
        if view is None:
            return
        if view.frozen_to_pay or view.frozen_to_receive:
            known.saw(Situation.RETURN_TO_FROZEN)
        if view.wallet_class == WalletClass.IV and view.balance + view.locked > LARGEST_SMALL_CAP:
            known.saw(Situation.RETURN_OVER_CAP)

    def _see_locked(self, receiver: WalletId) -> None:
        view = self.engine.account(receiver)
        if view is not None and view.frozen_to_receive and view.locked:
            self.known.saw(Situation.LOCKED)

    def _obey(self, command: Command) -> WalletId:
        order = command.body.order
        self.obeyed.add(content_of(command))
        # A thief may repeat a seat on another shard here: it stands, and says nothing of this one.
        if type(order) is SetOperator and order.shard == self.ledger:
            self.vaults[order.operator] = order.vault
        if type(order) is not Allocate:
            return WalletId(0)
        key = (command.body.lane, command.body.number)
        if key in self.allocated:
            raise Violation(
                Law.ALLOCATED_ONCE, f"{self.known.label(command.id)} is credited again on {self.name}", command.id
            )
        self.allocated.add(key)
        return self.vaults[order.operator]

    def missing(self, source: Reading) -> list[Command]:
        """Return the officers' orders that tier 1 sent up to where this shard has come, and that do not stand here."""
        found: dict[object, Command] = {}
        for n in range(1, min(self.taken[TIER1], source.sent_count[self.ledger]) + 1):
            sending = source.sent.get((self.ledger, Number(n)))
            if sending is None:
                continue
            command = self.known.command(self.known.message(sending.message).content.order[21:])
            if content_of(command) not in self.obeyed:
                found.setdefault(content_of(command), command)
        return list(found.values())

    # What it sends.

    def _keep_sent(self, commands: list[Command], outcomes: list[Outcome], header: Header) -> None:
        ids = [command.id for command in commands]
        hashes = [merkle.leaf_hash(leaf(*entry)) for entry in zip(ids, outcomes, strict=True)]
        for index, outcome in enumerate(outcomes):
            for sent in outcome.sent:
                if sent.n != self.sent_count[sent.to] + 1:
                    raise Violation(
                        Law.DENSE,
                        f"{self.name} sends {sent.n} to {sent.to} after {self.sent_count[sent.to]}",
                        ids[index],
                    )
                self.sent_count[sent.to] += 1
                message = self.engine.outbound(sent.to, sent.n) or self._rebuild(commands[index], sent)
                self._count_crossing(message)
                self.sent[sent.to, sent.n] = Sending(
                    message=message,
                    command=ids[index],
                    outcome=outcome,
                    index=index,
                    path=tuple(map(Hash, merkle.path(hashes, index))),
                    header=header,
                )

    def _rebuild(self, command: Command, sent: Sent) -> bytes:
        """Return a message of tier 1 that was acknowledged in its own frame: a thief had been there before it."""
        order = command.body.order
        wire = order.order if isinstance(order, Resend) else command.wire
        content = OfficersOrder(order=Blob(wire))
        message = Message(source=self.ledger, destination=sent.to, n=sent.n, content=content)
        data = encode_message(self.known.network, message)
        if digest_of(data) != sent.digest:
            raise Violation(Law.DENSE, f"{self.name} has lost message {sent.n} to {ledger_name(sent.to)}", command.id)
        return data

    def _count_crossing(self, data: bytes) -> None:
        known, message = self.known, self.known.message(data)
        content: Any = message.content
        if known.is_told:
            text = f"{self.name} sends message {message.n} to {ledger_name(message.destination)}: {self._what(message)}"
            known.note(text, route(message), *self._about(message))
        if type(content) in (Payment, Returned):
            known.crossings[content.command] += 1
            count = known.crossings[content.command]
            if count > 2:
                raise Violation(
                    Law.TWO_MESSAGES,
                    f"the money of {known.label(content.command)} crosses {count} times",
                    content.command,
                )

    def _about(self, message: Any) -> tuple[object, ...]:
        content = message.content
        if type(content) is OfficersOrder:
            return (self.known.command(content.order[21:]).id,) if _is_command(content.order) else ()
        people = [getattr(content, name) for name in ("payer", "receiver") if hasattr(content, name)]
        return content.command, *people

    def _what(self, message: Any) -> str:
        content = message.content
        if type(content) is OfficersOrder:
            about = self._about(message)
            return f"({self.known.label(about[0])})" if about else "(no order)"  # type: ignore[arg-type]
        return f"({type(content).__name__.lower()} of {self.known.label(content.command)})"


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


def content_of(command: Command) -> object:
    """Return what an officers' order says, whoever signed it and however often."""
    order = command.body.order
    return ("allocation", command.body.lane, command.body.number) if type(order) is Allocate else order


def _is_command(wire: bytes) -> bool:
    return wire[:4] == b"dcmd"


def _window(high: int, used: int, settled: int) -> str:
    """Return a window in words: its highest number, and how many of the 64 are used and settled."""
    return f"at {high} with {used.bit_count()} used and {settled.bit_count()} settled"
