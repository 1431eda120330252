"""How the steps of a wallet become requests to its ledger and its operator, in one way for every driver.

1. A request that failed for the moment is asked again, the very same, until the patience is over: a payment is its own
   idempotency key, an order carries one, and a question changes nothing.
2. A ledger's answer is read strictly. `settled` brings its receipt along; where it could not, the receipt has a route.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, Literal, NamedTuple, TypeVar

from dcep.client.reading import read, strange
from dcep.client.records import Account
from dcep.errors import DcepError, Unavailable
from dcep.http.caller import Reply, problem
from dcep.ids import CommandId, WalletId
from dcep.messages.layout import Epoch, Malformed, Number, Seq
from dcep.messages.outcomes import Outcome, Status
from dcep.messages.receipts import Receipt, decode_receipt
from dcep.messages.refusals import NotProcessed, Refusal
from dcep.wallet.steps import Heard, Look, Prove, Seen, Steps, Submit, Wait

_ANSWERS: Final = (404, 409, 410, 422, 503)
_End = TypeVar("_End")


class Ask(NamedTuple):
    """Ask a service: answered with its `Reply`. `by` says who signs: the wallet, the key alone, or nobody."""

    url: str
    method: str
    path: str
    query: Mapping[str, str] | None = None
    json: Any = None
    content: bytes | None = None
    headers: Mapping[str, str] | None = None
    take: tuple[int, ...] = ()
    by: Literal["wallet", "key", "nobody"] = "nobody"


# 1.


def asked(ask: Ask) -> Steps[Reply]:
    """Ask until there is an answer or the patience is over.

    Raises:
        Unavailable: the last reason, when the patience was over.
    """
    while True:
        try:
            reply: Reply = yield ask
        except Unavailable as later:
            if (yield Wait(later.retry_after_ms)):
                continue
            raise
        return reply


def over_http(
    steps: Steps[_End], *, operator: str, ledger: str, doubt: Callable[[Receipt], Steps[None]]
) -> Steps[_End]:
    """Walk a wallet's story with a request for each step, to the operator's or the ledger's address.

    Args:
        doubt: walked with each receipt before the story has it: who has signed it may not be known yet.
    """
    try:
        step = next(steps)
        while True:
            try:
                answer = yield from _done(step, operator, ledger)
                receipt = answer.receipt if isinstance(answer, Heard) else answer
                if isinstance(receipt, Receipt):
                    yield from doubt(receipt)
            except DcepError as error:
                step = steps.throw(error)
            else:
                step = steps.send(answer)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


def _done(step: Any, operator: str, ledger: str) -> Steps[Any]:
    match step:
        case Submit(wire):
            # The story itself sends again.
            reply = yield Ask(ledger, "POST", "/v1/payments", content=wire, take=_ANSWERS)
            return heard_of(reply)
        case Prove(command, seq, place):
            return (yield from receipt_at(ledger, seq, place, command))
        case Look(wallet):
            account = yield from account_of(operator, wallet)
            return Seen(Epoch(account.epoch), Number(account.next_number - 1))
    return (yield step)


def account_of(operator: str, wallet: WalletId) -> Steps[Account]:
    """Ask the operator how a wallet stands."""
    reply = yield from asked(Ask(operator, "GET", f"/v1/wallets/{wallet:016}", by="wallet"))
    return read(Account, reply.document())


def receipt_at(ledger: str, seq: int, place: int, command: CommandId) -> Steps[Receipt]:
    """Ask the ledger for the receipt of a command; it is the asker's to verify."""
    path, query = f"/v1/receipts/{seq}/{place}", {"command_id": command.hex()}
    reply = yield from asked(Ask(ledger, "GET", path, query=query))
    return _receipt(reply.document().get("receipt"))


# 2.


def heard_of(reply: Reply) -> Heard:
    """Return what a ledger answered to a command.

    Raises:
        Unavailable: it is no answer to a command: the same bytes may be sent again.
        BadInput: the ledger could not read the request.
    """
    told = reply.document()
    if "answer" not in told:
        raise problem(reply)
    outcome = _outcome(told.get("answer"), told.get("code"))
    seq, place, receipt = told.get("seq"), told.get("place"), told.get("receipt")
    if seq is None or place is None:
        return Heard(outcome, None, 0)
    if not (type(seq) is int and type(place) is int and 0 < seq < 2**63 and 0 <= place < 2**32):
        raise strange("no place in a log")
    return Heard(outcome, Seq(seq), place, None if receipt is None else _receipt(receipt))


def _outcome(answer: object, code: object) -> Outcome:
    if answer == "unavailable":
        return Outcome(status=Status.BEHIND)
    try:
        status = Status[str(answer).upper()]
    except KeyError as error:
        raise strange("an answer of another version") from error
    if status not in (Status.REFUSED, Status.NOT_PROCESSED):
        return Outcome(status=status)
    reason = _reasons().get((status, str(code)))
    if reason is None:
        raise strange("a code of another version")
    return Outcome(status=status, reason=reason)


@cache
def _reasons() -> dict[tuple[Status, str], int]:
    refusals = {(Status.REFUSED, each.code): int(each) for each in Refusal}
    return refusals | {(Status.NOT_PROCESSED, each.code): int(each) for each in NotProcessed}


def _receipt(text: object) -> Receipt:
    try:
        return decode_receipt(bytes.fromhex(str(text)))
    except (ValueError, Malformed) as error:
        raise strange("no receipt") from error
