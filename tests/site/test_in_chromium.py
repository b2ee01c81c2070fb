"""The browser edition: lessons run from top to bottom, print what is committed, lose nothing."""

import statistics
from pathlib import Path

import pytest

from course.contents import load_course
from course.phrases import phrase
from course.site.kernel import locks
from course.site.kernel.instead import WORDS
from course.site.kernel.later import lacking
from tests.opened import stem
from tests.site import expected
from tests.site.expected import CELLS, OTHER
from tests.site.lite import Visit, different
from tests.site.solving import passed, solve_by_typing, text

pytestmark = pytest.mark.site

SAME = ("init", "manual_revision", "autogenerate", "rollback", "moving", "summary", "settings")
SAME += ("columns_and_indexes", "constraints", "batch", "data_migration")
SAME += ("expand_contract", "branches", "safe_downgrade", "offline_sql", "ci")
SAME += ("machine_made", "capstone")
"""Lessons of which every cell prints there what it prints on a desktop."""

SHOP = f"{stem('postgresql')}/.postgresql/course_shop.sql"
PAYMENT = """

class Payment(Base):
    __tablename__ = "payments"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    method: Mapped[str] = mapped_column(Enum("card", "bank", name="payment_method"))
"""


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("slug", SAME)
def test_every_cell_prints_what_is_committed(visitor, slug, lang):
    notebook = f"{lang}/{stem(slug)}.ipynb"
    visitor.open(notebook)
    ran = visitor.run_all()
    assert different(notebook, ran) == []
    if lang == typed_in(slug):
        solve_by_typing(visitor, slug, lang)


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("slug", CELLS)
def test_what_a_browser_has_not_is_said_and_the_rest_prints_what_is_committed(
    visitor, slug, lang, record_property
):
    notebook = f"{lang}/{stem(slug)}.ipynb"
    visitor.open(notebook)
    ran = visitor.run_all()
    record_property("alembic", commands(ran))
    assert set(different(notebook, ran)) == expected.differences(slug)
    assert lacking(load_course().lesson(slug), lang) in text(ran["open"][0])
    for name, cell in CELLS[slug].items():
        assert phrase(WORDS, f"why.{cell['needs']}", lang) in text(ran[name][0])
    said = "".join(text(cell) for cell, _ in ran.values())
    assert "can't start new thread" not in said and "ModuleNotFoundError" not in said
    assert "△" not in said
    if lang == typed_in(slug):
        solve_by_typing(visitor, slug, lang)


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_statement_that_needs_a_second_session_says_so(visitor, lang):
    visitor.open(f"{lang}/{stem('postgresql')}.ipynb")
    visitor.run("open")
    both = [
        "import psycopg",
        'with psycopg.connect("dbname=course_shop") as shop:',
        '    shop.execute("UPDATE products SET price = price")',
        "    !alembic current",
    ]
    why = {"ko": "브라우저의 PostgreSQL은 세션이 하나입니다.", "en": "has a single session."}
    assert why[lang] in text(visitor.run("typo-look", "\n".join(both)))


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_database_of_the_server_is_kept_and_taken_back(visitor, lang):
    notebook = f"{lang}/{stem('postgresql')}.ipynb"
    insert = "%sql INSERT INTO orders VALUES (9, 1, 'new')"
    connect = "%reload_ext sql\n%sql postgresql:///course_shop\n"
    look = f"{connect}%sql SELECT count(*) FROM orders"
    visitor.open(notebook)
    visitor.run("open")
    visitor.run("connect-run")
    visitor.run("typo-look", insert)
    assert "[(4,)]" in text(visitor.run("typo-look", look))
    assert "INSERT INTO public.orders VALUES" in file(visitor, SHOP)
    visitor.page.reload()
    visitor.open(notebook)
    assert ".old" in text(visitor.run("open"))
    assert "[(3,)]" in text(visitor.run("typo-look", look))
    visitor.run("create_payments-go-on", "lesson.resume()")
    assert "[(4,)]" in text(visitor.run("typo-look", look))
    visitor.run("typo-look", f"{connect}%sql DELETE FROM orders WHERE id > 2")
    visitor.run("create_payments-go-on", "lesson.undo()")
    assert "[(4,)]" in text(visitor.run("typo-look", look))
    visitor.run("create_payments-go-on", 'lesson.go_to("fix_titles")')
    assert "d9229cdc875f" in text(visitor.run("typo-look", "!alembic current"))
    assert "CREATE TABLE public.payments" in file(visitor, SHOP)


