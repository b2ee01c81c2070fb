"""The schema: everything a database holds is read, written as text, and drawn apart."""

import itertools
import random
import re
import warnings
from collections.abc import Iterator
from types import SimpleNamespace
from unittest import mock
from xml.etree import ElementTree

import pytest
import sqlalchemy as sa

from course.picture.schema import draw_schema
from course.project.database.schema import (
    Check,
    Column,
    ForeignKey,
    Index,
    Key,
    Schema,
    Table,
    read_schema,
    read_schema_by,
)

SPACE = "{http://www.w3.org/2000/svg}"

STATEMENTS = """
create table alembic_version (version_num varchar(32) not null);
insert into alembic_version values ('9d8e7f6a5b4c');
create table users (
    id integer not null,
    email varchar(255) not null,
    name text default 'no name',
    boss_id integer,
    constraint pk_users primary key (id),
    constraint uq_users_email unique (email),
    constraint ck_users_email check (email <> ''),
    constraint fk_users_boss_id_users foreign key (boss_id) references users (id)
);
create table orders (
    id integer primary key,
    user_id integer not null references users (id) on delete cascade on update set null,
    untyped
);
create index ix_orders_user_id on orders (user_id, id);
create unique index ux_users_lower on users (lower(email));
create unique index ux_users_name on users (name) where name <> 'x';
create table _alembic_tmp_users (id integer);
create view v_orders as select id from orders
"""


@pytest.fixture
def engine() -> Iterator[sa.Engine]:
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    yield engine
    engine.dispose()


