"""The rules that are decided by the project's text alone."""

from collections.abc import Callable, Iterator

from course.project.project import Project
from course.review.finding import Finding
from course.review.rules import files as rules_of_files
from course.review.rules import history as rules_of_history
from course.review.rules import operations as rules_of_operations
from course.review.text.project_text import Reading

RULES: dict[str, Callable[[Reading], Iterator[Finding]]] = {
    "empty_downgrade": rules_of_history.empty_downgrade,
    "unnamed_constraint": rules_of_operations.unnamed_constraint,
    "required_column": rules_of_operations.required_column,
    "schema_and_data": rules_of_operations.schema_and_data,
    "rename_as_drop_and_add": rules_of_operations.rename_as_drop_and_add,
    "models_in_revision": rules_of_files.models_in_revision,
    "empty_message": rules_of_history.empty_message,
    "several_heads": rules_of_history.several_heads,
    "models_not_imported": rules_of_files.models_not_imported,
    "create_all": rules_of_files.create_all,
    "password_in_settings": rules_of_files.password_in_settings,
}


def findings(project: Project, *rules: str) -> list[Finding]:
    """Give what breaks the named rules, or any rule where none is named.

    Files that are no revisions come first, by name, then revisions in the order of the history.
    Nothing of the project is written, and no code of it runs.
    Raises course.project.errors.ProjectError, and KeyError for a rule that is not there.
    """
    return found_in(Reading(project), *rules)


def found_in(reading: Reading, *rules: str) -> list[Finding]:
    """Give what breaks the named rules, or any, in a project that is being read."""
    found = [one for rule in rules or RULES for one in RULES[rule](reading)]
    return in_order(reading, found)


def in_order(reading: Reading, found: list[Finding]) -> list[Finding]:
    """Put findings in order: files that are no revisions, then revisions, oldest first."""
    place = {one.source.name: number for number, one in enumerate(reading.revisions)}
    rule = {name: number for number, name in enumerate(RULES)}

    def key(one: Finding) -> tuple:
        return place.get(one.file, -1), one.file, one.line, rule.get(one.rule, len(rule))

    return sorted(found, key=key)
