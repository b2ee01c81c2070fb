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
        for operation in operations:
            if operation.name == "rename_table":
                self._rename(operation.text("old_table_name"), operation.text("new_table_name"))
            elif operation.table:
                self._change(operation.table, operation)

    def _rename(self, old: str | None, new: str | None) -> None:
        if old is not None and old in self and new:
            self[new] = self.pop(old)

    def _change(self, table: str, operation: Operation) -> None:
        if operation.name == "create_table":
            self[table] = shape(operation)
        elif operation.name == "drop_table":
            self.pop(table, None)
        elif operation.name == "add_column" and (column := operation.column()):
            self.setdefault(table, {})[column_name(column) or ""] = column_type(column)
        elif operation.name == "drop_column":
            self.get(table, {}).pop(operation.text("column_name") or "", None)
        elif operation.name == "alter_column":
            self._alter(table, operation)

    def _alter(self, table: str, operation: Operation) -> None:
        columns, name = self.get(table, {}), operation.text("column_name")
        if name is None or name not in columns:
            return
        type_ = operation.arguments.get("type_")
        if type_ is not None:
            columns[name] = type_text(type_)
        new = operation.text("new_column_name")
        if new:
            columns[new] = columns.pop(name)

    def type_of(self, table: str, column: str) -> str | None:
        """Give the type of a column; None where it is not known."""
        return self.get(table, {}).get(column)


def made_by(operations: Iterable[Operation]) -> Tables:
    """Give the tables and columns that operations add, whatever they drop."""
    tables = Tables()
    tables.apply(
        operation for operation in operations if operation.name in ("create_table", "add_column")
    )
    return tables


def shape(create: Operation) -> Shape:
    """Give the columns of a `create_table`."""
    return {column_name(column) or "": column_type(column) for column in create.columns()}


def column_name(column: ast.Call) -> str | None:
    """Give the name of a `Column(…)`."""
    return string(column.args[0]) if column.args else string(keyword(column, "name"))


def column_type(column: ast.Call) -> str | None:
    """Give the type of a `Column(…)`, alike for `sa.Integer`, `Integer` and `Integer()`."""
    type_ = column.args[1] if len(column.args) > 1 else keyword(column, "type_")
    return None if type_ is None else type_text(type_)


def type_text(type_: ast.expr) -> str:
    """Write a type so that two ways to write the same one are equal."""
    if not isinstance(type_, ast.Call):
        return f"{last_name(type_)}()"
    values = [*type_.args, *(given.value for given in type_.keywords)]
    written = ", ".join(map(ast.unparse, values))
    name = last_name(type_.func)
    on = type_.func.value if isinstance(type_.func, ast.Attribute) else None
    before = f"{type_text(on)}." if isinstance(on, ast.Call) else ""
    return f"{before}{name}({written})"
