"""What a revision's upgrade() or downgrade() does: its operations, in the order of the text.

Functions of the revision that are called are followed, also those that the multidb template calls
by `globals()`; loops and both sides of a condition are read once.
"""

import ast
import copy
import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import cast

from alembic.operations import BatchOperations, Operations

from course.review.text.source import (
    Function,
    Source,
    children,
    last_name,
    resolve,
    root_name,
    string,
)

STATEMENT = ("statement",)
"""What a connection's or a session's `execute` takes first."""

EXECUTE = ("execute", "exec_driver_sql", "scalar", "scalars")
SESSION_WRITES = ("add", "add_all", "bulk_insert_mappings", "bulk_save_objects", "commit", "merge")


@dataclass(frozen=True)
class Operation:
    """One call: `arguments` by parameter, `rest` the further positional ones, names resolved.

    `execute` stands for whatever executes a statement, on `op` or on a connection; `session` for
    objects that an ORM session writes. `names` are the names that the call can see.
    """

    name: str
    call: ast.Call
    table: str | None
    arguments: dict[str, ast.expr] = field(default_factory=dict)
    rest: tuple[ast.expr, ...] = ()
    names: Mapping[str, ast.expr] = field(default_factory=dict)

    def text(self, parameter: str) -> str | None:
        """Give an argument that is written as a string."""
        return string(self.arguments.get(parameter))

    def resolved(self, node: ast.expr) -> ast.expr:
        """Follow a name as the call sees it."""
        return resolve(node, self.names)

    @property
    def statement(self) -> ast.expr | None:
        """What `execute` executes: `op` and a connection name it differently."""
        return self.arguments.get("sqltext") or self.arguments.get("statement")

    def column(self) -> ast.Call | None:
        """Give the `Column(…)` that is added."""
        column = self.arguments.get("column")
        return column if isinstance(column, ast.Call) and is_column(column) else None

    def columns(self) -> list[ast.Call]:
        """Give the `Column(…)`s of a table that is created."""
        calls = [argument for argument in self.rest if isinstance(argument, ast.Call)]
        return [call for call in calls if is_column(call)]


def is_column(call: ast.Call) -> bool:
    """Tell whether the call is a `Column(…)`."""
    return last_name(call.func) == "Column"


@cache
def parameters(kind: type, name: str) -> tuple[str, ...]:
    """Name the positional parameters that Alembic's own operation has; none if it has no such one.

    `kind` is Operations, or BatchOperations, where the table goes without saying.
    """
    operation = getattr(kind, name, None)
    if not inspect.isfunction(operation):
        return ()
    _, *declared = inspect.signature(operation).parameters.values()
    return tuple(one.name for one in declared if one.kind is one.POSITIONAL_OR_KEYWORD)


def operations(source: Source, function: str) -> list[Operation]:
    """Give what the named function of a revision does."""
    start = source.functions.get(function)
    return list(_Reader(source).function(start, {})) if start else []