def test_an_exercise_on_postgresql_is_solved_by_typing(visitor):
    notebook = f"ko/{stem('postgresql')}.ipynb"
    visitor.open(notebook)
    visitor.run("open")
    visitor.run("connect-run")
    assert not passed(visitor.run("create_payments-check"))
    place = f"{stem('postgresql')}/models.py"
    models = file(visitor, place).replace("import ForeignKey", "import Enum, ForeignKey")
    save(visitor, place, models + PAYMENT)
    revise = '!alembic revision --autogenerate -m "create payments table"\n!alembic upgrade head'
    visitor.run("create_payments-answer", revise)
    assert passed(visitor.run("create_payments-check"))


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("slug", OTHER)
def test_a_few_cells_print_something_else(visitor, slug, lang):
    notebook = f"{lang}/{stem(slug)}.ipynb"
    visitor.open(notebook)
    ran = visitor.run_all()
    assert set(different(notebook, ran)) == expected.differences(slug)
    if lang == typed_in(slug):
        solve_by_typing(visitor, slug, lang)


def test_a_command_answers_at_once(visitor, record_property):
    notebook = f"ko/{stem('init')}.ipynb"
    visitor.open(notebook)
    ran = visitor.run_all()
    record_property("alembic", commands(ran))
    assert statistics.median(commands(ran)) < 2


def test_what_was_done_is_there_after_a_reload(visitor):
    notebook = f"ko/{stem('init')}.ipynb"
    visitor.open(notebook)
    visitor.run("open")
    visitor.run("init-answer", "!alembic init migrations")
    assert passed(visitor.run("init-check"))
    assert "sqlalchemy.url" in file(visitor, f"{stem('init')}/alembic.ini")
    visitor.page.reload()
    visitor.open(notebook)
    said = text(visitor.run("open"))
    assert ".old" in said
    visitor.run("init-go-on", "lesson.resume()")
    assert passed(visitor.run("init-check"))


def test_what_was_done_is_there_after_the_kernel_died(visitor):
    notebook = f"ko/{stem('init')}.ipynb"
    visitor.open(notebook)
    visitor.run("open")
    visitor.run("init-answer", "!alembic init migrations")
    visitor.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    assert ".old" in text(visitor.run("open"))
    visitor.run("init-go-on", "lesson.resume()")
    assert passed(visitor.run("init-check"))


def test_a_second_tab_with_the_lesson_gets_a_folder_of_its_own(visitor):
    notebook = f"ko/{stem('init')}.ipynb"
    visitor.open(notebook)
    visitor.run("open")
    visitor.run("init-answer", "!alembic init migrations")
    other = Visit(visitor.page.context.new_page(), visitor.address)
    other.open(notebook)
    said = text(other.run("open"))
    assert f"{stem('init')}-2" in said and ".old" not in said
    other.run("init-answer", "open('alembic.ini', 'w').write('')")
    assert passed(visitor.run("init-check"))
    assert "script_location" in file(visitor, f"{stem('init')}/alembic.ini")


def test_where_the_browser_refuses_locks_each_is_given(visitor):
    source = Path(locks.__file__).with_name("locks.js").read_text(encoding="utf-8")
    visitor.page.goto(visitor.address)
    refusing = "{request: async () => { throw new DOMException('no', 'SecurityError'); }}"
    visitor.page.evaluate(f"Object.defineProperty(navigator, 'locks', {{value: {refusing}}})")
    assert visitor.page.evaluate(f"(async () => await {source.strip().rstrip(';')}.take('x'))()")


