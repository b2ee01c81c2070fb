"""What must hold of a lesson's exercises and of its end, held against a rehearsal."""

from course.author.chain import differences, following
from course.author.rehearse import rehearse
from course.author.source import LessonSource
from course.contents import Course
from course.project.errors import ProjectError
from course.project.project import Project
from course.project.trial import trial
from course.review import findings


def exercise_problems(course: Course, source: LessonSource) -> list[str]:
    """Rehearse every exercise of a lesson in a kernel, and look at what the lesson leaves.

    Every answer earns its verdict; a review finds nothing in the end; its tables are those that
    its revisions make; and the next lesson starts where this one ends.
    """
    slug = source.entry.slug
    with rehearse(course, source) as rehearsal:
        if rehearsal.problems:
            return rehearsal.problems
        project = Project(rehearsal.folder)
        reviewed = [
            f"{slug}: the end has {finding.rule} in {finding.file}" for finding in findings(project)
        ]
        after = following(course, source.entry)
        apart = differences(rehearsal.folder, after.folder) if after else []
        return [
            *reviewed,
            *[f"{slug}: {problem}" for problem in stray_tables(project)],
            *[f"{slug}: the end is not the next lesson's start: {problem}" for problem in apart],
        ]


def stray_tables(project: Project) -> list[str]:
    """Name tables in which the database differs from what the revisions make of an empty one.

    A database that stands below the heads, or that is not there, is not compared.
    """
    try:
        database = project.database()
        if not database.exists() or set(database.versions()) != set(project.heads()):
            return []
        with trial(project, "upgrade heads", database="") as [step]:
            made = set(step.went_well().tables())
    except ProjectError as error:
        return [f"the end cannot be migrated from nothing: {error.words('en')}"]
    there = set(database.tables())
    return [
        *[f"the end has a table '{name}' that no revision makes" for name in sorted(there - made)],
        *[f"the end lacks the table '{name}' of its revisions" for name in sorted(made - there)],
    ]
