"""Connection strings are read as libpq reads them."""

import psycopg
import pytest
from psycopg import pq

from course.site.kernel.postgres import conninfo

STRINGS = (
    *("", "dbname=course_shop", "host=/tmp port = 5433  user='a b'", r"password='it\'s \\ so'"),
    *("dbname=shop options='-c lock_timeout=500ms'", "postgresql:///course_shop"),
    "postgresql://me:p%40ss@localhost:5433/shop?application_name=x&connect_timeout=3",
    *(
        "postgres://localhost",
        "postgresql://[::1]:x/shop",
        "postgresql:///shop?host=/browser/1&port=5432",
    ),
)
WRONG = ("shop", "nothing=1", "dbname", "postgresql:///?a=b")


@pytest.mark.parametrize("text", STRINGS)
def test_it_is_read_as_libpq_reads_it(text):
    parsed = pq.Conninfo.parse(text.encode())
    real = {one.keyword.decode(): one.val.decode() for one in parsed if one.val}
    assert conninfo.read(text) == real


@pytest.mark.parametrize("text", WRONG)
def test_what_libpq_refuses_is_refused(text):
    with pytest.raises(psycopg.OperationalError):
        pq.Conninfo.parse(text.encode())
    with pytest.raises(conninfo.ConninfoError):
        conninfo.read(text)


def test_variables_complete_what_is_not_named():
    whole = conninfo.complete({"dbname": "shop"}, {"PGHOST": "/browser/1", "PGDATABASE": "other"})
    assert (whole["host"], whole["dbname"], whole["port"]) == ("/browser/1", "shop", "5432")
    assert conninfo.complete({}, {})["dbname"] == "postgres"


def test_settings_of_the_option_options():
    found = conninfo.settings(r"-c lock_timeout=500ms -cwork_mem=1MB --search-path=a\ b")
    assert found == {"lock_timeout": "500ms", "work_mem": "1MB", "search_path": "a b"}
    with pytest.raises(conninfo.ConninfoError):
        conninfo.settings("-x")
