"""The desk: a learner's copies follow the course, and nothing that they wrote is lost."""

import errno
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from course.command import lab
from course.command.language import say
from course.contents import ROOT, Course, load_course
from course.desk import copies, start_page
from course.desk.copies import Shelf
from course.workspace import make_workspace
from tests.small_course import commit, load, make_course, save

pytestmark = pytest.mark.usefixtures("room")


@pytest.fixture
def course(tmp_path: Path, room: Path) -> Course:
    made = make_course(tmp_path / "kit", "init", "moving")
    make_workspace(made.root)
    return made


def update(course: Course) -> copies.News:
    """Lay the copies out; nothing is in the way."""
    news = copies.update(course, "ko")
    assert news.problem is None
    return news


def everything(room: Path) -> dict[str, bytes]:
    """What a learner has: the files of the workspace, without what the desk notes for itself."""
    return {
        path.relative_to(room).as_posix(): path.read_bytes()
        for path in sorted(room.rglob("*"))
        if path.is_file() and path.name != ".desk.json" and ".locks" not in path.parts
    }


def run_a_cell(path: Path) -> None:
    """Do what JupyterLab does to the file when the learner runs a cell and saves."""
    notebook = load(path)
    notebook["cells"][1].update(
        execution_count=7,
        outputs=[{"name": "stdout", "output_type": "stream", "text": ["mine\n"]}],
    )
    save(path, notebook)


def save_without_work(path: Path) -> None:
    """Do what JupyterLab does to the file when a notebook is opened and saved."""
    notebook = load(path)
    notebook["metadata"]["language_info"] = {"name": "python", "version": "3.11.0"}
    notebook["cells"][1]["metadata"]["collapsed"] = False
    notebook["cells"][0]["source"] = "".join(notebook["cells"][0]["source"])
    save(path, notebook)


def write_in_it(path: Path) -> None:
    notebook = load(path)
    notebook["cells"][0]["source"] = ["my notes"]
    save(path, notebook)


def take_a_cell_out(path: Path) -> None:
    notebook = load(path)
    del notebook["cells"][0]
    save(path, notebook)


WORK = [run_a_cell, write_in_it, take_a_cell_out]


# --- copies ---


def test_copies_have_no_outputs_and_keep_what_their_cells_are(course, room):
    update(course)
    assert sorted(path.name for path in (room / "ko").iterdir()) == [
        "01_init.ipynb",
        "02_moving.ipynb",
    ]
    assert not (room / "en").exists(), "the learner's language alone"
    copy, committed = (
        load(room / "ko" / "01_init.ipynb"),
        load(course.lessons[0].notebook("ko", solved=False)),
    )
    nbformat.validate(nbformat.from_dict(copy))
    assert [cell["source"] for cell in copy["cells"]] == [
        cell["source"] for cell in committed["cells"]
    ]
    assert copy["cells"][1]["outputs"] == [] and copy["cells"][1]["execution_count"] is None
    assert copy["cells"][1]["metadata"] == {"exercise": "url", "role": "check"}
    assert copy["metadata"]["course"].items() >= committed["metadata"]["course"].items()


def test_every_link_of_a_copy_leads_to_a_file(room):
    import re

    course = load_course(ROOT)
    make_workspace(ROOT)
    copies.update(course, "ko")
    start_page.write(course, "ko", {})
    texts = {
        path: "\n".join("".join(cell["source"]) for cell in load(path)["cells"])
        for path in room.rglob("*.ipynb")
    }
    page = start_page.page(course, "ko")
    texts[page] = page.read_text(encoding="utf-8")
    links = [
        (path, link)
        for path, text in texts.items()
        for link in re.findall(r"\]\(([^)#\s]+\.ipynb)\)", text)
    ]
    assert len(links) > 60
    assert [(path, link) for path, link in links if not (path.parent / link).is_file()] == []


def test_a_second_look_changes_nothing_and_reads_no_notebook(course, room, monkeypatch):
    update(course)
    start_page.write(course, "ko", {})
    before = {path: path.stat().st_mtime_ns for path in room.rglob("*") if path.is_file()}
    update(course)  # the copies are looked at for the first time here
    monkeypatch.setattr("course.desk.copying.read", lambda path: pytest.fail(f"reads {path}"))
    update(course)
    start_page.write(course, "ko", {})
    for name in (".desk.json", ".locks/desk.lock"):
        before.pop(room / name)
    assert {path: path.stat().st_mtime_ns for path in before} == before


