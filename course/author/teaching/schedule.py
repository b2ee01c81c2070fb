"""Schedules: which lesson when, with breaks, worked out from the minutes of the lessons."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field

from course.author.minutes import MINUTES_AN_EXERCISE
from course.author.problem import LessonProblem
from course.contents import Course, LessonEntry, UnknownLesson
from course.phrases import Words, with_fallback

TABLE = "schedules.toml"
EDGE, SHORT_EDGE = 10, 5
"""Minutes at the beginning and at the end of a session, and of a short one."""

WORTH_A_ROW = 5
"""Minutes that are left for questions; fewer go to the end of a session."""

SHORT = 120
"""A session of fewer minutes is short."""

BREAK, STRETCH, LUNCH = 10, 60, 60
"""A break, how long people sit at most without one, and lunch."""

TIME = re.compile(r"(\d\d):(\d\d)")
KEYS = {"key", "title", "purpose", "sessions", "lessons"}
OPTIONAL = {"more", "lunch", "a_week"}


@dataclass(frozen=True)
class Plan:
    """A schedule as lessons/schedules.toml has it; times are minutes after midnight."""

    key: str
    title: Words[str]
    purpose: Words[str]
    sessions: tuple[tuple[int, int], ...]
    lessons: tuple[LessonEntry, ...]
    more: tuple[LessonEntry, ...] = ()
    lunch: int | None = None
    a_week: int = 0


@dataclass(frozen=True)
class Row:
    """What happens from when to when; `exercises` is whether a lesson's are done there."""

    start: int
    end: int
    kind: str
    lesson: LessonEntry | None = None
    exercises: bool = True


@dataclass
class Schedule:
    """A plan worked out: the rows of each session, and the lessons that are left as homework."""

    plan: Plan
    sessions: list[list[Row]] = field(default_factory=list)
    homework: list[LessonEntry] = field(default_factory=list)

    @property
    def exercises(self) -> list[LessonEntry]:
        """The lessons of which the exercises are homework."""
        rows = [row for session in self.sessions for row in session]
        return [row.lesson for row in rows if row.lesson is not None and not row.exercises]


def schedules(course: Course) -> list[Schedule]:
    """Work out every schedule of the course; none without lessons/schedules.toml.

    Raises LessonProblem for a table that is not written as it has to be.
    """
    return [work_out(plan) for plan in plans(course)]


def plans(course: Course) -> list[Plan]:
    """Read lessons/schedules.toml. Raises LessonProblem, which names the schedule."""
    path = course.root / "lessons" / TABLE
    if not path.is_file():
        return []
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))["schedule"]
        return [_plan(course, table) for table in tables]
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise LessonProblem(f"lessons/{TABLE}: {error}") from None


def _plan(course: Course, table: dict[str, object]) -> Plan:
    name = f"lessons/{TABLE}: {table.get('key', 'a schedule without a key')}"
    if not set(table) >= KEYS or not set(table) <= KEYS | OPTIONAL:
        wanted = f"{', '.join(sorted(KEYS))}; may have {', '.join(sorted(OPTIONAL))}"
        raise LessonProblem(f"{name}: a schedule has {wanted}")

    def lessons(key: str) -> tuple[LessonEntry, ...]:
        listed = table.get(key, [])
        try:
            return tuple(map(course.lesson, listed if isinstance(listed, list) else [listed]))
        except UnknownLesson as unknown:
            raise LessonProblem(f"{name}: there is no lesson {unknown}") from None

    spans = [_span(str(session), name) for session in _list(table["sessions"])]
    lunch = _times(str(table["lunch"])) if "lunch" in table else []
    return Plan(
        key=str(table["key"]),
        title=with_fallback(table["title"]),  # type: ignore[arg-type]
        purpose=with_fallback(table["purpose"]),  # type: ignore[arg-type]
        sessions=tuple(spans),
        lessons=lessons("lessons"),
        more=lessons("more"),
        lunch=lunch[0] if lunch else None,
        a_week=int(str(table.get("a_week", 0))),
    )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _span(text: str, name: str) -> tuple[int, int]:
    times = _times(text)
    if len(times) != 2 or times[0] >= times[1]:
        raise LessonProblem(f"{name}: a session is written as 09:00-12:30")
    return times[0], times[1]


