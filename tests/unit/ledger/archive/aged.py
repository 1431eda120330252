"""A data folder with a long past in small files: paid, refused, checkpointed, with what it was told kept beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from dcep.clock import UnixMs, day_of_date, start_of
from dcep.crypto.suites import Signer
from dcep.ids import TIER1, LedgerId, OperatorId
from dcep.issuance.rules import read_rules
from dcep.ledger.audit import audit
from dcep.ledger.audit.report import Report
from dcep.ledger.client import WorkerLine, open_line
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.folder import Folder
from dcep.messages.classes import WalletClass
from dcep.messages.frames import FIRST_HEAD
from dcep.messages.layout import Hash
from dcep.messages.outcomes import Outcome
from dcep.messages.signatory import single_key
from dcep.money import Fen
from dcep.simulation.economy import SHARD, Economy, Keys
from dcep.simulation.opening import open_economy
from dcep.wallet.payments import Wallet

DAY: Final = day_of_date("2021-01-01")
SEED: Final = bytes(range(32))
KEYS: Final = Keys(SEED)
BANK: Final = OperatorId(1)
SMALL_FILE: Final = 1_500
_ALL: Final = Fen(100_000)


@dataclass(slots=True, kw_only=True)
class Past:
    """What was sent and how it was answered, what could never happen, and where the shard stood at the end."""

    told: list[tuple[bytes, Outcome]] = field(default_factory=list)
    never: list[bytes] = field(default_factory=list)
    head: Hash = FIRST_HEAD
    root: Hash = FIRST_HEAD


@contextmanager
def economy_in(root: Path, seed: bytes = SEED) -> Iterator[Economy]:
    """Open the economy of a folder with small files."""
    rules = read_rules("ecny-2021")
    with open_economy(root, rules, PythonEngine, lambda: seed, segment_bytes=SMALL_FILE) as economy:
        yield economy


def age(root: Path, *, rounds: int = 6, seed: bytes = SEED, in_transit: int = 0) -> Past:
    """Play some rounds of payments, each with a checkpoint of both ledgers behind it.

    `in_transit` fen are returned to the issuer before, and nobody carries them.
    """
    past = Past()
    with economy_in(root, seed) as economy:
        economy.begin_day(DAY)
        economy.admit([BANK])
        economy.issue({BANK: _ALL})
        economy.allocate({BANK: _ALL})
        li, wang = _open_wallets(economy)
        if in_transit:
            back = economy.operators[BANK].vault.return_to_issuer(Fen(in_transit), expires_at=economy.midnight)
            economy.settle(economy.shard, [back])
        for round_ in range(1, rounds + 1):
            _pay(economy, past, li, wang, round_)
            economy.checkpoint()
        ledger = economy.shard.line.ledger
        past.head, past.root = ledger.head, ledger.engine.root()
    return past


def _open_wallets(economy: Economy) -> list[Wallet]:
    operator = economy.operators[BANK]
    wallets = [economy.new_wallet(BANK, name) for name in ("li", "wang")]
    for wallet in wallets:
        policy = single_key(wallet.signatory.signer)
        opening = operator.registrar.open(wallet.id, WalletClass.II, policy, expires_at=economy.midnight)
        gift = operator.vault.exchange(wallet.id, Fen(20_000), expires_at=economy.midnight)
        economy.settle(economy.shard, [opening, gift])
    return wallets


def _pay(economy: Economy, past: Past, li: Wallet, wang: Wallet, round_: int) -> None:
    """Pay back and forth, try to pay nothing, and sign one payment whose number another one then takes."""
    until = economy.midnight
    number = li.signatory.next_number
    lost = li.pay(wang.id, Fen(7), expires_at=until)
    li.signatory.next_number = number
    for wires in (
        [li.pay(wang.id, Fen(round_), expires_at=until), wang.pay(li.id, Fen(2 * round_), expires_at=until)],
        [wang.pay(li.id, Fen(0), expires_at=until)],
    ):
        answers = economy.send(economy.shard, wires)
        past.told += [(wire, answer.outcome) for wire, answer in zip(wires, answers, strict=True)]
    past.never.append(lost)


@contextmanager
def lines_to(root: Path, *ledgers: LedgerId) -> Iterator[list[WorkerLine]]:
    """Open ledgers of the folder."""
    with ExitStack() as stack:
        folder, lines = stack.enter_context(Folder.open(root)), []
        for ledger in ledgers:
            line = open_line(folder, ledger, PythonEngine, worker_of(ledger), now, segment_bytes=SMALL_FILE)
            stack.callback(line.close)
            lines.append(line)
        yield lines


@contextmanager
def line_to(root: Path, ledger: LedgerId = SHARD) -> Iterator[WorkerLine]:
    """Open one ledger of the folder."""
    with lines_to(root, ledger) as (line,):
        yield line


def go_on(root: Path, *, checkpoints: int = 8) -> None:
    """Let both ledgers of a folder grow by some checkpoints."""
    for ledger in (TIER1, SHARD):
        with line_to(root, ledger) as line:
            for _ in range(checkpoints):
                line.checkpoint()


def worker_of(ledger: LedgerId) -> Signer:
    """Return the key of a ledger's worker."""
    return KEYS.signer("worker", "tier1") if ledger == TIER1 else KEYS.signer("worker", "shard", ledger)


def answers_of(root: Path, past: Past) -> bool:
    """Return whether history tells every command of the past what it was told then."""
    with line_to(root) as line:
        line.build_history()
        told = all(line.history(wire).outcome == outcome for wire, outcome in past.told)
        return told and all(line.history(wire).outcome.code == "never_processed" for wire in past.never)


def stands_where_it_stood(root: Path, past: Past) -> bool:
    """Return whether the shard starts with the state and the head of the past."""
    with line_to(root) as line:
        return (line.ledger.head, line.ledger.engine.root()) == (past.head, past.root)


def audited(root: Path, *archives: Path) -> Report:
    """Audit a folder with the statute, together with its archives if they are named."""
    return audit(root, PythonEngine, archives=archives)


def files_of(root: Path) -> list[Path]:
    """Return every file under `ledger` of a folder or an archive."""
    return sorted(path for path in (root / "ledger").rglob("*") if path.is_file())


def contents_of(root: Path) -> dict[str, bytes]:
    """Return what a folder or an archive holds under `ledger`."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files_of(root)}


def flip(path: Path, offset: int, bit: int = 0) -> None:
    """Flip one bit of a file."""
    data = bytearray(path.read_bytes())
    data[offset] ^= 1 << bit
    path.write_bytes(data)


def now() -> UnixMs:
    """Return the time of every frame."""
    return start_of(DAY)
