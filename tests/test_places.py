"""Notebooks run alike wherever the checkout is, in any order, again, and two at once."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from course.author.compose import targets
from course.author.execute import client, run_cells, store, write_apart
from course.author.new import new
from course.author.notebook import Notebook, code_cells, read
from course.author.source import read_lesson
from course.contents import Course, load_course
from tests.checkout import copy_checkout, import_path

PLACE = "내 강의 자료 · a folder with blanks/" + "deep-and-long-" * 8 + "/kit"


def outputs(notebook: Notebook) -> dict[str, list]:
    """What every code cell but the first printed; the first names a folder moved aside."""
    return {cell["id"]: cell["outputs"] for cell in code_cells(notebook)[1:]}


def run_in(course: Course, slug: str, lang: str) -> dict[str, list]:
    """Run a notebook of a checkout, in that checkout's workspace."""
    source = read_lesson(course, course.lesson(slug))
    path = source.entry.notebook(lang, solved=False)
    [target] = [target for target in targets(course, source) if target.path == path]
    path.parent.mkdir(parents=True, exist_ok=True)
    workspace = course.root / "workspace"
    composed = course.root / "composed" / lang
    write_apart(targets(course, source), composed)
    with client(target.notebook, path.parent, workspace, "fork", composed) as running:
        run_cells(running, target.name, target.meant_to_fail)
        store(running, target.notebook, workspace)
    return outputs(target.notebook)


@pytest.mark.slow
def test_other_place_any_order_again_and_at_once(tmp_path: Path, monkeypatch):
    root = tmp_path / PLACE
    root.mkdir(parents=True)
    copy_checkout(root, "init", "manual_revision", "autogenerate", "offline_sql")
    new(load_course(root), "sample")
    course = load_course(root)
    monkeypatch.setenv("PYTHONPATH", import_path(root))
    with ThreadPoolExecutor() as threads:
        second = threads.submit(lambda: [run_in(course, "sample", "en") for _ in range(2)])
        first = threads.submit(run_in, course, "init", "ko")
        there, again = second.result()
        committed = load_course().lesson("init").notebook("ko", solved=False)
        assert first.result() == outputs(read(committed))
    assert there == again
    stem = course.lesson("sample").stem
    assert "+ new file: migrations/env.py" in str(there)
    [moved] = (root / "workspace" / ".old").iterdir()
    assert moved.name.startswith(f"{stem}.")