@pytest.mark.parametrize("spoiled", [b"", b"{", b"[]", b'{"seen": 1}', b'{"updates": {"ko": 5}}'])
def test_a_spoiled_record_costs_nothing(course, room, spoiled):
    update(course)
    write_in_it(room / "ko" / "01_init.ipynb")
    before = everything(room)
    (room / ".desk.json").write_bytes(spoiled)
    update(course)
    assert everything(room) == before


# --- an update of the course ---


@pytest.mark.parametrize("touch", [None, save_without_work])
def test_an_untouched_copy_follows_the_course(course, room, touch):
    update(course)
    copy = room / "ko" / "01_init.ipynb"
    if touch:
        touch(copy)
    commit(course, course.lessons[0], "Look again.")
    news = update(course)
    assert (news.update.revised, news.kept, news.update.added) == (["init"], [], [])
    assert load(copy)["cells"][0]["source"][1] == "Look again."
    assert not update(course).update.is_news


def test_an_untouched_copy_that_was_saved_stays_while_the_course_does(course, room):
    update(course)
    save_without_work(room / "ko" / "01_init.ipynb")
    before = everything(room)
    update(course)
    assert everything(room) == before


@pytest.mark.parametrize("work", WORK)
def test_a_touched_copy_stays_and_is_spoken_of(course, room, work):
    update(course)
    copy = room / "ko" / "01_init.ipynb"
    work(copy)
    before = copy.read_bytes()
    assert update(course).kept == [], "nothing is new"
    commit(course, course.lessons[0], "Look again.")
    for _ in range(2):
        news = update(course)
        assert copy.read_bytes() == before
        assert news.kept == [course.lessons[0]] and news.update.revised == []
    [line] = lab.lay_out(course, "ko")
    assert line == say("lab.kept", "ko", lessons="1 · 처음", number=1)
    assert "reset 1`" in start_page.page(course, "ko").read_text(encoding="utf-8")


def test_outputs_alone_make_no_new_edition(course, room):
    update(course)
    write_in_it(room / "ko" / "01_init.ipynb")
    committed = course.lessons[0].notebook("ko", solved=False)
    run_a_cell(committed)
    news = update(course)
    assert news.kept == [] and not news.update.is_news


def test_renumbered_added_and_removed_lessons(course, room):
    update(course)
    run_a_cell(room / "ko" / "02_moving.ipynb")
    mine = (room / "ko" / "02_moving.ipynb").read_bytes()
    newer = make_course(course.root, "third", "init", "moving")
    news = update(newer)
    assert news.update.added == ["third"] and news.update.revised == ["init"]
    assert [entry.slug for entry in news.kept] == ["moving"]
    assert {path.name for path in (room / "ko").iterdir()} == {
        "01_third.ipynb",
        "02_init.ipynb",
        "02_moving.ipynb",
    }
    assert (room / "ko" / "02_moving.ipynb").read_bytes() == mine
    start_page.write(newer, "ko", {})
    page = start_page.page(newer, "ko").read_text(encoding="utf-8")
    assert "[3 · 다음](02_moving.ipynb)" in page and "새 레슨: [1 · 셋째](01_third.ipynb)" in page
    newest = make_course(course.root, "third")
    assert update(newest).update.removed == ["init", "moving"]
    assert {path.name for path in (room / "ko").glob("*.ipynb")} == {
        "01_third.ipynb",
        "02_moving.ipynb",
    }
    assert (room / "ko" / "02_moving.ipynb").read_bytes() == mine


def test_what_the_learner_named_is_theirs(course, room):
    """A renamed, a duplicated and a moved copy stay; what is missing in their place comes back."""
    update(course)
    copy = room / "ko" / "01_init.ipynb"
    (room / "mine").mkdir()
    shutil.copy(copy, room / "ko" / "01_init-Copy1.ipynb")
    shutil.copy(copy, room / "ko" / "01_my_init.ipynb")
    shutil.copy(copy, room / "mine" / "01_init.ipynb")
    copy.rename(room / "ko" / "init again.ipynb")
    before = everything(room)
    commit(course, course.lessons[0], "Look again.")
    update(course)
    del before["solutions/ko/01_init.ipynb"]  # a copy that nobody touched
    assert everything(room).items() >= before.items()
    assert load(copy)["cells"][0]["source"][1] == "Look again."


