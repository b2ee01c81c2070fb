"""Committed notebooks that somebody opened and saved: the learner's place is a copy."""

import subprocess

from course.contents import Course

SHOWN = 3


def saved_over(course: Course) -> list[str]:
    """Name the notebooks that differ from the commit and are not as the build wrote them.

    A checkout without git has nothing to ask.
    """
    asked = ["git", "-c", "core.quotepath=off", "status", "--porcelain", "--", "notebooks"]
    try:
        answer = subprocess.run(
            asked, cwd=course.root, capture_output=True, text=True, encoding="utf-8"
        )
    except OSError:
        return []
    changed = {line[3:] for line in answer.stdout.splitlines() if line[:2] in (" M", " D")}
    if not changed:
        return []

    from course.author.notebook import file_hash
    from course.author.record import Record

    names = []
    for entry in course.lessons:
        record = Record.of(entry)
        for lang in course.languages:
            for solved in (False, True):
                path = entry.notebook(lang, solved)
                name = path.relative_to(course.root).as_posix()
                built = path.is_file() and file_hash(path) == record.file(lang, solved)
                if name in changed and not built:
                    names.append(name)
    return names


def shortened(names: list[str]) -> str:
    """Give the first few names, as one text."""
    return ", ".join([*names[:SHOWN], *(["…"] if len(names) > SHOWN else [])])
