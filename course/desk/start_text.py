"""What the start page says, as Markdown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from course.contents import Course, LessonEntry
from course.desk import copies
from course.desk.record import Record
from course.desk.standing import Standing, following, standings
from course.phrases import phrase
from course.workspace import workspace

WORDS = Path(__file__).with_name("words.toml")
COLUMNS = ("number", "lesson", "doing", "minutes", "exercises")
ADVICE = ("guess", "undo", "resume", "go_to", "reset")
CHANGES = ("added", "revised", "removed")


@dataclass(frozen=True)
class StartText:
    """The page of a language; `passed` has names of exercises by lesson."""

    course: Course
    lang: str
    passed: Mapping[str, Sequence[str]]

    def __str__(self) -> str:
        stand = standings(self.course, self.passed)
        blocks = [f"# {self._say('title')}", self._next(stand), *self._news()]
        for part, title in self.course.parts.items():
            rows = [self._row(standing) for standing in stand if standing.entry.part == part]
            if rows:
                blocks += [f"## {title[self.lang]}", "\n".join([*self._head(), *rows])]
        advice = [f"- {self._say(f'advice.{name}')}" for name in ADVICE]
        blocks += [self._say("legend"), f"## {self._say('advice.title')}", "\n".join(advice)]
        return "\n\n".join(blocks) + "\n"

    def _say(self, key: str, **values: object) -> str:
        return phrase(WORDS, key, self.lang, **values)

    def _next(self, stand: list[Standing]) -> str:
        open_exercise = following(stand)
        if open_exercise is None:
            return self._say("all_passed")
        entry, exercise = open_exercise
        begun = any(standing.passed for standing in stand)
        count = sum(len(standing.passed) for standing in stand)
        total = sum(len(standing.entry.exercises) for standing in stand)
        values = {"lesson": self._link(entry), "exercise": exercise, "count": count}
        return self._say("next" if begun else "first", **values, total=total)

    def _news(self) -> list[str]:
        """Say what the last update of the course brought, and which copies did not follow it."""
        lines = []
        update = Record.of(workspace(self.course.root)).updates.get(self.lang)
        if update is not None:
            for kind in CHANGES:
                if slugs := getattr(update, kind):
                    lessons = ", ".join(map(self._name, slugs))
                    lines.append(f"- {self._say(f'news.{kind}', day=update.day, lessons=lessons)}")
        for entry in copies.kept(self.course, self.lang):
            values = {"lesson": self._link(entry), "number": entry.number}
            lines.append(f"- {self._say('news.kept', **values)}")
        return [f"## {self._say('news.title')}", "\n".join(lines)] if lines else []

    def _head(self) -> list[str]:
        names = [self._say(f"column.{name}") for name in COLUMNS]
        return [_cells(names), "| ---: | :--- | :--- | ---: | :---: |"]

    def _row(self, standing: Standing) -> str:
        entry = standing.entry
        minutes = self._say("minutes", count=entry.minutes.total)
        marks = {
            "passed": "✓",
            "begun": f"{len(standing.passed)}/{len(entry.exercises)}",
            "not_started": "–",
        }
        named = self._link(entry, numbered=False)
        doing = entry.doing[self.lang]
        return _cells([str(entry.number), named, doing, minutes, marks[standing.state]])

    def _name(self, slug: str) -> str:
        """Give the link to a lesson; the bare slug of one that is gone."""
        known = {entry.slug: entry for entry in self.course.lessons}
        return self._link(known[slug]) if slug in known else f"`{slug}`"

    def _link(self, entry: LessonEntry, numbered: bool = True) -> str:
        title = entry.title[self.lang]
        shown = f"{entry.number} · {title}" if numbered else title
        path = copies.Shelf(self.course, self.lang, solved=False).path(entry)
        return f"[{shown}]({path.name})" if path.is_file() else shown


def _cells(texts: list[str]) -> str:
    return "| " + " | ".join(text.replace("|", "\\|") for text in texts) + " |"
