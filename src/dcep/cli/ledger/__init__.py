"""`dcep ledger`: look into a ledger with no worker on it, check a receipt; archive, copy and restore a data folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from cyclopts import App

from dcep.cli.options import Archives, typed_wallet
from dcep.cli.output import DONE, NO, print_json, say
from dcep.cli.progress import progress_bar
from dcep.errors import BadInput, DcepError, Unavailable

if TYPE_CHECKING:
    from dcep.ids import NetworkId
    from dcep.ledger.reading.commands import Lists
    from dcep.messages.receipts import Proven, Receipt

app = App(
    name="ledger", help="Look into a ledger: a command, a statement, the trial balance; archive, backup and restore."
)

# No receipt and no genesis is nearly as large.
_MAX_FILE: Final = 4 << 20


@app.command
def show(
    command: str,
    folder: Path,
    /,
    *,
    receipt: Path | None = None,
    archive: Archives = None,
    json: bool = False,
) -> int:
    """Show a command: what it says, what became of it, and where it stands.

    Parameters
    ----------
    command
        Its id in hex, or the first digits, at least 8.
    folder
        The data folder, the one that holds `ledger/`.
    receipt
        Write the receipt to this file, which is not there yet.
    archive
        An archive into which old files of the folder were moved, to be searched too; once for each archive.
    json
        Print one JSON document.
    """
    from dcep.cli.ledger.words import found_document, tell_found
    from dcep.ledger.archived import read_with
    from dcep.ledger.folder import Folder
    from dcep.ledger.reading.commands import find_command
    from dcep.messages.receipts import encode_receipt

    with Folder.open(folder) as opened:
        read_with(opened, archive or ())
        found = find_command(opened, command, progress_bar())
        network = opened.network
    if receipt is not None:
        if found.proof is None:
            message = "no header is stored for its frame yet: start the ledger, then ask again"
            raise DcepError("no_receipt", message, where=found.command.id.hex())
        _write_new(receipt, encode_receipt(found.proof.receipt), folder)
    if json:
        print_json({"network": network.hex(), **found_document(found), "receipt": receipt and str(receipt)})
    else:
        tell_found(found)
        if receipt is not None:
            say(f"receipt    {receipt}")
    return DONE


@app.command
def check_receipt(file: Path, /, *, genesis: Path | None = None, data: Path | None = None, json: bool = False) -> int:
    """Check a receipt, as a wallet does alone: who signed it, and what that proves.

    Parameters
    ----------
    file
        The receipt.
    genesis
        Trust the first workers of the network with this genesis: no data folder is needed.
    data
        Trust the workers of the network in this data folder, those of newer lists too.
    json
        Print one JSON document.
    """
    from dcep.cli.ledger.words import proven_document, tell_proven
    from dcep.messages.layout import Malformed
    from dcep.messages.receipts import BadReceipt, decode_receipt

    data_of_receipt = _read(file)
    network, lists = _trusted(genesis, data)
    try:
        proven = _prove(decode_receipt(data_of_receipt), network, lists)
    except (BadReceipt, Malformed) as error:
        if json:
            print_json({"ok": False, "network": network.hex(), "explanation": str(error)})
        else:
            say(f"✗ this receipt proves nothing: {error}")
        return NO
    if json:
        print_json({"ok": True, "network": network.hex(), **proven_document(proven)})
    else:
        tell_proven(proven)
    return DONE


@app.command
def statement(wallet: str, folder: Path, /, *, archive: Archives = None, json: bool = False) -> int:
    """Show every command that touched a wallet, and what it had after each.

    Parameters
    ----------
    wallet
        Its number, 16 digits; between quotes it may have spaces.
    folder
        The data folder, the one that holds `ledger/`.
    archive
        An archive into which old files of the folder were moved, to be read too; once for each archive.
    json
        Print one JSON document.
    """
    from dcep.cli.ledger.words import statement_document, tell_statement
    from dcep.ledger.archived import read_with
    from dcep.ledger.folder import Folder
    from dcep.ledger.native import RustEngine
    from dcep.ledger.reading.statements import statement_of

    number = typed_wallet(wallet)
    with Folder.open(folder) as opened:
        read_with(opened, archive or ())
        found = statement_of(opened, number, RustEngine, progress_bar())
    if json:
        print_json(statement_document(found))
    else:
        tell_statement(found)
    return DONE if found.agrees else NO


@app.command
def trial_balance(folder: Path, /, *, engine: Literal["rust", "python"] = "rust", json: bool = False) -> int:
    """Count all money: where every fen is, and whether the law holds.

    Parameters
    ----------
    folder
        The data folder, the one that holds `ledger/`.
    engine
        Judge the shards with the Rust engine, or with the statute in Python; tier 1 always with the statute.
    json
        Print one JSON document.
    """
    from dcep.cli.ledger.words import balance_document, tell_balance
    from dcep.ledger.engine.statute import PythonEngine
    from dcep.ledger.folder import Folder
    from dcep.ledger.native import RustEngine
    from dcep.ledger.reading.balances import trial_balance as count

    with Folder.open(folder) as opened:
        balance = count(opened, RustEngine if engine == "rust" else PythonEngine, progress_bar())
        network = opened.network
    if json:
        print_json({"network": network.hex(), **balance_document(balance)})
    else:
        tell_balance(balance)
    return NO if balance.broken() else DONE


@app.command
def backup(folder: Path, file: Path, /, *, json: bool = False) -> int:
    """Copy a data folder into one file. It holds the keys: keep it as you keep them.

    Parameters
    ----------
    folder
        The data folder, the one that holds `ledger/`.
    file
        The copy, which is not there yet and lies outside the folder.
    json
        Print one JSON document.
    """
    from dcep.ledger.backup import back_up

    done = back_up(folder, file, progress_bar())
    size = sum(item.size for item in done.manifest.files)
    if json:
        print_json({"file": str(file), **done.manifest.document(), "left_out": list(done.left_out)})
        return DONE
    say(f"{file}: {len(done.manifest.files)} files, {size:,} bytes, readable by you alone")
    for head in done.manifest.heads:
        say(f"{head.ledger:<10} {head.frames:>9,} frames  head {head.head.hex()}")
    for name in done.left_out:
        say(f"! {name} was not copied: it is neither ledger nor key nor note of a run")
    return DONE


@app.command
def restore(file: Path, folder: Path, /, *, json: bool = False) -> int:
    """Put a copy in the place of a data folder, after an audit of all that it holds.

    Parameters
    ----------
    file
        The copy.
    folder
        The data folder: empty, or not there yet.
    json
        Print one JSON document.
    """
    from dcep.ledger.backup import restore as put_back
    from dcep.ledger.native import RustEngine

    done = put_back(file, folder, RustEngine, progress_bar())
    if json:
        print_json({"folder": str(folder), **done.manifest.document(), "audit": done.report.document()})
        return DONE
    for head in done.manifest.heads:
        say(f"{head.ledger:<10} {head.frames:>9,} frames  head {head.head.hex()}")
    for warning in done.report.warnings:
        say(f"! {warning.file}: {warning.code}: {warning.explanation}")
    say(f"✓ {folder}: every byte is the one that was copied, and the audit found nothing wrong")
    return DONE


@app.command
def archive(folder: Path, /, *, to: Path, keep: int = 2, days: int = 90, json: bool = False) -> int:
    """Move old files of a ledger into an archive: what no start, no receipt and no history needs any more.

    Parameters
    ----------
    folder
        The data folder, the one that holds `ledger/`.
    to
        The archive: a folder that is not there yet, or the one of an earlier round.
    keep
        So many snapshots stay, and all that came after the oldest of them.
    days
        What is younger than so many days, by the ledger's own time, stays: receipts are made from it.
    json
        Print one JSON document.
    """
    from dcep.ids import ledger_name
    from dcep.ledger.archive import archive as move

    done = move(folder, to, keep=keep, days=days, progress=progress_bar())
    if json:
        print_json({"archive": str(to), **done.document()})
        return DONE
    for plan in done.plans:
        archived = done.archived(plan)
        told = f"1 to {archived:,} archived" if archived else "nothing archived"
        say(f"{ledger_name(plan.ledger):<10} {plan.frames:>9,} frames, {told}, starts from {plan.base:,}")
    size = sum(file.size for file in done.files)
    say(f"✓ {len(done.files)} files, {size:,} bytes moved to {to}" if done.files else "✓ nothing to move")
    return DONE


def _trusted(genesis: Path | None, data: Path | None) -> tuple[NetworkId, Lists]:
    """Return a network and the worker keys to trust in it, from the one source that was named."""
    from dcep.ledger.folder import Folder
    from dcep.ledger.reading.commands import worker_lists
    from dcep.messages.genesis import decode_genesis, network_of
    from dcep.messages.layout import Malformed

    if data is not None and genesis is None:
        with Folder.open(data) as folder:
            return folder.network, worker_lists(folder)
    if genesis is None or data is not None:
        raise BadInput("bad_options", "name either --genesis FILE or --data DIR: whom to trust")
    content = _read(genesis)
    try:
        known = decode_genesis(content)
    except Malformed as error:
        raise BadInput("bad_genesis", f"is no genesis: {error}", where=str(genesis)) from error
    return network_of(content), {ledger: frozenset({known.worker(ledger)}) for ledger in known.ledgers()}


def _prove(receipt: Receipt, network: NetworkId, lists: Lists) -> Proven:
    """Return what a receipt proves to those who trust each ledger's workers."""
    from dcep.messages.headers import decode_signed_header
    from dcep.messages.receipts import BadReceipt, verify

    header = decode_signed_header(receipt.header).header
    if header.network != network:
        raise BadReceipt(f"it is one of network {header.network.hex()}, not of {network.hex()}")
    return verify(receipt, network, lists.get(header.ledger, frozenset()))


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(_MAX_FILE + 1)
    except OSError as error:
        raise BadInput("no_such_file", f"cannot be read: {error.strerror}", where=str(file)) from error
    if len(content) > _MAX_FILE:
        raise BadInput("too_large", "is far too large for what it should be", where=str(file))
    return content


def _write_new(file: Path, content: bytes, folder: Path) -> None:
    if file.resolve().is_relative_to(folder.resolve()):
        raise BadInput("inside_folder", "a data folder keeps no receipts", where=str(file))
    try:
        with file.open("xb") as stream:
            stream.write(content)
    except FileExistsError as error:
        raise BadInput("file_exists", "a receipt never overwrites anything", where=str(file)) from error
    except OSError as error:
        raise Unavailable("receipt_not_written", f"{file}: {error.strerror}", retry_after_ms=1_000) from error
