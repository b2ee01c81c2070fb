"""Checks of this lesson's exercises: they look at the state of the project, never at its text."""

from course.checks import Project, Verdict, not_started, not_yet, passed


def lay_out(project: Project) -> Verdict:
    """There is a migration environment in `migrations`."""
    if not project.has_settings():
        return not_started()
    folder = project.scripts().dir
    return passed() if folder.endswith("migrations") else not_yet("other_folder")


def set_file(project: Project) -> Verdict:
    """The URL names the file shop.db."""
    url = project.url()
    if url.drivername == "driver":
        return not_started()
    if url.get_backend_name() != "sqlite":
        return not_yet("server", kind=url.get_backend_name())
    is_there = project.database().path.resolve() == (project.folder / "shop.db").resolve()
    return passed() if is_there else not_yet("other_file", file=url.database or ":memory:")


def add_revision(project: Project) -> Verdict:
    """There is one revision, and its message says users."""
    revisions = project.revisions()
    if not revisions:
        return not_started()
    if len(revisions) > 1:
        return not_yet("two", count=len(revisions))
    return passed() if project.find("users") else not_yet("message")
