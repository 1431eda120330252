"""Once: a number counts at most once, a refusal changes nothing else, and what is not heard changes nothing."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcep.ids import LedgerId
from dcep.ledger.engine import roots
from dcep.messages.frames import split
from dcep.messages.kinds import KINDS
from dcep.messages.layout import Lane
from dcep.messages.outcomes import Outcome, Status, decode_outcomes
from dcep.messages.signed import Command, decode_record, prefix
from tests.laws.histories import histories, lived, opened, orders, quick
from tests.lines import read_line
from tests.network import ENGINES, Ledger, Network

SHARD = LedgerId(0)
# A number, and an amount that settles or is refused.
arrivals = st.lists(st.tuples(st.integers(1, 140), st.sampled_from([0, 1])), min_size=10, max_size=60)
COUNTED = (Status.SETTLED, Status.REFUSED)


@pytest.mark.parametrize("engine", ENGINES)
@quick
@given(texts=st.lists(orders, min_size=8, max_size=30))
def test_a_refusal_changes_nothing_but_the_number(engine: str, texts: list[str]) -> None:
    """All checks come first: the rule that says no finds the book as it was, and leaves it so."""
    scene = opened(ENGINES[engine])
    network = scene.network

    for text in texts:
        before = {ledger: place.engine.chunks() for ledger, place in network.ledgers.items()}
        lengths = {ledger: len(place.log) for ledger, place in network.ledgers.items()}
        line = read_line(text)
        assert line is not None
        scene.say(line)

        for ledger, place in network.ledgers.items():
            judged = _judged(network, place, lengths[ledger])
            if judged and all(outcome.status is not Status.SETTLED for _, outcome in judged):
                assert place.engine.chunks() == _with_numbers_used(network, ledger, before[ledger], judged)


@pytest.mark.parametrize("engine", ENGINES)
@quick
@given(texts=st.lists(orders, min_size=8, max_size=30))
def test_the_same_command_twice_counts_once(engine: str, texts: list[str]) -> None:
    """The sender who has heard nothing sends the same bytes again, and again, and pays once."""
    scene = opened(ENGINES[engine])
    again = read_line("again A")
    assert again is not None

    for text in texts:
        line = read_line(f"{text} as=A")
        assert line is not None
        scene.say(line)
        before = [place.engine.chunks() for place in scene.network.ledgers.values()]
        scene.say(again)

        assert [place.engine.chunks() for place in scene.network.ledgers.values()] == before


@pytest.mark.parametrize("engine", ENGINES)
@quick
@given(history=histories)
def test_each_number_counts_at_most_once(engine: str, history: list[str]) -> None:
    """Over the whole log, copies included: for one account, lane and number there is one settled or refused."""
    network = lived(ENGINES[engine], history)

    for place in network.ledgers.values():
        counted = Counter(
            (command.body.account, command.body.lane, command.body.number)
            for command, outcome in _judged(network, place)
            if command.kind.is_numbered and outcome.status in COUNTED
        )
        assert [number for number, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("engine", ENGINES)
@quick
@given(
    arrivals=st.lists(st.tuples(st.integers(1, 140), st.sampled_from([0, 1])), min_size=10, max_size=60),
    lane=st.integers(0, 3),
)
def test_the_window_takes_each_number_once_in_any_order(
    engine: str, arrivals: list[tuple[int, int]], lane: int
) -> None:
    """64 numbers may be in flight: any order, any repetition, and what is skipped stays free until it falls out."""
    scene = opened(ENGINES[engine])
    used, high = {0}, 0

    for number, amount in arrivals:
        line = read_line(f"pay li wang {amount} number={number} lane={lane}")
        assert line is not None
        answer = scene.say(line)

        expected = "amount_zero" if amount == 0 else "settled"
        if number + 64 <= high:
            expected = "superseded"
        elif number in used:
            expected = "already_used"
        elif number > high + 64:
            expected = "too_far"
        else:
            used, high = used | {number}, max(high, number)
        assert answer in (expected, *(("receiver_cannot_accept",) if expected == "settled" else ()))
        window = scene.network.ledgers[SHARD].engine.window(scene.view("li").wallet, Lane(lane))
        assert window[:2] == (high, sum(1 << (high - each) for each in used if high - each < 64))


def _judged(network: Network, place: Ledger, since: int = 0) -> list[tuple[Command, Outcome]]:
    """Return the commands of a log and their outcomes, as a new engine judges them from the beginning."""
    first = place.log[0]
    engine = ENGINES["python"](network.genesis_bytes, first.ledger)
    found: list[tuple[Command, Outcome]] = []
    for at, frame in enumerate(place.log):
        applied = engine.apply(frame.worker, frame.time, frame.body)
        if applied is not None and at >= since:
            commands = [decode_record(record, prefix(network.id)) for record in split(frame.body)]
            found += zip(commands, decode_outcomes(applied.outcomes, applied.count), strict=True)
    return found


def _with_numbers_used(
    network: Network, ledger: LedgerId, chunks: list[bytes], judged: list[tuple[Command, Outcome]]
) -> list[bytes]:
    """Return the state in which nothing but the numbers of refused commands has changed."""
    book = roots.restore(network.genesis, ledger, chunks)
    for command, outcome in judged:
        account = book.account(command.body.account)
        if outcome.status is Status.REFUSED and account is not None:
            book.use_number(account, command.body.lane, command.body.number, settled=False)
    return roots.chunks(book)


def test_every_kind_is_numbered_or_proven() -> None:
    """These laws speak of numbers; what has none counts by a counter of its own."""
    unnumbered = {kind.name for kind in KINDS.values() if not kind.is_numbered}

    assert unnumbered == {"credit", "ack", "resend", "tick", "checkpoint"}