def _times(text: str) -> list[int]:
    return [int(hour) * 60 + int(minute) for hour, minute in TIME.findall(text)]


def work_out(plan: Plan) -> Schedule:
    """Put the lessons of a plan into its sessions, in order, with breaks.

    A lesson that does not fit whole is taken without its exercises, and these are homework, where
    that fits; otherwise it waits for the next session. What fits into none is homework. A lesson
    that was never built has no minutes, and is left out.
    """
    made = Schedule(plan)
    waiting = [entry for entry in plan.lessons if entry.minutes.total]
    extra = [entry for entry in plan.more if entry.minutes.total]
    for start, end in plan.sessions:
        session = _Session(start, end, plan.lunch)
        while waiting and session.take(waiting[0]):
            waiting.pop(0)
        if waiting and session.is_empty:
            made.homework.append(waiting.pop(0))
        if not waiting:
            extra = [entry for entry in extra if not session.take(entry, whole=True)]
        made.sessions.append(session.closed())
    made.homework += waiting
    return made


class _Session:
    """One session under way."""

    def __init__(self, start: int, end: int, lunch: int | None) -> None:
        self.edge = SHORT_EDGE if end - start < SHORT else EDGE
        self.rows = [Row(start, start + self.edge, "opening")]
        self.end = end - self.edge
        self.lunch = lunch
        self.sat = self.edge

    @property
    def now(self) -> int:
        return self.rows[-1].end

    @property
    def is_empty(self) -> bool:
        return all(row.lesson is None for row in self.rows)

    def take(self, entry: LessonEntry, whole: bool = False) -> bool:
        """Take a lesson if there is time; give whether there was."""
        minutes = entry.minutes
        at_home = min(minutes.do, MINUTES_AN_EXERCISE * len(entry.exercises))
        for exercises, takes in ((True, minutes.total), (False, minutes.total - at_home)):
            if not exercises and (whole or not at_home):
                continue
            pause = self._pause(takes)
            begins = pause.end if pause else self.now
            ends = begins + takes + BREAK * ((takes - 1) // STRETCH)
            if ends <= self.end:
                if pause is not None:
                    self.rows.append(pause)
                    self.sat = 0
                self.rows.append(Row(begins, ends, "lesson", entry, exercises))
                self.sat += ends - begins
                if pause is not None and pause.kind == "lunch":
                    self.lunch = None
                return True
        return False

    def _pause(self, takes: int) -> Row | None:
        """Give the lunch or the break that comes before something of so many minutes."""
        if self.lunch is not None and self.now + takes > self.lunch + BREAK:
            return Row(self.now, self.now + LUNCH, "lunch")
        if self.sat > self.edge and self.sat + takes > STRETCH:
            return Row(self.now, self.now + BREAK, "break")
        return None

    def closed(self) -> list[Row]:
        """Give the rows with what is left for questions, and the end."""
        ends = self.end + self.edge
        if self.end - self.now >= WORTH_A_ROW:
            self.rows.append(Row(self.now, self.end, "questions"))
        return [*self.rows, Row(self.now, ends, "closing")]


def clock(minutes: int) -> str:
    """Give a time of day as 09:30."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def named(schedule: Schedule) -> Iterator[tuple[str, dict[str, int], list[Row]]]:
    """Give each session with the phrase that names it ("" for the only one) and its values."""
    plan = schedule.plan
    for number, rows in enumerate(schedule.sessions):
        if plan.a_week:
            week, n = divmod(number, plan.a_week)
            yield "week_session", {"week": week + 1, "n": n + 1}, rows
        else:
            yield "session" if len(schedule.sessions) > 1 else "", {"n": number + 1}, rows
