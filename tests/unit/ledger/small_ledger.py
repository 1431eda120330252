"""A shard with its worker and its history, small enough that a test fills many files of its log."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Final, NamedTuple

from dcep.clock import DAY_MS, UnixMs, day_of_date, start_of
from dcep.crypto.suites import Signer
from dcep.ids import CommandId, LedgerId, OperatorId, WalletId, wallet_id
from dcep.issuance.rules import read_rules
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.folder import LedgerFolder
from dcep.ledger.history import Found, History
from dcep.ledger.log.file import FileLog
from dcep.ledger.log.headers import FileHeaders
from dcep.ledger.log.memory import MemoryHeaders, MemoryLog
from dcep.ledger.snapshots import SnapshotStore
from dcep.ledger.worker.opening import OpenLedger
from dcep.messages.commands.freezing import Freeze
from dcep.messages.commands.payments import Cancel
from dcep.messages.commands.timekeeping import Tick
from dcep.messages.frames import join, sign_frame
from dcep.messages.genesis import Genesis, encode_genesis, network_of, supervision_wallet
from dcep.messages.layout import Code, Epoch, Hash, Key, Lane, Number, Seq, Version
from dcep.messages.outcomes import ALREADY_USED, SUPERSEDED, Outcome, decode_outcomes
from dcep.messages.policies import Board, Seat
from dcep.messages.signatory import single_key
from dcep.messages.signed import Body, attach, command_id, encode_body, record_of

SHARD: Final = LedgerId(0)
START: Final = start_of(day_of_date("2021-01-01"))
MINUTE: Final = 60_000
SMALL_FILE: Final = 1_200
WORKER: Final = Signer(b"w" * 32)
SUPERVISOR: Final = single_key(Signer(b"s" * 32))
NOBODY_HERE: Final = wallet_id(OperatorId(1), 1)


class Sent(NamedTuple):
    """A command of the supervision board, whose account every ledger has from its genesis."""

    body: Body
    wire: bytes
    id: CommandId


class Ledger:
    """A shard with its worker and its history; in files if there is a folder, else in memory.

    Signatures of commands are the intake's business and left out here.
    """

    def __init__(self, folder: Path | None = None, *, network: int = 0, ledger: LedgerId = SHARD) -> None:
        genesis = encode_genesis(_genesis(network))
        self.network, self.time = network_of(genesis), START
        self.place = LedgerFolder(root=folder or Path("nowhere"), ledger=ledger)
        self.index = None if folder is None else folder / "index" / self.place.name
        with ExitStack() as opening:
            log, headers = self._open(opening, is_in_memory=folder is None)
            self.opened = OpenLedger(
                genesis, ledger, PythonEngine, log=log, headers=headers, snapshots=SnapshotStore(self.place)
            )
            self.opened.replay(WORKER)
            opening.pop_all()
        self.time = self.opened.engine.standing().now or START
        self.history = History(self.index, self.network, log, headers)

    def _open(
        self, opening: ExitStack, *, is_in_memory: bool
    ) -> tuple[FileLog, FileHeaders] | tuple[MemoryLog, MemoryHeaders]:
        if is_in_memory:
            return MemoryLog(self.network, self.place.ledger), MemoryHeaders()
        self.place.make()
        headers = FileHeaders(self.place, self.network, segment_bytes=SMALL_FILE)
        opening.callback(headers.close)
        log = FileLog(self.place, self.network, answered=headers.count, segment_bytes=SMALL_FILE)
        opening.callback(log.close)
        return log, headers

    def command(self, number: int, *, lane: int = 0, memo: int = 0, life: int = DAY_MS, settles: bool = True) -> Sent:
        order = (
            Cancel()
            if settles
            else Freeze(wallet=NOBODY_HERE, replaces=Version(0), scope=Code(1), basis=Hash(bytes(32)))
        )
        body = Body(
            account=supervision_wallet(self.place.ledger),
            lane=Lane(lane),
            number=Number(number),
            expires_at=UnixMs(self.time + life),
            epoch=Epoch(1),
            order=order,
            memo=Hash(memo.to_bytes(32)),
        )
        data = encode_body(self.network, body)
        return Sent(body, attach(data, SUPERVISOR, {}), command_id(data))

    def append(self, *commands: Sent) -> list[Outcome]:
        """Put a tick and the commands into the log as one frame; return their outcomes."""
        records = [record_of(self._tick()), *(record_of(command.wire) for command in commands)]
        frame = sign_frame(self.network, self.place.ledger, WORKER, self.time, join(records))
        self.opened.log.append([frame])
        applied = self.opened.apply(frame)
        self.opened.store_header(applied, WORKER)
        return decode_outcomes(applied.outcomes, applied.count)[1:]

    def send(self, command: Sent) -> Found:
        """Send a command as a worker would; history resolves what speaks of a number only."""
        heard = self.opened.hear(join([record_of(command.wire)]))[0]
        outcome = heard or self.append(command)[0]
        if outcome in (ALREADY_USED, SUPERSEDED):
            return self.ask(command)
        return Found(outcome, None if heard else self.opened.seq, 0 if heard else 1)

    def ask(self, command: Sent, *, position: int | None = None) -> Found:
        body = command.body
        return self.history.find(
            command.id,
            account=body.account,
            lane=body.lane,
            number=body.number,
            expires_at=body.expires_at,
            min_position=Seq(self.opened.seq if position is None else position),
        )

    def index_files(self) -> list[Path]:
        assert self.index is not None
        return sorted(self.index.glob("*.idx"))

    def restart(self) -> Ledger:
        self.close()
        return Ledger(self.place.root, ledger=self.place.ledger)

    def close(self) -> None:
        self.history.close()
        self.opened.close()

    def _tick(self) -> bytes:
        body = Body(
            account=WalletId(0),
            lane=Lane(0),
            number=Number(0),
            expires_at=UnixMs(0),
            epoch=Epoch(0),
            order=Tick(height=Seq(1), time=self.time),
        )
        return attach(encode_body(self.network, body), SUPERVISOR, {})


def _genesis(network: int) -> Genesis:
    seat = Seat(site=1, suite=SUPERVISOR.suite, key=SUPERVISOR.key)
    return Genesis(
        random=Hash(network.to_bytes(32)),
        simulated_time=Code(1),
        board=Board(needed=1, sites=1, seats=(seat,)),
        supervision=SUPERVISOR,
        members=SUPERVISOR,
        rules=read_rules("ecny-2021"),
        tier1_worker=Key(WORKER.public),
        shard_workers=(Key(WORKER.public),) * 2,
    )
