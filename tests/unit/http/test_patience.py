"""Whoever reads a body is waited for so long and no longer."""

from __future__ import annotations

import asyncio

import pytest

from dcep.http import patience
from dcep.http.patience import Patience
from dcep.http.problems import Problem


async def _never() -> bytes:
    await asyncio.Event().wait()
    raise AssertionError("never")


async def _at_once() -> bytes:
    return b"body"


def test_who_is_late_hears_it_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error is his answer: his task is not cancelled for whoever waits for it."""
    monkeypatch.setattr(patience, "BODY_S", 0.05)
    monkeypatch.setattr(patience, "LOOK_S", 0.01)

    async def read() -> tuple[str, int, bytes]:
        patient = Patience()
        with pytest.raises(Problem) as late:
            await patient.wait_for(_never())
        task = asyncio.current_task()
        assert task is not None
        return late.value.code, task.cancelling(), await patient.wait_for(_at_once())

    told = asyncio.run(read())

    assert told == ("slow_body", 0, b"body")


def test_each_has_his_own_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """One look at all of them wakes those who are late, and nobody else."""
    monkeypatch.setattr(patience, "BODY_S", 0.05)
    monkeypatch.setattr(patience, "LOOK_S", 0.01)

    async def read() -> tuple[bytes | BaseException, bytes | BaseException]:
        patient, come = Patience(), asyncio.Event()

        async def slow() -> bytes:
            await come.wait()
            return b"body"

        first = asyncio.create_task(patient.wait_for(_never()))
        await asyncio.sleep(0)
        monkeypatch.setattr(patience, "BODY_S", 60.0)
        second = asyncio.create_task(patient.wait_for(slow()))
        await asyncio.wait({first})
        come.set()
        return await asyncio.gather(first, second, return_exceptions=True)

    late, in_time = asyncio.run(read())

    assert isinstance(late, Problem)
    assert in_time == b"body"


def test_who_is_called_off_is_not_late() -> None:
    """A server that ends calls its requests off: that is no slow body."""

    async def read() -> bool:
        task = asyncio.create_task(Patience().wait_for(_never()))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
        return task.cancelled()

    was_called_off = asyncio.run(read())

    assert was_called_off
