"""Checks of lesson `init`."""

from course.lesson.verdict import Verdict, not_started, not_yet, passed
from course.project.errors import ProjectError
from course.project.project import Project
from course.project.trial import trial

PLACEHOLDER = "driver"


def set_url(project: Project) -> Verdict:
    """The URL names the file shop.db in the working folder."""
    if not project.has_settings():
        return not_started()
    try:
        url = project.url()
    except ProjectError as reason:
        if reason.key == "settings" and "%" in str(reason.values["said"]):
            return not_yet("percent")
        raise
    if url.drivername == PLACEHOLDER:
        return not_started()
    if url.drivername == "postgres":
        return not_yet("postgres")
    if url.get_backend_name() != "sqlite":
        return not_yet("server", kind=url.get_backend_name())
    if project.database().path.resolve() != (project.folder / "shop.db").resolve():
        return not_yet("elsewhere", file=url.database)
    return passed()


def connect_metadata(project: Project) -> Verdict:
    """env.py hands over metadata that has the table users."""
    with trial(project, "check") as steps:
        handed_over = steps[0].compared
    if "users" in handed_over.models:
        return passed()
    if handed_over.metadata:
        return not_yet("no_tables")
    return not_yet("still_none") if handed_over.modules else not_started()
