"""Tables for people, and what a board's order says, field by field, read from the bytes that are signed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from dcep.cli.output import say
from dcep.cli.wording import account_name, command_in_words, shanghai
from dcep.ids import ledger_name
from dcep.messages.commands.freezing import Freeze, Unfreeze
from dcep.messages.commands.governance import Rules, SetBoard, SetOperator, Workers
from dcep.messages.commands.issuance import Allocate, Issue
from dcep.messages.policies import Board, Policy, SingleKey, Threshold
from dcep.messages.signed import NO_MEMO, Command
from dcep.money import MAX_FEN, Fen, yuan

_CLASSES: Final = ("I", "II", "III", "IV", "corporate")
_MS_AN_HOUR: Final = 3_600_000


def tell_table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, is_text: int = 1) -> None:
    """Print rows under their heads: the first `is_text` columns to the left, the others, numbers, to the right."""
    widths = [max(len(row[at]) for row in (heads, *rows)) for at in range(len(heads))]
    for row in (heads, *rows):
        cells = (
            cell.ljust(width) if at < is_text else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        say("  ".join(cells).rstrip())


def tell_fields(command: Command) -> None:
    """Print what a command says: first in a sentence, then every field of it."""
    body = command.body
    say(command_in_words(command))
    for name, value in (*_order(body.order), *_frame(command)):
        say(f"  {name:<15}{value}")


def _frame(command: Command) -> Iterator[tuple[str, str]]:
    body = command.body
    yield "in the name of", account_name(body.account)
    yield "number", f"{body.number} on lane {body.lane}"
    yield "until", f"{shanghai(body.expires_at)} (Shanghai)"
    yield "board", str(body.epoch)
    if body.memo != NO_MEMO:
        yield "memo", body.memo.hex()
    yield "network", command.body_bytes[5:21].hex()
    yield "command", command.id.hex()


def _order(order: Any) -> Iterator[tuple[str, str]]:
    match order:
        case Issue() | Allocate():
            yield "lock", order.lock.hex()
        case Freeze() | Unfreeze():
            yield "basis", f"SHA-256 {order.basis.hex()}"
            yield "replaces", str(order.replaces)
        case SetOperator():
            yield "registrar", f"{account_name(order.registrar)}, {_policy(order.registrar_policy)}"
            yield "vault", f"{account_name(order.vault)}, {_policy(order.vault_policy)}"
            yield "replaces", str(order.replaces)
        case Workers():
            yield "ledger", ledger_name(order.ledger)
            yield from (("key", key.hex()) for key in order.keys)
            yield "replaces", str(order.replaces)
        case SetBoard():
            yield from _seats(order.board)
            yield "replaces", str(order.replaces)
        case Rules():
            yield from _rules(order)


def _seats(board: Policy) -> Iterator[tuple[str, str]]:
    if not isinstance(board, Board):
        yield "board", _policy(board)
        return
    yield "needed", f"{board.needed} of {len(board.seats)}, from at least {board.sites} sites"
    for seat in board.seats:
        yield "seat", f"site {seat.site}, suite {seat.suite}, {seat.key.hex()}"


def _rules(rules: Rules) -> Iterator[tuple[str, str]]:
    yield "longest life", f"{rules.max_life / _MS_AN_HOUR:g} h of a command"
    yield "clock bound", f"{rules.clock_bound // 1_000} s"
    for name, limits in zip(_CLASSES, rules.classes, strict=False):
        each = (limits.cap, limits.single, limits.daily, limits.annual)
        cap, single, daily, annual = ("none" if limit == MAX_FEN else yuan(Fen(limit)) for limit in each)
        yield f"class {name}", f"cap {cap}, single {single}, daily {daily}, annual {annual} yuan"
    yield "replaces", str(rules.replaces)


def _policy(policy: Policy) -> str:
    match policy:
        case SingleKey(suite=suite, key=key):
            return f"key of suite {suite} {key.hex()}"
        case Threshold(needed=needed, of=of):
            return f"{needed} of ({'; '.join(map(_policy, of))})"
        case Board(needed=needed, sites=sites, seats=seats):
            keys = "; ".join(f"site {seat.site} {seat.key.hex()}" for seat in seats)
            return f"{needed} from {sites} sites of ({keys})"
        case _:
            return "nobody"
