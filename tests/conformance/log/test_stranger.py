"""The reference of the log format is complete: a reader made from it alone arrives at the balances."""

from __future__ import annotations

import ast
import csv
import json
import subprocess
import sys
from collections import deque
from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest
from cryptography.exceptions import InvalidSignature

from dcep.ids import TIER1, LedgerId, ledger_name
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.folder import Folder
from dcep.ledger.log.file import FileLog
from dcep.ledger.log.headers import FileHeaders
from dcep.messages.layout import Seq
from tests.conformance.log import stranger
from tests.conformance.log.stranger import open_ledger, snapshot
from tests.language import play
from tests.network import Network
from tests.unit.ledger.audit.kept import keep, log_file

NONE: Final = Seq(0)
_EXCERPT: Final = Path(__file__).parents[3] / "vectors" / "payments"

# Money between wallets and ledgers, on its way back, locked, freed, held, captured, released, redeemed, returned and
# withdrawn.
PLAY: Final = """
    open      li        I  2_000
    open      wang      I  1_000
    open      zhou@1    I  100
    pay       li        wang       300
    pay       li        wang       9_999  insufficient_funds
    pay       li        zhou@1     400
    pay       zhou@1    wang       60
    pay       wang      nobody@1   50
    carry
    freeze    wang      both
    pay       li        wang       200
    pay       zhou@1    wang       30
    pay       wang      li         1      payer_frozen
    carry
    freeze    wang      pay      replaces=2
    freeze    wang      receive  replaces=3
    pay       li        wang       10
    unfreeze  wang      replaces=4
    set_policy  li      li2
    open      hospital  I  0
    hold      li        hospital   500  as=A
    hold      zhou@1    li         40  as=B  capture_if=any(li,key(2of(a,b)))  release_if=all(zhou@1,before(2021-01-02))
    hold      li        nobody@1   30   as=C  capture_if=secret(bread)
    capture   hospital  A          200
    capture   hospital  A          400  over_held_amount
    freeze    hospital  both
    capture   wang      A          100  cosigned=hospital
    capture   wang      C          10   secrets=salt,bread
    capture   zhou@1    B          30   cosigned=key(2of(a,b))
    carry
    release   zhou@1    B
    release   hospital  A
    freeze    li        receive    replaces=1
    release   wang      C  2021-01-02
    unfreeze  li        replaces=2
    set_policy  wang    2of(phone_p256,card,paper_p256)
    pay         wang    li         1      sign=0,1
    set_policy  zhou@1  phone_p256
    redeem    wang      600
    redeem    zhou@1    100
    return    5_000      by=vault
    return    70         by=2:vault@1
    carry
    withdraw  1         4_000
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder with the logs and headers of the play."""
    root = tmp_path_factory.mktemp("data")
    network = play(PLAY).network
    with Folder.create(root, network.genesis_bytes) as folder:
        for ledger in network.ledgers:
            _write(folder, network, ledger)
    return root


def _write(folder: Folder, network: Network, ledger: LedgerId) -> None:
    place, played = folder.ledger(ledger), network.ledgers[ledger]
    log = FileLog(place, folder.network, answered=NONE, segment_bytes=4_000)
    headers = FileHeaders(place, folder.network, segment_bytes=3_000)
    engine = PythonEngine(folder.genesis, ledger)
    for seq, (frame, header) in enumerate(zip(played.log, played.headers, strict=True), start=1):
        applied = engine.apply(frame.worker, frame.time, frame.body)
        assert applied is not None
        log.append([frame])
        headers.append(Seq(seq), header.encode(), applied.outcomes)
    log.close()
    headers.close()


