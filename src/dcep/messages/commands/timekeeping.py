"""Time told by tier 1, and the points from which a start may go on."""

from __future__ import annotations

from dataclasses import dataclass

from dcep.clock import UnixMs
from dcep.messages.layout import Hash, Seq


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Tier 1 tells the time at a height."""

    height: Seq
    time: UnixMs


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """After frame `seq` with this head the state had this root."""

    seq: Seq
    head: Hash
    root: Hash
