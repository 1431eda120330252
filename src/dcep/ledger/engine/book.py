"""The book: the whole state of one ledger, and the writes that chapters may make. A write here must succeed.

Money moves only in these words, which keep total = balances + locked + held + suspense:
    credit, debit (within the ledger: in pairs), deliver, take_in, give_back (channels), issue, withdraw (tier 1).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from dcep.clock import Day, UnixMs, year_of
from dcep.ids import (
    TIER1,
    CommandId,
    LedgerId,
    NetworkId,
    OperatorId,
    PolicyHash,
    WalletId,
    home_of,
    is_wallet_id,
    operator_of,
)
from dcep.ledger.engine.accounts import Account
from dcep.ledger.engine.channels import Channel
from dcep.ledger.engine.held import Held
from dcep.ledger.engine.lanes import Window
from dcep.ledger.engine.rule_sets import Limits, RuleSets
from dcep.ledger.engine.shard_time import ShardTime
from dcep.messages.classes import WalletClass
from dcep.messages.commands.governance import SetBoard
from dcep.messages.crossings import Content, Message, Payment, digest_of, encode_message
from dcep.messages.genesis import ISSUING_VAULT, Genesis, encode_genesis, network_of, supervision_wallet
from dcep.messages.layout import Epoch, Key, Lane, LockId, Number, Version
from dcep.messages.outcomes import Sent
from dcep.messages.policies import Policy, policy_hash
from dcep.messages.signed import Command, command_id, encode_body
from dcep.money import MAX_FEN, Fen


@dataclass(slots=True, kw_only=True)
class Operator:
    """An operator on a shard: its version, its status, its two accounts there."""

    version: Version
    status: int
    registrar: WalletId
    vault: WalletId


@dataclass(slots=True, kw_only=True)
class Holding:
    """What tier 1 keeps of an operator: its part of the issuing vault; what was allocated to it and came back, in all.

    Money moves between the customers of operators: one may return more than it was ever allocated.
    """

    in_vault: int = 0
    allocated: int = 0
    returned: int = 0


@dataclass(slots=True, kw_only=True)
class Lock:
    """Reserves locked under an id, once; `is_spent` when the money issued against them was allocated."""

    operator: OperatorId
    amount: Fen
    is_spent: bool


@dataclass(slots=True, kw_only=True)
class OpenAllocation:
    """An allocation of which the shard has not yet said that it counted; `n` is the message that carried it last."""

    n: Number
    operator: OperatorId
    amount: Fen
    lock: LockId


class Destination:
    """Where money is to arrive: an account here, or the channel to the ledger where the receiver lives."""

    __slots__ = ("account", "cap", "ledger", "locked", "wallet")

    def __init__(
        self, wallet: WalletId, ledger: LedgerId, account: Account | None, cap: Fen | None, locked: int
    ) -> None:
        self.wallet, self.ledger, self.account = wallet, ledger, account
        self.cap, self.locked = cap, locked

    def cannot_accept(self, amount: Fen) -> bool:
        """Return whether the receiver is closed, or the amount would lift it over its cap. A channel never refuses."""
        if self.account is None:
            return False
        cap = MAX_FEN if self.cap is None else self.cap
        return self.account.is_closed or self.account.balance + self.locked + amount > cap


class Book:
    """The state of one ledger of a network."""

    def __init__(self, genesis: Genesis, ledger: LedgerId) -> None:
        self.genesis, self.ledger = genesis, ledger
        self.network: NetworkId = network_of(encode_genesis(genesis))
        self.time = ShardTime()
        self.rules = RuleSets(genesis.rules)
        self.members_hash = policy_hash(genesis.members)
        self.board_version = Version(1)
        self.set_board(genesis.board, Version(1))
        self.workers: dict[LedgerId, tuple[Version, tuple[Key, ...]]] = {
            peer: (Version(1), (genesis.worker(peer),)) for peer in genesis.ledgers()
        }
        self.accounts: list[Account] = []
        self._index: dict[WalletId, Account] = {}
        self.lanes: dict[tuple[WalletId, Lane], Window] = {}
        self.locked: dict[WalletId, int] = {}
        self.held = Held()
        self.suspense: dict[OperatorId, int] = {}
        self.channels = {peer: Channel(peer) for peer in genesis.ledgers() if peer != ledger}
        self.operators: dict[tuple[OperatorId, LedgerId], Operator] = {}
        self.holdings: dict[OperatorId, Holding] = {}
        self.locks: dict[LockId, Lock] = {}
        self.open_allocations: dict[tuple[LedgerId, Number], OpenAllocation] = {}
        self.enacted: set[CommandId] = set()
        self.vault_window = Window()
        self.issued, self.withdrawn, self.total, self.alarms = 0, 0, 0, 0
        self.at_hand: Command | None = None
        self.sent: list[Sent] = []
        if ledger == TIER1:
            self.open_account(ISSUING_VAULT, WalletClass.ISSUING_VAULT, self.board_hash)
        else:
            self.open_account(supervision_wallet(ledger), WalletClass.SUPERVISION, policy_hash(genesis.supervision))

    # What chapters ask.

    @property
    def is_tier1(self) -> bool:
        return self.ledger == TIER1

    @property
    def now(self) -> UnixMs:
        return self.time.now

    @property
    def today(self) -> Day:
        return self.time.today

    @property
    def year(self) -> int:
        return self.time.year

    def account(self, wallet: WalletId) -> Account | None:
        """Return the account of this number on this ledger, whatever its class."""
        return self._index.get(wallet)

    def customer(self, wallet: WalletId) -> Account | None:
        """Return the customer's account of this number on this ledger."""
        account = self._index.get(wallet)
        return account if account is not None and account.is_customer else None

    def limits_of(self, account: Account) -> Limits:
        return self.rules.limits_of(account.wallet_class)

    def locked_of(self, account: Account) -> int:
        """Return the money that a freeze keeps locked, fen."""
        return self.locked.get(account.wallet, 0)

    def destination(self, wallet: WalletId) -> Destination | None:
        """Return where money for this customer arrives; None if nobody can be there."""
        home = home_of(wallet, self.genesis.shards)
        if home != self.ledger:
            return Destination(wallet, home, None, None, 0)
        account = self.customer(wallet)
        return None if account is None else self.destination_of(account)

    def destination_of(self, account: Account) -> Destination:
        """Return an account of this ledger as the place where money arrives."""
        locked = self.locked.get(account.wallet, 0) if self.locked else 0
        return Destination(account.wallet, self.ledger, account, self.limits_of(account).cap, locked)

    def operator_on(self, operator: OperatorId, shard: LedgerId) -> Operator | None:
        return self.operators.get((operator, shard))

    def operator_of(self, account: Account) -> Operator | None:
        """Return the operator on this shard to which an account belongs."""
        return self.operators.get((operator_of(account.wallet), self.ledger))

    def is_signed_by_board(self, order: Command) -> bool:
        """Return whether an officers' order that was brought here names the board in force at this place."""
        return order.body.epoch == int(self.board_version) and policy_hash(order.policy) == self.board_hash

    def remember_order(self, command: Command) -> None:
        """Keep which order of the officers was obeyed."""
        self.enacted.add(self._order_id(command))

    def has_obeyed(self, command: Command) -> bool:
        """Return whether the officers' order was obeyed, perhaps as another board had signed it."""
        return self._order_id(command) in self.enacted

    def _order_id(self, command: Command) -> CommandId:
        """Return what an order that overwrites is known by.

        A new board by its command: only the board that it replaces may sign it. Every other by what it says under its
        number: it may have to be signed anew, until another day and by another board.
        """
        body = command.body
        if isinstance(body.order, SetBoard):
            return command.id
        return command_id(encode_body(self.network, replace(body, expires_at=UnixMs(0), epoch=Epoch(0))))

    def is_worker(self, ledger: LedgerId, key: Key) -> bool:
        """Return whether the key is on the list in force for a ledger."""
        return ledger in self.workers and key in self.workers[ledger][1]

    # Numbers.

    def window(self, account: Account, lane: Lane) -> Window:
        """Return the window of a lane; a lane that was never used has a fresh one."""
        if lane == 0:
            return account.window
        return self.lanes.get((account.wallet, lane)) or Window()

    def use_number(self, account: Account, lane: Lane, number: Number, *, settled: bool) -> None:
        window = self.window(account, lane)
        window.use(number, settled=settled)
        if lane != 0:
            self.lanes[account.wallet, lane] = window

    # Accounts and authority.

    def open_account(self, wallet: WalletId, wallet_class: int, policy: PolicyHash) -> Account:
        account = Account(wallet, wallet_class, policy)
        self.accounts.append(account)
        self._index[wallet] = account
        return account

    def adopt(self, account: Account) -> None:
        """Take an account over from a snapshot, in opening order."""
        self.accounts.append(account)
        self._index[account.wallet] = account

    def forget_accounts(self) -> None:
        """Drop the accounts of the genesis, before those of a snapshot are adopted."""
        self.accounts.clear()
        self._index.clear()

    def set_board(self, board: Policy, version: Version) -> None:
        self.board, self.board_hash, self.board_version = board, policy_hash(board), version

    # Money within the ledger.

    def debit(self, account: Account, amount: Fen) -> None:
        account.balance = Fen(account.balance - amount)

    def credit(self, account: Account, amount: Fen) -> None:
        """Credit an account; while it is frozen for receiving the money is locked, and nobody is tipped off."""
        if account.is_frozen_to_receive:
            self.locked[account.wallet] = self.locked_of(account) + amount
        else:
            account.balance = Fen(account.balance + amount)

    def free_locked(self, account: Account) -> None:
        """Let locked money go back to the balance."""
        account.balance = Fen(account.balance + self.locked.pop(account.wallet, 0))

    def spend(self, payer: Account, amount: Fen) -> None:
        """Debit a payment and count it into the payer's day and year."""
        payer.balance = Fen(payer.balance - amount)
        payer.count_spending(amount, self.today, self.year)

    def deliver(self, payer: Account, receiver: Destination, amount: Fen, day: Day) -> None:
        """Bring money that was spent on a day to its receiver, or on its way."""
        if receiver.account is not None:
            self.credit(receiver.account, amount)
            return
        command = self.command_at_hand().id
        payment = Payment(payer=payer.wallet, receiver=receiver.wallet, amount=amount, command=command, day=day)
        # Money that went round and is not acknowledged yet counts each time it left: the count may fill up.
        payer.in_flight = Fen(min(payer.in_flight + amount, MAX_FEN))
        self.send(receiver.ledger, payment, amount)

    # Money between ledgers.

    def send(self, peer: LedgerId, content: Content, amount: int) -> Number:
        """Put a message into the channel to a peer; with it `amount` leaves this ledger. Return its n."""
        channel = self.channels[peer]
        message = Message(source=self.ledger, destination=peer, n=channel.next_out, content=content)
        data = encode_message(self.network, message)
        self.sent.append(Sent(to=peer, n=message.n, digest=digest_of(data)))
        channel.send(data, amount)
        self.total -= amount
        return message.n

    def take_in(self, peer: LedgerId, amount: int) -> None:
        """Count money that a message brought; the caller credits it."""
        self.channels[peer].received_fen += amount
        self.total += amount

    def give_back(self, payer: Account | None, wallet: WalletId, amount: Fen, day: Day) -> None:
        """Take a returned payment: always, over the cap and frozen too.

        For a closed account it goes into its operator's suspense, with an alarm: that cannot happen while close is
        right.
        """
        if payer is None or payer.is_closed or payer.balance + self.locked_of(payer) + amount > MAX_FEN:
            # A peer's worker may bring any number; what is no wallet id belongs to no operator.
            operator = operator_of(wallet) if is_wallet_id(wallet) else OperatorId(0)
            self.suspense[operator] = self.suspense.get(operator, 0) + amount
            self.alarms += 1
            return
        self.credit(payer, amount)
        payer.give_spending_back(amount, day, year_of(day))

    def land(self, wallet: WalletId, amount: Fen) -> None:
        """Take a payment that has arrived or come back out of the payer's money in flight."""
        payer = self._index.get(wallet)
        if payer is not None:
            payer.in_flight = Fen(max(payer.in_flight - amount, 0))

    def close_allocations(self, shard: LedgerId, high: Number, used: int) -> None:
        """Close the allocations of which a shard's window of the issuing vault's lane says that they counted."""
        window = Window(high, used)
        counted = [
            (peer, number)
            for peer, number in self.open_allocations
            if peer == shard and (window.is_superseded(number) or window.is_used(number))
        ]
        for key in counted:
            del self.open_allocations[key]

    # Money into the world and out of it (tier 1).

    def holding(self, operator: OperatorId) -> Holding:
        return self.holdings.setdefault(operator, Holding())

    def issue(self, operator: OperatorId, amount: Fen) -> None:
        vault, holding = self.issuing_vault(), self.holding(operator)
        vault.balance = Fen(vault.balance + amount)
        holding.in_vault += amount
        self.issued += amount
        self.total += amount

    def withdraw(self, operator: OperatorId, amount: Fen) -> None:
        vault, holding = self.issuing_vault(), self.holding(operator)
        vault.balance = Fen(vault.balance - amount)
        holding.in_vault -= amount
        self.withdrawn += amount
        self.total -= amount

    def issuing_vault(self) -> Account:
        return self._index[ISSUING_VAULT]

    # The command that is being judged.

    def command_at_hand(self) -> Command:
        assert self.at_hand is not None
        return self.at_hand
