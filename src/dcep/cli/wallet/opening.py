"""`dcep wallet new`, `open`, `recover`, `rotate`: how a wallet comes to be, and how its key is changed."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from dcep.cli.options import typed_wallet
from dcep.cli.output import DONE, NO, print_json, say, warn
from dcep.cli.wallet.place import Place, client_of
from dcep.errors import BadInput

if TYPE_CHECKING:
    from dcep.client.records import Evidence
    from dcep.ids import NetworkId

_HERE = Place()
# Nothing is at stake yet: a wrong address is said soon.
_PATIENCE_S = 2.0
_NETWORK = re.compile(r"[0-9a-f]{32}")


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is shown to the operator; how much the class asks for stands in the reference of operators."""

    phone: Annotated[str, Parameter(help="A phone number of any country: + and its digits.")]
    name: Annotated[str, Parameter(help="Your name, for class III and better.")] = ""
    document: Annotated[str, Parameter(help="Your identity document, or that of whoever acts for the firm.")] = ""
    bank_account: Annotated[str, Parameter(help="The deposit account, for class II and better.")] = ""
    face_to_face: Annotated[bool, Parameter(help="You show it in the branch, for class I.")] = False
    legal_name: Annotated[str, Parameter(help="The firm's name, for class corporate.")] = ""
    credit_code: Annotated[str, Parameter(help="The firm's unified social credit code.")] = ""

    def evidence(self) -> Evidence:
        """Return it as the operator takes it."""
        from dcep.client.records import Evidence

        return Evidence(**{field.name: getattr(self, field.name) for field in fields(self)})


def new(*, operator: str, network: str | None = None, place: Place = _HERE) -> int:
    """Make a wallet's folder with a new key, sealed by a password, at an operator.

    Parameters
    ----------
    operator
        The address of the operator, `http://HOST:PORT`.
    network
        The network that must be kept there: 32 hex digits. Without it the operator is believed this one time.
    """
    from dcep.client.blocking import Client

    made = Client.create(
        place.folder, operator, place.new_password(), network=_network(network), patience_s=_PATIENCE_S
    )
    with made as client:
        trust = client.stories.folder.trust
    if place.json:
        print_json(
            {
                "wallet_folder": str(place.folder),
                "operator": f"{trust.operator:03}",
                "name": trust.name,
                "network": trust.network.hex(),
            }
        )
        return DONE
    say(f"a new key in {place.folder}, for a wallet at {trust.name} ({trust.operator:03})")
    say(f"network {trust.network.hex()}: compare it with what your bank has printed")
    say("next: dcep wallet open --phone +86…, and keep a copy of the folder's keys and of the password")
    return DONE


def open_(
    *,
    wallet_class: Annotated[Literal["I", "II", "III", "IV", "corporate"], Parameter(name="--class")] = "IV",
    shown: Shown,
    place: Place = _HERE,
) -> int:
    """Ask the operator for the wallet's number, and wait until it is there.

    Parameters
    ----------
    wallet_class
        The class of the wallet, which says what it may hold and pay.
    """
    from dcep.cli.wallet.words import order_document
    from dcep.ids import format_wallet_id

    with client_of(place) as client:
        order = client.open(wallet_class, shown.evidence())
        wallet = client.wallet
    if place.json:
        print_json(order_document(order))
        return DONE
    say(f"wallet {format_wallet_id(wallet)} is open")
    say("next: dcep wallet exchange AMOUNT, or let yourself be paid: dcep wallet request")
    return DONE


def set_class(
    wallet_class: Annotated[Literal["I", "II", "III", "IV"], Parameter(name="CLASS")],
    /,
    *,
    shown: Shown,
    place: Place = _HERE,
) -> int:
    """Show what another class asks for, and wait until the wallet has it.

    Parameters
    ----------
    wallet_class
        The class that is wanted: what it may hold and pay, and what must be shown for it, stands in the reference.
    """
    from dcep.cli.wallet.words import TAKEN_UP, order_document

    with client_of(place) as client:
        key, order, is_old = client.change_class_once(wallet_class, shown.evidence())
        if is_old:
            warn(TAKEN_UP)
        if place.json:
            print_json(order_document(order))
        elif order.is_done:
            say(f"the wallet is of class {wallet_class}")
            say("next: what it may hold and pay now: dcep wallet balance")
        else:
            warn(f"{order.code}: the wallet is of the class that it was")
        client.tell_exchange(key)
    return DONE if order.is_done else NO


def recover(
    number: str | None = None,
    /,
    *,
    operator: str | None = None,
    network: str | None = None,
    key: Path | None = None,
    place: Place = _HERE,
) -> int:
    """Come back from a copy: afterwards nothing that a lost device has signed can happen any more.

    In a folder that is there, the folder is the copy. Else a new one is made of the wallet's number, its operator, and
    a copy of its sealed key, which the password opens.

    Parameters
    ----------
    number
        The wallet's number, for a new folder.
    operator
        The address of its operator, for a new folder.
    network
        The network that must be kept there.
    key
        The copy of the sealed key, for a new folder.
    """
    from dcep.cli.wallet.words import payment_document

    if number is not None:
        _restore(number, operator, network, key, place)
    with client_of(place) as client:
        spent = client.recover()
        for payment in spent:
            client.tell(payment)
    if place.json:
        print_json([payment_document(payment) for payment in spent])
        return DONE
    say(f"numbers up to {128} above the highest are used up: what a lost device has signed can never happen")
    say("next: dcep wallet rotate, if somebody else may have the key")
    return DONE


def rotate(*, place: Place = _HERE) -> int:
    """Put a new key in the place of the one that signs now; the old one signs nothing from then on."""
    from dcep.cli.wallet.words import tell_once

    with client_of(place) as client:
        client.heal()
        code = tell_once(client, client.rotate(), as_json=place.json)
    if code == DONE and not place.json:
        say("next: keep a copy of the folder's keys; the old copy opens nothing any more")
    return code


def _restore(wallet_id: str, operator: str | None, network: str | None, key: Path | None, place: Place) -> None:
    from dcep.client.blocking import Client
    from dcep.crypto.sealed_keys import open_seed
    from dcep.messages.layout import Epoch

    if operator is None or key is None:
        raise BadInput("bad_options", "a new folder needs --operator and --key", next_step="dcep wallet recover --help")
    number = typed_wallet(wallet_id)
    password = place.password()
    seed = open_seed(key, password)
    with Client.create(place.folder, operator, password, network=_network(network), seed=seed) as client:
        # Its epoch is read where the account is.
        client.stories.folder.remember(number, Epoch(1))
        epoch = client.account().epoch
        if epoch != 1:
            client.stories.folder.adopt(Epoch(epoch))
    warn(f"a new folder in {place.folder}")


def _network(text: str | None) -> NetworkId | None:
    from dcep.ids import NetworkId

    if text is None:
        return None
    if not _NETWORK.fullmatch(text):
        raise BadInput("bad_hash", "--network is 32 hex digits")
    return NetworkId(bytes.fromhex(text))
