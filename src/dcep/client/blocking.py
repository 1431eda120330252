"""`Client`: a wallet in a program's hands; each call returns when it is answered."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, Self, TypeVar

from dcep.client.asking import Ask
from dcep.client.driving import PATIENCE_S, Holding, Patience
from dcep.client.events import SILENCE_S, EventReader
from dcep.client.folder import make_folder
from dcep.client.meeting import meet, open_wallet
from dcep.client.records import Account, Event, Evidence, Movement, OperatorOrder, Page, Payment, Proof, WalletClassName
from dcep.clock import UnixMs
from dcep.crypto.sealed_keys import COST, Cost
from dcep.errors import Unavailable
from dcep.http.caller import Caller, Reply
from dcep.ids import CommandId, NetworkId, WalletId
from dcep.messages.merchants.requests import PaymentRequest
from dcep.money import Fen
from dcep.services import machine
from dcep.wallet.steps import Steps, Wait, drive

_End = TypeVar("_End")


class Client(Holding):
    """A wallet that is kept in a folder. One thread at a time.

    Args:
        folder: the wallet's, as `create` made it.
        password: of its keys; asked for once, when a key is needed, if it is a function.
        patience_s: how long one call asks again and waits before it is `Unavailable`; nothing is lost by that.
        clock: the device's time; None is the machine's.

    Raises:
        BadInput: `no_such_wallet` or `bad_wallet_file`.
    """

    def __init__(
        self,
        folder: Path,
        password: str | Callable[[], str],
        *,
        patience_s: float = PATIENCE_S,
        clock: Callable[[], UnixMs] | None = None,
    ) -> None:
        super().__init__(folder, password, clock=clock)
        self._driver = _Driver(patience_s)

    @classmethod
    def create(
        cls,
        folder: Path,
        operator_url: str,
        password: str,
        *,
        network: NetworkId | None = None,
        seed: bytes | None = None,
        patience_s: float = PATIENCE_S,
        cost: Cost = COST,
    ) -> Self:
        """Make a wallet's folder with a key of its own, trusting an operator and the network that it is in.

        Args:
            network: must be that of the operator; None trusts what is told this one time.
            seed: of a key that was kept elsewhere; None draws one.
            cost: what a guess at the password costs; a password of 32 random bytes needs none.

        Raises:
            BadInput: `wallet_exists`, `other_network`, `bad_url`.
            Unavailable: the operator or its ledger do not answer.
        """
        trust = _Driver(patience_s).walk(meet(operator_url, network), {"nobody": None})
        make_folder(folder, trust, password, seed=seed, draw=machine.random_bytes, cost=cost)
        return cls(folder, password, patience_s=patience_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the wallet's memory."""
        self.stories.folder.close()

    def open(self, wallet_class: WalletClassName, evidence: Evidence) -> OperatorOrder:
        """Ask the operator for the wallet's number, and wait until it is there."""
        return self._walk(open_wallet(self.stories.folder, wallet_class, evidence, machine.random_bytes))

    def account(self) -> Account:
        """Ask how the wallet stands."""
        return self._walk(self.stories.door.account())

    def order(self, order_id: str) -> OperatorOrder:
        """Ask how an order to the operator stands."""
        return self._walk(self.stories.door.order(order_id))

    def history(self, cursor: str | None = None, limit: int = 100) -> Page[Movement]:
        """Ask for a page of what moved, the newest first."""
        return self._walk(self.stories.door.history(cursor, limit))

    def name_webhook(self, url: str) -> str:
        """Let a server be told of all that happens to the wallet, and return the key of the messages, `whpk_…`."""
        return self._walk(self.stories.door.name_webhook(url))

    def end_webhook(self) -> None:
        """Let nobody be told any more."""
        self._walk(self.stories.door.end_webhook())

    def exchange(self, amount: Fen, *, key: str | None = None) -> OperatorOrder:
        """Exchange deposit for digital currency 兑出, and wait for the end.

        Args:
            key: the order's own, 1 to 64 of `[A-Za-z0-9_-]`: under one key the deposit is debited at most once.
        """
        return self._walk(self.stories.orders.exchange(amount, key))

    def change_class(
        self, wallet_class: WalletClassName, evidence: Evidence, *, key: str | None = None
    ) -> OperatorOrder:
        """Show evidence for another class, and wait for the end."""
        return self._walk(self.stories.orders.change_class(wallet_class, evidence, key))

    def pay(self, receiver: WalletId, amount: Fen, *, key: str | None = None, reference: str | None = None) -> Payment:
        """Pay. Without a final answer the payment comes with `answer` None, and `heal` goes on with it.

        Args:
            key: the payment's own: under one key at most one payment is ever signed.
            reference: of the request that it answers; the receiver finds it by this.
        """
        return self._walk(self.stories.payments.pay(receiver, amount, key, reference))

    def read_code(self, text: str) -> PaymentRequest:
        """Return what stands behind the code of any operator's app: who is paid, how much, for what.

        Raises:
            BadInput: it is no code that can be paid here; `code` says why.
            DcepError: `code_used`, `code_expired`.
        """
        return self._walk(self.stories.codes.read(text))

    def show_code(
        self,
        name: str,
        city: str,
        amount: Fen | None = None,
        *,
        reference: str | None = None,
        expires_at: UnixMs | None = None,
    ) -> str:
        """Ask the operator for the code that its own app shows for a request; arguments are those of `request`."""
        story = self.stories.codes.show(name, city, amount, reference=reference, expires_at=expires_at)
        return self._walk(story)

    def hold(
        self, receiver: WalletId, amount: Fen, until: UnixMs, *, key: str | None = None, reference: str | None = None
    ) -> Payment:
        """Keep money for a receiver, who may capture or release it `until` then; later anybody may release it.

        Args:
            until: the ledger's time, at most 366 days ahead; under a key the first one counts.
            key: the hold's own, as of a payment.

        Returns:
            The payment, whose `id` is the hold's: the receiver must be told.
        """
        return self._walk(self.stories.payments.hold(receiver, amount, until, key, reference))

    def capture(self, hold: CommandId, amount: Fen, *, key: str | None = None) -> Payment:
        """Be paid from a hold, in whole or in part."""
        return self._walk(self.stories.payments.capture(hold, amount, key))

    def release(self, hold: CommandId, *, key: str | None = None) -> Payment:
        """Give what is left of a hold back to its payer, and end it."""
        return self._walk(self.stories.payments.release(hold, key))

    def redeem(self, amount: Fen, *, key: str | None = None) -> Payment:
        """Redeem digital currency for deposit 兑回, and wait until the deposit is credited."""
        return self._walk(self.stories.payments.redeem(amount, key))

    def refund(self, original: CommandId, seq: int, place: int, amount: Fen) -> Payment:
        """Pay back a payment to this wallet, or a part of it; the history says where it stands."""
        return self._walk(self.stories.payments.refund(original, seq, place, amount))

    def proof_of(self, command: CommandId, seq: int, place: int) -> Proof:
        """Ask the ledger for the receipt of a command, such as a line of the history names, and judge it."""
        return self._walk(self.stories.payments.proof_of(command, seq, place))

    def rotate(self) -> Payment:
        """Put a new key in the place of the one that signs now."""
        return self._walk(self.stories.payments.rotate())

    def recover(self) -> list[Payment]:
        """Make dead whatever a lost device with this key may have signed."""
        return self._walk(self.stories.payments.recover())

    def heal(self) -> list[Payment]:
        """Take up whatever has no final answer; return these payments as they stand then."""
        return self._walk(self.stories.payments.heal())

    # For a program that may die at any place, and is run again by somebody who does not know how far it came.

    def pay_once(
        self, receiver: WalletId, amount: Fen, *, key: str | None = None, reference: str | None = None
    ) -> tuple[Payment, bool]:
        """Pay, or go on with a payment like this of whose end nobody was told; say whether that was so."""
        if key is not None:
            return self.pay(receiver, amount, key=key, reference=reference), False
        return self._walk(self.stories.payments.pay_once(receiver, amount))

    def redeem_once(self, amount: Fen) -> tuple[Payment, bool]:
        """Redeem, or go on with a redemption like this of whose end nobody was told; say whether that was so."""
        return self._walk(self.stories.payments.redeem_once(amount))

    def refund_once(self, original: CommandId, seq: int, place: int, amount: Fen) -> tuple[Payment, bool]:
        """Refund, or go on with a refund like this of whose end nobody was told; say whether that was so."""
        return self._walk(self.stories.payments.refund_once(original, seq, place, amount))

    def change_class_once(self, wallet_class: WalletClassName, evidence: Evidence) -> tuple[str, OperatorOrder, bool]:
        """Show evidence for another class, or go on with such an order; returns what `exchange_once` does."""
        return self._walk(self.stories.orders.change_class_once(wallet_class, evidence))

    def exchange_once(self, amount: Fen, *, key: str | None = None) -> tuple[str, OperatorOrder, bool]:
        """Exchange, or go on with an exchange like this; return its key, the order, and whether it was an older one."""
        return self._walk(self.stories.orders.exchange_once(amount, key))

    def events(self, after: int | None = None) -> Generator[Event, None, None]:
        """Yield what happens to the wallet, for ever; a stream that breaks goes on behind the last event.

        Args:
            after: the id behind which to begin; None begins with what is new.
        """
        reader, door = EventReader(after), self.stories.door
        caller = Caller(door.operator, seal=self._seals["wallet"], timeout_s=SILENCE_S)
        while True:
            try:
                with caller.listen(door.path("events"), headers=reader.headers) as lines:
                    yield from reader.read(lines)
                pause_ms = 0
            except Unavailable as broken:
                pause_ms = broken.retry_after_ms
            time.sleep(pause_ms / 1_000)

    def _walk(self, story: Steps[_End]) -> _End:
        return self._driver.walk(story, self._seals)


class _Driver:
    """Walks stories by asking and by sleeping."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s

    def walk(self, story: Steps[_End], seals: Any) -> _End:
        patience = Patience(self._patience_s)

        def do(step: Ask | Wait) -> Reply | bool:
            match step:
                case Wait(ms):
                    if not patience.allows(ms):
                        return False
                    time.sleep(ms / 1_000)
                    return True
            return Caller(step.url, seal=seals[step.by]).ask(
                step.method,
                step.path,
                query=step.query,
                json=step.json,
                content=step.content,
                headers=step.headers,
                take=step.take,
            )

        return drive(story, do)
