"""The worker answers only what is durable, keeps the order, and stops for ever when the log does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest

from dcep.clock import UnixMs, day_of_date, start_of
from dcep.crypto.suites import Signer
from dcep.errors import BadInput, Unavailable
from dcep.ids import OperatorId
from dcep.issuance.rules import read_rules
from dcep.ledger.client import WorkerLine
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.log import LogFailed
from dcep.ledger.worker import pipeline
from dcep.ledger.worker.answers import Answer
from dcep.ledger.worker.evidence import frame_evidence
from dcep.messages.classes import WalletClass
from dcep.messages.commands.timekeeping import Checkpoint
from dcep.messages.frames import Frame
from dcep.messages.layout import Code, Count, Hash, Seq
from dcep.messages.outcomes import Status
from dcep.messages.receipts import BadReceipt, verify
from dcep.messages.signatory import single_key
from dcep.messages.signed import MAX_WIRE, PREFIX_SIZE, unsigned
from dcep.money import Fen
from dcep.simulation.economy import Economy
from dcep.simulation.opening import open_economy
from dcep.wallet.payments import Wallet

_DAY = day_of_date("2021-01-01")
_BANK = OperatorId(1)


class Town:
    """Li, with 1,000 yuan, and a bakery."""

    def __init__(self, economy: Economy) -> None:
        self.economy = economy
        economy.begin_day(_DAY)
        economy.admit([_BANK])
        economy.issue({_BANK: Fen(100_000)})
        economy.allocate({_BANK: Fen(100_000)})
        self.li, self.bakery = (economy.new_wallet(_BANK, name) for name in ("li", "bakery"))
        operator = economy.operators[_BANK]
        for wallet in (self.li, self.bakery):
            policy = single_key(wallet.signatory.signer)
            opened = operator.registrar.open(wallet.id, WalletClass.II, policy, expires_at=economy.midnight)
            economy.settle(economy.shard, [opened])
        exchange = operator.vault.exchange(self.li.id, Fen(100_000), expires_at=economy.midnight)
        economy.settle(economy.shard, [exchange])

    @property
    def line(self) -> WorkerLine:
        return self.economy.shard.line

    def pay(self, amount: int, payer: Wallet | None = None) -> bytes:
        return (payer or self.li).pay(self.bakery.id, Fen(amount), expires_at=self.economy.midnight)

    def codes(self, wires: Sequence[bytes]) -> list[str]:
        return [answer.outcome.code for answer in self.line.submit(wires, at=self.economy.now)]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """Return a small economy in a data folder."""
    with open_economy(tmp_path / "data", read_rules("ecny-2021"), PythonEngine, lambda: bytes(32)) as economy:
        yield Town(economy)


def test_answers_come_in_the_order_of_the_commands(town: Town) -> None:
    """Settled and refused ones, and those that intake sends back, each at its own place."""
    wires = [town.pay(100), b"nonsense", town.pay(0), town.pay(10**9)]

    codes = town.codes(wires)

    assert codes == ["settled", "malformed", "amount_zero", "over_single_limit"]


def test_what_intake_sends_back_never_reaches_the_log(town: Town) -> None:
    """A forged signature, another network, a checkpoint from outside: nothing is appended."""
    good = town.pay(100)
    forged = good[:-1] + bytes([good[-1] ^ 1])
    elsewhere = good[:5] + bytes(16) + good[PREFIX_SIZE:]
    order = Checkpoint(seq=Seq(1), head=Hash(bytes(32)), root=Hash(bytes(32)))
    before = town.line.ledger.seq

    codes = town.codes([forged, elsewhere, unsigned(town.economy.network, order), good + bytes(MAX_WIRE)])

    assert codes == ["bad_signature", "wrong_network", "not_authorised", "malformed"]
    assert town.line.ledger.seq == before


def test_the_same_bytes_sent_again_hear_the_same_answer(town: Town) -> None:
    """A lost answer is healed by sending again: settled stays settled, refused stays refused, and nothing moves."""
    paid, refused = town.pay(100), town.pay(0)
    first = town.line.submit([paid, refused], at=town.economy.now)

    again = town.line.submit([paid, refused], at=town.economy.now)

    assert [answer.outcome.code for answer in again] == ["settled", "amount_zero"]
    assert [answer.seq for answer in again] == [answer.seq for answer in first]


def test_many_jobs_at_once_are_answered_each_for_itself(town: Town) -> None:
    """Jobs are joined into frames and taken apart again."""
    wires = [town.pay(1) for _ in range(200)]

    futures = [town.line.submit_later([wire], at=town.economy.now) for wire in wires]
    answers = [future.result(timeout=30)[0] for future in futures]

    assert {answer.outcome.status for answer in answers} == {Status.SETTLED}
    places = [(answer.seq, answer.place) for answer in answers]
    assert len(set(places)) == len(wires)
    account = town.line.account(town.bakery.id)
    assert account is not None
    assert account.balance == 200


def test_a_receipt_holds_for_a_wallet_that_has_the_genesis_alone(town: Town) -> None:
    """Of several commands in a frame the path names one; another worker's key proves nothing."""
    answer = town.line.submit([town.pay(1), town.pay(2), town.pay(3)], at=town.economy.now)[1]
    assert answer.seq is not None

    receipt = town.line.receipt(answer.seq, answer.place)
    proven = verify(receipt, town.economy.network, town.economy.genesis.shard_workers)

    assert proven.outcome.status is Status.SETTLED
    assert proven.command.body.order.amount == 2
    with pytest.raises(BadReceipt):
        verify(receipt, town.economy.network, [town.economy.genesis.tier1_worker])
    with pytest.raises(BadReceipt):
        verify(
            replace(receipt, index=Count(receipt.index ^ 1)), town.economy.network, town.economy.genesis.shard_workers
        )


