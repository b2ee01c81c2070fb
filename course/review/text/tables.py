"""The tables that revisions make, with the types of their columns, as far as the text tells."""

import ast
from collections.abc import Iterable

from course.review.text.operations import Operation
from course.review.text.source import keyword, last_name, string

Shape = dict[str, str | None]
"""Types by column."""


class Tables(dict[str, Shape]):
    """Tables by name."""

    def apply(self, operations: Iterable[Operation]) -> None:
        """Do to the tables what the operations do."""
        for one in operations:
            table = one.table
            if one.name == "create_table" and table:
                self[table] = shape(one)
            elif one.name == "drop_table" and table:
                self.pop(table, None)
            elif one.name == "rename_table":
                self._rename(one.text("old_table_name"), one.text("new_table_name"))
            elif one.name == "add_column" and table and (column := one.column()):
                self.setdefault(table, {})[column_name(column) or ""] = column_type(column)
            elif one.name == "drop_column" and table:
                self.get(table, {}).pop(one.text("column_name") or "", None)
            elif one.name == "alter_column" and table:
                self._alter(table, one)

    def _rename(self, old: str | None, new: str | None) -> None:
        if old in self and new:
            self[new] = self.pop(old)

    def _alter(self, table: str, operation: Operation) -> None:
        columns, name = self.get(table, {}), operation.text("column_name")
        if name not in columns:
            return
        kind = operation.arguments.get("type_")
        if kind is not None:
            columns[name] = type_text(kind)
        new = operation.text("new_column_name")
        if new:
            columns[new] = columns.pop(name)

    def type_of(self, table: str, column: str) -> str | None:
        """Give the type of a column; None where it is not known."""
        return self.get(table, {}).get(column)


def made_by(operations: Iterable[Operation]) -> Tables:
    """Give the tables and columns that operations add, whatever they drop."""
    made = Tables()
    made.apply(one for one in operations if one.name in ("create_table", "add_column"))
    return made


def shape(create: Operation) -> Shape:
    """Give the columns of a `create_table`."""
    return {column_name(one) or "": column_type(one) for one in create.columns()}


def column_name(column: ast.Call) -> str | None:
    """Give the name of a `Column(…)`."""
    return string(column.args[0]) if column.args else string(keyword(column, "name"))


def column_type(column: ast.Call) -> str | None:
    """Give the type of a `Column(…)`, alike for `sa.Integer`, `Integer` and `Integer()`."""
    kind = column.args[1] if len(column.args) > 1 else keyword(column, "type_")
    return None if kind is None else type_text(kind)


def type_text(kind: ast.expr) -> str:
    """Write a type so that two ways to write the same one are equal."""
    if not isinstance(kind, ast.Call):
        return f"{last_name(kind)}()"
    values = [*kind.args, *(one.value for one in kind.keywords)]
    written = ", ".join(map(ast.unparse, values))
    name = last_name(kind.func)
    on = kind.func.value if isinstance(kind.func, ast.Attribute) else None
    before = f"{type_text(on)}." if isinstance(on, ast.Call) else ""
    return f"{before}{name}({written})"
