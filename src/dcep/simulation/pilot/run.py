"""The pilot, played through the processes of a currency: its wallets are clients like any other.

1. One pilot a data folder: another one is told so. Options that are not those it began with are refused.
2. The office notes from which frame of the ledger its books begin, and with each phase from which the phase counts.
3. A phase is played stage by stage. Meanwhile a board is made and published again and again, as things stand.
4. At the end of a phase all wallets are asked for their balances, the ledger's books are read to their end, the central
   bank is asked whether the law holds: the last board of the phase is signed, and kept before it is published.
5. The second phase does not begin unless the gate is passed, by the last board of the first.
6. In the second phase the draw is committed to before the gates open, and shown after them; then winners are given
   their envelopes.

Killed anywhere, the same line goes on: every step has a key, and what was signed lies in the journal.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from dcep.client.asynchronous import new_connections
from dcep.clock import DAY_MS, UnixMs
from dcep.durable import make_folder
from dcep.errors import DcepError, Unavailable
from dcep.ids import WalletId
from dcep.messages.reports.gate import is_passed, judge
from dcep.messages.reports.scores import ScoreBoard, read_board, sign_board
from dcep.services import machine
from dcep.simulation.pilot.books import LedgerBooks
from dcep.simulation.pilot.cast import Cast, Part, Size, Trade
from dcep.simulation.pilot.currency import Currency, running
from dcep.simulation.pilot.journal import End, Journal
from dcep.simulation.pilot.lottery import Lottery
from dcep.simulation.pilot.office import Office
from dcep.simulation.pilot.papers import write_papers
from dcep.simulation.pilot.players import Players
from dcep.simulation.pilot.script import Envelopes, Script, Stage, Step
from dcep.simulation.pilot.watch import Watch

_Found = TypeVar("_Found")
FOLDER: Final = "pilot"
# Red envelopes that nobody has opened by then go back.
ENVELOPES_LIVE_MS: Final = 45_000
_WAIT_S: Final = 0.3
_FRAME_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a pilot is made of; phases that were played are only told again."""

    cities: tuple[str, ...]
    scale: int
    seed: int
    phases: tuple[int, ...]


class GateShut(DcepError):
    """The second phase was asked for, and the first has not passed the gate."""

    def __init__(self, board: ScoreBoard | None) -> None:
        if board is None:
            super().__init__("gate_not_passed", "phase 1 has not been played", next_step="dcep pilot --phase 1")
            return
        missed = "; ".join(
            f"{each.name}: {each.seen}, wanted {each.wanted}" for each in judge(board) if not each.passed
        )
        super().__init__(
            "gate_not_passed", f"phase 1 did not pass the gate: {missed}", next_step="dcep pilot gate shows each"
        )


async def play(data: Path, port: int, options: Options, *, tell: Callable[[str], None]) -> list[ScoreBoard]:
    """Play the phases that are wanted, and return the last board of each.

    Args:
        port: the first of a hundred ports, for a currency that is started here.
        tell: hears a line whenever something begins or ends.

    Raises:
        GateShut: `gate_not_passed`.
        BadInput: `other_run`, `bad_options`.
        Unavailable: something does not answer; the same line goes on.
    """
    cast = Cast(options.cities, Size(scale=options.scale))
    folder = data / FOLDER
    make_folder(folder)
    # 1.
    with alone(folder), journal_in(folder) as journal:
        journal.begin({"cities": list(options.cities), "scale": options.scale, "seed": options.seed})
        if 2 in options.phases and 1 not in options.phases:
            require_gate(journal)
        async with running(data, port) as currency:
            tell(f"The currency in {data} answers{', started for this pilot' if currency.is_own else ''}.")
            async with _stage_of(folder, currency, journal, cast, options) as pilot:
                try:
                    return [await pilot.phase(phase, tell) for phase in options.phases]
                finally:
                    write_papers(folder, journal)


def last_board(journal: Journal, phase: int) -> ScoreBoard | None:
    """Return the last board of a phase, None if it has not ended."""
    message = journal.document(f"board-{phase}")
    return None if message is None else read_board(message).board


