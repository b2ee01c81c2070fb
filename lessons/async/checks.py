"""Checks of lesson `async`."""

from course.checks import (
    Project,
    ProjectError,
    Verdict,
    findings,
    not_started,
    not_yet,
    passed,
    trial,
)

URL = "sqlite+aiosqlite:///shop.db"
DRIVER_ERRORS = {"asyncio extension": "sync_driver", "MissingGreenlet": "sync_engine"}


def to_async(project: Project) -> Verdict:
    """An async engine migrates old_shop/shop.db, and env.py hands over its models."""
    old = Project(project.folder, "old_shop/alembic.ini")
    with trial(old, "upgrade head", environment={"SHOP_DATABASE_URL": URL}) as steps:
        step = steps[0]
        for part, mistake in DRIVER_ERRORS.items():
            if part in (step.error or ""):
                return not_yet(mistake, said=str(step.error).split(". ")[0])
        if not old.url().get_dialect().is_async:
            return not_started()
        if step.connected not in (None, "old_shop/shop.db"):
            return not_yet("other_database", file=step.connected)
        step.went_well()
    if findings(project.at("old_shop"), "models_not_imported"):
        return not_yet("no_models")
    return passed()


def migrate_at_start(project: Project) -> Verdict:
    """serve.py, started on an empty database, migrates to the head and adds its product."""
    serving = ("python", "serve.py")
    with trial(project, serving, database="", environment={"SHOP_DATABASE_URL": URL}) as [served]:
        database = served.database
        errors = [line for line in served.printed.splitlines() if "Error: " in line]
        said = errors[-1] if errors else ""
        if "running event loop" in said and not database.tables():
            return not_started()
        if "no such table" in said:
            return not_yet("not_awaited", said=said)
        if said:
            raise ProjectError("no_result", said=said)
        for finding in findings(project, "create_all"):
            return not_yet("create_all", file=finding.file)
        if database.versions() != project.heads():
            return not_yet("not_committed")
        if not database.count("products"):
            raise ProjectError("no_result", said="products: 0")
    return passed()
