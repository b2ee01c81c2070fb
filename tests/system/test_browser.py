"""The README's command in a browser, as its user: a lesson run, a mistake made, and mended."""

import base64
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from course.contents import ROOT
from tests.opened import stem
from tests.system.lab import browser, cell, lab, open_notebook, output, run, run_all, write

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.system

FIRST = f"ko/{stem('init')}.ipynb"


@pytest.fixture(scope="module")
def chromium() -> "Iterator[Browser]":
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with lab(tmp_path_factory.mktemp("lab"), "ko") as started:
        yield started


@pytest.fixture(scope="module")
def page(chromium: "Browser", address: str) -> "Page":
    """The first lesson in Korean, opened by the command and run from top to bottom."""
    opened = open_notebook(chromium, address, "light")
    run_all(opened, "ko")
    return opened


def test_the_command_opens_the_first_lesson_in_korean(page):
    assert page.url.partition("?")[0].endswith(f"/lab/tree/notebooks/ko/{stem('init')}.ipynb")
    assert page.locator(".lm-MenuBar-itemLabel").first.text_content() == "파일"
    heading = page.locator(".jp-MarkdownCell h1").first.text_content()
    assert heading.startswith("1 · 마이그레이션 환경 만들기")


def test_no_news_and_no_question(page):
    assert page.locator(".jp-Dialog").count() == 0
    assert page.locator(".jp-toast, .Toastify__toast").count() == 0


def test_every_cell_ran_and_printed_what_is_committed(page):
    notebook = json.loads((ROOT / "notebooks" / FIRST).read_text(encoding="utf-8"))
    code = [one for one in notebook["cells"] if one["cell_type"] == "code"]
    prompts = page.locator(".jp-CodeCell .jp-InputPrompt").all_text_contents()
    assert [prompt.strip() for prompt in prompts] == [
        f"[{one['execution_count']}]:" for one in code
    ]
    assert output(cell(page, FIRST, "version")).strip() == "alembic 1.20.1"
    assert "FAILED: New upgrade operations detected" in output(cell(page, FIRST, "check-users"))


def test_a_mistake_is_read_and_mended(page):
    answer, check = cell(page, FIRST, "set_url-answer"), cell(page, FIRST, "set_url-check")
    assert output(check).startswith("시작 전 · set_url")
    write(page, answer, 'write_url("sqlite:///../shop.db")')
    run(page, check)
    assert output(check).startswith("△ 아직 · set_url")
    assert "URL이 다른 파일 ../shop.db를 가리킵니다." in output(check)
    write(page, answer, 'write_url("sqlite:///shop.db")')
    run(page, check)
    assert output(check).startswith("✓ 통과 · set_url")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_graph_is_visible(chromium, address, scheme):
    """Paper and ink of the picture, as the screen has them, are far apart in both themes."""
    notebook = f"ko/{stem('moving')}.ipynb"
    opened = open_notebook(chromium, address.replace(stem("init"), stem("moving")), scheme)
    picture = cell(opened, notebook, first_graph(notebook)).locator("img")
    picture.scroll_into_view_if_needed()
    assert picture.evaluate("image => image.complete && image.naturalHeight") > 100
    assert (
        opened.locator("body").get_attribute("data-jp-theme-light")
        == str(scheme == "light").lower()
    )
    darkest, lightest, paper = shades(picture)
    assert (paper > 200) == (scheme == "light")
    assert lightest - darkest > 150
    opened.close()


def first_graph(notebook: str) -> str:
    cells = json.loads((ROOT / "notebooks" / notebook).read_text(encoding="utf-8"))["cells"]
    return next(one["id"] for one in cells if "lesson.graph()" in "".join(one["source"]))


SHADES = """async (png) => {
    const image = new Image();
    image.src = "data:image/png;base64," + png;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const pixels = context.getImageData(0, 0, image.width, image.height).data;
    const counts = new Array(256).fill(0);
    for (let at = 0; at < pixels.length; at += 4)
        counts[Math.round((pixels[at] + pixels[at + 1] + pixels[at + 2]) / 3)] += 1;
    const seen = [...counts.keys()].filter(shade => counts[shade] > 0);
    return [seen[0], seen[seen.length - 1], counts.indexOf(Math.max(...counts))];
}"""


def shades(picture: "Locator") -> tuple[int, int, int]:
    """Give the darkest, the lightest and the commonest grey of a picture on the screen."""
    shot = base64.b64encode(picture.screenshot()).decode()
    darkest, lightest, commonest = picture.page.evaluate(SHADES, shot)
    return darkest, lightest, commonest


def test_reference_pictures_of_the_readme_are_there():
    readme = [(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ko.md")]
    for lang, text in zip(("en", "ko"), readme, strict=True):
        assert f"docs/lesson.{lang}.png" in text
        assert (ROOT / "docs" / f"lesson.{lang}.png").stat().st_size > 20_000


def pictures(folder: Path) -> None:
    """Take the README's pictures again: `python -m tests.system.test_browser`."""
    with browser() as started:
        for lang in ("en", "ko"):
            with tempfile.TemporaryDirectory() as scratch, lab(Path(scratch), lang) as url:
                opened = open_notebook(
                    started, url.replace(stem("init"), stem("moving")), "light", 900
                )
                run_all(opened, lang)
                notebook = f"{lang}/{stem('moving')}.ipynb"
                graph = cell(opened, notebook, first_graph(notebook))
                graph.locator("details").scroll_into_view_if_needed()
                opened.wait_for_timeout(1000)
                opened.screenshot(path=folder / f"lesson.{lang}.png")


if __name__ == "__main__":
    pictures(ROOT / "docs")
