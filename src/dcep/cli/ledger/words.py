"""What `dcep ledger` shows, as JSON for programs and as lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dcep.cli.output import say, warn
from dcep.cli.reasons import reason_for
from dcep.cli.wording import account_name, command_in_words, outcome_in_words, shanghai
from dcep.ids import TIER1, WalletId, format_wallet_id, ledger_name
from dcep.ledger.reading.balances import LedgerBalance, TrialBalance
from dcep.ledger.reading.commands import Found
from dcep.ledger.reading.statements import Line, Statement
from dcep.messages.classes import CUSTOMERS, WalletClass
from dcep.messages.outcomes import Outcome
from dcep.messages.receipts import Proven
from dcep.messages.signed import Command
from dcep.money import Fen, yuan


def _digits(wallet: WalletId | None) -> str | None:
    return None if wallet is None else f"{wallet:016}"


# A command.


def found_document(found: Found) -> dict[str, Any]:
    """Return what JSON shows of a command that was found."""
    proof = found.proof
    return {
        **_command_document(found.command),
        "ledger": ledger_name(found.ledger),
        "frame": found.seq,
        "place": found.index,
        "time_ms": None if proof is None else proof.header.header.time,
        "worker": None if proof is None else proof.header.header.worker.hex(),
        "outcome": None if proof is None else _outcome_document(proof.outcome),
        "appearances": found.appearances,
    }


def proven_document(proven: Proven) -> dict[str, Any]:
    """Return what JSON shows of a receipt that holds."""
    header = proven.header.header
    return {
        **_command_document(proven.command),
        "ledger": ledger_name(header.ledger),
        "frame": header.seq,
        "time_ms": header.time,
        "worker": header.worker.hex(),
        "outcome": _outcome_document(proven.outcome),
    }


def _command_document(command: Command) -> dict[str, Any]:
    body = command.body
    return {
        "command": command.id.hex(),
        "kind": command.kind.name,
        "text": command_in_words(command),
        "account": _digits(body.account) if command.kind.is_numbered else None,
        "lane": body.lane,
        "number": body.number,
        "expires_at_ms": body.expires_at,
        "amount_fen": getattr(body.order, "amount", None),
        "memo": body.memo.hex(),
    }


def _outcome_document(outcome: Outcome) -> dict[str, Any]:
    return {
        "status": outcome.status.name.lower(),
        "code": outcome.code,
        "final": outcome.is_final,
        "explanation": reason_for(outcome),
    }


def tell_found(found: Found) -> None:
    """Show a command that was found."""
    _tell_command(found.command)
    if found.proof is None:
        say("outcome    not answered yet: its frame has no header; a start of the ledger signs it")
    else:
        say(f"outcome    {outcome_in_words(found.proof.outcome)}")
    say(f"ledger     {ledger_name(found.ledger)}, frame {found.seq}, place {found.index}")
    if found.proof is not None:
        header = found.proof.header.header
        say(f"time       {shanghai(header.time)} (Shanghai)")
        say(f"signed by  {header.worker.hex()}")
    if found.appearances > 1:
        say(f"           its bytes stand in the logs {found.appearances} times, and count once on a ledger")


def tell_proven(proven: Proven) -> None:
    """Show what a receipt proves."""
    header = proven.header.header
    _tell_command(proven.command)
    say(f"outcome    {outcome_in_words(proven.outcome)}")
    say(f"ledger     {ledger_name(header.ledger)}, frame {header.seq}")
    say(f"time       {shanghai(header.time)} (Shanghai)")
    say(f"signed by  {header.worker.hex()}")
    say("✓ a worker of this network signed that this command had this outcome")


def _tell_command(command: Command) -> None:
    say(f"command    {command.id.hex()}")
    say(f"says       {command_in_words(command)}")
    if command.kind.is_numbered:
        body = command.body
        say(f"number     {body.number} on lane {body.lane}, until {shanghai(body.expires_at)} (Shanghai)")


# A statement.


def statement_document(found: Statement) -> dict[str, Any]:
    """Return what JSON shows of a statement."""
    account = found.account
    return {
        "wallet": _digits(account.wallet),
        "ledger": ledger_name(found.ledger),
        "class": WalletClass(account.wallet_class).name,
        "lines": [_line_document(line) for line in found.lines],
        "balance_fen": found.balance,
        "account": {
            "balance_fen": account.balance,
            "locked_fen": account.locked,
            "in_flight_fen": account.in_flight,
            "frozen_to_pay": account.frozen_to_pay,
            "frozen_to_receive": account.frozen_to_receive,
            "closed": account.closed,
        },
        "agrees": found.agrees,
    }


def _line_document(line: Line) -> dict[str, Any]:
    return {
        "frame": line.seq,
        "place": line.index,
        "time_ms": line.time,
        "command": line.command.hex(),
        "kind": line.kind,
        "code": line.outcome.code,
        "counterparty": _digits(line.counterparty),
        "amount_fen": line.asked,
        "in_fen": max(line.change, 0),
        "out_fen": max(-line.change, 0),
        "balance_fen": line.balance,
    }


def tell_statement(found: Statement) -> None:
    """Show a statement, a line for each command."""
    account = found.account
    say(", ".join([format_wallet_id(account.wallet), *_state(found)]))
    say()
    say(f"{'time (Shanghai)':<25}{'what':<13}{'with':<22}{'in':>16}{'out':>16}{'balance':>18}  outcome")
    for line in found.lines:
        _tell_line(line)
    say()
    if not found.agrees:
        has = yuan(Fen(account.balance + account.locked))
        warn(f"✗ the lines add up to {_signed_yuan(found.balance)} yuan, but the ledger says {has}")
        return
    locked = f", {yuan(account.locked)} of it locked by a freeze" if account.locked else ""
    in_flight = f", {yuan(account.in_flight)} on the way to other ledgers" if account.in_flight else ""
    say(f"✓ {yuan(Fen(found.balance))} yuan, as the ledger says{locked}{in_flight}")


def _state(found: Statement) -> Iterator[str]:
    """Yield what an account is and what it may not do."""
    account = found.account
    number, name = account.wallet_class, WalletClass(account.wallet_class).name
    yield f"class {name}" if number in CUSTOMERS else name.lower().replace("_", " ")
    yield f"on {ledger_name(found.ledger)}"
    if account.closed:
        yield "closed"
    if account.frozen_to_pay:
        yield "frozen to pay"
    if account.frozen_to_receive:
        yield "frozen to receive"


def _tell_line(line: Line) -> None:
    other = "" if line.counterparty is None else account_name(line.counterparty)
    moved_in, moved_out = (yuan(Fen(amount)) if amount > 0 else "" for amount in (line.change, -line.change))
    money = f"{moved_in:>16}{moved_out:>16}{_signed_yuan(line.balance):>18}"
    say(f"{shanghai(line.time):<25}{line.kind:<13}{other:<22}{money}  {line.outcome.code}")


# The trial balance.


def balance_document(balance: TrialBalance) -> dict[str, Any]:
    """Return what JSON shows of a trial balance."""
    broken = balance.broken()
    return {
        "ledgers": [_ledger_document(entry) for entry in balance.ledgers],
        "crossings": [
            {
                "from": ledger_name(crossing.source),
                "to": ledger_name(crossing.destination),
                "sent_fen": crossing.sent,
                "received_fen": crossing.received,
                "in_transit_fen": crossing.in_transit,
            }
            for crossing in balance.crossings
        ],
        "issued_fen": sum(entry.sums.issued for entry in balance.ledgers),
        "withdrawn_fen": sum(entry.sums.withdrawn for entry in balance.ledgers),
        "in_transit_fen": balance.in_transit,
        "held_fen": balance.held,
        "law_holds": not broken,
        "broken": broken,
    }


def _ledger_document(entry: LedgerBalance) -> dict[str, Any]:
    return {
        "name": ledger_name(entry.ledger),
        "frames": entry.seq,
        "head": entry.head.hex(),
        "total_fen": entry.standing.total,
        "issuing_vault_fen": entry.sums.issuing_vault,
        "bank_vaults_fen": entry.sums.vaults,
        "wallets_fen": entry.sums.wallets,
        "locked_fen": entry.sums.locked,
        "suspense_fen": entry.sums.suspense,
        "issued_fen": entry.sums.issued,
        "withdrawn_fen": entry.sums.withdrawn,
        "alarms": entry.sums.alarms,
        "bank_vaults": [{"operator": f"{purse.operator:03}", "held_fen": purse.held} for purse in entry.vaults],
        "wallets": [
            {
                "operator": f"{purse.operator:03}",
                "class": purse.wallet_class.name,
                "count": purse.accounts,
                "held_fen": purse.held,
            }
            for purse in entry.wallets
        ],
    }


def tell_balance(balance: TrialBalance) -> None:
    """Show where the money is, ledger by ledger, and the law."""
    for entry in balance.ledgers:
        _tell_ledger(entry)
    say("between the ledgers")
    for crossing in balance.crossings:
        way = f"{ledger_name(crossing.source)} → {ledger_name(crossing.destination)}"
        _row("in transit", way, crossing.in_transit)
    broken = balance.broken()
    if not broken:
        say(f"✓ issued − withdrawn {_signed_yuan(balance.outside)} yuan = all that is on the ledgers and between them")
    for sentence in broken:
        warn(f"✗ {sentence}")


def _tell_ledger(entry: LedgerBalance) -> None:
    sums = entry.sums
    say(f"{ledger_name(entry.ledger)}, {entry.seq:,} frames, head {entry.head.hex()}")
    if entry.ledger == TIER1:
        _row("issued", "", sums.issued)
        _row("withdrawn", "", sums.withdrawn)
        _row("issuing vault", "", sums.issuing_vault)
    for purse in entry.vaults:
        _row("bank vault", f"operator {purse.operator:03}", purse.held)
    for purse in entry.wallets:
        counted = f"operator {purse.operator:03}, class {purse.wallet_class.name}, {purse.accounts:,}"
        _row("wallets", counted, purse.held)
    for name, amount in (("locked", sums.locked), ("in suspense", sums.suspense)):
        if amount:
            _row(name, "", amount)
    _row("total", "", entry.counted)
    say()


def _row(what: str, where: str, amount: int) -> None:
    say(f"  {what:<16}{where:<36}{_signed_yuan(amount):>26}")


def _signed_yuan(amount: int) -> str:
    return f"−{yuan(Fen(-amount))}" if amount < 0 else yuan(Fen(amount))
