"""A reader of the files of a ledger that knows only docs/reference/log-format.md and vectors/commands.tsv.

It imports nothing of the program: what it can do, a stranger can do in any language.
"""

from __future__ import annotations

import csv
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

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
KEY_SIZES = {1: 33, 3: 32}
SETTLED, FROZEN_TO_RECEIVE = 1, 2
KINDS: dict[int, tuple[str, list[tuple[str, str]]]] = {}
UNSIGNED: set[str] = set()
with TABLE.open() as table:
    for row in csv.DictReader(table, delimiter="\t"):
        KINDS.setdefault(int(row["kind"], 16), (row["command"], []))[1].append((row["field"], row["type"]))
        if row["authority"] in ("proof", "worker"):
            UNSIGNED.add(row["command"])
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


class PublicKey(NamedTuple):
    """A key of a suite: 1 P-256, 3 Ed25519."""

    suite: int
    data: bytes

    def verify(self, signature: bytes, message: bytes) -> None:
        """Raise InvalidSignature if it is none."""
        if self.suite == 3:
            return Ed25519PublicKey.from_public_bytes(self.data).verify(signature, message)
        r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
        key = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), self.data)
        return key.verify(encode_dss_signature(r, s), message, ECDSA(SHA256()))


class Policy(NamedTuple):
    """Who may act: `suffices` says whether the keys with these numbers are enough."""

    data: bytes
    keys: list[PublicKey]
    suffices: Callable[[set[int]], bool]


def nobody(signed: set[int]) -> bool:
    """Need no signature, and take none."""
    return not signed


def at_least(needed: int, count: int, signed: set[int]) -> bool:
    """Need so many of so many keys."""
    return len(signed & set(range(count))) >= needed


def threshold(needed: int, parts: list[Policy], signed: set[int]) -> bool:
    """Need so many of the policies, whose keys are counted one policy after the other."""
    first, satisfied = 0, 0
    for part in parts:
        satisfied += part.suffices({number - first for number in signed if first <= number < first + len(part.keys)})
        first += len(part.keys)
    return satisfied >= needed


def board(needed: int, sites: int, seats: list[int], signed: set[int]) -> bool:
    """Need so many seats, from so many different sites."""
    return len(signed) >= needed and len({seats[number] for number in signed}) >= sites


class Command(NamedTuple):
    """A command whose signatures hold and suffice."""

    name: str
    account: int
    order: dict[str, Any]
    id: bytes
    policy: bytes


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
        if kind == "Condition":
            return self.condition()
        if kind == "Evidence":
            return [self.cosignature() for _ in range(self.number(U8))], self.value("list of Hash")
        if kind == "ClassLimits":
            return [self.number(U64) for _ in range(4)]
        return [self.value(kind.removeprefix("list of ")) for _ in range(self.number(U8))]

    def record(self, fields: list[tuple[str, str]]) -> dict[str, Any]:
        return {name: self.value(kind) for name, kind in fields if kind != "-"}

    def key(self) -> PublicKey:
        suite = self.number(U8)
        return PublicKey(suite, self.take(KEY_SIZES[suite]))

    def condition(self) -> bytes:
        """Return the bytes of a condition; the outcomes say whether it was met."""
        start, kind = self.at, self.number(U8)
        if kind == 2:
            _, count = self.take(2)
            for _ in range(count):
                self.condition()
        else:
            self.take({1: U64, 3: 32, 4: U64, 5: U64, 6: 32}[kind])
        return self.data[start : self.at]

    def cosignature(self) -> tuple[Policy, list[tuple[int, bytes]]]:
        """Return a policy and what its keys have signed, each behind its number."""
        return self.policy(), [(self.number(U8), self.take(64)) for _ in range(self.number(U8))]

    def policy(self) -> Policy:
        """Return a policy: its bytes, its keys in order, and who of them suffices."""
        start = self.at
        match self.number(U8):
            case 0:
                keys, suffices = [], nobody
            case 1:
                keys, suffices = [self.key()], partial(at_least, 1, 1)
            case 2:
                needed, count = self.take(2)
                parts = [self.policy() for _ in range(count)]
                keys, suffices = [key for part in parts for key in part.keys], partial(threshold, needed, parts)
            case 3:
                needed, sites, count = self.take(3)
                seats = [(self.number(U8), self.key()) for _ in range(count)]
                keys, suffices = [key for _, key in seats], partial(board, needed, sites, [site for site, _ in seats])
            case _:
                raise AssertionError("no such policy")
        return Policy(self.data[start : self.at], keys, suffices)


