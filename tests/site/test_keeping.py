"""Files are brought before a cell and kept before its answer; what keeps them from it is said."""

import asyncio

import pytest

from course.site.kernel import keeping
from course.site.kernel.keeping import Keeper
from course.site.kernel.mirror import Mirror


class Records(list):
    def to_py(self):
        return list(self)


class Store:
    """The browser's store, as `store.js` gives it."""

    def __init__(self):
        self.records = {}
        self.broken = ""
        self.asked = []

    async def read(self, _name, beginnings):
        self.fail()
        self.asked.append(beginnings)
        kept = self.records.values()
        return Records(one for one in kept if one["path"].startswith(tuple(beginnings)))

    async def write(self, _name, records, gone):
        self.fail()
        self.records.update({record["path"]: record for record in records})
        for path in gone:
            del self.records[path]

    def fail(self):
        if self.broken:
            raise OSError(self.broken)


@pytest.fixture
def store(monkeypatch):
    monkeypatch.setattr(keeping, "to_js", lambda value: value)
    monkeypatch.setenv("COURSE_LANG", "en")
    return Store()


@pytest.fixture
def keeper(store, tmp_path):
    (tmp_path / "workspace").mkdir()
    return Keeper(Mirror(tmp_path / "workspace"), store, "course", ("ko", "en"))


def run(keeper, act=lambda: "done"):
    async def cell(_code):
        return act()

    return asyncio.run(keeper.around(cell)(""))


def record(path, content="x"):
    moment = "2026-01-05T09:00:00.000Z"
    kind = {"type": "file", "format": "text", "content": content, "last_modified": moment}
    return {"path": path, **kind}


def test_a_cells_files_are_kept_when_it_answers(keeper, store):
    (keeper.mirror.folder / "shop").mkdir()
    act = lambda: (keeper.mirror.folder / "shop/models.py").write_text("x", encoding="utf-8")  # noqa: E731
    run(keeper, act)
    assert store.records["shop/models.py"]["content"] == "x"
    assert not [name for one in store.records.values() for name in one if name.startswith("_")]


def test_what_was_saved_between_two_cells_is_taken_over(keeper, store, monkeypatch):
    run(keeper, (keeper.mirror.folder / "shop").mkdir)
    monkeypatch.chdir(keeper.mirror.folder / "shop")
    store.records["shop/models.py"] = record("shop/models.py")
    asyncio.run(keeper.bring_between_cells())
    assert (keeper.mirror.folder / "shop/models.py").read_text(encoding="utf-8") == "x"


def test_what_was_read_before_a_cell_began_does_not_undo_the_cell(keeper, store, monkeypatch):
    file = keeper.mirror.folder / "shop/models.py"
    run(keeper, file.parent.mkdir)
    monkeypatch.chdir(file.parent)
    run(keeper, lambda: file.write_text("before", encoding="utf-8"))
    read = store.read

    async def read_and_wait(name, beginnings):
        found = await read(name, beginnings)
        store.read = read
        await keeper.around(write)("")
        return found

    async def write(_code):
        file.write_text("by the cell", encoding="utf-8")

    store.read = read_and_wait
    asyncio.run(keeper.bring_between_cells())
    assert file.read_text(encoding="utf-8") == "by the cell"


def test_everything_is_brought_first_and_then_the_lessons_folder(keeper, store, monkeypatch):
    store.records = {path: record(path) for path in ("shop/a", "blog/b", "progress.json")}
    assert run(keeper) == "done"
    assert (keeper.mirror.folder / "blog/b").read_text(encoding="utf-8") == "x"
    monkeypatch.chdir(keeper.mirror.folder / "shop")
    run(keeper)
    assert store.asked == [[""], ["shop/", "progress.json"]]
    assert (keeper.mirror.folder / "blog/b").exists()


def test_notebooks_are_jupyterlabs_own(keeper, store):
    paths = ("ko/lesson.ipynb", "solutions/ko/lesson.ipynb", "mine.ipynb", "ko")
    store.records = {path: record(path) for path in paths}
    run(keeper)
    assert list(keeper.mirror.folder.iterdir()) == []
    assert store.records.keys() == set(paths)


@pytest.mark.parametrize(
    ("reason", "line"),
    [
        ("InvalidStateError", "couldn't be kept in this browser (InvalidStateError)"),
        ("Error: QuotaExceededError", "This browser has no storage left"),
    ],
)
def test_a_store_that_refuses_is_said_once_for_each_reason(keeper, store, capsys, reason, line):
    store.broken = reason
    (keeper.mirror.folder / "a").write_text("x", encoding="utf-8")
    assert run(keeper) == "done"
    said = capsys.readouterr().out
    assert said.count(line) == 1
    run(keeper)
    assert capsys.readouterr().out == ""
    store.broken = ""
    run(keeper)
    assert "a" in store.records


def test_what_could_not_be_read_at_first_is_not_written_over(keeper, store):
    store.records = {"shop/a": record("shop/a")}
    store.broken = "no"

    def act():
        store.broken = ""
        (keeper.mirror.folder / "shop").mkdir()
        (keeper.mirror.folder / "shop/a").write_text("fresh", encoding="utf-8")

    run(keeper, act)
    assert store.records["shop/a"]["content"] == "x"
    run(keeper)
    assert (keeper.mirror.folder / "shop/a").exists()
    assert "shop/a" in store.records
