"""What a client tells its caller, as frozen records: money in whole fen, times in milliseconds since 1970 UTC."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from dcep.clock import UnixMs
from dcep.ids import CommandId, NetworkId, WalletId
from dcep.money import Fen

WalletClassName = Literal["I", "II", "III", "IV", "corporate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Who an operator is, and where the ledgers of its network are."""

    operator: int
    name: str
    network: NetworkId
    ledger_url: str
    vault: WalletId


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a wallet of a class may hold and pay; None where there is no limit."""

    cap_fen: Fen | None
    single_fen: Fen | None
    daily_fen: Fen | None
    annual_fen: Fen | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A wallet as it stands at its ledger. `limits` is None where the operator does not know the rules in force."""

    wallet: WalletId
    wallet_class: str
    balance_fen: Fen
    locked_fen: Fen
    on_hold_fen: Fen
    in_flight_fen: Fen
    spent_today_fen: Fen
    spent_this_year_fen: Fen
    limits: Limits | None
    epoch: int
    next_number: int
    frozen: str | None
    closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorOrder:
    """An order to the operator as it stands: an opening, an exchange, a redemption.

    It has ended when `ended_at_ms` is there; `code` says why where it is not what was wanted.
    """

    id: str
    kind: str
    wallet: WalletId | None
    state: str
    code: str
    amount_fen: Fen | None
    made_at_ms: UnixMs
    ended_at_ms: UnixMs | None

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will become of it."""
        return self.ended_at_ms is not None

    @property
    def is_done(self) -> bool:
        """Whether it ended as it was wanted."""
        return self.state in ("done", "settled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A command that this wallet signed, and what became of it.

    Args:
        answer: `settled`, the code of a refusal, `expired`, `never_processed`; None while nothing final is known: then
            it may still settle, and the same bytes are sent again.
        receipt: what proves it, if it settled.
    """

    id: CommandId
    kind: str
    counterparty: WalletId | None
    amount_fen: Fen
    made_at_ms: UnixMs
    expires_at_ms: UnixMs
    answer: str | None
    seq: int | None
    place: int | None
    receipt: bytes | None
    key: str | None

    @property
    def is_settled(self) -> bool:
        """Whether the money has moved, for ever."""
        return self.answer == "settled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A line of a wallet's history: what moved, and what there was then.

    `effect` is what the amount did to the balance: `in`, `out` or `none`. A refund refers to its payment. `memo` is the
    hex of the SHA-256 of the reference that a payment answers, None for none: the operator tells it, receipts prove it.
    """

    seq: int
    place: int
    at_ms: UnixMs
    kind: str
    counterparty: WalletId | None
    amount_fen: Fen
    effect: str
    balance_fen: Fen
    command_id: CommandId
    refers_to: CommandId | None
    memo: str | None = None

    def is_for(self, reference: str) -> bool:
        """Whether it says that it answers the request with this reference."""
        return self.memo == hashlib.sha256(reference.encode()).hexdigest()


Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Item]):
    """A piece of a list; `next` is where the following one begins, None at the end."""

    items: tuple[Item, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to a wallet: `name` is `payment` or `order`, `id` goes on behind it."""

    id: int
    name: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a receipt proves: this command had this outcome, and a worker of the ledger has signed for it.

    `memo` is the SHA-256 of the reference that it answers, zeros for none.
    """

    id: CommandId
    kind: str
    payer: WalletId
    receiver: WalletId | None
    amount_fen: Fen
    answer: str
    at_ms: UnixMs
    memo: bytes

    def is_for(self, reference: str) -> bool:
        """Whether it answers the request with this reference, and has settled."""
        return self.answer == "settled" and self.memo == hashlib.sha256(reference.encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Who wants a wallet: what the class asks for; empty where nothing is shown. A firm shows the last two."""

    phone: str
    name: str = ""
    document: str = ""
    bank_account: str = ""
    face_to_face: bool = False
    legal_name: str = ""
    credit_code: str = ""
