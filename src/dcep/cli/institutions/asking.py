"""Ask the central bank for an order, and say how it stands and what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from dcep.cli.institutions.office import Office, caller_of, drawn_id, enter
from dcep.cli.options import typed_yuan
from dcep.cli.output import DONE, NO, print_json, say, warn
from dcep.errors import BadInput
from dcep.money import Fen, yuan

CENTRAL_BANK: Final = "central-bank"
STAFF: Final = "staff"
_NEXT: Final = {
    "awaiting_reserves": ("propose",),
    "requested": ("propose",),
    "proposed": ("approve",),
    "approved": ("order", "--wait"),
    "lapsed": ("propose",),
}
_SAYS: Final = {
    "awaiting_reserves": "its reserves are being locked",
    "requested": "it waits for the bytes that officers sign",
    "proposed": "it waits for officers",
    "approved": "enough officers have signed; it is being sent",
    "lapsed": "its bytes can never count any more",
    "settled": "done, final",
    "refused": "the ledger's rules said no, final",
    "abandoned": "given up",
}


def ask_for(office: Office, order_id: str | None, wanted: Mapping[str, Any]) -> int:
    """Ask for an order under an id, drawn if none is named, and say how it stands."""
    chosen = order_id or f"{wanted['kind']}-{drawn_id()}"
    caller = caller_of(office, CENTRAL_BANK, papers=STAFF)
    return tell_order(office, enter(caller, "/v1/orders", wanted, chosen))


def tell_order(office: Office, order: Mapping[str, Any]) -> int:
    """Say how an order stands and what comes next, and return the exit code."""
    code = NO if order["state"] == "refused" else DONE
    if office.json:
        print_json(order)
        return code
    told = f"{order['id']}: {in_words(order)}"
    if code == NO:
        warn(told)
    else:
        say(told)
    say(f"  {_state(order)}")
    say(f"next: {next_line(office, order)}")
    return code


def _state(order: Mapping[str, Any]) -> str:
    from dcep.cli.reasons import refusal_words

    state, code = order["state"], order["code"]
    # The codes of the ledger have words of their own; those of the central bank stand on the page of its orders.
    meaning = refusal_words(code) or _SAYS.get(state, "")
    return f"{state}{f' ({code})' if code else ''}: {meaning}"


def in_words(order: Mapping[str, Any]) -> str:
    """Say in a line what an order is for, as the central bank tells it."""
    amount, content = order["amount_fen"], order["order"]
    whose = "" if order["operator"] is None else f" operator {order['operator']:03}"
    match order["kind"]:
        case "issue":
            return f"issue {yuan(Fen(amount))} yuan against reserves of{whose}"
        case "allocate":
            return f"allocate {yuan(Fen(amount))} yuan to{whose} on {content.get('shard', '')}"
        case "withdraw":
            return f"withdraw {yuan(Fen(amount))} yuan of{whose}"
        case "set_operator":
            return f"{'suspend' if content.get('status') == 2 else 'admit'}{whose} on {content.get('shard', '')}"
        case "freeze" | "unfreeze" as kind:
            return f"{kind} wallet {content.get('wallet', '')}"
        case "rules":
            return f"rule set {content.get('name', '')!r}"
        case kind:
            return str(kind).replace("_", " ")


def next_line(office: Office, order: Mapping[str, Any]) -> str:
    """Return the line that carries an order on."""
    state, name = order["state"], order["id"]
    if state == "settled":
        words = ("allocate", name) if order["kind"] == "issue" else ("supply",)
        return office.line("centralbank", *words)
    if state in ("refused", "abandoned"):
        return "ask for another one, under another id"
    command, *options = _NEXT[state]
    if command == "approve":
        return office.line("centralbank", "approve", name, "--key", "FILE") + ", officer by officer"
    return office.line("centralbank", command, name, *options)


def fen_of(text: str) -> Fen:
    """Return an amount as people type it, in yuan.

    Raises:
        BadInput: `bad_number`, `negative`, `too_many_decimals`; `bad_amount`: nothing.
    """
    amount = typed_yuan(text)
    if amount == 0:
        raise BadInput("bad_amount", "an order moves at least a fen", where=text)
    return amount
