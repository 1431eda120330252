"""All targets, by name."""

from __future__ import annotations

from typing import Final

from tests.fuzz.doors import (
    codecs,
    codes,
    engines,
    folders,
    indexes,
    institutions,
    outside,
    payment_files,
    policies,
    proofs,
)
from tests.fuzz.target import Target

_ROOMS: Final = (codecs, engines, policies, proofs, outside, codes, institutions, payment_files, folders, indexes)
TARGETS: Final[dict[str, Target]] = {target.name: target for room in _ROOMS for target in room.TARGETS}
GROUPS: Final = tuple(dict.fromkeys(target.group for target in TARGETS.values()))
