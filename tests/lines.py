"""The grammar of the ledger's language: what a line is made of, and how words become the fields of a record."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from dcep.clock import UnixMs, day_of_date, start_of
from dcep.messages import crossings, kinds
from dcep.messages.outcomes import Status
from dcep.messages.refusals import NotProcessed, Refusal

RECORDS: Final[dict[str, type]] = {kind.name: kind.record for kind in kinds.KINDS.values()} | {
    "payment": crossings.Payment,
    "returned": crossings.Returned,
    "order": crossings.OfficersOrder,
    "return_to_issuer": crossings.ReturnToIssuer,
}
# The fields that are always said, in this order; `field=value` says any other.
POSITIONAL: Final = {
    "open": ("wallet", "wallet_class"),
    "set_class": ("wallet", "wallet_class"),
    "close": ("wallet",),
    "freeze": ("wallet", "scope"),
    "unfreeze": ("wallet",),
    "pay": ("receiver", "amount"),
    "refund": ("receiver", "amount"),
    "exchange": ("receiver", "amount"),
    "redeem": ("amount",),
    "return": ("amount",),
    "set_policy": ("policy",),
    "hold": ("receiver", "amount"),
    "capture": ("hold", "amount"),
    "release": ("hold",),
    "issue": ("operator", "amount", "lock"),
    "allocate": ("shard", "operator", "amount", "lock"),
    "withdraw": ("operator", "amount"),
    "workers": ("ledger", "keys"),
    "set_board": ("board",),
    "set_operator": ("operator", "shard"),
    "checkpoint": ("seq",),
    "resend": ("shard", "order"),
    "payment": ("payer", "receiver", "amount"),
    "returned": ("payer", "amount"),
    "order": ("order",),
    "return_to_issuer": ("operator", "amount"),
}
# Who gives a command, unless `by=` says it: an institution of the operator and the shard of the first name. Where no
# institution stands here it is whoever the line names first.
GIVERS: Final = (
    dict.fromkeys(("open", "set_class", "freeze", "unfreeze"), "registrar")
    | {"exchange": "vault"}
    | dict.fromkeys(("issue", "allocate", "withdraw", "rules", "workers", "set_board", "set_operator"), "issuer")
)
CODES: Final = {"pay": 1, "receive": 2, "both": 3, "admitted": 1, "suspended": 2}

_ANSWERS: Final = {status.name.lower() for status in Status} | {code.code for code in (*Refusal, *NotProcessed)}
_MOMENT: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:/([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{3}))?)?")


@dataclass(slots=True, kw_only=True)
class Line:
    """A line, taken apart: its word, what follows, `field=value`, the moment, and the answer that it expects."""

    word: str
    args: list[str]
    options: dict[str, str]
    moment: UnixMs | None
    answer: str

    def number(self, option: str, default: int = 0) -> int:
        """Return an option that is a number."""
        return int(self.options.get(option, default))


def read_line(text: str) -> Line | None:
    """Return a line taken apart; None if there is nothing but a remark."""
    words = text.partition("#")[0].split()
    if not words:
        return None
    options = dict(word.split("=", 1) for word in words if "=" in word)
    plain = [word for word in words[1:] if "=" not in word]
    answer = plain.pop() if plain and plain[-1] in _ANSWERS | {"skipped"} else "settled"
    moment = read_moment(plain.pop()) if plain and _MOMENT.fullmatch(plain[-1]) else None
    return Line(word=words[0], args=plain, options=options, moment=moment, answer=answer)


def read_moment(text: str) -> UnixMs:
    """Return the moment in Shanghai that is written `2021-12-30` or `2021-12-30/23:59:59.999`; else milliseconds."""
    matched = _MOMENT.fullmatch(text)
    if not matched:
        return UnixMs(int(text))
    date, *clock = matched.groups(default="0")
    hours, minutes, seconds, rest = map(int, clock)
    return UnixMs(start_of(day_of_date(date)) + ((hours * 60 + minutes) * 60 + seconds) * 1_000 + rest)
