"""What the desk costs: a cell with its step noted, `lesson.undo()`, `lesson.go_to()`, `resume()`.

Cells run in turn with the step noted and without, in one kernel, so that a busy machine spoils
the figures of neither. `go_to` goes to the last exercise of each lesson.

    .venv/bin/python benchmarks/going_and_undoing.py [LESSON ...]
"""

import statistics
import sys
import time

from in_the_kernel import ROOT, Kernel, kernel

from course.contents import load_course
from course.lesson.places import lay_of

ROUNDS = 60
NOTED = """
from course.lesson import session
hooks = session._Hooks
was = hooks.session
def noted(wanted):
    hooks.session = was if wanted else None
"""


def seconds(started: Kernel, code: str) -> float:
    began = time.perf_counter()
    started.run(code)
    return time.perf_counter() - began


def cells(started: Kernel) -> None:
    started.run("from course import open_lesson; lesson = open_lesson('moving', 'en')")
    started.run(NOTED)
    taken: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(ROUNDS):
        for wanted, times in taken.items():
            started.run(f"noted({wanted})")
            times.append(seconds(started, "1 + 1"))
    with_steps, without = (statistics.median(times) * 1000 for times in taken.values())
    print(f"a cell: {with_steps:.1f} ms with its step noted, {without:.1f} ms without")
    started.run("noted(True)")
    undone = []
    for _ in range(9):
        started.run("get_ipython().system('alembic downgrade -1')")
        undone.append(seconds(started, "repr(lesson.undo())"))
    print(f"undo of a downgrade: {statistics.median(undone) * 1000:.0f} ms")


def places(started: Kernel, slugs: list[str]) -> None:
    for entry in load_course(ROOT).lessons:
        if slugs and entry.slug not in slugs:
            continue
        lay = lay_of(entry, "en")
        last = [place for place in lay.places if place.is_exercise][-1]
        started.run(f"lesson = open_lesson({entry.slug!r}, 'en')")
        gone = seconds(started, f"lesson.go_to({last.name!r})")
        started.run(f"lesson = open_lesson({entry.slug!r}, 'en')")
        back = seconds(started, "lesson.resume()")
        print(
            f"{entry.stem}: {last.after} cells to {last.name}, {gone:.1f} s; back in {back:.1f} s"
        )


def main(slugs: list[str]) -> None:
    with kernel(ROOT) as started:
        cells(started)
        places(started, slugs)


if __name__ == "__main__":
    main(sys.argv[1:])
