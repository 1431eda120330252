"""Commands, outcomes and times in words for people."""

from __future__ import annotations

from typing import Any, Final

from dcep.cli.reasons import reason_for
from dcep.clock import Day, UnixMs, date_text, day_of, day_of_date, start_of
from dcep.ids import LedgerId, WalletId, format_wallet_id, ledger_name
from dcep.messages.classes import OperatorStatus, Scope, WalletClass
from dcep.messages.commands.channel import Ack, Credit, Resend
from dcep.messages.commands.freezing import Freeze, Unfreeze
from dcep.messages.commands.governance import Rules, SetBoard, SetOperator, Workers
from dcep.messages.commands.holds import Capture, Hold, Release
from dcep.messages.commands.issuance import Allocate, Issue, Withdraw
from dcep.messages.commands.payments import Cancel, Pay, Refund
from dcep.messages.commands.policies import SetPolicy
from dcep.messages.commands.timekeeping import Checkpoint, Tick
from dcep.messages.commands.vaults import Exchange, Redeem, Return
from dcep.messages.commands.wallets import Close, Open, SetClass
from dcep.messages.genesis import ISSUING_VAULT
from dcep.messages.headers import decode_signed_header
from dcep.messages.layout import Malformed
from dcep.messages.outcomes import Outcome
from dcep.messages.signed import Command
from dcep.money import Fen, yuan

# What lies before the calendar of the ledger, or needs five digits of a year, is written as a number.
_DATES: Final = range(start_of(Day(0)), start_of(day_of_date("9999-12-31")))


def shanghai(ms: UnixMs) -> str:
    """Write an instant as people in Shanghai do: `2021-01-01 09:30:00.000`."""
    if ms not in _DATES:
        return f"{ms} ms since 1970"
    day = day_of(ms)
    seconds, fraction = divmod(ms - start_of(day), 1_000)
    minutes, second = divmod(seconds, 60)
    return f"{date_text(day)} {minutes // 60:02}:{minutes % 60:02}:{second:02}.{fraction:03}"


def account_name(wallet: WalletId) -> str:
    """Write whose account it is."""
    return "the issuing vault" if wallet == ISSUING_VAULT else format_wallet_id(wallet)


def outcome_in_words(outcome: Outcome) -> str:
    """Write an outcome and what it means."""
    return f"{outcome.code}: {reason_for(outcome)}"


def command_in_words(command: Command) -> str:
    """Write what a command says, whatever became of it."""
    giver, order = account_name(command.body.account), command.body.order
    return (
        _of_holder(giver, order)
        or _of_institution(giver, order)
        or _of_central_bank(order)
        or _of_ledgers(order)
        or command.kind.name
    )


def _of_holder(giver: str, order: Any) -> str:
    match order:
        case Pay(receiver=receiver, amount=amount):
            return f"{giver} pays {_yuan(amount)} to {account_name(receiver)}"
        case Refund(receiver=receiver, amount=amount, original=original):
            return f"{giver} refunds {_yuan(amount)} to {account_name(receiver)}, of payment {original.hex()}"
        case Hold(receiver=receiver, amount=amount, until=until):
            return f"{giver} holds {_yuan(amount)} for {account_name(receiver)} until {shanghai(until)}"
        case Capture(hold=hold, amount=amount):
            return f"{giver} lets {_yuan(amount)} of hold {hold.hex()} be captured"
        case Release(hold=hold):
            return f"{giver} lets the rest of hold {hold.hex()} be released"
        case Redeem(vault=vault, amount=amount):
            return f"{giver} redeems {_yuan(amount)} into the vault {account_name(vault)}"
        case Cancel():
            return f"{giver} uses a number up, so that nothing else that was signed under it can settle"
        case SetPolicy(replaces=replaces):
            return f"{giver} puts new keys in the place of policy {replaces}"
    return ""


def _of_institution(giver: str, order: Any) -> str:
    match order:
        case Open(wallet=wallet, wallet_class=number):
            return f"{giver} opens wallet {account_name(wallet)}, class {_class(number)}"
        case SetClass(wallet=wallet, wallet_class=number):
            return f"{giver} moves wallet {account_name(wallet)} to class {_class(number)}"
        case Close(wallet=wallet):
            return f"{giver} closes wallet {account_name(wallet)}"
        case Freeze(wallet=wallet, scope=scope):
            return f"{giver} freezes wallet {account_name(wallet)} for {_scope(scope)}"
        case Unfreeze(wallet=wallet):
            return f"{giver} lifts every freeze of wallet {account_name(wallet)}"
        case Exchange(receiver=receiver, amount=amount):
            return f"the vault {giver} exchanges {_yuan(amount)} of a deposit for {account_name(receiver)}"
        case Return(amount=amount):
            return f"the vault {giver} returns {_yuan(amount)} to the issuing vault"
    return ""


def _of_central_bank(order: Any) -> str:
    match order:
        case Issue(operator=operator, amount=amount):
            return f"the central bank issues {_yuan(amount)} against reserves of operator {operator:03}"
        case Allocate(operator=operator, amount=amount, shard=shard):
            return f"the central bank allocates {_yuan(amount)} to operator {operator:03} on {ledger_name(shard)}"
        case Withdraw(operator=operator, amount=amount):
            return f"the central bank withdraws {_yuan(amount)} of operator {operator:03}"
        case Rules(name=name, effective_at=at):
            text = name.rstrip(b"\0").decode("ascii", "backslashreplace")
            return f"the central bank gives the rules {text!r}, in force from {shanghai(at)}"
        case Workers(ledger=ledger, keys=keys):
            return f"the central bank puts {len(keys)} keys on the worker list of {ledger_name(ledger)}"
        case SetBoard(replaces=replaces):
            return f"the central bank seats a new officers' board in the place of board {replaces}"
        case SetOperator(operator=operator, shard=shard, status=status):
            return f"the central bank {_admission(status)} operator {operator:03} on {ledger_name(shard)}"
    return ""


def _of_ledgers(order: Any) -> str:
    match order:
        case Credit(header=header):
            return f"a message arrives from {_source(header)}"
        case Ack(header=header):
            return f"{_source(header)} says how far it has taken messages in"
        case Resend(shard=shard):
            return f"an order that fell void goes to {ledger_name(shard)} again"
        case Tick(time=time):
            return f"tier 1 tells the time: {shanghai(time)}"
        case Checkpoint(seq=seq, root=root):
            return f"the worker names the root of the state after frame {seq}: {root.hex()}"
    return ""


def _source(header: bytes) -> str:
    try:
        return ledger_name(LedgerId(decode_signed_header(header).header.ledger))
    except Malformed:
        return "nowhere"


def _yuan(amount: Fen) -> str:
    return f"{yuan(amount)} yuan"


def _class(number: int) -> str:
    return WalletClass(number).name if number in list(WalletClass) else str(number)


def _admission(status: int) -> str:
    verbs: dict[int, str] = {OperatorStatus.ADMITTED: "admits", OperatorStatus.SUSPENDED: "suspends"}
    return verbs.get(status, f"gives status {status} to")


def _scope(scope: int) -> str:
    words: dict[int, str] = {
        Scope.PAY: "paying",
        Scope.RECEIVE: "receiving",
        Scope.PAY | Scope.RECEIVE: "paying and receiving",
    }
    return words.get(scope, f"scope {scope}")
