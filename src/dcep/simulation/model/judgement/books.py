"""Money and numbers counted from commands and outcomes alone, never from the engine's own sums.

Held is balance and locked money together: whether a freeze locks what arrives is no question of how much there is.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from dcep.ids import LedgerId, WalletId, ledger_name
from dcep.ledger.engine.standing import Engine, Standing
from dcep.messages.commands.holds import Capture, Hold, Release
from dcep.messages.commands.issuance import Allocate, Issue, Withdraw
from dcep.messages.commands.payments import Pay
from dcep.messages.commands.vaults import Exchange, Redeem, Return
from dcep.messages.crossings import Message, OfficersOrder, Payment, Returned, ReturnToIssuer
from dcep.messages.genesis import ISSUING_VAULT
from dcep.messages.layout import Lane, LockId, Number
from dcep.messages.outcomes import Outcome
from dcep.messages.signed import Command
from dcep.money import Fen, yuan
from dcep.simulation.model.judgement.deposits import Deposits
from dcep.simulation.model.judgement.knowledge import Knowledge, LaneOf
from dcep.simulation.model.judgement.laws import Law, Violation

WIDTH: Final = 64


def _yuan(fen: int) -> str:
    sign = "-" if fen < 0 else ""
    return f"{sign}{yuan(Fen(abs(fen)))} yuan"


class Money:
    """Every fen of the network, as the outcomes tell it; one for all ledgers."""

    def __init__(self, known: Knowledge) -> None:
        self.known = known
        self.held: defaultdict[LedgerId, defaultdict[WalletId, int]] = defaultdict(lambda: defaultdict(int))
        self.on_ledger: defaultdict[LedgerId, int] = defaultdict(int)
        self.in_transit = 0
        self.issued = self.withdrawn = 0
        self._locks_used: set[LockId] = set()
        self.deposits = Deposits(known)

    def settle(self, ledger: LedgerId, command: Command, outcome: Outcome, engine: Engine) -> tuple[WalletId, ...]:
        """Move the money of an account's order that settled; return the accounts that it concerns.

        Args:
            engine: asked for its folded time, and for nothing else.
        """
        order, signer = command.body.order, command.body.account
        match order:
            case Pay() if outcome.sent:
                return self._leave(ledger, signer, order.amount)
            case Pay():
                return self._move(ledger, signer, order.receiver, order.amount)
            case Hold():
                self.deposits.hold(ledger, command)
                return self._set_apart(ledger, signer, -order.amount)
            case Capture():
                deposit = self.deposits.capture(ledger, command, engine.standing().now)
                if outcome.sent:
                    return self._leave_ledger(ledger, order.amount)
                return self._set_apart(ledger, deposit.order.receiver, order.amount)
            case Release():
                deposit, left = self.deposits.release(ledger, command, engine.standing().now)
                return self._set_apart(ledger, deposit.payer, left)
            case Exchange():
                return self._move(ledger, signer, order.receiver, order.amount)
            case Redeem():
                return self._move(ledger, signer, order.vault, order.amount)
            case Return() | Allocate():
                return self._leave(ledger, signer, order.amount)
            case Issue():
                self._require_reserve(order)
                self.issued += order.amount
                return self._put(ledger, ISSUING_VAULT, order.amount)
            case Withdraw():
                self.withdrawn += order.amount
                return self._put(ledger, ISSUING_VAULT, -order.amount)
            case _:
                return ()

    def arrive(self, ledger: LedgerId, message: Message, outcome: Outcome, vault: WalletId) -> tuple[WalletId, ...]:
        """Move the money of a message that counts; return the accounts that it concerns.

        Args:
            vault: the operator's vault, of an allocation.
        """
        content: Any = message.content
        match content:
            case Payment():
                # What cannot be credited goes back at once, and stays in transit.
                return () if outcome.sent else self._come(ledger, content.receiver, content.amount)
            case Returned():
                return () if outcome.sent else self._come(ledger, content.payer, content.amount)
            case ReturnToIssuer():
                return self._come(ledger, ISSUING_VAULT, content.amount)
            case OfficersOrder():
                allocate = self.known.command(content.order[21:]).body.order
                return self._come(ledger, vault, allocate.amount) if isinstance(allocate, Allocate) else ()
            case _:
                return ()

    def require_conserved(self, ledger: LedgerId, standing: Standing, about: set[object]) -> None:
        """Hold a ledger's own total, and the whole network's money, to what the outcomes say.

        Args:
            about: what the frame at hand speaks of.

        Raises:
            Violation: money was made or lost.
        """
        if self.on_ledger[ledger] != standing.total:
            raise Violation(
                Law.CONSERVED,
                f"the outcomes leave {_yuan(self.on_ledger[ledger])} on {ledger_name(ledger)}, which counts "
                f"{_yuan(standing.total)}",
                *about,
            )
        everywhere = sum(self.on_ledger.values()) + self.in_transit
        if everywhere != self.issued - self.withdrawn or self.in_transit < 0:
            raise Violation(
                Law.CONSERVED,
                f"{_yuan(self.issued - self.withdrawn)} were issued and not withdrawn, but with "
                f"{_yuan(self.in_transit)} in transit {_yuan(everywhere)} are there",
                *about,
            )

    def require_balances(self, ledger: LedgerId, engine: Engine, touched: set[WalletId]) -> None:
        """Hold the balances of these accounts to the books.

        Raises:
            Violation: one differs.
        """
        for wallet in touched:
            view = engine.account(wallet)
            held = 0 if view is None else view.balance + view.locked
            if held != self.held[ledger][wallet]:
                raise Violation(
                    Law.BOOKS,
                    f"{self.known.name(wallet)} holds {_yuan(held)}, but the outcomes leave "
                    f"{_yuan(self.held[ledger][wallet])}",
                    wallet,
                )

    def _require_reserve(self, order: Issue) -> None:
        if order.lock in self._locks_used or self.known.reserves.get(order.lock) != order.amount:
            raise Violation(Law.RESERVES, f"{_yuan(order.amount)} are issued against reserves that are not there")
        self._locks_used.add(order.lock)

    def _put(self, ledger: LedgerId, wallet: WalletId, amount: int) -> tuple[WalletId, ...]:
        self.held[ledger][wallet] += amount
        self.on_ledger[ledger] += amount
        return (wallet,)

    def _set_apart(self, ledger: LedgerId, wallet: WalletId, amount: int) -> tuple[WalletId, ...]:
        """Move money between a wallet and what is on hold: all of it stays on the ledger."""
        self.held[ledger][wallet] += amount
        return (wallet,)

    def _leave_ledger(self, ledger: LedgerId, amount: int) -> tuple[WalletId, ...]:
        """Let money that was on hold leave: no wallet here has it."""
        self.in_transit += amount
        self.on_ledger[ledger] -= amount
        return ()

    def _move(self, ledger: LedgerId, giver: WalletId, taker: WalletId, amount: int) -> tuple[WalletId, ...]:
        self.held[ledger][giver] -= amount
        self.held[ledger][taker] += amount
        return giver, taker

    def _leave(self, ledger: LedgerId, giver: WalletId, amount: int) -> tuple[WalletId, ...]:
        self.in_transit += amount
        return self._put(ledger, giver, -amount)

    def _come(self, ledger: LedgerId, taker: WalletId, amount: int) -> tuple[WalletId, ...]:
        self.in_transit -= amount
        return self._put(ledger, taker, amount)


class Numbers:
    """The numbers of one ledger that were consumed, and the window that follows from them."""

    def __init__(self) -> None:
        self._high: defaultdict[LaneOf, int] = defaultdict(int)
        self._used: dict[LaneOf, set[int]] = {}
        self._settled: dict[LaneOf, set[int]] = {}

    def use(self, account: WalletId, lane: Lane, number: Number, *, settled: bool) -> bool:
        """Use a number; return whether the window jumped by exactly its width."""
        key = (account, lane)
        jumped = number == self._high[key] + WIDTH
        self._high[key] = max(self._high[key], number)
        self._used.setdefault(key, {0}).add(number)
        if settled:
            self._settled.setdefault(key, set()).add(number)
        return jumped

    def window(self, account: WalletId, lane: Lane) -> tuple[int, int, int]:
        """Return high, used and settled as they must stand."""
        key, high = (account, lane), self._high[account, lane]
        used, settled = (
            sum(1 << (high - number) for number in numbers if number > high - WIDTH)
            for numbers in (self._used.get(key, {0}), self._settled.get(key, set()))
        )
        return high, used, settled
