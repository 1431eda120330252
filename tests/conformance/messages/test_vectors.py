"""The bytes of commands, policies and receipts: filled by Python, confirmed here field by field and by Rust."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from dcep.crypto.suites import bad_signatures
from dcep.ids import CommandId, LedgerId, NetworkId
from dcep.ledger.native import verify_records
from dcep.messages.frames import join
from dcep.messages.kinds import KINDS
from dcep.messages.layout import Key, Malformed, Reader, SuiteUnsupported, decode, describe
from dcep.messages.policies import Policy, policy_hash, read_policy
from dcep.messages.receipts import BadReceipt, decode_receipt, encode_receipt, verify
from dcep.messages.refusals import NotProcessed
from dcep.messages.signed import PREFIX_SIZE, attach, command_id, encode_body, record_of, signed_messages
from dcep.messages.signed import decode as decode_command
from tests import fill_vectors
from tests.fill_vectors import VECTORS, written
from tests.network import Network

# What a refusal of a receipt begins with, by the number of the check.
CHECKS = {"1": "the header is not signed by a worker", "2": "the worker's signature", "3": "the path"}


def rows() -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield the command, the name and the fields of each row of vectors/commands."""
    for file in sorted((VECTORS / "commands").glob("*.txt")):
        for part in file.read_text(encoding="utf-8").split("\n== ")[1:]:
            title, *lines = part.splitlines()
            command, _, name = title.partition(": ")
            yield command, name, {line[:18].rstrip(): line[18:] for line in lines if line}


def table(file: Path) -> list[dict[str, str]]:
    """Return the lines of a table by the names of its columns."""
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text, delimiter="\t"))


ROWS = [pytest.param(command, row, id=name) for command, name, row in rows()]
POLICIES = table(VECTORS / "policies" / "encodings.tsv")


def policy_of(encoding: str) -> Policy:
    """Return the policy with these bytes, to the last of them."""
    reader = Reader(bytes.fromhex(encoding))
    policy = read_policy(reader)
    reader.finish()
    return policy


def test_the_files_hold_what_python_writes() -> None:
    """A record that writes other bytes than it did cannot read the logs there are."""
    filled = {
        "commands": {f"{chapter}.txt": text for chapter, text in fill_vectors.commands().items()},
        "policies": fill_vectors.policies(),
        "receipts": fill_vectors.receipts(),
        "requests": fill_vectors.requests(),
        "workers": fill_vectors.workers(),
    }

    for folder, files in filled.items():
        assert {file.name: file.read_text(encoding="utf-8") for file in (VECTORS / folder).iterdir()} == files


def test_every_command_has_a_row() -> None:
    """A command without one may differ in another language, and nobody sees it."""
    assert {command for command, _, _ in rows()} == {kind.name for kind in KINDS.values()}


@pytest.mark.parametrize(("command", "row"), ROWS)
def test_a_command_is_read_back_from_its_wire(command: str, row: dict[str, str]) -> None:
    """The wire alone gives every field again, and only one encoding gives them."""
    wire, network = bytes.fromhex(row["wire"]), NetworkId(bytes.fromhex(row["body"])[5:PREFIX_SIZE])
    read = decode_command(wire, network)

    assert read.kind.name == command
    fields = {field: written(getattr(read.body.order, field)) for field, _ in describe(read.kind.record)}
    assert fields == {field: row[field] for field in fields}
    assert [read.body.account, read.body.lane, read.body.number, read.body.expires_at, read.body.epoch] == [
        int(row[field]) for field in ("account", "lane", "number", "expires_at", "epoch")
    ]
    assert encode_body(network, read.body).hex() == row["body"]
    assert attach(read.body_bytes, read.policy, dict(read.signatures)) == wire
    assert bad_signatures(list(signed_messages(read))) == []


