"""A reader of the files of a ledger that knows only docs/reference/log-format.md and vectors/commands.tsv.

It imports nothing of the program: what it can do, a stranger can do in any language.
"""

from __future__ import annotations

import csv
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TABLE = Path(__file__).parents[3] / "vectors" / "commands.tsv"
U8, U16, U32, U64, U128 = 1, 2, 4, 8, 16
INTEGERS = {
    **dict.fromkeys(("Code",), U8),
    **dict.fromkeys(("OperatorId", "LedgerId", "Lane"), U16),
    **dict.fromkeys(("Epoch", "Version", "Count", "Day"), U32),
    **dict.fromkeys(("WalletId", "Number", "Seq", "Fen", "UnixMs"), U64),
    **dict.fromkeys(("Sum",), U128),
}
BYTES = {"NetworkId": 16, "LockId": 16, "Name": 16, "Hash": 32, "Key": 32, "CommandId": 32}
TIER1 = 0xFFFF
SETTLED, FROZEN_TO_RECEIVE = 1, 2
KINDS: dict[int, tuple[str, list[tuple[str, str]]]] = {}
with TABLE.open() as table:
    for row in csv.DictReader(table, delimiter="\t"):
        KINDS.setdefault(int(row["kind"], 16), (row["command"], []))[1].append((row["field"], row["type"]))
MESSAGES: dict[int, list[tuple[str, str]]] = {
    1: [("payer", "WalletId"), ("receiver", "WalletId"), ("amount", "Fen"), ("command", "CommandId"), ("day", "Day")],
    2: [("payer", "WalletId"), ("amount", "Fen"), ("command", "CommandId"), ("day", "Day")],
    3: [("order", "Blob")],
    4: [("operator", "OperatorId"), ("amount", "Fen"), ("command", "CommandId")],
}
HEADER = (
    "network NetworkId|ledger LedgerId|seq Seq|time UnixMs|head Hash|outcomes_root Hash|count Count|total Sum"
    "|vault_high Number|vault_used Number|board Version|workers Version|rules Version"
)
HEADER_FIELDS = [(part.split()[0], part.split()[1]) for part in HEADER.split("|")]


