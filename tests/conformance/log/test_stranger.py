"""The reference of the log format is complete: a reader made from it alone arrives at the balances."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from dcep.ids import TIER1, LedgerId, ledger_name
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.folder import Folder
from dcep.ledger.log.file import FileLog
from dcep.ledger.log.headers import FileHeaders
from dcep.messages.layout import Seq
from tests.conformance.log.stranger import open_ledger
from tests.language import play
from tests.network import Network

NONE: Final = Seq(0)

# Money between wallets and ledgers, on its way back, locked, freed, redeemed, returned and withdrawn.
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
            assert reader.header["total"] == sum(reader.balances.values()) + sum(reader.locked.values())

        assert reader.head == log.head
        log.close()
