"""History tells what became of a command whose number is gone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dcep.clock import UnixMs
from dcep.ledger.history import KEPT_MS, Found
from dcep.messages.layout import Malformed, Seq
from dcep.messages.outcomes import ALREADY_USED, BEHIND, NEVER_PROCESSED, NOT_COVERED, SETTLED, decode_outcome, refused
from dcep.messages.refusals import Refusal
from tests.unit.ledger.small_ledger import Ledger


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    """Return a ledger in memory."""
    ledger = Ledger()
    yield ledger
    ledger.close()


def test_a_settled_command_gets_its_outcome_and_its_place(ledger: Ledger) -> None:
    """From the place the receipt is made again: a lost answer is healed by sending the same bytes."""
    command = ledger.command(1)
    first = ledger.send(command)

    again = ledger.send(command)

    assert again == first == Found(SETTLED, Seq(1), 1)


def test_a_refused_command_gets_its_refusal(ledger: Ledger) -> None:
    """A refusal is as final as a settlement: the number was consumed by this body."""
    command = ledger.command(1, settles=False)
    ledger.send(command)

    assert ledger.send(command) == Found(refused(Refusal.WALLET_UNKNOWN), Seq(1), 1)


def test_a_second_copy_of_the_same_bytes_in_one_frame_is_the_first(ledger: Ledger) -> None:
    """Appending twice is harmless; the second copy found the number used, and that is nobody's outcome."""
    command = ledger.command(1)

    outcomes = ledger.append(command, command)

    assert outcomes == [SETTLED, ALREADY_USED]
    assert ledger.ask(command) == Found(SETTLED, Seq(1), 1)


def test_a_body_whose_number_another_used_is_never_processed_at_once(ledger: Ledger) -> None:
    """The number is consumed for ever: no position has to be waited for."""
    ledger.send(ledger.command(1))

    late = ledger.ask(ledger.command(1, memo=2), position=99)

    assert late.outcome == NEVER_PROCESSED


def test_the_same_number_on_another_lane_is_another_number(ledger: Ledger) -> None:
    """Each device of a wallet counts for itself."""
    ledger.send(ledger.command(1))
    command = ledger.command(1, lane=3)

    assert ledger.send(command) == Found(SETTLED, Seq(2), 1)
    assert ledger.send(command) == Found(SETTLED, Seq(2), 1)


def test_a_number_that_fell_out_of_the_window_unused_is_never_processed(ledger: Ledger) -> None:
    """It can be used no more, and no row holds it."""
    ledger.send(ledger.command(60))
    ledger.send(ledger.command(120))

    late = ledger.send(ledger.command(5))

    assert late == Found(NEVER_PROCESSED, None, 0)


def test_a_number_without_a_row_is_not_judged_before_the_position_is_folded(ledger: Ledger) -> None:
    """Said too early, `never` would be contradicted by the very frame that is on its way: the wallet pays twice."""
    ledger.send(ledger.command(1))

    assert ledger.ask(ledger.command(2), position=2).outcome == BEHIND
    assert not BEHIND.is_final


def test_what_was_appended_after_a_question_is_folded_at_the_next(ledger: Ledger) -> None:
    """History folds when it is asked, and only what is new."""
    ledger.send(ledger.command(1))
    ledger.ask(ledger.command(1))
    second = ledger.command(2)
    ledger.append(second)

    assert ledger.ask(second) == Found(SETTLED, Seq(2), 1)


def test_a_body_that_expired_400_days_ago_without_a_row_is_not_covered(ledger: Ledger) -> None:
    """Beyond what history promises to keep it says so, never `not found`; what it does hold it still tells."""
    forgotten, settled = ledger.command(3), ledger.command(1)
    ledger.append(settled)
    ledger.time = UnixMs(forgotten.body.expires_at + KEPT_MS - 1)
    ledger.append(ledger.command(50))
    ledger.append(ledger.command(114))
    before = ledger.ask(forgotten)
    ledger.time = UnixMs(ledger.time + 1)
    ledger.append()

    assert before.outcome == NEVER_PROCESSED
    assert ledger.ask(forgotten).outcome == NOT_COVERED
    assert not NOT_COVERED.is_final
    assert ledger.ask(settled) == Found(SETTLED, Seq(1), 1)


def test_no_frame_holds_what_only_history_says() -> None:
    """Under a signed header stand the engine's answers alone."""
    for outcome in (NEVER_PROCESSED, NOT_COVERED, BEHIND):
        with pytest.raises(Malformed):
            decode_outcome(outcome.encode())


def test_behind_is_unavailable_to_the_outside() -> None:
    """Whoever hears it sends the same bytes again."""
    assert [outcome.code for outcome in (NEVER_PROCESSED, NOT_COVERED, BEHIND)] == [
        "never_processed",
        "not_covered",
        "unavailable",
    ]
    assert NEVER_PROCESSED.is_final
