"""What the course asks of servers is answered by those of a tab, errors included."""

from collections.abc import Iterator

import pytest

from course.server import dumps
from course.server.cluster import ClusterError
from course.site.kernel.postgres import dumping, kit, servers, starting
from course.site.kernel.postgres.servers import Server
from tests.site.backends import backend

pytestmark = pytest.mark.system

HOST = "/browser/1"
WHERE = {"PGHOST": HOST}
TABLE = "CREATE TABLE t (id int)"


@pytest.fixture
def server(address, monkeypatch) -> Iterator[Server]:
    with backend(address) as own:
        made = Server(own, dumping)
        monkeypatch.setitem(servers.servers, HOST, made)
        monkeypatch.setattr(starting, "_given", [])
        made.fill("postgres", "")
        yield made


def test_a_server_is_started_once_for_each_who_asks(server, monkeypatch):
    monkeypatch.setitem(servers.servers, "/browser/2", server)
    binaries = starting.find_binaries()
    assert binaries is not None
    hosts = [starting.start_server(binaries).address.host for _ in range(2)]
    assert hosts == [HOST, "/browser/2"]
    with pytest.raises(ClusterError):
        starting.start_server(binaries)


def test_there_is_nothing_to_start_before_it_is_loaded(monkeypatch):
    monkeypatch.setattr(servers, "servers", {})
    assert starting.find_binaries() is None


def test_databases_are_filled_named_written_down_and_dropped(server):
    kit.fill("course_shop", TABLE, WHERE)
    kit.fill("course_blog", "", WHERE)
    assert kit.names("course_", WHERE) == ["course_blog", "course_shop"]
    assert "CREATE TABLE public.t (" in kit.dump("course_shop", WHERE)
    assert kit.holds_something("course_shop", WHERE)
    assert not kit.holds_something("course_blog", WHERE)
    kit.drop("course_shop", WHERE)
    kit.drop("course_shop", WHERE)
    assert kit.names("course_", WHERE) == ["course_blog"]


def test_sql_that_fails_is_said_on_one_line(server):
    with pytest.raises(dumps.DumpError) as error:
        kit.fill("course_shop", "SELECT * FROM nowhere", WHERE)
    assert error.value.said == 'relation "nowhere" does not exist'
    assert not error.value.is_locked
    with pytest.raises(dumps.DumpError, match='"course_shop" does not exist'):
        kit.dump("course_shop", WHERE)


def test_an_open_transaction_is_a_lock(server):
    kit.fill("course_shop", TABLE, WHERE)
    before = kit.mark("course_shop", WHERE)
    session = server.connect("course_shop", {})
    session.rows("BEGIN; INSERT INTO t VALUES (1)")
    assert kit.mark("course_shop", WHERE) == before
    for act in (kit.dump, kit.holds_something):
        with pytest.raises(dumps.DumpError) as error:
            act("course_shop", WHERE)
        assert error.value.is_locked
    session.rows("COMMIT")
    assert kit.mark("course_shop", WHERE) != before
    assert "INSERT INTO public.t" in kit.dump("course_shop", WHERE)


def test_a_server_that_is_not_there_is_said(monkeypatch):
    with pytest.raises(dumps.DumpError, match="no server"):
        kit.names("", {"PGHOST": "/nowhere"})
