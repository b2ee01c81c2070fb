"""Checks of lesson `init`."""

import os
from configparser import Error, RawConfigParser
from pathlib import Path

import sqlalchemy as sa

from course.checks import (
    Attempt,
    Project,
    ProjectError,
    Verdict,
    connections,
    except_for,
    not_started,
    not_yet,
    one_line,
    passed,
    trial,
)

PLACEHOLDER = "driver"
MESSAGE = "say hello"
BROKEN = "broken.ini"
AS_SENT = '"postgres://shop:p%40ss@db.example.com/shop"'
AS_MEANT = ("shop", "p@ss", "db.example.com", "shop")
USERS = (
    "users.id Integer() NOT NULL",
    "users.name String(length=50) NOT NULL",
    "users.email String(length=100) NOT NULL",
    "users unique ",
)
"""How the details of the model begin, as lesson `init` writes it."""


def init(project: Project) -> Verdict:
    """The folder has the environment that `alembic init migrations` writes."""
    if not project.has_settings():
        return not_started()
    place = project.folder.joinpath(project.scripts().dir)
    if place.resolve() != (project.folder / "migrations").resolve():
        found = Path(os.path.relpath(place, project.folder))
        return not_yet("other_folder", folder=found.as_posix())
    try:
        with trial(project, "check", throwaway=True) as [step]:
            _ = step.compared
    except ProjectError as reason:
        return not_yet("template", said=reason.values.get("said", reason.key))
    return passed()


def set_url(project: Project) -> Verdict:
    """The URL names the file shop.db in the working folder, and Alembic can connect to it."""
    if not project.has_settings():
        return not_started()
    try:
        written = project.settings.url or ""
    except ProjectError as reason:
        _raise_unless_percent(reason)
        return not_yet("percent")
    if not written.strip():
        return not_yet("in_env") if _connects_to_shop(project) else not_yet("no_url")
    if written.startswith(('"', "'")) or written.endswith(('"', "'")):
        return not_yet("quotes", url=written)
    url = project.url()
    if url.drivername == PLACEHOLDER:
        return not_yet("in_env") if _connects_to_shop(project) else not_started()
    return _wrong_url(project, url) or passed()


def _wrong_url(project: Project, url: sa.URL) -> Verdict | None:
    """Say what is wrong with a URL that isn't the placeholder; None where nothing is."""
    if url.drivername == "postgres":
        return not_yet("postgres")
    if url.get_backend_name() != "sqlite":
        return not_yet("server", kind=url.get_backend_name())
    if url.host:
        return not_yet("two_slashes", host=url.host)
    if url.database == "/shop.db":
        return not_yet("four_slashes")
    if url.database in (None, "", ":memory:"):
        return not_yet("no_file")
    if project.database().path.resolve() != (project.folder / "shop.db").resolve():
        return not_yet("elsewhere", file=url.database)
    return not_yet("async", driver=url.drivername) if _is_async(url) else None


def _raise_unless_percent(reason: ProjectError) -> None:
    """Raise the reason again, unless it's a `%` of alembic.ini that isn't doubled."""
    if reason.key != "settings" or "'%'" not in str(reason.values.get("said")):
        raise reason


def _connects_to_shop(project: Project) -> bool:
    """Tell whether env.py connects to shop.db, whatever alembic.ini says."""
    try:
        [connected] = connections(project.folder, project.settings.name, (Attempt(),))
    except ProjectError:
        return False
    file = connected.database
    return bool(file) and (project.folder / str(file)).name == "shop.db"


def _is_async(url: sa.URL) -> bool:
    try:
        return bool(url.get_dialect().is_async)
    except sa.exc.NoSuchModuleError as error:
        raise ProjectError("url", said=one_line(error)) from None


def first_revision(project: Project) -> Verdict:
    """There is one revision, and its message is the one that was asked for."""
    revisions = project.revisions()
    if not revisions:
        return not_started()
    if len(revisions) > 1:
        return not_yet("several", count=len(revisions))
    if revisions[0].message.strip().lower() != MESSAGE:
        return not_yet("message", message=revisions[0].message)
    return passed()


def apply(project: Project) -> Verdict:
    """The database is at the head."""
    versions = project.database().versions()
    if not versions:
        return not_started()
    return passed() if versions == project.heads() else not_yet("behind", version=versions[0])


@except_for("edited_applied", "gone")
def take_back(project: Project) -> Verdict:
    """The database is at base, and there is no revision file."""
    versions, revisions = project.database().versions(), project.revisions()
    if not versions and not revisions:
        return passed() if project.database().has_version_table() else not_yet("no_version_table")
    if not versions:
        return not_yet("file_left", count=len(revisions))
    known = {revision.id for revision in revisions}
    return not_started() if set(versions) <= known else not_yet("orphan", version=versions[0])


def connect_metadata(project: Project) -> Verdict:
    """env.py hands over the metadata of models.py: the table users as the model has it."""
    with trial(project, "check") as [step]:
        handed_over = step.compared
    imported = "models" in handed_over.modules
    if "users" not in handed_over.models:
        if not handed_over.metadata:
            return not_yet("still_none") if handed_over.modules else not_started()
        return not_yet("other_metadata" if imported else "not_imported")
    if "models.py" not in handed_over.places:
        return not_yet("another_users")
    if not all(any(line.startswith(said) for line in handed_over.details) for said in USERS):
        return not_yet("models_changed")
    if "users" in project.database().tables():
        return not_yet("made_already")
    return passed()


def fix_url(project: Project) -> Verdict:
    """The URL in broken.ini is read as it was meant."""
    broken = Project(project.folder, BROKEN)
    if not (project.folder / BROKEN).is_file():
        return not_yet("no_broken")
    raw = RawConfigParser()
    try:
        raw.read_string((project.folder / BROKEN).read_text(encoding="utf-8"), BROKEN)
    except Error as error:
        return not_yet("unreadable", said=one_line(error))
    written = raw.get("alembic", "sqlalchemy.url", fallback="")
    if not written.strip():
        return not_yet("no_url")
    if written == AS_SENT:
        return not_started()
    if written.startswith(('"', "'")) or written.endswith(('"', "'")):
        return not_yet("quotes")
    try:
        url = broken.url()
    except ProjectError as reason:
        _raise_unless_percent(reason)
        return not_yet("percent")
    if url.get_backend_name() != "postgresql":
        return not_yet("kind", kind=url.get_backend_name())
    if (url.username, url.password, url.host, url.database) != AS_MEANT:
        return not_yet("changed", password=url.password or "")
    return passed()
