"""What an operator's routes take and give, as records: the reference is docs/reference/http-operator.md."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import msgspec

from dcep.errors import BadInput
from dcep.http.bodies import Strict
from dcep.ledger.client import AccountView
from dcep.messages.classes import Scope, WalletClass
from dcep.messages.commands.governance import ClassLimits
from dcep.money import MAX_FEN
from dcep.operators.customers.freezes import Freeze
from dcep.operators.customers.real_names import EntityEvidence, Evidence, PersonEvidence
from dcep.operators.history import HistoryLine
from dcep.operators.order_book import Entry
from dcep.operators.webhooks import Webhook

ClassName = Literal["I", "II", "III", "IV", "corporate"]
ScopeName = Literal["pay", "receive", "both"]
Amount = Annotated[int, msgspec.Meta(ge=1, le=10**15)]
AmountOrNone = Annotated[int, msgspec.Meta(ge=0, le=10**15)]
Digits = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{16}$")]
Text = Annotated[str, msgspec.Meta(max_length=140)]

_CLASSES: Final[dict[str, WalletClass]] = {
    "I": WalletClass.I,
    "II": WalletClass.II,
    "III": WalletClass.III,
    "IV": WalletClass.IV,
    "corporate": WalletClass.CORPORATE,
}
_SCOPES: Final[dict[ScopeName, Scope]] = {"pay": Scope.PAY, "receive": Scope.RECEIVE, "both": Scope.PAY | Scope.RECEIVE}


class EvidenceBody(Strict, frozen=True):
    """What somebody shows; a firm brings its legal name and code, a person nothing of these."""

    phone: Text
    name: Text = ""
    document: Text = ""
    bank_account: Text = ""
    face_to_face: bool = False
    legal_name: Text = ""
    credit_code: Text = ""

    def evidence(self) -> Evidence:
        """Return the evidence; BadInput `bad_evidence` where a person's and a firm's are mixed."""
        if not (self.legal_name or self.credit_code):
            return PersonEvidence(
                phone=self.phone,
                name=self.name,
                document=self.document,
                deposit_account=self.bank_account,
                face_to_face=self.face_to_face,
            )
        if self.name or self.face_to_face:
            raise BadInput("bad_evidence", "a firm shows legal_name and credit_code, and no name of a person")
        return EntityEvidence(
            name=self.legal_name,
            credit_code=self.credit_code,
            representative=self.document,
            phone=self.phone,
            deposit_account=self.bank_account,
        )


class NewWallet(Strict, frozen=True):
    """Ask for a wallet of a class, guarded by a policy, whose bytes are hex."""

    wallet_class: ClassName
    evidence: EvidenceBody
    policy: Annotated[str, msgspec.Meta(max_length=8_192)]


class NewClass(Strict, frozen=True):
    """Ask for another class, with the evidence for it."""

    wallet_class: ClassName
    evidence: EvidenceBody


class NewExchange(Strict, frozen=True):
    """Ask for an exchange of deposit to digital currency."""

    amount_fen: Amount


class MandateBody(Strict, frozen=True):
    """What is arranged for a wallet; 0 and null leave a part out."""

    top_up_fen_daily: AmountOrNone = 0
    sweep_above_fen: AmountOrNone | None = None


class SweepBody(Strict, frozen=True):
    """A mandate as it stands, and what it wants back on the deposit now."""

    top_up_fen_daily: int
    sweep_above_fen: int | None
    due_fen: int


class NewRequest(Strict, frozen=True):
    """What a till shows: the payee's name and city as people read them, perhaps an amount, a reference and an end."""

    name: str
    city: str
    amount_fen: Amount | None = None
    reference: str | None = None
    expires_at_ms: Annotated[int, msgspec.Meta(ge=0, le=2**53)] | None = None


class RequestBody(Strict, frozen=True):
    """A payment request: the text of a code, and the code as a picture."""

    text: str
    svg: str


class NewRefund(Strict, frozen=True):
    """A signed refund and the payment that it undoes, hex both."""

    payment: str
    refund: str


class PayrollLine(Strict, frozen=True):
    """Whom to pay, and how much."""

    wallet: Digits
    amount_fen: Amount


class NewPayroll(Strict, frozen=True):
    """Lines to be paid from the employer's deposit."""

    items: Annotated[list[PayrollLine], msgspec.Meta(min_length=1, max_length=10_000)]


