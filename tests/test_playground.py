"""The playground: moves are real commands on a copy, they can be undone, and nothing is lost."""

import hashlib
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from sqlite3 import connect
from xml.etree import ElementTree

import pytest

from course.contents import ROOT
from course.playground.moves import Place, command_line
from course.playground.playground import Playground
from course.playground.problem import PlayError
from course.playground.source import own_part
from course.playground.terminal import MEANINGS, Ran
from course.project.errors import ProjectError
from course.project.revision import BASE, Revision
from course.running.task import Json
from tests.small_project import OF_SETTINGS, add_revision, make_history, make_project

LANGUAGES = ("ko", "en")


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def versions(playground: Playground) -> list[str]:
    with closing(connect(playground.stage.database)) as connection:
        try:
            return [row for (row,) in connection.execute("SELECT * FROM alembic_version")]
        except Exception:
            return []


def tables(playground: Playground) -> list[str]:
    with closing(connect(playground.stage.database)) as connection:
        query = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        return [name for (name,) in connection.execute(query) if name != "alembic_version"]


def files(playground: Playground) -> list[str]:
    return sorted(path.name for path in playground.stage.folder.rglob("versions/*.py"))


def sections(message: Json) -> dict[str, Json]:
    return {section["name"]: section for section in message["sections"]}


def said(message: Json) -> str:
    """Give what stands in the note below the moves."""
    found = re.search(r'role="status">(.*?)</p>', sections(message)["moves"]["html"])
    return found[1] if found else ""


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Callable[..., Playground]]:
    """Begin to play with a project, which must be as it was at the end."""
    before: dict[Path, dict[str, str]] = {}

    def begin(source: Path, lang: str = "en") -> Playground:
        before[source] = hashes(source)
        return Playground(source, lang, tmp_path / f"room{len(before)}")

    yield begin
    assert {source: hashes(source) for source in before} == before


@pytest.fixture
def history(tmp_path: Path) -> Path:
    return make_history(tmp_path / "app")


# --- from a click to a command line ---

FORK = [
    Revision("m4", "merge", ("b2", "c3")),
    Revision("c3", "", ("a1",)),
    Revision("b2", "", ("a1",)),
    Revision("a1", "", ()),
]
LINES = [
    ((), {"act": "all_up"}, "alembic upgrade head"),
    ((), {"act": "one_up"}, "alembic upgrade +1"),
    ((), {"act": "one_down"}, "alembic downgrade -1"),
    ((), {"act": "all_down"}, "alembic downgrade base"),
    ((), {"act": "merge"}, 'alembic merge heads -m "merge heads"'),
    (("b2",), {"act": "go", "revision": "a1"}, "alembic downgrade a1"),
    (("b2",), {"act": "go", "revision": "c3"}, "alembic upgrade c3"),
    (("m4",), {"act": "go", "revision": "c3"}, "alembic downgrade c3"),
    (("b2",), {"act": "go", "revision": BASE}, "alembic downgrade base"),
    (("b2",), {"act": "stamp", "revision": "m4"}, "alembic stamp m4"),
    (("zz",), {"act": "stamp", "revision": "m4"}, "alembic stamp --purge m4"),
    ((), {"act": "new", "message": " a\n b "}, 'alembic revision -m "a b"'),
    (
        (),
        {"act": "new", "message": "x", "autogenerate": "yes"},
        'alembic revision --autogenerate -m "x"',
    ),
    ((), {"act": "new", "message": "$(touch x)"}, "alembic revision -m '$(touch x)'"),
    (
        (),
        {"act": "branch", "revision": "b2", "message": "x"},
        'alembic revision --head b2 --splice -m "x"',
    ),
    (
        (),
        {"act": "branch", "revision": "m4", "message": "x"},
        'alembic revision --head m4 -m "x"',
    ),
    ((), {"act": "go", "revision": "a1; rm x"}, "alembic upgrade 'a1; rm x'"),
]


@pytest.mark.parametrize(("at", "message", "line"), LINES)
def test_a_click_becomes_a_command_line(at, message, line):
    assert command_line(message, Place(FORK, at)) == line


def test_several_heads_are_all_named():
    assert command_line({"act": "all_up"}, Place(FORK[1:], ())) == "alembic upgrade heads"


@pytest.mark.parametrize(
    ("message", "key"),
    [
        ({"act": "go", "revision": "b2"}, "here_already"),
        ({"act": "go"}, "no_selection"),
        ({"act": "new", "message": "  "}, "no_message"),
        ({"act": "delete everything"}, "no_move"),
        ({}, "no_move"),
    ],
)
def test_a_click_without_a_command_says_why(message, key):
    with pytest.raises(PlayError) as raised:
        command_line(message, Place(FORK, ("b2",)))
    assert raised.value.key == key
    assert len({raised.value.words(lang) for lang in LANGUAGES}) == len(LANGUAGES)


