"""The central bank as a process: its desk, its reserves, and the way to the ledgers.

Start: `python -m dcep.services.centralbank --settings FILE`.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Final

import msgspec

from dcep.http.server import serve as serve_http
from dcep.ids import TIER1, LedgerId, OperatorId
from dcep.issuance.desk import Desk
from dcep.issuance.iso20022 import answer
from dcep.issuance.outbox import Outbox
from dcep.issuance.reserve import Reserve
from dcep.issuance.routes import central_bank_service
from dcep.issuance.settlement import SimulatedSettlement
from dcep.issuance.store import Store
from dcep.ledger.remote import RemoteLine
from dcep.messages.genesis import decode_genesis
from dcep.money import Fen
from dcep.services import machine
from dcep.services.outcome import ended
from dcep.services.serving import Chore, keep
from dcep.services.settings import InstitutionSettings, Seconds, read_settings, settings_path, token_in

_DONE: Final = 0


class CentralBankSettings(InstitutionSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the central bank's process needs to know.

    `simulated_reserves_fen` is what SimulatedSettlement gives each operator to begin with.
    """

    tier1_url: str
    shard_urls: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    ledger_token: Path
    simulated_reserves_fen: Annotated[int, msgspec.Meta(ge=0, le=10**17)] = 0
    operators: tuple[Annotated[int, msgspec.Meta(ge=1, le=999)], ...] = ()
    work_every_s: Seconds = 0.5


class _Work:
    """What is due at each turn: transfers of reserves to the settlement, approved orders to the ledgers."""

    def __init__(self, reserve: Reserve, outbox: Outbox, settlement: SimulatedSettlement) -> None:
        self._reserve, self._outbox, self._settlement = reserve, outbox, settlement

    def do(self) -> None:
        """Do once what can be done now."""
        now = machine.now()
        self._reserve.send_due(lambda message: answer(self._settlement, message, self._reserve.accounts), now=now)
        self._outbox.send_due(now=now)


def _settlement(settings: CentralBankSettings, reserve: Reserve) -> SimulatedSettlement:
    """Return the stand-in as it was: what it gave to begin with, and every transfer that was booked since."""
    settlement = SimulatedSettlement(reserve.accounts)
    for operator in settings.operators:
        settlement.deposit(OperatorId(operator), Fen(settings.simulated_reserves_fen))
    for message in reserve.booked_messages():
        answer(settlement, message, reserve.accounts)
    return settlement


async def serve(settings: CentralBankSettings, stop: asyncio.Event) -> int:
    """Serve the central bank until it is told to stop."""
    token = token_in(settings.ledger_token)
    with ExitStack() as opened:
        genesis = decode_genesis(settings.genesis.read_bytes())
        store = Store(settings.database, genesis)
        opened.callback(store.close)
        urls = {TIER1: settings.tier1_url} | {LedgerId(at): url for at, url in enumerate(settings.shard_urls)}
        ledgers = {
            place: RemoteLine(url, store.network, place, token=token, patience_s=1.0) for place, url in urls.items()
        }
        for line in ledgers.values():
            opened.callback(line.close)
        reserve = Reserve(store)
        work = _Work(reserve, Outbox(reserve, ledgers), _settlement(settings, reserve))
        edge = central_bank_service(
            Desk(reserve, ledgers),
            reserve,
            settings.known(),
            clock=machine.now,
            ids=machine.request_ids(),
            missing=lambda: ["stopping"] if stop.is_set() else [],
        )
        working = asyncio.create_task(keep(Chore("orders and reserves", work.do, settings.work_every_s), stop))
        try:
            await serve_http(edge, settings.host, settings.port, stop)
        finally:
            stop.set()
            await working
    return _DONE


def main() -> int:
    """Run the process."""
    settings = read_settings(CentralBankSettings, settings_path())
    return machine.run(lambda stop: serve(settings, stop))


if __name__ == "__main__":
    sys.exit(ended(main))
