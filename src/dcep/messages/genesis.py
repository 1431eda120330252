"""The genesis of a network: what everybody knows before the first frame. The network id is the start of its hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from dcep.ids import TIER1, LedgerId, NetworkId, OperatorId, WalletId, wallet_id
from dcep.messages import layout
from dcep.messages.classes import CUSTOMERS
from dcep.messages.commands.governance import Rules
from dcep.messages.layout import Code, Hash, Key, Malformed
from dcep.messages.policies import Policy

TAG: Final = b"dgen"
VERSION: Final = 1
# The central bank's own accounts carry the operator number 900, which no operator may have.
CENTRAL_BANK: Final = OperatorId(900)
_SUPERVISION_SERIAL: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Genesis:
    """Version 1 of board, rules and worker lists; `simulated_time` is 1 where a clock from outside is accepted.

    `board` is the officers' board, `supervision` the supervision board, `members` the policy that signs ticks,
    `tier1_worker` and `shard_workers` the first worker key of each ledger.
    """

    random: Hash
    simulated_time: Code
    board: Policy
    supervision: Policy
    members: Policy
    rules: Rules
    tier1_worker: Key
    shard_workers: tuple[Key, ...]

    @property
    def shards(self) -> int:
        """How many retail shards there are, 1..255."""
        return len(self.shard_workers)

    def worker(self, ledger: LedgerId) -> Key:
        """Return the first worker key of a ledger."""
        return self.tier1_worker if ledger == TIER1 else self.shard_workers[ledger]

    def ledgers(self) -> list[LedgerId]:
        """Return every ledger of the network, shards first."""
        return [*map(LedgerId, range(self.shards)), TIER1]


ISSUING_VAULT: Final = wallet_id(CENTRAL_BANK, 1)


def supervision_wallet(ledger: LedgerId) -> WalletId:
    """Return the account of the supervision board on a ledger; each ledger has its own, so no order fits two."""
    return wallet_id(CENTRAL_BANK, _SUPERVISION_SERIAL + ledger)


def encode_genesis(genesis: Genesis) -> bytes:
    """Return the bytes of the file `genesis`."""
    return TAG + bytes((VERSION,)) + layout.encode(genesis)


def decode_genesis(data: bytes) -> Genesis:
    """Return the genesis with these bytes.

    Raises:
        Malformed: not a genesis of this version, one without a shard, or with rules that do not name each class.
    """
    if data[:5] != TAG + bytes((VERSION,)):
        raise Malformed("not a genesis of this version")
    genesis = layout.decode(Genesis, data[5:])
    if not genesis.shard_workers:
        raise Malformed("a network without a shard")
    if len(genesis.rules.classes) != len(CUSTOMERS):
        raise Malformed("rules that do not name each class")
    return genesis


def network_of(genesis_bytes: bytes) -> NetworkId:
    """Return the id of the network with this genesis."""
    return NetworkId(hashlib.sha256(genesis_bytes).digest()[:16])
