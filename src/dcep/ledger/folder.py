"""The data folder: where everything lies, whose it is, and that only one program writes there.

DIR/ledger/genesis                          what the network is
DIR/ledger/{tier1,shard-000,…}/{log,headers,snapshots}/
DIR/keys  DIR/index  DIR/torn  DIR/tmp      not covered by the audit
DIR/lock                                    held by whoever has the folder open: one alone, or services that share it
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final

from dcep.durable import build_durably, flush_folder, make_folder
from dcep.errors import BadInput, Damaged, Unavailable
from dcep.ids import LedgerId, NetworkId, ledger_name
from dcep.messages.genesis import Genesis, decode_genesis, network_of
from dcep.messages.layout import Malformed

_GENESIS: Final = "genesis"
_STORES: Final = {"log": "log", "headers": "hdr", "snapshots": "snap"}
_FOLDERS: Final = ("keys", "index", "torn", "tmp")


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFolder:
    """Where one ledger's files lie; `root` is the data folder.

    `archives` are the folders into which older files were moved, if these are to be read too.
    """

    root: Path
    ledger: LedgerId
    archives: tuple[Path, ...] = ()

    @property
    def name(self) -> str:
        return ledger_name(self.ledger)

    @property
    def log(self) -> Path:
        return self.root / "ledger" / self.name / "log"

    @property
    def headers(self) -> Path:
        return self.root / "ledger" / self.name / "headers"

    @property
    def snapshots(self) -> Path:
        return self.root / "ledger" / self.name / "snapshots"

    @property
    def torn(self) -> Path:
        """Where torn tails are moved, outside `ledger`."""
        return self.root / "torn"

    @property
    def tmp(self) -> Path:
        """Where files are built before they get their name."""
        return self.root / "tmp"

    def everywhere(self, folder: Path) -> list[Path]:
        """Return where files of one of the folders above may lie: in each archive, and here."""
        return [*(archive / folder.relative_to(self.root) for archive in self.archives), folder]

    def relative(self, path: Path) -> str:
        """Return how messages name a file: relative to the folder, or behind the name of its archive."""
        return (path.relative_to(self.root) if path.is_relative_to(self.root) else path).as_posix()

    def make(self) -> None:
        """Make what is not there yet; all of it is durable when this returns, whoever made it and was killed then.

        Raises:
            Unavailable: `folder_unusable`, the disk refused.
        """
        try:
            for folder in (self.log, self.headers, self.snapshots, self.torn, self.tmp):
                make_folder(folder)
            for folder in (self.log.parent, self.root / "ledger", self.root):
                flush_folder(folder)
        except OSError as error:
            raise _unusable(self.root, error) from error


class Folder:
    """A data folder, locked from `create` or `open` until `close`."""

    def __init__(self, root: Path, lock: int, genesis: bytes) -> None:
        self.root, self._lock = root, lock
        # Archives of this folder, to be read as if they had never been moved out of it.
        self.archives: tuple[Path, ...] = ()
        self.genesis = genesis
        self.network: NetworkId = network_of(genesis)

    @classmethod
    def create(cls, root: Path, genesis: bytes) -> Folder:
        """Make the folder of a network and lock it; if it is there already, open it.

        Raises:
            BadInput: `other_network`, nothing was done.
            Unavailable: `folder_in_use`, or `folder_unusable` where nothing can be written.
        """
        return cls.begin(root, lambda: genesis)

    @classmethod
    def begin(cls, root: Path, make_genesis: Callable[[], bytes]) -> Folder:
        """Lock a folder, then make the network that it is to keep; if it is there already, open it.

        Args:
            root: the data folder.
            make_genesis: called when nobody else can be in the folder; it may put its own files there.

        Raises:
            BadInput: `other_network`, nothing was done.
            Unavailable: `folder_in_use`, or `folder_unusable` where nothing can be written.
        """
        try:
            make_folder(root)
            # A kill can have come between the folder and its name's flush; whoever may not look above it made neither.
            with suppress(PermissionError):
                flush_folder(root.parent)
            lock = _lock(root)
            try:
                return cls._create_locked(root, lock, make_genesis())
            except BaseException:
                os.close(lock)
                raise
        except OSError as error:
            raise _unusable(root, error) from error

    @classmethod
    def open(cls, root: Path, network: NetworkId | None = None, *, is_shared: bool = False) -> Folder:
        """Lock the folder of a network.

        Args:
            root: the data folder.
            network: the network that is expected; None takes the one that is there.
            is_shared: others may share it, each with a ledger of its own; nobody may have it alone meanwhile.

        Raises:
            BadInput: `no_such_folder` or `other_network`.
            Damaged: `bad_genesis`.
            Unavailable: `folder_in_use`, or `folder_unusable` where it cannot be read.
        """
        if not (root / "ledger" / _GENESIS).is_file():
            raise BadInput("no_such_folder", "no network is kept here", where=str(root))
        try:
            lock = _lock(root, is_shared=is_shared)
            try:
                return cls._open_locked(root, lock, network)
            except BaseException:
                os.close(lock)
                raise
        except OSError as error:
            raise _unusable(root, error) from error

    @classmethod
    def _create_locked(cls, root: Path, lock: int, genesis: bytes) -> Folder:
        for name in _FOLDERS:
            make_folder(root / name)
        make_folder(root / "ledger")
        file = root / "ledger" / _GENESIS
        if not file.exists():
            # The genesis comes last: where it is, the folder of a ledger that is missing was taken away.
            _make_ledgers(cls(root, lock, genesis))
            build_durably(file, genesis, at=root / "tmp" / _GENESIS)
        folder = cls._open_locked(root, lock, network_of(genesis))
        _make_ledgers(folder)
        return folder

    @classmethod
    def _open_locked(cls, root: Path, lock: int, network: NetworkId | None) -> Folder:
        folder = cls(root, lock, (root / "ledger" / _GENESIS).read_bytes())
        if network is not None and folder.network != network:
            message = f"the folder keeps network {folder.network.hex()}, not {network.hex()}"
            raise BadInput("other_network", message, where=str(root))
        folder.read_genesis()
        return folder

    def __enter__(self) -> Folder:
        """Return the folder, which is locked already."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Unlock the folder."""
        self.close()

    @property
    def keys(self) -> Path:
        return self.root / "keys"

    @property
    def index(self) -> Path:
        return self.root / "index"

    def read_genesis(self) -> Genesis:
        """Return the genesis; Damaged if the file holds none."""
        try:
            return decode_genesis(self.genesis)
        except Malformed as error:
            file = f"ledger/{_GENESIS}"
            raise Damaged("bad_genesis", f"the genesis cannot be read: {error}", file=file, offset=0) from error

    def ledger(self, ledger: LedgerId) -> LedgerFolder:
        """Return where a ledger's files lie."""
        return LedgerFolder(root=self.root, ledger=ledger, archives=self.archives)

    def stray_files(self) -> list[str]:
        """Return every file under `ledger` that no part of the ledger has written, relative to the folder, in order.

        A link is one, wherever it leads.
        """
        top = self.root / "ledger"
        found = [path for path in top.rglob("*") if path.is_symlink() or not path.is_dir()]
        ours = _names_of(self.read_genesis())
        return sorted(
            path.relative_to(self.root).as_posix()
            for path in found
            if path.is_symlink() or not path.is_file() or not ours.fullmatch(path.relative_to(top).as_posix())
        )

    def close(self) -> None:
        """Unlock the folder."""
        os.close(self._lock)


def _make_ledgers(folder: Folder) -> None:
    for ledger in folder.read_genesis().ledgers():
        folder.ledger(ledger).make()


def _lock(root: Path, *, is_shared: bool = False) -> int:
    lock = os.open(root / "lock", os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(lock, (fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        message = f"{root} is in use by another program"
        raise Unavailable("folder_in_use", message, retry_after_ms=1_000, next_step="stop the other program") from None
    return lock


def _unusable(root: Path, error: OSError) -> Unavailable:
    return Unavailable("folder_unusable", f"{root}: {error.strerror}", retry_after_ms=1_000)


def _names_of(genesis: Genesis) -> re.Pattern[str]:
    """Return the pattern of every file that belongs under `ledger`."""
    ledgers = "|".join(ledger_name(ledger) for ledger in genesis.ledgers())
    stores = "|".join(f"{folder}/[0-9]{{12}}\\.{suffix}" for folder, suffix in _STORES.items())
    return re.compile(f"{_GENESIS}|(?:{ledgers})/(?:{stores})")
