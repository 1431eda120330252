"""A shell that has read `dcep completion` knows every command and option."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dcep.cli.app import main

_ASK = """
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_dcep dcep "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


def _script(shell: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.setattr(sys, "argv", ["dcep", "completion", shell])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 0
    return capsys.readouterr().out


def test_bash_completes_commands_and_options(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """At each place what can stand there: the shell itself is asked."""
    script = tmp_path / "completion.bash"
    script.write_text(_script("bash", monkeypatch, capsys))

    def completed(*words: str) -> list[str]:
        line = ["bash", "-c", _ASK, "bash", str(script), "dcep", *words]
        done = subprocess.run(line, capture_output=True, check=True, text=True)
        return sorted(filter(None, done.stdout.splitlines()))

    assert "centralbank" in completed("")
    assert completed("centralbank", "app") == ["approve"]
    assert {"--officer", "--key", "--yes", "--data"} <= set(completed("centralbank", "approve", "--"))
    assert completed("centralbank", "freeze", "--scope", "") == ["both", "pay", "receive"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_read_theirs(
    shell: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the shell is at hand it reads the script without a complaint; everywhere all commands stand in it."""
    script = _script(shell, monkeypatch, capsys)

    assert "set-board" in script
    assert "officer" in script
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script, check=True, text=True)
