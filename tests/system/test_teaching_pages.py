"""The pages for instructors in a browser: paper, slides without a network, the speaker's window."""

from collections.abc import Iterator

import pytest

from course.author.teaching.folder import TeachingFolder
from course.contents import ROOT, load_course
from tests.system.lab import browser

pytestmark = pytest.mark.system

COURSE = load_course()
PAGE = b"/Type /Page\n"
HEIGHT = 720
"""What a slide is high."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    with browser() as started:
        yield started


@pytest.mark.parametrize("lang", COURSE.languages)
def test_the_cheat_sheet_is_one_page_of_paper(chromium, lang):
    page = chromium.new_page()
    page.goto((ROOT / "docs" / f"cheatsheet.{lang}.html").as_uri())
    assert pages(page.pdf(prefer_css_page_size=True, print_background=True)) == 1
    page.evaluate("document.body.append(document.body.cloneNode(true))")
    assert pages(page.pdf(prefer_css_page_size=True)) == 2


def pages(pdf: bytes) -> int:
    return pdf.count(PAGE)


@pytest.mark.parametrize("lang", COURSE.languages)
def test_slides_open_from_a_folder_without_a_network(chromium, tmp_path, lang):
    entry = COURSE.lesson("manual_revision")
    folder = TeachingFolder(COURSE, lang, tmp_path)
    folder.lesson(entry)
    context = chromium.new_context(offline=True, viewport={"width": 1280, "height": HEIGHT})
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto((tmp_path / f"{entry.stem}.slides.html").as_uri())
    page.wait_for_function("Reveal.isReady()")
    assert page.evaluate("Reveal.getTotalSlides()") > 20
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.reveal')).wordBreak") == "keep-all"
    )
    too_long = page.evaluate(
        "[...document.querySelectorAll('.slides > section > section')].filter(slide => {"
        " slide.style.display = 'block'; return slide.scrollHeight > 2 * 720 }).length"
    )
    assert too_long == 0
    noted = page.evaluate(
        "Reveal.getSlides().findIndex(slide => slide.querySelector('aside.notes'))"
    )
    assert noted >= 0
    with context.expect_page() as opened:
        page.keyboard.press("s")
    speaker = opened.value
    for _ in range(40):
        page.keyboard.press("Space")
        if speaker.locator(".speaker-controls-notes .value").inner_text().strip():
            break
        page.wait_for_timeout(100)
    assert speaker.locator(".speaker-controls-notes .value").inner_text().strip()
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "about:", "data:", "blob:"))] == []
    context.close()
