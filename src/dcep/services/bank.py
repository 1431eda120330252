"""An operator as a process: its customers, orders and keys, its bank's core system, and the line to the retail ledger.

Start: `python -m dcep.services.bank --settings FILE`.

1. Whatever stands in for a system of the bank says so before anybody is served.
2. Orders are carried on beside the requests: at once when one was taken, and again and again for those that wait.
3. Beside both the ledger is asked what happened to the bank's wallets, and has until the end of a short wait to say so.
4. Whatever holders may hear of rings for those who read events, and for the couriers who carry messages to merchants'
   servers.
5. Now and then the central bank is told what all customers hold, as sums.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Annotated, Final

import msgspec

from dcep.errors import BadInput, DcepError
from dcep.http.caller import Caller
from dcep.http.caller import Seal as Sign
from dcep.http.events import Bell
from dcep.http.server import serve as serve_http
from dcep.ids import BadWalletId, LedgerId, OperatorId, parse_wallet_id
from dcep.ledger.remote import RemoteLine
from dcep.messages.genesis import Genesis, decode_genesis, encode_genesis, network_of
from dcep.messages.merchants.webhooks import public_key_text
from dcep.money import Fen
from dcep.operators.bank import Bank
from dcep.operators.channels import ChannelName
from dcep.operators.channels.asking import asking
from dcep.operators.channels.interconnection import Interconnection, Peer
from dcep.operators.channels.opening import open_channel
from dcep.operators.customers.real_names import SimulatedKyc
from dcep.operators.exchange.deposits import SimulatedCoreBanking
from dcep.operators.outbox import Seal
from dcep.operators.routes import operator_service
from dcep.operators.routes.branch import Branch
from dcep.operators.routes.history import event_of
from dcep.operators.routes.records import OperatorBody
from dcep.operators.routes.webhooks import Dispatch
from dcep.operators.store import open_store
from dcep.operators.webhooks.couriers import Couriers
from dcep.operators.webhooks.posting import Poster
from dcep.services import machine
from dcep.services.chores import Chore, beside, keep, silence
from dcep.services.outcome import ended
from dcep.services.settings import (
    URL,
    InstitutionSettings,
    Seconds,
    member,
    papers_in,
    read_settings,
    settings_path,
    signer_in,
)

_DONE: Final = 0
_SHARD: Final = LedgerId(0)
# Nobody who stops the process waits for longer than that.
_LISTEN_MS: Final = 2_000
_PAUSE_S: Final = 0.2
_PATIENCE_S: Final = 3.0
# Anybody may ask for the orders about workers: the central bank is asked for them now and then.
_ORDERS_HOLD_S: Final = 5.0


class PeerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another operator, whose codes this one's wallets pay."""

    operator: Annotated[int, msgspec.Meta(ge=1, le=999)]
    channel: ChannelName
    url: Annotated[str, msgspec.Meta(pattern=URL)]