def run(engine: sa.Engine, statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements.split(";"):
            connection.exec_driver_sql(statement)


def boxes(svg: str) -> list[tuple[float, float, float, float]]:
    """Give the tables' boxes: left, top, right, bottom."""
    found = []
    for rect in ElementTree.fromstring(svg).findall(f"{SPACE}rect"):
        if rect.get("rx") == "7":
            x, y, width, height = (float(rect.get(k)) for k in ("x", "y", "width", "height"))
            found.append((x, y, x + width, y + height))
    return found


def strokes(svg: str) -> list[list[tuple[float, float]]]:
    """Give the points of each relation's line."""
    lines = []
    for path in ElementTree.fromstring(svg).findall(f"{SPACE}path"):
        if "thin" not in path.get("class").split():
            continue
        points, x, y = [], 0.0, 0.0
        for step, numbers in re.findall(r"([MHVQ]) ([^MHVQ]*)", path.get("d")):
            values = [float(number) for number in numbers.split()]
            x = values[0] if step == "H" else values[-2] if step in "MQ" else x
            y = values[-1] if step in "MVQ" else y
            points.append((x, y))
        lines.append(points)
    return lines


def colours(svg: str) -> list[str]:
    """Give the colour of each relation's line."""
    paths = ElementTree.fromstring(svg).findall(f"{SPACE}path")
    return [path.get("class") for path in paths if "thin" in path.get("class").split()]


def chain(count: int, seed: int) -> Schema:
    """Make a schema of random relations, loops among them."""
    chance = random.Random(seed)
    tables = []
    for number in range(count):
        targets = [chance.randrange(count) for _ in range(chance.choice((0, 1, 1, 2, 3)))]
        keys = tuple(
            ForeignKey(f"fk_{number}_{i}", (f"ref_{i}",), f"t{target}", ("id",))
            for i, target in enumerate(targets)
        )
        columns = [Column("id", "INTEGER", False)]
        columns += [Column(f"ref_{i}", "INTEGER", True) for i in range(len(targets))]
        tables.append(Table(f"t{number}", tuple(columns), Key(None, ("id",)), keys))
    return Schema(tuple(tables))


def test_reads_everything(engine: sa.Engine) -> None:
    run(engine, STATEMENTS)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        schema = read_schema(engine)
    assert not warned
    leftover, orders, users = schema.tables
    assert schema.version == ("9d8e7f6a5b4c",)
    assert schema.views == ("v_orders",)
    assert leftover.is_leftover and not users.is_leftover
    assert users.columns == (
        Column("id", "INTEGER", False),
        Column("email", "VARCHAR(255)", False),
        Column("name", "TEXT", True, "'no name'"),
        Column("boss_id", "INTEGER", True),
    )
    assert users.primary_key == Key("pk_users", ("id",))
    assert users.uniques == (Key("uq_users_email", ("email",)),)
    assert users.checks == (Check("ck_users_email", "email <> ''"),)
    assert users.indexes == (
        Index("ux_users_lower", ("lower(email)",), unique=True),
        Index("ux_users_name", ("name",), unique=True, where="name <> 'x'"),
    )
    assert users.foreign_keys == (
        ForeignKey("fk_users_boss_id_users", ("boss_id",), "users", ("id",)),
    )
    assert orders.columns[2] == Column("untyped", "", True)
    assert orders.foreign_keys == (
        ForeignKey(None, ("user_id",), "users", ("id",), "CASCADE", "SET NULL"),
    )
    assert orders.indexes == (Index("ix_orders_user_id", ("user_id", "id")),)


def test_the_index_behind_a_unique_constraint_is_not_said_twice() -> None:
    """PostgreSQL reports one; a reader stands in for it here."""
    index = {"name": "uq_users_email", "column_names": ["email"], "unique": True}
    users = (None, "users")
    unique = {"name": "uq_users_email", "column_names": ["email"]}
    reader = SimpleNamespace(
        get_table_names=lambda: ["users"],
        get_view_names=list,
        get_multi_columns=lambda: {users: []},
        get_multi_pk_constraint=lambda: {users: {"constrained_columns": []}},
        get_multi_foreign_keys=lambda: {users: []},
        get_multi_check_constraints=lambda: {users: []},
        get_multi_unique_constraints=lambda: {users: [unique]},
        get_multi_indexes=lambda: {users: [{**index, "duplicates_constraint": "uq_users_email"}]},
    )
    connection = SimpleNamespace(dialect=SimpleNamespace(name="postgresql"))
    with mock.patch("course.project.database.schema.inspect", return_value=reader):
        [table] = read_schema_by(connection).tables
    assert table.uniques == (Key("uq_users_email", ("email",)),)
    assert table.indexes == ()


def test_the_text_has_all_of_it(engine: sa.Engine) -> None:
    run(engine, STATEMENTS)
    assert draw_schema(read_schema(engine), "en").text.splitlines() == [
        "tables: 3 · alembic_version: 9d8e7f6a5b4c",
        "",
        "_alembic_tmp_users  [left by a failed batch]",
        "  id  INTEGER",
        "",
        "orders",
        "  id       INTEGER  PK",
        "  user_id  INTEGER  FK · NOT NULL",
        "  untyped  -",
        "    FK (no name) (user_id) → users(id) ON DELETE CASCADE ON UPDATE SET NULL",
        "    INDEX ix_orders_user_id (user_id, id)",
        "",
        "users",
        "  id       INTEGER       PK",
        "  email    VARCHAR(255)  UNIQUE · NOT NULL",
        "  name     TEXT          DEFAULT 'no name'",
        "  boss_id  INTEGER       FK",
        "    PK pk_users (id)",
        "    FK fk_users_boss_id_users (boss_id) → users(id)",
        "    UNIQUE uq_users_email (email)",
        "    CHECK ck_users_email email <> ''",
        "    UNIQUE INDEX ux_users_lower (lower(email))",
        "    UNIQUE INDEX ux_users_name (name) WHERE name <> 'x'",
        "",
        "Views: v_orders",
    ]


def test_the_picture_has_all_of_it(engine: sa.Engine) -> None:
    run(engine, STATEMENTS)
    svg = draw_schema(read_schema(engine), "en").svg
    words = [text.text for text in ElementTree.fromstring(svg).findall(f"{SPACE}text")]
    for wanted in (
        "email",
        "VARCHAR(255)",
        "UNIQUE · NOT NULL",
        "FK fk_users_boss_id_users",
        "(boss_id) → users(id)",
        "CHECK ck_users_email",
        "UNIQUE INDEX ux_users_lower",
        "left by a failed batch",
        "Views: v_orders",
    ):
        assert wanted in words, wanted
    assert len(boxes(svg)) == 3


def test_an_empty_database_says_so() -> None:
    shown = draw_schema(Schema(), "en")
    assert shown.text == "there is no table · there is no alembic_version table"
    ElementTree.fromstring(shown.svg)


def test_a_version_table_without_rows_is_base() -> None:
    assert draw_schema(Schema(version=()), "ko").text == "테이블이 없습니다 · alembic_version: base"


def test_a_table_without_columns_is_drawn() -> None:
    assert len(boxes(draw_schema(Schema((Table("bare", ()),)), "ko").svg)) == 1


def test_a_key_to_a_table_that_is_gone_is_said_and_not_drawn() -> None:
    key = ForeignKey("fk_gone", ("gone_id",), "gone", ("id",))
    table = Table("t", (Column("gone_id", "INTEGER", True),), foreign_keys=(key,))
    shown = draw_schema(Schema((table,)), "en")
    assert "FK fk_gone (gone_id) → gone(id)" in shown.text
    assert strokes(shown.svg) == []


def test_a_file_that_is_no_database_raises(tmp_path) -> None:
    (tmp_path / "shop.db").write_text("this is no database, whatever its name says")
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'shop.db'}", poolclass=sa.NullPool)
    with pytest.raises(sa.exc.DatabaseError):
        read_schema(engine)


