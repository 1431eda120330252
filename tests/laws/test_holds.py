"""Holds: what is captured and what is released is the amount, by nobody but whom the conditions name, and in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcep.clock import UnixMs
from dcep.ids import CommandId, LedgerId
from dcep.messages import signed
from tests.conditions import split
from tests.laws.histories import captures, carriage, conditions, happen, holds, opened, orders, releases, weather
from tests.lines import Line, read_line, read_moment
from tests.names import full_name
from tests.network import ENGINES
from tests.scene import Scene

# One hold on each shard to begin with, on conditions as they come.
_ends = st.sampled_from(["2021-01-05", "2021-01-02", "2022-01-01"])
_beginnings = st.tuples(
    st.builds("hold li wang 100 until={} capture_if={} release_if={} as=H".format, _ends, conditions, conditions),
    st.builds("hold zhou@1 li 100 until={} capture_if={} release_if={} as=I".format, _ends, conditions, conditions),
).map(list)
_lines = st.integers(0, 9).flatmap(
    lambda which: captures if which < 6 else releases if which < 7 else st.one_of(holds, orders, weather, carriage)
)
histories: Final = st.builds(list.__add__, _beginnings, st.lists(_lines, min_size=20, max_size=40))
few: Final = settings(max_examples=40)


@dataclass
class Promise:
    """A hold as its payer gave it, and what became of it by the answers alone."""

    ledger: LedgerId
    amount: int
    until: UnixMs
    capture_if: str
    release_if: str
    captured: int = 0
    released: int = 0


@pytest.mark.parametrize("engine", ENGINES)
@few
@given(history=histories)
def test_a_hold_keeps_what_it_promises(engine: str, history: list[str]) -> None:
    """Captured and released never exceed the amount, and are it in the end; each capture is due, each release too."""
    scene = opened(ENGINES[engine])
    promises: dict[CommandId, Promise] = {}

    for text in history:
        line = read_line(text)
        assert line is not None
        hold = _hold_of(scene, line)
        left = _left(scene, promises, hold)
        answer = happen(scene, text)
        if answer == "settled" and line.word == "hold":
            hold = signed.decode(scene.wires()[line.options["as"]], scene.network.id).id
            promises[hold] = _promise(scene, line, hold)
        if answer == "settled" and line.word in ("capture", "release"):
            _follow(scene, line, promises[hold], left)

        for kept, promise in promises.items():
            view = scene.network.ledgers[promise.ledger].engine.hold(kept)
            is_open = promise.captured + promise.released < promise.amount
            assert (view is not None) == is_open
            assert view is None or (view.amount, view.captured) == (promise.amount, promise.captured)
            assert view is not None or promise.captured + promise.released == promise.amount


def _follow(scene: Scene, line: Line, promise: Promise, left: int) -> None:
    """Count a settled capture or release, which must have been lawful."""
    now = scene.network.ledgers[promise.ledger].engine.standing().now
    assert left > 0
    if line.word == "capture":
        amount = int(line.args[2])
        assert 0 < amount <= left
        assert now < promise.until
        assert _met(promise.capture_if, line, now)
        promise.captured += amount
    else:
        assert now >= promise.until or _met(promise.release_if, line, now)
        promise.released += left


def _met(text: str, line: Line, now: int) -> bool:
    """Say by the words alone whether a condition is met."""
    word, _, inside = text.removesuffix(")").partition("(")
    parts = split(inside)
    match word:
        case "before":
            return now < read_moment(inside)
        case "after":
            return now >= read_moment(inside)
        case "secret":
            return inside in split(line.options.get("secrets", ""))
        case "all" | "any" | "2of":
            met = sum(_met(part, line, now) for part in parts)
            return met >= {"all": len(parts), "any": 1, "2of": 2}[word]
    signers = [line.options.get("by", line.args[0])]
    # A co-signature over something else than what is done here is none.
    if "over" not in line.options:
        signers += split(line.options.get("cosigned", ""))
    if word == "key":
        return text in signers
    return full_name(text) in map(full_name, (name for name in signers if not name.startswith("key(")))


def _hold_of(scene: Scene, line: Line) -> CommandId:
    """Return the hold of which a line speaks; nothing if it speaks of none."""
    if line.word not in ("capture", "release"):
        return CommandId(b"")
    return signed.decode(scene.wires()[line.args[1]], scene.network.id).id


def _left(scene: Scene, promises: dict[CommandId, Promise], hold: CommandId) -> int:
    promise = promises.get(hold)
    view = None if promise is None else scene.network.ledgers[promise.ledger].engine.hold(hold)
    return 0 if view is None else view.amount - view.captured


def _promise(scene: Scene, line: Line, hold: CommandId) -> Promise:
    ledger = LedgerId(int(full_name(line.args[0]).partition("@")[2]))
    assert scene.network.ledgers[ledger].engine.hold(hold) is not None
    return Promise(
        ledger=ledger,
        amount=int(line.args[2]),
        until=read_moment(line.options["until"]),
        capture_if=line.options["capture_if"],
        release_if=line.options["release_if"],
    )
