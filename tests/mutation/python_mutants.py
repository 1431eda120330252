"""The mutants of the statute, read off its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from tests.mutation.mutants import OTHER_SIDE, Edit, Kind, Mutant, numbered, on_one_line
from tests.repo.tracked import ROOT

ENGINE: Final = ROOT / "src" / "dcep" / "ledger" / "engine"
# Bytes of the state and views of it: no law, and compared byte by byte with the twin's elsewhere.
NO_LAW: Final = frozenset({"__init__.py", "chapters/__init__.py", "roots.py", "standing.py", "statute.py"})
_OPERATORS: Final = {ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<="}
# Words of the chapters and the book that only look, or that the tree needs to stand.
_NO_WRITES: Final = frozenset({"refuse_if", "known", "hear", "super"})


def files() -> list[str]:
    """Return the files of the statute that hold law."""
    found = (path.relative_to(ENGINE).as_posix() for path in ENGINE.rglob("*.py"))
    return sorted(name for name in found if name not in NO_LAW)


def mutants_of(file: str) -> list[Mutant]:
    """Return every mutant of a file of the statute."""
    source = (ENGINE / file).read_bytes()
    tree = _Tree(file, source)
    return numbered(mutant for mutants in (tree.checks(), tree.details()) for mutant in mutants)


class _Tree:
    """A file's syntax tree, and where its nodes stand in the bytes."""

    def __init__(self, file: str, source: bytes) -> None:
        self._file, self._source = file, source
        self._module = ast.parse(source)
        lines = source.splitlines(keepends=True)
        self._starts = [sum(map(len, lines[:number])) for number in range(len(lines) + 1)]
        self._functions = [(name, node) for name, node in _functions(self._module.body) if not _is_test_of_words(node)]
        self._asking = {node.name for _, node in self._functions if any(map(_is_check, ast.walk(node)))}

    def checks(self) -> Iterator[Mutant]:
        """Yield the mutants whose checks are dropped and swapped."""
        for name, function in self._functions:
            for block in _blocks(function):
                yield from self._dropped(name, block)
                yield from self._swapped(name, block)

    def details(self) -> Iterator[Mutant]:
        """Yield the mutants whose comparisons, conjunctions, numbers and writes are wrong."""
        for name, function in self._functions:
            for node in ast.walk(function):
                if isinstance(node, ast.Compare):
                    yield from self._boundaries(name, node)
                elif isinstance(node, ast.BoolOp):
                    yield from self._joints(name, node)
                elif isinstance(node, ast.Constant) and type(node.value) is int:
                    yield from self._constants(name, node, node.value)
            for block in _blocks(function):
                for statement in block:
                    if _is_write(statement) and statement is not function.body[0]:
                        yield self._mutant(name, Kind.UNWRITTEN, statement, b"pass")
        for name, node, value in _module_numbers(self._module):
            yield from self._constants(name, node, value)

    def _dropped(self, name: str, block: Sequence[ast.stmt]) -> Iterator[Mutant]:
        for statement in block:
            if isinstance(statement, ast.For) and _is_check(statement):
                continue  # What stands in it is dropped on its own.
            if not _is_check(statement):
                continue
            found = _known(statement)
            if found is None:
                yield self._mutant(name, Kind.DROPPED, statement, b"pass")
            else:
                yield self._mutant(name, Kind.DROPPED, found, self._text(found.args[0]))

    def _swapped(self, name: str, block: Sequence[ast.stmt]) -> Iterator[Mutant]:
        places = [at for at, statement in enumerate(block) if self._asks(statement)]
        for one, other in pairwise(places):
            first, second = block[one], block[one + 1 : other + 1]
            if not all(isinstance(between, ast.Assign) for between in second[:-1]):
                continue
            if _bound([first]) & _used(second) or _bound(second) & _used([first]):
                continue  # The second asks about what the first has found: they have no other order.
            start, end = self._start(first), self._end(second[-1])
            between = self._source[self._end(first) : self._start(second[0])]
            text = self._source[self._start(second[0]) : end] + between + self._text(first)
            what = f"{on_one_line(self._text(first))} ↔ {on_one_line(self._text(second[-1]))}"
            edit = Edit(start=start, end=end, text=text)
            yield Mutant(file=self._file, function=name, kind=Kind.SWAPPED, what=what, edit=edit)

    def _asks(self, statement: ast.stmt) -> bool:
        """Return whether a statement is a check, or calls a function of this file that has some."""
        if _is_check(statement):
            return True
        value = statement.value if isinstance(statement, ast.Expr | ast.Assign) else None
        return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in self._asking

    def _boundaries(self, name: str, node: ast.Compare) -> Iterator[Mutant]:
        sides = [node.left, *node.comparators]
        for operator, (left, right) in zip(node.ops, pairwise(sides), strict=True):
            sign = _OPERATORS.get(type(operator))
            if sign is None:
                continue
            at = self._source.index(sign.encode(), self._end(left), self._start(right))
            edit = Edit(start=at, end=at + len(sign), text=OTHER_SIDE[sign].encode())
            what = f"{OTHER_SIDE[sign]} in {on_one_line(self._text(node))}"
            yield Mutant(file=self._file, function=name, kind=Kind.BOUNDARY, what=what, edit=edit)

    def _joints(self, name: str, node: ast.BoolOp) -> Iterator[Mutant]:
        word, other = (b"or", b"and") if isinstance(node.op, ast.Or) else (b"and", b"or")
        for left, right in pairwise(node.values):
            at = self._source.index(word, self._end(left), self._start(right))
            edit = Edit(start=at, end=at + len(word), text=other)
            what = f"{other.decode()} {on_one_line(self._text(right))}"
            yield Mutant(file=self._file, function=name, kind=Kind.JOINT, what=what, edit=edit)

    def _constants(self, name: str, node: ast.Constant, value: int) -> Iterator[Mutant]:
        for changed in (value + 1, value - 1):
            if changed >= 0:
                yield self._mutant(name, Kind.CONSTANT, node, str(changed).encode(), f"{changed} for {value}")

    def _mutant(self, name: str, kind: Kind, node: ast.expr | ast.stmt, text: bytes, what: str = "") -> Mutant:
        edit = Edit(start=self._start(node), end=self._end(node), text=text)
        what = what or on_one_line(self._text(node))
        return Mutant(file=self._file, function=name, kind=kind, what=what, edit=edit)

    def _text(self, node: ast.expr | ast.stmt) -> bytes:
        return self._source[self._start(node) : self._end(node)]

    def _start(self, node: ast.expr | ast.stmt) -> int:
        return self._starts[node.lineno - 1] + node.col_offset

    def _end(self, node: ast.expr | ast.stmt) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._starts[node.end_lineno - 1] + node.end_col_offset