def test_what_is_applied_follows_parents_dependencies_and_labels():
    revisions = [
        Revision("c3", "", ("b2",), ("billing",)),
        Revision("b2", "", ()),
        Revision("x9", "", ("x8",), (), ("billing",)),
        Revision("x8", "", ()),
        Revision("y7", "", ()),
    ]
    assert Place(revisions, ("c3",)).applied >= {"c3", "b2", "x9", "x8"}
    assert "y7" not in Place(revisions, ("c3",)).applied


# --- moves ---


def test_moves_run_alembic_and_say_what_they_ran(play, history):
    playground = play(history)
    message = playground.act({"act": "all_up"})
    assert (versions(playground), tables(playground)) == (["b2"], ["orders", "users"])
    terminal = sections(message)["terminal"]["text"].splitlines()
    assert terminal[0] == "$ alembic upgrade head" and terminal[-1] == "exit code 0"
    playground.act({"act": "go", "revision": "a1"})
    assert (versions(playground), tables(playground)) == (["a1"], ["users"])
    playground.act({"act": "stamp", "revision": "b2"})
    assert (versions(playground), tables(playground)) == (["b2"], ["users"])
    message = playground.act({"act": "go", "revision": "b2"})
    assert said(message) == "The database is at <code>b2</code> already."


def test_two_heads_come_together(play, history):
    playground = play(history)
    message = playground.act({"act": "branch", "revision": "a1", "message": "a side"})
    [side] = set(files(playground)) - {"a1.py", "b2.py"}
    selected = sections(message)["selected"]["text"].splitlines()
    assert selected[1] == f"migrations/versions/{side}", "what was made is selected"
    message = playground.act({"act": "all_up"})
    assert len(versions(playground)) == 2
    assert "$ alembic upgrade heads" in sections(message)["terminal"]["text"]
    assert 'data-act="merge" data-key="do merge" data-shortcut="m"' in moves_of(message)
    playground.act({"act": "merge"})
    message = playground.act({"act": "all_up"})
    assert len(versions(playground)) == 1
    assert re.search(r'data-act="merge"[^>]* disabled', moves_of(message))


def moves_of(message: Json) -> str:
    html: str = sections(message)["moves"]["html"]
    return html


def test_undo_and_redo_bring_back_files_version_and_schema(play, history):
    playground = play(history)

    def state() -> tuple[list[str], list[str], list[str]]:
        return files(playground), versions(playground), tables(playground)

    states = [state()]
    moves = ({"act": "one_up"}, {"act": "new", "message": "x"}, {"act": "all_up"})
    for move in moves:
        playground.act(move)
        states.append(state())
    assert len(set(map(str, states))) == 4
    for expected in reversed(states[:-1]):
        message = playground.act({"act": "undo"})
        assert state() == expected
        assert said(message).startswith("Undid <code>alembic ")
    assert said(playground.act({"act": "undo"})) == "There is nothing to undo."
    for expected in states[1:]:
        playground.act({"act": "redo"})
        assert state() == expected
    assert said(playground.act({"act": "redo"})) == "There is nothing to redo."
    playground.act({"act": "undo"})
    message = playground.act({"act": "all_down"})
    assert re.search(r'data-act="redo"[^>]* disabled', moves_of(message)), "another way was taken"


def test_a_move_that_changes_nothing_is_nothing_to_undo(play, history):
    playground = play(history)
    playground.act({"act": "all_up"})
    message = playground.act({"act": "go", "revision": "nowhere"})
    assert "exit code 255" in sections(message)["terminal"]["text"]
    assert "alembic upgrade head" in said(playground.act({"act": "undo"}))


def test_what_is_typed_reaches_no_shell(play, history):
    playground = play(history)
    words = 'it\'s "$(touch pwned)" <b>`touch pwned`</b> & more; touch pwned'
    message = playground.act({"act": "new", "message": words})
    [made] = set(files(playground)) - {"a1.py", "b2.py"}
    text = next(playground.stage.folder.rglob(made)).read_text(encoding="utf-8")
    assert text.startswith(f'"""{words}"""')
    assert not list(playground.stage.folder.rglob("pwned"))
    assert "<b>" not in sections(message)["graph"]["html"]
    assert "<b>`" not in sections(message)["selected"]["html"]
    assert "&lt;b&gt;" in sections(message)["selected"]["html"]
    undone = playground.act({"act": "undo"})
    assert "&lt;b&gt;" in said(undone) and "<b>" not in said(undone)


