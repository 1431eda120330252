"""Names for tests: keys, accounts and policies come from words, so that the same play makes the same bytes.

An account is OPERATOR:NAME@SHARD, where operator 1 and shard 0 need not be said: `li`, `2:wang`, `zhou@1`. Institutions
are accounts like any other: `registrar`, `2:vault@1`; the central bank's own are `issuer` and `supervision@1`.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import Any, Final

from dcep.clock import UnixMs
from dcep.crypto.suites import Signer, Suite
from dcep.ids import TIER1, LedgerId, OperatorId, WalletId, wallet_id
from dcep.messages.commands.governance import ClassLimits, Rules, SetOperator
from dcep.messages.genesis import ISSUING_VAULT, Genesis, supervision_wallet
from dcep.messages.layout import Code, Hash, Key, Name, Version
from dcep.messages.policies import Board, Policy, Seat, SingleKey, Threshold
from dcep.money import MAX_FEN

HOUR: Final = 3_600_000
BOARD: Final = "3of5at2(o1/1,o2/2,o3/1,o4/2,o5/1)"
NONE: Final = ClassLimits(cap=MAX_FEN, single=MAX_FEN, daily=MAX_FEN, annual=MAX_FEN)
UNLIMITED: Final = Rules(
    replaces=Version(0),
    name=Name(b"play".ljust(16, b"\0")),
    effective_at=UnixMs(0),
    max_life=UnixMs(24 * HOUR),
    clock_bound=UnixMs(60_000),
    classes=(NONE,) * 5,
)
# A point of small order: whoever knows no secret signs for it.
WEAK_KEY: Final = Key(bytes((1,)) + bytes(31))
# No point of P-256 has this x: there is no secret to it.
WEAK_P256: Final = Key(b"\2" + (1).to_bytes(32))

_NAME: Final = re.compile(r"(?:([0-9]+):)?([a-z_]\w*)(?:@([0-9]+))?")
_THRESHOLD: Final = re.compile(r"([0-9]+)of\((.+)\)")
_BOARD: Final = re.compile(r"([0-9]+)of[0-9]+at([0-9]+)\((.+)\)")


def hashed(name: str) -> Hash:
    """Return 32 bytes that stand for a name."""
    return Hash(hashlib.sha256(name.encode()).digest())


def suite(name: str) -> Suite:
    """Return the suite of the keys of a name: P-256 if it ends in `_p256`, else Ed25519."""
    return Suite.P256 if name.endswith("_p256") else Suite.ED25519


def signer(name: str) -> Signer:
    """Return the key pair of a name."""
    return Signer(hashed(name), suite(name))


def key(name: str) -> Key:
    """Return the public key of a name; `weak` and `weak_p256` are keys that their suites do not accept."""
    weak = {"weak": WEAK_KEY, "weak_p256": WEAK_P256}
    return weak[name] if name in weak else Key(signer(name).public)


def single_key(name: str) -> SingleKey:
    """Return the policy of the one key of a name."""
    return SingleKey(suite=suite(name), key=key(name))


def full_name(name: str) -> str:
    """Return OPERATOR:NAME@SHARD, where operator 1 and shard 0 need not be said."""
    matched = _NAME.fullmatch(name)
    assert matched, f"{name!r} is no name"
    return f"{matched[1] or 1}:{matched[2]}@{matched[3] or 0}"


def wallet(name: str, shards: int) -> WalletId:
    """Return the number of the account of this name; digits alone are a number as it stands."""
    if name.isdigit():
        return WalletId(int(name))
    operator, label, shard = re.split("[:@]", full_name(name))
    if label == "issuer":
        return ISSUING_VAULT
    if label == "supervision":
        return supervision_wallet(LedgerId(int(shard)))
    serial = int.from_bytes(hashed(full_name(name))[:4]) * shards
    return wallet_id(OperatorId(int(operator)), serial + (int(shard) - int(operator) * 10**12) % shards)


def policy(text: str) -> tuple[Policy, list[str]]:
    """Return a policy and the names of its keys: `li`, `2of(li,phone)`, or a board `3of5at2(o1/1,o2/2)` with sites."""
    if board := _BOARD.fullmatch(text):
        seats = [seat.split("/") for seat in board[3].split(",")]
        places = tuple(Seat(site=int(site), suite=suite(name), key=key(name)) for name, site in seats)
        return Board(needed=int(board[1]), sites=int(board[2]), seats=places), [name for name, _ in seats]
    if threshold := _THRESHOLD.fullmatch(text):
        names = threshold[2].split(",")
        return Threshold(needed=int(threshold[1]), of=tuple(map(single_key, names))), names
    return single_key(text), [text]


def worker_name(ledger: LedgerId) -> str:
    """Return the name of a ledger's first worker."""
    return "worker@tier1" if ledger == TIER1 else f"worker@{ledger}"


def genesis(rules: Rules, shards: int) -> Genesis:
    """Return the genesis of a test network."""
    return Genesis(
        random=Hash(bytes(32)),
        simulated_time=Code(1),
        board=policy(BOARD)[0],
        supervision=policy("supervision")[0],
        members=policy("members")[0],
        rules=rules,
        tier1_worker=key(worker_name(TIER1)),
        shard_workers=tuple(key(worker_name(LedgerId(shard))) for shard in range(shards)),
    )


def seat(operator: OperatorId, shard: LedgerId, shards: int, **fields: Any) -> SetOperator:
    """Return the order that admits an operator on a shard with the accounts `registrar` and `vault`."""
    registrar, vault = (f"{operator}:{name}@{shard}" for name in ("registrar", "vault"))
    order = SetOperator(
        operator=operator,
        shard=shard,
        replaces=Version(0),
        status=Code(1),
        registrar=wallet(registrar, shards),
        registrar_policy=policy(registrar)[0],
        vault=wallet(vault, shards),
        vault_policy=policy(vault)[0],
    )
    return replace(order, **fields)


def institution(role: str, beside: str) -> str:
    """Return the name of the institution of the same operator and shard as a name; of operator 1 on shard 0 else."""
    if not _NAME.fullmatch(beside):
        return full_name(role)
    operator, _, shard = re.split("[:@]", full_name(beside))
    return f"{operator}:{role}@{shard}"
