"""What an audit says of a folder in which nothing is wrong, of a faithless worker, and of the wrong folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dcep.clock import UnixMs, start_of
from dcep.crypto.suites import Signer, Suite
from dcep.errors import BadInput, Unavailable
from dcep.ids import NetworkId
from dcep.ledger.audit import audit
from dcep.ledger.engine.standing import EngineMaker
from dcep.ledger.engine.statute import PythonEngine
from dcep.ledger.folder import Folder
from dcep.ledger.native import RustEngine
from dcep.messages.classes import WalletClass
from dcep.messages.commands.channel import Ack
from dcep.messages.commands.governance import Workers
from dcep.messages.commands.timekeeping import Checkpoint
from dcep.messages.commands.vaults import Redeem
from dcep.messages.frames import split
from dcep.messages.genesis import network_of
from dcep.messages.headers import decode_signed_header, encode_header, read_signed_header
from dcep.messages.layout import Blob, Hash, Key, Reader, Seq, Sum, Version
from dcep.messages.policies import Threshold
from dcep.messages.signatory import single_key
from dcep.messages.signed import attach, record_of, unsigned
from dcep.money import Fen
from dcep.simulation.economy import SHARD
from tests.unit.ledger.audit.kept import (
    BANK,
    DAY,
    KEYS,
    append,
    audited,
    codes,
    contents_of,
    copy_of,
    economy_in,
    files_of,
    flip,
    frames_of,
    keep,
    play,
    rewrite_headers,
    warned,
    worker_of,
)

_NEW_WORKER = KEYS.signer("worker", "new")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which nothing is wrong; nobody changes it."""
    root = tmp_path_factory.mktemp("audit") / "data"
    keep(root)
    return root


@pytest.fixture
def data(whole: Path, tmp_path: Path) -> Path:
    """Return a copy that may be changed."""
    return copy_of(whole, tmp_path / "data")


# Nothing wrong.


def test_a_whole_folder_has_neither_problem_nor_warning(whole: Path) -> None:
    """An auditor who always finds something is soon ignored."""
    report = audited(whole)

    assert (report.ok, report.problems, report.warnings) == (True, (), ())


def test_the_report_tells_where_each_ledger_stands(whole: Path) -> None:
    """The folder is told by the retail shard, frames and commands are sums, tier 1 comes first."""
    document = audited(whole).document()

    tier1, shard = document["ledgers"]
    assert list(document) == ["ok", "frames", "commands", "head", "root", "ledgers", "problems", "warnings"]
    assert (tier1["name"], shard["name"]) == ("tier1", "shard-000")
    assert (document["head"], document["root"]) == (shard["head"], shard["root"])
    assert document["frames"] == tier1["frames"] + shard["frames"]
    assert document["commands"] == tier1["commands"] + shard["commands"]


def test_the_audit_arrives_where_the_worker_stands(whole: Path, tmp_path: Path) -> None:
    """Head and root are those that the worker has after a start."""
    with economy_in(copy_of(whole, tmp_path / "data")) as economy:
        ledger = economy.shard.line.ledger
        stands = ledger.seq, ledger.head, ledger.engine.root()

    shard = audited(whole).ledgers[1]

    assert (shard.frames, shard.head, shard.root) == stands


def test_both_engines_give_the_same_report(whole: Path) -> None:
    """Whoever doubts one of them asks the other."""
    assert audit(whole, RustEngine) == audit(whole, PythonEngine)


def test_nothing_is_written(data: Path) -> None:
    """Evidence must leave the audit as it came: a damaged folder too."""
    flip(files_of(data)[1], 20)
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in data.rglob("*") if path.is_file()}

    audited(data)

    assert before == {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in data.rglob("*") if path.is_file()}


def test_progress_is_told_frame_by_frame(whole: Path) -> None:
    """A person who waits wants to see that something moves."""
    heard: list[tuple[str, int, int]] = []

    audit(whole, PythonEngine, progress=lambda what, done, total: heard.append((what, done, total)))

    assert heard[0] == ("tier1", 1, 10)
    assert heard[-1] == ("shard-000", 13, 13)


# The wrong folder.


def test_no_folder_is_wrong_input(tmp_path: Path) -> None:
    """Exit code 2: nothing was done."""
    with pytest.raises(BadInput) as error:
        audited(tmp_path / "nowhere")

    assert error.value.code == "no_such_folder"