@pytest.mark.parametrize("spoiled", [b"", b'{"cells": [', b"[]", b'{"cells": [5]}', b"\xff"])
def test_a_half_written_copy_is_moved_aside(course, room, spoiled):
    update(course)
    copy = room / "ko" / "01_init.ipynb"
    whole = copy.read_bytes()
    copy.write_bytes(spoiled)
    [(was, kept)] = update(course).spoiled
    assert (was, kept.read_bytes(), copy.read_bytes()) == (copy, spoiled, whole)
    assert kept.is_relative_to(room / ".old")


def test_a_checkout_that_is_being_updated_takes_nothing_away(course, room):
    update(course)
    before = everything(room)
    for path, content in ((course.lessons[0], b'{"cells": ['), (course.lessons[1], None)):
        notebook = path.notebook("ko", solved=False)
        notebook.unlink() if content is None else notebook.write_bytes(content)
    assert not update(course).update.is_news
    assert everything(room) == before
    assert copies.renew(course, course.lessons[0], room / ".old" / "x") == []
    assert everything(room) == before


# --- a disk that is full, a workspace that cannot be written ---


def test_a_full_disk_spoils_no_copy_and_is_one_line(course, room, monkeypatch):
    update(course)
    before = everything(room)
    commit(course, course.lessons[0], "Look again.")

    def full(path: Path, content: bytes) -> int:
        with path.open("wb") as file:
            file.write(content[:10])
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", full)
    [line] = lab.lay_out(course, "en")
    assert line.startswith("The disk is full")
    assert everything(room) == before, "and nothing half written stays"
    assert lab.own_arguments(course, "ko", [])[2].endswith("/lab/tree/ko/01_init.ipynb")


def test_one_copy_that_cannot_be_written_does_not_keep_the_others_back(course, room, monkeypatch):
    update(course)
    for entry in course.lessons:
        commit(course, entry, "Look again.")
    write_bytes = Path.write_bytes

    def denied(path: Path, content: bytes) -> int:
        if "01_init" in path.name:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return write_bytes(path, content)

    monkeypatch.setattr(Path, "write_bytes", denied)
    news = copies.update(course, "ko")
    assert "01_init" in news.problem.filename and news.update.revised == ["moving"]
    assert load(room / "ko" / "02_moving.ipynb")["cells"][0]["source"][1] == "Look again."
    assert "COURSE_WORKSPACE" in lab.lay_out(course, "en")[-1]


