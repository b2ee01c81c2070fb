"""What a check asks of tables: what differs is named, each once, and nothing else."""

import sqlite3
from contextlib import closing

import pytest
import sqlalchemy as sa

from course.checks import Database, asked

METADATA = sa.MetaData()
ORDERS = sa.Table(
    "orders",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id"), nullable=False, index=True),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("note", sa.Text),
)
RIGHT = {
    "id": "id INTEGER NOT NULL PRIMARY KEY",
    "user_id": "user_id INTEGER NOT NULL REFERENCES users (id)",
    "status": "status VARCHAR(20) NOT NULL",
    "note": "note TEXT",
}
INDEX = "CREATE INDEX ix_orders_user_id ON orders (user_id)"


def database(tmp_path, *statements: str) -> Database:
    file = tmp_path / "shop.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(";\n".join(["CREATE TABLE users (id INTEGER)", *statements]))
    return Database(file, tmp_path)


def orders(more: str = "", **columns: str) -> str:
    parts = [part for part in {**RIGHT, **columns}.values() if part]
    return f"CREATE TABLE orders ({', '.join([*parts, *([more] if more else [])])})"


def said(there: Database, *tables: sa.Table) -> list[str]:
    return [str(one) for one in asked(there, tables or [ORDERS])]


def test_what_was_asked_for_differs_in_nothing(tmp_path):
    assert said(database(tmp_path, orders(), INDEX)) == []


def test_a_key_need_not_be_said_to_be_not_null(tmp_path):
    there = database(tmp_path, orders(id="id INTEGER PRIMARY KEY"), INDEX)
    assert said(there) == []


def test_a_table_that_is_not_there(tmp_path):
    assert said(database(tmp_path)) == ["− orders"]


@pytest.mark.parametrize(
    ("columns", "differs"),
    [
        ({"status": ""}, "− orders.status VARCHAR(20) NOT NULL"),
        (
            {"status": "status TEXT NOT NULL"},
            "orders.status TEXT NOT NULL → VARCHAR(20) NOT NULL",
        ),
        (
            {"status": "status VARCHAR(50) NOT NULL"},
            "orders.status VARCHAR(50) NOT NULL → VARCHAR(20) NOT NULL",
        ),
        (
            {"status": "status VARCHAR(20)"},
            "orders.status VARCHAR(20) NULL → VARCHAR(20) NOT NULL",
        ),
        ({"note": "note TEXT NOT NULL"}, "orders.note TEXT NOT NULL → TEXT NULL"),
        ({"note": "note VARCHAR"}, "orders.note VARCHAR NULL → TEXT NULL"),
        (
            {"user_id": "user_id BIGINT NOT NULL REFERENCES users (id)"},
            "orders.user_id BIGINT NOT NULL → INTEGER NOT NULL",
        ),
        (
            {"user_id": "user_id INTEGER NOT NULL"},
            "− orders FOREIGN KEY (user_id) REFERENCES users (id)",
        ),
        (
            {"user_id": "user_id INTEGER NOT NULL REFERENCES items (id)"},
            (
                "orders FOREIGN KEY (user_id) REFERENCES items (id)"
                " → FOREIGN KEY (user_id) REFERENCES users (id)"
            ),
        ),
        ({"junk": "junk INTEGER"}, "+ orders.junk INTEGER NULL"),
        ({"id": "id INTEGER NOT NULL"}, "− orders PRIMARY KEY (id)"),
        ({"note": "note TEXT UNIQUE"}, "+ orders UNIQUE (note)"),
        (
            {"user_id": "user_id INTEGER NOT NULL UNIQUE REFERENCES users (id)"},
            "+ orders UNIQUE (user_id)",
        ),
    ],
)
def test_a_column_that_differs_is_named(tmp_path, columns, differs):
    assert said(database(tmp_path, orders(**columns), INDEX)) == [differs]


@pytest.mark.parametrize(
    ("index", "differs"),
    [
        ("SELECT 1", "− orders INDEX ix_orders_user_id (user_id)"),
        (
            "CREATE INDEX other ON orders (user_id)",
            "orders INDEX other (user_id) → INDEX ix_orders_user_id (user_id)",
        ),
        (
            "CREATE UNIQUE INDEX ix_orders_user_id ON orders (user_id)",
            "orders UNIQUE INDEX ix_orders_user_id (user_id) → INDEX ix_orders_user_id (user_id)",
        ),
    ],
)
def test_an_index_that_differs_is_named(tmp_path, index, differs):
    assert said(database(tmp_path, orders(), index)) == [differs]


def test_a_further_plain_index_is_no_difference(tmp_path):
    more = "CREATE INDEX more ON orders (status)"
    assert said(database(tmp_path, orders(), INDEX, more)) == []


