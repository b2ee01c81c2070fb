"""What a revision's upgrade() or downgrade() does: its operations, in the order of the text.

Functions of the revision that are called are followed, also those that the multidb template calls
by `globals()`; loops and both sides of a condition are read once.
"""

import ast
import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from course.review.text.source import (
    Function,
    Source,
    children,
    last_name,
    resolve,
    root_name,
    string,
)

SIGNATURES = {
    "add_column": ("table_name", "column"),
    "alter_column": ("table_name", "column_name"),
    "batch_alter_table": ("table_name",),
    "bulk_insert": ("table", "rows"),
    "create_check_constraint": ("constraint_name", "table_name", "condition"),
    "create_exclude_constraint": ("constraint_name", "table_name"),
    "create_foreign_key": (
        *("constraint_name", "source_table", "referent_table"),
        *("local_cols", "remote_cols"),
    ),
    "create_index": ("index_name", "table_name", "columns"),
    "create_primary_key": ("constraint_name", "table_name", "columns"),
    "create_table": ("table_name",),
    "create_table_comment": ("table_name", "comment"),
    "create_unique_constraint": ("constraint_name", "table_name", "columns"),
    "drop_column": ("table_name", "column_name"),
    "drop_constraint": ("constraint_name", "table_name"),
    "drop_index": ("index_name", "table_name"),
    "drop_table": ("table_name",),
    "drop_table_comment": ("table_name",),
    "execute": ("statement",),
    "rename_table": ("old_table_name", "new_table_name"),
}
"""The positional parameters of `op.…`; within batch mode the table is left out."""

BATCH_LEFT_OUT = ("table_name", "source_table")
RENAMED = {"sqltext": "statement", "source": "source_table", "referent": "referent_table"}
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

    def column(self) -> ast.Call | None:
        """Give the `Column(…)` that is added."""
        column = self.arguments.get("column")
        return column if is_column(column) else None

    def columns(self) -> list[ast.Call]:
        """Give the `Column(…)`s of a table that is created."""
        return [one for one in self.rest if is_column(one)]


def is_column(node: ast.AST | None) -> bool:
    """Tell whether the node is a `Column(…)`."""
    return isinstance(node, ast.Call) and last_name(node.func) == "Column"


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
            arguments, _ = _arguments(call, SIGNATURES["batch_alter_table"], names)
            batches[name.id] = string(arguments.get("table_name"))
        else:
            names[name.id] = call

    def _call(
        self, call: ast.Call, names: dict[str, ast.expr], batches: dict[str, str | None]
    ) -> Iterator[Operation]:
        function = call.func
        if isinstance(function, ast.Name) and function.id in self.functions:
            called = self.functions[function.id]
            parameters = [one.arg for one in called.args.args]
            given = dict(zip(parameters, call.args, strict=False))
            given |= {one.arg: one.value for one in call.keywords if one.arg}
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
            parameters = [one for one in SIGNATURES.get(name, ()) if one not in BATCH_LEFT_OUT]
            arguments, rest = _arguments(call, parameters, names)
            return Operation(name, call, batches[function.value.id], arguments, rest, {**names})
        if ast.unparse(on) in self.op_names:
            arguments, rest = _arguments(call, SIGNATURES.get(name, ()), names)
            table = arguments.get("table_name", arguments.get("source_table"))
            return Operation(name, call, string(table), arguments, rest, {**names})
        if name in EXECUTE:
            arguments, rest = _arguments(call, ("statement",), names)
            return Operation("execute", call, None, arguments, rest, {**names})
        is_session = isinstance(on, ast.Call) and "session" in last_name(on.func).lower()
        if name in SESSION_WRITES and is_session:
            return Operation("session", call, None, {}, (), {**names})
        return None


def _with_the_old(name: str, value: ast.expr, names: Mapping[str, ast.expr]) -> ast.expr:
    """Put into `x = x.strip()` what `x` was before, so that nothing is bound to itself."""
    old = names.get(name)
    if old is None or all(getattr(one, "id", None) != name for one in ast.walk(value)):
        return value

    class Before(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return old if node.id == name else node

    return Before().visit(copy.deepcopy(value))


def _op_names(tree: ast.Module) -> Iterator[str]:
    """Give the names under which the file knows `alembic.op`."""
    yield "alembic.op"
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "alembic":
            yield from (one.asname or one.name for one in node.names if one.name == "op")
        elif isinstance(node, ast.Import):
            yield from (one.asname for one in node.names if one.name == "alembic.op" and one.asname)


def _arguments(
    call: ast.Call, parameters: tuple[str, ...] | list[str], names: Mapping[str, ast.expr]
) -> tuple[dict[str, ast.expr], tuple[ast.expr, ...]]:
    positional: list[ast.expr] = []
    for one in call.args:
        if isinstance(one, ast.Starred):
            several = resolve(one.value, names)
            positional += several.elts if isinstance(several, ast.List | ast.Tuple) else []
        else:
            positional.append(one)
    positional = [resolve(one, names) for one in positional]
    arguments = dict(zip(parameters, positional, strict=False))
    for one in call.keywords:
        if one.arg:
            arguments[RENAMED.get(one.arg, one.arg)] = resolve(one.value, names)
    return arguments, tuple(positional[len(parameters) :])