class BankSettings(InstitutionSettings, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an operator's process needs to know.

    `simulated_deposit_fen` is what SimulatedCoreBanking lets lie on each account that is named to it.
    """

    operator: Annotated[int, msgspec.Meta(ge=1, le=999)]
    name: str
    ledger_url: str
    tier1_url: str
    registrar: str
    registrar_key: Path
    vault: str
    vault_key: Path
    core_database: str
    simulated_deposit_fen: Annotated[int, msgspec.Meta(ge=0, le=10**15)] | None = None
    central_bank_url: str = ""
    report_every_s: Seconds = 60.0
    work_every_s: Seconds = 1.0
    webhook_key: Path | None = None
    webhooks_inside: bool = False
    channel: ChannelName = "plain"
    peers: tuple[PeerSettings, ...] = ()

    def seal(self, number: str, key: Path) -> Seal:
        """Return an account that the operator signs for; BadInput `bad_settings` if it is no number of a wallet."""
        try:
            account = parse_wallet_id(number)
        except BadWalletId as error:
            raise BadInput("bad_settings", f"{number!r}: {error}") from error
        return Seal(account=account, signer=signer_in(key))

    def dispatch(self) -> Dispatch | None:
        """Return what messages to merchants' servers are sent with; None if there is no key for them."""
        if self.webhook_key is None:
            return None
        return Dispatch(key=public_key_text(signer_in(self.webhook_key)), may_be_inside=self.webhooks_inside)

    def interconnection(self, bank: Bank, seal: Sign) -> Interconnection:
        """Return the operator's front end, and how it asks the others."""
        peers = [Peer(OperatorId(each.operator), each.channel, each.url) for each in self.peers]
        return Interconnection(bank.network, open_channel(self.channel, bank.made_codes), peers, asking(seal))

    def about(self, network: str) -> OperatorBody:
        """Return what everybody may know of the operator."""
        return OperatorBody(
            operator=self.operator,
            name=self.name,
            network=network,
            url=self.address,
            ledger_url=self.ledger_url,
            tier1_url=self.tier1_url,
            vault=self.vault,
            registrar=self.registrar,
        )


async def serve(settings: BankSettings, stop: asyncio.Event) -> int:
    """Serve an operator until it is told to stop."""
    genesis, loop = decode_genesis(settings.genesis.read_bytes()), asyncio.get_running_loop()
    bell, told = Bell(loop), Bell(loop)
    papers = papers_in(settings.key, settings.certificate)
    known = member(settings, papers)
    with ExitStack() as opened:
        bank = _open(settings, genesis, papers.seal, opened)
        branch = Branch(
            bank=bank,
            clock=machine.now,
            wake=bell.ring,
            told=told,
            classes=genesis.rules.classes,
            allocated=allocations(settings, papers.seal),
            worker_orders=worker_orders(settings),
            interconnection=settings.interconnection(bank, papers.seal),
        )
        edge = operator_service(
            branch,
            settings.about(bank.network.hex()),
            settings.address,
            known.askers,
            ids=machine.request_ids(),
            missing=lambda: ["stopping"] * stop.is_set() + known.missing(),
            warnings=known.warnings,
            dispatch=settings.dispatch(),
        )
        couriers = _couriers(settings, branch, opened)
        # 2. to 5.
        orders = Chore("orders", lambda: _tell(told, bank.carry_on(machine.now())), settings.work_every_s, bell)
        history = Chore("history", lambda: _listen(bank, told), _PAUSE_S)
        report = Chore("report to the central bank", reporting(settings, bank), settings.report_every_s)
        chores = [orders, history, report, *([couriers] if couriers else [])]
        async with beside(stop, *(keep(chore, stop) for chore in chores), silence(told, stop)):
            await serve_http(edge, settings.host, settings.port, stop)
    return _DONE


def _tell(told: Bell, moved: int) -> None:
    if moved:
        told.ring()


def _listen(bank: Bank, told: Bell) -> None:
    """Take in what the ledger tells, until it has nothing more to tell."""
    while bank.history.advance(wait_ms=_LISTEN_MS):
        told.ring()


def _couriers(settings: BankSettings, branch: Branch, opened: ExitStack) -> Chore | None:
    """Return the chore that sends out the couriers, who are waited for at the end; None if there is no key for them."""
    if settings.webhook_key is None:
        return None
    couriers = Couriers(
        branch.bank.webhooks,
        branch.bank.history,
        Poster(may_be_inside=settings.webhooks_inside),
        signers=[signer_in(settings.webhook_key)],
        tell=partial(event_of, branch),
        clock=machine.now,
        back=branch.told.ring,
        may_be_inside=settings.webhooks_inside,
    )
    opened.callback(couriers.close)
    return Chore("webhooks", couriers.turn, settings.work_every_s, branch.told)


def _open(settings: BankSettings, genesis: Genesis, seal: Sign, opened: ExitStack) -> Bank:
    """Open databases and the line, to be closed with the stack, and put the bank together."""
    network = network_of(encode_genesis(genesis))
    line = RemoteLine(settings.ledger_url, network, _SHARD, seal=seal, patience_s=1.0)
    opened.callback(line.close)
    store = open_store(settings.database)
    opened.callback(store.dispose)
    # 1.
    gift = settings.simulated_deposit_fen
    core = SimulatedCoreBanking(settings.core_database, gift=None if gift is None else Fen(gift))
    opened.callback(core.close)
    return Bank(
        store,
        line,
        network,
        operator=OperatorId(settings.operator),
        registrar=settings.seal(settings.registrar, settings.registrar_key),
        vault=settings.seal(settings.vault, settings.vault_key),
        core=core,
        kyc=SimulatedKyc(),
        draw=machine.random_below,
    )


def reporting(settings: BankSettings, bank: Bank) -> Callable[[], object]:
    """Return the work of telling the central bank what customers hold; none where there is nobody to tell."""
    if not settings.central_bank_url:
        return lambda: None
    central_bank = Caller(settings.central_bank_url)
    return lambda: central_bank.ask("POST", "/v1/holdings", content=bank.reports.report(now=machine.now()))


def allocations(settings: BankSettings, seal: Sign) -> Callable[[], Fen] | None:
    """Return how the central bank is asked what it has allocated to the operator; None where there is nobody to ask."""
    if not settings.central_bank_url:
        return None
    central_bank = Caller(settings.central_bank_url, seal=seal)
    path = f"/v1/operators/{settings.operator}/allocated"
    return lambda: Fen(central_bank.ask("GET", path).document()["allocated_fen"])


def worker_orders(settings: BankSettings) -> Callable[[], list[str]]:
    """Return how the central bank is asked for the orders about workers; none where it is not known.

    It is asked at most so often, whether it answers or not. Whoever gets the orders follows them from the genesis: they
    are passed on as they came.
    """
    if not settings.central_bank_url:
        return list
    central_bank, lock = Caller(settings.central_bank_url, timeout_s=_PATIENCE_S), Lock()
    known: list[str] = []
    failed: DcepError | None = None
    asked_at = -_ORDERS_HOLD_S

    def ask() -> list[str]:
        nonlocal known, failed, asked_at
        with lock:
            if time.monotonic() - asked_at >= _ORDERS_HOLD_S:
                try:
                    told = central_bank.ask("GET", "/v1/workers").document().get("orders")
                    known, failed = [str(order) for order in told] if isinstance(told, list) else known, None
                except DcepError as error:
                    failed = error
                asked_at = time.monotonic()
            if failed is not None:
                raise failed.with_traceback(None)
            return known

    return ask


def main() -> int:
    """Run the process."""
    settings = read_settings(BankSettings, settings_path())
    return machine.run(lambda stop: serve(settings, stop))


if __name__ == "__main__":
    sys.exit(ended(main))