NAMED = sa.Table(
    "orders",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("user_id", sa.Integer),
    sa.Column("code", sa.String(8), server_default="x"),
    sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_user", ondelete="CASCADE"),
    sa.UniqueConstraint("code", name="uq_code"),
    sa.CheckConstraint("code <> ''", name="ck_code"),
)
FOUND = "(user_id) REFERENCES users (id)"
CASCADES = f"{FOUND} ON DELETE CASCADE"
PARTS = {
    "column": "code VARCHAR(8) DEFAULT 'x'",
    "key": "CONSTRAINT fk_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE",
    "unique": "CONSTRAINT uq_code UNIQUE (code)",
    "check": "CONSTRAINT ck_code CHECK (code <> '')",
}


@pytest.mark.parametrize(
    ("parts", "differs"),
    [
        ({}, []),
        (
            {"column": "code VARCHAR(8)"},
            ["orders.code VARCHAR(8) NULL → VARCHAR(8) NULL DEFAULT 'x'"],
        ),
        (
            {"key": "CONSTRAINT fk_user FOREIGN KEY (user_id) REFERENCES users (id)"},
            [f"orders FOREIGN KEY fk_user {FOUND} → FOREIGN KEY fk_user {FOUND} ON DELETE CASCADE"],
        ),
        (
            {"key": "FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE"},
            [f"orders FOREIGN KEY {CASCADES} → FOREIGN KEY fk_user {CASCADES}"],
        ),
        ({"unique": "UNIQUE (code)"}, ["orders UNIQUE (code) → UNIQUE uq_code (code)"]),
        ({"check": "CHECK (code <> '')"}, ["− orders CHECK ck_code"]),
    ],
)
def test_names_and_what_is_said_beside_are_compared_where_they_were_asked_for(
    tmp_path, parts, differs
):
    columns = ", ".join(["id INTEGER PRIMARY KEY", "user_id INTEGER", *{**PARTS, **parts}.values()])
    assert said(database(tmp_path, f"CREATE TABLE orders ({columns})"), NAMED) == differs


UNIQUE_INDEX = sa.Table(
    "users",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.Text, unique=True),
    sa.Column("code", sa.Text),
    sa.Index("ix_code", "code", unique=True),
)
UNIQUE_CODE = "CREATE UNIQUE INDEX ix_code ON users (code)"


@pytest.mark.parametrize(
    ("email", "index", "differs"),
    [
        ("email TEXT UNIQUE", UNIQUE_CODE, []),
        ("email TEXT", f"{UNIQUE_CODE}; CREATE UNIQUE INDEX e ON users (email)", []),
        ("email TEXT", UNIQUE_CODE, ["− users UNIQUE (email)"]),
        (
            "email TEXT UNIQUE",
            "CREATE INDEX ix_code ON users (code)",
            ["users INDEX ix_code (code) → UNIQUE INDEX ix_code (code)"],
        ),
        ("email TEXT UNIQUE", "SELECT 1", ["− users UNIQUE INDEX ix_code (code)"]),
        (
            "email TEXT UNIQUE",
            "CREATE UNIQUE INDEX other ON users (code)",
            ["users UNIQUE INDEX other (code) → UNIQUE INDEX ix_code (code)"],
        ),
    ],
)
def test_unique_where_a_plain_one_was_asked_and_the_reverse(tmp_path, email, index, differs):
    create = f"CREATE TABLE users (id INTEGER PRIMARY KEY, {email}, code TEXT)"
    there = database(tmp_path, f"DROP TABLE users; {create}", index)
    assert said(there, UNIQUE_INDEX) == differs


@pytest.mark.parametrize(
    ("column", "default", "there", "differs"),
    [
        ("INTEGER", "0", "INTEGER DEFAULT 0", []),
        ("INTEGER", "0", "INTEGER DEFAULT '0'", []),
        ("INTEGER", "0", "INTEGER DEFAULT (0)", []),
        ("INTEGER", "0", "INTEGER DEFAULT 1", ["INTEGER NULL DEFAULT 1 → INTEGER NULL DEFAULT 0"]),
        ("INTEGER", "0", "INTEGER", ["INTEGER NULL → INTEGER NULL DEFAULT 0"]),
        ("VARCHAR(5)", "0", "VARCHAR(5) DEFAULT '0'", []),
        ("VARCHAR(5)", "0", "VARCHAR(5) DEFAULT 0", []),
        (
            "VARCHAR(5)",
            "new",
            "VARCHAR(5) DEFAULT 'old'",
            ["VARCHAR(5) NULL DEFAULT 'old' → VARCHAR(5) NULL DEFAULT 'new'"],
        ),
    ],
)
def test_a_default_in_quotes_is_as_good_as_one_without(tmp_path, column, default, there, differs):
    kind = sa.Integer() if column == "INTEGER" else sa.String(5)
    wanted = sa.Table("stocks", sa.MetaData(), sa.Column("stock", kind, server_default=default))
    found = said(database(tmp_path, f"CREATE TABLE stocks (stock {there})"), wanted)
    assert found == [f"stocks.stock {line}" for line in differs]
