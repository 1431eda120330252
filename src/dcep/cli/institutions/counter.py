"""`dcep bank customer`, `freeze`, `return`, `orders`, `reconcile`: what an operator's staff do at the counter.

A name is shown here and nowhere else: the operator alone has it, and its counter is asked with papers of its own.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal
from urllib.parse import quote

from cyclopts import Parameter

from dcep.cli.institutions.office import Counter, caller_of, drawn_id, enter
from dcep.cli.options import typed_wallet, typed_yuan
from dcep.cli.output import DONE, NO, UNAVAILABLE, print_json, say, warn
from dcep.money import Fen, yuan

if TYPE_CHECKING:
    from dcep.clock import UnixMs
    from dcep.http.caller import Caller

RequestKey = Annotated[str | None, Parameter(name="--id")]
Wait = Annotated[bool, Parameter(name="--wait", negative=())]
_HERE: Final = Counter()
_STAFF: Final = "counter"
_PATIENCE_S: Final = 30.0
_LOOK_S: Final = 0.2
_BADLY: Final = ("refused", "reversed")


def about(*, counter: Counter = _HERE) -> int:
    """Show which operator this is, its accounts, and where its ledger answers."""
    told = caller_of(counter, counter.folder, papers=None).ask("GET", "/v1/operator").document()
    if counter.json:
        print_json(told)
        return DONE
    say(f"operator {told['operator']:03}, {told['name']}, of network {told['network']}")
    for name in ("vault", "registrar", "ledger_url", "tier1_url"):
        say(f"  {name.removesuffix('_url'):<11}{told[name]}")
    return DONE


def customer(wallet: str, /, *, counter: Counter = _HERE) -> int:
    """Show who holds a wallet, as far as its class asks, and what else the same holder has.

    Parameters
    ----------
    wallet
        Its number, 16 digits; between quotes it may have spaces.
    """
    told = _staff(counter).ask("GET", f"/v1/customers/{typed_wallet(wallet):016}").document()
    if counter.json:
        print_json(told)
        return DONE
    say(f"wallet {told['wallet']}, class {told['wallet_class']}{', closed' if told['closed'] else ''}")
    for name in ("name", "identity", "phone", "bank_account", "best_class", "assurance"):
        if told[name]:
            say(f"  {name.replace('_', ' '):<14}{told[name]}")
    say(f"  {'wallets':<14}{', '.join(told['wallets'])}")
    return DONE


def freeze(
    wallet: str,
    /,
    *,
    basis: str,
    scope: Literal["pay", "receive", "both"] = "pay",
    request_key: RequestKey = None,
    counter: Counter = _HERE,
) -> int:
    """Freeze a wallet of an own customer on a legal basis.

    Parameters
    ----------
    wallet
        Its number, 16 digits.
    basis
        The reference of the decision, 1 to 128 characters; its SHA-256 stands in the command.
    scope
        What stops.
    request_key
        The request's key, drawn if it is not named. The same line again is the same order.
    """
    return _ask_for(
        counter, f"/v1/wallets/{typed_wallet(wallet):016}/freeze", request_key, {"scope": scope, "basis": basis}
    )


def unfreeze(wallet: str, /, *, basis: str, request_key: RequestKey = None, counter: Counter = _HERE) -> int:
    """Lift every freeze of the operator's of a wallet; one of the supervision board's stays.

    Parameters
    ----------
    wallet
        Its number, 16 digits.
    basis
        The reference of the decision, 1 to 128 characters.
    request_key
        The request's key, drawn if it is not named.
    """
    return _ask_for(counter, f"/v1/wallets/{typed_wallet(wallet):016}/unfreeze", request_key, {"basis": basis})


def give_back(amount: str, /, *, request_key: RequestKey = None, counter: Counter = _HERE) -> int:
    """Return money of the operator's vault to the issuing vault of the central bank, which may withdraw it then.

    Parameters
    ----------
    amount
        Yuan, with at most two decimals.
    request_key
        The request's key, drawn if it is not named. The same line again is the same order.
    """
    return _ask_for(counter, "/v1/returns", request_key, {"amount_fen": int(typed_yuan(amount))})


def orders(*, limit: int = 100, cursor: str | None = None, counter: Counter = _HERE) -> int:
    """Show the orders in flight, the oldest first: exchanges and redemptions that have not ended.

    Parameters
    ----------
    limit
        How many, 1 to 1,000.
    cursor
        Go on behind an earlier page: what it named at its end.
    """
    from dcep.cli.institutions.words import tell_table

    query = {"limit": str(limit)} | ({} if cursor is None else {"cursor": cursor})
    page = _staff(counter).ask("GET", "/v1/sagas", query=query).document()
    if counter.json:
        print_json(page)
        return DONE
    rows = [
        [each["id"], each["kind"], each["state"], each["wallet"] or "", _time(each["made_at_ms"]), _yuan(each)]
        for each in page["items"]
    ]
    if not rows:
        say("no order is in flight")
        return DONE
    tell_table(["order", "kind", "state", "wallet", "since (Shanghai)", "yuan"], rows, is_text=5)
    if page["next"]:
        say(f"next: {counter.line('bank', 'orders', '--cursor', page['next'])}")
    return DONE


def order(name: str, /, *, wait: Wait = False, counter: Counter = _HERE) -> int:
    """Show what became of an order. Exit code 1 if it was refused or reversed.

    Parameters
    ----------
    name
        Its id, 32 hex digits.
    wait
        Wait until it has ended, half a minute at most; exit code 3 if it has not.
    """
    caller, end = _staff(counter), time.monotonic() + _PATIENCE_S
    path = f"/v1/orders/{quote(name, safe='')}"
    told = caller.ask("GET", path).document()
    while wait and told["ended_at_ms"] is None and time.monotonic() < end:
        time.sleep(_LOOK_S)
        told = caller.ask("GET", path).document()
    code = _tell_order(counter, told)
    if wait and told["ended_at_ms"] is None:
        warn(f"{name} has not ended yet")
        return UNAVAILABLE
    return code


def reconcile(day: str, /, *, allocated: str | None = None, counter: Counter = _HERE) -> int:
    """Hold the four books of a day that has ended against each other. Exit code 1 if anything differs.

    Parameters
    ----------
    day
        `YYYY-MM-DD`, in Shanghai.
    allocated
        Yuan that the central bank says it has allocated to the vault since the beginning; the operator asks the central
        bank itself if they are not named.
    """
    from dcep.cli.institutions.words import tell_table

    path = f"/v1/reconciliation/{quote(day, safe='')}"
    query = {} if allocated is None else {"allocated_fen": str(typed_yuan(allocated))}
    told = _staff(counter).ask("GET", path, query=query).document()
    code = NO if told["breaks"] else DONE
    if counter.json:
        print_json(told)
        return code
    if code == DONE:
        say(f"✓ orders, outbox, core system and ledger agree on {told['day']}")
        return code
    tell_table(
        ["break", "order", "what differs"],
        [[each["kind"], each["subject"], each["says"]] for each in told["breaks"]],
        is_text=3,
    )
    warn(f"✗ {len(told['breaks'])} of {told['day']} differ; what each means: docs/reference/operators.md")
    warn(f"next: {counter.line('bank', 'order', 'ORDER')}")
    return code


def _staff(counter: Counter) -> Caller:
    return caller_of(counter, counter.folder, papers=_STAFF)


def _ask_for(counter: Counter, path: str, request_key: str | None, wanted: Mapping[str, Any]) -> int:
    return _tell_order(counter, enter(_staff(counter), path, wanted, request_key or drawn_id()))


def _tell_order(counter: Counter, order: Mapping[str, Any]) -> int:
    code = NO if order["state"] in _BADLY else DONE
    if counter.json:
        print_json(order)
        return code
    money = "" if order["amount_fen"] is None else f" {_yuan(order)} yuan"
    whose = "to the issuing vault" if order["kind"] == "return" else f"wallet {order['wallet'] or 'not known yet'}"
    say(f"{order['id']}: {order['kind']}{money}, {whose}")
    say(f"  {order['state']}{f' ({reason}): {_meaning(reason)}' if (reason := order['code']) else ''}")
    if order["ended_at_ms"] is None:
        say(f"next: {counter.line('bank', 'order', order['id'], '--wait')}")
    return code


def _meaning(code: str) -> str:
    from dcep.cli.reasons import refusal_words

    return refusal_words(code) or "see docs/reference/errors.md"


def _yuan(order: Mapping[str, Any]) -> str:
    return "" if order["amount_fen"] is None else yuan(Fen(order["amount_fen"]))


def _time(ms: UnixMs) -> str:
    from dcep.cli.wording import shanghai

    return shanghai(ms)
