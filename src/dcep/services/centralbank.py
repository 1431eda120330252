"""The central bank as a process: its desk, its reserves, and the way to the ledgers.

Start: `python -m dcep.services.centralbank --settings FILE`.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import ExitStack
from typing import Annotated, Final

import msgspec

from dcep.http.events import Bell
from dcep.http.server import serve as serve_http
from dcep.ids import TIER1, LedgerId, OperatorId
from dcep.issuance.central_bank import CentralBank, simulated_settlement
from dcep.issuance.routes import central_bank_service
from dcep.ledger.remote import RemoteLine
from dcep.messages.genesis import decode_genesis, encode_genesis, network_of
from dcep.money import Fen
from dcep.services import machine
from dcep.services.chores import Chore, beside, keep, silence
from dcep.services.outcome import ended
from dcep.services.settings import InstitutionSettings, Seconds, member, papers_in, read_settings, settings_path

_DONE: Final = 0


class CentralBankSettings(InstitutionSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the central bank's process needs to know.

    `simulated_reserves_fen` is what SimulatedSettlement gives each operator to begin with.
    """

    tier1_url: str
    shard_urls: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    simulated_reserves_fen: Annotated[int, msgspec.Meta(ge=0, le=10**17)] = 0
    operators: tuple[Annotated[int, msgspec.Meta(ge=1, le=999)], ...] = ()
    work_every_s: Seconds = 0.5
    look_every_s: Seconds = 1.0


async def serve(settings: CentralBankSettings, stop: asyncio.Event) -> int:
    """Serve the central bank until it is told to stop."""
    papers, genesis = papers_in(settings.key, settings.certificate), decode_genesis(settings.genesis.read_bytes())
    known = member(settings, papers)
    urls = {TIER1: settings.tier1_url} | {LedgerId(at): url for at, url in enumerate(settings.shard_urls)}
    network = network_of(encode_genesis(genesis))
    with ExitStack() as opened:
        ledgers = {
            place: RemoteLine(url, network, place, seal=papers.seal, patience_s=1.0) for place, url in urls.items()
        }
        for line in ledgers.values():
            opened.callback(line.close)
        bank = CentralBank(settings.database, genesis, ledgers)
        opened.callback(bank.close)
        deposits = {OperatorId(each): Fen(settings.simulated_reserves_fen) for each in settings.operators}
        send = simulated_settlement(bank.reserve, deposits)
        bell = Bell(asyncio.get_running_loop())
        edge = central_bank_service(
            bank,
            known.askers,
            url=settings.address,
            draw=machine.random_below,
            bell=bell,
            clock=machine.now,
            ids=machine.request_ids(),
            missing=lambda: ["stopping"] * stop.is_set() + known.missing(),
            warnings=known.warnings,
        )
        work = Chore("orders and reserves", lambda: bank.work(send, now=machine.now()), settings.work_every_s)
        look = Chore("the watch over the supply", lambda: _look(bank, bell), settings.look_every_s)
        async with beside(stop, keep(work, stop), keep(look, stop), silence(bell, stop)):
            await serve_http(edge, settings.host, settings.port, stop)
    return _DONE


def _look(bank: CentralBank, bell: Bell) -> None:
    if bank.watch.look(now=machine.now()):
        bell.ring()


def main() -> int:
    """Run the process."""
    settings = read_settings(CentralBankSettings, settings_path())
    return machine.run(lambda stop: serve(settings, stop))


if __name__ == "__main__":
    sys.exit(ended(main))
