"""A generated economy: residents and merchants who pay from what they have, everything from one seed."""

from __future__ import annotations

from array import array
from random import Random  # noqa: TID251  seeded: the same seed makes the same economy
from typing import Final

from dcep.simulation.payments_file import CLASSES, Accounts, Payments

# One wallet in twenty is a merchant's: people pay merchants, and merchants pay their suppliers and staff.
_MERCHANT_EVERY: Final = 20
_TO_MERCHANT: Final = 0.8
_OPENING_FEN: Final = (20_000, 500_000)
_LARGEST_SHARE: Final = 0.2
# One payment in fifty asks for more than the payer has: the ledger must say no.
_TOO_MUCH: Final = 0.02


def generate_economy(seed: int, *, wallets: int, payments: int, days: int) -> tuple[Accounts, Payments]:
    """Return accounts of class II and payments among them.

    Args:
        seed: the same seed makes the same economy.
        wallets: how many, at least 40.
        payments: how many, spread evenly over the days.
        days: how many, from day 1.
    """
    chance = Random(seed)
    openings = [chance.randint(*_OPENING_FEN) for _ in range(wallets)]
    merchants = range(0, wallets, _MERCHANT_EVERY)
    balances = list(openings)
    payers, receivers, amounts, when = array("I"), array("I"), array("Q"), array("H")
    for row in range(payments):
        payer = chance.randrange(wallets)
        receiver = chance.choice(merchants) if chance.random() < _TO_MERCHANT else chance.randrange(wallets)
        if receiver == payer:
            receiver = (payer + 1) % wallets
        amount = _amount(chance, balances[payer])
        if amount <= balances[payer]:
            balances[payer] -= amount
            balances[receiver] += amount
        payers.append(payer)
        receivers.append(receiver)
        amounts.append(amount)
        when.append(1 + row * days // payments)
    accounts = Accounts(
        node_ids=array("Q", range(wallets)),
        openings_fen=array("Q", openings),
        classes=array("B", [CLASSES["II"]] * wallets),
    )
    return accounts, Payments(payers=payers, receivers=receivers, amounts_fen=amounts, days=when)


def _amount(chance: Random, balance: int) -> int:
    if chance.random() < _TOO_MUCH:
        return balance + chance.randint(1, 10_000)
    return max(1, int(balance * chance.random() * _LARGEST_SHARE))
