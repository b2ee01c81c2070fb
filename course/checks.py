"""What the checks of lessons import: a project, what a copy of it does, verdicts, and rules."""

from course.lesson.always import except_for
from course.lesson.start import start_files, start_sql
from course.lesson.verdict import Verdict, not_started, not_yet, passed
from course.project.connection import connections
from course.project.copying import copy_database
from course.project.database.asked import asked
from course.project.database.database import Database
from course.project.database.difference import in_short, schema_differences
from course.project.database.schema import Column, ForeignKey, Table
from course.project.errors import ProjectError, one_line
from course.project.orders import Attempt, Connected
from course.project.project import Project
from course.project.revision import Revision
from course.project.trial import Step, trial
from course.review import findings

__all__ = [
    "Attempt",
    "Column",
    "Connected",
    "Database",
    "ForeignKey",
    "Project",
    "ProjectError",
    "Revision",
    "Step",
    "Table",
    "Verdict",
    "asked",
    "connections",
    "copy_database",
    "except_for",
    "findings",
    "in_short",
    "not_started",
    "not_yet",
    "one_line",
    "passed",
    "schema_differences",
    "start_files",
    "start_sql",
    "trial",
]
