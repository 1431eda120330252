"""`dcep simulate`: exit codes, the JSON document, the same line the same digest, and a clean stop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import Any, Final

_KEYS: Final = ["seeds", "engine", "variant", "frames", "commands", "violations", "digest"]
_LINE: Final = [sys.executable, "-c", "from dcep.cli.app import main; main()", "simulate"]


def _simulate(*arguments: str, hash_seed: str = "0") -> tuple[int, str, str]:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run([*_LINE, *arguments], capture_output=True, text=True, env=environment, check=False)
    return done.returncode, done.stdout, done.stderr


def test_a_sound_protocol_leaves_with_0_and_one_document() -> None:
    """Other programs read these keys, and nothing else stands on standard output."""
    code, out, err = _simulate("--seed", "1", "--seeds", "2", "--json")
    document: dict[str, Any] = json.loads(out)

    assert (code, err) == (0, "")
    assert list(document) == _KEYS
    assert (document["seeds"], document["engine"], document["variant"]) == (2, "rust", None)
    assert document["violations"] == []
    assert document["frames"] > 50
    assert document["commands"] > 200


def test_a_violation_leaves_with_1_and_says_where() -> None:
    """Seed and step find it again; the law and the explanation are for people."""
    code, out, _ = _simulate("--seed", "1", "--variant", "drop-at-receiver", "--json")
    document: dict[str, Any] = json.loads(out)
    (found,) = document["violations"]

    assert code == 1
    assert list(found) == ["seed", "step", "law", "explanation"]
    assert (found["seed"], found["law"]) == (1, "money is conserved at any cut")
    # The rule is one of the engine: the statute plays it, whatever was asked for.
    assert (document["engine"], document["variant"]) == ("python", "drop-at-receiver")


def test_the_story_stands_in_the_text_for_people() -> None:
    """What happened, in order, and the law at the end."""
    code, out, _ = _simulate("--seed", "1", "--variant", "drop-at-receiver")

    assert code == 1
    assert "signs p" in out
    assert "So it does not hold that money is conserved at any cut" in out


def test_the_same_line_gives_the_same_digest_in_every_process() -> None:
    """A seed that found something must find it again elsewhere."""
    first, again = (_simulate("--seed", "7", "--seeds", "2", "--json", hash_seed=seed) for seed in ("1", "2"))

    assert first == again


def test_an_unknown_variant_runs_nothing() -> None:
    """The next step names all that there are."""
    code, out, err = _simulate("--seed", "1", "--variant", "no-rules-at-all")

    assert (code, out) == (2, "")
    assert "unknown_variant" in err
    assert "naive-ack" in err


def test_a_seed_must_be_named() -> None:
    """A run that nobody can repeat is worth nothing."""
    code, out, _ = _simulate("--seeds", "1")

    assert (code, out) == (2, "")


def test_ctrl_c_stops_every_process() -> None:
    """Who stops a long campaign gets the machine back, a word, and no traceback."""
    # Whoever runs the tests in the background of a shell has the key ignored, and so would every child.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        running = subprocess.Popen(
            [*_LINE, "--seed", "1", "--seeds", "100000"], stderr=subprocess.PIPE, text=True, start_new_session=True
        )
    finally:
        signal.signal(signal.SIGINT, before)
    time.sleep(3)

    os.killpg(running.pid, signal.SIGINT)
    _, err = running.communicate(timeout=30)

    assert running.returncode == 3
    assert "Traceback" not in err
    assert _left_of(running.pid) == []


def _left_of(group: int) -> list[str]:
    """Return the processes of a group that are still there after the moment that an end may take."""
    for _ in range(50):
        if not _processes_of(group):
            return []
        time.sleep(0.1)
    return _processes_of(group)


def _processes_of(group: int) -> list[str]:
    listed = subprocess.run(["ps", "-eo", "pgid,pid"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines()[1:] if int(line.split()[0]) == group]
