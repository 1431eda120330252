"""Refusals have one order: enum, chapters in Python and Rust, plays, reference page, and the pages' own enum.

The first rule that says no answers. Were two of these in another order, two readers of the law would disagree.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from dcep.messages.outcomes import Status
from dcep.messages.refusals import NotProcessed, Refusal
from tests.language import PLAYS, plays
from tests.repo.tracked import ROOT

PYTHON: Final = ROOT / "src" / "dcep" / "ledger" / "engine" / "chapters"
RUST: Final = ROOT / "rust" / "engine" / "src" / "chapters"
PAGE: Final = ROOT / "docs" / "reference" / "refusals.md"
CHAPTERS: Final = sorted(file.stem for file in PYTHON.glob("*.py") if file.stem != "__init__")

# What no play can show, because an earlier rule or another chapter sees to it that it cannot happen; the engines ask
# nevertheless.
UNOBSERVABLE: Final = {
    ("wallets", "operator_unknown"): "a registrar's account exists only where its operator has a seat",
    ("vaults", "operator_unknown"): "a vault's account exists only where its operator has a seat",
    ("holds", "wallet_unknown"): "money is held for accounts that are here, and no account ever goes",
    ("issuance", "vault_unknown"): "an operator's seat has come with its vault",
}

_FUNCTION: Final = re.compile(r"^(?:def|(?:pub )?fn) _?(\w+)", re.MULTILINE)
_NAMED: Final = re.compile(r"Refusal(?:\.|::)(\w+)")
_RUST_LINE: Final = re.compile(r"^ {8}(\w+) = (\d+),$", re.MULTILINE)
_TYPESCRIPT_LINE: Final = re.compile(r"^ {2}(\w+): (\d+),$", re.MULTILINE)
_ROW: Final = re.compile(r"^\| `(\w+)` \| (\d+) \|", re.MULTILINE)


def checks(file: Path) -> dict[str, list[str]]:
    """Return the codes that each function of a chapter names, as they stand; none where the file is not there."""
    return checks_of(file.read_text(encoding="utf-8") if file.is_file() else "")


def asked_in_order(text: str) -> bool:
    """Return whether each function of a chapter's source asks in the order of the enum."""
    return all(codes == _in_order(codes) for codes in checks_of(text).values())


def checks_of(text: str) -> dict[str, list[str]]:
    """Return the codes that each function of a chapter's source names, as they stand."""
    parts = _FUNCTION.split(text)[1:]
    return {
        name: [_code(found) for found in _NAMED.findall(body)] for name, body in zip(*[iter(parts)] * 2, strict=True)
    }


def played(chapter: str) -> dict[str, list[str]]:
    """Return the codes in the titles of a chapter's plays, `COMMAND: CODE`, by command."""
    found: dict[str, list[str]] = {}
    for title, _ in plays(PLAYS / f"{chapter}.txt"):
        command, _, code = title.partition(": ")
        if code in _CODES:
            found.setdefault(command, []).append(code)
    return found


@pytest.mark.parametrize("chapter", CHAPTERS)
@pytest.mark.parametrize("folder", [PYTHON, RUST], ids=["python", "rust"])
def test_a_chapter_asks_in_the_order_of_the_enum(folder: Path, chapter: str) -> None:
    """A chapter is read from top to bottom like a law; its precedence is that of the enum."""
    file = folder / f"{chapter}{'.py' if folder is PYTHON else '.rs'}"

    assert [name for name, codes in checks(file).items() if codes != _in_order(codes)] == []


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_twins_of_a_function_ask_the_same(chapter: str) -> None:
    """A rule that only one engine asks for would part the replicas at the first command that breaks it."""
    python, rust = checks(PYTHON / f"{chapter}.py"), checks(RUST / f"{chapter}.rs")
    both = {name for name in python.keys() & rust.keys() if name != "enact"}

    assert {name: rust[name] for name in both} == {name: python[name] for name in both}


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_refusal_of_a_chapter_is_played_in_order(chapter: str) -> None:
    """What no play shows may be dropped by anybody, in both engines at once."""
    asked = {code for codes in checks(PYTHON / f"{chapter}.py").values() for code in codes}
    shown = played(chapter)

    assert [command for command, codes in shown.items() if codes != _in_order(codes)] == []
    unseen = asked - {code for codes in shown.values() for code in codes}
    assert {(chapter, code) for code in unseen} <= UNOBSERVABLE.keys()


def test_the_page_has_a_row_for_each_refusal_in_order() -> None:
    """The reference is the enum in words, with the same numbers; then the reasons not to process."""
    rows = [(code, int(number)) for code, number in _ROW.findall(PAGE.read_text(encoding="utf-8"))]

    assert rows == [(line.code, int(line)) for line in (*Refusal, *NotProcessed)]


def test_the_enum_of_rust_has_the_same_lines() -> None:
    """Numbers are identity and stand in outcomes; the order of the lines is precedence, in both languages."""
    text = (ROOT / "rust" / "messages" / "src" / "refusals.rs").read_text(encoding="utf-8")
    lines = [(_code(name), int(number)) for name, number in _RUST_LINE.findall(text)]

    assert lines == [(line.code, int(line)) for line in (*Refusal, *NotProcessed)]


def test_the_enum_of_the_pages_has_the_same_lines() -> None:
    """A page tells people why by these codes, and reads them off receipts by these numbers."""
    text = (ROOT / "web" / "shared" / "protocol" / "refusals.ts").read_text(encoding="utf-8")
    lines = [(code, int(number)) for code, number in _TYPESCRIPT_LINE.findall(text)]

    assert lines == [(line.code, int(line)) for line in (*Refusal, *NotProcessed)]


def test_no_two_answers_share_a_number_or_a_code() -> None:
    """A second name for one number would hide in the enum; a code that means two things helps nobody."""
    for answers in (Refusal, NotProcessed, Status):
        assert len(answers.__members__) == len(set(answers))
    codes = [line.name for answers in (Refusal, NotProcessed, Status) for line in answers]
    assert sorted(set(codes)) == sorted(codes)


_CODES: Final = [refusal.code for refusal in Refusal]


def _code(name: str) -> str:
    """Return the code of a line's name, which is PAYER_CLOSED in Python and PayerClosed in Rust."""
    return name.lower() if name.isupper() else re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _in_order(codes: list[str]) -> list[str]:
    return sorted(codes, key=_CODES.index)
