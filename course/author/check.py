"""The check command: a lesson's proof without pytest."""

import sys
from collections.abc import Callable, Iterable

from course.author import readme
from course.author.compose import WORDS
from course.author.problem import LessonProblem
from course.author.source import LessonSource, read_lesson
from course.contents import Course
from course.phrases import phrase

Steps = dict[str, Callable[[Course, LessonSource], list[str]]]


def check(course: Course, names: Iterable[str] = (), lang: str = "en") -> int:
    """Prove the named lessons, or all: text, notebooks, and every exercise rehearsed.

    It prints what it looks at, and a line a problem. Gives the exit code: 1 when there is one.
    """
    entries = [course.lesson(name) for name in names] or list(course.lessons)
    problems = 0
    for entry in entries:
        try:
            source = read_lesson(course, entry)
        except LessonProblem as problem:
            problems += _say([str(problem)])
            continue
        for name, step in steps().items():
            print(phrase(WORDS, f"check.{name}", lang, lesson=entry.slug), flush=True)
            problems += _say(step(course, source))
    problems += _say(readme.problems(course))
    key = "check.problems" if problems else "check.whole"
    count = problems or len(entries)
    print(phrase(WORDS, key, lang, count=count), file=sys.stderr if problems else sys.stdout)
    return 1 if problems else 0


def steps() -> Steps:
    """Give what is looked at of a lesson, in order, what is quick first."""
    from course.author.proof.exercises import exercise_problems
    from course.author.proof.lesson import lesson_problems, notebook_problems
    from course.author.proof.pace import pace_problems
    from course.author.proof.teaching import teaching_problems

    return {
        "written": lesson_problems,
        "taught": teaching_problems,
        "built": notebook_problems,
        "paced": pace_problems,
        "rehearsed": exercise_problems,
    }


def _say(problems: list[str]) -> int:
    for problem in problems:
        print(f"  {problem}", file=sys.stderr, flush=True)
    return len(problems)