def test_a_checkpoint_names_the_root_of_the_newest_state(town: Town) -> None:
    """It stands in the log behind the frame that it names."""
    line = town.line
    seq, root = line.ledger.seq, line.ledger.engine.root()

    line.checkpoint()

    record = frame_evidence(line.ledger, Seq(seq + 1))
    assert len(record.records) == 1
    assert bytes(root) in record.records[0]


def test_payments_go_on_while_a_checkpoint_is_taken(tmp_path: Path) -> None:
    """Only the copy of the state stops them: frames may come before the one that names the root, and all counts."""
    rules, data = read_rules("ecny-2021"), tmp_path / "data"
    with open_economy(data, rules, PythonEngine, lambda: bytes(32)) as economy:
        town = Town(economy)
        line, done = town.line, list[list[str]]()
        keep = line.ledger.keep_snapshot

        def slow(seq: Seq, head: Hash, chunks: Sequence[bytes]) -> None:
            done.append(town.codes([town.pay(1), town.pay(2)]))
            keep(seq, head, chunks)

        line.ledger.keep_snapshot = slow  # type: ignore[method-assign]  # the disk takes its time
        line.checkpoint()
        after = line.ledger.head, line.ledger.engine.root()

    with open_economy(data, rules, PythonEngine, lambda: bytes(32)) as economy:
        again = economy.shard.line.ledger

        assert done == [["settled", "settled"]]
        assert (again.head, again.engine.root()) == after
        assert len(list((data / "ledger" / "shard-000" / "snapshots").iterdir())) == 1


def test_an_open_network_takes_no_clock_from_outside(town: Town) -> None:
    """Only a network that carries the mark of simulated time lets the submitter tell the time."""
    ledger = town.line.ledger
    ledger.genesis = replace(ledger.genesis, simulated_time=Code(0))

    with pytest.raises(ValueError, match="simulated time"):
        town.line.submit([town.pay(1)], at=UnixMs(start_of(_DAY)))


class _FailingLog:
    """A log whose disk has gone."""

    def append(self, frames: Sequence[Frame]) -> None:
        raise LogFailed("the disk is gone")


def test_a_worker_whose_log_fails_answers_nothing_more(town: Town) -> None:
    """Who waits hears that the answer is unknown; later commands are not taken."""
    town.line.ledger.log, log = _FailingLog(), town.line.ledger.log  # type: ignore[assignment]  # append is all it uses

    with pytest.raises(LogFailed):
        town.line.submit([town.pay(1)], at=town.economy.now)
    with pytest.raises(Unavailable):
        town.line.submit([town.pay(1)], at=town.economy.now)

    town.line.ledger.log = log


