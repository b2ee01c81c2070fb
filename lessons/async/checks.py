"""Checks of lesson `async`."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from course.lesson.verdict import Verdict, not_started, not_yet, passed
from course.project.database.database import Database
from course.project.errors import ProjectError
from course.project.project import Project
from course.project.trial import trial
from course.review import findings

SECONDS = 60
URL = "sqlite+aiosqlite:///shop.db"
DRIVER_ERRORS = {"asyncio extension": "sync_driver", "MissingGreenlet": "sync_engine"}


def to_async(project: Project) -> Verdict:
    """An async engine migrates old_shop/shop.db, and env.py hands over its models."""
    old = Project(project.folder, "old_shop/alembic.ini")
    with trial(old, "upgrade head", environment={"SHOP_DATABASE_URL": URL}) as steps:
        step = steps[0]
        for part, mistake in DRIVER_ERRORS.items():
            if part in (step.error or ""):
                return not_yet(mistake, said=step.error.split(". ")[0])
        if not old.url().get_dialect().is_async:
            return not_started()
        if step.connected not in (None, "old_shop/shop.db"):
            return not_yet("other_database", file=step.connected)
        if step.error:
            raise ProjectError("alembic", said=step.error)
    if findings(project.at("old_shop"), "models_not_imported"):
        return not_yet("no_models")
    return passed()


def migrate_at_start(project: Project) -> Verdict:
    """serve.py, started on an empty database, migrates to the head and adds its product."""
    with served(project) as (database, said):
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


@contextmanager
def served(project: Project) -> Iterator[tuple[Database, str]]:
    """Run serve.py in a copy without a database; give the database, and the last line of errors."""
    with tempfile.TemporaryDirectory(prefix="course-served-") as scratch:
        copy = Path(scratch).resolve() / "project"
        ignored = shutil.ignore_patterns("*.db", "__pycache__", "old_shop")
        shutil.copytree(project.folder, copy, ignore=ignored)
        try:
            done = subprocess.run(
                [sys.executable, "-W", "ignore", "serve.py"],
                cwd=copy,
                env={**os.environ, "SHOP_DATABASE_URL": URL},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise ProjectError("slow", seconds=SECONDS) from None
        lines = [line for line in done.stderr.splitlines() if "Error: " in line]
        yield Database(copy / "shop.db", copy), (lines or [""])[-1]