@dataclass
class Reader:
    """What a stranger makes of one ledger; `balances` are those after the newest frame that was read."""

    network: bytes
    shards: int
    ledger: int
    head: bytes = bytes(32)
    seq: int = 0
    header: dict[str, Any] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    balances: dict[int, int] = field(default_factory=dict)
    locked: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    # What is left of each open hold, with its payer and its receiver, by the id of its command.
    held: dict[bytes, tuple[int, int, int]] = field(default_factory=dict)
    frozen: set[int] = field(default_factory=set)
    vaults: dict[int, int] = field(default_factory=dict)
    # Whose signature counts: the workers now and ever, the policy of each account, the members of tier 1.
    workers: list[bytes] = field(default_factory=list)
    workers_ever: set[bytes] = field(default_factory=set)
    guards: dict[int, bytes] = field(default_factory=dict)
    members: bytes = b""
    checkpoints: set[tuple[int, bytes, bytes]] = field(default_factory=set)

    def frames(self, folder: Path) -> Iterator[None]:
        """Read one frame after the other, with its header and outcomes; at each yield the balances stand."""
        headers = Bytes(b"".join(path.read_bytes() for path in sorted((folder / "headers").glob("*.hdr"))))
        signers = set()
        for path in sorted((folder / "log").glob("*.log")):
            data = Bytes(path.read_bytes())
            while data.at < len(data.data):
                commands = [self.command(record) for record in records_of(self.frame(data))]
                self.names = {command.name for command in commands}
                outcomes = self.outcomes(headers, commands)
                signers.add(self.header["worker"])
                self.apply(commands, outcomes)
                yield
        # Whoever starts a ledger after a crash signs the headers that were lost.
        assert signers <= self.workers_ever

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
        assert worker in self.workers
        assert zlib.crc32(body + signature, zlib.crc32(data.data[start : start + 107])) == checksum
        digest = sha256(body).digest()
        Ed25519PublicKey.from_public_bytes(worker).verify(
            signature, b"dfrm" + network + ledger + worker + time + digest
        )
        self.head = sha256(b"dhea" + network + ledger + seq + time + digest + previous).digest()
        return body

    def outcomes(self, headers: Bytes, commands: list[Command]) -> list[tuple[int, int]]:
        """Check the header of the frame; return (status, number of messages sent) of each command."""
        size, checksum = headers.number(U32), headers.number(U32)
        content = Bytes(headers.take(size))
        assert zlib.crc32(size.to_bytes(4, "big") + content.data) == checksum
        assert content.take(5) == b"dhdr\x01"
        self.header = content.record(HEADER_FIELDS)
        content.take(50 * content.number(U8))
        self.header["worker"] = worker = content.take(32)
        signed = content.data[: content.at]
        Ed25519PublicKey.from_public_bytes(worker).verify(content.take(64), signed)
        assert (self.header["network"], self.header["ledger"]) == (self.network, self.ledger)
        assert (self.header["seq"], self.header["head"]) == (self.seq, self.head)
        leaves, answers = [], []
        for command in commands:
            start = content.at
            status, sent = content.number(U8), content.take(3)[2]
            content.take(42 * sent)
            leaves.append(command.id + content.data[start : content.at])
            answers.append((status, sent))
        assert content.at == len(content.data)
        assert (self.header["count"], self.header["outcomes_root"]) == (len(leaves), root(leaves))
        return answers

    def command(self, record: bytes) -> Command:
        """Return a command of which every signature holds, and they suffice for the policy that it brings."""
        reader = Bytes(record)
        account, _, kind = reader.number(U64), reader.take(20), reader.number(U8)
        name, fields = KINDS[kind]
        order = reader.record(fields)
        reader.take(32)
        body = b"dcmd\x01" + self.network + record[: reader.at]
        policy, signed = reader.policy(), set[int]()
        for _ in range(reader.number(U8)):
            number = reader.number(U8)
            policy.keys[number].verify(reader.take(64), body)
            signed.add(number)
        assert reader.at == len(record)
        assert policy.suffices(signed)
        assert (policy.data == b"\0") == (name in UNSIGNED)
        return Command(name, account, order, sha256(body).digest(), policy.data)

    def apply(self, commands: list[Command], outcomes: list[tuple[int, int]]) -> None:
        """Move the money of the settled commands; each was given by the policy that its account keeps."""
        for command, (status, sent) in zip(commands, outcomes, strict=True):
            if status == SETTLED:
                if command.name not in UNSIGNED:
                    guard = self.members if command.name == "tick" else self.guards[command.account]
                    assert command.policy == guard, command
                self.move(command.name, command.account, command.order, sent)
                self.hold(command)
                self.entrust(command.name, command.account, command.order)

    def move(self, name: str, account: int, order: dict[str, Any], sent: int) -> None:
        """Do what the table "From outcomes to balances" says."""
        match name:
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

    def hold(self, command: Command) -> None:
        """Hold money, and let it be captured or released."""
        order = command.order
        match command.name:
            case "hold":
                self.balances[command.account] -= order["amount"]
                self.held[command.id] = command.account, order["receiver"], order["amount"]
            case "capture":
                payer, receiver, left = self.held.pop(order["hold"])
                if left > order["amount"]:
                    self.held[order["hold"]] = payer, receiver, left - order["amount"]
                if receiver // 10 % self.shards == self.ledger:
                    self.arrive(receiver, order["amount"])
            case "release":
                payer, _, left = self.held.pop(order["hold"])
                self.arrive(payer, left)

    def entrust(self, name: str, account: int, order: dict[str, Any]) -> None:
        """Note whose signature counts from now on, and what a worker vouches for."""
        match name:
            case "open":
                self.open(order["wallet"], order["policy"])
            case "set_policy":
                self.guards[account] = order["policy"].data
            case "set_board":
                self.guards[account] = order["board"].data
            case "workers":
                self.employ(order)
            case "checkpoint":
                self.checkpoints.add((order["seq"], order["head"], order["root"]))

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
        name, _, order, _, _ = self.command(wire[21:])
        if name == "allocate":
            self.arrive(self.vaults[order["operator"]], order["amount"])
        if name == "set_operator" and order["shard"] == self.ledger and order["operator"] not in self.vaults:
            self.vaults[order["operator"]] = order["vault"]
            for place in ("registrar", "vault"):
                self.open(order[place], order[f"{place}_policy"])
        if name == "workers":
            self.employ(order)

    def open(self, wallet: int, policy: Policy) -> None:
        """Open an account."""
        self.balances[wallet], self.guards[wallet] = 0, policy.data

    def employ(self, order: dict[str, Any]) -> None:
        """Take another list of workers, if it is this ledger's."""
        if order["ledger"] == self.ledger:
            self.workers = order["keys"]
            self.workers_ever |= set(self.workers)

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
    officers, supervision, members = (reader.policy() for _ in range(3))
    reader.record(next(fields for command, fields in KINDS.values() if command == "rules"))
    tier1_worker, shard_workers = reader.take(32), reader.value("list of Key")
    assert reader.at == len(genesis)
    ledger = TIER1 if name == "tier1" else int(name.removeprefix("shard-"))
    opened = Reader(
        network=sha256(genesis).digest()[:16], shards=len(shard_workers), ledger=ledger, members=members.data
    )
    if ledger == TIER1:
        opened.open(wallet_id(900, 1), officers)
    else:
        opened.open(wallet_id(900, 1_000_000 + ledger), supervision)
    opened.employ({"ledger": ledger, "keys": [tier1_worker if ledger == TIER1 else shard_workers[ledger]]})
    return opened