@pytest.mark.parametrize("ledger", [TIER1, LedgerId(0), LedgerId(1)], ids=ledger_name)
def test_a_stranger_arrives_at_every_balance_after_every_frame(data: Path, ledger: LedgerId) -> None:
    """Heads, signatures, outcomes and money, read off the files by the reference and nothing else."""
    reader = open_ledger(data, ledger_name(ledger))
    with Folder.open(data) as folder:
        log = FileLog(folder.ledger(ledger), folder.network, answered=NONE)
        engine = PythonEngine(folder.genesis, ledger)

        for stored, _ in zip(log.read(Seq(1)), reader.frames(data / "ledger" / ledger_name(ledger)), strict=True):
            engine.apply(stored.frame.worker, stored.frame.time, stored.frame.body)
            assert reader.balances == dict(engine.balances())
            held = sum(left for _, _, left in reader.held.values())
            assert held == engine.sums().on_hold
            assert reader.header["total"] == sum(reader.balances.values()) + sum(reader.locked.values()) + held

        assert reader.head == log.head
        log.close()


_LIBRARIES: Final = "__future__ collections csv cryptography dataclasses functools hashlib pathlib typing zlib"


def test_the_stranger_knows_nothing_of_the_program() -> None:
    """What it imports is the standard library and one for signatures; what it reads is the table of commands."""
    tree = ast.parse(Path(stranger.__file__).read_text(encoding="utf-8"))

    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or "."]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    assert imported == set(_LIBRARIES.split())
    assert not {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} & {"__import__", "exec", "eval"}


def test_a_stranger_stops_at_a_changed_byte_of_the_log(tmp_path: Path) -> None:
    """He believes nothing: a checksum, a chain or a signature tells him, wherever the byte stands."""
    keep(tmp_path)
    file = log_file(tmp_path)
    whole = file.read_bytes()
    for at in range(0, len(whole), 67):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])

        with pytest.raises((AssertionError, InvalidSignature)):
            deque(open_ledger(tmp_path, "shard-000").frames(file.parents[1]), maxlen=0)

    file.write_bytes(whole)
    deque(open_ledger(tmp_path, "shard-000").frames(file.parents[1]), maxlen=0)


@pytest.mark.parametrize("engine", ["rust", "python"])
def test_a_stranger_arrives_at_the_result_of_a_replay(tmp_path: Path, engine: str) -> None:
    """Of two thousand payments: head, what each wallet had when all was paid, snapshots, and nothing left over."""
    folder = tmp_path / "data"
    line = ["--accounts", str(_EXCERPT / "nodes.csv"), "--payments", str(_EXCERPT / "transactions.csv")]
    run = [str(Path(sys.executable).with_name("dcep")), "replay", *line, "--data", str(folder), "--engine", engine]
    result = json.loads(subprocess.run([*run, "--json"], capture_output=True, text=True, check=True).stdout)

    for name in ("tier1", "shard-000"):
        reader, files = open_ledger(folder, name), folder / "ledger" / name
        kept = [snapshot(path, reader.network, reader.ledger) for path in (files / "snapshots").iterdir()]
        told, paid = {}, dict[int, int]()
        for _ in reader.frames(files):
            told[reader.seq] = dict(reader.balances)
            if reader.names & {"pay"}:
                paid = dict(reader.balances)
            assert reader.header["total"] == sum(reader.balances.values())
        assert kept
        assert all(state in reader.checkpoints and balances == told[state[0]] for state, balances in kept)
        assert sum(reader.balances.values()) == 0
        if name == "shard-000":
            assert (reader.network.hex(), reader.head.hex()) == (result["network"], result["head"])
            assert _balances_sha256(list(paid.values())[-_accounts() :]) == result["balances_sha256"]


def _accounts() -> int:
    return len((_EXCERPT / "nodes.csv").read_text().splitlines()) - 1


def _balances_sha256(balances: list[int]) -> str:
    """Return the hash that a replay tells: the wallets were opened in the order of the file."""
    with (_EXCERPT / "nodes.csv").open() as file:
        nodes = [int(row["nodeid"]) for row in csv.DictReader(file)]
    lines = sorted(zip(nodes, balances, strict=True))
    return sha256("".join(f"{node},{balance}\n" for node, balance in lines).encode()).hexdigest()
