"""A revision that imports a module of the project which defines models.

Where the module is not to be found, a part of its name that says `models` decides.
"""

from collections.abc import Iterator

from course.review.finding import Finding
from course.review.text.project_text import ProjectText

ORDER = 60


def check(text: ProjectText) -> Iterator[Finding]:
    """Find the imports, one a line."""
    for revision in text.revisions:
        lines = set()
        for imported in text.modules.imports(revision.source):
            gives_models = text.modules.gives_models(imported.module, imported.name)
            if gives_models is None:
                gives_models = "models" in [*imported.module.split("."), imported.name]
            if gives_models and imported.line not in lines:
                lines.add(imported.line)
                values = {"module": imported.module, "name": imported.name or imported.module}
                yield Finding("models_in_revision", revision.source.name, imported.line, values)
