"""The conditions of an exercise that has several: ticked in the panel as they come true.

A lesson's checks.py may have a function `EXERCISE_conditions(project)` beside that of the exercise:
it gives each condition's name, and whether it holds now.
"""

import os
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from course.contents import LessonEntry, load_course
from course.lesson.check_file import load_check
from course.panel.section import WORDS, Section
from course.panel.view import HERE
from course.phrases import phrase
from course.project.project import Project
from course.running import ways
from course.running.task import Json, Task

NAME = "conditions"


def ask(order: Json) -> Json:
    """Give an exercise's conditions, by name; none where it has no such function. A task."""
    entry = load_course(Path(order["root"])).lesson(order["slug"])
    try:
        conditions = load_check(entry, f"{order['exercise']}_{NAME}")
    except AttributeError:
        return {NAME: {}}
    return {NAME: conditions(Project(Path(order["folder"])))}


@dataclass
class Conditions:
    """Those of the exercise at which the learner is, in a lesson's working folder."""

    folder: Path
    entry: LessonEntry
    lang: str
    exercise: str = field(default="", init=False)
    _without: set[str] = field(default_factory=set, init=False)

    def reach(self, cell: str | None) -> bool:
        """Note that a cell ran; tell whether it belongs to another exercise than the last."""
        names = (name for name in self.entry.messages if (cell or "").startswith(f"{name}-"))
        reached = next(names, self.exercise)
        before, self.exercise = self.exercise, reached
        return before != reached

    def section(self) -> Section | None:
        """Ask for the conditions as they are now. None where there are none.

        Raises TaskError where a condition cannot be asked.
        """
        exercise = self.exercise
        if not exercise or exercise in self._without:
            return None
        order = {
            "root": str(self.entry.root),
            "slug": self.entry.slug,
            "folder": str(self.folder),
            "exercise": exercise,
        }
        environment = {**os.environ, **HERE}
        task = Task("course.lesson.conditions:ask", order, self.folder, environment)
        found = ways.ask(task)[NAME]
        if not found:
            self._without.add(exercise)
            return None
        lines = [f"{'☑' if holds else '☐'} {name}" for name, holds in found.items()]
        html = "".join(f"<p>{escape(line)}</p>" for line in lines)
        label = phrase(WORDS, NAME, self.lang, exercise=exercise)
        return Section(NAME, label, html, "\n".join(lines))
