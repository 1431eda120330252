"""`dcep centralbank supply`, `reserves`, `board`, `operators`, `rules`: how everything stands, as tables for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from cyclopts import Parameter

from dcep.cli.institutions.asking import CENTRAL_BANK, STAFF
from dcep.cli.institutions.office import Office, caller_of
from dcep.cli.output import DONE, NO, print_json, say, warn
from dcep.errors import BadInput
from dcep.money import Fen, yuan

if TYPE_CHECKING:
    from dcep.clock import UnixMs

Odd = Annotated[bool, Parameter(name="--odd", negative=())]
_HERE: Final = Office()
_FIGURES: Final = (
    "issued",
    "withdrawn",
    "issuing_vault",
    "bank_vaults",
    "wallets",
    "in_transit",
    "reserve",
)


def supply(*, office: Office = _HERE) -> int:
    """Show all money: where it is, by operator, class and city, and whether the law holds; exit code 1 if not."""
    told = caller_of(office, CENTRAL_BANK, papers=STAFF).ask("GET", "/v1/supply/operators").document()
    figures = told["supply"]
    if office.json:
        print_json(told)
        return DONE if figures["law_holds"] else NO
    frames = ", ".join(f"{ledger} frame {seq:,}" for ledger, seq in told["frames"].items())
    say(f"{_time(told['at_ms'])} (Shanghai), {frames}")
    say()
    _tell(["yuan", ""], [[name.replace("_", " "), _yuan(figures[f"{name}_fen"])] for name in _FIGURES])
    if told["reserve_assurance"]:
        say(f"reserves: {told['reserve_assurance']}")
    _tell_operators(told["operators"])
    _tell_held("class", "wallet_class", told["classes"])
    _tell_held("city", "city", told["cities"])
    if told["unreported_fen"]:
        say()
        say(f"{_yuan(told['unreported_fen'])} yuan of what wallets hold stand in no operator's report")
    say()
    if not figures["law_holds"]:
        warn("✗ the law is broken: issued − withdrawn is not what there is, or not all of it is backed by reserves")
        warn(f"next: {office.line('centralbank', 'reserves', '--odd')}")
        return NO
    say("✓ issued − withdrawn = vaults + wallets + in transit ≤ reserves")
    return DONE


def reserves(*, odd: Odd = False, message: str | None = None, to: Path | None = None, office: Office = _HERE) -> int:
    """Show the reserves that back the money: what is locked, the newest transfers, the newest entries.

    Parameters
    ----------
    odd
        Those entries alone that made nothing and that a person should look at. Exit code 1 if there are any.
    message
        `transfer:PLACE` or `entry:PLACE`: the settlement message behind it, as it was exchanged.
    to
        Write the message to this file, which is not there yet; without it to standard output.
    """
    caller = caller_of(office, CENTRAL_BANK, papers=STAFF)
    if message is not None:
        kind, _, place = message.partition(":")
        if kind not in ("transfer", "entry") or not (place.isascii() and place.isdigit()):
            raise BadInput("bad_options", "--message is transfer:PLACE or entry:PLACE", where=message)
        path = {"transfer": "transfers", "entry": "entries"}[kind]
        return _keep(caller.ask("GET", f"/v1/reserves/{path}/{place}/message").body, to)
    told = {
        **caller.ask("GET", "/v1/reserves").document(),
        "transfers": [] if odd else caller.ask("GET", "/v1/reserves/transfers", query=_MANY).document()["items"],
        "entries": caller.ask("GET", "/v1/reserves/entries", query=_MANY | {"odd": str(odd).lower()}).document()[
            "items"
        ],
    }
    code = NO if odd and told["entries"] else DONE
    if office.json:
        print_json(told)
        return code
    rows = [[name, _yuan(told[f"{name}_fen"])] for name in ("booked", "released", "locked")]
    _tell(["yuan", ""], rows)
    if told["assurance"]:
        say(f"told by: {told['assurance']}")
    if told["transfers"]:
        _tell_transfers(told["transfers"])
    if told["entries"]:
        _tell_entries(told["entries"])
    if code == NO:
        warn("next: compare each with the keeper of the account; its own words: --message entry:PLACE")
    return code


def board(*, office: Office = _HERE) -> int:
    """Show whose signatures count: the officers' board in force, and the supervision board of each shard."""
    told = caller_of(office, CENTRAL_BANK, papers=None).ask("GET", "/v1/board").document()
    if office.json:
        print_json(told)
        return DONE
    say(
        f"board {told['epoch']}: {told['needed']} of {len(told['seats'])} officers, from at least {told['sites']} sites"
    )
    _tell(
        ["site", "suite", "key"],
        [[str(each["site"]), str(each["suite"]), each["key"]] for each in told["seats"]],
        is_text=3,
    )
    for shard, policy in told["supervision"].items():
        keys = list(_keys(policy))
        say()
        say(f"supervision of {shard}: {policy.get('needed', 1)} of {len(keys)}")
        for key in keys:
            say(f"  {key}")
    return DONE


