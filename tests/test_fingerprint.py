"""What a notebook's outputs depend on: it is found, and a change elsewhere executes nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from course.author.fingerprint import EVERY, Inputs, changed, code_hash, inputs, packages
from course.author.notebook import Notebook, code, notebook, read
from course.author.reach import Sources, reach, read_module
from course.contents import Course, LessonEntry, load_course
from tests.checkout import copy_checkout

LESSONS = ("init", "columns_and_indexes", "branches")
DRAWS_SCHEMA = 'lesson = open_lesson("init")\nlesson.graph()\nlesson.schema()\nlesson.check("x")'
DRAWS_NONE = 'lesson = open_lesson("init")\nlesson.check("x")'


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with three lessons."""
    return copy_checkout(tmp_path_factory.mktemp("fingerprint") / "kit", *LESSONS).root


@pytest.fixture
def kept(whole: Path) -> Course:
    """The checkout; what a test changes in it is put back."""
    before = {path: path.read_bytes() for path in whole.rglob("*.*") if path.is_file()}
    yield load_course(whole)
    for path in set(whole.rglob("*.*")) - set(before):
        path.unlink() if path.is_file() else None
    for path, content in before.items():
        if path.read_bytes() != content:
            path.write_bytes(content)


def cells(source: str) -> list[Notebook]:
    return [notebook([code("one", source)])]


def of(course: Course, slug: str = "init", source: str = DRAWS_SCHEMA) -> dict[str, Inputs]:
    course = load_course(course.root)
    return inputs(course, course.lesson(slug), cells(source))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_comment_a_docstring_and_white_space_change_nothing(kept):
    before = of(kept)
    path = kept.root / "course" / "picture" / "schema.py"
    text = path.read_text(encoding="utf-8")
    _, _, rest = text.partition('"""\n')
    path.write_text(f'# A comment.\n"""Another docstring."""\n\n\n{rest}\n\n', encoding="utf-8")
    edit(kept.root / "course" / "picture" / "pictures.toml", "\n", "\n# a comment\n")
    assert of(kept) == before


def test_a_changed_line_is_named_and_reaches_who_uses_it(kept):
    slugs = ("init", "branches")
    before = {slug: of(kept, slug) for slug in slugs}
    without = of(kept, "init", DRAWS_NONE)
    name = "course/picture/history.py"
    with (kept.root / name).open("a", encoding="utf-8") as file:
        file.write("\nANOTHER = 1\n")
    for slug in slugs:
        assert changed(before[slug], of(kept, slug), "ko") == [name]
    assert name not in without[EVERY]
    assert changed(without, of(kept, "init", DRAWS_NONE), "ko") == []


def test_the_words_of_one_language_concern_its_notebooks_alone(kept):
    before = of(kept)
    path = kept.root / "course" / "lesson" / "lesson.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('ko = "', 'ko = "새 ', 1), encoding="utf-8")
    assert changed(before, of(kept), "ko") == ["course/lesson/lesson.toml"]
    assert changed(before, of(kept), "en") == []


def test_another_language_concerns_no_notebook_that_is_there(kept):
    before = of(kept)
    path = kept.root / "course" / "lesson" / "lesson.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('\nen = "', '\nfr = "autre"\nen = "', 1), encoding="utf-8")
    assert of(kept) == before


def test_other_lessons_and_prose_concern_no_notebook(kept):
    before = of(kept)
    manifest = kept.root / "lessons" / "course.toml"
    with manifest.open("a", encoding="utf-8") as file:
        words = 'title = { ko = "새", en = "New" }\npurpose = { ko = "새", en = "New" }\n'
        file.write(
            f'\n[[lesson]]\nslug = "new"\npart = "practice"\n{words}'
            'doing = { ko = "새", en = "New" }\n'
        )
    for name in ("lesson.md", "answers.md", "agreed.json", "teaching.toml"):
        (kept.lesson("init").folder / name).write_text("changed", encoding="utf-8")
    edit(kept.lesson("branches").folder / "checks.py", "import", "import os\nimport")
    assert of(kept) == before


