"""The central bank's process dies at every commit and around every send: nothing is lost, nothing happens twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from shutil import copy
from typing import Final

import pytest

from dcep.issuance.officers import board_of
from dcep.issuance.states import State
from dcep.messages.commands.governance import SetBoard
from dcep.messages.commands.issuance import Allocate, Withdraw
from dcep.messages.genesis import ISSUING_VAULT
from dcep.messages.layout import Version
from dcep.money import Fen
from tests.unit.issuance.realm import BANK, DATABASE, RICHES, SHARD, Bank, Fuse, Killed, Realm

AMOUNT: Final = Fen(5_000)

Work = Callable[[Bank], None]


def live(realm: Realm, work: Work, fuse: Fuse) -> None:
    """Start the process, work, and end it, killed or not."""
    bank = realm.bank(fuse)
    try:
        work(bank)
    finally:
        bank.close()


def die_everywhere(folder: Path, prepare: Work, work: Work, judge: Callable[[Realm], None]) -> int:
    """Do the work in a new realm for each step at which it can be killed, killed there and begun again."""
    whole, step = Fuse(), 0
    # The tables of every realm are copied from the first: making them takes longer than all the rest.
    first = Realm(folder)
    first.bank().close()
    first.close()
    while step <= whole.burnt:
        place = folder / str(step)
        place.mkdir()
        copy(folder / DATABASE, place / DATABASE)
        realm = Realm(place)
        live(realm, prepare, Fuse())
        if step:
            with pytest.raises(Killed):
                live(realm, work, Fuse(step))
        live(realm, work, Fuse() if step else whole)
        judge(realm)
        realm.close()
        step += 1
    return whole.burnt


def admit(bank: Bank) -> None:
    """Admit the operator, before anybody is killed."""
    bank.carry_through("admit", bank.realm.admission())
    bank.realm.carry()


def test_money_is_issued_once_wherever_the_process_dies(tmp_path: Path) -> None:
    """Lane and number are taken with the bytes, the wire is stored with the last approval, answers are asked again."""

    def work(bank: Bank) -> None:
        bank.issue_through("issue", AMOUNT)

    def judge(realm: Realm) -> None:
        vault = realm.tier1.account(ISSUING_VAULT)
        assert realm.tier1.sums().issued == AMOUNT
        assert (realm.settlement.locked_fen, realm.settlement.free_fen(BANK)) == (AMOUNT, RICHES - AMOUNT)
        # The admission and the issue: no number was taken twice, none was lost.
        assert vault is not None
        assert (vault.high, vault.settled) == (2, 0b11)

    steps = die_everywhere(tmp_path, admit, work, judge)

    assert steps > 20


@pytest.mark.long
def test_money_lives_its_whole_life_once_wherever_the_process_dies(tmp_path: Path) -> None:
    """Issued, allocated, returned, withdrawn: in the end every fen of reserves is the operator's again."""

    def work(bank: Bank) -> None:
        realm = bank.realm
        lock = bank.issue_through("issue", AMOUNT).content.lock
        bank.carry_through("allocate", Allocate(shard=SHARD, operator=BANK, amount=AMOUNT, lock=lock))
        realm.carry()
        if realm.shard.sums().vaults:
            realm.shard.submit([realm.return_order(AMOUNT)])
            realm.carry()
        bank.carry_through("withdraw", Withdraw(operator=BANK, amount=AMOUNT))
        # A withdrawal that was recorded in an earlier life may have its transfer still to be sent.
        bank.send()

    def judge(realm: Realm) -> None:
        tier1 = realm.tier1.sums()
        assert (tier1.issued, tier1.withdrawn, tier1.issuing_vault) == (AMOUNT, AMOUNT, 0)
        assert (realm.settlement.locked_fen, realm.settlement.free_fen(BANK)) == (0, RICHES)

    steps = die_everywhere(tmp_path, admit, work, judge)

    assert steps > 60


@pytest.mark.long
def test_a_board_is_changed_once_and_an_order_under_way_follows_it(tmp_path: Path) -> None:
    """An issue that waits for the old board lapses, is signed anew under its number, and counts once."""

    def work(bank: Bank) -> None:
        realm = bank.realm
        old, new = realm.officers[:3], realm.officers[2:]
        if realm.tier1.standing().board == 1:
            bank.issue("issue", AMOUNT)
            bank.propose("issue")
            bank.sign(old[0], "issue")
            board = board_of(realm.officers[1:], needed=3)
            bank.carry_through("board", SetBoard(replaces=Version(1), board=board), by=old)
        bank.send()
        bank.issue_through("issue", AMOUNT, by=new)

    def judge(realm: Realm) -> None:
        bank = realm.bank()
        states = [order.state for order in bank.desk.orders()]
        bank.close()
        vault = realm.tier1.account(ISSUING_VAULT)
        assert states == [State.SETTLED, State.SETTLED, State.SETTLED]
        assert vault is not None
        assert (realm.tier1.standing().board, realm.tier1.sums().issued, vault.high) == (2, AMOUNT, 3)

    steps = die_everywhere(tmp_path, admit, work, judge)

    assert steps > 20
