"""What a wallet asks of the world, a step at a time: whoever drives the steps does the asking, blocking or not.

A story is a generator: it yields a step, is sent the step's answer or is thrown the error with which it failed, and
returns its end. So there is one story, however many ways there are to reach a ledger.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from typing import Any, NamedTuple, TypeVar

from dcep.errors import DcepError
from dcep.ids import CommandId, WalletId
from dcep.messages.layout import Epoch, Number, Seq
from dcep.messages.outcomes import Outcome
from dcep.messages.receipts import Receipt


class Submit(NamedTuple):
    """Send a command to its ledger: answered with a `Heard`."""

    wire: bytes


class Heard(NamedTuple):
    """What became of a command, where it stands in the log, and its receipt if it came at once."""

    outcome: Outcome
    seq: Seq | None
    place: int
    receipt: Receipt | None = None


class Prove(NamedTuple):
    """Bring the receipt of a command that has its place in the log: answered with a `Receipt`."""

    command: CommandId
    seq: Seq
    place: int


class Look(NamedTuple):
    """Look at an account as its ledger has it now: answered with a `Seen`, None if there is none."""

    wallet: WalletId


class Seen(NamedTuple):
    """The policy in force, and the highest number of the first lane."""

    epoch: Epoch
    high: Number


class Wait(NamedTuple):
    """Let so many milliseconds pass: answered with False when the patience is over."""

    ms: int


_End = TypeVar("_End")
Steps = Generator[Any, Any, _End]
"""A story that returns its end."""


def drive(steps: Steps[_End], do: Callable[[Any], Any]) -> _End:
    """Walk a story to its end, blocking.

    Args:
        do: do a step and return its answer.
    """
    try:
        step = next(steps)
        while True:
            try:
                answer = do(step)
            except DcepError as error:
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


async def drive_async(steps: Steps[_End], do: Callable[[Any], Awaitable[Any]]) -> _End:
    """Walk a story to its end; meanwhile others run."""
    try:
        step = next(steps)
        while True:
            try:
                answer = await do(step)
            except DcepError as error:
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