def operators(*, office: Office = _HERE) -> int:
    """Show who is admitted, and who is suspended."""
    told = caller_of(office, CENTRAL_BANK, papers=None).ask("GET", "/v1/operators").document()
    if office.json:
        print_json(told)
        return DONE
    rows = [
        [f"{each['operator']:03}", each["shard"], each["status"], each["registrar"], each["vault"]]
        for each in told["items"]
    ]
    _tell(["operator", "shard", "status", "registrar", "vault"], rows, is_text=5)
    return DONE


def rules(*, office: Office = _HERE) -> int:
    """Show every rule set since the genesis, the oldest first."""
    told = caller_of(office, CENTRAL_BANK, papers=None).ask("GET", "/v1/rules").document()
    if office.json:
        print_json(told)
        return DONE
    for each in told["items"]:
        say(f"{each['version']}: {each['name']}, in force from {_time(each['effective_at_ms'])} (Shanghai)")
        rows = [
            [name, *(_limit(limits[f"{limit}_fen"]) for limit in _LIMITS)]
            for name, limits in zip(_CLASSES, each["classes"], strict=True)
        ]
        _tell(["class", *_LIMITS], rows)
        say()
    say(f"next: {office.line('centralbank', 'set-rules', 'NAME or FILE')}")
    return DONE


_MANY: Final = {"limit": "1000"}
_LIMITS: Final = ("cap", "single", "daily", "annual")
_CLASSES: Final = ("I", "II", "III", "IV", "corporate")


def _tell(heads: Sequence[str], rows: Sequence[Sequence[str]], *, is_text: int = 1) -> None:
    from dcep.cli.institutions.words import tell_table

    tell_table(heads, rows, is_text=is_text)


def _tell_operators(told: Sequence[Mapping[str, Any]]) -> None:
    names = ("issued", "allocated", "withdrawn", "reserve", "vault")
    rows = [
        [
            each["operator"],
            ", ".join(sorted(set(each["status"].values()))),
            *(_yuan(each[f"{name}_fen"]) for name in names),
        ]
        for each in told
    ]
    if rows:
        say()
        _tell(["operator", "status", *names], rows, is_text=2)


def _tell_held(head: str, key: str, told: Sequence[Mapping[str, Any]]) -> None:
    if told:
        say()
        rows = [[each[key], f"{each['wallets']:,}", _yuan(each["held_fen"])] for each in told]
        _tell([head, "wallets", "held"], rows)


def _tell_transfers(told: Sequence[Mapping[str, Any]]) -> None:
    rows = [
        [
            str(each["place"]),
            each["direction"],
            f"{each['operator']:03}",
            each["order"],
            "booked" if each["entry"] else "waits",
            _yuan(each["amount_fen"]),
        ]
        for each in told
    ]
    say()
    _tell(["transfer", "way", "operator", "order", "state", "yuan"], rows, is_text=5)


def _tell_entries(told: Sequence[Mapping[str, Any]]) -> None:
    rows = [
        [
            str(each["place"]),
            each["verdict"],
            each["entry"],
            "in" if each["is_credit"] else "out",
            _yuan(each["amount_fen"]),
        ]
        for each in told
    ]
    say()
    _tell(["entry", "verdict", "number", "way", "yuan"], rows, is_text=4)


def _keep(content: bytes, to: Path | None) -> int:
    if to is None:
        say(content.decode("utf-8", "backslashreplace"))
        return DONE
    try:
        with to.open("xb") as stream:
            stream.write(content)
    except FileExistsError as error:
        raise BadInput("file_exists", "a message never overwrites anything", where=str(to)) from error
    say(f"{to}: {len(content):,} bytes")
    return DONE


def _keys(policy: Mapping[str, Any]) -> list[str]:
    """Return the keys of a policy, whatever is nested."""
    own = [policy["key"]] if "key" in policy else []
    return own + [key for part in policy.get("of", policy.get("seats", [])) for key in _keys(part)]


def _yuan(fen: int) -> str:
    return f"−{yuan(Fen(-fen))}" if fen < 0 else yuan(Fen(fen))


def _limit(fen: int | None) -> str:
    return "none" if fen is None else yuan(Fen(fen))


def _time(ms: UnixMs) -> str:
    from dcep.cli.wording import shanghai

    return shanghai(ms)
