"""A wallet's folder: which network and operator it trusts, its keys under a password, its memory.

    wallet.json     the operator and the ledger, the network, the workers' keys: written once
    keys/N.dcek     the seed of the N-th policy, sealed (`crypto.sealed_keys`)
    opening.json    what was asked when the wallet was opened, until it is; it names its holder, and is removed then
    workers.json    the keys of workers that came after the genesis, as the officers' orders say
    wallet.db       the memory (`wallet.store`), from the moment at which the wallet has a number

1. What a later step relies on is durable before that step begins: keys before a policy names them, the opening before
   it is sent.
2. Everything is readable by its owner only.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dcep.client.records import Operator
from dcep.crypto.keys import SEED_SIZE, BadKeyFile
from dcep.crypto.sealed_keys import COST, Cost, open_seed, seal_seed
from dcep.crypto.suites import Signer
from dcep.durable import flush_folder
from dcep.errors import BadInput
from dcep.ids import NetworkId, WalletId
from dcep.messages.layout import Epoch, Key, Number
from dcep.messages.worker_lists import WorkerLists
from dcep.wallet.store import Identity, WalletStore

_FORM: Final = 1
_FIRST: Final = Epoch(1)
_MAX_FILE: Final = 64 * 1024
_SETTINGS: Final = "wallet.json"
_OPENING: Final = "opening.json"
_MEMORY: Final = "wallet.db"
_WORKERS: Final = "workers.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Whom a wallet believes: its operator, its ledger, and the workers of that ledger in that network."""

    operator_url: str
    operator: int
    name: str
    ledger_url: str
    network: NetworkId
    vault: WalletId
    workers: tuple[Key, ...]


def trust_in(operator_url: str, operator: Operator, workers: tuple[Key, ...]) -> Trust:
    """Return the trust in an operator, as it was asked once."""
    return Trust(
        operator_url=operator_url,
        operator=operator.operator,
        name=operator.name,
        ledger_url=operator.ledger_url,
        network=operator.network,
        vault=operator.vault,
        workers=workers,
    )


class WalletFolder:
    """A wallet's folder that is there.

    Args:
        password: asked for when a key is needed, once.

    Raises:
        BadInput: `no_such_wallet` or `bad_wallet_file`.
    """

    def __init__(self, path: Path, password: Callable[[], str]) -> None:
        self.path, self._password = path, password
        self.trust: Final = _read_trust(path)
        # Whose signatures count: one list for everybody here, which grows when workers are learnt.
        self.workers: Final = [*self.trust.workers, *_read_workers(path)]
        self._signers: dict[Epoch, Signer] = {}
        self._store: WalletStore | None = None
        self._known_password: str | None = None

    def close(self) -> None:
        """Let go of the memory."""
        if self._store is not None:
            self._store.close()

    @property
    def is_open(self) -> bool:
        """Whether the wallet has a number."""
        return (self.path / _MEMORY).exists()

    @property
    def store(self) -> WalletStore:
        """The wallet's memory; BadInput `not_opened` before it has a number."""
        if self._store is None:
            if not self.is_open:
                raise BadInput(
                    "not_opened", f"the wallet in {self.path} has no number yet", next_step="dcep wallet open"
                )
            self._store = WalletStore(self.path / _MEMORY)
        return self._store

    # Keys.

    def signer(self, epoch: Epoch) -> Signer:
        """Return the key of the policy with an epoch; BadInput `wrong_password` or `bad_key_file`."""
        if epoch not in self._signers:
            self._signers[epoch] = Signer(open_seed(_key_file(self.path, epoch), self._ask_password()))
        return self._signers[epoch]

    def next_signer(self, epoch: Epoch, draw: Callable[[int], bytes]) -> Signer:
        """Return the key for the policy with an epoch that is not yet in force, made if it is not there."""
        # 1. A rotation that was refused leaves its key behind, and the next one takes it.
        if not _key_file(self.path, epoch).exists():
            write_key(self.path, epoch, draw(SEED_SIZE), self._ask_password())
        return self.signer(epoch)

    def current(self) -> Signer:
        """Return the key that signs now."""
        return self.signer(self.store.identity.epoch if self.is_open else _FIRST)

    def _ask_password(self) -> str:
        if self._known_password is None:
            self._known_password = self._password()
        return self._known_password

    def believe(self, lists: Sequence[WorkerLists]) -> None:
        """Let the workers of these lists count; nothing changes if a later board is known already.

        Args:
            lists: of each shard, which the orders of one board say.
        """
        board = max(each.board for each in lists)
        if board < _known_board(self.path):
            return
        keys = sorted(frozenset[Key]().union(*(each.keys for each in lists)) - set(self.trust.workers))
        _write(self.path / _WORKERS, {"board": board, "keys": [key.hex() for key in keys]})
        self.workers[:] = [*self.trust.workers, *keys]

    # Opening.

    def opening(self) -> dict[str, Any] | None:
        """Return what was asked when the wallet was opened; None if nothing is under way."""
        file = self.path / _OPENING
        return _read_json(file) if file.exists() else None

    def begin_opening(self, asked: Mapping[str, Any]) -> None:
        """Keep what is going to be asked."""
        _write(self.path / _OPENING, asked)

    def end_opening(self) -> None:
        """Forget what was asked."""
        (self.path / _OPENING).unlink(missing_ok=True)
        flush_folder(self.path)

    def remember(self, wallet: WalletId, epoch: Epoch = _FIRST) -> None:
        """Give the folder its wallet's number, and a memory."""
        new = self.path / f"{_MEMORY}.new"
        # What a process that died left half made.
        new.unlink(missing_ok=True)
        WalletStore(new, Identity(network=self.trust.network, wallet=wallet, epoch=epoch)).close()
        new.chmod(0o600)
        new.replace(self.path / _MEMORY)
        flush_folder(self.path)

    def adopt(self, epoch: Epoch) -> None:
        """Let the first key be that of a later policy: it was kept elsewhere, and is in force there."""
        _key_file(self.path, _FIRST).rename(_key_file(self.path, epoch))
        flush_folder(self.path / "keys")
        self.store.catch_up(epoch, Number(1))
        self._signers.clear()