def test_a_step_is_taken_back_and_a_place_gone_to(visitor):
    notebook = f"en/{stem('init')}.ipynb"
    visitor.open(notebook)
    visitor.run("open")
    visitor.run("init-answer", "!alembic init migrations")
    visitor.run("init-changes", "lesson.undo()")
    there = "from pathlib import Path\nPath('alembic.ini').exists()"
    assert text(visitor.run("ini-read", there)) == "False"
    visitor.run("init-changes", "lesson.redo()")
    assert text(visitor.run("ini-read", there)) == "True"
    visitor.run("init-changes", 'lesson.go_to("take_back")')
    assert "(head)" in text(visitor.run("applied-current"))


def test_an_edit_in_jupyterlabs_editor_is_what_the_next_cell_finds(visitor):
    notebook = f"ko/{stem('init')}.ipynb"
    visitor.open(notebook)
    visitor.run("open")
    visitor.run("init-answer", "!alembic init migrations")
    place = f"{stem('init')}/alembic.ini"
    content = file(visitor, place).replace(
        "driver://user:pass@localhost/dbname", "sqlite:///shop.db"
    )
    save(visitor, place, content)
    assert passed(visitor.run("set_url-check"))


@pytest.mark.parametrize(
    ("lang", "live", "undone"),
    [("ko", "실시간 보기", "적용됨 0"), ("en", "Live view", "applied 0")],
)
def test_the_panel_shows_and_follows_and_a_copy_is_played_with(visitor, lang, live, undone):
    visitor.open(f"{lang}/{stem('init')}.ipynb")
    visitor.run("open")
    visitor.run("init-answer", "!alembic init migrations")
    assert live in text(visitor.run("init-changes", "lesson.live()"))
    panel = visitor.page.locator("#alembic-course-live")
    panel.get_by_text("migrations/env.py").first.wait_for()
    assert not panel.get_by_text("say hello").count()
    visitor.run("init-changes", 'lesson.go_to("take_back")')
    panel.get_by_text("say hello").first.wait_for()
    place = f"{stem('init')}/alembic.ini"
    save(visitor, place, file(visitor, place).replace("sqlite:///shop.db", "sqlite:///other.db"))
    panel.get_by_text("other.db").filter(visible=True).first.wait_for()
    save(visitor, place, file(visitor, place).replace("sqlite:///other.db", "sqlite:///shop.db"))
    panel.get_by_text("shop.db").filter(visible=True).first.wait_for()
    visitor.run("init-changes", "lesson.play()")
    copy = visitor.page.locator("#alembic-course-play")
    copy.get_by_role("button", name="downgrade -1").click()
    copy.get_by_text(undone).first.wait_for()
    visitor.page.locator(".jp-NotebookPanel .jp-Cell").first.click()
    assert "(head)" in text(visitor.run("ini-read", "!alembic current"))


def typed_in(slug: str) -> str:
    """Choose a language for a lesson's exercise: each has half of the lessons."""
    return ("ko", "en")[(*SAME, *CELLS, *OTHER).index(slug) % 2]


def commands(ran: dict[str, tuple[dict, float]]) -> list[float]:
    """Give the seconds of each cell that is one command of Alembic's."""
    sources = [("".join(cell["source"]), seconds) for cell, seconds in ran.values()]
    return [
        seconds
        for source, seconds in sources
        if source.startswith("!alembic") and source.count("!") == 1
    ]


def file(visitor: Visit, path: str) -> str:
    """Read a file as JupyterLab's editor does."""
    contents = "jupyterapp.serviceManager.contents"
    get = f"async (path) => (await {contents}.get(path, {{content: true}})).content"
    return visitor.page.evaluate(get, path)


def save(visitor: Visit, path: str, content: str) -> None:
    """Save a file as JupyterLab's editor does."""
    model = {"type": "file", "format": "text", "content": content}
    visitor.page.evaluate(
        "([path, model]) => jupyterapp.serviceManager.contents.save(path, model)", [path, model]
    )
