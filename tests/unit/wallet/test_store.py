"""The wallet's file: made once, opened as it was, and never taken for something else."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from dcep.clock import UnixMs
from dcep.errors import BadInput
from dcep.ids import CommandId, NetworkId, OperatorId, wallet_id
from dcep.messages.layout import Epoch, Number, Seq
from dcep.money import Fen
from dcep.wallet.errands import Errand
from dcep.wallet.store import Draft, Identity, Settled, WalletStore

_IDENTITY = Identity(network=NetworkId(bytes(16)), wallet=wallet_id(OperatorId(1), 7), epoch=Epoch(1))


@pytest.fixture
def store(tmp_path: Path) -> WalletStore:
    """Return a new wallet's store."""
    return WalletStore(tmp_path / "wallet.db", _IDENTITY)


def _draft(number: Number) -> Draft:
    command = CommandId(number.to_bytes(32))
    return Draft(wire=b"signed", command=command, kind="pay", counterparty=5, amount=Fen(2**62), expires_at=UnixMs(9))


def test_a_number_is_taken_once(store: WalletStore, tmp_path: Path) -> None:
    """Also by the next process: the number and the bytes were stored together."""
    first = store.take(_draft, UnixMs(1))
    store.close()

    again = WalletStore(tmp_path / "wallet.db")
    second = again.take(_draft, UnixMs(2))

    assert (first.number, second.number) == (1, 2)
    assert again.open_orders() == [first, second]
    assert again.identity == _IDENTITY


def test_a_command_that_cannot_be_made_takes_no_number(store: WalletStore) -> None:
    """A gap would push others out of the window for nothing."""

    def broken(_: Number) -> Draft:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.take(broken, UnixMs(1))

    assert store.take(_draft, UnixMs(1)).number == 1


def test_a_final_answer_stays(store: WalletStore) -> None:
    """The first one is the one: a later word changes neither the answer nor the policy in force."""
    order = store.take(_draft, UnixMs(1))
    store.settle(order.draft.command, "amount_zero")

    store.settle(order.draft.command, "settled", Settled(seq=Seq(5), place=0, receipt=b"receipt", epoch=Epoch(2)))

    found = store.find(order.draft.command)
    assert found is not None
    assert (found.answer, found.receipt) == ("amount_zero", None)
    assert store.identity.epoch == 1
    assert store.open_orders() == []


def test_another_file_is_no_wallet(tmp_path: Path) -> None:
    """Nothing is written into it, and the error says what to do."""
    (tmp_path / "text.db").write_text("This is no database, but a long enough text to be taken for one.\n" * 9)
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE songs (name TEXT)").connection.close()

    for name in ("text.db", "other.db"):
        before = (tmp_path / name).read_bytes()
        with pytest.raises(BadInput, match="bad_wallet_file"):
            WalletStore(tmp_path / name)
        assert (tmp_path / name).read_bytes() == before


def test_a_wallet_is_neither_made_twice_nor_opened_before_it_is_made(store: WalletStore, tmp_path: Path) -> None:
    """A second `new` would forget the numbers of the first."""
    with pytest.raises(BadInput, match="wallet_exists"):
        WalletStore(tmp_path / "wallet.db", _IDENTITY)
    with pytest.raises(BadInput, match="no_such_wallet"):
        WalletStore(tmp_path / "nowhere.db")

    assert store.identity == _IDENTITY


def test_what_was_not_told_is_found_until_it_is(store: WalletStore) -> None:
    """A command that died before it could say what became of a payment must not pay again when it is run again."""
    first, second = (store.take(_draft, UnixMs(1)) for _ in range(2))
    store.settle(first.draft.command, "settled", Settled(seq=Seq(5), place=0, receipt=b"receipt", epoch=None))

    for order in (first, second):
        store.tell(order.draft.command)

    # Of the second there is nothing to tell yet.
    assert [order.number for order in store.untold()] == [second.number]


def test_an_errand_keeps_its_body_and_its_end(store: WalletStore) -> None:
    """The operator binds the key to the body for ever, so neither changes; the first end is the one."""
    errand = Errand(key="k", kind="exchange", body='{"amount_fen":1}', made_at=UnixMs(1))
    store.errands.take(errand)

    again = store.errands.take(replace(errand, body='{"amount_fen":2}'))
    store.errands.accept("k", "a" * 32)
    store.errands.tell("k")
    unheard = store.errands.untold()
    store.errands.end("k", "settled", None)
    store.errands.end("k", "refused", "account_unknown")
    ended = store.errands.untold()
    store.errands.tell("k")

    assert again == errand
    assert unheard == [replace(errand, order_id="a" * 32)]
    assert ended == [replace(errand, order_id="a" * 32, state="settled")]
    assert store.errands.untold() == []
