"""The dated rule sets that come with the program: limits of each class, the life of a command, the clock bound.

They are data: one file each in `rule_sets/`, in whole yuan as they were published.
"""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from typing import Any, Final

from dcep.clock import UnixMs, day_of_date, start_of
from dcep.errors import BadInput
from dcep.messages.classes import WalletClass
from dcep.messages.commands.governance import ClassLimits, Rules
from dcep.messages.layout import Name, Version
from dcep.money import MAX_FEN, Fen

_FOLDER: Final = resources.files("dcep.issuance") / "rule_sets"
_SUFFIX: Final = ".toml"
_NAME: Final = re.compile(r"[a-z0-9-]{1,16}")
_NAME_SIZE: Final = 16
_FEN_A_YUAN: Final = 100
_MS_A_SECOND: Final = 1_000
_MS_AN_HOUR: Final = 3_600_000
# The order in which the classes stand in a rule set.
_CLASSES: Final = (WalletClass.I, WalletClass.II, WalletClass.III, WalletClass.IV, WalletClass.CORPORATE)


def names() -> list[str]:
    """Return the names of the rule sets that come with the program."""
    return sorted(file.name.removesuffix(_SUFFIX) for file in _FOLDER.iterdir() if file.name.endswith(_SUFFIX))


def read_rules(name: str) -> Rules:
    """Return a rule set as the genesis of a network takes it: it replaces nothing.

    Raises:
        BadInput: `unknown_rules`: there is none of this name.

    Source: docs/reference/limits.md.
    """
    if name not in names():
        raise BadInput("unknown_rules", f"there is no rule set {name!r}, only {', '.join(names())}")
    return parse_rules(name, (_FOLDER / f"{name}{_SUFFIX}").read_text(encoding="utf-8"))


def parse_rules(name: str, text: str) -> Rules:
    """Return the rule set that a file of the same form says; it replaces nothing.

    Args:
        name: 1 to 16 of `a-z 0-9 -`.

    Raises:
        BadInput: `bad_rules`: a class, a limit or a date is missing or makes no sense.
    """
    try:
        if not _NAME.fullmatch(name):
            raise ValueError("a name has 1 to 16 of a-z 0-9 -")
        table = tomllib.loads(text)
        return Rules(
            replaces=Version(0),
            name=Name(name.encode("ascii").ljust(_NAME_SIZE, b"\0")),
            effective_at=start_of(day_of_date(table["effective_on"].isoformat())),
            max_life=UnixMs(table["max_life_hours"] * _MS_AN_HOUR),
            clock_bound=UnixMs(table["clock_bound_seconds"] * _MS_A_SECOND),
            classes=tuple(_limits(table["class"][wallet_class.name]) for wallet_class in _CLASSES),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput("bad_rules", f"the rule set {name!r} cannot be read: {error}") from error


def caps_of(rules: Rules) -> dict[int, Fen | None]:
    """Return the balance cap of each class, fen; None where there is none."""
    return {
        wallet_class: None if limits.cap == MAX_FEN else limits.cap
        for wallet_class, limits in zip(_CLASSES, rules.classes, strict=True)
    }


def _limits(row: dict[str, Any]) -> ClassLimits:
    return ClassLimits(**{limit: _fen(row[limit]) for limit in ("cap", "single", "daily", "annual")})


def _fen(yuan: int | str) -> Fen:
    return MAX_FEN if yuan == "none" else Fen(int(yuan) * _FEN_A_YUAN)
