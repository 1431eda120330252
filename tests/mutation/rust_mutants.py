"""The mutants of the Rust engine, read off its lines: rustfmt has laid them out.

No mutant is built on its own. Each function that has some is followed by its mutants under names of their own, and
begins by asking whether one of them is to act for it: one build holds all, and DCEP_MUTANT picks. A mutant that the
compiler refuses is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from tests.mutation.mutants import OTHER_SIDE, Edit, Kind, Mutant, numbered, on_one_line
from tests.repo.tracked import ROOT

ENGINE: Final = ROOT / "rust" / "engine" / "src"
# Bytes of the state, views of it and an index: no law, and compared byte by byte with the twin's elsewhere.
NO_LAW: Final = frozenset({"lib.rs", "chapters/mod.rs", "roots.rs", "standing.rs", "statute.rs", "index.rs"})

_FUNCTION: Final = re.compile(
    rb"^(?P<indent> *)(?:pub )?fn (?P<name>\w+)(?:<[^\n(]*>)?\((?P<params>[^{;]*?)\)(?: -> (?P<result>[^{]*?))? \{\n"
    rb"(?P<body>.*?)^(?P=indent)\}\n",
    re.MULTILINE | re.DOTALL,
)
_IMPL: Final = re.compile(rb"^impl\b.*\{$", re.MULTILINE)
_CHECK: Final = re.compile(
    r"(?:refuse_if|stop_if|known|require_\w+)\(.*;"
    r"|let .* = known\(.*\?;"
    r"|let .*\.ok_or\(.*\)\?;"
    r"|if .* \{ .*\breturn\b.*; \}"
    r"|for .* \{ refuse_if\([^;]*\?; \}"
)
_ASKING: Final = re.compile(r"let \w+ = subject\(.*\?;")
_LET: Final = re.compile(r"let (.*?) = ")
# A variable: no field, no method.
_WORD: Final = re.compile(r"(?<![.\w])[a-z_]\w*\b")
_SIGN: Final = re.compile(rb" (>=|<=|>|<) ")
_JOINT: Final = re.compile(rb" (\|\||&&) ")
_NUMBER: Final = re.compile(rb"(?<![\w.])(\d[\d_]*?)(?:_u\d+)?(?![\w.])")
_LOOKED_UP: Final = re.compile(rb"\bknown\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*), Refusal::\w+\)\?")
_OR_ELSE: Final = re.compile(rb"\.ok_or\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)\?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function of the source and where it stands; `call` calls another with its arguments."""

    name: str
    start: int
    body: int
    end: int
    call: bytes


@dataclass(frozen=True, slots=True)
class _Statement:
    start: int
    end: int
    text: str


def rust_files() -> list[str]:
    """Return the files of the engine that hold law."""
    found = (path.relative_to(ENGINE).as_posix() for path in ENGINE.rglob("*.rs"))
    return sorted(name for name in found if name not in NO_LAW)


def functions_of(source: bytes) -> Iterator[Function]:
    """Yield the functions that may have a mutant beside them: not those of a trait, nor of an opaque type."""
    for found in _FUNCTION.finditer(source):
        impl = ([match[0] for match in _IMPL.finditer(source, 0, found.start())] or [b""])[-1]
        is_of_a_trait = bool(found["indent"]) and b" for " in impl
        if is_of_a_trait or b"impl " in (found["result"] or b""):
            continue
        names = [_parameter(parameter) for parameter in _split(found["params"].decode())]
        call = f"{'Self::' if found['indent'] else ''}%s({', '.join(names)})"
        start, body, end = found.start(), found.start("body"), found.end()
        yield Function(name=found["name"].decode(), start=start, body=body, end=end, call=call.encode())


def mutants_of(file: str) -> list[tuple[Function, Mutant]]:
    """Return every mutant of a file of the engine, with its function."""
    source = (ENGINE / file).read_bytes()
    found = [(function, mutant) for function in functions_of(source) for mutant in _of(file, source, function)]
    names = numbered(mutant for _, mutant in found)
    return [(function, mutant) for (function, _), mutant in zip(found, names, strict=True)]


