"""The stand-in for the core system: what it gives a newcomer, and that the books hold with that too."""

from __future__ import annotations

from pathlib import Path

import pytest

from dcep.clock import UnixMs
from dcep.errors import BadInput
from dcep.money import Fen
from dcep.operators.exchange.deposits import CASH, CLEARING, DepositRefused, SimulatedCoreBanking

_NOW = UnixMs(1_000)


def test_an_account_that_is_first_named_has_its_gift_once(tmp_path: Path) -> None:
    """A laboratory's customer can exchange at once; what he has spent is given again by no later process."""
    url = f"sqlite:///{tmp_path / 'core.db'}"
    core = SimulatedCoreBanking(url, gift=Fen(500))
    core.debit("a", "ACCT1", Fen(300), now=_NOW)
    core.close()

    core = SimulatedCoreBanking(url, gift=Fen(500))
    core.credit("b", "ACCT1", Fen(100), now=_NOW)
    core.credit("c", "ACCT2", Fen(7), now=_NOW)
    with pytest.raises(DepositRefused, match="insufficient_deposit"):
        core.debit("d", "ACCT1", Fen(301), now=_NOW)

    assert [core.balance(account) for account in ("ACCT1", "ACCT2", CLEARING, CASH)] == [300, 507, 193, -1_000]
    assert core.unbalanced() == []
    core.close()


def test_without_a_gift_no_account_is_open_that_nobody_has_opened(tmp_path: Path) -> None:
    """The bank's own accounts are nobody's deposit, with a gift or without."""
    plain = SimulatedCoreBanking(f"sqlite:///{tmp_path / 'plain.db'}")
    generous = SimulatedCoreBanking(f"sqlite:///{tmp_path / 'generous.db'}", gift=Fen(0))

    has = [core.has_account(account) for core in (plain, generous) for account in ("ACCT1", CLEARING, CASH)]
    with pytest.raises(DepositRefused, match="account_unknown"):
        plain.debit("a", "ACCT1", Fen(1), now=_NOW)
    with pytest.raises(BadInput, match="account_unknown"):
        plain.credit("b", "ACCT1", Fen(1), now=_NOW)
    with pytest.raises(DepositRefused, match="account_unknown"):
        generous.debit("c", CASH, Fen(1), now=_NOW)

    assert has == [False, False, False, True, False, False]
    plain.close()
    generous.close()