def snapshot(path: Path, network: bytes, ledger: int) -> tuple[tuple[int, bytes, bytes], dict[int, int]]:
    """Return what a checkpoint must say of a snapshot, (seq, head, root), and the balances in it."""
    data = path.read_bytes()
    assert sha256(data[:-32]).digest() == data[-32:]
    reader = Bytes(data[:-32])
    assert (reader.take(5), reader.take(16), reader.number(U16)) == (b"DCES\x01", network, ledger)
    seq, head, count = reader.number(U64), reader.take(32), reader.number(U32)
    chunks = [reader.take(reader.number(U32)) for _ in range(count)]
    assert (reader.at, f"{seq:012}") == (len(data) - 32, path.stem)
    accounts = b"".join(chunks[4:])
    rows = [accounts[at : at + 114] for at in range(0, len(accounts), 114)]
    balances = {int.from_bytes(row[:8], "big"): int.from_bytes(row[50:58], "big") for row in rows}
    return (seq, head, root(chunks)), balances


def wallet_id(operator: int, serial: int) -> int:
    """Return the wallet id with its check digit, ISO 7064 MOD 11,10."""
    product = 10
    for digit in f"{operator:03}{serial:012}":
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return int(f"{operator:03}{serial:012}{(11 - product) % 10}")
