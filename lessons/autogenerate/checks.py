"""Checks of lesson `autogenerate`."""

from course.checks import Database, Project, Verdict, not_started, not_yet, passed, trial

NAMES = {"Notebook", "Pen"}


def add_sku(project: Project) -> Verdict:
    """The column sku and its index are in the models, in the history and in the database."""
    with trial(project, "check", "forget", "upgrade head", "downgrade -1") as steps:
        compared = steps[0].compared
        history = steps[2].went_well()
        column = history.columns("products").get("sku")
        index = history.indexes("products").get("ix_products_sku")
        newest_is_empty = history.schema.tables == steps[3].went_well().schema.tables
    models = compared.models
    here = "sku" in project.database().columns("products")
    if column is None:
        if here or "sku" in models.get("products", ()):
            return not_yet("differs")
        unseen = "products" not in models or newest_is_empty
        return not_yet("not_imported") if unseen else not_started()
    what = f"{column.type} {'NULL' if column.nullable else 'NOT NULL'}"
    if what != "VARCHAR(20) NULL" or index is None or index.columns != ("sku",):
        indexes = ", ".join(sorted(history.indexes("products"))) or "-"
        return not_yet("not_as_asked", what=what, indexes=indexes)
    if not _is_applied(project):
        return not_yet("not_applied")
    return not_yet("differs") if compared.differences else passed()


def rename_title(project: Project) -> Verdict:
    """products.name is products.title, the names of the products are kept, and it goes back."""
    with trial(project, "check", "upgrade head", "downgrade -1", "upgrade head") as steps:
        compared = steps[0].compared
        if "NOT NULL" in (steps[1].error or ""):
            return not_yet("refused")
        applied = steps[1].went_well()
        columns = applied.columns("products")
        again = steps[-1]
        kept = not again.error and _titles(applied) & _titles(again.database) >= NAMES
    if {"name", "title"} & set(columns) == {"name"}:
        changed = "title" in compared.models.get("products", ())
        return not_yet("differs") if changed else not_started()
    if not kept:
        return not_yet("lost")
    if not _is_applied(project):
        return not_yet("not_applied")
    if compared.differences or "name" in columns:
        return not_yet("differs")
    return passed()


def _is_applied(project: Project) -> bool:
    return project.database().versions() == project.heads()


def _titles(database: Database) -> set[str]:
    if "title" not in database.columns("products"):
        return set()
    return {title for (title,) in database.rows("SELECT title FROM products")}
