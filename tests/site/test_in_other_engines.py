"""The browser edition in Firefox and WebKit: lessons that lean on most of a browser, a reload."""

import contextlib
from collections.abc import Iterator

import pytest

from tests.opened import stem
from tests.site import expected
from tests.site.firefox import visit_in_firefox
from tests.site.lite import Visit, different
from tests.site.solving import solve_by_typing
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
    if slug == "init":
        solve_by_typing(stranger, slug, lang)


def test_what_is_asked_of_another_host_is_seen(engine, site):
    with ENGINES[engine](site) as visiting, contextlib.suppress(RuntimeError):
        visiting.page.goto("http://elsewhere.invalid/place")
    assert "http://elsewhere.invalid/place" in " ".join(visiting.elsewhere)
