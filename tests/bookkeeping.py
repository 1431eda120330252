"""Plain sequential bookkeeping of a payments file: what the ledger must arrive at.

It shares nothing with the program: no import, no record, no idea. It takes the payments one by one in file order and
asks the rules of docs/reference/refusals.md in their order, with dicts and whole numbers. It expects well-formed files.
"""

from __future__ import annotations

import csv
import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

# Yuan: balance cap, one payment, a day, a year; None is no limit. Source: docs/reference/limits.md, typed in again.
LIMITS: dict[str, dict[str, tuple[int | None, int | None, int | None, int | None]]] = {
    "ecny-2021": {
        "I": (None, None, None, None),
        "II": (500_000, 50_000, 100_000, None),
        "III": (20_000, 5_000, 10_000, None),
        "IV": (10_000, 2_000, 5_000, 50_000),
    },
    "ccb-test-2020": {
        "I": (500_000, 50_000, 100_000, 500_000),
        "II": (10_000, 5_000, 10_000, 300_000),
        "III": (2_000, 2_000, 2_000, 50_000),
        "IV": (1_000, 500, 1_000, 10_000),
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What the books say after the last payment."""

    codes: list[str]
    """`settled` or the refusal, one per row."""
    balances: dict[int, int]
    """Fen by account."""
    opening_fen: int
    moved_fen: int

    @property
    def settled(self) -> int:
        """Return how many payments settled."""
        return self.codes.count("settled")

    @property
    def refused(self) -> dict[str, int]:
        """Return how many payments each refusal met; only those that occurred."""
        return {code: n for code, n in Counter(self.codes).items() if code != "settled"}

    @property
    def balances_sha256(self) -> str:
        """Return SHA-256 over lines `nodeid,balance_fen`, ascending by number."""
        lines = "".join(f"{node},{self.balances[node]}\n" for node in sorted(self.balances))
        return hashlib.sha256(lines.encode()).hexdigest()


def keep_books(
    accounts: Path,
    payments: Path,
    *,
    rules: str = "ecny-2021",
    wallet_class: str = "II",
    start_date: str = "2021-01-01",
    days: str = "file",
    opening_factor: int = 1,
) -> Books:
    """Book the payments of the file; the arguments are the options of `dcep replay`, with the same defaults."""
    balances: dict[int, int] = {}
    limits: dict[int, tuple[int | None, ...]] = {}
    for row in rows(accounts):
        node = int(row["nodeid"])
        balances[node] = fen(row["init_balance"]) * opening_factor
        yuan_limits = LIMITS[rules][row.get("class") or wallet_class]
        limits[node] = tuple(None if limit is None else limit * 100 for limit in yuan_limits)
    opening_fen = sum(balances.values())

    start, moved_fen, codes = date.fromisoformat(start_date), 0, []
    spent: dict[tuple[int, date | int], int] = defaultdict(int)
    for row in rows(payments):
        payer, receiver, amount = int(row["sourceNodeId"]), int(row["targetNodeId"]), fen(row["value"])
        today = start if days == "one" else start + timedelta(days=int(row["time"]) - 1)
        cap, (_, single, daily, annual) = limits[receiver][0], limits[payer]
        rules_in_order = {
            "amount_zero": amount == 0,
            "payer_is_receiver": payer == receiver,
            "over_single_limit": single is not None and amount > single,
            "over_daily_limit": daily is not None and spent[payer, today] + amount > daily,
            "over_annual_limit": annual is not None and spent[payer, today.year] + amount > annual,
            "insufficient_funds": amount > balances[payer],
            "receiver_cannot_accept": cap is not None and balances[receiver] + amount > cap,
        }
        code = next((refusal for refusal, broken in rules_in_order.items() if broken), "settled")
        if code == "settled":
            balances[payer] -= amount
            balances[receiver] += amount
            spent[payer, today] += amount
            spent[payer, today.year] += amount
            moved_fen += amount
        codes.append(code)
    return Books(codes=codes, balances=balances, opening_fen=opening_fen, moved_fen=moved_fen)


def rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV file with a header."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def fen(text: str) -> int:
    """Turn yuan into fen."""
    whole, _, decimals = text.partition(".")
    return int(whole) * 100 + int((decimals + "00")[:2])
