"""`dcep wallet balance`, `exchange`, `redeem`, `pay`: what moves money, and what there is.

1. A command sees to what earlier ones have left without an answer, and says how each ended.
2. The same line run again after a lost answer goes on with the same order: nothing is ordered twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcep.cli.options import typed_wallet, typed_yuan
from dcep.cli.output import DONE, NO, print_json, say, warn
from dcep.cli.wallet.place import Place, client_of
from dcep.errors import BadInput, DcepError

if TYPE_CHECKING:
    from dcep.client import Client, Payment
    from dcep.ids import NetworkId
    from dcep.messages.merchants.requests import PaymentRequest
    from dcep.money import Fen

_HERE = Place()


def balance(*, place: Place = _HERE) -> int:
    """Say what the wallet has, and may pay."""
    from dcep.cli.wallet.words import account_document, tell_account

    with client_of(place) as client:
        account = client.account()
    if place.json:
        print_json(account_document(account))
    else:
        tell_account(account)
    return DONE


def exchange(amount: str, /, *, key: str | None = None, place: Place = _HERE) -> int:
    """Exchange deposit for digital currency, and wait until it is in the wallet.

    Parameters
    ----------
    amount
        Yuan, with at most two decimals.
    key
        The order's own key, 1 to 64 of A-Z, a-z, 0-9, - and _: under one key the deposit is debited at most once.
    """
    from dcep.cli.wallet.words import TAKEN_UP, order_document
    from dcep.money import yuan

    fen = amount_of(amount)
    with client_of(place) as client:
        key, order, is_old = client.exchange_once(fen, key=key)
        if is_old:
            warn(TAKEN_UP)
        if place.json:
            print_json(order_document(order))
        elif order.is_done:
            say(f"{yuan(fen)} yuan are in the wallet")
            say("next: dcep wallet pay WALLET AMOUNT")
        else:
            warn(f"{order.code}: the exchange did not happen, and the deposit is as it was")
        client.tell_exchange(key)
    return DONE if order.is_done else NO


def redeem(amount: str, /, *, place: Place = _HERE) -> int:
    """Redeem digital currency for deposit, and wait until the deposit is credited.

    Parameters
    ----------
    amount
        Yuan, with at most two decimals.
    """
    fen = amount_of(amount)
    with client_of(place) as client:
        return _tell(client, place, *client.redeem_once(fen))


def pay(to: str, amount: str | None = None, /, *, key: str | None = None, place: Place = _HERE) -> int:
    """Pay a wallet, or a payment request.

    Parameters
    ----------
    to
        The receiver's number, 16 digits, or the text of a payment request.
    amount
        Yuan, with at most two decimals; a request may say it.
    key
        The payment's own key, 1 to 64 of A-Z, a-z, 0-9, - and _: under one key at most one payment is ever signed.
    """
    with client_of(place) as client:
        if any(character.isalpha() for character in to):
            return _answer(client, place, to, amount, key)
        if amount is None:
            raise BadInput("bad_options", "to a wallet an amount is paid", next_step="dcep wallet pay WALLET AMOUNT")
        payment, is_old = client.pay_once(typed_wallet(to), amount_of(amount), key=key)
        return _tell(client, place, payment, is_old)


def amount_of(text: str) -> Fen:
    """Return an amount that was typed, more than nothing; BadInput with the code of what is wrong."""
    fen = typed_yuan(text)
    if fen == 0:
        raise BadInput("bad_number", "an amount is more than nothing", where=text)
    return fen


def _tell(client: Client, place: Place, payment: Payment, is_old: bool) -> int:
    from dcep.cli.wallet.words import TAKEN_UP, tell_once, wanted

    # 1.
    if payment.answer is not None:
        client.heal()
    for other in client.untold():
        if other.id != payment.id and other.answer is not None:
            warn(f"meanwhile: {other.answer}: {wanted(other)}")
            client.tell(other)
    # 2.
    if is_old:
        warn(TAKEN_UP)
    return tell_once(client, payment, as_json=place.json)


def _answer(client: Client, place: Place, text: str, amount: str | None, key: str | None) -> int:
    """Pay whom a request asks to be paid; a request for one payment is its own key."""
    from dcep.ids import format_wallet_id
    from dcep.services import machine

    request = _request(text, client.stories.folder.trust.network)
    if request.expires_at is not None and request.expires_at <= machine.now():
        raise DcepError("request_expired", "nobody should pay this any more", next_step="ask for a new request")
    typed = None if amount is None else amount_of(amount)
    fen = request.amount if typed is None else typed
    if fen is None or (request.amount is not None and fen != request.amount):
        raise BadInput("bad_options", "the amount is the request's; where it says none, you say one")
    warn(f"{request.name}, {request.city}: wallet {format_wallet_id(request.receiver)}")
    if request.reference is not None:
        key = key or f"{request.receiver:016}-{request.reference}"
    payment, is_old = client.pay_once(request.receiver, fen, key=key, reference=request.reference)
    return _tell(client, place, payment, is_old)


def _request(text: str, network: NetworkId) -> PaymentRequest:
    from dcep.messages.merchants.requests import BadRequest, decode_request

    try:
        request = decode_request(text)
    except BadRequest as error:
        raise BadInput("bad_request", str(error)) from error
    if request.network != network:
        raise BadInput("other_network", "the request is for a wallet in another network")
    return request
