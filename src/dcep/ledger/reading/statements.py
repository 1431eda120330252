"""The statement of a wallet: every command that touched it, and what it had after each.

A command touches the wallet that gave it, whatever became of it; another wallet only if it settled and named it. So
nobody reads in his own statement what others have tried in vain.

Money on its way counts where the ledger counts it: out when it is sent to another ledger, in when it is credited here.
Money on hold is out when it is held, and in where it is captured or released.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from dcep.clock import UnixMs
from dcep.errors import DcepError
from dcep.ids import TIER1, CommandId, LedgerId, OperatorId, WalletId, home_of
from dcep.ledger.engine.standing import AccountView, EngineMaker
from dcep.ledger.folder import Folder
from dcep.ledger.reading import Progress, Replay, Taken, no_progress
from dcep.messages.commands.channel import Credit
from dcep.messages.commands.freezing import Freeze, Unfreeze
from dcep.messages.commands.governance import SetOperator
from dcep.messages.commands.holds import Capture, Hold, Release
from dcep.messages.commands.issuance import Allocate, Issue, Withdraw
from dcep.messages.commands.payments import Pay, Refund
from dcep.messages.commands.vaults import Exchange, Redeem, Return
from dcep.messages.commands.wallets import Close, Open, SetClass
from dcep.messages.crossings import OfficersOrder, Payment, Returned, ReturnToIssuer, decode_message
from dcep.messages.genesis import ISSUING_VAULT, Genesis, supervision_wallet
from dcep.messages.kinds import KIND_OF
from dcep.messages.layout import Malformed, Seq
from dcep.messages.outcomes import Outcome, Status
from dcep.messages.signed import MIN_RECORD, Command, decode, decode_record, kind_of, prefix
from dcep.money import Fen

# Commands that do not name the wallets whose money they move.
_UNNAMED: Final = frozenset(KIND_OF[record].number for record in (Credit, Capture, Release))


class Touch(NamedTuple):
    """What a settled command did to an account: `change` in fen, and who stands on the other side, if anybody does."""

    account: WalletId
    change: int
    counterparty: WalletId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One command of a statement.

    `time` is the ledger's after the frame, `asked` the amount that the command names, whatever became of it, `change`
    what it moved, and `balance` what the wallet then had, with what a freeze keeps locked.
    """

    seq: Seq
    index: int
    time: UnixMs
    command: CommandId
    kind: str
    outcome: Outcome
    counterparty: WalletId | None
    asked: Fen | None
    change: int
    balance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What happened to a wallet, and how it stands by the ledger's own word."""

    ledger: LedgerId
    account: AccountView
    lines: tuple[Line, ...]

    @property
    def balance(self) -> int:
        """What the lines add up to, fen."""
        return self.lines[-1].balance if self.lines else 0

    @property
    def agrees(self) -> bool:
        """Whether the lines add up to what the ledger says that the wallet has."""
        return self.balance == self.account.balance + self.account.locked


def statement_of(folder: Folder, wallet: WalletId, make: EngineMaker, progress: Progress = no_progress) -> Statement:
    """Return the statement of a wallet, or of an institution's account.

    Args:
        folder: the data folder.
        wallet: its number.
        make: the engine that judges.
        progress: hears (ledger, frames done, frames in all).

    Raises:
        DcepError: `not_found`.
        Damaged: the ledger is not what was written.
    """
    genesis = folder.read_genesis()
    ledger = _home(genesis, wallet)
    replay = Replay(folder, ledger, make, progress)
    reader = _Reader(folder, wallet)
    for taken in replay:
        reader.read(taken, replay.engine.standing().now)
    account = replay.engine.account(wallet)
    if account is None:
        raise DcepError("not_found", f"no account with this number was opened on {replay.name}", where=f"{wallet:016}")
    return Statement(ledger=ledger, account=account, lines=tuple(reader.lines))