class _Reader:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.functions = dict(source.functions)
        self.op_names = set(_op_names(source.tree))
        self.stack: list[str] = []

    def function(self, function: Function, given: Mapping[str, ast.expr]) -> Iterator[Operation]:
        if function.name in self.stack:
            return
        self.stack.append(function.name)
        names = {**self.source.constants, **given}
        batches: dict[str, str | None] = {}
        for statement in function.body:
            yield from self.visit(statement, names, batches)
        self.stack.pop()

    def visit(
        self, node: ast.AST, names: dict[str, ast.expr], batches: dict[str, str | None]
    ) -> Iterator[Operation]:
        if isinstance(node, Function):
            self.functions[node.name] = node
            return
        if isinstance(node, ast.withitem):
            self._enter(node, names, batches)
        if isinstance(node, ast.Call):
            yield from self._call(node, names, batches)
        for child in children(node):
            yield from self.visit(child, names, batches)
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    names[target.id] = _with_the_old(target.id, node.value, names)

    def _enter(
        self, item: ast.withitem, names: dict[str, ast.expr], batches: dict[str, str | None]
    ) -> None:
        call, name = item.context_expr, item.optional_vars
        if not isinstance(call, ast.Call) or not isinstance(name, ast.Name):
            return
        if last_name(call.func) == "batch_alter_table":
            arguments, _ = _arguments(call, parameters(Operations, "batch_alter_table"), names)
            batches[name.id] = string(arguments.get("table_name"))
        else:
            names[name.id] = call

    def _call(
        self, call: ast.Call, names: dict[str, ast.expr], batches: dict[str, str | None]
    ) -> Iterator[Operation]:
        function = call.func
        if isinstance(function, ast.Name) and function.id in self.functions:
            called = self.functions[function.id]
            declared = [parameter.arg for parameter in called.args.args]
            given = dict(zip(declared, call.args, strict=False))
            given |= {named.arg: named.value for named in call.keywords if named.arg}
            given = {name: resolve(value, names) for name, value in given.items()}
            yield from self.function(called, given)
        elif isinstance(function, ast.Subscript) and root_name(function) == "globals":
            for name, called in list(self.functions.items()):
                if name.startswith(f"{self.stack[0]}_"):
                    yield from self.function(called, {})
        elif isinstance(function, ast.Attribute):
            operation = self._operation(call, function, names, batches)
            if operation is not None:
                yield operation

    def _operation(
        self,
        call: ast.Call,
        function: ast.Attribute,
        names: dict[str, ast.expr],
        batches: dict[str, str | None],
    ) -> Operation | None:
        name, on = function.attr, resolve(function.value, names)
        if isinstance(function.value, ast.Name) and function.value.id in batches:
            arguments, rest = _arguments(call, parameters(BatchOperations, name), names)
            return Operation(name, call, batches[function.value.id], arguments, rest, {**names})
        if ast.unparse(on) in self.op_names:
            arguments, rest = _arguments(call, parameters(Operations, name), names)
            table = arguments.get("table_name", arguments.get("source_table"))
            return Operation(name, call, string(table), arguments, rest, {**names})
        if name in EXECUTE:
            arguments, rest = _arguments(call, STATEMENT, names)
            return Operation("execute", call, None, arguments, rest, {**names})
        is_session = isinstance(on, ast.Call) and "session" in last_name(on.func).lower()
        if name in SESSION_WRITES and is_session:
            return Operation("session", call, None, {}, (), {**names})
        return None


def _with_the_old(name: str, value: ast.expr, names: Mapping[str, ast.expr]) -> ast.expr:
    """Put into `x = x.strip()` what `x` was before, so that nothing is bound to itself."""
    old = names.get(name)
    if old is None or all(getattr(node, "id", None) != name for node in ast.walk(value)):
        return value
    # An expression takes the place of another one, so what comes out is an expression.
    return cast("ast.expr", _Replacement(name, old).visit(copy.deepcopy(value)))


class _Replacement(ast.NodeTransformer):
    """Puts an expression in the place of a name."""

    def __init__(self, name: str, expression: ast.expr) -> None:
        self.name = name
        self.expression = expression

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.expression if node.id == self.name else node


def _op_names(tree: ast.Module) -> Iterator[str]:
    """Give the names under which the file knows `alembic.op`."""
    yield "alembic.op"
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "alembic":
            yield from (name.asname or name.name for name in node.names if name.name == "op")
        elif isinstance(node, ast.Import):
            named = [name for name in node.names if name.name == "alembic.op"]
            yield from (name.asname for name in named if name.asname)


def _arguments(
    call: ast.Call, parameters: Sequence[str], names: Mapping[str, ast.expr]
) -> tuple[dict[str, ast.expr], tuple[ast.expr, ...]]:
    """Give the arguments of a call by parameter, and the positional ones beyond them."""
    positional: list[ast.expr] = []
    for argument in call.args:
        if isinstance(argument, ast.Starred):
            several = resolve(argument.value, names)
            positional += several.elts if isinstance(several, ast.List | ast.Tuple) else []
        else:
            positional.append(argument)
    positional = [resolve(argument, names) for argument in positional]
    arguments = dict(zip(parameters, positional, strict=False))
    arguments |= {given.arg: resolve(given.value, names) for given in call.keywords if given.arg}
    return arguments, tuple(positional[len(parameters) :])
