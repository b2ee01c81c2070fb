"""A database URL with a password in a settings file."""

from collections.abc import Iterator

from course.review.finding import Finding
from course.review.text.project_text import ProjectText
from course.review.text.secrets import secrets_of_ini, secrets_of_toml

ORDER = 110


def check(text: ProjectText) -> Iterator[Finding]:
    """Find the passwords in the project's INI file and in its pyproject.toml."""
    for name, secrets_of in (
        (text.project.settings.name, secrets_of_ini),
        ("pyproject.toml", secrets_of_toml),
    ):
        path = text.folder / name
        if path.is_file():
            for secret in secrets_of(text.sources[path]):
                values = {"key": secret.key, "section": secret.section}
                yield Finding("password_in_settings", name, secret.line, values)
