"""view.js in a page of its own: what it shows, keeps, hears and says."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from course.contents import ROOT
from course.picture.picture import panel_style
from tests.system.lab import browser

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.system

SECONDS = 10
VIEW = ROOT / "course/panel/front/share/jupyter/labextensions/alembic-course/static/view.js"
PAGE = f"""<!doctype html><body><div id="host" style="height:300px"></div><script type="module">
{VIEW.read_text(encoding="utf-8")}
window.acts = [];
window.answer = async () => undefined;
window.view = new View(document.getElementById("host"), async message => {{
  window.acts.push(message);
  return window.answer(message);
}});
</script>"""

ROWS = "".join(
    f'<div role="button" tabindex="0" data-act="select" data-row="{key}" data-key="row {key}"'
    f' data-shortcut="{key}" style="height:200px">{key}</div>'
    for key in "abc"
)
CODE = (
    '<pre data-key="code" style="height:50px;overflow:auto">'
    '<div style="height:300px">code</div></pre>'
)
FORM = (
    '<form data-act="new"><input name="message" data-key="message">'
    '<button name="kind" value="empty">make</button></form>'
)


def view(**changed: object) -> dict[str, object]:
    first = {"name": "rows", "label": "Rows", "html": ROWS + FORM, "text": "as text", "open": True}
    return {
        "type": "view",
        "lang": "en",
        "title": "A view",
        "style": panel_style(),
        "words": {"as_text": "As text"},
        "sections": [first | changed],
    }


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    with browser() as started:
        yield started


@pytest.fixture
def page(chromium) -> "Iterator[Page]":
    opened = chromium.new_page()
    opened.set_default_timeout(SECONDS * 1000)
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.set_content(PAGE)
    opened.wait_for_function("() => window.view")
    show(opened, view())
    yield opened
    opened.close()
    assert errors == []


def show(page: "Page", message: dict[str, object]) -> None:
    page.evaluate(f"view.show({json.dumps(message)})")


def acts(page: "Page") -> list[dict[str, object]]:
    page.wait_for_function("() => !view.isBusy")
    return page.evaluate("acts")


def focused(page: "Page") -> str | None:
    return page.evaluate("view.root.activeElement?.dataset.key ?? null")


def test_clicks_keys_and_forms_are_sent_with_what_they_carry(page):
    page.get_by_text("b", exact=True).click()
    assert acts(page) == [{"type": "act", "act": "select", "row": "b"}]
    for key, row in (("Enter", "b"), (" ", "b"), ("c", "c")):
        page.keyboard.press(key)
        assert acts(page)[-1]["row"] == row
    page.locator("input").fill("add isbn")
    page.locator("input").press("Enter")
    sent = {"type": "act", "act": "new", "message": "add isbn", "kind": "empty"}
    assert acts(page)[-1] == sent


def test_typing_is_no_shortcut_and_arrows_move_between_rows(page):
    page.locator("input").press_sequentially("abc")
    assert acts(page) == []
    page.get_by_text("a", exact=True).focus()
    for key, row in (("ArrowDown", "b"), ("End", "c"), ("ArrowUp", "b"), ("Home", "a")):
        page.keyboard.press(key)
        assert focused(page) == f"row {row}"


def test_an_update_keeps_focus_scroll_and_what_is_being_typed(page):
    show(page, view(html=CODE + ROWS + FORM))
    page.locator("input").press_sequentially("half a mess")
    page.evaluate("view.frame.scrollTop = 250")
    code = "view.root.querySelector('[data-key=code]').scrollTop"
    page.evaluate(f"{code} = 80")
    show(page, view(html=CODE + "<p>new</p>" + ROWS + FORM))
    assert page.evaluate(f"[view.frame.scrollTop, {code}]") == [250, 80]
    assert focused(page) == "message"
    page.keyboard.type("age")
    assert page.locator("input").input_value() == "half a message"


def test_a_section_stays_folded_and_shows_its_text(page):
    page.get_by_role("button", name="Rows").click()
    show(page, view(html=ROWS))
    assert not page.get_by_text("a", exact=True).is_visible()
    page.get_by_role("button", name="As text").click()
    assert page.locator("pre").inner_text() == "as text"


def test_an_error_is_said_and_the_sections_stay(page):
    page.evaluate("void (window.answer = async () => { throw new Error('the server is gone') })")
    page.get_by_text("a", exact=True).click()
    assert page.get_by_role("alert").inner_text() == "the server is gone"
    assert page.get_by_text("a", exact=True).is_visible()
    show(page, view())
    assert not page.get_by_role("alert").is_visible()


def test_a_click_while_an_answer_is_awaited_does_nothing(page):
    page.evaluate("void (window.answer = () => new Promise(done => { window.done = done }))")
    page.get_by_text("a", exact=True).click()
    page.get_by_text("b", exact=True).click()
    assert page.evaluate("view.frame.getAttribute('aria-busy')") == "true"
    page.evaluate("done()")
    assert len(acts(page)) == 1


def test_a_note_takes_the_place_of_what_no_longer_holds(page):
    show(page, {"type": "note", "lang": "en", "text": "The kernel restarted."})
    assert page.get_by_text("The kernel restarted.").is_visible()
    assert not page.get_by_text("a", exact=True).is_visible()
    show(page, view())
    assert page.get_by_text("a", exact=True).is_visible()


def test_it_follows_the_themes_of_jupyterlab_and_of_the_system(page):
    scheme = "document.getElementById('host').dataset.scheme"
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"() => {scheme} === 'dark'")
    page.evaluate("document.body.dataset.jpThemeLight = 'true'")
    page.wait_for_function(f"() => {scheme} === 'light'")
    assert page.evaluate(scheme) == "light"