def _of(file: str, source: bytes, function: Function) -> Iterator[Mutant]:
    def mutant(kind: Kind, start: int, end: int, text: bytes, what: str) -> Mutant:
        edit = Edit(start=start, end=end, text=text)
        return Mutant(file=file, function=function.name, kind=kind, what=what, edit=edit)

    statements = list(_statements(source, function))
    checks = [at for at, statement in enumerate(statements) if _CHECK.fullmatch(statement.text)]
    for at in checks:
        one = statements[at]
        text = b"" if not one.text.startswith("let ") else _unasked(source[one.start : one.end])
        yield mutant(Kind.DROPPED, one.start, one.end, text, one.text)
    asking = [at for at, one in enumerate(statements) if at in checks or _ASKING.fullmatch(one.text)]
    for first, last in pairwise(asking):
        one, others = statements[first], statements[first + 1 : last + 1]
        if all(other.text.startswith("let ") for other in others[:-1]) and _is_free(one, others):
            start, end = others[0].start, others[-1].end
            text = source[start:end] + source[one.end : start] + source[one.start : one.end]
            yield mutant(Kind.SWAPPED, one.start, end, text, f"{one.text} ↔ {others[-1].text}")
    for one in statements:
        is_write = one.text.endswith(";") and not one.text.startswith(("let ", "return", "use ", "if ", "for "))
        if is_write and not _CHECK.fullmatch(one.text):
            yield mutant(Kind.UNWRITTEN, one.start, one.end, b"", one.text)
    yield from _details(source, function, mutant)


def _details(source: bytes, function: Function, mutant: Callable[..., Mutant]) -> Iterator[Mutant]:
    for found in _code(_SIGN, source, function):
        sign = found[1].decode()
        text = OTHER_SIDE[sign]
        yield mutant(Kind.BOUNDARY, *found.span(1), text.encode(), f"{text} in {_line(source, found.start())}")
    for found in _code(_JOINT, source, function):
        text = "&&" if found[1] == b"||" else "||"
        yield mutant(Kind.JOINT, *found.span(1), text.encode(), f"{text} in {_line(source, found.start())}")
    for found in _code(_NUMBER, source, function):
        value = int(found[1].replace(b"_", b""))
        for changed in (value + 1, value - 1):
            if changed >= 0:
                what = f"{changed} for {value} in {_line(source, found.start())}"
                yield mutant(Kind.CONSTANT, *found.span(1), str(changed).encode(), what)


def _code(pattern: re.Pattern[bytes], source: bytes, function: Function) -> Iterator[re.Match[bytes]]:
    """Yield what is found in a function's body outside its comments."""
    for found in pattern.finditer(source, function.body, function.end):
        line = source[source.rfind(b"\n", 0, found.start()) + 1 : found.start()]
        if b"//" not in line:
            yield found


def _statements(source: bytes, function: Function) -> Iterator[_Statement]:
    """Yield the statements of a function's own block."""
    lines = source[function.body : function.end].splitlines(keepends=True)[:-1]
    indent = len(lines[0]) - len(lines[0].lstrip()) if lines else 0
    at, start, depth = function.body, function.body, 0
    parts: list[bytes] = []
    for line in lines:
        bare = line.split(b"//")[0].strip()
        if not parts and (not bare or len(line) - len(line.lstrip()) != indent):
            at += len(line)
            continue
        if not parts:
            start = at + indent
        parts.append(bare)
        depth += sum(bare.count(sign) for sign in (b"(", b"[", b"{")) - sum(map(bare.count, (b")", b"]", b"}")))
        at += len(line)
        if depth == 0 and bare.endswith((b";", b"}")):
            yield _Statement(start, at - 1, on_one_line(b" ".join(parts)))
            parts = []


def _unasked(text: bytes) -> bytes:
    """Return a look-up that takes for granted that something is found."""
    return _OR_ELSE.sub(b".unwrap()", _LOOKED_UP.sub(rb"\1.unwrap()", text))


def _is_free(one: _Statement, others: list[_Statement]) -> bool:
    """Return whether neither asks about what the other has found."""
    used_by_one, used = _used(one), {word for other in others for word in _used(other)}
    bound = {word for other in others for word in _bound(other)}
    return not (_bound(one) & used or bound & used_by_one)


def _bound(statement: _Statement) -> set[str]:
    pattern = _LET.match(statement.text)
    return set(_WORD.findall(pattern[1])) - {"mut", "_"} if pattern else set()


def _used(statement: _Statement) -> set[str]:
    pattern = _LET.match(statement.text)
    return set(_WORD.findall(statement.text[pattern.end() if pattern else 0 :]))


def _parameter(text: str) -> str:
    name = text.strip().partition(":")[0].strip()
    return re.sub(r"^(?:&(?:'\w+ )?)?(?:mut )?", "", name)


def _split(params: str) -> list[str]:
    """Return the parameters of a function as they are written."""
    parts, depth = [""], 0
    for sign in params:
        depth += {"(": 1, "<": 1, "[": 1, ")": -1, ">": -1, "]": -1}.get(sign, 0)
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [part for part in parts if part.strip()]


def _line(source: bytes, at: int) -> str:
    start, end = source.rfind(b"\n", 0, at) + 1, source.find(b"\n", at)
    return on_one_line(source[start:end])
