"""What a replay keeps beside the ledger: its seed, what it was asked to do, and the stages that it has passed.

Each file is written whole or not at all, before the step that needs it: a kill between any two leaves nothing in doubt.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dcep.crypto.keys import new_seed, read_seed
from dcep.durable import build_durably
from dcep.errors import BadInput, Unavailable


class RunFolder:
    """The files `run.json`, `progress.json` and `keys/seed` of a data folder."""

    def __init__(self, folder: Path) -> None:
        self._run, self._progress = folder / "run.json", folder / "progress.json"
        self._keys = folder / "keys"

    def begin(self, asked: dict[str, Any]) -> bytes:
        """Begin a run, or go on with the same one; return its seed.

        Raises:
            BadInput: `other_run`: the folder holds something else.
            Unavailable: `folder_unusable`: the disk refused.
        """
        seed = self._keys / "seed"
        if not self._run.exists():
            self._require_fresh()
            self._draw(seed)
            _write_whole(self._run, asked)
        if _read(self._run) != asked:
            raise BadInput(
                "other_run",
                "the folder holds the run of other files or options",
                where=str(self._run.parent),
                next_step="name another --data folder, or remove this one",
            )
        return read_seed(seed)

    def _draw(self, seed: Path) -> None:
        try:
            self._keys.mkdir(parents=True, exist_ok=True)
            seed.unlink(missing_ok=True)
            new_seed(seed)
        except OSError as error:
            raise _unusable(seed, error) from error

    def progress(self) -> dict[str, Any]:
        """Return what the run has noted so far."""
        return _read(self._progress) if self._progress.exists() else {}

    def note(self, progress: dict[str, Any]) -> None:
        """Keep the run's notes."""
        _write_whole(self._progress, progress)

    def _require_fresh(self) -> None:
        folder = self._run.parent
        if folder.exists() and not folder.is_dir():
            raise BadInput("not_a_folder", "is no folder", where=str(folder))
        # A run that was killed before its first note leaves at most these.
        strangers = (
            sorted(entry.name for entry in folder.iterdir() if entry.name not in _ITS_OWN) if folder.exists() else []
        )
        if strangers:
            raise BadInput(
                "other_run",
                f"the folder holds something else: {strangers[0]}",
                where=str(folder),
                next_step="name an empty --data folder",
            )


_ITS_OWN = frozenset({"keys", "lock", "run.json.new"})


def _write_whole(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file whole or not at all, safe on disk on return."""
    data = json.dumps(content, indent=1, sort_keys=True).encode() + b"\n"
    try:
        build_durably(path, data, at=path.with_name(path.name + ".new"))
    except OSError as error:
        raise _unusable(path, error) from error


def _read(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _unusable(path, error) from error
    except ValueError as error:
        raise BadInput("other_run", f"cannot be read: {error}", where=str(path)) from error
    return content


def _unusable(path: Path, error: OSError) -> Unavailable:
    step = "see to the disk, then run the same line again"
    return Unavailable("folder_unusable", f"{path}: {error.strerror}", retry_after_ms=1_000, next_step=step)
