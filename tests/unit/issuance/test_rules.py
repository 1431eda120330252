"""The rule sets that come with the program."""

from __future__ import annotations

import pytest

from dcep.clock import date_text, day_of
from dcep.errors import BadInput
from dcep.issuance.rules import caps_of, names, read_rules
from dcep.ledger.engine.rule_sets import is_valid
from dcep.messages import layout
from dcep.messages.classes import WalletClass
from dcep.messages.commands.governance import Rules
from dcep.money import MAX_FEN


def test_both_rule_sets_are_there() -> None:
    """The one in force, and the one of the test of 2020 that a replay may ask for."""
    assert names() == ["ccb-test-2020", "ecny-2021"]


@pytest.mark.parametrize("name", names())
def test_a_rule_set_can_stand_in_a_genesis(name: str) -> None:
    """It names every class, grants a life and a bound, replaces nothing, and has canonical bytes."""
    rules = read_rules(name)

    assert is_valid(rules)
    assert rules.replaces == 0
    assert rules.name.rstrip(b"\0").decode() == name
    assert layout.decode(Rules, layout.encode(rules)) == rules


def test_yuan_become_fen_and_none_becomes_the_largest_number() -> None:
    """The files speak of yuan as the published tables do, the ledger of fen."""
    second = read_rules("ecny-2021").classes[WalletClass.II - 1]

    assert (second.cap, second.single, second.daily, second.annual) == (50_000_000, 5_000_000, 10_000_000, MAX_FEN)


def test_hours_and_seconds_become_milliseconds() -> None:
    """A body lives 24 hours at most, a worker's clock may be a minute ahead."""
    rules = read_rules("ecny-2021")

    assert (rules.max_life, rules.clock_bound) == (86_400_000, 60_000)


def test_a_rule_set_begins_at_midnight_in_shanghai() -> None:
    """A date is a day at UTC+8, and the day begins at 16:00 UTC."""
    begins = read_rules("ecny-2021").effective_at

    assert date_text(day_of(begins)) == "2021-01-01"
    assert begins % 86_400_000 == 57_600_000


def test_a_cap_that_there_is_not_is_none() -> None:
    """Who asks for a cap must see at once that there is none, and not compare with a magic number."""
    caps = caps_of(read_rules("ecny-2021"))

    assert caps == {1: None, 2: 50_000_000, 3: 2_000_000, 4: 1_000_000, 5: None}


def test_an_unknown_rule_set_is_wrong_input() -> None:
    """The answer says which there are; a path is no name."""
    with pytest.raises(BadInput, match=r"unknown_rules.*ecny-2021"):
        read_rules("../rules")