@pytest.mark.parametrize(("command", "row"), ROWS)
def test_fields_and_table_give_the_body(command: str, row: dict[str, str]) -> None:
    """Who has only the table and the row writes the same bytes: nothing else is needed."""
    kind = next(kind for kind in KINDS.values() if kind.name == command)
    head = (
        int(row["account"]).to_bytes(8)
        + (int(row["lane"]) << 48 | int(row["number"])).to_bytes(8)
        + int(row["expires_at"]).to_bytes(8)
        + int(row["epoch"]).to_bytes(4)
        + bytes((kind.number,))
    )
    body = bytes.fromhex(row["body"])

    assert body[PREFIX_SIZE : PREFIX_SIZE + len(head)] == head
    order: object = decode(kind.record, body[PREFIX_SIZE + len(head) : -32])
    assert [written(getattr(order, field)) for field, _ in describe(kind.record)] == [
        row[field] for field, _ in describe(kind.record)
    ]
    assert body[-32:].hex() == row["memo"]
    assert command_id(body).hex() == row["id"]


def test_rust_reads_the_same_commands() -> None:
    """It accepts each, finds its signatures good, and gives it the same id."""
    wires = [bytes.fromhex(row["wire"]) for _, _, row in rows()]
    network = Network()
    body = join(map(record_of, wires))

    engine = network.ledgers[LedgerId(0)].engine
    applied = engine.apply(Key(network.ledgers[LedgerId(0)].log[0].worker), network.now, body)

    assert set(verify_records(network.id, body)) <= {None}
    assert applied is not None
    ids = [CommandId(applied.ids[at : at + 32]).hex() for at in range(0, len(applied.ids), 32)]
    assert ids == [row["id"] for _, _, row in rows()]


@pytest.mark.parametrize("row", POLICIES, ids=lambda row: row["policy"])
def test_a_policy_has_its_hash(row: dict[str, str]) -> None:
    """An account keeps the hash alone: another encoding would lock its holder out."""
    policy = policy_of(row["encoding"])

    assert policy.encode().hex() == row["encoding"]
    assert policy_hash(policy).hex() == row["hash"]


def test_a_policy_is_satisfied_by_the_sets_of_the_table() -> None:
    """Every set of signers of every policy: who may move money is the whole of the matter."""
    policies = {row["policy"]: policy_of(row["encoding"]) for row in POLICIES}

    for row in table(VECTORS / "policies" / "satisfied.tsv"):
        signed = {int(number) for number in row["signed"].split(",") if number}
        assert policies[row["policy"]].satisfied_by(signed) == (row["satisfied"] == "yes"), row


@pytest.mark.parametrize("row", table(VECTORS / "policies" / "refused.tsv"), ids=lambda row: row["what"])
def test_a_policy_that_nobody_writes_is_refused(row: dict[str, str]) -> None:
    """Bytes from outside are hostile; a suite that is not built is told apart from nonsense."""
    with pytest.raises(Malformed) as refused:
        policy_of(row["encoding"])

    unsupported = isinstance(refused.value, SuiteUnsupported)
    assert row["code"] == (NotProcessed.UNSUPPORTED_SUITE if unsupported else NotProcessed.MALFORMED).code


@pytest.mark.parametrize("row", table(VECTORS / "receipts" / "receipts.tsv"), ids=lambda row: row["what"])
def test_a_receipt_holds_or_fails_the_check_that_is_named(row: dict[str, str]) -> None:
    """The wallet checks a receipt alone, and says which of the three checks failed."""
    receipt = decode_receipt(bytes.fromhex(row["receipt"]))
    network, workers = NetworkId(bytes.fromhex(row["network"])), [Key(bytes.fromhex(row["worker"]))]

    assert encode_receipt(receipt).hex() == row["receipt"]
    if row["what"] == "holds":
        assert verify(receipt, network, workers).outcome.code == "settled"
        return
    with pytest.raises(BadReceipt, match=CHECKS[row["what"][0]]):
        verify(receipt, network, workers)
