"""What has been said and done on the whole network, and the names that a story gives to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from dcep.clock import UnixMs
from dcep.ids import CommandId, LedgerId, NetworkId, WalletId, format_wallet_id, ledger_name
from dcep.messages.crossings import Message, decode_message
from dcep.messages.frames import split
from dcep.messages.layout import Hash, Lane, LockId, Number
from dcep.messages.outcomes import Status
from dcep.messages.signed import Command, decode_record, prefix
from dcep.money import Fen, yuan
from dcep.simulation.model.judgement.laws import Law, Violation
from dcep.simulation.model.judgement.situations import Situation

_SAID: Final = {Status.NEVER_PROCESSED: Status.EXPIRED}


class Note(NamedTuple):
    """A line of the story, and what it speaks of; of a frame it also has what its commands are called."""

    text: str
    about: frozenset[Hashable]
    labels: tuple[tuple[CommandId, str], ...] = ()

    def told_to(self, concern: frozenset[Hashable]) -> str:
        """Return the line, naming of a frame's commands only those that are of concern."""
        if not self.labels:
            return self.text
        named = [label for command, label in self.labels if command in concern]
        others = len(self.labels) - len(named)
        rest = [f"{others} other" if others == 1 else f"{others} others"] if others else []
        return self.text.format(commands=" and ".join([*dict.fromkeys(named), *rest]))


Agreement = tuple[CommandId, int, int, int]
"""Hold, verb, amount, and what was captured before."""


@dataclass(slots=True, kw_only=True)
class Knowledge:
    """What no actor may ask, and every judge needs."""

    network: NetworkId
    variant: str = ""
    # Whether the run is told; else no line is kept.
    is_told: bool = False
    now: UnixMs = UnixMs(0)
    # Answers that senders have heard, and what is true.
    told: dict[CommandId, Status] = field(default_factory=dict)
    consumed: dict[CommandId, Status] = field(default_factory=dict)
    returned: set[CommandId] = field(default_factory=set)
    dead: set[CommandId] = field(default_factory=set)
    bought: dict[CommandId, Hash] = field(default_factory=dict)
    purchases: Counter[Hash] = field(default_factory=Counter)
    crossings: Counter[CommandId] = field(default_factory=Counter)
    # The intention that an overwriting order carries out: who gave it of which wallet, and the how-manieth it is.
    intentions: dict[CommandId, tuple[str, int]] = field(default_factory=dict)
    carried_out: Counter[str] = field(default_factory=Counter)
    # What co-signers have really agreed to: their own list, not the ledger's.
    agreed: set[Agreement] = field(default_factory=set)
    # What the central bank has really locked: its own list, not the ledger's.
    reserves: dict[LockId, Fen] = field(default_factory=dict)
    # Messages of a stolen tier-1 key.
    forged: set[bytes] = field(default_factory=set)
    wires: list[bytes] = field(default_factory=list)
    judged: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    situations: Counter[Situation] = field(default_factory=Counter)
    story: list[Note] = field(default_factory=list)
    names: dict[WalletId, str] = field(default_factory=dict)
    # The channels of each ledger, as its reading sees them.
    traffic: dict[LedgerId, Any] = field(default_factory=dict)
    labels: dict[CommandId, str] = field(default_factory=dict)
    _labelled: Counter[str] = field(default_factory=Counter)
    _commands: dict[bytes, Command] = field(default_factory=dict)
    _messages: dict[bytes, Message] = field(default_factory=dict)

    # Bytes, each decoded once.

    def command(self, record: bytes) -> Command:
        """Return the command of a record."""
        found = self._commands.get(record)
        if found is None:
            found = self._commands[record] = decode_record(record, prefix(self.network))
        return found

    def message(self, data: bytes) -> Message:
        """Return the message with these bytes."""
        found = self._messages.get(data)
        if found is None:
            found = self._messages[data] = decode_message(self.network, data)
        return found

    # The story.

    def saw(self, situation: Situation) -> None:
        """Count a situation."""
        self.situations[situation] += 1

    def note(self, text: str, *about: Hashable) -> None:
        """Tell one thing that happened; ask `is_told` before making the text."""
        self.story.append(Note(text, frozenset(about)))

    def note_frame(self, text: str, body: bytes) -> None:
        """Tell what happened to a frame; `{commands}` stands in the text for what is in it."""
        ids = [self.command(record).id for record in split(body)]
        labels = tuple((identity, self.label(identity)) for identity in dict.fromkeys(ids))
        self.story.append(Note(text, frozenset(ids), labels))

    def name(self, wallet: WalletId) -> str:
        """Return what a story calls an account."""
        return self.names.get(wallet) or format_wallet_id(wallet)

    def label(self, command: CommandId) -> str:
        """Return what a story calls a command."""
        return self.labels.get(command) or f"command {command.hex()[:8]}"

    def christen(self, command: CommandId, order: Any) -> None:
        """Give a command the next name of its sort: `p3` is the third payment."""
        word = type(order).__name__.lower()
        letter = "p" if word == "pay" else word + " "
        self._labelled[letter] += 1
        self.labels.setdefault(command, f"{letter}{self._labelled[letter]}")

    def words(self, order: Any) -> str:
        """Return an order in words."""
        word = _WORDS.get(type(order).__name__) or type(order).__name__.lower()
        parts = [word]
        for field_name in ("receiver", "vault", "wallet"):
            if hasattr(order, field_name) and word != "seat an operator":
                parts.append(self.name(getattr(order, field_name)))
        if hasattr(order, "amount"):
            parts.append(f"{yuan(order.amount)} yuan")
        if hasattr(order, "shard"):
            parts.append(f"on {ledger_name(order.shard)}")
        if hasattr(order, "replaces"):
            parts.append(f"(version {order.replaces})")
        return " ".join(parts)

    # Answers.

    def tell(self, command: CommandId, status: Status, worker: str) -> None:
        """Let a sender hear a final answer, and hold it to what was said and to what is true.

        Raises:
            Violation: it contradicts either.
        """
        if self.is_told:
            self.note(f"{worker} answers {self.label(command)}: {status.name.lower()}", command)
        said = _SAID.get(status, status)
        before = self.told.setdefault(command, said)
        true = self.consumed.get(command)
        if before is not said:
            raise Violation(
                Law.FINAL,
                f"{self.label(command)} was answered {before.name.lower()}, and now {status.name.lower()}",
                command,
            )
        if true is not said and (true is not None or said is not Status.EXPIRED):
            stands = "it stands nowhere" if true is None else f"it is {true.name.lower()}"
            raise Violation(
                Law.FINAL, f"{self.label(command)} is answered {status.name.lower()}, but {stands}", command
            )


_WORDS: Final = {
    "SetPolicy": "change the key",
    "SetClass": "set the class of",
    "SetBoard": "change the board",
    "SetOperator": "seat an operator",
    "Workers": "change the list of workers",
    "Rules": "change the rules",
    "Exchange": "exchange to",
    "Redeem": "redeem into",
    "Return": "return to the central bank",
}

LaneOf = tuple[WalletId, Lane]
Route = tuple[LedgerId, LedgerId, Number]


def route(message: Message) -> Route:
    """Return a message's place, by which a story finds it."""
    return message.source, message.destination, message.n