# --- failures, in the learner's words ---


def _stamp_base_of_a_full_schema(playground: Playground) -> Json:
    playground.act({"act": "all_up"})
    playground.act({"act": "stamp", "revision": BASE})
    return playground.act({"act": "all_up"})


def _stamp_head_of_an_empty_schema(playground: Playground) -> Json:
    playground.act({"act": "stamp", "revision": "b2"})
    return playground.act({"act": "one_down"})


def _step_from_the_head(playground: Playground) -> Json:
    playground.act({"act": "all_up"})
    return playground.act({"act": "one_up"})


def _autogenerate_behind(playground: Playground) -> Json:
    return playground.act({"act": "new", "message": "x", "autogenerate": "yes"})


def _autogenerate_without_models(playground: Playground) -> Json:
    playground.act({"act": "all_up"})
    return playground.act({"act": "new", "message": "x", "autogenerate": "yes"})


def _new_on_two_heads(playground: Playground) -> Json:
    playground.act({"act": "branch", "revision": "a1", "message": "x"})
    return playground.act({"act": "new", "message": "y"})


def _step_at_a_fork(playground: Playground) -> Json:
    _new_on_two_heads(playground)
    playground.act({"act": "all_up"})
    playground.act({"act": "merge"})
    playground.act({"act": "all_up"})
    return playground.act({"act": "one_down"})


FAILURES = {
    "table_exists": _stamp_base_of_a_full_schema,
    "not_there": _stamp_head_of_an_empty_schema,
    "no_step": _step_from_the_head,
    "not_up_to_date": _autogenerate_behind,
    "no_models": _autogenerate_without_models,
    "several_heads": _new_on_two_heads,
    "ambiguous": _step_at_a_fork,
    "unknown_revision": lambda playground: playground.act({"act": "go", "revision": "nowhere"}),
}


@pytest.mark.parametrize("key", FAILURES)
def test_a_failed_command_says_what_it_means(play, history, key):
    playground = play(history)
    message = FAILURES[key](playground)
    ran = playground._last
    assert ran.exit_code != 0
    fitting = [name for name, pattern in MEANINGS.items() if re.search(pattern, ran.printed)]
    assert fitting == [key]
    assert sections(message)["terminal"]["text"].splitlines()[-1] == ran.meaning("en")
    assert ran.meaning("ko") != ran.meaning("en")


PRINTED = {
    "batch_sql": "batch mode with dialect sqlite requires a live database connection",
    "no_alter": "NotImplementedError: No support for ALTER of constraints in SQLite dialect.",
    "not_null": "(sqlite3.IntegrityError) NOT NULL constraint failed: users.name",
    "column_exists": "(sqlite3.OperationalError) duplicate column name: name",
    "overlaps": "Requested revision a overlaps with other requested revisions b",
    "gap": "KeyError: 'b2'",
    "circle": "Cycle is detected in revisions (a, b)",
}


def test_every_meaning_is_said_in_each_language():
    assert FAILURES.keys() | PRINTED.keys() == MEANINGS.keys()
    for key, printed in PRINTED.items():
        assert re.search(MEANINGS[key], printed)
        ran = Ran("alembic", printed, 1)
        assert len({ran.meaning(lang) for lang in LANGUAGES}) == len(LANGUAGES)
    assert Ran("alembic", "something else\nlast line\n", 1).meaning("en").endswith("last line")
    assert Ran("alembic", "KeyError: 'b2'", 0).meaning("en") == ""


# --- the selected revision ---


def test_a_selected_revision_shows_its_file_and_both_scripts(play, history):
    playground = play(history)
    message = playground.act({"act": "select", "revision": "b2"})
    text = sections(message)["selected"]["text"]
    assert "migrations/versions/b2.py" in text and 'op.create_table("orders"' in text
    assert "$ alembic upgrade a1:b2 --sql" in text and "CREATE TABLE orders" in text
    assert "$ alembic downgrade b2:a1 --sql" in text and "DROP TABLE orders" in text
    assert "CREATE TABLE users" not in text
    assert versions(playground) == [], "looking changes nothing"


def test_a_script_that_cannot_be_written_says_why(play, history):
    up = 'with op.batch_alter_table("users") as batch: batch.drop_column("id")'
    add_revision(history, "c3", "b2", up)
    playground = play(history)
    text = sections(playground.act({"act": "select", "revision": "c3"}))["selected"]["text"]
    assert "On SQLite, batch mode rebuilds the table" in text


