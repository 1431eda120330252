"""Everybody's wallet, and the steps of the script done by them: through the client library, as any program would.

1. A wallet's folder is made with a key that follows from the seed; then its number is asked for.
2. A step is done under its key: whatever was killed in the middle goes on, and nothing is done twice.
3. Without a final answer the same is asked again, until the pilot's patience is over.
4. The end is written down, with how long it took whoever waited.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import httpx

from dcep.client import OperatorOrder, Payment
from dcep.client.asynchronous import AsyncClient
from dcep.clock import UnixMs
from dcep.crypto.sealed_keys import Cost
from dcep.errors import DcepError, Unavailable
from dcep.ids import CommandId, NetworkId, OperatorId
from dcep.simulation.pilot.cast import Part
from dcep.simulation.pilot.journal import End, Journal
from dcep.simulation.pilot.script import SETTLED, Stage, Step, Verb

# The password is 32 random bytes: nobody guesses, and hundreds of wallets are opened at a start.
_CHEAP: Final = Cost(8, 1, 1)
_PATIENCE_S: Final = 20.0
_TRIES: Final = 6


class Result(NamedTuple):
    """What somebody heard: the answer, the id of what he signed, its frame; `is_new` if he began to wait only now."""

    answer: str
    command: bytes = b""
    seq: int | None = None
    is_new: bool = True


class Players:
    """All wallets of the pilot.

    Args:
        folder: where they are kept, a folder each.
        urls: where each operator answers.
        password: of all their keys.
        until: until when a hold of a step lasts.
        connections: shared by all of them.
    """

    def __init__(
        self,
        folder: Path,
        parts: Mapping[str, Part],
        *,
        urls: Mapping[OperatorId, str],
        network: NetworkId,
        seed: int,
        password: str,
        until: Callable[[Step], UnixMs],
        journal: Journal,
        clock: Callable[[], UnixMs],
        connections: httpx.AsyncClient,
    ) -> None:
        self._folder, self._parts, self._urls, self._network = folder, parts, urls, network
        self._seed, self._password, self._until = seed, password, until
        self._journal, self._clock, self._connections = journal, clock, connections
        self._began_at = clock()
        self._wallets: dict[str, AsyncClient] = {}

    async def close(self) -> None:
        """Let go of every wallet."""
        for wallet in self._wallets.values():
            await wallet.close()

    async def wallet(self, who: str) -> AsyncClient:
        """Return somebody's wallet, which has its number or not yet."""
        if who not in self._wallets:
            part, folder = self._parts[who], self._folder / who
            # 1.
            if not (folder / "wallet.json").exists():
                made = await AsyncClient.create(
                    folder,
                    self._urls[part.operator],
                    self._password,
                    network=self._network,
                    seed=part.seed(self._seed),
                    cost=_CHEAP,
                    connections=self._connections,
                )
                await made.close()
            self._wallets[who] = AsyncClient(
                folder, self._password, patience_s=_PATIENCE_S, connections=self._connections
            )
        return self._wallets[who]

    async def play(self, stage: Stage, phase: int, *, tell: Callable[[End], None]) -> None:
        """Do the steps of a stage that have not ended yet.

        Raises:
            Unavailable: one has no final answer after all patience; the same again goes on.
        """
        lines: dict[str, list[Step]] = defaultdict(list)
        for step in stage.steps:
            if self._journal.end_of(step.key) is None:
                lines[step.who].append(step)
        room = asyncio.Semaphore(stage.at_once)

        async def follow(steps: list[Step]) -> None:
            for step in steps:
                async with room:
                    end = await self._do(step, phase)
                if end is not None:
                    tell(end)

        try:
            async with asyncio.TaskGroup() as group:
                for steps in lines.values():
                    group.create_task(follow(steps))
        except ExceptionGroup as troubles:
            told = troubles.subgroup(DcepError)
            # One is enough to be told: the same line goes on with all of them.
            raise troubles if told is None else told.exceptions[0] from None

    async def _do(self, step: Step, phase: int) -> End | None:
        """Do a step; None if what it is about never came to be."""
        about = self._journal.end_of(step.about) if step.about else None
        if step.about and (about is None or about.answer != SETTLED):
            return None
        wallet, hold = await self.wallet(step.who), CommandId(about.command if about else b"")
        begun = time.monotonic_ns()
        result = await self._until_final(step, lambda: self._act(wallet, step, hold))
        took_us = (time.monotonic_ns() - begun) // 1_000 if result.is_new else None
        # 4.
        end = End(
            key=step.key,
            phase=phase,
            operator=self._parts[step.who].operator,
            trade=step.trade.value,
            verb=step.verb.value,
            answer=result.answer,
            kept=result.answer in step.told,
            ended_at_ms=self._clock(),
            took_us=took_us,
            command=result.command,
            seq=result.seq,
            amount_fen=step.amount,
        )
        self._journal.keep(end)
        return end

    async def _until_final(self, step: Step, act: Callable[[], Awaitable[Result | None]]) -> Result:
        # 3.
        for _ in range(_TRIES):
            try:
                result = await act()
            except Unavailable as later:
                await asyncio.sleep(later.retry_after_ms / 1_000)
            except DcepError as no:
                return Result(no.code)
            else:
                if result is not None:
                    return result
        message = f"{step.key} has no final answer yet"
        raise Unavailable("pilot_stuck", message, retry_after_ms=1_000, next_step="run the same line again: it goes on")

    async def _act(self, wallet: AsyncClient, step: Step, hold: CommandId) -> Result | None:
        """2. Do a step once; None without a final answer."""
        match step.verb:
            case Verb.OPEN:
                if wallet.stories.folder.is_open:
                    return Result(SETTLED, is_new=False)
                is_new = wallet.stories.folder.opening() is None
                part = self._parts[step.who]
                return _of_order(await wallet.open(part.wallet_class, part.evidence), is_new=is_new)
            case Verb.EXCHANGE:
                order = await wallet.exchange(step.amount, key=step.key)
                return _of_order(order, is_new=order.made_at_ms >= self._began_at)
            case Verb.REDEEM:
                return self._of_payment(await wallet.redeem(step.amount, key=step.key))
            case Verb.PAY:
                receiver = (await self.wallet(step.to)).wallet
                return self._of_payment(await wallet.pay(receiver, step.amount, key=step.key))
            case Verb.HOLD:
                receiver = (await self.wallet(step.to)).wallet
                return self._of_payment(await wallet.hold(receiver, step.amount, self._until(step), key=step.key))
            case Verb.CAPTURE:
                return self._of_payment(await wallet.capture(hold, step.amount, key=step.key))
            case Verb.RELEASE:
                return self._of_payment(await wallet.release(hold, key=step.key))

    def _of_payment(self, payment: Payment) -> Result | None:
        if payment.answer is None:
            return None
        return Result(payment.answer, payment.id, payment.seq, payment.made_at_ms >= self._began_at)


def _of_order(order: OperatorOrder, *, is_new: bool) -> Result:
    return Result(SETTLED if order.is_done else order.code or order.state, is_new=is_new)