@pytest.mark.parametrize(
    ("slug", "path", "old", "new", "names"),
    [
        ("init", "lessons/init/checks.py", "import", "import os\nimport", ["checks"]),
        ("init", "lessons/init/messages.toml", "ko =", "ko = '''other'''\nwas =", ["messages"]),
        ("init", "lessons/course.toml", 'ko = "마이그', 'ko = "새 마이그', ["title"]),
        ("columns_and_indexes", "lessons/_shop/start/base.py", "Base", "Bases", ["start"]),
        ("columns_and_indexes", "requirements.txt", "\nmako==", "\nmako==9", ["package mako"]),
    ],
)
def test_each_input_is_named(kept, slug, path, old, new, names):
    source = "!alembic upgrade head\nopen_lesson"
    before = of(kept, slug, source)
    edit(kept.root / path, old, new)
    assert changed(before, of(kept, slug, source), "ko") == names


def test_a_lesson_has_another_place(kept):
    before = of(kept)
    manifest = kept.root / "lessons" / "course.toml"
    head, first, *others = manifest.read_text(encoding="utf-8").split("[[lesson]]")
    manifest.write_text("[[lesson]]".join([head, *others, first]), encoding="utf-8")
    assert changed(before, of(kept), "ko") == ["place"]


def test_packages_are_those_that_a_lesson_names_and_what_they_ask_for():
    root = load_course().root
    names = set(packages(root, {"alembic"}))
    assert {"package alembic", "package mako", "package sqlalchemy"} <= names
    assert {"package jupyterlab", "package pytest", "package prettytable"}.isdisjoint(names)
    assert {"package ipython-sql", "package prettytable"} <= set(packages(root, {"sql"}))


# --- what is reached ---


def module(root: Path, name: str, text: str) -> Path:
    path = root / "course" / f"{name}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def reached(root: Path, start: Path, *words: str) -> list[str]:
    found = reach(Sources(root), [start], words)
    paths = [*found.modules, *found.tables]
    return sorted(path.relative_to(root / "course").as_posix() for path in paths)


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("import course.other", ["other.py"]),
        ("from course import other", ["other.py"]),
        ("from course.other import thing", ["other.py"]),
        ("from . import other", ["other.py"]),
        ("from .room import inner", ["room/__init__.py", "room/inner.py"]),
        ("ASKED = 'course.other'", ["other.py"]),
        ("ASKED = 'course.other:answer'", ["other.py"]),
        ("'See course.other.'", []),
        ("from course.panel import view\nfrom course.other import thing", ["other.py"]),
        ("import typing\nif typing.TYPE_CHECKING:\n    import course.other", []),
        (
            "if TYPE_CHECKING:\n    import course.other\nelse:\n    import course.room",
            ["room/__init__.py"],
        ),
        ("def draw():\n    import course.other", []),
        ("def draw():\n    import course.other\ndraw()", ["other.py"]),
        ("class Lesson:\n    def _repr_html_(self):\n        import course.other", ["other.py"]),
        ("WORDS = Path(__file__).with_name('words.toml')", ["words.toml"]),
        ("WORDS = Path(__file__).with_suffix('.toml')", ["start.toml"]),
        (
            "import pkgutil\npkgutil.iter_modules(__path__)\nother = 1\nother",
            ["other.py", "other.toml"],
        ),
    ],
)
def test_what_a_statement_reaches(tmp_path, statement, names):
    for name in ("other", "room/__init__", "room/inner", "panel/__init__", "panel/view"):
        module(tmp_path, name, "")
    for name in ("words", "start", "other"):
        (tmp_path / "course" / f"{name}.toml").write_text("", encoding="utf-8")
    assert reached(tmp_path, module(tmp_path, "start", statement)) == names


def test_a_function_is_used_from_a_cell(tmp_path):
    module(tmp_path, "other", "")
    start = module(tmp_path, "start", "def draw():\n    import course.other")
    assert reached(tmp_path, start, "draw") == ["other.py"]


def test_what_is_handed_on_is_reached_by_who_uses_it(tmp_path):
    module(tmp_path, "other", "")
    module(tmp_path, "one", "")
    module(
        tmp_path,
        "both",
        "from course.other import a\nfrom course.one import b\n__all__ = ['a', 'b']",
    )
    start = module(tmp_path, "start", "from course.both import b\nb()")
    assert reached(tmp_path, start) == ["both.py", "one.py"]


