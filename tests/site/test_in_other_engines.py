"""The browser edition in Firefox and in WebKit: the lessons that lean on most of a browser."""

from collections.abc import Iterator

import pytest

from tests.opened import stem
from tests.site import expected
from tests.site.firefox import visit_in_firefox
from tests.site.lite import Visit, compared, different
from tests.site.webkit import visit_in_webkit

pytestmark = pytest.mark.site

LANGUAGES = {"init": "ko", "autogenerate": "en", "branches": "ko", "postgresql": "en"}
OTHER_LANGUAGE = {"ko": "en", "en": "ko"}
ENGINES = {"firefox": visit_in_firefox, "webkit": visit_in_webkit}


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def stranger(engine: str, site: str) -> Iterator[Visit]:
    with ENGINES[engine](site) as visiting:
        yield visiting
    assert visiting.elsewhere == []


@pytest.mark.parametrize("slug", LANGUAGES)
def test_every_cell_prints_what_is_committed(stranger, engine, slug, record_property):
    lang = LANGUAGES[slug] if engine == "firefox" else OTHER_LANGUAGE[LANGUAGES[slug]]
    notebook = f"{lang}/{stem(slug)}.ipynb"
    stranger.open(notebook)
    ran = stranger.run_all()
    record_property("seconds", [seconds for _, seconds in ran.values()])
    assert set(different(notebook, ran)) == expected.differences(slug)


def test_what_was_done_is_there_after_a_reload(stranger):
    notebook = f"en/{stem('init')}.ipynb"
    stranger.open(notebook)
    stranger.run("open")
    assert "Passed" not in said(stranger.run("init-check"))
    stranger.run("init-answer", "!alembic init migrations")
    assert "Passed" in said(stranger.run("init-check"))
    stranger.page.reload()
    stranger.open(notebook)
    assert ".old" in said(stranger.run("open"))
    stranger.run("init-go-on", "lesson.resume()")
    assert "Passed" in said(stranger.run("init-check"))


def said(cell: dict) -> str:
    return "".join(part for parts in compared(cell).values() for part in parts)