def test_the_folder_opens_where_it_stood(tmp_path: Path) -> None:
    """State, head and answers are those from before; a snapshot shortens the way and changes nothing."""
    rules = read_rules("ecny-2021")
    with open_economy(tmp_path / "data", rules, PythonEngine, lambda: bytes(32)) as economy:
        town = Town(economy)
        town.codes([town.pay(5)])
        economy.checkpoint()
        town.codes([town.pay(6)])
        before = town.line.ledger.head, town.line.ledger.engine.root()

    with open_economy(tmp_path / "data", rules, PythonEngine, lambda: bytes(32)) as economy:
        after = economy.shard.line.ledger.head, economy.shard.line.ledger.engine.root()

    assert after == before


def test_headers_lost_behind_a_snapshot_are_signed_again(tmp_path: Path) -> None:
    """Headers are not flushed one by one: a power cut may take them, and the log brings them back."""
    rules, data = read_rules("ecny-2021"), tmp_path / "data"
    with open_economy(data, rules, PythonEngine, lambda: bytes(32)) as economy:
        Town(economy)
        economy.checkpoint()
        before = economy.shard.line.ledger.head, economy.shard.line.ledger.engine.root()
    headers = data / "ledger" / "shard-000" / "headers" / "000000000001.hdr"
    whole = headers.read_bytes()
    headers.unlink()

    with open_economy(data, rules, PythonEngine, lambda: bytes(32)) as economy:
        after = economy.shard.line.ledger.head, economy.shard.line.ledger.engine.root()

    assert after == before
    assert headers.read_bytes() == whole


def test_an_answer_that_nobody_waits_for_does_not_stop_the_worker(town: Town) -> None:
    """What is under way cannot be called back."""
    future = town.line.submit_later([town.pay(1)], at=town.economy.now)

    assert not future.cancel()
    assert town.codes([town.pay(1)]) == ["settled"]


def test_a_signer_that_is_no_worker_appends_nothing_that_counts(town: Town) -> None:
    """A worker whose key left the list stops instead of answering."""
    line = WorkerLine(town.line.ledger, Signer(bytes(32)), lambda: town.economy.now)

    before = town.line.ledger.log.count

    with pytest.raises(BadInput, match="not_a_worker"):
        line.submit([town.pay(1)], at=town.economy.now)

    assert town.line.ledger.log.count == before


def test_jobs_that_are_shared_among_verifiers_keep_their_order(town: Town) -> None:
    """Idle verifiers take a share each of what waits; the log has the jobs in the order in which they came."""
    # Number 300 would be too far ahead if the ones before it came later.
    wires = [town.pay(1) for _ in range(300)]

    futures = [town.line.submit_later([wire], at=town.economy.now) for wire in wires]

    answers = [future.result()[0] for future in futures]
    places = [(answer.seq or 0, answer.place) for answer in answers]
    assert {answer.outcome.code for answer in answers} == {"settled"}
    assert places == sorted(places)


def test_who_hands_in_together_hears_of_his_own_alone(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A number that is gone, bytes that nobody reads and a queue that is full are the trouble of one, not of all."""
    used = town.pay(1)
    town.codes([used])
    asked: list[tuple[Sequence[bytes], Future[Sequence[Answer]]]] = [
        ([wire], Future()) for wire in (town.pay(2), used, b"nonsense", town.pay(3), town.pay(4))
    ]
    enough = sum(len(wires[0]) for wires, _ in asked[:-1])
    monkeypatch.setattr(pipeline, "MAX_UNDER_WAY_BYTES", enough)

    town.line.submit_all(asked, at=town.economy.now)

    *heard, late = [future for _, future in asked]
    codes = [future.result(timeout=30)[0].outcome.code for future in heard]
    assert codes == ["settled", "settled", "malformed", "settled"]
    with pytest.raises(Unavailable, match="too many commands"):
        late.result(timeout=30)
