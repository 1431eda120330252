"""What an operator tells the central bank of its customers' money: sums by class and city, never by wallet.

A city follows from what was shown: an identity number (GB 11643) and a firm's code (GB 32100) hold the place that gave
them out, as a code of GB/T 2260, of which the city is told and nothing finer. So it is where papers come from, and not
where somebody lives. Whoever showed another document, or a phone number alone, is counted as elsewhere.

1. Every wallet that is not closed counts, with its balance behind the newest line of the history.
2. A line of fewer than MIN_WALLETS wallets would point at a household: its class's line of elsewhere takes it in.
3. A report has room for MAX_LINES lines: where there are more, the smallest go elsewhere too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from sqlalchemy import Engine, func, select

from dcep.clock import UnixMs
from dcep.ids import NetworkId, OperatorId
from dcep.messages.layout import Code, Count, Sum
from dcep.messages.reports.holdings import ELSEWHERE, MIN_WALLETS, Holdings, HoldingsLine, sign_holdings
from dcep.operators.outbox import Seal
from dcep.operators.store import history_wallets, real_names, transaction, wallets

# The count of lines is one byte of the message.
MAX_LINES: Final = 255
# As `real_names` keeps them: the first four of the six digits are the city.
_RESIDENT: Final = re.compile(r"document ([1-9][0-9]{3})[0-9]{13}[0-9X]")
_FIRM: Final = re.compile(r"firm [0-9A-Z]{2}([1-9][0-9]{3})[0-9]{2}[0-9A-Z]{10}")
_AT_ONCE: Final = 1_000


class Wallet(NamedTuple):
    """A wallet as the report sees it: its class, what its holder is told from others by, and its balance, fen."""

    wallet_class: int
    identity: str
    balance: int


class Reports:
    """Makes an operator's reports, signed by its registrar."""

    def __init__(self, store: Engine, network: NetworkId, *, operator: OperatorId, registrar: Seal) -> None:
        self._store, self._network, self._operator, self._registrar = store, network, operator, registrar

    def report(self, *, now: UnixMs) -> bytes:
        """Return how all customers' money stands now, as the message that the central bank takes."""
        holdings = Holdings(network=self._network, operator=self._operator, at=now, lines=lines_of(self._wallets()))
        return sign_holdings(holdings, self._registrar.signer)

    def _wallets(self) -> Iterator[Wallet]:
        # 1.
        balance = func.coalesce(history_wallets.c.balance_fen, 0)
        found = (
            select(wallets.c.wallet_class, real_names.c.identity, balance)
            .join(real_names, real_names.c.customer == wallets.c.customer)
            .outerjoin(history_wallets, history_wallets.c.wallet == wallets.c.wallet)
            .where(wallets.c.is_closed.is_(False))
        )
        with transaction(self._store) as connection:
            for row in connection.execution_options(yield_per=_AT_ONCE).execute(found):
                yield Wallet(*row)


def lines_of(found: Iterable[Wallet]) -> tuple[HoldingsLine, ...]:
    """Return the lines of a report on these wallets, in their order: their sums are those of all wallets."""
    places: dict[tuple[int, int], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for wallet in found:
        _add(places, (wallet.wallet_class, city_of(wallet.identity)), (1, wallet.balance))
    # 2.
    few = [place for place, (count, _) in places.items() if place[1] != ELSEWHERE and count < MIN_WALLETS]
    # 3. Taking one in may make a line of elsewhere that was not there: room is kept for one of each class.
    named = sorted((count, place) for place, (count, _) in places.items() if place[1] != ELSEWHERE and place not in few)
    room = MAX_LINES - len({wallet_class for wallet_class, _ in places})
    for place in (*few, *(place for _, place in named[: max(0, len(named) - room)])):
        _add(places, (place[0], ELSEWHERE), places.pop(place))
    return tuple(
        HoldingsLine(wallet_class=Code(wallet_class), city=Count(city), wallets=Count(count), held=Sum(held))
        for (wallet_class, city), (count, held) in sorted(places.items())
    )


def city_of(identity: str) -> int:
    """Return the code of the city that gave the papers out, ELSEWHERE if they do not say."""
    found = _RESIDENT.fullmatch(identity) or _FIRM.fullmatch(identity)
    return ELSEWHERE if found is None else int(found[1]) * 100


def _add(places: dict[tuple[int, int], tuple[int, int]], place: tuple[int, int], more: tuple[int, int]) -> None:
    count, held = places[place]
    places[place] = count + more[0], held + more[1]
