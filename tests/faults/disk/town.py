"""A small town whose life is played on a disk that fails: every answer is noted, and asked for afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Final, NamedTuple

from dcep.clock import UnixMs
from dcep.ids import CommandId, LedgerId
from dcep.ledger.worker.answers import Answer
from dcep.ledger.worker.evidence import frame_evidence
from dcep.messages.layout import Seq
from dcep.messages.outcomes import Outcome
from dcep.messages.signed import decode
from dcep.simulation.economy import Economy
from dcep.simulation.player import Player
from tests.faults.disk.disk import Disk
from tests.unit.ledger.audit.kept import audited, economy_in, play

# What a crash may leave; anything else is damage.
CRASH_LEAVES: Final = {"torn_frame", "torn_header", "headers_missing"}


class Given(NamedTuple):
    """An answer that somebody has heard: where it said that the command stands, and what became of it."""

    ledger: LedgerId
    seq: Seq
    place: int
    command: CommandId
    outcome: Outcome


class ListeningPlayer(Player):
    """A player whose answers are noted at the moment at which they are given."""

    def __init__(self, player: Player, heard: list[Given]) -> None:
        super().__init__(player.line)
        self._heard = heard

    def submit(self, wires: Sequence[bytes], *, at: UnixMs) -> Future[Sequence[Answer]]:
        future = super().submit(wires, at=at)
        future.add_done_callback(lambda done: self._note(wires, done))
        return future

    def _note(self, wires: Sequence[bytes], done: Future[Sequence[Answer]]) -> None:
        if done.exception() is not None:
            return
        ledger = self.line.ledger
        for wire, answer in zip(wires, done.result(), strict=True):
            assert answer.seq is not None
            command = decode(wire, ledger.network).id
            self._heard.append(Given(ledger.ledger, answer.seq, answer.place, command, answer.outcome))


def live(root: Path, heard: list[Given]) -> None:
    """Play the town's life in a folder, or go on with it, and note each answer."""
    with economy_in(root) as economy:
        listen(economy, heard)
        play(economy)


def listen(economy: Economy, heard: list[Given]) -> None:
    """Note each answer that the economy gets from now on."""
    economy.tier1 = ListeningPlayer(economy.tier1, heard)
    economy.shard = ListeningPlayer(economy.shard, heard)


def require_nothing_lost(root: Path, heard: Sequence[Given]) -> None:
    """Require that a start works, that the town lives to its end, and that every answer still stands at its place."""
    with Disk(root).installed():
        _require_nothing_lost(root, heard)


def _require_nothing_lost(root: Path, heard: Sequence[Given]) -> None:
    if (root / "ledger" / "genesis").exists():
        report = audited(root)
        assert report.ok, report.problems
        assert {warning.code for warning in report.warnings} <= CRASH_LEAVES
    else:
        assert heard == []
    with economy_in(root) as economy:
        require_standing(economy, heard)
        play(economy)
        require_standing(economy, heard)
    report = audited(root)
    assert (report.problems, report.warnings) == ((), ())


def require_standing(economy: Economy, heard: Sequence[Given]) -> None:
    """Require that each answer is what the ledger says of that place."""
    ledgers = {player.line.ledger.ledger: player.line.ledger for player in (economy.tier1, economy.shard)}
    for given in heard:
        ledger = ledgers[given.ledger]
        assert given.seq <= ledger.seq, f"frame {given.seq} of ledger {given.ledger} is gone"
        evidence = frame_evidence(ledger, given.seq)
        assert evidence.commands[given.place] == given.command
        assert evidence.outcomes[given.place] == given.outcome