def test_a_merge_shows_its_own_part_alone():
    script = "BEGIN\n-- Running upgrade a -> b\nX\n-- Running upgrade b, c -> m\nY"
    assert own_part(script, "m") == "-- Running upgrade b, c -> m\nY"
    assert own_part(script, "b") == "-- Running upgrade a -> b\nX"
    assert own_part("no mark", "b") == "no mark"


# --- what view.js gets ---


def test_each_row_of_the_graph_is_a_button_that_says_what_it_is(play, history):
    playground = play(history)
    message = playground.act({"act": "select", "revision": "a1"})
    svg = ElementTree.fromstring(sections(message)["graph"]["html"])
    rows = [g for g in svg.iter("{http://www.w3.org/2000/svg}g") if g.get("role") == "button"]
    assert [row.get("data-revision") for row in rows] == ["b2", "a1", BASE]
    assert [row.get("aria-pressed") for row in rows] == ["false", "true", "false"]
    assert {row.get("tabindex") for row in rows} == {"0"}
    assert rows[0].get("aria-label") == "b2, create orders, head"
    assert len({row.get("data-key") for row in rows}) == 3


def test_the_pictures_follow_a_move_and_a_selection_waits_for_none(play, history):
    playground = play(history)
    first = playground.answer({"type": "hello"})
    assert first["more"] and "parts" not in sections(first)
    whole = playground.answer({"type": "more"})
    assert not whole["more"]
    assert list(sections(whole)) == [
        *("moves", "graph", "selected", "parts", "terminal", "changes", "schema")
    ]
    chosen = playground.answer({"type": "act", "act": "select", "revision": "a1"})
    assert not chosen["more"] and not sections(chosen)["parts"]["stale"]
    moved = playground.answer({"type": "act", "act": "all_up"})
    assert moved["more"] and sections(moved)["parts"]["stale"]
    assert "alembic upgrade head" not in sections(moved)["parts"]["text"]
    whole = playground.answer({"type": "more"})
    assert not whole["more"] and not sections(whole)["parts"]["stale"]
    assert "alembic upgrade head" in sections(whole)["parts"]["text"]


def test_a_look_that_a_move_overtook_is_forgotten(play, history, monkeypatch):
    playground = play(history)
    before = sections(playground.more())["parts"]["text"]
    look = playground._viewer.view

    def overtaken(command: object) -> object:
        monkeypatch.setattr(playground._viewer, "view", look)
        playground.act({"act": "all_up"})
        return look(command)

    playground.act({"act": "new", "message": "x"})
    monkeypatch.setattr(playground._viewer, "view", overtaken)
    message = playground.more()
    assert message["more"] and sections(message)["parts"]["text"] == before
    whole = playground.more()
    assert not whole["more"]
    assert re.search("schema.*wrote", sections(whole)["parts"]["text"]), "the marks of before count"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_shortcuts_are_unique_and_shown(play, history, lang):
    message = play(history, lang).more()
    html = "".join(section["html"] for section in message["sections"])
    keys = re.findall(r'data-shortcut="(.)"', html)
    assert sorted(keys) == sorted(set(keys)) == sorted("u+-bmzyngsr")
    assert sorted(re.findall(r"<kbd[^>]*>(.)</kbd>", html)) == sorted(keys)


# --- histories that Alembic cannot load ---


def test_a_missing_parent_is_drawn_and_its_fix_is_said(play, history):
    add_revision(history, "d4", "c3")
    playground = play(history)
    message = playground.more()
    graph = sections(message)["graph"]["text"]
    assert re.search(r"x +c3 .*\[missing\]$", graph, re.MULTILINE)
    selected = sections(message)["selected"]["text"]
    assert selected.startswith("c3"), "what needs a fix is selected first"
    assert "`down_revision` in `migrations/versions/d4.py` names `c3`" in selected
    message = playground.act({"act": "all_up"})
    assert "Pick `c3` in the graph" in sections(message)["terminal"]["text"]


def test_a_version_without_a_file_is_a_ghost_and_can_be_stamped_away(play, history):
    with closing(connect(history / "app.db")) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.execute("INSERT INTO alembic_version VALUES ('f9')")
        connection.commit()
    playground = play(history)
    assert versions(playground) == ["f9"], "the project's own database came along"
    selected = sections(playground.more())["selected"]["text"]
    assert selected.startswith("f9") and "`alembic stamp --purge`" in selected
    playground.act({"act": "stamp", "revision": "b2"})
    assert versions(playground) == ["b2"]


