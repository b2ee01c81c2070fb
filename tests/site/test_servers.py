"""Connections take turns at one backend: each finds what it left, and none is in another's way."""

import os
from collections.abc import Iterator

import pytest

from course.site.kernel.postgres import dumping, wire
from course.site.kernel.postgres.servers import Refused, Server
from tests.site.backends import backend

pytestmark = pytest.mark.system


@pytest.fixture
def server(address, monkeypatch) -> Iterator[Server]:
    monkeypatch.setitem(os.environ, "COURSE_LANG", "en")
    with backend(address) as own:
        made = Server(own, dumping)
        made.fill("postgres", "")
        made.fill("shop", "CREATE TABLE t (id int)")
        yield made


def connect(server, **settings):
    return server.connect("shop", settings)


def test_settings_are_each_connections_own(server):
    one, other = connect(server, lock_timeout="500ms"), connect(server)
    one.rows("SET statement_timeout = 7000")
    one.rows("SELECT set_config('search_path', 'pg_catalog, \"A b\"', false)")
    other.rows("SET statement_timeout = 9000")
    assert other.rows("SHOW lock_timeout") == [["0"]]
    assert one.rows("SHOW lock_timeout") == [["500ms"]]
    assert one.rows("SHOW statement_timeout") == [["7s"]]
    assert one.rows("SHOW search_path") == [['pg_catalog, "A b"']]
    assert other.rows("SHOW statement_timeout") == [["9s"]]


def test_a_new_connection_begins_anew(server):
    one = connect(server)
    one.rows("SET statement_timeout = 7000; CREATE TEMP TABLE x (id int)")
    one.close()
    other = connect(server)
    assert other.rows("SHOW statement_timeout") == [["0"]]
    assert other.rows("SELECT count(*) FROM pg_class WHERE relname = 'x'") == [["0"]]


def test_what_a_closed_connection_has_not_committed_is_undone(server):
    one = connect(server)
    one.rows("BEGIN; INSERT INTO t VALUES (1)")
    one.close()
    assert connect(server).rows("SELECT count(*) FROM t") == [["0"]]


HELD = (
    "SELECT mode FROM pg_locks JOIN pg_class ON pg_class.oid = relation "
    "WHERE pid = {pid} AND granted AND relname = 't' ORDER BY mode"
)


def test_locks_are_seen_beside_an_open_transaction_and_leave_it_as_it_was(server):
    one, other = connect(server), connect(server)
    held = HELD.format(pid=server.pid())
    assert other.rows(held) == []
    one.rows("BEGIN; SAVEPOINT s; ALTER TABLE t ADD COLUMN x int")
    assert other.rows(held) == [["AccessExclusiveLock"]]
    assert other.status == b"I" and one.status == b"T"
    with pytest.raises(Refused, match="division by zero"):
        other.rows(f"{held}, 1 / 0")
    one.rows("ROLLBACK TO s; COMMIT")
    assert one.rows("SELECT * FROM t") == other.rows(held) == []


def test_what_only_names_the_locks_is_refused_beside_an_open_transaction(server):
    one, other = connect(server), connect(server)
    one.rows("BEGIN; INSERT INTO t VALUES (1)")
    for sql in ("SELECT 'FROM pg_locks' FROM t; DELETE FROM t", "SELECT * FROM t"):
        with pytest.raises(Refused, match="has a transaction open"):
            other.rows(sql)


def test_no_connection_is_in_anothers_transaction(server):
    one, other = connect(server), connect(server)
    one.rows("BEGIN; INSERT INTO t VALUES (1)")
    with pytest.raises(Refused, match="has a transaction open"):
        other.rows("SELECT 1")
    with pytest.raises(Refused, match="has a transaction open"):
        connect(server)
    with pytest.raises(Refused, match="has a transaction open"):
        server.fill("another", "")
    one.rows("COMMIT")
    assert other.rows("SELECT count(*) FROM t") == [["1"]]


