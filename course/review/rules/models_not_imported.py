"""A file that defines tables and that env.py does not reach; or no metadata at all.

No alarm where env.py imports by other means than `import`, nor for tables whose metadata env.py has
no part in: they may belong to another database.
"""

from collections.abc import Iterator

from course.review.finding import Finding
from course.review.text.imports import Modules
from course.review.text.naming import hands_over_nothing
from course.review.text.project_text import ProjectText
from course.review.text.source import Source
from course.review.text.table_definitions import TableDefinition, table_definitions

ORDER = 90


def check(text: ProjectText) -> Iterator[Finding]:
    """Find the files of models that autogenerate will not see."""
    modules = text.modules
    revisions = {revision.source.path for revision in text.revisions}
    with_tables = [
        source
        for source in modules.files
        if table_definitions(source) and source.path not in revisions
    ]
    if not with_tables:
        return
    nothing = hands_over_nothing(modules.env)
    if nothing is not None:
        values = {"file": with_tables[0].name, "env": modules.env.name}
        yield Finding("models_not_imported", modules.env.name, nothing.line, values)
        return
    reached = modules.reached
    if modules.imports_dynamically or len(reached) == 1:
        return
    reaches_tables = any(source.path in reached for source in with_tables)
    for source in with_tables:
        if source.path in reached:
            continue
        tables = table_definitions(source)
        if not reaches_tables or any(_shared(modules, source, table) for table in tables):
            values = {"file": source.name, "env": modules.env.name}
            yield Finding("models_not_imported", source.name, tables[0].line, values)


def _shared(modules: Modules, source: Source, table: TableDefinition) -> bool:
    """Tell whether a table may be part of the metadata that env.py reaches.

    Metadata of a package that no file on the way from env.py imports has no part in it.
    """
    origins = [modules.origin(source, name) for name in table.metadata_names]
    return any(
        origin.partition(".")[0] in modules.reached_packages
        if isinstance(origin, str)
        else origin in modules.reached
        for origin in origins
    )
