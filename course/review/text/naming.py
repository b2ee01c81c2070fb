"""What env.py hands to Alembic as target_metadata, and how that names constraints."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from course.review.text.imports import Modules
from course.review.text.source import (
    Source,
    bindings,
    is_constant,
    keyword,
    last_name,
    resolve,
    root_name,
    string,
)

KINDS = frozenset({"fk", "uq", "ck"})
CLASSES = {"ForeignKeyConstraint": "fk", "UniqueConstraint": "uq", "CheckConstraint": "ck"}
WITHOUT_CONVENTION = ("sqlalchemy", "sqlmodel")


@dataclass(frozen=True)
class TargetMetadata:
    """target_metadata as env.py writes it: the `expression` and its `line`."""

    expression: ast.expr
    line: int

    @property
    def is_nothing(self) -> bool:
        """Tell whether env.py hands over no metadata at all."""
        return is_constant(self.expression, None) or _is_empty(self.expression)


def _is_empty(node: ast.expr) -> bool:
    if isinstance(node, ast.List | ast.Tuple):
        return not node.elts
    return isinstance(node, ast.Dict) and not node.keys


def targets(env: Source) -> list[TargetMetadata]:
    """Give what env.py binds to target_metadata, by `=`, as an argument or in a dictionary."""
    names = dict(_all_bindings(env.tree))
    values = [value for node in ast.walk(env.tree) for value in _bound(node)]
    handed_over = [TargetMetadata(resolve(value, names), value.lineno) for value in values]
    return sorted(handed_over, key=lambda target: target.line)


def _bound(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.stmt):
        yield from (value for name, value in bindings([node]) if name == "target_metadata")
    elif isinstance(node, ast.keyword) and node.arg == "target_metadata":
        yield node.value
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if string(key) == "target_metadata":
                yield value


def _all_bindings(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            yield from bindings([node])


def hands_over_nothing(env: Source) -> TargetMetadata | None:
    """Give where env.py sets target_metadata to nothing, if it never sets it to anything else."""
    handed_over = targets(env)
    if handed_over and all(target.is_nothing for target in handed_over):
        return handed_over[0]
    return None


def named_kinds(modules: Modules) -> frozenset[str]:
    """Give the kinds of constraint (fk, uq, ck) that get a name by the metadata's convention.

    Alembic's operations use the convention of target_metadata. Where it cannot be told from the
    text which metadata that is, every kind counts as named.
    """
    expressions = [target.expression for target in targets(modules.env) if not target.is_nothing]
    if not expressions:
        return frozenset()
    for expression in expressions:
        origin = modules.origin(modules.env, root_name(expression))
        if isinstance(origin, str) and origin.partition(".")[0] not in WITHOUT_CONVENTION:
            return KINDS
    hidden = modules.imports_dynamically or any(
        isinstance(expression, ast.Call) for expression in expressions
    )
    sources = modules.files if hidden else modules.reached.values()
    kinds: frozenset[str] = frozenset()
    for source in sources:
        if b"naming_convention" in source.content and source.parses:
            for value in _conventions(source.tree):
                kinds |= _kinds(value, source, modules)
    return kinds


def _conventions(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and last_name(node.func) in ("MetaData", "SQLAlchemy"):
            if value := keyword(node, "naming_convention"):
                yield value
        elif isinstance(node, ast.Assign):
            target = node.targets[0]
            if isinstance(target, ast.Attribute) and target.attr == "naming_convention":
                yield node.value


def _kinds(node: ast.expr, source: Source, modules: Modules) -> frozenset[str]:
    """Give the kinds that a convention names, wherever it is written; all if it is not a dict."""
    if isinstance(node, ast.Name | ast.Attribute):
        name = last_name(node)
        if isinstance(node, ast.Name) and name in source.constants:
            return _kinds(source.constants[name], source, modules)
        origin = modules.origin(source, root_name(node))
        if isinstance(origin, str) or origin == source.path:
            return KINDS
        there = modules.sources[origin]
        return _kinds(there.constants[name], there, modules) if name in there.constants else KINDS
    if isinstance(node, ast.Call) and last_name(node.func) == "dict" and not node.args:
        pairs = [(given.arg, given.value) for given in node.keywords]
    elif isinstance(node, ast.Dict):
        pairs = [
            (string(key) or CLASSES.get(last_name(key)) if key else None, value)
            for key, value in zip(node.keys, node.values, strict=True)
        ]
    else:
        return KINDS
    if any(key is None for key, _ in pairs):
        return KINDS
    return frozenset(key for key, value in pairs if key in KINDS and _names_unnamed(value))


def _names_unnamed(template: ast.expr) -> bool:
    """Tell whether a template names a constraint that brings no name of its own."""
    return "%(constraint_name)s" not in (string(template) or "")