def _functions(body: Sequence[ast.stmt], prefix: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in body:
        if isinstance(node, ast.FunctionDef):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node.body, f"{node.name}.")


def _is_test_of_words(node: ast.FunctionDef) -> bool:
    """Return whether a function only says how a record is shown."""
    return node.name in ("__repr__", "__str__")


def _blocks(function: ast.FunctionDef) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(function):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                yield block


def _is_check(node: ast.AST) -> bool:
    match node:
        case ast.Expr(value=ast.Call(func=ast.Name(id="refuse_if" | "known"))):
            return True
        case ast.Assign(value=ast.Call(func=ast.Name(id="known"))):
            return True
        case ast.If(body=[*_, ast.Raise() | ast.Return()], orelse=[]):
            return True
        case ast.For(body=body, orelse=[]):
            return all(map(_is_check, body))
    return False


def _known(statement: ast.stmt) -> ast.Call | None:
    """Return the call that looks something up, where the statement needs what it finds."""
    match statement:
        case ast.Assign(value=ast.Call(func=ast.Name(id="known")) as call):
            return call
    return None


def _is_write(statement: ast.stmt) -> bool:
    match statement:
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript() | ast.Tuple()]) | ast.Delete():
            return True
        case ast.AugAssign():
            return True
        case ast.Expr(value=ast.Call(func=ast.Name(id=word))):
            return word not in _NO_WRITES
        case ast.Expr(value=ast.Call()):
            return True
    return False


def _module_numbers(module: ast.Module) -> Iterator[tuple[str, ast.Constant, int]]:
    for node in module.body:
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=int(value)) as constant):
                yield name, constant, value


def _bound(statements: Sequence[ast.stmt]) -> set[str]:
    names = (node for statement in statements for node in ast.walk(statement) if isinstance(node, ast.Name))
    return {node.id for node in names if isinstance(node.ctx, ast.Store)}


def _used(statements: Sequence[ast.stmt]) -> set[str]:
    names = (node for statement in statements for node in ast.walk(statement) if isinstance(node, ast.Name))
    return {node.id for node in names if isinstance(node.ctx, ast.Load)}
