"""A whole currency in one process: tier 1 and one retail shard, the central bank, its operators and their customers.

Everything follows from one seed: every key, every wallet number, every byte that is signed. The clock is told from
outside.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final

from dcep.clock import DAY_MS, Day, UnixMs, start_of
from dcep.crypto.keys import derive
from dcep.crypto.suites import Signer
from dcep.errors import DcepError
from dcep.ids import LedgerId, NetworkId, OperatorId, WalletId, wallet_id
from dcep.issuance.officers import Officer, Proposal, board_of
from dcep.issuance.orders import IssuingVault
from dcep.issuance.reserves.settlement import SimulatedSettlement
from dcep.issuance.supply import Supply, supply_of
from dcep.ledger.client import WorkerLine
from dcep.ledger.relay import carry
from dcep.ledger.timekeeping import tick
from dcep.ledger.worker.answers import Answer, outcomes_of
from dcep.messages.classes import OperatorStatus
from dcep.messages.commands.governance import Rules, SetOperator
from dcep.messages.genesis import Genesis, encode_genesis, network_of
from dcep.messages.layout import Code, Hash, Key, LockId, Seq, Version
from dcep.messages.outcomes import Status
from dcep.messages.policies import Threshold
from dcep.messages.signatory import Signatory, single_key
from dcep.money import Fen
from dcep.operators.registrar import Registrar
from dcep.operators.vault import Vault
from dcep.simulation.player import Player
from dcep.wallet.payments import Wallet

SHARD: Final = LedgerId(0)
OFFICERS: Final = 5
OFFICERS_NEEDED: Final = 3
SITES: Final = 2
_SERIALS: Final = 10**12


class Surprise(DcepError):
    """A step of the script had another answer than the script foresees: a fault of the ledger or of the script."""


def require_settled(answers: Sequence[Answer]) -> None:
    """Return only if every command settled.

    Raises:
        Surprise: one of them did not.
    """
    for outcome in outcomes_of(answers):
        if outcome.status is not Status.SETTLED:
            raise Surprise("surprise", f"a step that must settle was answered {outcome.code}")


class Keys:
    """Every key of the economy, from its seed."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed

    def signer(self, *labels: str | int) -> Signer:
        """Return the key of an actor."""
        return Signer(derive(self._seed, "key", *labels))

    def number(self, *labels: str | int) -> int:
        """Return a serial of 12 digits that nobody can count."""
        return int.from_bytes(derive(self._seed, "number", *labels)[:16]) % _SERIALS

    def bytes(self, *labels: str | int) -> bytes:
        """Return 32 bytes for a purpose."""
        return derive(self._seed, "bytes", *labels)

    def officers(self) -> list[Officer]:
        """Return the officers of the central bank, at two sites in turn."""
        return [
            Officer(name=f"officer {place}", site=1 + place % SITES, signer=self.signer("officer", place))
            for place in range(1, OFFICERS + 1)
        ]


