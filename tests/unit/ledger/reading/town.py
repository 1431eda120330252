"""A town of two banks in a data folder: paid, refused, refunded, frozen, redeemed and returned, and read afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dcep.clock import day_of_date
from dcep.ids import CommandId, OperatorId, WalletId
from dcep.issuance.rules import read_rules
from dcep.ledger.engine.statute import PythonEngine
from dcep.messages.classes import Scope, WalletClass
from dcep.messages.commands.conditions import NO_EVIDENCE, SignedByAccount
from dcep.messages.commands.holds import Capture, Hold, Release
from dcep.messages.layout import Hash, Version
from dcep.messages.outcomes import Outcome
from dcep.messages.signatory import single_key
from dcep.messages.signed import decode
from dcep.money import Fen
from dcep.simulation.economy import Economy
from dcep.simulation.opening import open_economy
from dcep.wallet.payments import Wallet

DAY: Final = day_of_date("2021-01-01")
BANKS: Final = (OperatorId(1), OperatorId(2))
SEED: Final = bytes(32)
_PEOPLE: Final = (("li", BANKS[0]), ("bakery", BANKS[0]), ("wang", BANKS[1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """Where it is kept, who lives there, and the commands that tests ask for.

    Li has 690.00 yuan, the bakery 200.00, Wang 90.00 of which 10.00 are locked, the first vault 900.00.
    """

    root: Path
    li: WalletId
    bakery: WalletId
    wang: WalletId
    vault: WalletId
    registrar: WalletId
    paid: CommandId
    refused: CommandId


def build_town(root: Path) -> Town:
    """Play the town's day in a new folder."""
    with open_economy(root, read_rules("ecny-2021"), PythonEngine, lambda: SEED) as economy:
        _found(economy)
        li, bakery, wang = (economy.new_wallet(bank, name) for name, bank in _PEOPLE)
        _open(economy, li, bakery, wang)
        until = economy.midnight
        paid = li.pay(bakery.id, Fen(250_00), expires_at=until)
        refused = li.pay(bakery.id, Fen(0), expires_at=until)
        _send(economy, paid, refused)
        original = decode(paid, economy.network).id
        _send(economy, bakery.refund(li.id, Fen(50_00), original, expires_at=until))
        _send(economy, li.pay(wang.id, Fen(100_00), expires_at=until))
        guard = economy.operators[BANKS[1]]
        frozen = guard.registrar.freeze(
            wang.id, Scope.RECEIVE, replaces=Version(1), basis=Hash(bytes(32)), expires_at=until
        )
        _send(economy, frozen, li.pay(wang.id, Fen(10_00), expires_at=until))
        _send(economy, wang.redeem(guard.vault.wallet, Fen(20_00), expires_at=until), wang.cancel(expires_at=until))
        economy.return_all({BANKS[0]: Fen(100_00)})
        economy.checkpoint()
        home = economy.operators[BANKS[0]]
        return Town(
            root=root,
            li=li.id,
            bakery=bakery.id,
            wang=wang.id,
            vault=home.vault.wallet,
            registrar=home.registrar_wallet,
            paid=original,
            refused=decode(refused, economy.network).id,
        )


def build_town_with_deposits(root: Path) -> Town:
    """Play another day: li has 1,000 yuan, leaves a deposit of 300, 100 of it are captured, and gets 50 others back."""
    with open_economy(root, read_rules("ecny-2021"), PythonEngine, lambda: SEED) as economy:
        _found(economy)
        li, bakery, wang = (economy.new_wallet(bank, name) for name, bank in _PEOPLE)
        _open(economy, li, bakery, wang)
        until = economy.midnight
        deposit, other = (_hold(economy, li, bakery, amount) for amount in (Fen(300_00), Fen(50_00)))
        capture = Capture(hold=deposit, amount=Fen(100_00), evidence=NO_EVIDENCE)
        refused = wang.signatory.sign(Release(hold=deposit, evidence=NO_EVIDENCE), until)
        release = bakery.signatory.sign(Release(hold=other, evidence=NO_EVIDENCE), until)
        _send(economy, bakery.signatory.sign(capture, until), refused, release)
        home = economy.operators[BANKS[0]]
        return Town(
            root=root,
            li=li.id,
            bakery=bakery.id,
            wang=wang.id,
            vault=home.vault.wallet,
            registrar=home.registrar_wallet,
            paid=deposit,
            refused=decode(refused, economy.network).id,
        )


def _hold(economy: Economy, payer: Wallet, receiver: Wallet, amount: Fen) -> CommandId:
    """Hold money that the receiver's word captures and releases, and return the hold's id."""
    word = SignedByAccount(account=receiver.id)
    order = Hold(receiver=receiver.id, amount=amount, until=economy.midnight, capture_if=word, release_if=word)
    wire = payer.signatory.sign(order, economy.midnight)
    economy.settle(economy.shard, [wire])
    return decode(wire, economy.network).id


def _found(economy: Economy) -> None:
    amounts = {BANKS[0]: Fen(2_000_00), BANKS[1]: Fen(500_00)}
    economy.begin_day(DAY)
    economy.admit(BANKS)
    economy.issue(amounts)
    economy.allocate(amounts)


def _open(economy: Economy, *wallets: Wallet) -> None:
    for wallet in wallets:
        operator = economy.operators[OperatorId(wallet.id // 10**13)]
        policy = single_key(wallet.signatory.signer)
        opened = operator.registrar.open(wallet.id, WalletClass.II, policy, expires_at=economy.midnight)
        economy.settle(economy.shard, [opened])
    vault = economy.operators[BANKS[0]].vault
    economy.settle(economy.shard, [vault.exchange(wallets[0].id, Fen(1_000_00), expires_at=economy.midnight)])


def _send(economy: Economy, *wires: bytes) -> list[Outcome]:
    return [answer.outcome for answer in economy.send(economy.shard, list(wires))]
