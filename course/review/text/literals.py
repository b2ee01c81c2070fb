"""What the names at the top of a file are bound to, as far as the text tells without running it."""

import ast
from collections import Counter
from collections.abc import Iterator

from course.review.text.source import Function, bindings

DEPTH = 50
"""How far names are followed; names that are bound to each other have no end."""


class NotLiteralError(Exception):
    """A value that only running the file would tell; `line` is where it is written."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class Literals:
    """The values of a module's names: literals, texts put together of them, and other names."""

    def __init__(self, tree: ast.Module) -> None:
        self._bound: dict[str, list[ast.expr]] = {}
        for name, value in bindings(tree.body):
            self._bound.setdefault(name, []).append(value)
        self._times_bound = Counter(_bound_names(tree))

    def has(self, name: str) -> bool:
        """Tell whether the file binds the name in any way."""
        return name in self._times_bound

    def value(self, name: str) -> object:
        """Give what a name is bound to. Raises KeyError, and NotLiteralError."""
        return self._value_of(name, DEPTH)

    def _value_of(self, name: str, depth: int) -> object:
        expressions = self._bound.get(name)
        if not expressions:
            raise NotLiteralError(1) if self.has(name) else KeyError(name)
        values = [self._evaluate(expression, depth) for expression in expressions]
        other = [value for value in values if value != values[0]]
        if other or self._times_bound[name] != len(expressions):
            raise NotLiteralError(expressions[-1].lineno)
        return values[0]

    def _evaluate(self, node: ast.expr, depth: int) -> object:
        if isinstance(node, ast.Constant):
            return node.value
        if depth > 0:
            if isinstance(node, ast.Name) and self.has(node.id):
                return self._value_of(node.id, depth - 1)
            if isinstance(node, ast.List | ast.Tuple | ast.Set):
                return tuple(self._evaluate(element, depth - 1) for element in node.elts)
            if isinstance(node, ast.JoinedStr):
                return "".join(self._text(part, depth - 1) for part in node.values)
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
                return self._text(node.left, depth - 1) + self._text(node.right, depth - 1)
        raise NotLiteralError(node.lineno)

    def _text(self, node: ast.expr, depth: int) -> str:
        if isinstance(node, ast.FormattedValue):
            if node.conversion != -1 or node.format_spec is not None:
                raise NotLiteralError(node.lineno)
            node = node.value
        value = self._evaluate(node, depth)
        if not isinstance(value, str):
            raise NotLiteralError(node.lineno)
        return value


def _bound_names(node: ast.AST) -> Iterator[str]:
    """Give the names that a file binds when it runs, once for each time that is written."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function | ast.ClassDef):
            yield child.name
        elif isinstance(child, ast.AnnAssign):
            if child.value is not None and isinstance(child.target, ast.Name):
                yield child.target.id
        elif isinstance(child, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in child.names)
        elif isinstance(child, ast.Name):
            if not isinstance(child.ctx, ast.Load):
                yield child.id
        elif not isinstance(child, ast.Constant):
            yield from _bound_names(child)