def genesis_of(keys: Keys, rules: Rules) -> Genesis:
    """Return the genesis of the economy with this seed, marked as one of simulated time."""
    officers = keys.officers()
    supervisors = tuple(single_key(keys.signer("supervision", place)) for place in range(1, 4))
    return Genesis(
        random=Hash(keys.bytes("genesis")),
        simulated_time=Code(1),
        board=board_of(officers, needed=OFFICERS_NEEDED, sites=SITES),
        supervision=Threshold(needed=2, of=supervisors),
        members=single_key(keys.signer("central bank")),
        rules=rules,
        tier1_worker=Key(keys.signer("worker", "tier1").public),
        shard_workers=(Key(keys.signer("worker", "shard", 0).public),),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """An operator's desk on the shard."""

    number: OperatorId
    registrar: Registrar
    registrar_wallet: WalletId
    registrar_signer: Signer
    vault: Vault
    vault_signer: Signer


class Economy:
    """The actors over two ledgers, and the steps that they take together."""

    def __init__(self, keys: Keys, genesis: Genesis, tier1: WorkerLine, shard: WorkerLine) -> None:
        self.keys, self.genesis = keys, genesis
        self.network: NetworkId = network_of(encode_genesis(genesis))
        self.tier1, self.shard = Player(tier1), Player(shard)
        self.settlement = SimulatedSettlement()
        self.officers = keys.officers()
        board = board_of(self.officers, needed=OFFICERS_NEEDED, sites=SITES)
        self.issuing_vault = IssuingVault(self.network, board)
        self.operators: dict[OperatorId, Operator] = {}
        self._locks: dict[OperatorId, LockId] = {}
        self._wallets: set[WalletId] = set()
        self._height = 0
        self._day = Day(0)

    # Time.

    @property
    def now(self) -> UnixMs:
        """00:00 of the day, in Shanghai."""
        return start_of(self._day)

    @property
    def midnight(self) -> UnixMs:
        """24:00 of the day: what is signed today expires then."""
        return UnixMs(self.now + DAY_MS)

    def begin_day(self, day: Day) -> None:
        """Let tier 1 tell the ledgers that a day begins, and wait until they have heard it."""
        for future in self.announce_day(day):
            require_settled(future.result())

    def announce_day(self, day: Day) -> list[Future[Sequence[Answer]]]:
        """Let tier 1 tell the ledgers that a day begins; what is sent behind it is judged on that day."""
        self._day = day
        self._height += 1
        wire = tick(self.network, self.keys.signer("central bank"), Seq(self._height), self.now)
        return [player.submit([wire], at=self.now) for player in (self.tier1, self.shard)]

    # Steps.

    def settle(self, player: Player, wires: Sequence[bytes]) -> Sequence[Answer]:
        """Send commands that must all settle.

        Raises:
            Surprise: one of them did not.
        """
        answers = self.send(player, wires)
        require_settled(answers)
        return answers

    def send(self, player: Player, wires: Sequence[bytes]) -> Sequence[Answer]:
        """Send commands and wait for their answers."""
        return player.submit(wires, at=self.now).result()

    def approve(self, proposal: Proposal) -> bytes:
        """Let as many officers sign as the board needs, and return the order's wire."""
        for officer in self.officers[:OFFICERS_NEEDED]:
            proposal.approve(officer)
        return proposal.wire()

    def carry(self) -> None:
        """Carry what waits between the two ledgers, both ways."""
        carry(self.tier1.line, self.shard.line, at=self.now)
        carry(self.shard.line, self.tier1.line, at=self.now)

    def checkpoint(self) -> None:
        """Let both logs name the roots of their states, and keep snapshots."""
        self.tier1.line.checkpoint()
        self.shard.line.checkpoint()

    # Institutions.

    def admit(self, numbers: Iterable[OperatorId]) -> None:
        """Admit operators on the shard, each with a registrar and a vault."""
        orders = []
        for number in numbers:
            operator = self._operator(number)
            self.operators[number] = operator
            order = SetOperator(
                operator=number,
                shard=SHARD,
                replaces=Version(0),
                status=Code(OperatorStatus.ADMITTED),
                registrar=operator.registrar_wallet,
                registrar_policy=single_key(operator.registrar_signer),
                vault=operator.vault.wallet,
                vault_policy=single_key(operator.vault_signer),
            )
            orders.append(self.approve(self.issuing_vault.order(order, expires_at=self.midnight)))
        self.settle(self.tier1, orders)
        self.carry()

    def issue(self, amounts: dict[OperatorId, Fen]) -> None:
        """Lock reserves in full and issue against them."""
        orders = []
        for operator, amount in amounts.items():
            lock = LockId(self.keys.bytes("lock", operator)[:16])
            self.settlement.deposit(operator, amount)
            self.settlement.lock(operator, amount, lock)
            self._locks[operator] = lock
            proposal = self.issuing_vault.issue(operator, amount, lock, expires_at=self.midnight)
            orders.append(self.approve(proposal))
        self.settle(self.tier1, orders)

    def allocate(self, amounts: dict[OperatorId, Fen]) -> None:
        """Allocate what was issued to the operators' bank vaults."""
        self.settle(
            self.tier1,
            [
                self.approve(
                    self.issuing_vault.allocate(
                        SHARD, operator, amount, self._locks[operator], expires_at=self.midnight
                    )
                )
                for operator, amount in amounts.items()
            ],
        )
        self.carry()

    def return_all(self, amounts: dict[OperatorId, Fen]) -> None:
        """Return what the vaults hold to the issuing vault."""
        self.settle(
            self.shard,
            [
                self.operators[operator].vault.return_to_issuer(amount, expires_at=self.midnight)
                for operator, amount in amounts.items()
            ],
        )
        self.carry()

    def withdraw(self, amounts: dict[OperatorId, Fen]) -> None:
        """Withdraw what was returned; the reserves become free."""
        orders = [
            self.approve(self.issuing_vault.withdraw(operator, amount, expires_at=self.midnight))
            for operator, amount in amounts.items()
        ]
        self.settle(self.tier1, orders)
        for operator, amount in amounts.items():
            self.settlement.unlock(operator, amount)

    def _operator(self, number: OperatorId) -> Operator:
        registrar_wallet = wallet_id(number, self.keys.number("registrar", number))
        registrar_signer, vault_signer = self.keys.signer("registrar", number), self.keys.signer("vault", number)
        vault_wallet = wallet_id(number, self.keys.number("vault", number))
        self._wallets |= {registrar_wallet, vault_wallet}
        return Operator(
            number=number,
            registrar=Registrar(Signatory(self.network, registrar_wallet, registrar_signer)),
            registrar_wallet=registrar_wallet,
            registrar_signer=registrar_signer,
            vault=Vault(Signatory(self.network, vault_wallet, vault_signer)),
            vault_signer=vault_signer,
        )

    # Customers.

    def new_wallet(self, operator: OperatorId, holder: str | int) -> Wallet:
        """Return the wallet of a holder at an operator; it is not opened yet."""
        attempt = 0
        while (number := wallet_id(operator, self.keys.number("wallet", holder, attempt))) in self._wallets:
            attempt += 1
        self._wallets.add(number)
        return Wallet(Signatory(self.network, number, self.keys.signer("holder", holder)))

    # The law.

    def supply(self) -> Supply:
        """Count all money of both ledgers and what is between them."""
        return supply_of(self.tier1.line.statement(), (self.shard.line.statement(),), self.settlement.locked_fen)
