"""Python files of a project as syntax trees, each parsed once; nothing is imported or executed."""

import ast
import warnings
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from course.project.errors import ProjectError, explained, relative

Function = ast.FunctionDef | ast.AsyncFunctionDef
LEAVES = (ast.Constant, ast.Name, ast.expr_context, ast.operator, ast.unaryop, ast.cmpop)


class Source:
    """One Python file."""

    def __init__(self, path: Path, folder: Path) -> None:
        self.path = path
        self.folder = folder

    @property
    def name(self) -> str:
        """The file as findings name it."""
        return relative(self.path, self.folder)

    @cached_property
    def content(self) -> bytes:
        """The file's bytes. Raises ProjectError."""
        with explained(self.folder):
            return self.path.read_bytes()

    @cached_property
    def tree(self) -> ast.Module:
        """The file's syntax tree. Raises ProjectError at a syntax error."""
        with explained(self.folder), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(self.content, filename=str(self.path))

    @cached_property
    def parses(self) -> bool:
        """Tell whether the file is Python of this version."""
        try:
            return bool(self.tree)
        except ProjectError:
            return False

    @cached_property
    def constants(self) -> dict[str, ast.expr]:
        """What names are bound to at the top of the file, the last binding of each."""
        return dict(bindings(self.tree.body))

    @cached_property
    def functions(self) -> dict[str, Function]:
        """The functions at the top of the file."""
        return {part.name: part for part in self.tree.body if isinstance(part, Function)}


class Sources:
    """The files of a project, each read and parsed at most once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sources: dict[Path, Source] = {}

    def __getitem__(self, path: Path) -> Source:
        if path not in self._sources:
            self._sources[path] = Source(path, self.folder)
        return self._sources[path]

    def skipped(self) -> list[str]:
        """Name the files that were to be read and are no Python of this version."""
        tried = [source for source in self._sources.values() if "parses" in vars(source)]
        return sorted(source.name for source in tried if not source.parses)


def bindings(body: Sequence[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """Give the names that statements bind by `=`, with the expressions; `if` and `try` included."""
    for statement in body:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    yield target.id, statement.value
        elif isinstance(statement, ast.AnnAssign):
            if isinstance(statement.target, ast.Name) and statement.value is not None:
                yield statement.target.id, statement.value
        elif isinstance(statement, ast.If | ast.Try):
            yield from bindings(statement.body)
            yield from bindings(statement.orelse)


def resolve(node: ast.expr, names: Mapping[str, ast.expr]) -> ast.expr:
    """Follow a name to the expression it was bound to, as far as the names know it."""
    seen = set()
    while isinstance(node, ast.Name) and node.id in names and node.id not in seen:
        seen.add(node.id)
        node = names[node.id]
    return node


def last_name(node: ast.AST) -> str:
    """Give `c` of `a.b.c` or of `c`; empty for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def root_name(node: ast.AST) -> str:
    """Give `a` of `a.b.c` or of `a.b().c`; empty for anything else."""
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Give the value of a keyword argument; None where it is not given."""
    return next((given.value for given in call.keywords if given.arg == name), None)


def is_constant(node: ast.AST | None, value: object) -> bool:
    """Tell whether the node is written as this constant."""
    return isinstance(node, ast.Constant) and node.value is value


def string(node: ast.AST | None) -> str | None:
    """Give the string that the node is written as; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def children(node: ast.AST) -> Iterator[ast.AST]:
    """Give the parts of a node that may have parts themselves, in the order of the text."""
    for field in node._fields:
        value = getattr(node, field, None)
        for part in value if isinstance(value, list) else (value,):
            if isinstance(part, ast.AST) and not isinstance(part, LEAVES):
                yield part


def calls(node: ast.AST) -> Iterator[ast.Call]:
    """Give the calls within a node, in the order of the text."""
    for child in children(node):
        if isinstance(child, ast.Call):
            yield child
        yield from calls(child)
