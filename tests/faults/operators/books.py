"""The law of the sagas, computed from the books of others: the ledger's and the core system's."""

from __future__ import annotations

from sqlalchemy import Engine, func, select

from dcep.ids import WalletId
from dcep.ledger.client import Line
from dcep.operators.exchange.deposits import CLEARING, SimulatedCoreBanking
from dcep.operators.exchange.orders import FINAL
from dcep.operators.store import orders


def require_law(line: Line, vault: WalletId, core: SimulatedCoreBanking, store: Engine, *, stock: int) -> int:
    """Return what the orders that have not ended move together, after the law held.

    Args:
        stock: what the vault had when nothing had been exchanged.
    """
    account = line.account(vault)
    assert account is not None
    unfinished = select(func.coalesce(func.sum(orders.c.amount_fen), 0)).where(orders.c.state.not_in(FINAL))
    with store.begin() as connection:
        under_way = int(connection.execute(unfinished).scalar_one())
    both = account.balance + core.balance(CLEARING)
    assert both - under_way <= stock <= both, f"vault and clearing {both}, of {stock}, under way {under_way}"
    assert core.unbalanced() == []
    return under_way
