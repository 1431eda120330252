"""A currency of processes, from the first wallet to the last redemption, while its money is counted all the time."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import pytest

from dcep.errors import Unavailable
from dcep.http.caller import Caller
from tests.docs.running import blocks_that_run, reader_in, run_blocks

_CENTRAL_BANK: Final = "http://127.0.0.1:8810"
_TEN_TIMES_A_SECOND_S: Final = 0.1
_ENOUGH: Final = 50
# Where nothing else runs a page is followed in four seconds: the count goes on while its currency does.
_COUNTED_AFTER_S: Final = 30.0


class _Count:
    """Counts all money ten times a second, as anybody may who asks the central bank; until it answers there is none."""

    def __init__(self) -> None:
        self.readings: list[dict[str, Any]] = []
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._count)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        end = time.monotonic() + _COUNTED_AFTER_S
        while error is None and len(self.readings) < _ENOUGH and time.monotonic() < end:
            time.sleep(_TEN_TIMES_A_SECOND_S)
        self._is_over.set()
        self._thread.join()

    def _count(self) -> None:
        caller = Caller(_CENTRAL_BANK, timeout_s=5)
        while not self._is_over.wait(_TEN_TIMES_A_SECOND_S):
            try:
                self.readings.append(caller.ask("GET", "/v1/supply").document()["supply"])
            except Unavailable:
                continue


def _law(supply: dict[str, Any]) -> bool:
    """Judge the law by the figures themselves."""
    outside: int = supply["issued_fen"] - supply["withdrawn_fen"]
    inside: int = sum(supply[f"{place}_fen"] for place in ("issuing_vault", "bank_vaults", "wallets", "in_transit"))
    reserve: int = supply["reserve_fen"]
    return outside == inside <= reserve


@pytest.mark.long
@pytest.mark.parametrize(
    ("page", "wallets"),
    [("README.md", {0, 10_000, 8_750}), ("docs/start/first-payment.md", {0, 10_000, 8_750})],
)
def test_not_a_fen_is_made_or_lost_while_a_page_is_followed(page: str, wallets: set[int], tmp_path: Path) -> None:
    """Two people at two banks, real processes, and the supply law polled all the while: it is never false."""
    with reader_in(tmp_path, with_currency=True) as folder, _Count() as count:
        run_blocks(blocks_that_run(Path(page), with_currency=True), folder)

    assert len(count.readings) >= _ENOUGH
    assert [supply for supply in count.readings if not (supply["law_holds"] and _law(supply))] == []
    # The count saw the money go out into wallets, and home again.
    assert wallets <= {supply["wallets_fen"] for supply in count.readings}