def require_gate(journal: Journal) -> None:
    """5. Return only if the second phase may begin.

    Raises:
        GateShut: `gate_not_passed`.
    """
    board = last_board(journal, 1)
    if board is None or not is_passed(board):
        raise GateShut(board)


@contextmanager
def journal_in(folder: Path) -> Iterator[Journal]:
    """Yield the journal of a pilot's folder."""
    journal = Journal(folder)
    try:
        yield journal
    finally:
        journal.close()


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a pilot's folder.

    Raises:
        Unavailable: `pilot_running`.
    """
    lock = os.open(folder / "pilot.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"{folder}: a pilot is being played there already"
            raise Unavailable("pilot_running", message, retry_after_ms=1_000, next_step="wait for its end") from None
        yield
    finally:
        os.close(lock)


@asynccontextmanager
async def _stage_of(
    folder: Path, currency: Currency, journal: Journal, cast: Cast, options: Options
) -> AsyncIterator[Pilot]:
    office, connections = await asyncio.to_thread(Office, currency), new_connections()
    password = journal.noted("password", machine.random_bytes(32).hex())
    envelopes_until = Deadline(journal)
    players = Players(
        folder / "wallets",
        cast.parts,
        urls=currency.operators,
        network=office.network,
        seed=options.seed,
        password=password,
        until=lambda step: envelopes_until.of(step, machine.now()),
        journal=journal,
        clock=machine.now,
        connections=connections,
    )
    try:
        script = Script(cast, options.seed)
        yield Pilot(journal, office, cast=cast, script=script, players=players, deadline=envelopes_until)
    finally:
        await players.close()
        await connections.aclose()
        office.close()


class Deadline:
    """Until when holds last: a hospital's for a day, red envelopes all to one moment, which only moves on."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    @property
    def envelopes(self) -> UnixMs:
        """The moment at which the newest envelope is lost."""
        return UnixMs(self._journal.note("envelopes-until") or 0)

    def of(self, step: Step, now: UnixMs) -> UnixMs:
        """Return until when the hold of a step lasts that is signed now."""
        if step.trade is not Trade.ENVELOPES:
            return UnixMs(now + DAY_MS)
        # A pilot that was killed gives the rest of the envelopes their whole time too.
        if self.envelopes < now + ENVELOPES_LIVE_MS // 2:
            self._journal.put_note("envelopes-until", now + ENVELOPES_LIVE_MS)
        return self.envelopes


