"""The four parts: known states of a project, what is said of each, and what a command did."""

import os
import re
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from xml.etree import ElementTree

import pytest

from course.contents import ROOT
from course.lesson.start import fill
from course.phrases import all_phrases, load
from course.picture.parts import draw_parts
from course.picture.picture import WORDS
from course.project import parts as parts_module
from course.project.effects import Command, Part, effects
from course.project.orders import Difference
from course.project.parts import Parts, look_at_parts
from course.project.project import Project
from course.running import ways

HEAD = "f6a2b7416f97"
M, R, V, S = Part.models, Part.revisions, Part.version, Part.schema


@pytest.fixture(scope="session")
def shop_at_head(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop with eight revisions applied; not to be changed."""
    folder = tmp_path_factory.mktemp("parts") / "shop"
    fill(ROOT / "lessons" / "moving", folder)
    return folder


@pytest.fixture
def shop(shop_at_head: Path, tmp_path: Path) -> Path:
    """A copy of the shop, to be spoiled."""
    return Path(shutil.copytree(shop_at_head, tmp_path / "shop"))


def look(folder: Path, command: Command | None = None) -> Parts:
    return look_at_parts(Project(folder), command)


def sql(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "shop.db")) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.search(old, text)
    path.write_text(re.sub(old, new, text, count=1), encoding="utf-8")


def alembic(folder: Path, line: str) -> int:
    """Run a command in a fork, as a lesson's kernel does; give its exit code."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return ways.capture(line, folder, {**os.environ, "PATH": path}).exit_code


def revision_file(folder: Path, revision: str) -> Path:
    [path] = (folder / "migrations" / "versions").glob(f"*{revision}*.py")
    return path


def add_revision(folder: Path, revision: str, parent: str, body: str = "pass") -> None:
    """Write a revision that follows another."""
    path = folder / "migrations" / "versions" / f"{revision}_added.py"
    path.write_text(
        f'"""added {revision}"""\n\nimport sqlalchemy as sa\nfrom alembic import op\n\n'
        f"revision = {revision!r}\ndown_revision = {parent!r}\n\n\n"
        f"def upgrade() -> None:\n    {body}\n\n\ndef downgrade() -> None:\n    pass\n",
        encoding="utf-8",
    )


def notes(parts: Parts) -> list[str]:
    """Give the keys of what is said between the parts, in their order."""
    return [note.key for relation in parts.relations for note in relation.notes]


def differences(parts: Parts, left: Part) -> list[Difference]:
    """Give the differences between a part and the real schema."""
    [relation] = [each for each in parts.relations if (each.left, each.right) == (left, S)]
    return list(relation.differences)


# --- which command reads and writes what ---


@pytest.mark.parametrize(
    ("line", "reads", "writes"),
    [
        ("alembic upgrade head", {R, V}, {V, S}),
        ("alembic downgrade -1", {R, V}, {V, S}),
        ("alembic stamp head", {R, V}, {V}),
        ("alembic revision -m 'add a --autogenerate'", {R}, {R}),
        ("alembic revision --autogenerate -m x", {M, R, V, S}, {R}),
        ("alembic revision --autogen -m x", {M, R, V, S}, {R}),
        ("alembic check", {M, R, V, S}, set()),
        ("alembic merge heads", {R}, {R}),
        ("alembic init migrations", set(), {R}),
        ("alembic current", {R, V}, set()),
        ("alembic history", {R}, set()),
        ("alembic history -i", {R, V}, set()),
        ("alembic history -r current:head", {R, V}, set()),
        ("alembic heads", {R}, set()),
        ("alembic ensure_version", set(), {V}),
        ("alembic upgrade head --sql", {R}, set()),
        ("alembic stamp head --sql", {R}, set()),
        ("alembic -c other.ini -x tenant=a --raiseerr upgrade head", {R}, set()),
        ("alembic --config=other.ini -n check upgrade head", {R}, set()),
        ("alembic -x tenant=a --raiseerr upgrade head", {R, V}, {V, S}),
        ("alembic upgrade -h", set(), set()),
        ("alembic --help", set(), set()),
        ("alembic -c", set(), set()),
        ("alembic nonsense", set(), set()),
    ],
)
def test_what_a_command_reads_and_writes(line: str, reads: set[Part], writes: set[Part]) -> None:
    meant = effects(line)
    assert meant is not None
    assert (meant.reads, meant.writes) == (reads, writes)


@pytest.mark.parametrize("line", ["python x.py", "alembic upgrade head | tail", "", "alembics"])
def test_what_is_no_plain_command_has_no_effects(line: str) -> None:
    assert effects(line) is None


# --- states, from the first to the worst ---


def test_in_order(shop: Path) -> None:
    parts = look(shop)
    assert [table.name for table in parts.models.tables] == [
        *("inventories", "orders", "products", "profiles", "users")
    ]
    assert parts.models.places == ("models.py",)
    assert parts.schema.tables == parts.models.tables
    assert (parts.revisions.heads, parts.version.rows) == ((HEAD,), (HEAD,))
    assert [revision.id for revision in parts.revisions.order][:2] == [HEAD, "9afd9b050e36"]
    assert notes(parts) == ["history_same", "made_same", "models_same"]
    assert (parts.read, parts.written) == (frozenset(), frozenset())


def no_folder(folder: Path) -> None:
    shutil.rmtree(folder)


def no_files(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


def no_scripts(folder: Path) -> None:
    shutil.rmtree(folder / "migrations")


def initialized(folder: Path) -> None:
    no_files(folder)
    assert alembic(folder, "alembic init migrations") == 0


def no_models(folder: Path) -> None:
    rewrite(folder / "migrations" / "env.py", "target_metadata = .*", "target_metadata = None")


def broken_models(folder: Path) -> None:
    (folder / "models.py").write_text("import nowhere\n", encoding="utf-8")


def models_that_exit(folder: Path) -> None:
    (folder / "models.py").write_text("raise SystemExit(3)\n", encoding="utf-8")


def no_database(folder: Path) -> None:
    (folder / "shop.db").unlink()


def no_version_table(folder: Path) -> None:
    sql(folder, "DROP TABLE alembic_version")


def no_version(folder: Path) -> None:
    sql(folder, "DELETE FROM alembic_version")


def ghost(folder: Path) -> None:
    sql(folder, "UPDATE alembic_version SET version_num = 'it''s a ghost'")


def two_heads(folder: Path) -> None:
    add_revision(folder, "aaaa", HEAD)
    add_revision(folder, "bbbb", HEAD)


def two_versions(folder: Path) -> None:
    two_heads(folder)
    sql(folder, "DELETE FROM alembic_version")
    sql(folder, "INSERT INTO alembic_version VALUES ('aaaa'), ('bbbb')")


def broken_file(folder: Path) -> None:
    revision_file(folder, "a5b8ce6472ef").write_text("def (:\n", encoding="utf-8")


def file_that_raises(folder: Path) -> None:
    path = revision_file(folder, HEAD)
    path.write_text(f"{path.read_text(encoding='utf-8')}\nmissing_name\n", encoding="utf-8")


def missing_parent(folder: Path) -> None:
    revision_file(folder, "0422ddacf557").unlink()


def circle(folder: Path) -> None:
    rewrite(revision_file(folder, "da3e790c3662"), "= None", f"= {HEAD!r}")


def revision_that_stops(folder: Path) -> None:
    rewrite(revision_file(folder, "dd4108ca5a41"), r"(def upgrade\(\).*\n)", r"\1    1 / 0\n")


def server(folder: Path) -> None:
    address = "postgresql+psycopg://u:p@127.0.0.1:1/x"
    rewrite(folder / "alembic.ini", "sqlite:///shop.db", address)


def no_sqlite(folder: Path) -> None:
    (folder / "shop.db").write_bytes(b"this is no database" * 100)


def leftover(folder: Path) -> None:
    sql(folder, "CREATE TABLE _alembic_tmp_users (id INTEGER)")


def broken_settings(folder: Path) -> None:
    (folder / "alembic.ini").write_text("[alembic\n", encoding="utf-8")


STATES: dict[Callable[[Path], None], tuple[list[str], str]] = {
    no_folder: (["nothing_yet"] * 3, "The working folder"),
    no_files: (["nothing_yet"] * 3, "There is no `alembic.ini`"),
    no_scripts: (
        ["nothing_yet", "not_made_faults", "nothing_yet"],
        "The script folder `migrations`",
    ),
    initialized: (["nothing_yet"] * 3, "`sqlalchemy.url` is the example"),
    no_models: (["history_same", "made_otherwise", "models_none"], "hands over no models"),
    broken_models: (
        ["history_same", "incomparable", "incomparable"],
        "`models.py` stops with an error in line 1. ModuleNotFoundError: No module named 'nowhere'",
    ),
    models_that_exit: (["history_same", "incomparable", "incomparable"], "SystemExit: 3"),
    no_database: (["history_pending", "made_empty", "models_differ"], "no database yet"),
    no_version_table: (
        ["history_pending", "made_without_version", "models_same"],
        "no such table yet",
    ),
    no_version: (["history_pending", "made_without_version", "models_same"], "no row (base)"),
    ghost: (["history_ghost", "not_made_gap", "models_same"], "it's a ghost  [no file]"),
    two_heads: (
        ["history_heads", "history_pending", "made_same", "models_same"],
        "more than one head: aaaa, bbbb",
    ),
    two_versions: (["history_heads", "made_same", "models_same"], "  bbbb  added bbbb"),
    broken_file: (
        ["history_faults", "not_made_faults", "models_same"],
        "a5b8ce6472ef_rename_product_name_to_title.py` has a syntax error in line 1.",
    ),
    file_that_raises: (
        ["history_faults", "not_made_failed", "models_same"],
        "name 'missing_name' is not defined",
    ),
    missing_parent: (
        ["history_faults", "not_made_faults", "models_same"],
        "follows `0422ddacf557`, and no file has that id",
    ),
    circle: (["history_faults", "not_made_faults", "models_same"], "da3e790c3662"),
    revision_that_stops: (
        ["history_same", "not_made_failed", "models_same"],
        "the revisions stop: ZeroDivisionError: division by zero",
    ),
    server: (["incomparable"] * 3, "The URL names a `postgresql` database."),
    no_sqlite: (["incomparable"] * 3, "The database file is broken"),
    leftover: (
        ["history_same", "made_otherwise", "models_differ"],
        "_alembic_tmp_users  id  [left by a failed batch]",
    ),
    broken_settings: (["incomparable"] * 3, "`alembic.ini` cannot be read."),
}


@pytest.mark.parametrize("spoil", STATES, ids=lambda spoil: spoil.__name__)
def test_a_state_and_its_picture(shop: Path, spoil: Callable[[Path], None]) -> None:
    said, words = STATES[spoil]
    spoil(shop)
    parts = look(shop)
    assert notes(parts) == said
    for lang in ("ko", "en"):
        picture = draw_parts(parts, lang)
        ElementTree.fromstring(picture.svg)
    assert words in picture.text


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    with closing(sqlite3.connect(folder / "shop.db", isolation_level=None)) as database:
        database.execute("BEGIN EXCLUSIVE")
        yield
        database.execute("ROLLBACK")


def test_a_locked_database_and_the_models_all_the_same(shop: Path) -> None:
    with locked(shop):
        parts = look(shop)
    assert parts.schema.trouble is not None
    assert parts.schema.trouble.key == "locked"
    assert notes(parts) == ["incomparable"] * 3
    assert len(parts.models.tables) == 5


def test_of_a_server_the_models_are_shown(shop: Path) -> None:
    server(shop)
    assert [table.name for table in look(shop).models.tables][:2] == ["inventories", "orders"]


def test_faulty_history_says_nothing_of_heads_and_of_what_is_applied(shop: Path) -> None:
    missing_parent(shop)
    text = draw_parts(look(shop), "en").text
    assert "head" not in text
    assert "o e9caa094047a  add phone to users  [not known to be applied]" in text


# --- what differs ---


def test_what_was_changed_by_hand(shop: Path) -> None:
    sql(
        shop,
        "ALTER TABLE users ADD COLUMN note TEXT",
        "ALTER TABLE profiles DROP COLUMN phone",
        "CREATE TABLE scratch (id INTEGER)",
        "CREATE VIEW names AS SELECT name FROM users",
        "CREATE INDEX ix_by_hand ON users (name)",
        "DROP INDEX ix_orders_user_id",
        "CREATE INDEX ix_orders_user_id ON orders (status)",
        "DROP TABLE inventories",
        "CREATE TABLE inventories (product_id INTEGER, quantity TEXT NOT NULL DEFAULT 7)",
    )
    parts = look(shop)
    assert notes(parts)[:2] == ["history_same", "made_otherwise"]
    assert differences(parts, V) == [
        Difference("~", "nullable", "inventories", "product_id"),
        Difference("~", "type", "inventories", "quantity"),
        Difference("~", "default", "inventories", "quantity"),
        Difference("-", "foreign_key", "inventories", "fk_inventories_product_id_products"),
        Difference("-", "index", "inventories", "ix_inventories_quantity"),
        Difference("-", "primary_key", "inventories", "pk_inventories"),
        Difference("~", "index", "orders", "ix_orders_user_id"),
        Difference("-", "column", "profiles", "phone"),
        Difference("+", "table", "scratch"),
        Difference("+", "column", "users", "note"),
        Difference("+", "index", "users", "ix_by_hand"),
        Difference("+", "view", "names"),
    ]


def test_a_constraint_under_another_name_is_one_difference(shop: Path) -> None:
    no_models(shop)
    found = differences(look(shop), V)
    assert Difference("~", "unique", "users", "uq_users_email") in found
    assert {difference.sign for difference in found} == {"~"}


def test_what_autogenerate_would_write(shop: Path) -> None:
    rewrite(shop / "models.py", r"title: Mapped\[str\]", "title: Mapped[str | None]")
    rewrite(
        shop / "models.py",
        r"    price: .*\n",
        "    isbn: Mapped[int] = mapped_column(index=True)\n",
    )
    parts = look(shop)
    assert notes(parts) == ["history_same", "made_same", "models_differ"]
    assert differences(parts, M) == [
        Difference("+", "column", "products", "isbn"),
        Difference("+", "index", "products", "ix_products_isbn"),
        Difference("-", "column", "products", "price"),
        Difference("~", "nullable", "products", "title"),
    ]
    text = draw_parts(parts, "en").text
    assert "  + products.isbn\n  + index ix_products_isbn of products\n  - products.price\n" in text


def test_rows_do_not_count(shop: Path) -> None:
    before = look(shop)
    sql(shop, "INSERT INTO users (name, email) VALUES ('Gil', 'gil@example.com')")
    assert look(shop).marks == before.marks


def test_a_long_history_is_not_tried(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts_module, "MOST", 7)
    sql(shop, "CREATE TABLE scratch (id INTEGER)")
    parts = look(shop)
    assert notes(parts) == ["history_same", "not_made_many", "models_differ"]
    assert "not compared: there are more than 7 revisions" in draw_parts(parts, "en").text


def test_views_triggers_and_virtual_tables_are_copied(shop: Path) -> None:
    rename = "UPDATE users SET name = 'x; CREATE TABLE y'"
    sql(
        shop,
        "CREATE VIRTUAL TABLE search USING fts5(body)",
        "CREATE VIEW dangling AS SELECT nope FROM nowhere",
        f"CREATE TRIGGER renaming AFTER INSERT ON users BEGIN {rename}; END",
    )
    parts = look(shop)
    assert notes(parts) == ["history_same", "made_otherwise", "models_differ"]
    assert Difference("-", "table", "search") in differences(parts, M)
    assert Difference("+", "view", "dangling") in differences(parts, V)


def test_a_look_writes_nothing(shop: Path) -> None:
    sql(shop, "CREATE TABLE scratch (id INTEGER)")
    before = {path: path.read_bytes() for path in shop.rglob("*") if path.is_file()}
    look(shop)
    assert {path: path.read_bytes() for path in shop.rglob("*") if path.is_file()} == before


# --- what a command did ---


def run(folder: Path, *words: str) -> Parts:
    """Run a command between two looks; give the second."""
    before = look(folder).marks
    line = f"alembic {' '.join(words)}"
    command = Command(line, alembic(folder, line))
    return look_at_parts(Project(folder), command, before)


def test_what_changed_was_written(shop: Path) -> None:
    down = run(shop, "downgrade", "-1")
    assert (down.read, down.written) == ({R, V}, {V, S})
    nothing = run(shop, "upgrade", "9afd9b050e36")
    assert (nothing.read, nothing.written) == ({R, V}, frozenset())
    stamped = run(shop, "stamp", "head")
    assert (stamped.read, stamped.written) == ({R, V}, {V})
    failed = run(shop, "downgrade", "-1")
    assert failed.command == Command("alembic downgrade -1", 1)
    assert (failed.read, failed.written) == ({R, V}, frozenset())
    text = draw_parts(failed, "en").text
    assert text.startswith("$ alembic downgrade -1  [failed (exit code 1)]\n\nmodels  models.py\n")
    assert "revision files  [read]  migrations/versions\n" in text


def test_autogenerate_writes_a_file_and_the_version_table(shop: Path) -> None:
    no_database(shop)
    shutil.rmtree(shop / "migrations" / "versions")
    (shop / "migrations" / "versions").mkdir()
    made = run(shop, "revision", "--autogenerate", "-m", "all")
    assert made.read == {M, R, V, S}
    assert made.written == {R, V}
    assert made.version.rows == ()


def test_init_writes_the_place_of_revisions(shop: Path) -> None:
    no_files(shop)
    made = run(shop, "init", "migrations")
    assert made.written == {R}
    assert "revision files  [wrote]  migrations/versions" in draw_parts(made, "en").text


def test_without_marks_a_command_wrote_what_it_means_to(shop: Path) -> None:
    assert look(shop, Command("alembic upgrade head", 0)).written == {V, S}
    assert look(shop, Command("alembic upgrade head", 1)).written == frozenset()
    assert look(shop, Command("python x.py", 0)).written == frozenset()


def test_a_file_that_was_saved_is_no_work_of_the_next_command(shop: Path) -> None:
    before = look(shop).marks
    rewrite(shop / "models.py", r"    sku: .*\n", "")
    add_revision(shop, "aaaa", HEAD)
    current = look_at_parts(Project(shop), Command("alembic current", 0), before)
    assert (current.read, current.written) == ({R, V}, frozenset())
    saved = look_at_parts(Project(shop), None, before)
    assert saved.written == {M, R}
    text = draw_parts(saved, "en").text
    assert "models  [changed]  models.py" in text
    assert "real schema  shop.db" in text


def test_a_comment_in_the_models_changes_nothing(shop: Path) -> None:
    before = look(shop).marks
    rewrite(shop / "models.py", "^", "# a remark\n")
    assert look(shop).marks == before


# --- the picture ---


def test_long_lists_and_names_are_cut_in_the_drawing_and_not_in_the_text(shop: Path) -> None:
    long_name = "a_table_with_a_name_that_is_much_too_long_for_a_box"
    columns = ", ".join(f"column_number_{number} INTEGER" for number in range(20))
    tables = [f"CREATE TABLE extra_{number} (id INTEGER)" for number in range(12)]
    sql(shop, f"CREATE TABLE {long_name} ({columns})", *tables)
    picture = draw_parts(look(shop), "en")
    assert picture.svg is not None
    words = [element.text for element in ElementTree.fromstring(picture.svg).iter() if element.text]
    assert "… and 11 more" in words
    assert "… and 2 more" in words
    assert "… +18" in words
    assert long_name not in words
    assert long_name in picture.text
    assert "column_number_19" in picture.text
    assert "  + table extra_9\n" in picture.text
    assert {element.get("width") for element in [ElementTree.fromstring(picture.svg)]} == {"900"}


def test_picture_marks_what_its_text_says(shop: Path) -> None:
    parts = look(shop, Command("alembic upgrade head", 0))
    picture = draw_parts(parts, "ko")
    assert picture.svg is not None
    words = [element.text for element in ElementTree.fromstring(picture.svg).iter()]
    assert (words.count("읽음"), words.count("씀")) == (2, 2)
    assert picture.text.count("읽음") == 2
    assert "모두 적용했습니다" in words
    assert picture.svg == draw_parts(parts, "ko").svg


def test_every_phrase_of_the_parts_is_used() -> None:
    sources = [
        path.read_text(encoding="utf-8")
        for name in ("picture/parts*.py", "project/parts.py")
        for path in (ROOT / "course").glob(name)
    ]
    keys = [key.removeprefix("parts.") for key, _ in all_phrases(load(WORDS)) if "parts." in key]
    parts = {str(part) for part in Part}
    unused = [
        key
        for key in keys
        if key not in parts
        and not key.startswith("kind_")
        and not any(f'"{key}"' in text for text in sources)
    ]
    assert len(keys) > 40
    assert unused == []