class PayrollItem(Strict, frozen=True):
    """A line as it stands: the state of its order, `waiting`, or `refused` with the code for which it became none."""

    line: int
    wallet: str
    amount_fen: int
    state: str
    code: str


class PayrollBody(Strict, frozen=True):
    """A payroll as it stands, with a page of its lines."""

    id: str
    state: str
    line_count: int
    settled: int
    refused: int
    items: list[PayrollItem]
    next: str | None


class NewFreeze(Strict, frozen=True):
    """Ask for a freeze on a legal basis, which is named by a reference."""

    scope: ScopeName
    basis: str


class NewUnfreeze(Strict, frozen=True):
    """Ask for the end of every freeze of the operator's, on a basis too."""

    basis: str


class NewReturn(Strict, frozen=True):
    """Ask for money to be returned to the issuing vault."""

    amount_fen: Amount


class OrderBody(Strict, frozen=True):
    """An order as it stands; what it has not got is null, `code` is empty where nothing went wrong."""

    id: str
    kind: str
    wallet: str | None
    state: str
    code: str
    amount_fen: int | None
    made_at_ms: int
    ended_at_ms: int | None


class HistoryBody(Strict, frozen=True):
    """What one command did to a wallet; `effect` is what the amount did to the balance: `in`, `out` or `none`."""

    seq: int
    place: int
    at_ms: int
    kind: str
    counterparty: str | None
    amount_fen: int
    effect: str
    balance_fen: int
    command_id: str
    refers_to: str | None
    memo: str | None


class NewWebhook(Strict, frozen=True):
    """Where a server is to be told."""

    url: str


class WebhookBody(Strict, frozen=True):
    """Who is told, by which key, and how far: `told` is the id of the last event that was taken."""

    url: str
    key: str
    state: str
    told: int
    attempts: int
    failing_since_ms: int | None
    last_failure: str


class LimitsBody(Strict, frozen=True):
    """What a wallet of a class may hold and pay, fen; null where there is no limit."""

    cap_fen: int | None
    single_fen: int | None
    daily_fen: int | None
    annual_fen: int | None


class WalletBody(Strict, frozen=True):
    """A wallet as it stands; `limits` is null where the rules in force are not those that the operator knows."""

    wallet: str
    wallet_class: ClassName
    balance_fen: int
    locked_fen: int
    on_hold_fen: int
    in_flight_fen: int
    spent_today_fen: int
    spent_this_year_fen: int
    limits: LimitsBody | None
    epoch: int
    next_number: int
    frozen: ScopeName | None
    closed: bool


class PolicyBody(Strict, frozen=True):
    """The policy that guards a wallet, as hex of its bytes, and its version."""

    policy: str
    epoch: int


class LaneBody(Strict, frozen=True):
    """The numbers of a lane: the highest that is used, and the next."""

    lane: int
    high: int
    next_number: int


class PairingBody(Strict, frozen=True):
    """Under which code a key waits, and until when."""

    code: str
    expires_at_ms: int


class KeyBody(Strict, frozen=True):
    """A key that waits."""

    suite: int
    key: str


class CustomerBody(Strict, frozen=True):
    """Who holds a wallet, for whoever works at the counter."""

    wallet: str
    wallet_class: ClassName
    closed: bool
    frozen: ScopeName | None
    identity: str
    name: str
    phone: str
    bank_account: str | None
    best_class: ClassName
    assurance: str
    checked_at_ms: int
    wallets: list[str]


class NewSearch(Strict, frozen=True):
    """Find customers by what they have shown, one of the three and in full: nobody leafs through names."""

    phone: Text = ""
    document: Text = ""
    credit_code: Text = ""


class CustomersBody(Strict, frozen=True):
    """The wallets of all who have shown what was searched for, the holder with each."""

    items: list[CustomerBody]


class FreezeBody(Strict, frozen=True):
    """A freeze, or the end of every freeze of a wallet's; `scope` is null of an end."""

    id: str
    kind: str
    wallet: str
    scope: ScopeName | None
    basis: str
    asked_by: str
    state: str
    code: str
    made_at_ms: int
    ended_at_ms: int | None
    in_force: bool


class BreakBody(Strict, frozen=True):
    """Where two books differ."""

    kind: str
    subject: str
    says: str


