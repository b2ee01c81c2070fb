"""What a visitor sees around the lessons, in Chromium: pages, work in a zip, stores, policies."""

import functools
import io
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from course.contents import ROOT, load_course
from course.site import serving
from course.site.policy import LAB, policy
from course.site.stick import TOP, write_stick
from tests.opened import stem
from tests.site.lite import SECONDS, WRITE, Visit, compared, different, visit
from tests.site.modules import node_modules
from tests.system.lab import ANOTHER_MACHINE

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.site

INIT = stem("init")
SERIOUS = ("serious", "critical")
NOT_OURS = ("#jp-main-dock-panel", "#jp-top-panel", "#jp-bottom-panel", ".jp-")
"""Where JupyterLab's own elements are."""
VIOLATIONS = """addEventListener("securitypolicyviolation", (event) => {
  (window.violations ??= []).push(`${event.violatedDirective} ${event.blockedURI}`);
});"""
SEED = """async ([module, entries]) => {
  const { change } = await import(module);
  const now = new Date().toISOString();
  await change(entries.map((entry) => ({
    name: entry.path.split("/").pop(), created: now, last_modified: now, writable: true,
    size: 1, mimetype: "", type: "file", format: "text", ...entry,
  })), []);
}"""
KEPT = """async (module) => {
  const { kept } = await import(module);
  return (await kept()).map(({ path, bytes }) => [path, [...bytes]]);
}"""
NOTEBOOK = {"cells": [], "metadata": {"course": {"lesson": "init"}}, "nbformat": 4}
WORK = [
    {"path": "ko", "type": "directory", "format": "json", "content": None},
    {"path": f"ko/{INIT}.ipynb", "type": "notebook", "format": "json", "content": NOTEBOOK},
    {"path": INIT, "type": "directory", "format": "json", "content": None},
    {"path": f"{INIT}/empty", "type": "directory", "format": "json", "content": None},
    {"path": f"{INIT}/memo.txt", "content": "한글\n"},
    {"path": f"{INIT}/shop.db", "format": "base64", "content": "AAH/"},
    {"path": f".steps/{INIT}/steps.jsonl", "content": "{}\n"},
    {"path": f"{stem('moving')}/alembic.ini", "content": "[alembic]\n"},
    {"path": "progress.json", "content": '{"init": ["set_url"], "moving": ["by_steps"]}'},
]
FILES = {
    f"ko/{INIT}.ipynb": json.dumps(NOTEBOOK, indent=1).encode() + b"\n",
    f"{INIT}/memo.txt": "한글\n".encode(),
    f"{INIT}/shop.db": b"\0\1\xff",
    f".steps/{INIT}/steps.jsonl": b"{}\n",
    f"{stem('moving')}/alembic.ini": b"[alembic]\n",
}


def start(visiting: Visit, page: str = "index.html?lang=ko") -> None:
    """Open the start page, and wait until it has looked at the store."""
    visiting.page.goto(f"{visiting.address}/{page}")
    visiting.page.locator("html[data-ready]").wait_for(state="attached")


def seed(visiting: Visit, entries: list[dict] = WORK) -> None:
    visiting.page.evaluate(SEED, [f"{visiting.address}/front/store.js", entries])
    visiting.page.reload()
    visiting.page.locator("html[data-ready]").wait_for(state="attached")


def kept(visiting: Visit) -> dict[str, bytes]:
    """Give the files in the store by their paths; folders end with a slash."""
    found = visiting.page.evaluate(KEPT, f"{visiting.address}/front/work.js")
    return {path: bytes(content) for path, content in found}


def download(visiting: Visit, button: str) -> zipfile.ZipFile:
    with visiting.page.expect_download() as waiting:
        visiting.page.locator(button).click()
    return zipfile.ZipFile(io.BytesIO(Path(waiting.value.path()).read_bytes()))


