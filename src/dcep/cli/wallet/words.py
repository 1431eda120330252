"""What the commands of a wallet say, for people and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dcep.cli.output import DONE, NO, UNAVAILABLE, print_json, say, warn
from dcep.ids import WalletId, format_wallet_id
from dcep.money import Fen, yuan

if TYPE_CHECKING:
    from dcep.client import Client
    from dcep.client.records import Account, Movement, OperatorOrder, Payment, Proof

_DONE_WORDS: Final = {
    "pay": "paid {amount} yuan to {other}",
    "refund": "refunded {amount} yuan to {other}",
    "redeem": "redeemed {amount} yuan into the deposit",
    "cancel": "a number is used up: nothing that was signed under it can happen",
    "set_policy": "the new key signs from now on",
}
_WANTED_WORDS: Final = {
    "pay": "payment of {amount} yuan to {other}",
    "refund": "refund of {amount} yuan to {other}",
    "redeem": "redemption of {amount} yuan",
    "cancel": "use of a number",
    "set_policy": "change of the key",
}
TAKEN_UP: Final = "an earlier order like this had no end that was told: this is its end, and nothing was ordered anew"


def payment_document(payment: Payment) -> dict[str, Any]:
    """Return a payment as JSON."""
    return {
        "id": payment.id.hex(),
        "kind": payment.kind,
        "counterparty": None if payment.counterparty is None else f"{payment.counterparty:016}",
        "amount_fen": payment.amount_fen,
        "made_at_ms": payment.made_at_ms,
        "expires_at_ms": payment.expires_at_ms,
        "answer": payment.answer,
        "seq": payment.seq,
        "place": payment.place,
        "has_receipt": payment.receipt is not None,
    }


def tell_payment(payment: Payment) -> int:
    """Say what became of a payment, and return the exit code."""
    if payment.answer is None:
        warn(f"unanswered: the {_in(_WANTED_WORDS, payment)} has no final answer yet; it is kept, and may still happen")
        warn("next: run the same line again: it goes on, and nothing is ordered twice")
        return UNAVAILABLE
    if payment.is_settled:
        say(_in(_DONE_WORDS, payment))
        say(f"order {payment.id.hex()}")
        if payment.kind in ("pay", "refund"):
            say(f"next: dcep wallet receipt {payment.id.hex()[:8]} --out FILE")
        return DONE
    warn(f"{payment.answer}: the {_in(_WANTED_WORDS, payment)} did not happen: {meaning(payment.answer)}")
    warn("next: see what the wallet has and may pay: dcep wallet balance")
    return NO


def tell_once(client: Client, payment: Payment, *, as_json: bool) -> int:
    """Say how a payment stands, write down that somebody has heard it, and return the exit code."""
    if as_json:
        print_json(payment_document(payment))
        code = code_of(payment)
    else:
        code = tell_payment(payment)
    client.tell(payment)
    return code


def code_of(payment: Payment) -> int:
    """Return the exit code of a payment."""
    return UNAVAILABLE if payment.answer is None else DONE if payment.is_settled else NO


def meaning(code: str) -> str:
    """Return what a final answer that is no means."""
    from dcep.cli.reasons import refusal_words

    return refusal_words(code) or ("its time was over; it never will" if code == "expired" else "it never will")


def _in(words: dict[str, str], payment: Payment) -> str:
    other = "" if payment.counterparty is None else format_wallet_id(payment.counterparty)
    return words.get(payment.kind, payment.kind).format(amount=yuan(payment.amount_fen), other=other)


def wanted(payment: Payment) -> str:
    """Say what an order was for."""
    return _in(_WANTED_WORDS, payment)


def order_document(order: OperatorOrder) -> dict[str, Any]:
    """Return an order to the operator as JSON."""
    return {
        "id": order.id,
        "kind": order.kind,
        "wallet": None if order.wallet is None else f"{order.wallet:016}",
        "state": order.state,
        "code": order.code,
        "amount_fen": order.amount_fen,
        "made_at_ms": order.made_at_ms,
        "ended_at_ms": order.ended_at_ms,
    }


def account_document(account: Account) -> dict[str, Any]:
    """Return a wallet as JSON."""
    limits = account.limits
    return {
        "wallet": f"{account.wallet:016}",
        "wallet_class": account.wallet_class,
        "balance_fen": account.balance_fen,
        "locked_fen": account.locked_fen,
        "on_hold_fen": account.on_hold_fen,
        "in_flight_fen": account.in_flight_fen,
        "spent_today_fen": account.spent_today_fen,
        "spent_this_year_fen": account.spent_this_year_fen,
        "limits": limits
        and {
            "cap_fen": limits.cap_fen,
            "single_fen": limits.single_fen,
            "daily_fen": limits.daily_fen,
            "annual_fen": limits.annual_fen,
        },
        "frozen": account.frozen,
        "closed": account.closed,
    }


def tell_account(account: Account) -> None:
    """Say what a wallet has, and may do."""
    say(f"{yuan(account.balance_fen)} yuan in wallet {format_wallet_id(account.wallet)}, class {account.wallet_class}")
    for amount, words in (
        (account.locked_fen, "locked"),
        (account.on_hold_fen, "on hold"),
        (account.in_flight_fen, "on its way"),
    ):
        if amount:
            say(f"besides {yuan(amount)} yuan {words}")
    if account.closed or account.frozen:
        say("closed for ever" if account.closed else f"frozen: {account.frozen}")
    limits = account.limits
    if limits is not None:
        today, year = (
            _of(account.spent_today_fen, limits.daily_fen),
            _of(account.spent_this_year_fen, limits.annual_fen),
        )
        say(f"today {today}, this year {year}")
        say(f"at once at most {_amount(limits.single_fen)}, in the wallet at most {_amount(limits.cap_fen)}")


def _of(spent: Fen, limit: Fen | None) -> str:
    return f"{yuan(spent)} yuan spent" + ("" if limit is None else f" of {yuan(limit)}")


def _amount(limit: Fen | None) -> str:
    return "any amount" if limit is None else f"{yuan(limit)} yuan"


def movement_document(movement: Movement) -> dict[str, Any]:
    """Return a line of the history as JSON."""
    return {
        "seq": movement.seq,
        "place": movement.place,
        "at_ms": movement.at_ms,
        "kind": movement.kind,
        "counterparty": None if movement.counterparty is None else f"{movement.counterparty:016}",
        "amount_fen": movement.amount_fen,
        "effect": movement.effect,
        "balance_fen": movement.balance_fen,
        "command_id": movement.command_id.hex(),
        "refers_to": movement.refers_to and movement.refers_to.hex(),
        "memo": movement.memo,
    }


def tell_movement(movement: Movement) -> None:
    """Say a line of the history."""
    say(movement_line(movement))


def movement_line(movement: Movement) -> str:
    """Return a line of the history for people."""
    from dcep.cli.wording import shanghai

    sign = {"in": "+", "out": "-"}.get(movement.effect, "")
    other = "" if movement.counterparty is None else f"  {format_wallet_id(movement.counterparty)}"
    amount = f"{sign}{yuan(movement.amount_fen)}"
    said = f"{shanghai(movement.at_ms)[:19]}  {movement.kind:<10} {amount:>16} {yuan(movement.balance_fen):>16}"
    return f"{said}  {movement.command_id.hex()[:8]}{other}"


def order_line(order: OperatorOrder) -> str:
    """Return an order to the operator for people, as it ended."""
    from dcep.cli.wording import shanghai

    amount = "" if order.amount_fen is None else yuan(order.amount_fen)
    at_ms = order.made_at_ms if order.ended_at_ms is None else order.ended_at_ms
    return f"{shanghai(at_ms)[:19]}  {order.kind:<10} {amount:>16}  {order.state} {order.code}".rstrip()


def proof_document(proof: Proof) -> dict[str, Any]:
    """Return what a receipt proves as JSON."""
    return {
        "ok": True,
        "id": proof.id.hex(),
        "kind": proof.kind,
        "payer": f"{proof.payer:016}",
        "receiver": None if proof.receiver is None else f"{proof.receiver:016}",
        "amount_fen": proof.amount_fen,
        "answer": proof.answer,
        "at_ms": proof.at_ms,
        "memo": proof.memo.hex(),
    }


def tell_proof(proof: Proof) -> None:
    """Say what a receipt proves."""
    from dcep.cli.wording import shanghai

    say(f"{_checked(proof)}: {proof.answer}")
    say(f"{format_wallet_id(proof.payer)} {proof.kind} {yuan(proof.amount_fen)} yuan" + _to(proof.receiver))
    say(f"before {shanghai(proof.at_ms)} Shanghai, order {proof.id.hex()}")


def _checked(proof: Proof) -> str:
    return (
        "✓ a worker of the ledger has signed for this order"
        if proof.answer == "settled"
        else "! the order did not happen"
    )


def _to(receiver: WalletId | None) -> str:
    return "" if receiver is None else f" to {format_wallet_id(receiver)}"