@pytest.mark.parametrize(("count", "seed"), [(1, 0), (3, 1), (6, 2), (12, 3), (30, 4), (30, 5)])
def test_boxes_stand_apart_and_no_line_crosses_one(count: int, seed: int) -> None:
    schema = chain(count, seed)
    svg = draw_schema(schema, "ko").svg
    found = boxes(svg)
    assert len(found) == count
    for i, (left, top, right, bottom) in enumerate(found):
        for other in found[i + 1 :]:
            apart = right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
            assert apart
    width = float(ElementTree.fromstring(svg).get("width"))
    height = float(ElementTree.fromstring(svg).get("height"))
    assert all(right < width for _, _, right, _ in found)
    assert all(top > 40 and bottom < height for _, top, _, bottom in found)
    lines = strokes(svg)
    assert len(lines) >= len({(t.name, k.columns) for t in schema.tables for k in t.foreign_keys})
    for points in lines:
        assert all(0 < x < width for x, _ in points)
        for (x, y), (end_x, end_y) in itertools.pairwise(points):
            for left, top, right, bottom in found:
                beside = max(x, end_x) <= left or right <= min(x, end_x)
                past = max(y, end_y) <= top or bottom <= min(y, end_y)
                assert beside or past


def test_many_tables_do_not_stand_in_one_column() -> None:
    key = ForeignKey(None, ("boss",), "t0", ("id",))
    columns = (Column("id", "INTEGER", True), Column("boss", "INTEGER", True))
    tables = tuple(Table(f"t{i}", columns, foreign_keys=(key,)) for i in range(30))
    lefts = [left for left, _, _, _ in boxes(draw_schema(Schema(tables), "ko").svg)]
    assert max(lefts.count(left) for left in lefts) <= 8


@pytest.mark.parametrize("seed", range(6))
def test_lines_to_different_columns_do_not_lie_on_one_another(seed: int) -> None:
    svg = draw_schema(chain(25, seed), "ko").svg
    taken: dict[tuple[str, float], list[tuple[float, float, str]]] = {}
    for colour, points in zip(colours(svg), strokes(svg), strict=True):
        for (x, y), (end_x, end_y) in itertools.pairwise(points):
            if x == end_x:
                taken.setdefault(("upright", x), []).append((*sorted((y, end_y)), colour))
            elif y == end_y:
                taken.setdefault(("level", y), []).append((*sorted((x, end_x)), colour))
    for place, parts in taken.items():
        for i, (low, high, colour) in enumerate(parts):
            for other_low, other_high, other in parts[i + 1 :]:
                apart = high <= other_low or other_high <= low
                assert apart or colour == other, (place, low, high, other_low, other_high)


def test_a_picture_is_the_same_each_time() -> None:
    one, other = (draw_schema(chain(20, 7), "ko") for _ in range(2))
    assert (one.svg, one.text) == (other.svg, other.text)


@pytest.mark.parametrize("column", ["email VARCHAR(100) NOT NULL UNIQUE", "email TEXT UNIQUE"])
def test_a_unique_beside_a_column_is_read(column):
    """SQLAlchemy does not see it behind a type with brackets."""
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE users (id INTEGER PRIMARY KEY, {column})")
    [table] = read_schema(engine).tables
    assert table.uniques == (Key(None, ("email",)),)
    engine.dispose()
