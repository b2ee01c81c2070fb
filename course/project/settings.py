"""The settings of a project: alembic.ini and pyproject.toml, read as Alembic reads them."""

from functools import cached_property
from pathlib import Path

from alembic.config import Config

from course.project.errors import ProjectError, explained


class Settings:
    """One look at a project's settings: each file is read once and never written.

    Every part raises ProjectError when the files do not let themselves be read.
    """

    def __init__(self, folder: Path, name: str = "alembic.ini") -> None:
        """Take the project's folder, and the name of its settings file there."""
        self.folder = folder
        self.name = name

    @cached_property
    def _config(self) -> Config:
        return Config(self.folder / self.name, toml_file=self.folder / "pyproject.toml")

    @cached_property
    def are_there(self) -> bool:
        """Whether there is an alembic.ini, or a pyproject.toml with a `[tool.alembic]`."""
        if (self.folder / self.name).is_file():
            return True
        with explained(self.folder):
            return bool(self._config.toml_alembic_config)

    @cached_property
    def config(self) -> Config:
        """The settings, as the command line reads them in the project's folder."""
        if not self.folder.is_dir():
            raise ProjectError("no_folder", folder=self.folder.name)
        if not self.are_there:
            raise ProjectError("no_settings", folder=self.folder.name)
        with explained(self.folder):
            self._config.get_alembic_option("script_location")
        return self._config

    @cached_property
    def url(self) -> str | None:
        """The database URL as it is written; None where the settings have none."""
        with explained(self.folder):
            return self.config.get_alembic_option("sqlalchemy.url") or None

    @cached_property
    def import_path(self) -> list[Path]:
        """The folders that the settings put on Python's import path, absolute."""
        with explained(self.folder):
            places = self.config.get_prepend_sys_paths_list() or []
        return [self.folder / place for place in places]
