"""Found a network that lives in real time: its genesis from public keys, and the data folder that keeps it.

Nobody's private key is needed here: each institution makes its own and hands in the public half.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dcep.errors import BadInput
from dcep.ids import NetworkId
from dcep.ledger.folder import Folder
from dcep.messages.commands.governance import Rules
from dcep.messages.genesis import Genesis, encode_genesis
from dcep.messages.layout import Code, Hash, Key
from dcep.messages.policies import Board, Policy, Seat

_REAL_TIME = Code(0)
_RANDOM = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Founders:
    """Who founds a network.

    Args:
        officers: the seats of the officers' board, each with its site.
        needed: how many of them must sign.
        sites: from how many sites at least.
        supervision: the policy of the supervision board.
        members: the policy that tells the time on tier 1; embedded, its one node's key.
        tier1_worker: signs the frames of tier 1.
        shard_workers: those of the retail shards, in order.
    """

    officers: Sequence[Seat]
    needed: int
    sites: int
    supervision: Policy
    members: Policy
    tier1_worker: Key
    shard_workers: Sequence[Key]


def genesis_of(founders: Founders, rules: Rules, random: bytes) -> Genesis:
    """Return the genesis of a network in real time.

    Args:
        founders: whose keys it names.
        rules: the first rule set.
        random: 32 bytes that nobody can foresee: two networks of the same founders are two.

    Raises:
        BadInput: `bad_founders`: no board can be made of them.
    """
    if len(random) != _RANDOM:
        raise ValueError(f"a genesis holds {_RANDOM} random bytes")
    if not 1 <= founders.needed <= len(founders.officers):
        raise BadInput("bad_founders", f"{founders.needed} of {len(founders.officers)} officers can never sign")
    if not 1 <= founders.sites <= len({seat.site for seat in founders.officers}):
        raise BadInput("bad_founders", f"the officers are not from {founders.sites} sites")
    if not founders.shard_workers:
        raise BadInput("bad_founders", "a network has at least one retail shard")
    return Genesis(
        random=Hash(random),
        simulated_time=_REAL_TIME,
        board=Board(needed=founders.needed, sites=founders.sites, seats=tuple(founders.officers)),
        supervision=founders.supervision,
        members=founders.members,
        rules=rules,
        tier1_worker=founders.tier1_worker,
        shard_workers=tuple(founders.shard_workers),
    )


def found(data: Path, genesis: Genesis) -> NetworkId:
    """Make the data folder of a network, so that its ledgers can be started; return the network's id.

    Raises:
        BadInput: `other_network`: another one is kept there.
        Unavailable: the folder is in use, or cannot be written.
    """
    with Folder.create(data, encode_genesis(genesis)) as folder:
        return folder.network