class Bytes:
    """Takes values off a byte string."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, size: int) -> bytes:
        self.at += size
        assert self.at <= len(self.data), "cut"
        return self.data[self.at - size : self.at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def value(self, kind: str) -> Any:
        if kind in INTEGERS:
            return self.number(INTEGERS[kind])
        if kind in BYTES:
            return self.take(BYTES[kind])
        if kind == "Blob":
            return self.take(self.number(U16))
        if kind == "Policy":
            return self.policy()
        if kind == "ClassLimits":
            return [self.number(U64) for _ in range(4)]
        return [self.value(kind.removeprefix("list of ")) for _ in range(self.number(U8))]

    def record(self, fields: list[tuple[str, str]]) -> dict[str, Any]:
        return {name: self.value(kind) for name, kind in fields if kind != "-"}

    def policy(self) -> list[bytes]:
        """Return the keys of a policy, in order."""
        match self.number(U8):
            case 0:
                return []
            case 1:
                return [self.take(33)[1:]]
            case 2:
                count = self.take(2)[1]
                return [key for _ in range(count) for key in self.policy()]
            case 3:
                return [self.take(34)[2:] for _ in range(self.take(3)[2])]
        raise AssertionError("no such policy")


@dataclass
class Reader:
    """What a stranger makes of one ledger; `balances` are those after the newest frame that was read."""

    network: bytes
    shards: int
    ledger: int
    head: bytes = bytes(32)
    seq: int = 0
    header: dict[str, Any] = field(default_factory=dict)
    balances: dict[int, int] = field(default_factory=dict)
    locked: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    frozen: set[int] = field(default_factory=set)
    vaults: dict[int, int] = field(default_factory=dict)

    def frames(self, folder: Path) -> Iterator[None]:
        """Read one frame after the other, with its header and outcomes; at each yield the balances stand."""
        headers = Bytes(b"".join(path.read_bytes() for path in sorted((folder / "headers").glob("*.hdr"))))
        for path in sorted((folder / "log").glob("*.log")):
            data = Bytes(path.read_bytes())
            while data.at < len(data.data):
                body = self.frame(data)
                self.apply(body, self.outcomes(headers, body))
                yield

    def frame(self, data: Bytes) -> bytes:
        """Check a frame, and return its body."""
        start = data.at
        assert data.take(5) == b"DCEF\x01"
        network, ledger, seq, time, worker, previous = (data.take(size) for size in (16, 2, 8, 8, 32, 32))
        body_size, checksum = data.number(U32), data.number(U32)
        body, signature = data.take(body_size), data.take(64)
        self.seq += 1
        assert (network, int.from_bytes(ledger, "big"), int.from_bytes(seq, "big")) == (
            self.network,
            self.ledger,
            self.seq,
        )
        assert previous == self.head
        assert zlib.crc32(body + signature, zlib.crc32(data.data[start : start + 107])) == checksum
        digest = sha256(body).digest()
        Ed25519PublicKey.from_public_bytes(worker).verify(
            signature, b"dfrm" + network + ledger + worker + time + digest
        )
        self.head = sha256(b"dhea" + network + ledger + seq + time + digest + previous).digest()
        return body

    def outcomes(self, headers: Bytes, body: bytes) -> list[tuple[int, int]]:
        """Check the header of the frame; return (status, number of messages sent) of each command."""
        size, checksum = headers.number(U32), headers.number(U32)
        content = Bytes(headers.take(size))
        assert zlib.crc32(size.to_bytes(4, "big") + content.data) == checksum
        assert content.take(5) == b"dhdr\x01"
        self.header = content.record(HEADER_FIELDS)
        content.take(50 * content.number(U8))
        worker, signed = content.take(32), content.data[: content.at]
        Ed25519PublicKey.from_public_bytes(worker).verify(content.take(64), signed)
        assert (self.header["network"], self.header["ledger"]) == (self.network, self.ledger)
        assert (self.header["seq"], self.header["head"]) == (self.seq, self.head)
        leaves, answers = [], []
        for record in records_of(body):
            start = content.at
            status, sent = content.number(U8), content.take(3)[2]
            content.take(42 * sent)
            leaves.append(self.command(record)[3] + content.data[start : content.at])
            answers.append((status, sent))
        assert content.at == len(content.data)
        assert (self.header["count"], self.header["outcomes_root"]) == (len(leaves), root(leaves))
        return answers

    def command(self, record: bytes) -> tuple[str, int, dict[str, Any], bytes]:
        """Return name, account, fields and id of a command whose signatures hold."""
        reader = Bytes(record)
        account, _, kind = reader.number(U64), reader.take(20), reader.number(U8)
        name, fields = KINDS[kind]
        order = reader.record(fields)
        reader.take(32)
        body = b"dcmd\x01" + self.network + record[: reader.at]
        keys = reader.policy()
        for _ in range(reader.number(U8)):
            Ed25519PublicKey.from_public_bytes(keys[reader.number(U8)]).verify(reader.take(64), body)
        assert reader.at == len(record)
        return name, account, order, sha256(body).digest()

    def apply(self, body: bytes, outcomes: list[tuple[int, int]]) -> None:
        """Move the money of the settled commands."""
        for record, (status, sent) in zip(records_of(body), outcomes, strict=True):
            if status == SETTLED:
                name, account, order, _ = self.command(record)
                self.move(name, account, order, sent)

    def move(self, name: str, account: int, order: dict[str, Any], sent: int) -> None:
        """Do what the table "From outcomes to balances" says."""
        match name:
            case "open":
                self.balances[order["wallet"]] = 0
            case "pay" | "refund" | "exchange" | "redeem" | "return":
                self.balances[account] -= order["amount"]
                receiver = order.get("receiver", order.get("vault"))
                if receiver is not None and receiver // 10 % self.shards == self.ledger:
                    self.arrive(receiver, order["amount"])
            case "freeze" | "unfreeze":
                self.frozen.discard(order["wallet"])
                if order.get("scope", 0) & FROZEN_TO_RECEIVE:
                    self.frozen.add(order["wallet"])
                else:
                    self.balances[order["wallet"]] += self.locked.pop(order["wallet"], 0)
            case "issue":
                self.balances[account] += order["amount"]
            case "allocate" | "withdraw":
                self.balances[account] -= order["amount"]
            case "credit":
                self.credit(Bytes(order["message"]), sent)

    def credit(self, message: Bytes, sent: int) -> None:
        """Take a message in."""
        message.take(32)
        kind = message.number(U8)
        content = message.record(MESSAGES[kind])
        if kind == 1 and not sent:
            self.arrive(content["receiver"], content["amount"])
        elif kind == 2:
            self.arrive(content["payer"], content["amount"])
        elif kind == 3:
            self.obey(content["order"])
        elif kind == 4:
            (issuing_vault,) = self.balances
            self.balances[issuing_vault] += content["amount"]

    def obey(self, wire: bytes) -> None:
        """Take an officers' order in."""
        name, _, order, _ = self.command(wire[21:])
        if name == "allocate":
            self.arrive(self.vaults[order["operator"]], order["amount"])
        if name == "set_operator" and order["shard"] == self.ledger:
            self.vaults[order["operator"]] = order["vault"]
            for wallet in (order["registrar"], order["vault"]):
                self.balances.setdefault(wallet, 0)

    def arrive(self, wallet: int, amount: int) -> None:
        """Credit a wallet, or what is locked of it."""
        (self.locked if wallet in self.frozen else self.balances)[wallet] += amount


def records_of(body: bytes) -> list[bytes]:
    """Return the records of a frame's body."""
    reader, records = Bytes(body), []
    while reader.at < len(body):
        records.append(reader.value("Blob"))
    return records


def root(leaves: list[bytes]) -> bytes:
    """Return the RFC 6962 root, by its definition."""
    if len(leaves) < 2:
        return sha256(b"\0" + leaves[0]).digest() if leaves else sha256().digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1" + root(leaves[:split]) + root(leaves[split:])).digest()


def open_ledger(data: Path, name: str) -> Reader:
    """Return a reader of one ledger of a data folder, before its first frame."""
    genesis = (data / "ledger" / "genesis").read_bytes()
    reader = Bytes(genesis)
    reader.take(5 + 32 + 1)
    for _ in ("board", "supervision", "members"):
        reader.policy()
    reader.record(next(fields for command, fields in KINDS.values() if command == "rules"))
    reader.take(32)
    shards = reader.number(U8)
    ledger = TIER1 if name == "tier1" else int(name.removeprefix("shard-"))
    serial = 1 if ledger == TIER1 else 1_000_000 + ledger
    first = wallet_id(900, serial)
    return Reader(network=sha256(genesis).digest()[:16], shards=shards, ledger=ledger, balances={first: 0})


def wallet_id(operator: int, serial: int) -> int:
    """Return the wallet id with its check digit, ISO 7064 MOD 11,10."""
    product = 10
    for digit in f"{operator:03}{serial:012}":
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return int(f"{operator:03}{serial:012}{(11 - product) % 10}")
