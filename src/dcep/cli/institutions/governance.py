"""`dcep centralbank admit`, `suspend`, `set-board`, `set-rules`, `freeze`: ask for what a board decides."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from cyclopts import Parameter

from dcep.cli.institutions.money import OrderId
from dcep.cli.institutions.office import Office
from dcep.errors import BadInput

if TYPE_CHECKING:
    from dcep.money import Fen

Seats = Annotated[list[str], Parameter(name="--seat", negative=())]
_HERE: Final = Office()
_MAX_FILE: Final = 1 << 20
_MAX_BASIS: Final = 64 << 20


def admit(
    operator: int,
    /,
    *,
    registrar: str,
    registrar_key: str,
    vault: str,
    vault_key: str,
    shard: int = 0,
    order_id: OrderId = None,
    office: Office = _HERE,
) -> int:
    """Ask for an operator's admission on a shard, with its two accounts there.

    Parameters
    ----------
    operator
        The operator's number, 1 to 999.
    registrar
        The account that opens wallets, 16 digits.
    registrar_key
        The key that acts for it, `SUITE:HEX`; suite 3 is Ed25519, 1 is P-256.
    vault
        The account that exchanges, 16 digits.
    vault_key
        The key that acts for it.
    shard
        The retail shard.
    order_id
        The order's id for ever, drawn if it is not named.
    """
    from dcep.cli.institutions.asking import ask_for

    wanted = {
        "kind": "admit",
        "operator": operator,
        "shard": shard,
        "registrar": registrar,
        "registrar_policy": _policy(registrar_key),
        "vault": vault,
        "vault_policy": _policy(vault_key),
    }
    return ask_for(office, order_id, wanted)


def suspend(operator: int, /, *, shard: int = 0, order_id: OrderId = None, office: Office = _HERE) -> int:
    """Ask for an operator's suspension: it opens no wallet, exchanges nothing, and nothing is issued to it.

    Parameters
    ----------
    operator
        The operator's number, 1 to 999.
    shard
        The retail shard.
    order_id
        The order's id for ever, drawn if it is not named.
    """
    from dcep.cli.institutions.asking import ask_for

    return ask_for(office, order_id, {"kind": "suspend", "operator": operator, "shard": shard})


def readmit(operator: int, /, *, shard: int = 0, order_id: OrderId = None, office: Office = _HERE) -> int:
    """Ask for the end of an operator's suspension.

    Parameters
    ----------
    operator
        The operator's number, 1 to 999.
    shard
        The retail shard.
    order_id
        The order's id for ever, drawn if it is not named.
    """
    from dcep.cli.institutions.asking import ask_for

    return ask_for(office, order_id, {"kind": "readmit", "operator": operator, "shard": shard})


def set_board(*, needed: int, sites: int = 2, seat: Seats, order_id: OrderId = None, office: Office = _HERE) -> int:
    """Ask for another officers' board, which the one in force approves.

    Parameters
    ----------
    needed
        How many officers must sign.
    sites
        From how many sites at least.
    seat
        `SITE:SUITE:HEX`: the site of an officer's key, its suite, the public key; once for each.
    order_id
        The order's id for ever, drawn if it is not named.
    """
    from dcep.cli.institutions.asking import ask_for

    wanted = {"kind": "set_board", "needed": needed, "sites": sites, "seats": [_seat(each) for each in seat]}
    return ask_for(office, order_id, wanted)


def set_rules(rules: str, /, *, order_id: OrderId = None, office: Office = _HERE) -> int:
    """Ask for a dated rule set; it comes into force on its date.

    Parameters
    ----------
    rules
        The name of one that comes with the program, or a file of the same form.
    order_id
        The order's id for ever, drawn if it is not named.
    """
    from dcep.cli.institutions.asking import ask_for
    from dcep.issuance.rules import names, parse_rules, read_rules

    file = Path(rules)
    if rules in names():
        read = read_rules(rules)
    else:
        read = parse_rules(file.stem, _read(file, _MAX_FILE).decode("utf-8", "replace"))
    wanted = {
        "kind": "rules",
        "name": read.name.rstrip(b"\0").decode("ascii"),
        "effective_at_ms": read.effective_at,
        "max_life_ms": read.max_life,
        "clock_bound_ms": read.clock_bound,
        "classes": [
            {name: _limit(getattr(limits, name.removesuffix("_fen"))) for name in _LIMITS} for limits in read.classes
        ],
    }
    return ask_for(office, order_id, wanted)


def freeze(
    wallet: str,
    /,
    *,
    basis: Path,
    scope: Literal["pay", "receive", "both"] = "pay",
    order_id: OrderId = None,
    office: Office = _HERE,
) -> int:
    """Ask for the freeze of a wallet on a legal basis; the supervision board decides.

    Parameters
    ----------
    wallet
        Its number, 16 digits.
    basis
        The document that the law demands. It stays here: the order carries its SHA-256.
    scope
        What stops.
    order_id
        The order's id for ever, drawn if it is not named.
    """
    from dcep.cli.institutions.asking import ask_for

    wanted = {"kind": "freeze", "wallet": wallet, "scope": scope, "basis_sha256": _hash_of(basis)}
    return ask_for(office, order_id, wanted)


def unfreeze(wallet: str, /, *, basis: Path, order_id: OrderId = None, office: Office = _HERE) -> int:
    """Ask for the end of every freeze of a wallet.

    Parameters
    ----------
    wallet
        Its number, 16 digits.
    basis
        The document that the law demands. It stays here: the order carries its SHA-256.
    order_id
        The order's id for ever, drawn if it is not named.
    """
    from dcep.cli.institutions.asking import ask_for

    return ask_for(office, order_id, {"kind": "unfreeze", "wallet": wallet, "basis_sha256": _hash_of(basis)})


_LIMITS: Final = ("cap_fen", "single_fen", "daily_fen", "annual_fen")


def _limit(fen: Fen) -> int | None:
    from dcep.money import MAX_FEN

    return None if fen == MAX_FEN else fen


def _policy(text: str) -> str:
    """Return the policy of one key as it stands in a command, hex."""
    from dcep.messages.layout import Key
    from dcep.messages.policies import SingleKey, encode_policy

    suite, key = _key(text)
    return encode_policy(SingleKey(suite=suite, key=Key(key))).hex()


def _seat(text: str) -> dict[str, Any]:
    site, _, rest = text.partition(":")
    suite, key = _key(rest)
    if not (site.isascii() and site.isdigit()) or int(site) > 255:
        raise BadInput("bad_options", "a seat is SITE:SUITE:HEX", where=text)
    return {"site": int(site), "suite": suite, "key": key.hex()}


def _key(text: str) -> tuple[int, bytes]:
    from dcep.crypto.suites import UnsupportedSuite, sizes, supported

    number, _, digits = text.partition(":")
    try:
        suite = supported(int(number))
        key = bytes.fromhex(digits)
    except (ValueError, UnsupportedSuite):
        suite, key = None, b""
    if suite is None or len(key) != sizes(suite).key:
        raise BadInput("bad_options", "a key is SUITE:HEX, with suite 3 for Ed25519 or 1 for P-256", where=text)
    return int(suite), key


def _hash_of(basis: Path) -> str:
    from hashlib import sha256

    document = _read(basis, _MAX_BASIS)
    if not document:
        raise BadInput("no_basis", "a freeze has a legal basis: the document is empty", where=str(basis))
    return sha256(document).hexdigest()


def _read(file: Path, at_most: int) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(at_most + 1)
    except OSError as error:
        raise BadInput("no_such_file", f"cannot be read: {error.strerror}", where=str(file)) from error
    if len(content) > at_most:
        raise BadInput("too_large", "is far too large for what it should be", where=str(file))
    return content
