"""A learner's day in the browser: a copy opened, a lesson left and gone on with, a mistake mended.

The steps are one story, in order: each test goes on where the one before it ended.
"""

import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from course.author.source import read_lesson
from course.contents import ROOT, load_course
from tests.opened import alembic
from tests.system.lab import (
    add_cell,
    browser,
    cell,
    lab,
    open_page,
    output,
    panel,
    panel_text,
    restart_kernel,
    run,
    wait_for_kernel,
    write,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.system

LESSON = load_course().lesson("autogenerate")
NOTEBOOK = f"ko/{LESSON.stem}.ipynb"


def changed_files() -> str:
    asked = ["git", "status", "--porcelain"]
    return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def before() -> str:
    return changed_files()


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lab") / "workspace"


@pytest.fixture(scope="module")
def page(before: str, workspace: Path) -> "Iterator[Page]":
    """The page that the command opens, in Korean."""
    with lab(workspace.parent, "ko") as address, browser() as started:
        yield open_page(started, address, "light")


def until(says: Callable[[], bool], seconds: float = 10) -> float:
    """Wait until something holds; give how long it took."""
    began = time.monotonic()
    while not says():
        assert time.monotonic() - began < seconds
        time.sleep(0.02)
    return time.monotonic() - began


def test_the_first_thing_is_the_table_of_lessons(page):
    table = page.locator(".jp-RenderedMarkdown table")
    table.first.wait_for()
    assert table.get_by_role("link").count() == len(load_course().lessons)
    assert page.locator(".jp-Dialog, .jp-toast, .Toastify__toast").count() == 0


def test_a_copy_opens_without_outputs(page, workspace):
    page.get_by_role("link", name=LESSON.title["ko"], exact=True).click()
    wait_for_kernel(page)
    copy = json.loads((workspace / NOTEBOOK).read_text(encoding="utf-8"))
    assert not any(one.get("outputs") for one in copy["cells"])
    assert page.locator(".jp-OutputArea-output").count() == 0


def test_the_panel_opens_by_itself_and_follows_cells(page):
    assert panel(page, "parts").count() == 0
    run(page, cell(page, NOTEBOOK, "open"))
    panel(page, "parts").wait_for()
    assert "orders" in panel_text(page, "parts")
    run(page, cell(page, NOTEBOOK, "parts-start"))
    write(page, cell(page, NOTEBOOK, "generate-answer"), source("generate-solution"))
    until(lambda: "sync models" in panel_text(page, "graph"))
    assert 'alembic revision --autogenerate -m "sync models"' in panel_text(page, "parts")
    assert page.locator("#alembic-course-live").count() == 1


def test_it_follows_a_file_saved_in_the_editor(page, workspace):
    page.locator(".jp-BreadCrumbs-home").click()
    for name in (LESSON.stem, "models.py"):
        page.locator(".jp-DirListing-itemText", has_text=re.compile(f"^{name}$")).dblclick()
    editor = page.locator(".jp-FileEditor .cm-content")
    editor.click()
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.insert_text(
        "\n\nclass Tag(Base):\n    __tablename__ = 'tags'\n\n    id: Mapped[int]"
    )
    page.keyboard.insert_text(" = mapped_column(primary_key=True)\n")
    page.keyboard.press("ControlOrMeta+s")
    models = workspace / LESSON.stem / "models.py"
    until(lambda: "tags" in models.read_text(encoding="utf-8"))
    took = until(lambda: "tags" in panel_text(page, "parts"))
    assert took < 3


def test_it_follows_a_command_typed_in_a_terminal(page, workspace):
    alembic(workspace / LESSON.stem, "revision", "-m", "from a terminal")
    assert until(lambda: "from a terminal" in panel_text(page, "graph")) < 3
    page.locator(".lm-TabBar-tab", has_text=f"{LESSON.stem}.ipynb").click()


def test_a_restart_in_the_middle_is_no_end(page, workspace):
    versions = workspace / LESSON.stem / "migrations" / "versions"
    files = sorted(path.name for path in versions.glob("*.py"))
    cell(page, NOTEBOOK, "generate-answer").locator(".jp-InputPrompt").click()
    restart_kernel(page)
    first = cell(page, NOTEBOOK, "open")
    run(page, first)
    said = output(first)
    assert f"연습 {len(LESSON.exercises)}개 중 0개를 통과" in said
    assert "lesson.resume()" in said
    resumed = add_cell(page, first, "lesson.resume()")
    assert "하던 곳으로" in output(resumed)
    assert sorted(path.name for path in versions.glob("*.py")) == files
    until(lambda: "from a terminal" in panel_text(page, "graph"))
    shown = cell(page, NOTEBOOK, "show-define", added=1)
    run(page, shown)
    assert "drop_table('orders')" in output(shown)


def test_an_exercise_is_gone_to_missed_taken_back_and_passed(page):
    name = "rename_title"
    here = add_cell(
        page, cell(page, NOTEBOOK, f"{name}-answer", added=1), f'lesson.go_to("{name}")'
    )
    assert "이동하기" in output(here)
    for part in range(1, 5):
        here = add_cell(page, here, source(f"{name}-wrong-added-with-default-{part}"))
    here = add_cell(page, here, f'lesson.check("{name}")')
    assert output(here).startswith(f"△ 아직 · {name}")
    for _ in ("the upgrade", "what was written into the revision"):
        here = add_cell(page, here, "lesson.undo()")
        assert output(here).startswith("되돌렸습니다")
    for part in ("edit", "upgrade"):
        here = add_cell(page, here, source(f"{name}-solution-{part}"))
    here = add_cell(page, here, f'lesson.check("{name}")')
    assert output(here).startswith(f"✓ 통과 · {name}")


def source(key: str) -> str:
    """Give a cell as the lesson's author wrote it, wrong answers too."""
    lesson = read_lesson(load_course(), LESSON)
    [found] = [one.source for one in (*lesson.code, *lesson.answers) if one.key == key]
    return found


def test_the_start_page_knows_of_it(page):
    page.locator(".lm-TabBar-tab", has_text="start.md").click()
    row = page.locator(".jp-RenderedMarkdown tr", has_text=LESSON.title["ko"])
    assert until(lambda: f"1/{len(LESSON.exercises)}" in row.text_content()) < 10


def test_nothing_in_the_checkout_has_changed(page, before):
    assert changed_files() == before
