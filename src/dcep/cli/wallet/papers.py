"""`dcep wallet request`, `history`, `receipt`, `verify`: what is shown to others, and what is kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from cyclopts import Parameter

from dcep.cli.output import DONE, print_json, say
from dcep.cli.wallet.money import amount_of
from dcep.cli.wallet.place import Place, client_of
from dcep.errors import BadInput, DcepError, Unavailable

if TYPE_CHECKING:
    from dcep.client import Client, Payment

_HERE: Final = Place()
_MINUTE_MS: Final = 60_000
_MAX_RECEIPT: Final = 1 << 20
_FEWEST_DIGITS: Final = 8
_MOST_ORDERS: Final = 100_000


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a payment request says besides its amount."""

    name: Annotated[str, Parameter(help="What people call you, 1 to 25 characters.")]
    city: Annotated[str, Parameter(help="Where you are, 1 to 15 characters.")]
    reference: Annotated[
        str | None, Parameter(help="Your own, 1 to 25 of A-Z, a-z, 0-9, - and _: the request is for one payment.")
    ] = None
    minutes: Annotated[int | None, Parameter(help="For how long it may be paid; without it for ever.")] = None
    svg: Annotated[Path | None, Parameter(help="Write the picture to this file.")] = None
    text: Annotated[Path | None, Parameter(help="Write the text of the code to this file.")] = None
    app: Annotated[bool, Parameter(help="Let the operator make the code, in the form of its own app.")] = False


def request(amount: str | None = None, /, *, asked: Asked, place: Place = _HERE) -> int:
    """Show a payment request to this wallet: as a code on the terminal, as a picture, as text.

    Nobody is asked, unless the code is to be one of the operator's app.

    Parameters
    ----------
    amount
        Yuan, with at most two decimals; without it the payer chooses.
    """
    from dcep.clock import UnixMs
    from dcep.http.codes import as_svg
    from dcep.messages.merchants.requests import BadRequest
    from dcep.services import machine
    from dcep.wallet.codes import for_terminal

    fen = None if amount is None else amount_of(amount)
    until = None if asked.minutes is None else UnixMs(machine.now() + asked.minutes * _MINUTE_MS)
    with client_of(place) as client:
        make = client.show_code if asked.app else client.request
        try:
            text = make(asked.name, asked.city, fen, reference=asked.reference, expires_at=until)
        except BadRequest as error:
            raise BadInput("bad_request", str(error)) from error
        wallet = f"{client.wallet:016}"
    if asked.svg is not None:
        _write(asked.svg, as_svg(text).encode())
    if asked.text is not None:
        _write(asked.text, text.encode())
    if place.json:
        told = {"wallet": wallet, "text": text, "amount_fen": fen, "reference": asked.reference}
        print_json({**told, "expires_at_ms": until, "svg": asked.svg and str(asked.svg)})
        return DONE
    say(for_terminal(text).rstrip("\n"))
    say(text)
    say("next: whoever pays runs dcep wallet pay with this text; then dcep wallet history")
    return DONE


def history(*, limit: int = 20, place: Place = _HERE) -> int:
    """Show what moved, the newest first, as the operator tells it, and the orders that have no answer yet.

    Parameters
    ----------
    limit
        How many lines, 1 to 1,000.
    """
    from dcep.cli.wallet.words import movement_document, payment_document, tell_movement, wanted

    if not 1 <= limit <= 1_000:
        raise BadInput("bad_options", "--limit is from 1 to 1,000")
    with client_of(place) as client:
        client.heal()
        movements = client.history(limit=limit).items
        left_open = [payment for payment in client.untold() if payment.answer is None]
    if place.json:
        print_json(
            {
                "items": [movement_document(each) for each in movements],
                "open": [payment_document(each) for each in left_open],
            }
        )
        return DONE
    for movement in movements:
        tell_movement(movement)
    for payment in left_open:
        say(f"no answer yet: {wanted(payment)}")
    if not movements and not left_open:
        say("nothing has moved yet")
        say("next: dcep wallet exchange AMOUNT")
    return DONE


def receipt(order: str, /, *, out: Path, place: Place = _HERE) -> int:
    """Write the receipt of an order of this wallet that settled to a file; it proves the payment to anybody.

    Parameters
    ----------
    order
        Its id in hex, or the first digits, at least 8.
    out
        The file, which is not there yet.
    """
    with client_of(place) as client:
        payment = _find(client, order.lower())
    if payment.receipt is None:
        message = f"the order has no receipt: {payment.answer or 'no answer yet'}"
        raise DcepError("no_receipt", message, where=payment.id.hex(), next_step="dcep wallet history")
    _write(out, payment.receipt)
    if place.json:
        print_json({"id": payment.id.hex(), "receipt": str(out)})
    else:
        say(f"the receipt of order {payment.id.hex()} is in {out}")
        say(f"next: whoever gets it runs dcep wallet verify {out}")
    return DONE


def verify(file: Path, /, *, place: Place = _HERE) -> int:
    """Judge a receipt with what the wallet trusts, asking nobody: exit code 1 if it proves nothing.

    Parameters
    ----------
    file
        The receipt.
    """
    from dcep.cli.output import NO
    from dcep.cli.wallet.words import proof_document, tell_proof

    try:
        with file.open("rb") as stream:
            data = stream.read(_MAX_RECEIPT)
    except OSError as error:
        raise BadInput("no_such_file", f"cannot be read: {error.strerror}", where=str(file)) from error
    with client_of(place) as client:
        try:
            proof = client.prove(data)
        except DcepError as error:
            if error.code != "bad_receipt" or not place.json:
                raise
            print_json({"ok": False, "explanation": error.message})
            return NO
    if place.json:
        print_json(proof_document(proof))
    else:
        tell_proof(proof)
    return DONE


def _find(client: Client, digits: str) -> Payment:
    if len(digits) < _FEWEST_DIGITS or set(digits) - set("0123456789abcdef"):
        raise BadInput("bad_id", "an order's id is hex, at least the first 8 digits", where=digits)
    found = [payment for payment in client.payments(_MOST_ORDERS) if payment.id.hex().startswith(digits)]
    if not found:
        raise DcepError("not_found", "this wallet has given no such order", where=digits)
    if len(found) > 1:
        raise BadInput("ambiguous_id", "more than one order begins like this", where=digits)
    return found[0]


def _write(file: Path, data: bytes) -> None:
    try:
        with file.open("xb") as stream:
            stream.write(data)
    except FileExistsError:
        raise BadInput("file_exists", "the file is there already", where=str(file)) from None
    except OSError as error:
        raise Unavailable("cannot_write", f"{file}: {error.strerror}", retry_after_ms=1_000) from error