def test_a_refusal_is_an_error_as_a_server_sends_it(server):
    one, other = connect(server), connect(server)
    one.rows("BEGIN")
    said = dict(wire.messages(other.exchange(wire.query(b"SELECT 1"))))
    assert wire.error_fields(said[b"E"])[ord("C")] == b"0A000"
    assert said[b"Z"] == b"I"


def test_a_failed_transaction_keeps_nobody_waiting_and_stays_failed(server):
    one, other = connect(server), connect(server)
    one.rows("BEGIN")
    with pytest.raises(Refused):
        one.rows("SELECT * FROM nowhere")
    assert other.rows("SELECT 1") == [["1"]]
    with pytest.raises(Refused, match="current transaction is aborted"):
        one.rows("SELECT 1")
    one.rows("ROLLBACK")
    assert one.rows("SELECT 1") == [["1"]]


def test_one_that_can_go_back_to_a_savepoint_does(server):
    one, other = connect(server), connect(server)
    one.rows("BEGIN; INSERT INTO t VALUES (1)")
    one.rows("SAVEPOINT s")
    with pytest.raises(Refused):
        one.rows("SELECT * FROM nowhere")
    with pytest.raises(Refused, match="has a transaction open"):
        other.rows("SELECT 1")
    one.rows("ROLLBACK TO SAVEPOINT s")
    one.rows("COMMIT")
    assert other.rows("SELECT count(*) FROM t") == [["1"]]


@pytest.mark.parametrize("held", ["SELECT pg_advisory_lock(1)", "CREATE TEMP TABLE x (id int)"])
def test_what_a_session_cannot_take_along_keeps_others_waiting(server, held):
    one, other = connect(server), connect(server)
    one.rows(held)
    with pytest.raises(Refused, match="holds an advisory lock or a temporary table"):
        other.rows("SELECT 1")
    one.rows("BEGIN")
    with pytest.raises(Refused):
        one.rows("SELECT * FROM nowhere")
    with pytest.raises(Refused, match="holds an advisory lock or a temporary table"):
        other.rows("SELECT 1")
    with pytest.raises(Refused, match="current transaction is aborted"):
        one.rows("SELECT 1")
    one.close()
    assert other.rows("SELECT 1") == [["1"]]


def test_a_prepared_statement_is_there_after_anothers_turn(server):
    one, other = connect(server), connect(server)
    parse = wire.parse(b"p", b"SELECT 42")
    one.exchange(parse + wire.sync())
    one.prepared[b"p"] = parse
    other.rows("SELECT 1")
    answer = one.exchange(wire.bind(b"p", (), (), 0) + wire.execute() + wire.sync())
    assert [wire.row(body) for kind, body in wire.messages(answer) if kind == b"D"] == [[b"42"]]


def test_databases_hold_each_its_own(server):
    server.fill("blog", "CREATE TABLE posts (id int); INSERT INTO posts VALUES (7)")
    assert server.names() == ["blog", "postgres", "shop"]
    blog, shop = server.connect("blog", {}), connect(server)
    shop.rows("INSERT INTO t VALUES (1)")
    assert blog.rows("SELECT id FROM posts") == [["7"]]
    blog.rows("INSERT INTO posts VALUES (8)")
    assert shop.rows("SELECT id FROM t") == [["1"]]
    assert blog.rows("SELECT count(*) FROM posts") == [["2"]]
    server.drop("blog")
    assert server.names() == ["postgres", "shop"]
    with pytest.raises(Refused, match='database "blog" does not exist'):
        server.connect("blog", {})


def test_a_mark_is_another_when_something_was_written(server):
    one = connect(server)
    before = server.mark("shop")
    assert server.mark("shop") == before
    one.rows("INSERT INTO t VALUES (1)")
    after = server.mark("shop")
    assert after != before
    one.rows("BEGIN; INSERT INTO t VALUES (2)")
    assert server.mark("shop") == after