def make_folder(
    path: Path,
    trust: Trust,
    password: str,
    *,
    seed: bytes | None,
    draw: Callable[[int], bytes],
    cost: Cost = COST,
) -> None:
    """Make a wallet's folder with its first key.

    Args:
        seed: of a key that is there already; None draws one.
        cost: what a guess at the password costs.

    Raises:
        BadInput: `wallet_exists`, or `bad_key_file`: another key is there.
    """
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if (path / _SETTINGS).exists():
        raise BadInput("wallet_exists", f"a wallet is kept in {path}", next_step="choose another folder: --wallet DIR")
    # The settings come last. A key without them is what a process that died has left: it is taken up, not overwritten.
    if not _key_file(path, _FIRST).exists():
        write_key(path, _FIRST, draw(SEED_SIZE) if seed is None else seed, password, cost)
    elif seed not in (None, open_seed(_key_file(path, _FIRST), password)):
        raise BadKeyFile(
            _key_file(path, _FIRST), "another key is there", next_step="choose another folder: --wallet DIR"
        )
    _write(
        path / _SETTINGS,
        {
            "form": _FORM,
            "operator_url": trust.operator_url,
            "operator": trust.operator,
            "name": trust.name,
            "ledger_url": trust.ledger_url,
            "network": trust.network.hex(),
            "vault": f"{trust.vault:016}",
            "workers": [key.hex() for key in trust.workers],
        },
    )


def write_key(path: Path, epoch: Epoch, seed: bytes, password: str, cost: Cost = COST) -> None:
    """Seal the seed of a policy's key."""
    (path / "keys").mkdir(exist_ok=True, mode=0o700)
    seal_seed(_key_file(path, epoch), seed, password, cost)


def _key_file(path: Path, epoch: Epoch) -> Path:
    return path / "keys" / f"{epoch}.dcek"


def _read_trust(path: Path) -> Trust:
    told = _read_json(path / _SETTINGS)
    try:
        if told["form"] != _FORM:
            raise ValueError("another form")
        return Trust(
            operator_url=str(told["operator_url"]),
            operator=int(told["operator"]),
            name=str(told["name"]),
            ledger_url=str(told["ledger_url"]),
            network=NetworkId(bytes.fromhex(told["network"])),
            vault=WalletId(int(told["vault"])),
            workers=tuple(Key(bytes.fromhex(key)) for key in told["workers"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _bad_file(path / _SETTINGS) from error


def _read_workers(path: Path) -> list[Key]:
    file = path / _WORKERS
    try:
        return [Key(bytes.fromhex(key)) for key in _read_json(file)["keys"]] if file.exists() else []
    except (KeyError, TypeError, ValueError) as error:
        raise _bad_file(file) from error


def _known_board(path: Path) -> int:
    file = path / _WORKERS
    return int(_read_json(file).get("board", 1)) if file.exists() else 1


def _read_json(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as stream:
            told = json.loads(stream.read(_MAX_FILE))
    except FileNotFoundError:
        raise BadInput("no_such_wallet", f"{file} is not there", next_step="dcep wallet new") from None
    except ValueError as error:
        raise _bad_file(file) from error
    if not isinstance(told, dict):
        raise _bad_file(file)
    return told


def _bad_file(file: Path) -> BadInput:
    return BadInput("bad_wallet_file", f"{file} is not what was written", next_step="restore it from a copy")


def _write(file: Path, told: Mapping[str, Any]) -> None:
    """Write a file whole, durable when this returns."""
    new = file.with_name(f"{file.name}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(told, stream, ensure_ascii=False)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(file)
    flush_folder(file.parent)