def test_without_a_workspace_the_committed_notebook_opens(course, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("COURSE_WORKSPACE", str(tmp_path / "file" / "below"))
    [line] = lab.lay_out(course, "en")
    assert "COURSE_WORKSPACE" in line and str(tmp_path / "file") in line
    own = lab.own_arguments(course, "en", [])
    assert f"--ServerApp.root_dir={course.root}" in own
    assert "--LabApp.default_url=/lab/tree/notebooks/en/01_init.ipynb" in own


def test_two_labs_at_once(course, room):
    code = (
        "import sys; from pathlib import Path; from course.contents import load_course;"
        "from course.command.lab import lay_out;"
        "print(lay_out(load_course(Path(sys.argv[1])), 'ko'))"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(course.root)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    assert [process.communicate()[0].strip() for process in started] == ["[]"] * 4
    assert not [*room.rglob("*.new")]
    assert len([*room.rglob("*.ipynb")]) == 4


# --- the start page ---


def test_the_page_shows_progress_and_where_to_go_on(course, room):
    update(course)
    start_page.write(course, "ko", {"init": ["url"]})
    page = start_page.page(course, "ko").read_text(encoding="utf-8")
    assert "**이어서 하기:** [1 · 처음](01_init.ipynb), 연습 `models`" in page
    assert "연습 4개 가운데 1개" in page
    assert "| 1 | [처음](01_init.ipynb) | 처음 | 30분 | 1/2 |" in page
    assert "| 2 | [다음](02_moving.ipynb) | 다음 | 30분 | – |" in page
    start_page.refresh(course, {"init": ["models", "url"], "moving": ["url", "models", "gone"]})
    page = start_page.page(course, "ko").read_text(encoding="utf-8")
    assert "모든 연습을 통과했습니다" in page and page.count("| ✓ |") == 2
    assert not (room / "en").exists(), "only where there are copies"


def test_a_bar_in_a_title_does_not_break_the_table(course):
    copies.update(course, "en")
    start_page.write(course, "en", {})
    page = start_page.page(course, "en").read_text(encoding="utf-8")
    assert r"| `a\|b` | 30" in page


def test_a_page_in_which_somebody_wrote_is_moved_aside(course, room):
    update(course)
    assert start_page.write(course, "ko", {}) is None
    page = start_page.page(course, "ko")
    page.write_text("my notes\n" + page.read_text(encoding="utf-8"), encoding="utf-8")
    mine = page.read_bytes()
    kept = start_page.write(course, "ko", {})
    assert kept.read_bytes() == mine and kept.is_relative_to(room / ".old")
    assert not page.read_text(encoding="utf-8").startswith("my notes")
    assert start_page.write(course, "ko", {"init": ["url"]}) is None


def test_a_pass_is_not_lost_for_a_page_that_cannot_be_written(course, monkeypatch):
    update(course)

    def denied(path: Path, content: bytes) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "write_bytes", denied)
    start_page.refresh(course, {"init": ["url"]})
    assert not start_page.page(course, "ko").exists()


# --- reset ---


def test_a_fresh_copy_takes_the_place_of_each_touched_one(course, room):
    for lang in ("ko", "en"):
        copies.update(course, lang)
    touched = [room / "ko" / "01_init.ipynb", room / "solutions" / "en" / "01_init.ipynb"]
    for path in touched:
        run_a_cell(path)
    mine = [path.read_bytes() for path in touched]
    place = room / ".old" / "01_init.1"
    moved = copies.renew(course, course.lessons[0], place)
    assert moved == [
        (touched[0], place / "notebooks" / "ko" / "01_init.ipynb"),
        (touched[1], place / "notebooks" / "solutions" / "en" / "01_init.ipynb"),
    ]
    assert [kept.read_bytes() for _, kept in moved] == mine
    assert [load(path)["cells"][1]["outputs"] for path in touched] == [[], []]
    assert copies.renew(course, course.lessons[0], room / ".old" / "01_init.2") == []
    assert not (room / ".old" / "01_init.2").exists()


def test_a_fresh_copy_has_the_number_of_today(course, room):
    update(course)
    run_a_cell(room / "ko" / "02_moving.ipynb")
    newer = make_course(course.root, "third", "init", "moving")
    update(newer)
    [(was, _)] = copies.renew(newer, newer.lesson("moving"), room / ".old" / "x")
    assert was.name == "02_moving.ipynb" and not was.exists()
    assert (room / "ko" / "03_moving.ipynb").is_file()


# --- how long it takes ---


def test_nothing_new_takes_no_time(room):
    course = load_course(ROOT)
    assert lab.lay_out(course, "ko") == lab.lay_out(course, "ko") == []
    times = []
    for _ in range(5):
        course = load_course(ROOT)
        started = time.process_time()
        lab.lay_out(course, "ko")
        times.append(time.process_time() - started)
    assert min(times) < 0.15, f"it took {times}"


def test_the_quick_path_loads_nothing_heavy():
    code = "import sys, course.command.lab; print(json.dumps([*sys.modules]))"
    ran = subprocess.run(
        [sys.executable, "-c", f"import json; {code}"], capture_output=True, text=True, check=True
    )
    loaded = set(json.loads(ran.stdout))
    assert not loaded & {"nbformat", "jupytext", "filelock", "typer", "IPython", "alembic"}


def test_a_shelf_is_where_the_links_of_notebooks_lead(course, room):
    assert Shelf(course, "ko", solved=False).folder == room / "ko"
    assert Shelf(course, "ko", solved=True).folder == room / "solutions" / "ko"
