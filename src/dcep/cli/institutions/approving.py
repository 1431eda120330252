"""`dcep centralbank proposal`, `approve`: an officer reads what the bytes say, and signs those bytes.

1. The central bank tells the bytes. What else it tells of them is not believed.
2. They are decoded here, whole, and must be an order of a board, of the network that the officer means.
3. What they say is shown, field by field, with the command id that is their hash.
4. Only then is the key read, and the officer asked; the signature is over the very bytes that were decoded.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import quote

from cyclopts import Parameter

from dcep.cli.institutions.asking import CENTRAL_BANK, tell_order
from dcep.cli.institutions.office import Office, caller_of
from dcep.cli.output import DONE, print_json, say, warn
from dcep.errors import BadInput, DcepError

if TYPE_CHECKING:
    from dcep.crypto.suites import Signer
    from dcep.messages.signed import Command

Yes = Annotated[bool, Parameter(name="--yes", negative=())]
_HERE: Final = Office()
_NETWORK: Final = slice(5, 21)
_OF_BOARDS: Final = {
    "issue", "allocate", "withdraw", "rules", "workers", "set_board", "set_operator", "freeze", "unfreeze",
}  # fmt: skip
_MAX_GENESIS: Final = 1 << 20


def proposal(name: str, /, *, network: str | None = None, office: Office = _HERE) -> int:
    """Show what officers sign, read from the bytes themselves, and who has signed.

    Parameters
    ----------
    name
        The order's id.
    network
        The network that is meant, hex; without it that of the data folder's genesis.
    """
    told = _ask(office, name)
    return tell_proposal(office, name, told, network)


def approve(
    name: str,
    /,
    *,
    key: Path | None = None,
    officer: int | None = None,
    password_file: Path | None = None,
    network: str | None = None,
    yes: Yes = False,
    office: Office = _HERE,
) -> int:
    """Show what an order's bytes say, then sign them with an officer's key. Signed again, it changes nothing.

    Parameters
    ----------
    name
        The order's id.
    key
        The file of the officer's key: a seed, or one that a password opens.
    officer
        In the place of `--key`: which officer, or supervisor for a freeze, of those whose keys lie in the data folder.
    password_file
        The file whose first line opens the key; without it the officer is asked.
    network
        The network that is meant, hex; without it that of the data folder's genesis.
    yes
        Sign without asking.
    """
    # 1.
    told = _ask(office, name)
    # 2.
    command = _decoded(told, _network(office, network))
    # 3.
    if not office.json:
        _show(command, told)
    # 4.
    signer = _signer(_key_file(office, key, officer, command), password_file)
    _require_seat(signer, told)
    if not yes:
        _confirm(command)
    signature = signer.sign(command.body_bytes)
    brought = {"command_id": command.id.hex(), "key": signer.public.hex(), "signature": signature.hex()}
    caller = caller_of(office, CENTRAL_BANK, papers=None)
    order = caller.ask("POST", "/v1/approvals", json=brought).document()
    if not office.json:
        say(f"✓ signed with {signer.public.hex()}")
    return tell_order(office, order)


def tell_proposal(office: Office, name: str, told: Mapping[str, Any], network: str | None = None) -> int:
    """Show what officers sign, and who has signed."""
    command = _decoded(told, _network(office, network))
    if office.json:
        print_json(told)
        return DONE
    _show(command, told)
    step = ("order", name, "--wait") if told.get("is_approved") else ("approve", name, "--key", "FILE")
    say(f"next: {office.line('centralbank', *step)}")
    return DONE


def _ask(office: Office, name: str) -> dict[str, Any]:
    return (
        caller_of(office, CENTRAL_BANK, papers=None)
        .ask("GET", f"/v1/orders/{quote(name, safe='')}/proposal")
        .document()
    )


# 2.


def _decoded(told: Mapping[str, Any], network: bytes | None) -> Command:
    """Return the command that the bytes are, all of them.

    Raises:
        DcepError: `strange_proposal`: they are no order of a board; `other_network`.
    """
    from dcep.ids import NetworkId
    from dcep.messages.layout import Key, Malformed
    from dcep.messages.policies import SingleKey
    from dcep.messages.signed import attach, decode

    try:
        body = bytes.fromhex(str(told["body"]))
        # A policy and no signature: what else a wire has, so that the bytes are read as the ledger reads them.
        wire = attach(body, SingleKey(suite=3, key=Key(bytes(32))), {})
        command = decode(wire, NetworkId(body[_NETWORK]))
    except (KeyError, ValueError, Malformed) as error:
        raise DcepError("strange_proposal", f"these bytes are no order: {error}", next_step="sign nothing") from error
    if command.body_bytes != body or command.kind.name not in _OF_BOARDS:
        raise DcepError("strange_proposal", "these bytes are no order of a board", next_step="sign nothing")
    if network is not None and body[_NETWORK] != network:
        message = f"these bytes are an order of network {body[_NETWORK].hex()}, not of {network.hex()}"
        raise BadInput("other_network", message, next_step="sign nothing that is not of your network")
    return command


def _network(office: Office, network: str | None) -> bytes | None:
    """Return the network that the officer means: named, or that of the data folder; None if nobody says."""
    from dcep.messages.genesis import network_of

    if network is not None:
        try:
            named = bytes.fromhex(network)
        except ValueError:
            named = b""
        if len(named) != _NETWORK.stop - _NETWORK.start:
            raise BadInput("bad_hash", "a network has 32 hex digits", where="--network")
        return named
    try:
        with (office.data / "ledger" / "genesis").open("rb") as stream:
            return network_of(stream.read(_MAX_GENESIS))
    except OSError:
        warn("! no genesis is here: compare the network below with the one that you know, or name it by --network")
        return None


# 3.


def _show(command: Command, told: Mapping[str, Any]) -> None:
    from dcep.cli.institutions.words import tell_fields

    tell_fields(command)
    signed, policy = told.get("signed", []), told.get("policy", {})
    sites = f", from {policy['sites']} sites" if "sites" in policy else ""
    say(f"  as the central bank tells: {len(signed)} have signed, {policy.get('needed')} must{sites}")


# 4.


def _key_file(office: Office, key: Path | None, officer: int | None, command: Command) -> Path:
    if (key is None) == (officer is None):
        raise BadInput("bad_options", "name either --key FILE or --officer N: who signs")
    if key is not None:
        return key
    is_freeze = command.kind.name in ("freeze", "unfreeze")
    folder, name = ("supervision", "supervisor") if is_freeze else ("officers", "officer")
    return office.data / folder / "keys" / f"{name}-{officer}.key"


def _signer(path: Path, password_file: Path | None) -> Signer:
    from dcep.crypto.keys import SEED_SIZE, read_seed
    from dcep.crypto.sealed_keys import open_seed
    from dcep.crypto.suites import Signer

    try:
        is_seed = path.stat().st_size == SEED_SIZE
    except OSError:
        # The reader says what is wrong with it.
        is_seed = True
    return Signer(read_seed(path) if is_seed else open_seed(path, _password(password_file)))


def _password(file: Path | None) -> str:
    if file is not None:
        try:
            with file.open(encoding="utf-8") as stream:
                return stream.readline(1_024).rstrip("\r\n")
        except (OSError, ValueError) as error:
            raise BadInput("no_such_file", f"the password cannot be read: {error}", where=str(file)) from error
    if not sys.stdin.isatty():
        raise BadInput(
            "password_missing", "nobody can be asked for the password here", next_step="--password-file FILE"
        )
    from getpass import getpass

    return getpass("Password of the key: ")


def _require_seat(signer: Signer, told: Mapping[str, Any]) -> None:
    if signer.public.hex() not in told.get("seats", ()):
        raise BadInput("no_seat", "this key has no seat on the board", next_step="nothing was signed; name another key")


def _confirm(command: Command) -> None:
    if not sys.stdin.isatty():
        raise BadInput(
            "not_confirmed",
            "nobody can be asked here, and nothing was signed",
            next_step="--yes, after you have read it",
        )
    sys.stderr.write("Sign these bytes? Type yes: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip() != "yes":
        raise BadInput("not_confirmed", f"nothing was signed of {command.id.hex()[:8]}")