def packed(files: dict[str, bytes], above: str = "") -> dict:
    """Give a zip as a file that is chosen in a page."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, held in {".course-workspace": b"", **files}.items():
            archive.writestr(f"{above}{path}", held)
    return {"name": "work.zip", "mimeType": "application/zip", "buffer": content.getvalue()}


def bring_in(visiting: Visit, file: dict, answer: str = "") -> str:
    """Bring a zip in, and answer what is asked; give what the page says then."""
    page = visiting.page
    # What was said before would be taken for the answer.
    page.evaluate("() => { document.getElementById('said').textContent = ''; }")
    page.locator("#zip").set_input_files(file)
    if answer:
        page.locator(f"#differs button[value={answer}]").click()
    page.wait_for_function("() => document.getElementById('said').textContent !== ''")
    return page.locator("#said").inner_text()


# --- the start page ---


@pytest.mark.parametrize(("locale", "lang"), [("ko-KR", "ko"), ("en-US", "en"), ("de-DE", "en")])
def test_it_speaks_the_browsers_language_and_the_one_that_was_chosen(chromium, site, locale, lang):
    with visit(chromium, site, locale=locale) as visiting:
        start(visiting, "")
        page = visiting.page
        assert page.evaluate("document.documentElement.lang") == lang
        other = "en" if lang == "ko" else "ko"
        page.locator(f"nav a[hreflang={other}]").click()
        page.locator(f"html[lang={other}][data-ready]").wait_for(state="attached")
        start(visiting, "")
        assert page.evaluate("document.documentElement.lang") == other
        assert visiting.elsewhere == []


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_nothing_needs_scrolling_sideways_on_a_phone(chromium, site, lang):
    with visit(chromium, site, viewport={"width": 390, "height": 844}) as visiting:
        start(visiting, f"index.html?lang={lang}" if lang == "ko" else "en.html?lang=en")
        assert visiting.page.evaluate("document.documentElement.scrollWidth") == 390


def test_progress_and_what_is_next_are_those_of_the_store(visitor):
    start(visitor)
    assert "시작하기" in visitor.page.locator(".next:visible").inner_text()
    seed(visitor)
    said = visitor.page.locator(".next:visible").inner_text()
    exercises = load_course().lesson("init").exercises
    assert "이어서 하기" in said and f"연습 {exercises[1]}" in said
    mark = visitor.page.locator("[data-lesson=init] [data-progress]").inner_text()
    assert mark == f"1/{len(exercises)}"


def test_a_lesson_is_opened_by_its_link_in_the_language_of_the_page(visitor):
    start(visitor, "en.html?lang=en")
    visitor.page.locator("[data-lesson=moving] a").click()
    visitor.wait_for_notebook()
    page = visitor.page
    assert page.locator(".lm-MenuBar-itemLabel").first.inner_text() == "File"
    assert page.evaluate("jupyterapp.shell.currentWidget.context.path") == (
        f"en/{stem('moving')}.ipynb"
    )
    start(visitor, "index.html?lang=ko")
    page.locator("[data-lesson=init] a").click()
    visitor.wait_for_notebook()
    assert page.locator(".lm-MenuBar-itemLabel").first.inner_text() == "파일"
    # Each lesson has a workspace of its own: the other notebook doesn't come back, with a kernel.
    labels = "[...jupyterapp.shell.widgets('main')].map((widget) => widget.title.label)"
    assert page.evaluate(labels) == [f"{INIT}.ipynb"]


# --- work goes out and in ---


def test_all_work_goes_out_as_a_workspace(visitor):
    start(visitor)
    seed(visitor)
    with download(visitor, "#download") as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in FILES} == FILES
        names = set(archive.namelist())
        assert {".course-workspace", "progress.json", f"{INIT}/empty/"} <= names


def test_a_lesson_goes_out_alone_with_its_steps_and_its_progress(visitor):
    start(visitor)
    seed(visitor)
    with download(visitor, "[data-lesson=init] [data-download]") as archive:
        files = {name for name in archive.namelist() if not name.endswith("/")}
        own = {name for name in FILES if INIT in name}
        assert files == {*own, ".course-workspace", "progress.json"}
        assert json.loads(archive.read("progress.json")) == {"init": ["set_url"]}


@pytest.mark.parametrize("above", ["", "workspace/"])
def test_work_comes_in_where_nobody_has_worked(visitor, above):
    start(visitor)
    said = bring_in(visitor, packed(FILES, above))
    assert INIT in said
    there = kept(visitor)
    assert {name: there[name] for name in FILES if name[-6:] != ".ipynb"} == {
        name: content for name, content in FILES.items() if name[-6:] != ".ipynb"
    }
    assert json.loads(there[f"ko/{INIT}.ipynb"]) == NOTEBOOK
    assert f"{INIT}/" in there
    assert "바꾼 것이 없습니다" in bring_in(visitor, packed(FILES, above))
    # JupyterLab finds in the store what it would have made itself.
    visitor.open(f"ko/{stem('moving')}.ipynb")
    names = "(await jupyterapp.serviceManager.contents.get('')).content.map((one) => one.name)"
    assert INIT in visitor.page.evaluate(f"async () => {names}")


def test_nothing_is_written_over_unasked(visitor):
    start(visitor)
    seed(visitor)
    other = {**FILES, f"{INIT}/memo.txt": b"theirs", f"{INIT}/more.txt": b"new", "x/a": b"a"}
    other["progress.json"] = b'{"init": ["connect_metadata"]}'
    before = kept(visitor)
    assert "취소했습니다" in bring_in(visitor, packed(other), "cancel")
    assert kept(visitor) == before
    said = bring_in(visitor, packed(other), "keep")
    there = kept(visitor)
    assert "x" in said and there["x/a"] == b"a"
    assert there[f"{INIT}/memo.txt"] == FILES[f"{INIT}/memo.txt"]
    assert f"{INIT}/more.txt" not in there
    assert json.loads(there["progress.json"])["init"] == ["set_url", "connect_metadata"]
    said = bring_in(visitor, packed(other), "replace")
    there = kept(visitor)
    aside = re.search(r"\.old/zip\.[\d-]+", said)[0]
    assert there[f"{INIT}/memo.txt"] == b"theirs" and there[f"{INIT}/more.txt"] == b"new"
    assert there[f"{aside}/{INIT}/memo.txt"] == FILES[f"{INIT}/memo.txt"]
    assert there[f"{aside}/.steps/{INIT}/steps.jsonl"] == b"{}\n"


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ({"name": "no.zip", "mimeType": "application/zip", "buffer": b"PK"}, "온전한 zip"),
        ({**packed({}), "buffer": packed(FILES)["buffer"][:-40]}, "온전한 zip"),
        (
            {**packed({}), "buffer": packed({}, "../")["buffer"].replace(b"rse-", b"rs_-")},
            "작업이 없",
        ),
    ],
)
def test_what_is_no_work_of_the_course_is_refused(visitor, file, said):
    start(visitor)
    assert said in bring_in(visitor, file)
    assert kept(visitor) == {}


def test_nothing_comes_in_under_a_lesson_that_is_open(visitor):
    visitor.open(f"ko/{INIT}.ipynb")
    other = Visit(visitor.page.context.new_page(), visitor.address)
    start(other)
    assert "다른 탭에 레슨이 열려 있습니다" in bring_in(other, packed(FILES))
    visitor.page.close()
    other.page.wait_for_function("async () => !(await navigator.locks.query()).held.length")
    assert INIT in bring_in(other, packed(FILES))


def test_work_goes_from_the_browser_to_a_desktop_and_back(visitor, chromium, site, tmp_path):
    visitor.open(f"ko/{INIT}.ipynb")
    visitor.run("open")
    visitor.run("init-answer", "!alembic init migrations")
    start(visitor)
    desktop = tmp_path / "workspace"
    with download(visitor, "#download") as archive:
        archive.extractall(desktop)
    program = "from course import open_lesson\nopen_lesson('init', lang='ko').resume()\n"
    program += "from pathlib import Path\nPath('memo.txt').write_text('desktop')\n"
    subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "COURSE_WORKSPACE": str(desktop)},
        check=True,
    )
    assert (desktop / INIT / "alembic.ini").is_file()
    back = shutil.make_archive(str(tmp_path / "back"), "zip", tmp_path, "workspace")
    with visit(chromium, site) as again:
        start(again)
        assert INIT in bring_in(again, back)
        again.open(f"ko/{INIT}.ipynb")
        again.run("open")
        again.run("init-go-on", "lesson.resume()")
        there = (
            "from pathlib import Path\nPath('memo.txt').read_text(), Path('alembic.ini').exists()"
        )
        assert "('desktop', True)" in "".join(compared(again.run("ini-read", there))["text/plain"])


# --- a store that keeps nothing, and what is loading ---


def test_a_forbidden_store_is_said_before_anything_is_typed(visitor):
    visitor.page.add_init_script("Object.defineProperty(self, 'indexedDB', { value: undefined });")
    start(visitor)
    assert "저장하는 것을 막고" in visitor.page.locator("#store:visible").inner_text()
    visitor.page.goto(f"{visitor.address}/lab/index.html?path=ko/{INIT}.ipynb")
    assert "저장하는 것을 막고" in visitor.page.locator("#course-store:visible").inner_text()
    visitor.wait_for_notebook()


def test_a_full_store_is_said_before_anything_is_typed(visitor):
    full = "async () => ({ quota: 30e6, usage: 29e6 })"
    visitor.page.add_init_script(f"navigator.storage.estimate = {full};")
    start(visitor, "en.html?lang=en")
    assert "storage left" in visitor.page.locator("#store:visible").inner_text(timeout=20_000)
    visitor.page.goto(f"{visitor.address}/lab/index.html?path=en/{INIT}.ipynb")
    assert "storage left" in visitor.page.locator("#course-store:visible").inner_text()


def test_a_store_that_gets_full_in_a_lesson_is_said_and_the_lesson_goes_on(visitor):
    devtools = visitor.page.context.new_cdp_session(visitor.page)
    little = {"origin": visitor.address, "quotaSize": 1_500_000}
    devtools.send("Storage.overrideQuotaForOrigin", little)
    visitor.open(f"en/{INIT}.ipynb")
    assert "storage left" in visitor.page.locator("#course-store:visible").inner_text()
    visitor.run("open")
    said = "".join(compared(visitor.run("init-answer", "!alembic init migrations"))["stdout"])
    assert "alembic.ini ...  done" in said and "no storage left" not in said
    large = "import os\nfrom pathlib import Path\nPath('large').write_bytes(os.urandom(3_000_000))"
    said = "".join(compared(visitor.run("init-answer", large))["stdout"])
    assert "This browser has no storage left, so your files weren't kept." in said
    assert compared(visitor.run("ini-read", "1 + 1"))["text/plain"] == ["2"]
    # What is typed into the notebook is kept by JupyterLab, which has its own word for it.
    [place] = [at for at, cell in enumerate(visitor.cells()) if cell["id"] == "init-answer"]
    visitor.page.evaluate(WRITE, [place, "# typed" * 400_000])
    assert "File Save Error" in visitor.page.locator(".jp-Dialog:visible").inner_text()


def test_it_is_seen_what_loads_and_how_far(visitor):
    page = visitor.page
    page.add_init_script("""
    window.seen = [];
    new MutationObserver(() => {
      const card = document.getElementById("course-loading");
      const value = card?.querySelector("progress").value;
      if (!card || card.hidden) return;
      seen.push(`${card.querySelector("[data-line]").textContent}|${value}`);
    }).observe(document, { attributes: true, childList: true, subtree: true });""")
    visitor.open(f"ko/{INIT}.ipynb")
    visitor.run("open")
    seen = page.evaluate("seen")
    lines = list(dict.fromkeys(line.partition("|")[0] for line in seen))
    assert lines[0] == "JupyterLab 불러오기"
    loading = [line for line in lines if line.startswith("Python 불러오기")]
    assert len(loading) > 3
    parts = [float(line.partition("|")[2]) for line in seen if line.startswith("Python 불")]
    assert parts == sorted(parts) and parts[-1] > 0.5
    assert "Python 시작하기" in lines and any("준비되었습니다" in line for line in lines)
    page.locator("#course-loading").wait_for(state="hidden")


def test_a_file_that_cannot_be_loaded_is_named(visitor):
    visitor.page.route("**/python_stdlib.zip", lambda route: route.fulfill(status=404))
    visitor.page.goto(f"{visitor.address}/lab/index.html?path=en/{INIT}.ipynb")
    card = visitor.page.locator("#course-loading.failed")
    card.wait_for()
    assert "python_stdlib.zip" in card.inner_text()


# --- policies, places, and who cannot see ---


class Strict(serving._Handler):
    """Sends the policy with each file, so that it holds in workers, too."""

    def end_headers(self):
        self.send_header("Content-Security-Policy", policy(LAB))
        super().end_headers()


@contextmanager
def served(folder: Path, handler: type = serving._Handler) -> Iterator[str]:
    made = functools.partial(handler, directory=str(folder))
    with serving._Server((serving.HERE, 0), made) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{serving.HERE}:{server.server_port}"
        server.shutdown()


def violations(page: "Page") -> list[str]:
    return page.evaluate("() => window.violations ?? []")


@pytest.mark.parametrize("handler", [serving._Handler, Strict])
def test_a_lesson_keeps_the_policy(chromium, site_folder, handler):
    with served(site_folder, handler) as address, visit(chromium, address) as visiting:
        said: list[str] = []
        visiting.page.on("console", lambda message: said.append(message.text))
        visiting.page.context.add_init_script(VIOLATIONS)
        start(visiting)
        assert violations(visiting.page) == []
        notebook = f"ko/{INIT}.ipynb"
        visiting.open(notebook)
        assert different(notebook, visiting.run_all()) == []
        assert violations(visiting.page) == []
        assert [line for line in said if "Content Security Policy" in line] == []
        assert visiting.elsewhere == []


def test_a_script_that_is_not_the_sites_is_not_run(visitor):
    start(visitor)
    visitor.page.context.add_init_script(VIOLATIONS)
    for page in ("index.html?lang=ko", "lab/index.html"):
        visitor.page.goto(f"{visitor.address}/{page}")
        visitor.page.evaluate("""() => {
          const script = document.createElement("script");
          script.textContent = "window.ran = true";
          document.head.append(script);
        }""")
        assert visitor.page.evaluate("() => window.ran") is None
        visitor.page.wait_for_function("() => window.violations?.length")


def test_it_works_below_a_path_unchanged(chromium, site_folder, tmp_path):
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "path").symlink_to(site_folder)
    with served(tmp_path) as address, visit(chromium, f"{address}/some/path") as visiting:
        start(visiting)
        visiting.page.locator("[data-lesson=init] a").click()
        visiting.wait_for_notebook()
        visiting.run("open")
        visiting.run("init-answer", "!alembic init migrations")
        start(visiting)
        assert f"{INIT}/alembic.ini" in kept(visiting)
        assert visiting.elsewhere == []


def test_a_room_has_it_by_plain_http_from_another_machine(chromium, site):
    address = site.replace(serving.HERE, ANOTHER_MACHINE)
    with visit(chromium, address) as visiting:
        start(visiting)
        assert visiting.page.evaluate("() => isSecureContext") is False
        visiting.page.locator("[data-lesson=init] a").click()
        visiting.wait_for_notebook()
        assert different(f"ko/{INIT}.ipynb", visiting.run_all()) == []
        start(visiting)
        with download(visiting, "#download") as archive:
            assert b"sqlite:///shop.db" in archive.read(f"{INIT}/alembic.ini")
        assert visiting.elsewhere == []


def test_a_stick_is_unzipped_and_served_by_nothing_but_python(chromium, site_folder, tmp_path):
    write_stick(load_course(), site_folder, tmp_path / "stick.zip")
    with zipfile.ZipFile(tmp_path / "stick.zip") as archive:
        archive.extractall(tmp_path)
    readme = (tmp_path / TOP / "README.txt").read_text(encoding="utf-8-sig")
    assert "python3 serve.py" in readme and "Alembic 배우기" in readme
    program = [sys.executable, "-I", "-S", "-u", str(tmp_path / TOP / "serve.py"), "0"]
    process = subprocess.Popen(program, stdout=subprocess.PIPE, text=True, cwd=tmp_path)
    try:
        address = process.stdout.readline().strip().rstrip("/")
        with visit(chromium, address) as visiting:
            visiting.open(f"en/{INIT}.ipynb")
            assert "Working folder" in "".join(compared(visiting.run("open"))["stdout"])
            assert visiting.elsewhere == []
    finally:
        process.terminate()
        process.wait(timeout=SECONDS)
        process.stdout.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core's script."""
    return (node_modules() / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def serious(page: "Page", axe: str) -> list[tuple[str, str]]:
    """Give what axe-core finds serious: the rule, and the element."""
    page.evaluate(axe)
    found = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
    return [
        (rule["id"], str(node["target"][0]))
        for rule in found["violations"]
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("start_at", ["index.html?lang=ko", "en.html?lang=en"])
def test_nothing_serious_keeps_anybody_out_of_the_start_page(
    chromium, site, axe, start_at, width, scheme
):
    window = {"width": width, "height": 900}
    with visit(chromium, site, viewport=window, color_scheme=scheme) as visiting:
        start(visiting, start_at)
        assert serious(visiting.page, axe) == []
        seed(visiting)
        visiting.page.locator("#differs").evaluate("(dialog) => dialog.showModal()")
        assert serious(visiting.page, axe) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_is_in_what_the_course_adds_to_jupyterlab(chromium, site, axe, scheme):
    with visit(chromium, site, color_scheme=scheme) as visiting:
        visiting.page.goto(f"{visiting.address}/lab/index.html?path=ko/{INIT}.ipynb")
        visiting.page.locator("#course-loading:visible").wait_for()
        visiting.page.evaluate("document.getElementById('course-store').hidden = false")
        visiting.wait_for_notebook()
        visiting.run("open")
        visiting.run("init-answer", "!alembic init migrations")
        visiting.run("set_url-check")
        visiting.page.locator("#course-home").wait_for()
        ours = ("#course-", ".jp-OutputArea")
        found = serious(visiting.page, axe)
        assert [one for one in found if any(part in one[1] for part in ours)] == []


def test_the_keyboard_reaches_every_lesson_and_every_button(visitor):
    start(visitor)
    seed(visitor)
    page: Page = visitor.page
    wanted = page.locator("a:visible, button:visible:enabled").count()
    reached = set()
    for _ in range(wanted + 2):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.outerHTML"))
    assert len(reached) >= wanted


# --- two tabs with one notebook ---


@pytest.mark.parametrize(("lang", "said"), [("ko", "디스크에서 변경"), ("en", "changed on disk")])
def test_a_tab_asks_before_it_saves_over_what_another_tab_saved(visitor, lang, said):
    notebook = f"{lang}/{INIT}.ipynb"
    visitor.open(notebook)
    other = Visit(visitor.page.context.new_page(), visitor.address)
    other.open(notebook)
    [place] = [at for at, cell in enumerate(visitor.cells()) if cell["id"] == "init-answer"]
    visitor.page.evaluate(WRITE, [place, "# mine"])
    visitor.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    other.page.evaluate(WRITE, [place, "# theirs"])
    # Nobody saves there: JupyterLab does, by itself.
    assert said in other.page.locator(".jp-Dialog:visible").inner_text(timeout=60_000)
    held = json.loads(kept(other)[notebook])["cells"][place]["source"]
    assert "".join(held) == "# mine"
    assert other.cells()[place]["source"] == "# theirs"
