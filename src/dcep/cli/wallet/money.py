"""`dcep wallet balance`, `exchange`, `redeem`, `pay`: what moves money, and what there is.

1. A command sees to what earlier ones have left without an answer, and says how each ended.
2. The same line run again after a lost answer goes on with the same order: nothing is ordered twice.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from dcep.cli.options import typed_wallet, typed_yuan
from dcep.cli.output import DONE, NO, print_json, say, warn
from dcep.cli.wallet.place import Place, client_of
from dcep.errors import BadInput

if TYPE_CHECKING:
    from dcep.client import Client, Payment
    from dcep.money import Fen

_HERE = Place()
# Ten times the longest code: whoever names another file by mistake is told so.
_MOST_CHARACTERS: Final = 4_096


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
        return tell_order(client, place, *client.redeem_once(fen))


def pay(
    to: str | None = None,
    amount: str | None = None,
    /,
    *,
    code: Path | None = None,
    key: str | None = None,
    place: Place = _HERE,
) -> int:
    """Pay a wallet, or whoever shows a code of any operator.

    Parameters
    ----------
    to
        The receiver's number, 16 digits, or the text of a code. With --code it is the amount.
    amount
        Yuan, with at most two decimals; a code may say it.
    code
        The file with the text of the code.
    key
        The payment's own key, 1 to 64 of A-Z, a-z, 0-9, - and _: under one key at most one payment is ever signed.
    """
    if code is not None:
        if amount is not None:
            raise BadInput("bad_options", "the code says whom to pay", next_step="dcep wallet pay AMOUNT --code FILE")
        to, amount = _text_in(code), to
    if to is None:
        raise BadInput("bad_options", "whom to pay is missing", next_step="dcep wallet pay WALLET AMOUNT")
    with client_of(place) as client:
        if any(character.isalpha() for character in to):
            return _answer(client, place, to, amount, key)
        if amount is None:
            raise BadInput("bad_options", "to a wallet an amount is paid", next_step="dcep wallet pay WALLET AMOUNT")
        payment, is_old = client.pay_once(typed_wallet(to), amount_of(amount), key=key)
        return tell_order(client, place, payment, is_old)


def amount_of(text: str) -> Fen:
    """Return an amount that was typed, more than nothing; BadInput with the code of what is wrong."""
    fen = typed_yuan(text)
    if fen == 0:
        raise BadInput("bad_number", "an amount is more than nothing", where=text)
    return fen


def tell_order(client: Client, place: Place, payment: Payment, is_old: bool) -> int:
    """Say how a payment stands, and how earlier ones ended meanwhile; return the exit code."""
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
    """Pay whom a code asks to be paid; a request for one payment is its own key."""
    from dcep.client.merchants.codes import key_of
    from dcep.ids import format_wallet_id

    request = client.read_code(text)
    typed = None if amount is None else amount_of(amount)
    fen = request.amount if typed is None else typed
    if fen is None or (request.amount is not None and fen != request.amount):
        raise BadInput("bad_options", "the amount is the code's; where it says none, you say one")
    warn(f"{request.name}, {request.city}: wallet {format_wallet_id(request.receiver)}")
    key = key or key_of(request)
    payment, is_old = client.pay_once(request.receiver, fen, key=key, reference=request.reference)
    return tell_order(client, place, payment, is_old)


def _text_in(file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as stream:
            text = stream.read(_MOST_CHARACTERS + 1)
    except UnicodeDecodeError as error:
        raise BadInput("not_utf8", "the file holds no text", where=str(file)) from error
    except OSError as error:
        raise BadInput("no_such_file", f"cannot be read: {error.strerror}", where=str(file)) from error
    if len(text) > _MOST_CHARACTERS:
        raise BadInput("code_too_long", "no code is as long as this file", where=str(file))
    return text.strip()
