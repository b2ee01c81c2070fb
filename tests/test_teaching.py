"""What instructors get: teaching.toml, the edition, slides, schedules, and the command."""

import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from course.author import agreement, readme
from course.author.headings import headings
from course.author.notebook import read
from course.author.problem import LessonProblem
from course.author.proof import teaching as proof
from course.author.source import read_lesson
from course.author.teaching.edition import edition
from course.author.teaching.folder import TeachingFolder
from course.author.teaching.page import schedules_text
from course.author.teaching.schedule import Plan, clock, plans, work_out
from course.author.teaching.slideshow import LINES, lines, parts, slides, write_files
from course.author.teaching.slideshow import cells as slide_cells
from course.author.teaching.source import TeachingProblem, read_teaching
from course.author.teaching.timing import timed
from course.command import run
from course.contents import ROOT, Course, Minutes, load_course
from course.phrases import Words
from tests.checkout import skeleton_checkout
from tests.small_course import load, make_course, save

WRITTEN = """
[for]
ko = "목적"
en = "the purpose"
[before]
ko = ["하나", "둘"]
en = ["first", "second"]
[[say]]
cell = "one"
say = { ko = "말", en = "spoken" }
draw = { ko = "그림", en = "drawn" }
[[stumble]]
at = "url"
sign = { ko = "증상", en = "the sign" }
ask = { ko = "질문?", en = "which?" }
[[cut]]
section = "heading"
why = { ko = "이유", en = "because" }
[closing]
ask = { ko = "끝?", en = "the end?" }
hope = { ko = "답", en = "hoped" }
"""
AGAIN = '[[say]]\ncell = "one"\nsay = { en = "x" }\n'
FOREIGN = re.compile(
    r"url\(\s*['\"]?(?:https?:)?//|@import|\bimport\s.*['\"]https?:", re.IGNORECASE
)
LOADING = {"src", "srcset", "poster", "data"}


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    monkeypatch.delenv("COURSE_WORKSPACE", raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    made = make_course(tmp_path / "kit", "init", "moving")
    (made.lessons[0].folder / "teaching.toml").write_text(WRITTEN, encoding="utf-8")
    monkeypatch.setattr(run, "load_course", lambda: made)
    return made


class _Loaded(HTMLParser):
    """What a page loads when it is opened; a link that somebody has to click is none of it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self.found += [value for name, value in named.items() if name in LOADING]
        if tag == "link":
            self.found.append(named.get("href", ""))


def loaded(page: str) -> list[str]:
    reader = _Loaded()
    reader.feed(page)
    return [one for one in reader.found if not one.startswith("data:")]


# --- teaching.toml ---


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('[for]\nko = "목적"\nen = "the purpose"\n', "", "the file: lacks `for`"),
        ('cell = "one"\n', "", "[[say]] 1: lacks `cell`"),
        ('cell = "one"', 'cell = "one"\nminutes = 3', "[[say]] 1: `minutes` is none of"),
        ('en = "spoken"', 'en = ""', "[[say]] 1 say: `en` is a text"),
        ('en = ["first", "second"]', 'en = "first"', "[before]: `en` is a list of texts"),
        ("[[stumble]]", "[stumble]", "[[stumble]]: is written with two brackets"),
        ("hope = ", "hop = ", "[closing]: lacks `hope`"),
        ('at = "url"', "at = 1", "[[stumble]] 1: `at` is the key of a cell"),
        ("[[stumble]]", f"{AGAIN}[[stumble]]", "[[say]] 2: `one` is there twice"),
        ("[closing]", "[closing", "lessons/init/teaching.toml: "),
    ],
)
def test_a_file_that_is_not_as_it_has_to_be_is_named(course, old, new, says):
    path = course.lessons[0].folder / "teaching.toml"
    path.write_text(WRITTEN.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(TeachingProblem) as problem:
        read_teaching(course.lessons[0])
    assert str(problem.value).startswith("lessons/init/teaching.toml: ")
    assert says in str(problem.value)


def test_every_text_is_paired_by_a_key(course):
    texts = read_teaching(course.lessons[0]).texts()
    assert list(texts) == [
        *("for", "before.1", "before.2", "say.one", "draw.one"),
        *("stumble.url.sign", "stumble.url.ask", "cut.heading", "closing.ask", "closing.hope"),
    ]
    assert texts["before.2"] == {"ko": "둘", "en": "second"}


def test_a_text_that_changed_in_one_language_stops_the_build_as_prose_does(tmp_path):
    course = skeleton_checkout(tmp_path / "kit")
    [entry] = course.lessons
    path = entry.folder / "teaching.toml"
    path.write_text(WRITTEN, encoding="utf-8")
    source = read_lesson(course, entry)
    agreement.accept(source)
    assert agreement.not_accepted(source) == agreement.one_sided(source) == []
    path.write_text(WRITTEN.replace("spoken", "spoken otherwise"), encoding="utf-8")
    [problem] = agreement.one_sided(source)
    assert "teaching.toml 'say.one' was changed in en and not in ko" in problem
    path.write_text(WRITTEN.replace('ko = "말", ', ""), encoding="utf-8")
    assert "sample: teaching.toml 'say.one' lacks ko" in agreement.lacking(course, source)


def test_what_a_file_names_is_held_against_the_lesson(tmp_path):
    course = skeleton_checkout(tmp_path / "kit")
    [entry] = course.lessons
    (entry.folder / "teaching.toml").unlink()
    assert proof.without_teaching(course) == ["lessons/sample: there is no teaching.toml"]
    assert proof.teaching_problems(course, read_lesson(course, entry)) == []
    text = WRITTEN.replace(', "second"', "").replace("the sign", "after 3 minutes")
    (entry.folder / "teaching.toml").write_text(text, encoding="utf-8")
    found = proof.teaching_problems(course, read_lesson(course, entry))
    assert [line.removeprefix("lessons/sample/teaching.toml: ") for line in found] == [
        "[[say]] `one` is no cell of the solved notebook",
        "[[stumble]] `url` is no cell of the solved notebook, and no exercise",
        "[[cut]] `heading` is no prose cell with a heading",
        "there are 3 [[stumble]], and not 1",
        "there are 4 [[say]] or more, and not 1",
        "[before] is as long in every language, and not {'ko': 2, 'en': 1}",
        "'stumble.url.sign' (en) says 3 minutes: minutes are counted by the build",
    ]


REAL = load_course()


@pytest.mark.parametrize("entry", REAL.lessons, ids=lambda entry: entry.slug)
def test_the_notes_of_a_lesson_hold(entry):
    assert proof.teaching_problems(REAL, read_lesson(REAL, entry)) == []


# --- the edition ---


def test_notes_are_before_the_cell_they_speak_of(course, tmp_path):
    made = edition(course.lessons[0], "en", tmp_path)
    told = [(cell["id"], cell["metadata"].get("teaching")) for cell in made["cells"]]
    assert told == [
        ("teaching-about", "about"),
        ("heading", None),
        *[("teaching-1", "say"), ("teaching-2", "draw"), ("teaching-3", "stumble")],
        ("one", None),
        *[("teaching-closing", "closing"), ("teaching-4", "hope")],
    ]
    said = {cell["id"]: cell["source"] for cell in made["cells"]}
    assert said["teaching-1"] == "> **Say** spoken"
    assert said["teaching-2"] == "> **Draw** drawn"
    assert said["teaching-3"] == "> **Stuck here** the sign\n> \n> **Ask** which?"
    for words in ("the purpose", "- first\n- second", "because", "the end?", "hoped"):
        assert words in said["teaching-about"]


def test_the_edition_keeps_the_cells_and_outputs_of_the_solved_notebook(tmp_path):
    entry = REAL.lesson("manual_revision")
    for lang in REAL.languages:
        solved = read(entry.notebook(lang, solved=True))
        made = edition(entry, lang, tmp_path)
        own = {cell["id"]: cell for cell in made["cells"] if "teaching" not in cell["metadata"]}
        assert list(own) == [cell["id"] for cell in solved["cells"] if cell["id"] != "closing"]
        for cell in solved["cells"][:-1]:
            assert own[cell["id"]].get("outputs") == cell.get("outputs")
        assert made["metadata"]["teaching"] == {"lesson": "manual_revision", "lang": lang}
        assert "course" not in made["metadata"]


def test_a_link_to_a_file_leads_from_the_edition_to_the_working_folder(course, tmp_path):
    entry = course.lessons[0]
    path = entry.notebook("en", solved=True)
    notebook = load(path)
    notebook["cells"][0]["source"] = f"# One\n\n[`a.ini`](../{entry.stem}/a.ini)"
    save(path, notebook)
    folder = course.root / "workspace" / "teaching" / "en"
    assert f"(../../{entry.stem}/a.ini)" in edition(entry, "en", folder)["cells"][1]["source"]


def test_a_section_holds_the_minutes_of_the_ones_below_it(course):
    entry = course.lessons[0]
    texts = ["# Title", "## One\n\n" + "word " * 130, "### Below\n\n" + "word " * 260, "## Two"]
    cells = [
        {"cell_type": "markdown", "id": f"c{number}", "metadata": {}, "source": text}
        for number, text in enumerate(texts)
    ]
    sections = timed({"cells": cells}, entry, "en")
    assert [(part.key, part.level, round(part.read)) for part in sections] == [
        *[("c0", 1, 0), ("c1", 2, 3), ("c2", 3, 2), ("c3", 2, 0)]
    ]


# --- the slides ---


@pytest.mark.parametrize("lang", REAL.languages)
def test_slides_load_nothing_from_another_host(tmp_path, lang):
    entry = REAL.lesson("manual_revision")
    write_files(tmp_path)
    page = slides(entry, lang, edition(entry, lang, tmp_path))
    assert loaded(page) and not FOREIGN.search(page)
    for one in loaded(page):
        assert (tmp_path / one).is_file(), one
    assert f'<html lang="{lang}">' in page
    assert not FOREIGN.search((tmp_path / "reveal" / "reveal.css").read_text(encoding="utf-8"))
    assert "word-break: keep-all" in (tmp_path / "reveal" / "hall.css").read_text(encoding="utf-8")
    assert "Permission is hereby granted" in (tmp_path / "reveal/LICENSE").read_text("utf-8")


@pytest.mark.parametrize(
    "spoiled",
    [
        '<script src="https://unpkg.com/reveal.js"></script>',
        '<link rel="stylesheet" href="//cdn/x.css">',
    ],
)
def test_a_page_that_loads_from_elsewhere_is_found(spoiled):
    assert loaded(spoiled)[0].startswith(("https:", "//"))
    assert FOREIGN.search("a { background: url(https://x/y.png) }")


def test_notes_go_to_the_slide_of_their_cell(course, tmp_path):
    page = slides(course.lessons[0], "en", edition(course.lessons[0], "en", tmp_path))
    slide = next(part for part in page.split("<section") if "print" in part and "aside" in part)
    assert slide.index("print") < slide.index("spoken") < slide.index("drawn")
    assert slide.count('<aside class="notes">') == 3
    assert "the purpose" not in page


def test_long_prose_is_cut_between_paragraphs_and_a_fence_stays_whole():
    fence = "```\none\n\ntwo\n```"
    text = "\n\n".join(["## Heading", *["word " * 40] * 9, fence, "### Below", "end"])
    cut = parts(text)
    assert "\n\n".join(cut) == text
    assert len(cut) > 2 and cut[-1] == "### Below\n\nend"
    assert any(fence in part for part in cut)
    assert all(sum(map(lines, part.split("\n\n"))) <= LINES + 6 for part in cut)


# --- schedules ---


def lesson(number: int, read: int, do: int, exercises: int = 1) -> SimpleNamespace:
    return SimpleNamespace(
        slug=f"l{number}",
        number=number,
        minutes=Minutes(read, do),
        exercises=tuple(map(str, range(exercises))),
        title={"en": f"L{number}", "ko": f"L{number}"},
    )


def planned(sessions, lessons, **more):
    spans = tuple(sessions)
    words = Words({"en": "x", "ko": "x"})
    return work_out(Plan("x", words, words, spans, tuple(lessons), **more))


def rows(session) -> list[tuple[str, str]]:
    return [(clock(row.start), row.lesson.slug if row.lesson else row.kind) for row in session]


def test_lessons_are_put_in_order_with_breaks_and_the_rest_is_homework():
    made = planned([(540, 720)], [lesson(n, 30, 10) for n in range(1, 6)])
    assert rows(made.sessions[0]) == [
        *[("09:00", "opening"), ("09:10", "l1"), ("09:50", "break"), ("10:00", "l2")],
        *[("10:40", "break"), ("10:50", "l3"), ("11:30", "questions"), ("11:50", "closing")],
    ]
    assert [entry.slug for entry in made.homework] == ["l4", "l5"]


def test_a_lesson_without_its_exercises_fits_where_the_whole_does_not():
    made = planned([(540, 660)], [lesson(1, 30, 10), lesson(2, 40, 15, exercises=2)])
    assert [entry.slug for entry in made.exercises] == ["l2"] and not made.homework
    [taken] = [row for row in made.sessions[0] if row.lesson and row.lesson.slug == "l2"]
    assert taken.end - taken.start == 45


def test_lunch_comes_in_time_and_counts_as_a_break():
    made = planned([(570, 1020)], [lesson(n, 35, 10) for n in range(1, 7)], lunch=750)
    said = rows(made.sessions[0])
    [lunch] = [at for at, kind in said if kind == "lunch"]
    assert "11:30" <= lunch <= "12:40"
    assert said[said.index((lunch, "lunch")) + 1][1].startswith("l")


@pytest.mark.parametrize("minutes", [20, 35, 45, 50])
def test_nobody_sits_for_more_than_an_hour_and_no_session_is_too_long(minutes):
    entries = [lesson(n, minutes - 10, 10) for n in range(1, 12)]
    for sessions in ([(540, 750)], [(570, 1020)], [(1110, 1290)] * 2, [(1110, 1200)] * 8):
        made = planned(sessions, entries[:6], more=tuple(entries[6:]), lunch=750)
        for (start, end), session in zip(sessions, made.sessions, strict=True):
            assert (session[0].start, session[-1].end) == (start, end)
            assert all(a.end == b.start for a, b in pairwise(session))
            sat = 0
            for row in session:
                if row.kind in ("break", "lunch"):
                    sat = 0
                elif row.kind == "lesson":
                    sat += row.end - row.start
                assert sat <= 60


def test_the_schedules_of_the_course_are_worked_out_the_same_each_time():
    named = [plan.key for plan in plans(REAL)]
    assert named == ["half_day", "day", "evenings", "weeks", "systems"]
    lengths = [sum(end - start for start, end in plan.sessions) for plan in plans(REAL)]
    assert lengths == [210, 390 + 60, 2 * 180, 8 * 90, 390 + 60]
    for lang in REAL.languages:
        assert schedules_text(REAL, lang) == schedules_text(REAL, lang)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"09:00-12:30"', '"9 to 12"', "half_day: a session is written as 09:00-12:30"),
        ('"init"', '"nothing"', "half_day: there is no lesson nothing"),
        ("purpose", "porpoise", "half_day: a schedule has"),
        ("[[schedule]]", "[schedule", "lessons/schedules.toml: "),
    ],
)
def test_a_schedule_that_cannot_be_read_is_named(tmp_path, old, new, says):
    made = make_course(tmp_path, "init", "moving")
    text = (ROOT / "lessons" / "schedules.toml").read_text(encoding="utf-8")
    (tmp_path / "lessons" / "schedules.toml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(LessonProblem) as problem:
        plans(made)
    assert says in str(problem.value)


# --- the command ---


def test_teach_makes_everything_and_says_where(course, capsys):
    notebooks = {path: path.read_bytes() for path in course.root.rglob("notebooks/**/*.ipynb")}
    assert run.run(["teach", "--lang", "ko"]) == 0
    folder = course.root / "workspace" / "teaching" / "ko"
    assert capsys.readouterr().out.splitlines() == [
        *("1 · 처음", "2 · 다음", f"브라우저에서 엽니다: {folder / 'index.html'}")
    ]
    index = (folder / "index.html").read_text(encoding="utf-8")
    for entry in course.lessons:
        for name in (f"{entry.stem}.ipynb", f"{entry.stem}.slides.html"):
            assert (folder / name).is_file()
            assert f'href="{name}"' in index
    assert loaded(index) == []
    assert {path: path.read_bytes() for path in notebooks} == notebooks


def test_teach_makes_only_what_is_named_where_it_is_wanted(course, tmp_path):
    assert run.run(["teach", "2", "--to", str(tmp_path / "stick")]) == 0
    made = {path.name for path in (tmp_path / "stick").glob("*.ipynb")}
    assert made == {f"{course.lessons[1].stem}.ipynb"}
    assert not (course.root / "workspace" / "teaching").exists()


def test_what_an_instructor_changed_is_kept(course, tmp_path):
    folder = TeachingFolder(course, "en", tmp_path / "there")
    entry = course.lessons[0]
    folder.lesson(entry)
    path = folder.path / f"{entry.stem}.ipynb"
    path.write_text(path.read_text(encoding="utf-8") + " ", encoding="utf-8")
    mine = path.read_bytes()
    folder.lesson(entry)
    assert path.read_bytes() == mine and folder.kept == []
    text = (entry.folder / "teaching.toml").read_text(encoding="utf-8")
    (entry.folder / "teaching.toml").write_text(text.replace("spoken", "anew"), encoding="utf-8")
    folder.lesson(entry)
    assert "anew" in path.read_text(encoding="utf-8")
    [kept] = folder.kept
    assert kept.name == f"{entry.stem}.yours-1.ipynb" and kept.read_bytes() == mine


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["teach", "movin"], 2, "Did you mean moving?"),
        (["teach", "--to", "{root}/notebooks/en"], 2, "Not in `notebooks/`"),
        (["teach", "--to", "{root}/lessons/course.toml"], 2, "is not a folder"),
    ],
)
def test_a_wrong_wish_is_one_line(course, capsys, arguments, code, says):
    assert run.run([one.format(root=course.root) for one in arguments]) == code
    [line] = capsys.readouterr().err.splitlines()
    assert says in line


def test_a_lesson_that_cannot_be_made_is_named_and_the_others_are_made(course, capsys):
    folder = course.root / "workspace" / "teaching" / "en"
    course.lessons[0].notebook("en", solved=True).unlink()
    assert run.run(["teach"]) == 1
    said = capsys.readouterr()
    missing = course.lessons[0].notebook("en", solved=True).name
    assert said.err == f"There is no `{missing}`. `python3 -m course build init` makes it.\n"
    assert "index.html" in said.out
    assert (folder / f"{course.lessons[1].stem}.ipynb").is_file()
    course.lessons[1].notebook("en", solved=True).write_text("{", encoding="utf-8")
    (course.lessons[0].folder / "teaching.toml").write_text("[", encoding="utf-8")
    assert run.run(["teach", "moving"]) == 1
    assert "The notebooks of `moving` can't be read" in capsys.readouterr().err


def test_the_edition_is_valid_as_a_notebook(tmp_path):
    import nbformat

    entry = REAL.lesson("manual_revision")
    TeachingFolder(REAL, "ko", tmp_path).lesson(entry)
    text = (tmp_path / f"{entry.stem}.ipynb").read_text(encoding="utf-8")
    nbformat.validate(nbformat.reads(text, as_version=4))
    assert json.loads(text)["metadata"]["kernelspec"]["name"] == "python3"


def test_a_heading_inside_a_cell_begins_a_section_and_a_slide(course):
    text = "What was before.\n\n## New\n\n```\n# no heading\n```\n\n### Deeper\n\nend"
    cells = [
        {"cell_type": "markdown", "id": "one", "metadata": {}, "source": "## Old\n\n" + "w " * 130},
        {"cell_type": "markdown", "id": "two", "metadata": {}, "source": text},
    ]
    assert headings({"cells": cells}) == {"one": 2, "two": 2, "two 2": 3}
    sections = timed({"cells": cells}, course.lessons[0], "en")
    assert [(part.key, part.heading) for part in sections] == [
        *[("one", "Old"), ("two", "New"), ("two 2", "Deeper")]
    ]
    for cell in cells:
        cell["metadata"] = {"slideshow": {"slide_type": "subslide"}}
    shown = [cell["metadata"]["slideshow"]["slide_type"] for cell in slide_cells({"cells": cells})]
    assert shown == ["subslide", "subslide", "slide", "subslide"]


def test_a_page_without_its_schedules_is_found(course):
    page = course.root / "docs" / "teaching.md"
    page.parent.mkdir()
    page.write_text("<!-- schedules: begin --><!-- schedules: end -->\n", encoding="utf-8")
    assert readme.problems(course) == [
        "teaching.md: `python3 -m course build` writes its tables anew"
    ]
    readme.write(course)
    assert readme.problems(course) == []
    page.write_text("nothing\n", encoding="utf-8")
    assert readme.problems(course) == ["teaching.md: there is no block 'schedules'"]
