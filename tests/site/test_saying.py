"""An error is worded as libpq words it; `test_psycopg.py` holds it to libpq itself."""

import pytest

from course.site.kernel.postgres.saying import say, show

QUERY = "UPDATE products SET title = trim(titel)"


def test_an_error_has_its_line_and_its_hint():
    fields = {
        ord(code): value.encode()
        for code, value in {
            "S": "ERROR",
            "C": "42703",
            "M": 'column "titel" does not exist',
            "H": 'Perhaps you meant to reference the column "products.title".',
            "P": "34",
        }.items()
    }
    assert say(fields, QUERY) == (
        'ERROR:  column "titel" does not exist\n'
        "LINE 1: UPDATE products SET title = trim(titel)\n"
        "                                         ^\n"
        'HINT:  Perhaps you meant to reference the column "products.title".\n'
    )
    assert say({83: b"ERROR", 77: b"no", 80: b"34"}) == "ERROR:  no at character 34\n"


@pytest.mark.parametrize(
    ("query", "place", "lines"),
    [
        ("SELECT 1\n  FROM nowhere\n", 17, ["LINE 2:   FROM nowhere", "               ^"]),
        ("SELECT '한글', no", 14, ["LINE 1: SELECT '한글', no", "                       ^"]),
        ("SELECT\tno", 8, ["LINE 1: SELECT no", "               ^"]),
        ("x" * 70, 1, ["LINE 1: " + "x" * 60 + "...", "        ^"]),
        ("x" * 70, 65, ["LINE 1: ..." + "x" * 60, " " * 65 + "^"]),
        ("x", 9, []),
    ],
)
def test_the_line_is_cut_and_pointed_into(query, place, lines):
    assert show(query, place) == lines