def test_a_folder_in_use_is_not_audited(data: Path) -> None:
    """Exit code 3: what changes under the audit's hands cannot be judged."""
    with Folder.open(data), pytest.raises(Unavailable) as error:
        audited(data)

    assert error.value.code == "folder_in_use"


def test_another_genesis_is_named_once(data: Path) -> None:
    """The frames of all ledgers agree on their network; it is the genesis that was changed."""
    flip(data / "ledger" / "genesis", 10)

    report = audited(data)

    assert [(problem.file, problem.code) for problem in report.problems] == [("ledger/genesis", "genesis_differs")]


def test_a_genesis_that_cannot_be_read_is_a_problem(data: Path) -> None:
    """It is part of what is audited, not of the question."""
    (data / "ledger" / "genesis").write_bytes(b"dgen")

    report = audited(data)

    assert codes(report) == {"bad_genesis"}
    assert report.document()["head"] is None


def test_another_network_than_the_pinned_one_is_found(whole: Path) -> None:
    """A folder rewritten wholly with other keys is right in itself: only the pin tells."""
    network = network_of((whole / "ledger" / "genesis").read_bytes())

    right = audit(whole, PythonEngine, network=network)
    wrong = audit(whole, PythonEngine, network=NetworkId(bytes(16)))

    assert right.ok
    assert codes(wrong) == {"other_network"}


def test_a_pinned_head_must_stand_in_a_chain(whole: Path) -> None:
    """A receipt from long ago still binds the folder: any earlier head will do, an invented one will not."""
    header = decode_signed_header(_cut(contents_of(whole)[4])[0]).header

    assert audit(whole, PythonEngine, head=header.head).ok
    assert codes(audit(whole, PythonEngine, head=Hash(bytes(32)))) == {"head_not_found"}


# A worker that does what it must not.


def test_a_command_without_its_signature_is_found(data: Path) -> None:
    """The worker's signature on the frame does not make up for the holder's on the command."""
    record = bytearray(_payment(data))
    record[-1] ^= 1
    append(data, [bytes(record)])

    report = audited(data)

    assert [(problem.frame, problem.code) for problem in report.problems] == [(14, "command_signature")]


@pytest.mark.parametrize("cut", [1, 40])
def test_a_record_that_is_no_command_is_found(data: Path, cut: int) -> None:
    """Intake would have sent it back."""
    append(data, [_payment(data)[:-cut]])

    assert codes(audited(data)) == {"command_malformed"}


def test_a_body_that_is_no_list_of_records_is_found(data: Path) -> None:
    """No worker of ours writes it; both engines take it for one illegible command."""
    append(data, [], body=b"\xff\xff\x00")

    assert codes(audited(data)) == {"frame_malformed"}


def test_a_frame_by_a_key_that_is_not_on_the_list_ends_the_ledger(data: Path) -> None:
    """It does not count, so it cannot stand in a log of which every frame counts."""
    append(data, [_payment(data)], signer=_NEW_WORKER)

    report = audited(data)

    assert codes(report) == {"unlisted_worker"}
    assert report.ledgers[1].frames == 13


@pytest.mark.parametrize("seq", [0, 5, 13, 99])
def test_a_false_checkpoint_is_found(data: Path, seq: int) -> None:
    """A start would go on from a snapshot that it vouches for."""
    order = Checkpoint(seq=Seq(seq), head=Hash(bytes(32)), root=Hash(bytes(32)))
    append(data, [record_of(unsigned(frames_of(data)[0].network, order))])

    report = audited(data)

    assert [(problem.frame, problem.code) for problem in report.problems] == [(14, "checkpoint_differs")]


def test_a_worker_that_tells_two_ledgers_different_things_is_found(data: Path) -> None:
    """Two signed headers of one place are a proof of equivocation; one of them came with an acknowledgement."""
    with economy_in(data) as economy:
        line = economy.shard.line
        header = decode_signed_header(line.ledger.headers.at(Seq(10))[0]).header
        other = replace(header, total=Sum(header.total + 1))
        ack = Ack(header=Blob(encode_header(other) + worker_of().sign(encode_header(other))))
        economy.tier1.line.submit([unsigned(economy.network, ack)], at=start_of(DAY))

    report = audited(data)

    assert [(problem.file, problem.code) for problem in report.problems] == [
        ("ledger/tier1/log/000000000001.log", "header_contradicts")
    ]


