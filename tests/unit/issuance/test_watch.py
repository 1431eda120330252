"""The watch over the supply: what changes is kept, what does not is not, and the table stays small."""

from __future__ import annotations

from typing import Final

from dcep.clock import UnixMs
from dcep.issuance.watch import Watch
from dcep.money import Fen
from tests.unit.issuance.realm import HOUR, Bank

_DAY: Final = 24 * HOUR


def test_what_has_not_changed_is_not_kept_again(bank: Bank) -> None:
    """A quiet night is one row, however often somebody looks."""
    watch = bank.central_bank.watch
    looks = [watch.look(now=UnixMs(bank.realm.now + turn)) for turn in range(3)]
    bank.issue_through("issue", Fen(900))
    looks += [watch.look(now=UnixMs(bank.realm.now + turn)) for turn in range(3, 5)]

    changes = watch.changes()

    assert looks == [True, False, False, True, False]
    assert [(each.place, each.at - bank.realm.now) for each in changes] == [(1, 0), (2, 3)]
    assert [(each.supply["issued_fen"], each.supply["law_holds"]) for each in changes] == [(0, True), (900, True)]
    assert watch.newest() == 2


def test_a_process_that_starts_again_goes_on_with_the_same_places(bank: Bank) -> None:
    """Whoever was cut off names the last place that he saw, whichever life of the process told him."""
    bank.central_bank.watch.look(now=bank.realm.now)
    bank.issue_through("issue", Fen(900))

    reborn = bank.realm.bank()
    seen = reborn.central_bank.watch.look(now=bank.realm.now)
    changes = reborn.central_bank.watch.changes(after=1)
    reborn.close()

    assert seen
    assert [(each.place, each.supply["issued_fen"]) for each in changes] == [(2, 900)]


def test_of_a_day_long_ago_the_last_change_alone_stays(bank: Bank) -> None:
    """Money moves every second for years: the newest changes are all there, an older day is one row."""
    watch = Watch(bank.store, bank.central_bank.board.cut, kept=2)
    for number in range(8):
        bank.issue_through(f"issue-{number}", Fen(1))
        # Four changes a day.
        watch.look(now=UnixMs(bank.realm.now + number // 4 * _DAY + number))

    changes = watch.changes()

    assert [each.supply["issued_fen"] for each in changes] == [4, 7, 8]
    assert watch.newest() == 8
