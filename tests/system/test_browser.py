"""A lesson in a browser, run from top to bottom; a mistake made and fixed; pictures seen."""

import base64
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from course.contents import ROOT
from tests.opened import stem
from tests.system.lab import (
    browser,
    cell,
    lab,
    notebook_address,
    open_notebook,
    open_page,
    output,
    panel,
    run,
    run_all,
    write,
)
from tests.system.test_playground_page import done, playing

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
    """The copy of the first lesson in Korean, run from top to bottom."""
    opened = open_notebook(chromium, notebook_address(address, FIRST), "light")
    run_all(opened, "ko")
    return opened


def test_jupyterlab_speaks_korean_and_asks_nothing(page):
    assert page.locator(".lm-MenuBar-itemLabel").first.text_content() == "파일"
    heading = page.locator(".jp-MarkdownCell h1").first.text_content()
    assert heading.startswith("1 · 마이그레이션 환경 만들기")
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
    write(page, answer, url_written("sqlite:///../shop.db"))
    run(page, check)
    assert output(check).startswith("△ 아직 · set_url")
    assert "URL이 다른 파일 ../shop.db를 가리킵니다." in output(check)
    write(page, answer, url_written("sqlite:///shop.db"))
    run(page, check)
    assert output(check).startswith("✓ 통과 · set_url")


def url_written(url: str) -> str:
    """The act of a learner who writes a URL into alembic.ini."""
    pattern = "re.sub('(?m)^sqlalchemy.url.*', 'sqlalchemy.url = " + url + "', ini.read_text())"
    return f"import re; ini = Path('alembic.ini'); _ = ini.write_text({pattern})"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_graph_is_visible(chromium, address, scheme):
    """Paper and ink of the picture, as the screen has them, are far apart in both themes."""
    notebook = f"ko/{stem('safe_downgrade')}.ipynb"
    opened = open_notebook(chromium, notebook_address(address, notebook), scheme)
    run(opened, cell(opened, notebook, "open"))
    run(opened, cell(opened, notebook, first_graph(notebook)))
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


PICTURES = ("start", "lesson", "playground")


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize(("lang", "readme"), [("en", "README.md"), ("ko", "README.ko.md")])
def test_the_pictures_of_the_readme_are_there(lang, readme, name):
    assert f"docs/{name}.{lang}.png" in (ROOT / readme).read_text(encoding="utf-8")
    assert (ROOT / "docs" / f"{name}.{lang}.png").stat().st_size > 20_000


def take_pictures(folder: Path) -> None:
    """Take the README's pictures again: `python -m tests.system.test_browser`."""
    with browser() as started:
        for lang in ("en", "ko"):
            with tempfile.TemporaryDirectory() as scratch, lab(Path(scratch), lang) as url:
                start = open_page(started, url, "light", 900)
                start.locator(".jp-RenderedMarkdown table").first.wait_for()
                take(start, folder / f"start.{lang}.png")
                notebook = f"{lang}/{stem('autogenerate')}.ipynb"
                opened = open_notebook(started, notebook_address(url, notebook), "light", 900)
                for name in ("open", "parts-start"):
                    run(opened, cell(opened, notebook, name))
                command = '!alembic revision --autogenerate -m "sync models"'
                write(opened, cell(opened, notebook, "generate-answer"), command)
                panel(opened, "graph").get_by_text("sync models").first.wait_for()
                take(opened, folder / f"lesson.{lang}.png")
    for lang in ("en", "ko"):
        with playing(ROOT, lang) as page:
            page.locator("section[data-name=graph] [data-act]").nth(5).click()
            done(page)
            page.keyboard.press("g")
            page.locator("section[data-name=changes]").get_by_text("users").first.wait_for()
            take(page, folder / f"playground.{lang}.png")


def take(page: "Page", target: Path) -> None:
    """Take a picture of what is seen when nothing moves any more."""
    page.wait_for_timeout(1500)
    page.screenshot(path=target)


if __name__ == "__main__":
    take_pictures(ROOT / "docs")
