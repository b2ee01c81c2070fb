"""What keeps a project from being played with, in words for the learner."""

from pathlib import Path

from course.phrases import phrase
from course.project.errors import ProjectError

WORDS = Path(__file__).with_name("playground.toml")


class PlayError(ProjectError):
    """A project or a move that cannot be played; the words are the playground's own."""

    def words(self, lang: str) -> str:
        """Say in the language what is wrong and what to do."""
        return phrase(WORDS, f"problem.{self.key}", lang, **self.values)
