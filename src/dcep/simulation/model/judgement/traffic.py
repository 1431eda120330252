"""What goes between ledgers, as one of them sends and takes it, held to the laws of the channel.

Relays and officers read this evidence, which any reader of the logs can compute.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from dcep.crypto import merkle
from dcep.ids import TIER1, CommandId, LedgerId, WalletId, ledger_name
from dcep.ledger.engine.standing import Engine
from dcep.messages.classes import WalletClass
from dcep.messages.commands.channel import Credit, Resend
from dcep.messages.commands.governance import SetOperator
from dcep.messages.commands.issuance import Allocate
from dcep.messages.crossings import (
    Message,
    OfficersOrder,
    Payment,
    Returned,
    ReturnToIssuer,
    digest_of,
    encode_message,
)
from dcep.messages.headers import Header
from dcep.messages.layout import Blob, Hash, Lane, Number
from dcep.messages.outcomes import Outcome, Sent, Status, leaf
from dcep.messages.signed import PREFIX_SIZE, TAG, Command
from dcep.simulation.model.cast import LARGEST_SMALL_CAP
from dcep.simulation.model.judgement.books import Money
from dcep.simulation.model.judgement.knowledge import Knowledge, route
from dcep.simulation.model.judgement.laws import Law, Violation
from dcep.simulation.model.judgement.situations import Situation


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A message that the ledger sent, and where its proof is."""

    message: bytes
    command: CommandId
    outcome: Outcome
    index: int
    path: tuple[Hash, ...]
    header: Header


class Traffic:
    """The channels of one ledger."""

    def __init__(self, ledger: LedgerId, engine: Engine, known: Knowledge, money: Money) -> None:
        self.ledger, self.engine, self.known, self._money = ledger, engine, known, money
        self.name = ledger_name(ledger)
        self.sent: dict[tuple[LedgerId, Number], Sending] = {}
        self.sent_count: Counter[LedgerId] = Counter()
        self.taken: Counter[LedgerId] = Counter()
        self.allocated: set[tuple[Lane, Number]] = set()
        # What came back in the frame at hand, and to whom; and all that its messages speak of.
        self.came_back: list[tuple[CommandId, WalletId]] = []
        self.spoken_of: set[object] = set()
        # Officers' orders that this shard has obeyed, by content.
        self.obeyed: set[object] = set()
        self._vaults: dict[object, WalletId] = {}

    def begin_frame(self) -> None:
        """Forget what the frame before spoke of."""
        self.came_back.clear()
        self.spoken_of.clear()

    def judge(self, command: Command, outcome: Outcome) -> tuple[WalletId, ...]:
        """Judge a command that carries no account; return the accounts whose money it moves.

        Raises:
            Violation: a law of the channel does not hold.
        """
        order: Any = command.body.order
        if type(order) is Credit:
            return self._judge_credit(order, outcome)
        if type(order) is Resend and outcome.status is Status.SETTLED:
            self.known.saw(Situation.RESENT)
        return ()

    def _judge_credit(self, order: Any, outcome: Outcome) -> tuple[WalletId, ...]:
        known = self.known
        message = known.message(order.message)
        source = message.source
        if known.is_told:
            text = (
                f"{self.name} takes message {message.n} of {ledger_name(source)}, {self._what(message)}: {outcome.code}"
            )
            known.note(text, route(message), *self.about(message))
        if message.n != self.taken[source] + 1:
            raise Violation(
                Law.DENSE,
                f"{self.name} takes message {message.n} of {ledger_name(source)} after {self.taken[source]}",
                route(message),
            )
        self.taken[source] += 1
        self.spoken_of.update(self.about(message))
        is_genuine = self._is_genuine(source, order.message, message)
        if outcome.status is Status.REFUSED:
            self._judge_void(message, outcome, is_genuine=is_genuine)
            return ()
        return self._take(message, outcome)

    def _is_genuine(self, source: LedgerId, data: bytes, message: Any) -> bool:
        known = self.known
        sending = self.known.traffic[source].sent.get((self.ledger, message.n))
        if sending is not None and sending.message == data:
            return True
        if data not in known.forged:
            raise Violation(
                Law.GENUINE,
                f"{self.name} takes message {message.n} of {ledger_name(source)}, which was never sent so",
                route(message),
                *self.about(message),
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
        order = known.command(content.order[PREFIX_SIZE:]) if type(content) is OfficersOrder else None
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
            vault = self._obey(known.command(content.order[PREFIX_SIZE:]))
        return self._money.arrive(self.ledger, message, outcome, vault)

    def _take_return(self, content: Returned) -> None:
        known = self.known
        known.returned.add(content.command)
        self.came_back.append((content.command, content.payer))
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
            self._vaults[order.operator] = order.vault
        if type(order) is not Allocate:
            return WalletId(0)
        key = (command.body.lane, command.body.number)
        if key in self.allocated:
            raise Violation(
                Law.ALLOCATED_ONCE, f"{self.known.label(command.id)} is credited again on {self.name}", command.id
            )
        self.allocated.add(key)
        return self._vaults[order.operator]

    def missing(self, source: Traffic) -> list[Command]:
        """Return the officers' orders that tier 1 sent up to where this shard has come, and that do not stand here."""
        found: dict[object, Command] = {}
        for n in range(1, min(self.taken[TIER1], source.sent_count[self.ledger]) + 1):
            sending = source.sent.get((self.ledger, Number(n)))
            if sending is None:
                continue
            command = self.known.command(self.known.message(sending.message).content.order[PREFIX_SIZE:])
            if content_of(command) not in self.obeyed:
                found.setdefault(content_of(command), command)
        return list(found.values())

    # What it sends.

    def keep_sent(self, commands: list[Command], outcomes: list[Outcome], header: Header) -> None:
        """Keep the messages that a frame sends, with their proofs.

        Raises:
            Violation: they are not dense, or a payment crosses once too often.
        """
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
            known.note(text, route(message), *self.about(message))
        if type(content) in (Payment, Returned):
            known.crossings[content.command] += 1
            count = known.crossings[content.command]
            if count > 2:
                raise Violation(
                    Law.TWO_MESSAGES,
                    f"the money of {known.label(content.command)} crosses {count} times",
                    content.command,
                )

    def about(self, message: Any) -> tuple[object, ...]:
        """Return the command and the people of whom a message speaks."""
        content = message.content
        if type(content) is OfficersOrder:
            return (self.known.command(content.order[PREFIX_SIZE:]).id,) if _is_command(content.order) else ()
        people = [getattr(content, name) for name in ("payer", "receiver") if hasattr(content, name)]
        return content.command, *people

    def _what(self, message: Any) -> str:
        content = message.content
        if type(content) is OfficersOrder:
            about = self.about(message)
            return self.known.label(about[0]) if about else "no order"  # type: ignore[arg-type]
        return f"{_WORDS[type(content)]} {self.known.label(content.command)}"


_WORDS: Final = {Payment: "the money of", Returned: "the return of", ReturnToIssuer: "the money of"}


def content_of(command: Command) -> object:
    """Return what an officers' order says, whoever signed it and however often."""
    order = command.body.order
    return ("allocation", command.body.lane, command.body.number) if type(order) is Allocate else order


def _is_command(wire: bytes) -> bool:
    return wire.startswith(TAG)
