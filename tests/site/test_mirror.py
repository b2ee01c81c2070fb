"""A folder and its records in the browser: what goes out, what comes in, nothing twice."""

import os
import sqlite3
import time
from contextlib import closing

import pytest

from course.site.kernel.mirror import JUST_NOW, Mirror, content


@pytest.fixture
def mirror(tmp_path):
    folder = tmp_path / "workspace"
    folder.mkdir()
    return Mirror(folder)


def rest(mirror):
    """Let files be older than what may still change unseen."""
    moment = time.time_ns() - 2 * JUST_NOW
    for path in mirror.folder.rglob("*"):
        os.utime(path, ns=(moment, moment))


def send(mirror, store):
    records, gone = mirror.outgoing()
    store.update({record["path"]: record for record in records})
    for path in gone:
        del store[path]
    mirror.sent(records, gone)
    return sorted(record["path"] for record in records), sorted(gone)


def test_what_goes_out_comes_in_elsewhere_byte_for_byte(mirror, tmp_path):
    (mirror.folder / "shop/migrations").mkdir(parents=True)
    (mirror.folder / "shop/models.py").write_text("# 한글\r\n", encoding="utf-8", newline="")
    (mirror.folder / "shop/empty").touch()
    with closing(sqlite3.connect(mirror.folder / "shop/shop.db")) as connection:
        connection.execute("CREATE TABLE users (id INTEGER)")
    store: dict = {}
    send(mirror, store)
    time.sleep(2 * JUST_NOW / 1e9)
    other = Mirror(tmp_path / "other")
    other.folder.mkdir()
    other.incoming(store.values())
    for path in ("shop/models.py", "shop/empty", "shop/shop.db"):
        assert (other.folder / path).read_bytes() == (mirror.folder / path).read_bytes()
    assert (other.folder / "shop/migrations").is_dir()
    assert other.outgoing() == ([], [])


def test_a_text_can_be_edited_and_a_database_is_kept_as_bytes(mirror):
    (mirror.folder / "env.py").write_text("a = 1\n", encoding="utf-8")
    (mirror.folder / "shop.db").write_bytes(b"SQLite format 3\0")
    records = {record["path"]: record for record in mirror.outgoing()[0]}
    assert records["env.py"]["format"] == "text" and records["env.py"]["content"] == "a = 1\n"
    assert records["shop.db"]["format"] == "base64"
    assert content(records["shop.db"]) == b"SQLite format 3\0"


def test_only_what_changed_goes_out(mirror):
    for name in ("a", "b"):
        (mirror.folder / name).write_text("1", encoding="utf-8")
    rest(mirror)
    store: dict = {}
    assert send(mirror, store) == (["a", "b"], [])
    assert send(mirror, store) == ([], [])
    (mirror.folder / "a").write_text("2", encoding="utf-8")
    (mirror.folder / "b").unlink()
    assert send(mirror, store) == (["a"], ["b"])
    assert store.keys() == {"a"}


def test_what_may_still_change_unseen_goes_out_again(mirror):
    (mirror.folder / "a").write_text("1", encoding="utf-8")
    store: dict = {}
    send(mirror, store)
    (mirror.folder / "a").write_text("2", encoding="utf-8")
    assert send(mirror, store) == (["a"], [])
    assert content(store["a"]) == b"2"


def test_an_edit_of_another_comes_in_and_a_deletion(mirror):
    for name in ("a", "b"):
        (mirror.folder / name).write_text("1", encoding="utf-8")
    rest(mirror)
    store: dict = {}
    send(mirror, store)
    store["a"] = {**store["a"], "content": "edited", "last_modified": "2026-01-05T09:00:00.000Z"}
    del store["b"]
    assert mirror.incoming(store.values()) == ["b", "a"]
    assert (mirror.folder / "a").read_text(encoding="utf-8") == "edited"
    assert not (mirror.folder / "b").exists()
    assert mirror.outgoing() == ([], [])


def test_a_look_into_one_folder_takes_nothing_from_another(mirror):
    for name in ("shop", "blog"):
        (mirror.folder / name).mkdir()
        (mirror.folder / name / "a").write_text("1", encoding="utf-8")
    store: dict = {}
    send(mirror, store)
    looked = [record for path, record in store.items() if path.startswith("shop/")]
    assert mirror.incoming(looked, ("shop/",)) == []
    assert (mirror.folder / "blog/a").exists()


def test_caches_and_locks_stay_where_they_are(mirror):
    for name in ("__pycache__", ".locks"):
        (mirror.folder / name).mkdir()
        (mirror.folder / name / "x").touch()
    assert mirror.outgoing() == ([], [])