class _Reader:
    """Read the frames of a ledger for one wallet."""

    def __init__(self, folder: Folder, wallet: WalletId) -> None:
        self._network, self._prefix = folder.network, prefix(folder.network)
        self._wallet, self._mark = wallet, wallet.to_bytes(8)
        # Learnt from the orders that admitted them: an allocation names the operator, not its vault.
        self._vaults: dict[OperatorId, WalletId] = {}
        # Learnt from the commands that made them: payer, receiver, and what is left.
        self._holds: dict[CommandId, tuple[WalletId, WalletId, int]] = {}
        self.lines: list[Line] = []
        self._balance = 0

    def read(self, taken: Taken, time: UnixMs) -> None:
        """Add a line for each command of a frame that touched the wallet."""
        for index, (record, outcome) in enumerate(zip(taken.entry.records, taken.outcomes, strict=True)):
            if self._mark not in record and not _moves_unnamed(record):
                continue
            try:
                command = decode_record(record, self._prefix)
            except Malformed:
                continue
            touch = self._touch(command, outcome)
            if touch is None:
                continue
            self._balance += touch.change
            self.lines.append(
                Line(
                    seq=taken.entry.stored.seq,
                    index=index,
                    time=time,
                    command=command.id,
                    kind=command.kind.name,
                    outcome=outcome,
                    counterparty=touch.counterparty,
                    asked=getattr(command.body.order, "amount", None),
                    change=touch.change,
                    balance=self._balance,
                )
            )

    def _touch(self, command: Command, outcome: Outcome) -> Touch | None:
        """Return what a command did to the wallet; None if it did not touch it."""
        touches = list(self._touches(command, outcome)) if outcome.status is Status.SETTLED else []
        for touch in touches:
            if touch.account == self._wallet:
                return touch
        if command.body.account != self._wallet:
            return None
        return Touch(self._wallet, 0, _other_side(command.body.order))

    def _touches(self, command: Command, outcome: Outcome) -> Iterator[Touch]:
        match command.body.order:
            case Credit(message=message):
                yield from self._arrivals(decode_message(self._network, message).content, outcome)
            case Hold() | Capture() | Release():
                yield from self._held(command)
            case order:
                giver = command.body.account
                yield from _moved(giver, order)
                yield from (Touch(wallet, 0, giver) for wallet in _named(order) if wallet != giver)

    def _held(self, command: Command) -> Iterator[Touch]:
        """Yield what was held, captured or released; holds of other wallets are not kept."""
        match command.body.order:
            case Hold(receiver=receiver, amount=amount):
                payer = command.body.account
                self._holds[command.id] = payer, receiver, amount
                yield Touch(payer, -amount, receiver)
                yield Touch(receiver, 0, payer)
            case Capture(hold=hold, amount=amount) if hold in self._holds:
                payer, receiver, left = self._holds[hold]
                self._holds[hold] = payer, receiver, left - amount
                yield Touch(receiver, amount, payer)
                yield Touch(payer, 0, receiver)
            case Release(hold=hold) if hold in self._holds:
                payer, receiver, left = self._holds.pop(hold)
                yield Touch(payer, left, receiver)
                yield Touch(receiver, 0, payer)

    def _arrivals(self, content: Any, outcome: Outcome) -> Iterator[Touch]:
        """Yield what a message from another ledger did here."""
        match content:
            case Payment(payer=payer, receiver=receiver, amount=amount):
                # What could not be credited went back in the same transition.
                if not outcome.sent:
                    yield Touch(receiver, amount, payer)
            case Returned(payer=payer, amount=amount):
                yield Touch(payer, amount, None)
            case ReturnToIssuer(amount=amount):
                yield Touch(ISSUING_VAULT, amount, None)
            case OfficersOrder(order=wire):
                yield from self._ordered(decode(wire, self._network).body.order)

    def _ordered(self, order: Any) -> Iterator[Touch]:
        match order:
            case SetOperator(operator=operator, registrar=registrar, vault=vault):
                self._vaults[operator] = vault
                yield Touch(registrar, 0, ISSUING_VAULT)
                yield Touch(vault, 0, ISSUING_VAULT)
            case Allocate(operator=operator, amount=amount):
                yield Touch(self._vaults[operator], amount, ISSUING_VAULT)


def _moved(giver: WalletId, order: Any) -> Iterator[Touch]:
    """Yield how an account's own order moved money; a receiver on another ledger is not asked for here."""
    match order:
        case Pay(receiver=receiver, amount=amount) | Refund(receiver=receiver, amount=amount):
            yield Touch(giver, -amount, receiver)
            yield Touch(receiver, amount, giver)
        case Exchange(receiver=receiver, amount=amount):
            yield Touch(giver, -amount, receiver)
            yield Touch(receiver, amount, giver)
        case Redeem(vault=vault, amount=amount):
            yield Touch(giver, -amount, vault)
            yield Touch(vault, amount, giver)
        case Return(amount=amount):
            yield Touch(giver, -amount, ISSUING_VAULT)
        case Issue(amount=amount):
            yield Touch(giver, amount, None)
        case Allocate(amount=amount) | Withdraw(amount=amount):
            yield Touch(giver, -amount, None)


def _other_side(order: Any) -> WalletId | None:
    """Return whose wallet an order speaks of, whatever became of it."""
    match order:
        case Pay(receiver=wallet) | Refund(receiver=wallet) | Exchange(receiver=wallet) | Redeem(vault=wallet):
            return wallet
        case Hold(receiver=wallet):
            return wallet
    return next(_named(order), None)


def _named(order: Any) -> Iterator[WalletId]:
    """Yield whose wallet another's order has changed."""
    match order:
        case Open(wallet=wallet) | SetClass(wallet=wallet) | Close(wallet=wallet):
            yield wallet
        case Freeze(wallet=wallet) | Unfreeze(wallet=wallet):
            yield wallet


def _moves_unnamed(record: bytes) -> bool:
    return len(record) >= MIN_RECORD and kind_of(record) in _UNNAMED


def _home(genesis: Genesis, wallet: WalletId) -> LedgerId:
    """Return the ledger that keeps an account, the central bank's own among them."""
    for ledger in genesis.ledgers():
        if wallet == supervision_wallet(ledger):
            return ledger
    if wallet == ISSUING_VAULT:
        return TIER1
    return home_of(wallet, genesis.shards)