class Pilot:
    """A pilot at work."""

    def __init__(
        self,
        journal: Journal,
        office: Office,
        *,
        cast: Cast,
        script: Script,
        players: Players,
        deadline: Deadline,
    ) -> None:
        self._journal, self._office, self._cast = journal, office, cast
        self._script, self._players, self._deadline = script, players, deadline

    async def phase(self, phase: int, tell: Callable[[str], None]) -> ScoreBoard:
        """Play a phase to its last board; one that was played is not played again."""
        kept = self._journal.document(f"board-{phase}")
        if kept is not None:
            # Killed before it was published, perhaps: the same board may come again.
            await asyncio.to_thread(self._office.publish_board, kept)
            tell(f"Phase {phase} has been played.")
            return read_board(kept).board
        if phase == 2:
            require_gate(self._journal)
        # 2.
        frame = await asyncio.to_thread(self._office.latest)
        since = self._journal.noted("since", frame[0] + 1)
        books = LedgerBooks(
            since,
            self._journal.noted(f"since-{phase}", frame[0] + 1),
            await asyncio.to_thread(self._office.institutions),
        )
        began_at = UnixMs(self._journal.noted(f"began-{phase}", machine.now()))
        watch = Watch(self._journal, self._office, books, phase, began_at)
        joining = len(self._cast.joining(phase))
        tell(f"Phase {phase}: {joining} wallets join in {' and '.join(self._cast.cities)}.")
        # 3.
        over = asyncio.Event()
        watching = asyncio.create_task(watch.go_on(over))
        try:
            await self._play(phase, tell)
        finally:
            over.set()
            await watching
        return await self._last_board(phase, watch, tell)

    async def _play(self, phase: int, tell: Callable[[str], None]) -> None:
        stages = self._script.stages(phase)
        if phase == 1:
            for stage in stages:
                await self._stage(stage, phase, tell)
            return
        # 6.
        opening = {"wallets", "empty wallets", "exchanges", "money from home"}
        for stage in (stage for stage in stages if stage.name in opening):
            await self._stage(stage, phase, tell)
        wallets = await self._wallets(self._cast.residents(2, self._cast.cities[0]))
        lottery = Lottery(self._journal, self._office, wallets, machine.random_bytes)
        commitment = await asyncio.to_thread(lottery.commit, self._cast.size.envelopes, machine.now())
        tell(f"A draw of {commitment.winners} among {commitment.tickets} is committed to, by frame {commitment.frame}.")
        rest = [stage for stage in stages if stage.name not in opening]
        await self._stage(rest[0], phase, tell)
        winners = await _until_there(lambda: lottery.winners(commitment, self._cast.parts))
        tell(f"The draw is shown: {len(winners)} red envelopes of 200 yuan.")
        envelopes = Envelopes(self._cast, winners)
        for stage in (*envelopes.given(), *envelopes.opened(), *rest[1:-1]):
            await self._stage(stage, phase, tell)
        await self._until_lost(envelopes.returned(), tell)
        await self._stage(envelopes.returned(), phase, tell)
        await self._stage(rest[-1], phase, tell)

    async def _stage(self, stage: Stage, phase: int, tell: Callable[[str], None]) -> None:
        if not stage.steps:
            return
        loop = asyncio.get_running_loop()
        begun, ended = loop.time(), list[End]()
        await self._players.play(stage, phase, tell=ended.append)
        took = max(loop.time() - begun, 0.001)
        wrong = sum(not end.kept for end in ended)
        told = f"{len(ended):>6} in {took:5.1f} s, {len(ended) / took:6.1f} a second" if ended else "  done before"
        tell(f"  {stage.name:<20}{told}{f', {wrong} not as the rules say' if wrong else ''}")

    async def _until_lost(self, stage: Stage, tell: Callable[[str], None]) -> None:
        """Wait until the ledger's time has reached the envelopes' end, if any is still to be given back."""
        if all(self._journal.end_of(step.key) for step in stage.steps):
            return
        left_s = (self._deadline.envelopes - machine.now()) / 1_000
        tell(f"  {'waiting':<20}for envelopes that nobody opens, {max(0.0, left_s):.0f} s")
        while (await asyncio.to_thread(self._office.latest))[1] < self._deadline.envelopes:
            await asyncio.sleep(_WAIT_S)

    async def _wallets(self, parts: list[Part]) -> dict[str, WalletId]:
        return {part.id: (await self._players.wallet(part.id)).wallet for part in parts}

    # 4.

    async def _last_board(self, phase: int, watch: Watch, tell: Callable[[str], None]) -> ScoreBoard:
        balances: dict[WalletId, int] = {}
        for part in self._cast.parts.values():
            if part.phase <= phase:
                account = await (await self._players.wallet(part.id)).account()
                balances[account.wallet] = account.balance_fen
        board = await asyncio.to_thread(watch.board, balances)
        message = sign_board(board, self._office.signer)
        self._journal.keep_document(f"board-{phase}", message)
        self._journal.keep_document("certificate", self._office.certificate.encode())
        await asyncio.to_thread(self._office.publish_board, message)
        tell(f"Phase {phase} has ended; its last board is signed.")
        return board


async def _until_there(look: Callable[[], _Found | None]) -> _Found:
    """Look again and again until something is there.

    Raises:
        Unavailable: `pilot_stuck`: the ledger makes no frames.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + _FRAME_S
    while (found := await asyncio.to_thread(look)) is None:
        if loop.time() > end:
            raise Unavailable("pilot_stuck", "the ledger makes no frames", retry_after_ms=1_000)
        await asyncio.sleep(_WAIT_S)
    return found
