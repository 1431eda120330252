"""People who hold wallets without a page: the command line, as a process of its own, beside a currency that runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.web.processes import Currency

_DCEP: Final = (sys.executable, "-c", "from dcep.cli.app import main; main()")
_WITHIN_S: Final = 120


class Said(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


def dcep(*words: str) -> Said:
    """Run a command."""
    # The words are those of the tests.
    ended = subprocess.run([*_DCEP, *words], capture_output=True, text=True, timeout=_WITHIN_S, check=False)
    return Said(ended.returncode, ended.stdout, ended.stderr)


def invitation(currency: Currency, name: str, *, to: str = "bank") -> str:
    """Return a link for somebody of the staff: of the first operator's, or `centralbank`'s."""
    said = dcep(to, "desk", "--name", name, "--data", str(currency.data), "--json")
    assert said.code == 0, said.err
    return str(json.loads(said.out)["url"])


class Purse:
    """A wallet in a folder, of class II, at one operator.

    Args:
        person: who holds it, a number of at most eight digits; another in every test.
    """

    def __init__(self, currency: Currency, folder: Path, person: int, *, operator: str = "icbc") -> None:
        self._folder, self.person = folder, person
        self._password = folder.with_suffix(".password")
        self._password.write_text("correct horse battery staple\n")
        self.phone = f"+86138{person:08}"
        self.run("new", "--operator", currency.urls[operator])
        evidence = ("--phone", self.phone, "--name", f"Person {person}", "--document", f"E{person:08}")
        self.run("open", "--class", "II", *evidence, "--bank-account", f"62220000{person:08}")
        self.number = str(json.loads(self.run("balance", "--json").out)["wallet"])

    def run(self, *words: str) -> Said:
        """Run `dcep wallet` and return what it said; it must do what was asked."""
        said = self.tried(*words)
        assert said.code == 0, f"{words}: {said.err}"
        return said

    def tried(self, *words: str) -> Said:
        """Run `dcep wallet` and return what it said."""
        place = ("--wallet", str(self._folder), "--password-file", str(self._password))
        return dcep("wallet", *words, *place)

    @property
    def spaced(self) -> str:
        """Its number as people read it."""
        return f"{self.number[:3]} {self.number[3:15]} {self.number[15:]}"

    def balance(self) -> Any:
        """Return what the wallet has, as the command tells it."""
        return json.loads(self.run("balance", "--json").out)