def test_a_header_that_nobody_believed_proves_nothing(data: Path) -> None:
    """Anybody may bring a header signed by a key of one's own; the ledger did not hear it."""
    stranger = Signer(bytes(31) + b"\1")
    with economy_in(data) as economy:
        header = decode_signed_header(economy.shard.line.ledger.headers.at(Seq(10))[0]).header
        other = replace(header, total=Sum(header.total + 1), worker=Key(stranger.public))
        ack = Ack(header=Blob(encode_header(other) + stranger.sign(encode_header(other))))
        answers = economy.tier1.line.submit([unsigned(economy.network, ack)], at=start_of(DAY))

    assert [answer.outcome.code for answer in answers] == ["not_authorised"]
    assert audited(data).ok


def test_a_void_frame_is_a_warning(data: Path) -> None:
    """A worker's clock ran ahead: nobody was harmed, but somebody should look at the clock."""
    with economy_in(data) as economy:
        an_hour_ahead = UnixMs(start_of(DAY) + 3_600_000)
        wallet = economy.new_wallet(BANK, "li")
        wires = [wallet.cancel(expires_at=an_hour_ahead) for _ in range(30)]
        answers = economy.shard.line.submit(wires[-1:], at=an_hour_ahead)

    report = audited(data)

    assert [answer.outcome.code for answer in answers] == ["clock_ahead"]
    assert report.ok
    assert warned(report) == {"void_frame"}


def test_headers_signed_again_by_a_later_worker_are_right(data: Path) -> None:
    """A start after a crash signs what was lost with the key of today, which was not on the list then."""
    with economy_in(data) as economy:
        keys = Key(worker_of().public), Key(_NEW_WORKER.public)
        order = Workers(ledger=SHARD, replaces=Version(1), keys=keys)
        play(economy)
        economy.settle(
            economy.tier1, [economy.approve(economy.issuing_vault.order(order, expires_at=economy.midnight))]
        )
        economy.carry()
    contents = contents_of(data)
    header, outcomes = _cut(contents[12])
    said = replace(decode_signed_header(header).header, worker=Key(_NEW_WORKER.public))
    contents[12] = encode_header(said) + _NEW_WORKER.sign(encode_header(said)) + outcomes
    rewrite_headers(data, contents)

    assert audited(data).ok


def _payment(root: Path) -> bytes:
    """Return the record of a payment that stands in the log."""
    return split(frames_of(root)[4].body)[0]


def _cut(content: bytes) -> tuple[bytes, bytes]:
    """Return signed header and outcomes."""
    reader = Reader(content)
    read_signed_header(reader)
    return content[: reader.at], content[reader.at :]


@pytest.mark.parametrize("engine", [PythonEngine, RustEngine], ids=["python", "rust"])
def test_a_wallet_under_keys_of_two_suites_is_audited_like_any_other(data: Path, engine: EngineMaker) -> None:
    """A browser's key counts in the audit too: the good signature holds, and the one by another key is found."""
    phone, card = Signer(b"p" * 32, Suite.P256), Signer(b"c" * 32)
    guard = Threshold(needed=2, of=(single_key(phone), single_key(card)))
    with economy_in(data) as economy:
        play(economy)
        wallet = economy.new_wallet(BANK, "browser")
        registrar, vault = economy.operators[BANK].registrar, economy.operators[BANK].vault
        opened = registrar.open(wallet.id, WalletClass.II, guard, expires_at=economy.midnight)
        paid_in = vault.exchange(wallet.id, Fen(100), expires_at=economy.midnight)
        bodies = [wallet.signatory.body(Redeem(vault=vault.wallet, amount=Fen(1)), economy.midnight) for _ in range(2)]
        good, forged = (attach(body, guard, {0: phone.sign(bodies[0]), 1: card.sign(body)}) for body in bodies)
        economy.settle(economy.shard, [opened, paid_in])
        economy.settle(economy.shard, [good])

    whole = audit(data, engine)
    append(data, [record_of(forged)])
    spoiled = audit(data, engine)

    assert (whole.ok, whole.problems) == (True, ())
    assert [problem.code for problem in spoiled.problems] == ["command_signature"]
