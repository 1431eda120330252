"""Fuzz for long: every group in a process of its own, as many side by side as there are cores.

    python -m tests.fuzz                      every group, those of the Rust crates as well
    python -m tests.fuzz codecs folders       these
    python -m tests.fuzz --again TARGET FILE  one input that is kept, once more

DCEP_FUZZ_SECONDS says how long each group runs, 600 unless said. Exits with 1 if something was found.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from tests.repo.tracked import ROOT

_SECONDS: Final = os.environ.get("DCEP_FUZZ_SECONDS", "600")
_PYTHON_GROUPS: Final = ("folders", "codecs", "engines", "policies", "payment-files")
_CARGO: Final = ("cargo", "test", "--manifest-path", "rust/Cargo.toml", "--locked", "--release", "-p", "dcep-messages")
_RUST_GROUPS: Final = {"rust-codecs": "fuzz_codecs", "rust-policies": "fuzz_policies"}


def main(*words: str) -> int:
    """Do what the words say."""
    match words:
        case ("--again", name, file):
            return _again(name, file)
        case ("--group", group, first_seed):
            return _fuzz_group(group, int(first_seed))
    groups = words or (*_PYTHON_GROUPS, *_RUST_GROUPS)
    if any(group in _RUST_GROUPS for group in groups):
        subprocess.run([*_CARGO, "--tests", "--no-run", "--quiet"], cwd=ROOT, check=True)
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as workers:
        return max(workers.map(_run_group, groups))


def _run_group(group: str) -> int:
    """Fuzz a group in a process of its own and return how it ended."""
    if group in _RUST_GROUPS:
        command = [*_CARGO, "--quiet", "--test", _RUST_GROUPS[group], "--", "--nocapture", "--test-threads", "1"]
    else:
        command = [sys.executable, "-m", "tests.fuzz", "--group", group, str(secrets.randbelow(2**32))]
    environment = {**os.environ, "DCEP_FUZZ_SECONDS": _SECONDS}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    _say(ended.stdout.strip())
    if ended.returncode:
        _say(f"{group}: {ended.stderr.strip()}")
    return min(ended.returncode, 1)


def _fuzz_group(group: str, first_seed: int) -> int:
    # Whoever only starts the others need not build a small economy.
    from tests.fuzz.every_target import TARGETS  # noqa: PLC0415
    from tests.fuzz.fuzzing import fuzz_for  # noqa: PLC0415

    _say(f"{group}: seed {first_seed}")
    targets = [target for target in TARGETS.values() if target.group == group]
    fuzz_for(targets, float(_SECONDS), first_seed, _say)
    return 0


def _again(name: str, file: str) -> int:
    from tests.fuzz.every_target import TARGETS  # noqa: PLC0415  as above

    target = TARGETS[name]
    target.check((target.folder / file).read_bytes())
    return 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
