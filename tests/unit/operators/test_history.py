"""A wallet's history at its operator: each movement once, in the ledger's order, with the balance behind each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import update

from dcep.errors import DcepError, Unavailable
from dcep.ledger.client import Effect, MovementPage
from dcep.messages.classes import Scope, WalletClass
from dcep.messages.layout import Epoch
from dcep.messages.signatory import single_key
from dcep.money import Fen
from dcep.operators.history import History, HistoryLine
from dcep.operators.store import history_marks, open_store, transaction
from tests.faults.operators.fuse import Fuse, Killed
from tests.town import BANK, OTHER_BANK
from tests.unit.operators.street import BOTH_DATABASES, Street


def kinds(lines: list[HistoryLine]) -> list[str]:
    """Return what the lines say has happened."""
    return [line.kind.value for line in lines]


@BOTH_DATABASES
def test_each_line_has_the_balance_behind_it(street: Street) -> None:
    """The newest first: what the wallet holds now stands at the top."""
    street.exchange(street.li, 500, "e1")
    paid = street.li_signs.pay(street.bakery, Fen(120), expires_at=street.town.economy.midnight)
    street.send(paid)
    street.rest()

    lines = street.bank.history.page(street.li, limit=10)

    assert kinds(lines) == ["paid", "exchanged", "opened"]
    assert [(line.amount, line.effect, line.balance) for line in lines] == [
        (120, Effect.OUT, 380),
        (500, Effect.IN, 500),
        (0, Effect.NONE, 0),
    ]
    assert lines[0].counterparty == street.bakery
    assert street.bank.history.balance(street.li) == street.balance(street.li) == 380


def test_pages_are_cut_by_the_number_of_the_last_line_that_was_seen(street: Street) -> None:
    """A page stays what it was while lines are added at the top."""
    street.exchange(street.li, 500, "e1")
    street.exchange(street.li, 400, "e2")
    history = street.bank.history

    first = history.page(street.li, limit=2)
    street.exchange(street.li, 300, "e3")
    second = history.page(street.li, before=first[-1].number, limit=2)

    assert kinds(first + second) == ["exchanged", "exchanged", "opened"]


def test_the_history_of_every_account_of_the_bank_comes_to_what_the_ledger_says(street: Street) -> None:
    """Of the vault too: what customers exchanged went out of it."""
    street.exchange(street.li, 500, "e1")
    street.send(street.li_signs.redeem(street.vault(), Fen(70), expires_at=street.town.economy.midnight))
    street.rest()

    for wallet in (street.li, street.bakery, street.vault()):
        assert street.bank.history.balance(wallet) == street.balance(wallet)


def test_a_customer_of_another_bank_is_seen_from_this_side_alone(street: Street) -> None:
    """Both banks hear of the payment, each of its own customer."""
    town = street.town
    foreign_store = open_store("sqlite://")
    foreign = History(foreign_store, town.line, OTHER_BANK)
    wallet = town.economy.new_wallet(OTHER_BANK, "wu")
    desk = town.economy.operators[OTHER_BANK]
    opening = desk.registrar.open(
        wallet.id, WalletClass.II, single_key(wallet.signatory.signer), expires_at=town.economy.midnight
    )
    town.economy.settle(town.economy.shard, [opening])
    street.exchange(street.li, 500, "e1")
    street.send(street.li_signs.pay(wallet.id, Fen(5), expires_at=town.economy.midnight))
    street.rest()
    while foreign.advance():
        pass

    theirs, ours = foreign.page(wallet.id, limit=1), street.bank.history.page(street.li, limit=1)

    assert (kinds(theirs), kinds(ours)) == (["received"], ["paid"])
    assert theirs[0].command == ours[0].command
    assert street.bank.history.page(wallet.id, limit=1) == foreign.page(street.li, limit=1) == []
    foreign_store.dispose()


def test_the_operator_hears_who_signs_for_a_wallet_now(street: Street) -> None:
    """A holder changes keys at the ledger alone: nobody has to bring the command here for the new one to count."""
    new = single_key(street.town.holder("a new phone"))
    change = street.li_signs.set_policy(new, replaces=Epoch(1), expires_at=street.town.economy.midnight)
    street.send(change)
    with pytest.raises(DcepError, match="policy_changed"):
        street.bank.guards.policy_in_force(street.li)

    street.rest()

    assert street.bank.guards.policy_in_force(street.li) == new
    assert kinds(street.bank.history.page(street.li, limit=1)) == ["policy_set"]


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
def test_a_process_that_is_killed_at_any_step_loses_no_line_and_stores_none_twice(
    street: Street, new_database: Callable[[], str]
) -> None:
    """Before each commit, and behind the one before; the mark and the lines are one transaction."""
    for number in range(3):
        street.exchange(street.li, 10 + number, f"e{number}")
    whole, blown = street.bank.history.page(street.li, limit=99), 0

    while True:
        url = new_database()
        is_killed = _advance(street, url, Fuse(at=blown + 1))
        _advance(street, url, Fuse())
        store = open_store(url)
        again = History(store, street.town.line, BANK).page(street.li, limit=99)
        # The numbers are those of another database's news.
        assert [replace(line, number=0) for line in again] == [replace(line, number=0) for line in whole]
        store.dispose()
        if not is_killed:
            break
        blown += 1

    # The mark is read, the page is stored.
    assert blown == 2


def _advance(street: Street, url: str, fuse: Fuse) -> bool:
    """Take in everything, and return whether the process ended before."""
    store = open_store(url)
    history = History(fuse.guard(store), street.town.line, BANK)
    try:
        while history.advance():
            pass
    except Killed:
        return True
    finally:
        store.dispose()
    return False


def test_a_ledger_that_does_not_go_on_where_the_history_ends_is_not_passed_over(street: Street) -> None:
    """One that was put back to an older copy would leave out what it told before: somebody has to look."""
    with transaction(street.bank.history._store) as connection:
        connection.execute(update(history_marks).values(after="999999-0-0"))
    history = History(street.bank.history._store, street.town.line, BANK)

    with pytest.raises(Unavailable, match="history_cut"):
        history.advance()


@BOTH_DATABASES
def test_what_moved_and_what_ended_stands_in_one_order_of_numbers(street: Street) -> None:
    """Whoever has heard of a number goes on behind it, and misses nothing."""
    history = street.bank.history
    opened = history.newest()
    order = street.exchange(street.li, 500, "e1")
    street.exchange(street.bakery, 300, "e2")

    news = history.news(street.li, after=opened, limit=9)
    later = history.news(street.li, after=news[0].number, limit=9)

    assert [each.kind.value if isinstance(each, HistoryLine) else each.order_id for each in news] == [
        order,
        "exchanged",
    ]
    assert later == news[1:]
    assert history.news(street.li, after=opened, limit=1) == news[:1]
    assert news[-1].number < history.newest()


def test_a_holder_hears_of_money_that_a_freeze_has_locked_and_is_not_warned_of_the_freeze(street: Street) -> None:
    """The money is told when it arrives and when it is free; that he may not receive is for nobody to announce."""
    bank, now = street.bank, street.town.now
    street.exchange(street.li, 500, "e1")
    opened = bank.history.newest()
    bank.desk.freeze(street.bakery, Scope.RECEIVE, "a court's order", by="Wang", key="f", now=now)
    street.rest()
    silent = bank.history.news(street.bakery, after=opened, limit=9)
    street.send(street.li_signs.pay(street.bakery, Fen(5), expires_at=street.town.economy.midnight))
    street.rest()
    bank.desk.unfreeze(street.bakery, "the court's other order", by="Wang", key="u", now=now)
    street.rest()

    lines = bank.history.page(street.bakery, limit=9)

    assert silent == []
    assert [(line.kind, line.effect, line.balance) for line in lines] == [
        ("unfrozen", Effect.IN, 5),
        ("received", Effect.NONE, 0),
        ("opened", Effect.NONE, 0),
    ]


@BOTH_DATABASES
def test_two_processes_that_take_the_same_page_store_it_once(street: Street) -> None:
    """The second finds the mark moved; both go on behind it."""
    street.exchange(street.li, 500, "e1")
    one = street.bank.history
    other = _Overtaken(one, street)
    street.send(street.li_signs.pay(street.bakery, Fen(5), expires_at=street.town.economy.midnight))

    taken = other.history.advance()
    street.rest()

    assert taken == 0
    assert kinds(one.page(street.li, limit=9)) == ["paid", "exchanged", "opened"]
    assert one.balance(street.li) == 495


class _Overtaken:
    """A second process which another one overtakes while it waits for the ledger's answer."""

    def __init__(self, first: History, street: Street) -> None:
        self._first, self._street = first, street
        self.network, self.place = street.town.line.network, street.town.line.place
        self.history = History(first._store, self, BANK)  # type: ignore[arg-type]  # it asks for movements alone

    def movements(self, after: str, **asked: object) -> MovementPage:
        page = self._street.town.line.movements(after, **asked)  # type: ignore[arg-type]
        while self._first.advance():
            pass
        return page
