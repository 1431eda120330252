"""The life of the money, told step by step, from the reserves and back; the law is asked at every stage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from dcep.clock import Day
from dcep.ids import OperatorId, WalletId, format_wallet_id
from dcep.issuance.supply import Supply
from dcep.ledger.worker.answers import Answer
from dcep.messages.classes import WalletClass
from dcep.messages.outcomes import Status
from dcep.messages.receipts import Receipt
from dcep.messages.signatory import single_key
from dcep.messages.signed import decode
from dcep.money import Fen, yuan
from dcep.simulation.economy import OFFICERS, OFFICERS_NEEDED, Economy
from dcep.wallet.payments import Wallet

BANKS: Final = {
    OperatorId(1): "Industrial and Commercial Bank of China",
    OperatorId(2): "Agricultural Bank of China",
    OperatorId(3): "Bank of China",
    OperatorId(4): "China Construction Bank",
    OperatorId(5): "Alibaba (Alipay)",
    OperatorId(6): "Tencent (WeChat Pay)",
    OperatorId(7): "UnionPay",
}
_ISSUED: Final = Fen(100_000_00)
# Name, operator, class, and what is exchanged, fen.
_PEOPLE: Final = (
    ("Lin, resident of Shenzhen", OperatorId(1), WalletClass.II, Fen(3_000_00)),
    ("Chen, resident of Shenzhen", OperatorId(6), WalletClass.IV, Fen(800_00)),
    ("Zhou, resident of Suzhou", OperatorId(4), WalletClass.III, Fen(2_500_00)),
    ("Shenzhen Metro (transport)", OperatorId(2), WalletClass.I, Fen(0)),
    ("Suzhou No. 1 School (education)", OperatorId(3), WalletClass.I, Fen(0)),
    ("Luohu People's Hospital (medicine)", OperatorId(7), WalletClass.I, Fen(0)),
)


class Teller(Protocol):
    """Where the story is told."""

    def chapter(self, title: str) -> None:
        """Begin a chapter."""

    def line(self, text: str) -> None:
        """Tell one fact."""

    def law(self, stage: str, supply: Supply) -> None:
        """Show the supply law at a stage."""


class Story:
    """The demonstration, over an economy that has just begun."""

    def __init__(self, economy: Economy, teller: Teller, first_day: Day) -> None:
        self._economy, self._tell, self._first_day = economy, teller, first_day
        self._wallets: list[Wallet] = []
        self._names: dict[WalletId, str] = {}
        self._shown: Answer | None = None

    def play(self) -> list[Supply]:
        """Tell everything; return the supply at each stage."""
        stages = [
            ("reserves locked, money issued", self._issue),
            ("allocated to the bank vaults", self._allocate),
            ("exchanged into wallets", self._exchange),
            ("paid", self._pay),
            ("redeemed", self._redeem),
            ("returned and withdrawn", self._withdraw),
        ]
        supplies = []
        for stage, step in stages:
            step()
            supplies.append(self._economy.supply())
            self._tell.law(stage, supplies[-1])
        return supplies

    def _issue(self) -> None:
        economy, tell = self._economy, self._tell
        tell.chapter("The central bank issues against 100 % reserves")
        economy.begin_day(self._first_day)
        economy.admit(BANKS)
        tell.line(f"{len(BANKS)} operators are admitted by the officers' board.")
        economy.issue(dict.fromkeys(BANKS, _ISSUED))
        tell.line(
            f"Each operator's reserve account is debited {yuan(_ISSUED)} yuan, in full, before anything is issued."
        )
        signed = ", ".join(f"{officer.name} (site {officer.site})" for officer in economy.officers[:OFFICERS_NEEDED])
        tell.line(f"Each order carries {OFFICERS_NEEDED} of {OFFICERS} officers' signatures: {signed}.")

    def _allocate(self) -> None:
        self._tell.chapter("The money crosses from tier 1 to the bank vaults")
        self._economy.allocate(dict.fromkeys(BANKS, _ISSUED))
        for name in BANKS.values():
            self._tell.line(f"{name:<42}{yuan(_ISSUED):>14} yuan in its vault")

    def _exchange(self) -> None:
        economy, tell = self._economy, self._tell
        tell.chapter("Residents exchange deposits for digital currency")
        for name, number, wallet_class, amount in _PEOPLE:
            operator, wallet = economy.operators[number], economy.new_wallet(number, name)
            policy = single_key(wallet.signatory.signer)
            opened = operator.registrar.open(wallet.id, wallet_class, policy, expires_at=economy.midnight)
            economy.settle(economy.shard, [opened])
            self._wallets.append(wallet)
            self._names[wallet.id] = name
            tell.line(f"{name:<36} wallet {format_wallet_id(wallet.id)}, class {wallet_class.name}, at {BANKS[number]}")
            if amount:
                exchange = operator.vault.exchange(wallet.id, amount, expires_at=economy.midnight)
                economy.settle(economy.shard, [exchange])
                tell.line(f"{'':<36} exchanges {yuan(amount)} yuan")

    def _pay(self) -> None:
        economy, tell = self._economy, self._tell
        lin, chen, zhou, metro, school, hospital = self._wallets
        tell.chapter("They pay merchants: settled upon payment, final, no fee")
        fee = Fen(1_200_00)
        told = [
            self._payment(lin, metro, Fen(5_00), "a ride to Luohu"),
            self._payment(zhou, school, fee, "a term's fee"),
            self._payment(chen, hospital, Fen(150_00), "a consultation"),
            self._payment(chen, hospital, Fen(2_500_00), "an operation"),
        ]
        self._send(told)
        tell.line("    The rules said no: nothing but the number of the command was used up.")
        paid = told[1][0]
        command = decode(paid, economy.network).id
        refund = school.refund(zhou.id, Fen(200_00), command, expires_at=economy.midnight)
        self._send([(refund, f"{self._names[school.id]} refunds {yuan(Fen(200_00))} yuan to {self._names[zhou.id]}")])
        again = economy.shard.line.submit([paid], at=economy.now)[0]
        tell.line(f"The school fee's bytes are sent a second time: {again.outcome.code}, counted once.")

    def _redeem(self) -> None:
        economy, tell = self._economy, self._tell
        tell.chapter("Everybody redeems what is left for deposits")
        for (name, number, _, _), wallet in zip(_PEOPLE, self._wallets, strict=True):
            account = economy.shard.line.account(wallet.id)
            if account is not None and account.balance:
                vault = economy.operators[number].vault.wallet
                economy.settle(economy.shard, [wallet.redeem(vault, account.balance, expires_at=economy.midnight)])
                tell.line(f"{name:<36}{yuan(account.balance):>14} yuan back on deposit")

    def _withdraw(self) -> None:
        economy, tell = self._economy, self._tell
        tell.chapter("The operators return, the central bank withdraws")
        balances = dict(economy.shard.line.balances())
        held = {number: balances[operator.vault.wallet] for number, operator in economy.operators.items()}
        economy.return_all({number: amount for number, amount in held.items() if amount})
        economy.withdraw({number: amount for number, amount in held.items() if amount})
        tell.line(f"{yuan(Fen(sum(held.values())))} yuan are withdrawn, the reserves are free again.")

    # Payments that people can follow.

    def _payment(self, payer: Wallet, receiver: Wallet, amount: Fen, purpose: str) -> tuple[bytes, str]:
        wire = payer.pay(receiver.id, amount, expires_at=self._economy.midnight)
        return wire, f"{self._names[payer.id]} pays {yuan(amount)} yuan for {purpose} to {self._names[receiver.id]}"

    def _send(self, told: Sequence[tuple[bytes, str]]) -> None:
        """Send signed commands in one batch and tell what became of each."""
        answers = self._economy.send(self._economy.shard, [wire for wire, _ in told])
        for (_, text), answer in zip(told, answers, strict=True):
            is_settled = answer.outcome.status is Status.SETTLED
            if is_settled and self._shown is None:
                self._shown = answer
            self._tell.line(f"{text}: {'settled' if is_settled else f'refused: {answer.outcome.code}'}")

    # What can be checked afterwards.

    def receipt(self) -> Receipt:
        """Return the receipt of the story's first payment."""
        assert self._shown is not None
        assert self._shown.seq is not None
        return self._economy.shard.line.receipt(self._shown.seq, self._shown.place)