class ReconciliationBody(Strict, frozen=True):
    """The breaks of a day; none is the good answer. `allocated_fen` is what the vault was held against."""

    day: str
    allocated_fen: int
    breaks: list[BreakBody]


class OperatorBody(Strict, frozen=True):
    """Who the operator is, by which address it is called, and where the ledgers of its network are."""

    operator: int
    name: str
    network: str
    url: str
    ledger_url: str
    tier1_url: str
    vault: str
    registrar: str


class WorkersBody(Strict, frozen=True):
    """The officers' settled orders about boards and workers, each the hex of its wire."""

    orders: list[str]


def class_of(name: ClassName) -> WalletClass:
    """Return the class of a name."""
    return _CLASSES[name]


def class_name(number: int) -> Any:
    """Return the name of a class."""
    return next(name for name, each in _CLASSES.items() if each == number)


def scope_of(name: ScopeName) -> Scope:
    """Return the scope of a name."""
    return _SCOPES[name]


def order_body(entry: Entry) -> OrderBody:
    """Return an order as its asker sees it."""
    return OrderBody(
        id=entry.id,
        kind=entry.kind,
        wallet=None if entry.wallet is None else f"{entry.wallet:016}",
        state=entry.state,
        code=entry.code,
        amount_fen=entry.amount_fen,
        made_at_ms=entry.made_at,
        ended_at_ms=entry.ended_at,
    )


def history_body(line: HistoryLine) -> HistoryBody:
    """Return a line of a wallet's history as its holder sees it."""
    return HistoryBody(
        seq=line.seq,
        place=line.place,
        at_ms=line.at,
        kind=line.kind,
        counterparty=None if line.counterparty is None else f"{line.counterparty:016}",
        amount_fen=line.amount,
        effect=line.effect,
        balance_fen=line.balance,
        command_id=line.command.hex(),
        refers_to=None if line.refers_to is None else line.refers_to.hex(),
        memo=None if line.memo is None else line.memo.hex(),
    )


def webhook_body(it: Webhook, key: str) -> WebhookBody:
    """Return a webhook as its holder sees it."""
    return WebhookBody(
        url=it.url,
        key=key,
        state=it.state,
        told=it.told,
        attempts=it.attempts,
        failing_since_ms=it.failing_since,
        last_failure=it.last_failure,
    )


def wallet_body(view: AccountView, limits: ClassLimits | None) -> WalletBody:
    """Return a wallet as its holder sees it."""
    return WalletBody(
        wallet=f"{view.wallet:016}",
        wallet_class=class_name(view.wallet_class),
        balance_fen=view.balance,
        locked_fen=view.locked,
        on_hold_fen=view.on_hold,
        in_flight_fen=view.in_flight,
        spent_today_fen=view.spent_today,
        spent_this_year_fen=view.spent_this_year,
        limits=None if limits is None else _limits(limits),
        epoch=view.epoch,
        next_number=view.high + 1,
        frozen=frozen_name(view),
        closed=view.closed,
    )


def frozen_name(view: AccountView) -> ScopeName | None:
    """Return the name of what a wallet is frozen for, None if nothing stops it."""
    named: dict[tuple[bool, bool], ScopeName | None] = {
        (False, False): None,
        (True, False): "pay",
        (False, True): "receive",
        (True, True): "both",
    }
    return named[view.frozen_to_pay, view.frozen_to_receive]


def freeze_body(freeze: Freeze) -> FreezeBody:
    """Return a freeze, or the end of one, as the counter sees it."""
    return FreezeBody(
        id=freeze.id,
        kind=freeze.kind,
        wallet=f"{freeze.wallet:016}",
        scope=next((name for name, each in _SCOPES.items() if each == freeze.scope), None),
        basis=freeze.basis,
        asked_by=freeze.asked_by,
        state=freeze.state,
        code=freeze.code,
        made_at_ms=freeze.made_at,
        ended_at_ms=freeze.ended_at,
        in_force=freeze.is_in_force,
    )


def _limits(limits: ClassLimits) -> LimitsBody:
    cap, single, daily, annual = (
        None if each == MAX_FEN else int(each) for each in (limits.cap, limits.single, limits.daily, limits.annual)
    )
    return LimitsBody(cap_fen=cap, single_fen=single, daily_fen=daily, annual_fen=annual)
