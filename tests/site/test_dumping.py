"""A database is written down as pg_dump writes it, and what cannot be is refused."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from course.contents import ROOT
from course.project.database.difference import schema_differences
from course.project.database.schema import Schema, read_schema
from course.server import dumps
from course.server.cluster import Address
from course.site.kernel.postgres import dumping
from course.site.kernel.postgres.servers import Refused, Server, Session
from tests.site.backends import backend, trusting

pytestmark = pytest.mark.system

RICH = Path(__file__).with_name("rich.sql").read_text(encoding="utf-8")
SHOP = (ROOT / "lessons/_pg_shop/start/.postgresql/course_shop.sql").read_text(encoding="utf-8")
NEWER = """
ALTER TABLE ident ADD COLUMN virt int GENERATED ALWAYS AS (b * 3) VIRTUAL;
ALTER TABLE withdom ADD CONSTRAINT nn_late NOT NULL p NOT VALID;
"""
"""What servers before 18 do not know."""
NAME = "dumped"


@pytest.fixture(scope="module", params=["wheel", "system"])
def server(request) -> Iterator[Address]:
    with trusting(request.param) as address:
        yield address


@pytest.fixture
def environment(server):
    return {**os.environ, **server.environment()}


@contextmanager
def session(address: Address) -> Iterator[Session]:
    with backend(address, NAME) as own:
        yield Server(own, dumping, NAME).connect(NAME, {})


@pytest.mark.parametrize("sql", [SHOP, RICH, ""], ids=["shop", "rich", "empty"])
def test_the_text_is_pg_dumps_own(server, environment, sql):
    dumps.fill(NAME, sql, environment)
    with session(server) as asked:
        assert dumping.dump(asked) == dumps.dump(NAME, environment)


@pytest.mark.parametrize("server", ["wheel"], indirect=True)
def test_so_is_that_of_what_only_new_servers_know(server, environment):
    dumps.fill(NAME, RICH, environment)
    with session(server) as asked:
        asked.rows(NEWER)
        assert dumping.dump(asked) == dumps.dump(NAME, environment)


def test_a_dump_makes_what_was_dumped(server, environment):
    dumps.fill(NAME, RICH, environment)
    with session(server) as asked:
        text = dumping.dump(asked)
        before = schema_of(server)
        dumping.fill(asked, "")
        assert "people" not in dumping.dump(asked)
        dumping.fill(asked, text)
        assert dumping.dump(asked) == text
    assert schema_differences(before, schema_of(server)) == ()


def test_sql_that_fails_changes_nothing(server, environment):
    dumps.fill(NAME, SHOP, environment)
    with session(server) as asked:
        before = dumping.dump(asked)
        with pytest.raises(Refused, match='relation "nowhere" does not exist'):
            dumping.fill(asked, "CREATE TABLE a (id int); SELECT * FROM nowhere")
        assert dumping.dump(asked) == before


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE part (id int) PARTITION BY RANGE (id)",
        "CREATE TABLE a (id int); CREATE TABLE b () INHERITS (a)",
        "CREATE TYPE pair AS (a int, b int)",
        "CREATE TABLE a (id int); ALTER TABLE a ENABLE ROW LEVEL SECURITY",
        "CREATE TABLE a (id int); CREATE RULE r AS ON INSERT TO a DO INSTEAD NOTHING",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET work_mem = '1MB' AS 'SELECT 1'",
    ],
)
def test_what_is_not_written_down_is_refused(server, environment, sql):
    dumps.fill(NAME, sql, environment)
    with session(server) as asked, pytest.raises(Refused, match="can't keep this: "):
        dumping.dump(asked)


def schema_of(address: Address) -> Schema:
    return read_schema(sa.create_engine(address.url(NAME), poolclass=sa.NullPool))