def test_a_module_is_the_same_whatever_does_not_run(tmp_path):
    one = module(tmp_path, "one", 'def f(a):\n    """Say."""\n    return f"{a!r:>{3}} b"\n')
    two = module(tmp_path, "two", '# no\ndef f(a):\n\n    return (f"{a!r:>{3}} b")\n')
    other = module(tmp_path, "other", 'def f(a):\n    return f"{a!s:>{3}} b"\n')
    assert read_module(one).digest == read_module(two).digest != read_module(other).digest


def test_what_is_kept_of_modules_is_what_is_read(tmp_path, monkeypatch):
    kept = tmp_path / "cache" / "reach.json"
    monkeypatch.setattr("course.author.reach.KEPT", kept)
    module(tmp_path, "other", "")
    text = "WORDS = Path(__file__).with_name('start.toml')\ndef draw():\n    import course.other\n"
    start = module(tmp_path, "start", text)
    first = Sources(tmp_path)
    read = first.module(start)
    first.keep()
    assert kept.is_file()
    monkeypatch.setattr("course.author.reach.read_module", None)
    assert Sources(tmp_path).module(start) == read
    assert list(reach(Sources(tmp_path), [start]).modules) == []
    monkeypatch.undo()
    monkeypatch.setattr("course.author.reach.KEPT", kept)
    start.write_text(text + "draw()\n", encoding="utf-8")
    assert [path.stem for path in reach(Sources(tmp_path), [start]).modules] == ["other"]
    kept.write_text("[1", encoding="utf-8")
    assert Sources(tmp_path).module(start).digest != read.digest


REALLY = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for source in json.loads(sys.argv[1]):
    shell.run_cell(source, silent=True)
files = [getattr(module, "__file__", None) for name, module in sorted(sys.modules.items())
         if name.partition(".")[0] == "course"]
print(json.dumps([file for file in files if file]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("slug", ["init", "branches"])
def test_a_kernel_imports_nothing_that_was_not_found(slug, tmp_path, monkeypatch):
    """The beginning of a lesson and everything that a lesson can show, in an IPython of its own."""
    monkeypatch.setenv("COURSE_WORKSPACE", str(tmp_path / "workspace"))
    # What is shown beside a notebook is imported, too, and has to be found where it is followed.
    monkeypatch.setattr("course.author.reach.BESIDE", ())
    entry: LessonEntry = load_course().lesson(slug)
    shows = "lesson.graph(), lesson.schema(), lesson.changes()"
    checks = [f"lesson.check({name!r}), lesson.hint({name!r})" for name in entry.exercises]
    sources = [f'from course import open_lesson\nlesson = open_lesson("{slug}")', shows, *checks]
    command = [sys.executable, "-c", REALLY, json.dumps(sources)]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=True)
    imported = {Path(file) for file in json.loads(ran.stdout.splitlines()[-1])}
    course = load_course()
    made = [read(entry.notebook(lang, True)) for lang in course.languages]
    found = inputs(course, entry, [*made, *cells("\n".join(sources))])[EVERY]
    outside = {path.relative_to(course.root).as_posix() for path in imported} - set(found)
    # What `course.checks` offers and a lesson does not name is imported, and not called.
    named = "findings" in (entry.folder / "checks.py").read_text(encoding="utf-8")
    idle = "course/review/rules/" if named else "course/review/"
    assert {path for path in outside if not path.startswith(idle)} == set()
    assert len(imported) > 15


def test_a_command_of_the_course_in_a_cell_is_what_it_depends_on(kept):
    source = 'lesson = open_lesson("init")\n!python -m course review .'
    names = of(kept, source=source)[EVERY].keys()
    assert {"course/command/review.py", "course/review/rules/several_heads.py"} <= names
    assert "course/review/rules/several_heads.py" not in of(kept)[EVERY]


@pytest.mark.parametrize("call", ['lesson.solution("it")', 'lesson.go_on("it")'])
def test_a_cell_that_prints_the_solution_depends_on_it(call):
    shown = notebook([code("a", call)])
    hashes = {
        code_hash(shown, notebook([code("a", call), code("b", solving)]), ())
        for solving in ("1", "2")
    }
    assert len(hashes) == 2
    plain = notebook([code("a", "1")])
    assert len({code_hash(plain, notebook([code("b", it)]), ()) for it in ("1", "2")}) == 1
