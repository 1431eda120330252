"""A wallet's history at its operator: each movement once, in the ledger's order, with the balance behind each."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import update

from dcep.errors import DcepError, Unavailable
from dcep.ledger.client import Effect, MovementPage
from dcep.messages.classes import WalletClass
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
    assert [line.amount for line in history.behind(street.li, first[0].number, limit=5)] == [300]


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
    while foreign.advance(town.now):
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
        assert History(store, street.town.line, BANK).page(street.li, limit=99) == whole
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
        while history.advance(street.town.now):
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
        history.advance(street.town.now)


@BOTH_DATABASES
def test_two_processes_that_take_the_same_page_store_it_once(street: Street) -> None:
    """The second finds the mark moved; both go on behind it."""
    street.exchange(street.li, 500, "e1")
    one = street.bank.history
    other = _Overtaken(one, street)
    street.send(street.li_signs.pay(street.bakery, Fen(5), expires_at=street.town.economy.midnight))

    taken = other.history.advance(street.town.now)
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
        while self._first.advance(self._street.town.now):
            pass
        return page
