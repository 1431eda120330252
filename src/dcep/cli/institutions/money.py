"""`dcep centralbank issue`, `allocate`, `withdraw`: ask for an order that moves money. The officers decide."""

from __future__ import annotations

from typing import Annotated, Final

from cyclopts import Parameter

from dcep.cli.institutions.office import Office

OrderId = Annotated[str | None, Parameter(name="--id")]
_HERE: Final = Office()


def issue(operator: int, amount: str, /, *, order_id: OrderId = None, office: Office = _HERE) -> int:
    """Ask for an issue: the operator's reserves are locked first, in full.

    Parameters
    ----------
    operator
        The operator's number, 1 to 999.
    amount
        Yuan, with at most two decimals.
    order_id
        The order's id for ever, drawn if it is not named. The same line again is the same order.
    """
    from dcep.cli.institutions.asking import ask_for, fen_of

    return ask_for(office, order_id, {"kind": "issue", "operator": operator, "amount_fen": fen_of(amount)})


def allocate(issued: str, /, *, shard: int = 0, order_id: OrderId = None, office: Office = _HERE) -> int:
    """Ask for the allocation of all that an order has issued, to that operator's bank vault.

    Parameters
    ----------
    issued
        The id of the order that issued it.
    shard
        The retail shard of the vault.
    order_id
        The order's id for ever, drawn if it is not named.
    """
    from dcep.cli.institutions.asking import ask_for

    return ask_for(office, order_id, {"kind": "allocate", "issue": issued, "shard": shard})


def withdraw(operator: int, amount: str, /, *, order_id: OrderId = None, office: Office = _HERE) -> int:
    """Ask for the withdrawal of what an operator has returned; its reserves go back.

    Parameters
    ----------
    operator
        The operator's number, 1 to 999.
    amount
        Yuan, with at most two decimals.
    order_id
        The order's id for ever, drawn if it is not named.
    """
    from dcep.cli.institutions.asking import ask_for, fen_of

    return ask_for(office, order_id, {"kind": "withdraw", "operator": operator, "amount_fen": fen_of(amount)})
