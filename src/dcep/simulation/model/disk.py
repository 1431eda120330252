"""The simulated log of one ledger: two workers append to it, and neither is fenced off.

An append succeeds, is lost, comes late, comes twice, or nobody knows. A frame that was late or has stood in the log may
come again at any time: it is signed, but not its place.
"""

from __future__ import annotations

from enum import Enum, auto
from random import Random  # noqa: TID251  the simulation's chance comes from its seed

from dcep.messages.frames import Frame
from dcep.simulation.model.judgement.knowledge import Knowledge
from dcep.simulation.model.judgement.situations import Situation


class Appended(Enum):
    """What the writer hears."""

    DONE = auto()
    UNKNOWN = auto()


class SimulatedLog:
    """Frames in their order, and those that are still on their way to the disk."""

    def __init__(self, known: Knowledge) -> None:
        self._known = known
        self.frames: list[Frame] = []
        self.late: list[Frame] = []

    def append(self, frame: Frame, chance: Random, *, faults: bool) -> tuple[Appended, str]:
        """Append a frame as a disk across a network does.

        Returns:
            DONE if the writer hears that it stands; UNKNOWN says nothing: it stands, comes later, or never. And what
            really became of it, for the story.
        """
        fate = chance.random() if faults else 1.0
        if fate < 0.06:
            self._known.saw(Situation.APPEND_LOST)
            return Appended.UNKNOWN, "is lost"
        if fate < 0.16:
            self._known.saw(Situation.APPEND_LATE)
            self.late.append(frame)
            return Appended.UNKNOWN, "comes later"
        self.frames.append(frame)
        if fate < 0.22:
            self._known.saw(Situation.APPEND_TWICE)
            self.frames.append(frame)
            return Appended.UNKNOWN, "stands twice"
        if fate < 0.30:
            self._known.saw(Situation.APPEND_UNKNOWN)
            return Appended.UNKNOWN, "stands, and the worker does not hear of it"
        return Appended.DONE, "stands"

    def arrive(self, chance: Random) -> Frame | None:
        """Let one frame that was late come in."""
        if not self.late:
            return None
        frame = self.late.pop(chance.randrange(len(self.late)))
        self.frames.append(frame)
        return frame

    def copy(self, frames: list[Frame], chance: Random) -> Frame | None:
        """Let somebody who holds old frames, of this ledger or another, append one again."""
        if not frames:
            return None
        self._known.saw(Situation.FRAME_COPIED)
        frame = chance.choice(frames)
        self.frames.append(frame)
        return frame
