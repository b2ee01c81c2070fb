"""What must hold of a lesson's exercises and of its end, held against a rehearsal."""

from course.author.chain import differences, following
from course.author.rehearse import rehearse
from course.author.source import LessonSource
from course.contents import Course
from course.project.project import Project
from course.review import findings


def exercise_problems(course: Course, source: LessonSource) -> list[str]:
    """Rehearse every exercise of a lesson in a kernel, and look at what the lesson leaves.

    Every answer earns its verdict; a review finds nothing in the end; and the next lesson starts
    where this one ends.
    """
    slug = source.entry.slug
    with rehearse(course, source) as rehearsal:
        if rehearsal.problems:
            return rehearsal.problems
        reviewed = [
            f"{slug}: the end has {finding.rule} in {finding.file}"
            for finding in findings(Project(rehearsal.folder))
        ]
        after = following(course, source.entry)
        apart = differences(rehearsal.folder, after.folder) if after else []
        return [
            *reviewed,
            *[f"{slug}: the end is not the next lesson's start: {problem}" for problem in apart],
        ]
