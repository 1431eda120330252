"""The pilot office, a desk of the central bank: it reads the ledger, asks its bank, and signs what it publishes.

What a service cannot answer now, for it is being started again, is asked again for a while: every question here changes
nothing, and what is published twice is published once.

On one machine its papers lie in the central bank's folder: those of the staff sign boards, draws and what is asked of
the central bank; those of the institution open the ledger's movements.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any, Final

from dcep.crypto.suites import Signer
from dcep.errors import Unavailable
from dcep.http.caller import Caller, Reply
from dcep.identity.papers import read_pair
from dcep.ids import NetworkId, OperatorId, WalletId
from dcep.ledger.remote import RemoteLine
from dcep.messages.genesis import network_of
from dcep.services.settings import papers_in
from dcep.services.topology import CENTRAL_BANK, SHARD
from dcep.simulation.pilot.currency import Currency

_PATIENCE_S: Final = 20.0
_PAUSE_S: Final = 1.0
_CPU: Final = re.compile(r"^process_cpu_seconds_total ([0-9.e+-]+)$", re.MULTILINE)
_START: Final = re.compile(r"^process_start_time_seconds ([0-9.e+-]+)$", re.MULTILINE)


class Patient:
    """Asks a service until it answers, or the patience is over."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def ask(self, method: str, path: str, **request: Any) -> Reply:
        """Ask, and ask again what could not be answered; arguments and errors are those of `Caller.ask`."""
        end = time.monotonic() + _PATIENCE_S
        while True:
            try:
                return self._caller.ask(method, path, **request)
            except Unavailable as later:
                pause_s = min(later.retry_after_ms / 1_000, _PAUSE_S)
                if time.monotonic() + pause_s > end:
                    raise
                time.sleep(pause_s)


class Office:
    """Whoever runs the pilot, at the doors of central bank and ledger. Each call waits for its thread.

    Raises:
        Unavailable: after all patience, as each call.
    """

    def __init__(self, currency: Currency) -> None:
        folder = currency.data / CENTRAL_BANK
        staff, key = folder / "staff.pem", folder / "keys" / "staff.key"
        self._currency = currency
        self.certificate: Final = staff.read_text()
        self.signer: Final[Signer] = read_pair(key, staff).signer
        self._bank = Patient(Caller(currency.central_bank, seal=papers_in(key, staff).seal))
        self._ledger = Patient(Caller(currency.ledger))
        self.genesis: Final = bytes.fromhex(self._ledger.ask("GET", "/v1/genesis").document()["genesis"])
        self.network: Final[NetworkId] = network_of(self.genesis)
        papers = papers_in(folder / "keys" / "institution.key", folder / "institution.pem")
        self.line: Final = RemoteLine(currency.ledger, self.network, SHARD, seal=papers.seal, patience_s=20.0)

    def close(self) -> None:
        """Let go of the line to the ledger."""
        self.line.close()

    def latest(self) -> tuple[int, int]:
        """Return the newest frame of the ledger and its time."""
        told = self._ledger.ask("GET", "/v1/headers/latest").document()
        return int(told["seq"]), int(told["time_ms"])

    def header(self, seq: int) -> bytes | None:
        """Return the signed header of a frame, None while there is no such frame."""
        reply = self._ledger.ask("GET", f"/v1/headers/{seq}", take=(404,))
        return None if reply.status == 404 else bytes.fromhex(reply.document()["header"])

    def supply(self) -> dict[str, Any]:
        """Return how all money stands, in the central bank's own words."""
        return self._bank.ask("GET", "/v1/supply").document()

    def institutions(self) -> list[WalletId]:
        """Return the accounts of the operators themselves: registrars and vaults."""
        items = self._bank.ask("GET", "/v1/operators").document()["items"]
        return [WalletId(int(item[name])) for item in items for name in ("registrar", "vault")]

    def cpu_us(self, operator: OperatorId) -> tuple[float, int]:
        """Return when an operator's process began, and the processor time that it has taken since, microseconds."""
        text = Patient(Caller(self._currency.operators[operator])).ask("GET", "/metrics").body.decode()
        began, taken = _START.search(text), _CPU.search(text)
        if began is None or taken is None:
            raise Unavailable("strange_answer", "the operator does not tell its processor time", retry_after_ms=1_000)
        return float(began[1]), round(float(taken[1]) * 1_000_000)

    def publish_board(self, message: bytes) -> None:
        """Bring a signed score-board to the central bank, where everybody may read it."""
        self._bank.ask("POST", "/v1/pilot/boards", json={"board": message.hex(), "certificate": self.certificate})

    def publish_draw(self, draw: Mapping[str, Any]) -> None:
        """Bring a draw to the central bank: committed to first, later with what shows it."""
        self._bank.ask("POST", "/v1/pilot/draws", json=draw)
