"""psycopg prints the same on our `pq`, with one session, as on libpq: values, errors, notices."""

import json
import os
import subprocess
import sys
from dataclasses import asdict

import pytest

from course.contents import ROOT
from course.server import dumps
from course.server.cluster import Address

pytestmark = pytest.mark.system

OURS = """
import json, sys
from course.server.cluster import Address
from course.site.kernel.postgres import dumping, finder, servers
finder.take_over()
from tests.site.backends import SocketBackend
own = SocketBackend(Address(**json.loads(sys.argv[1])), "shop")
servers.servers["/browser/1"] = servers.Server(own, dumping, "shop")
"""
SCRIPT = """
import datetime, decimal, uuid
import psycopg
import sqlalchemy as sa

assert psycopg.pq.__impl__ == sys.argv[2], psycopg.pq.__impl__
engine = sa.create_engine("postgresql+psycopg:///shop")
metadata = sa.MetaData()
table = sa.Table(
    "things", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("text", sa.Text),
    sa.Column("number", sa.Numeric(10, 2)), sa.Column("at", sa.DateTime(timezone=True)),
    sa.Column("data", sa.JSON), sa.Column("raw", sa.LargeBinary), sa.Column("u", sa.Uuid),
    sa.Column("kind", sa.Enum("a", "b", name="kind")), sa.Column("ok", sa.Boolean),
    sa.Column("list", sa.ARRAY(sa.Integer)), sa.Column("f", sa.Float),
)
with engine.begin() as connection:
    metadata.create_all(connection)
row = {
    "text": "한글 'so' \\\\", "number": decimal.Decimal("1.50"), "data": {"a": [1, None]},
    "at": datetime.datetime(2026, 1, 5, 9, tzinfo=datetime.UTC), "raw": bytes(range(256)),
    "u": uuid.UUID(int=7), "kind": "a", "ok": True, "list": [1, None], "f": 0.1,
}
with engine.begin() as connection:
    connection.execute(table.insert(), [{"id": n, **row} for n in range(12)])
    connection.execute(table.insert().values(id=20))
    print(connection.execute(table.select().where(table.c.id.in_([1, 20]))).all())
    print(connection.execute(table.update().values(ok=False).where(table.c.id < 5)).rowcount)
    for number in range(8):
        print(connection.execute(sa.text("SELECT :n + 1"), {"n": number}).scalar())
inspector = sa.inspect(engine)
print(inspector.get_columns("things"), inspector.get_pk_constraint("things"))
print(engine.dialect.server_version_info[:1], engine.dialect.default_schema_name)
FAILING = (
    "SELECT nowhere FROM things", "SELECT 1 / 0", "INSERT INTO things (id) VALUES (1)", "nonsense",
    "SELECT * FROM things WHERE\\n  text = 'a' AND\\n\\tnowhere = 3 AND ok",
    "SELECT '' || 5 || kind",
    "SELECT " + "1 + " * 40 + "nowhere" + " + 2" * 30, "SELECT '" + "가" * 50 + "' || nowhere",
    "DO $$ BEGIN EXECUTE 'SELECT nowhere FROM things'; END $$", "SELECT 'z'::kind",
    "SELECT 1 FROM things, " + "x" * 70, "CREATE TABLE things (id int)", "COMMIT; SELECT 1",
)
for statement in FAILING:
    with psycopg.connect("dbname=shop") as connection:
        try:
            connection.execute(statement)
        except psycopg.Error as error:
            print(type(error).__name__, error.sqlstate, str(error), sep="|")
            print(error.diag.message_primary, error.diag.message_detail, error.diag.table_name)
            connection.rollback()
with psycopg.connect("dbname=shop options='-c lock_timeout=500ms'", autocommit=True) as connection:
    connection.add_notice_handler(lambda notice: print(notice.severity, notice.message_primary))
    connection.execute("DROP TABLE IF EXISTS nowhere")
    print(connection.execute("SHOW lock_timeout").fetchall())
    cursor = connection.execute("SELECT 1 AS one, NULL AS two, ''::text AS three")
    print(cursor.description, cursor.fetchall(), cursor.statusmessage)
    print(connection.execute("SELECT 1; SELECT 2").fetchall())
    with connection.transaction(), connection.transaction():
        print(connection.execute("SELECT %s::int, %s", [1, "x"]).fetchall())
    print(connection.info.dbname, connection.info.transaction_status, connection.info.encoding)
    cursor = connection.cursor(binary=True)
    print(cursor.execute("SELECT 1::int, 'a'::text, 1.5::float8, '2026-01-05'::date").fetchall())
    literal = psycopg.sql.Literal("a'b\\\\c")
    print(psycopg.sql.SQL("SELECT {}").format(literal).as_string(connection))
print(connection.closed)
for wrong in ("dbname=nowhere", "nonsense", "options='-c nothing=1' dbname=shop"):
    try:
        psycopg.connect(wrong)
    except psycopg.Error as error:
        print(type(error).__name__, str(error).rpartition("failed: ")[2])
"""


def said(address: Address, ours: bool) -> list[str]:
    dumps.fill("shop", "", {**os.environ, **address.environment()})
    first = OURS if ours else "import sys\n"
    variables = {"PGHOST": "/browser/1"} if ours else address.environment()
    kind = "python" if ours else "binary"
    words = ["-W", "error", "-c", first + SCRIPT, json.dumps(asdict(address)), kind]
    ran = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**os.environ, **variables, "PSYCOPG_IMPL": kind},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


def test_it_prints_what_it_prints_on_libpq(address):
    assert said(address, ours=True) == said(address, ours=False)
