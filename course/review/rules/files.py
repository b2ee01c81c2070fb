"""Rules about the files around the revisions: models, env.py, settings."""

import ast
from collections.abc import Iterator
from pathlib import Path

from course.review.finding import Finding
from course.review.text.imports import Modules, metadata_names
from course.review.text.naming import hands_over_nothing
from course.review.text.project_text import Reading
from course.review.text.secrets import secrets_of_ini, secrets_of_toml
from course.review.text.source import Source, calls


def models_in_revision(reading: Reading) -> Iterator[Finding]:
    """A revision that imports a module of the project which defines models.

    Where the module is not to be found, a part of its name that says `models` decides.
    """
    modules = reading.modules
    for revision in reading.revisions:
        lines = set()
        for module, name, _, line in modules.imports(revision.source):
            models = modules.gives_models(module, name)
            if models is None:
                models = "models" in [*module.split("."), name]
            if models and line not in lines:
                lines.add(line)
                values = {"module": module, "name": name or module}
                yield Finding("models_in_revision", revision.source.name, line, values)


def models_not_imported(reading: Reading) -> Iterator[Finding]:
    """A file that defines tables and that env.py does not reach; or no metadata at all.

    No alarm where env.py imports by other means than `import`, nor for tables whose metadata
    env.py has no part in: they may belong to another database.
    """
    modules = reading.modules
    here = [source for source in modules.files if modules.tables(source)]
    revisions = {one.source.path for one in reading.revisions}
    here = [source for source in here if source.path not in revisions]
    if not here:
        return
    nothing = hands_over_nothing(modules.env)
    if nothing is not None:
        values = {"file": here[0].name, "env": modules.env.name}
        yield Finding("models_not_imported", modules.env.name, nothing.line, values)
        return
    reached = modules.reached
    if modules.imports_dynamically or len(reached) == 1:
        return
    reaches_tables = any(source.path in reached for source in here)
    for source in here:
        if source.path in reached:
            continue
        tables = modules.tables(source)
        if not reaches_tables or any(_shared(modules, source, one) for one in tables):
            values = {"file": source.name, "env": modules.env.name}
            yield Finding("models_not_imported", source.name, tables[0].lineno, values)


def _shared(modules: Modules, source: Source, table: ast.stmt) -> bool:
    """Tell whether a table may be part of the metadata that env.py reaches."""
    origins = [modules.origin(source, name) for name in metadata_names(table)]
    return any(isinstance(origin, str) or origin in modules.reached for origin in origins)


def create_all(reading: Reading) -> Iterator[Finding]:
    """A `create_all` that the project's own code calls, or hands to a `run_sync`; not in tests."""
    modules = reading.modules
    revisions = {one.source.path: one.source for one in reading.revisions}
    for source in {**{one.path: one for one in modules.files}, **revisions}.values():
        if b"create_all" not in source.content or not source.parses:
            continue
        for call in calls(source.tree):
            for node in (call.func, *call.args):
                if isinstance(node, ast.Attribute) and node.attr == "create_all":
                    values = {"call": ast.unparse(node)}
                    yield Finding("create_all", source.name, node.lineno, values)


def password_in_settings(reading: Reading) -> Iterator[Finding]:
    """A database URL with a password in a settings file."""
    folder = reading.folder
    for name, look in (
        (reading.project.settings, secrets_of_ini),
        ("pyproject.toml", secrets_of_toml),
    ):
        path = Path(folder, name)
        if path.is_file():
            for secret in look(reading.sources[path]):
                values = {"key": secret.key, "section": secret.section}
                yield Finding("password_in_settings", name, secret.line, values)