@pytest.mark.parametrize("spoil", ["broken", "circle", "twins", "no_folder"])
def test_files_that_alembic_refuses_are_still_played_with(play, history, spoil):
    place = history / "migrations" / "versions"
    if spoil == "broken":
        (place / "c3.py").write_text("def upgrade(:\n", encoding="utf-8")
    elif spoil == "circle":
        add_revision(history, "c3", "d4")
        add_revision(history, "d4", "c3")
    elif spoil == "twins":
        shutil.copy(place / "b2.py", place / "b2_again.py")
    else:
        shutil.rmtree(place)
    message = play(history).more()
    drawn = {"a1", "b2"} if spoil != "no_folder" else set()
    rows = set(re.findall(r'data-revision="(\w+)"', sections(message)["graph"]["html"]))
    assert rows >= drawn | {BASE}
    assert not message["more"]


# --- where a project connects to ---


def test_the_reference_project_is_played(play, tmp_path):
    source = tmp_path / "shop"
    for name in ("migrations", "shop"):
        shutil.copytree(ROOT / name, source / name)
    shutil.copy(ROOT / "alembic.ini", source)
    playground = play(source)
    playground.act({"act": "all_up"})
    assert versions(playground) == ["e042f33d8543"] and "inventories" in tables(playground)
    message = playground.act({"act": "select", "revision": "9db005436033"})
    assert "-- Running downgrade 9db005436033" in sections(message)["selected"]["text"]


FROM_VARIABLE = 'os.environ["APP_DATABASE_URL"]'


@pytest.mark.parametrize(
    ("url", "env_url"),
    [
        ("postgresql+psycopg://u:p@db.invalid/app", OF_SETTINGS),
        ("sqlite:////nowhere/at/all/app.db", OF_SETTINGS),
        ("", FROM_VARIABLE),
    ],
)
def test_another_database_is_replaced_by_an_empty_file(play, tmp_path, monkeypatch, url, env_url):
    monkeypatch.setenv("APP_DATABASE_URL", "postgresql+psycopg://u:p@db.invalid/app")
    source = make_project(tmp_path / "app", url, env_url)
    add_revision(source, "a1", None, 'op.create_table("t", sa.Column("id", sa.Integer))')
    playground = play(source)
    assert playground.stage.database == playground.stage.folder / "playground.db"
    assert "empty SQLite file" in said(playground.hello())
    playground.act({"act": "all_up"})
    assert tables(playground) == ["t"]


def test_a_project_that_cannot_be_redirected_says_so_and_is_not_touched(play, tmp_path):
    elsewhere = tmp_path / "precious.db"
    source = make_project(tmp_path / "app", "", repr(f"sqlite:///{elsewhere.as_posix()}"))
    with pytest.raises(PlayError) as raised:
        play(source)
    assert raised.value.key == "no_way"
    assert str(elsewhere) in raised.value.words("en")
    assert not elsewhere.exists()


def test_a_variable_of_the_shell_does_not_lead_out_of_the_copy(play, tmp_path, monkeypatch):
    elsewhere = tmp_path / "precious.db"
    monkeypatch.setenv("APP_DATABASE_URL", f"sqlite:///{elsewhere.as_posix()}")
    source = make_project(tmp_path / "app", "", FROM_VARIABLE)
    add_revision(source, "a1", None, 'op.create_table("t", sa.Column("id", sa.Integer))')
    playground = play(source)
    playground.act({"act": "all_up"})
    assert tables(playground) == ["t"] and not elsewhere.exists()


def test_models_that_do_not_import_are_still_played_with(play, history):
    env = history / "migrations" / "env.py"
    env.write_text("import no_such_models\n" + env.read_text(encoding="utf-8"), encoding="utf-8")
    playground = play(history)
    message = playground.act({"act": "all_up"})
    assert "no_such_models" in sections(message)["terminal"]["text"]
    assert "b2" in sections(message)["graph"]["text"]


def test_what_is_imported_from_beside_the_project_is_found(play, tmp_path):
    (tmp_path / "beside").mkdir()
    (tmp_path / "beside" / "far_models.py").write_text("", encoding="utf-8")
    source = make_history(tmp_path / "app")
    ini = source / "alembic.ini"
    text = ini.read_text(encoding="utf-8")
    ini.write_text(text.replace("\n\n", "\nprepend_sys_path = ../beside\n\n", 1), encoding="utf-8")
    env = source / "migrations" / "env.py"
    env.write_text("import far_models\n" + env.read_text(encoding="utf-8"), encoding="utf-8")
    playground = play(source)
    playground.act({"act": "all_up"})
    assert versions(playground) == ["b2"]


def test_a_folder_without_a_project_says_so(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ProjectError) as raised:
        Playground(tmp_path / "empty", "en", tmp_path / "room")
    assert raised.value.key == "no_settings"
