"""The start page and JupyterLab's page: made of the manifest, with no script inside."""

import re
from html.parser import HTMLParser

import pytest

from course.contents import load_course
from course.phrases import all_phrases, load
from course.site.here import here
from course.site.kernel.later import lacking
from course.site.lab_page import UnknownPageError, lab_page
from course.site.start_page import WORDS, address, pages, start_page

COURSE = load_course()
OWN = """<!DOCTYPE html><html><head>
    <title>JupyterLite</title>
    <meta charset="utf-8">
    <link id="jupyter-lite-main" rel="preload" href="../build/lab/bundle.js" main="index">
    <script id="jupyter-config-data" type="application/json">{}</script>
    <script>
      start();
    </script></head><body>
    <div class="jupyterlite-loading-indicator-text">Loading JupyterLite...</div>
    <noscript>No.</noscript></body></html>"""


class Page(HTMLParser):
    """What a page has of elements that matter here."""

    def __init__(self, text):
        super().__init__()
        self.inside: list[str] = []
        self.styled: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self.inside.append(tag)
        self.inside += [name for name in given if name.startswith("on")]
        self.styled += [tag for name in given if name == "style"]
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given.get("href") or ""] if tag == "a" else []


@pytest.mark.parametrize("lang", COURSE.languages)
def test_each_lesson_is_there_with_a_link_that_opens_it(lang):
    links = Page(start_page(COURSE, lang)).links
    for entry in COURSE.lessons:
        assert address(entry, lang) in links


@pytest.mark.parametrize("lang", COURSE.languages)
def test_no_script_and_no_style_is_inside_the_page(lang):
    page = Page(start_page(COURSE, lang))
    assert page.inside == page.styled == []
    assert len(page.ids) == len(set(page.ids))


@pytest.mark.parametrize("lang", COURSE.languages)
def test_each_page_leads_to_the_other_languages(lang):
    links = Page(start_page(COURSE, lang)).links
    assert {f"{page}?lang={code}" for code, page in pages(COURSE).items()} <= set(links)


def test_a_title_that_looks_like_html_is_shown_as_it_is():
    text = start_page(COURSE, "en")
    assert re.search(r"<code>alembic init</code>", text)
    assert "`" not in re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("entry", COURSE.lessons, ids=lambda entry: entry.slug)
def test_what_runs_is_what_the_lesson_says_when_it_is_opened(entry):
    runs = here(entry, "en")
    assert (runs.state == "wholly") == (lacking(entry, "en") == "")
    assert runs.why in lacking(entry, "en")


def test_every_phrase_is_said_in_every_language():
    for key, said in all_phrases(load(WORDS)):
        assert said.keys() == COURSE.languages.keys(), key


def test_jupyterlabs_page_has_no_script_inside():
    text = lab_page(OWN, COURSE.languages)
    assert Page(text).inside == []
    assert "start()" not in text and "JupyterLite" not in text
    assert text.index("Content-Security-Policy") < text.index("<script")


@pytest.mark.parametrize("part", ["<title>JupyterLite</title>", "<noscript>", "start();"])
def test_another_page_than_the_one_that_is_known_is_refused(part):
    other = OWN.replace(f"<script>\n      {part}\n    </script>", "").replace(part, "")
    with pytest.raises(UnknownPageError):
        lab_page(other, COURSE.languages)
