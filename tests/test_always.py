"""What every check asks beside its own question: each mistake really made, and no other named."""

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from course.checks import except_for, not_started, not_yet, passed
from course.lesson.always import QUESTIONS, asked_beside
from course.lesson.begun import Begun
from course.lesson.verdict import (
    Outcome,
    Verdict,
    kit_mistakes,
    of_error,
    verdict_card,
    verdict_message,
)
from course.phrases import all_phrases, load
from course.project.errors import BEYOND_THE_LEARNER, WORDS, ProjectError
from course.project.project import Project
from course.project.trial import trial
from course.running import ways
from tests.small_project import add_revision, make_project

pytestmark = pytest.mark.slow

USERS = (
    'op.create_table("users", sa.Column("id", sa.Integer, primary_key=True), '
    'sa.Column("name", sa.String(20)), sa.Column("age", sa.Integer))'
)
ADD = 'op.add_column("users", sa.Column("phone", sa.String(20)))'
DROP = 'op.drop_column("users", "phone")'
MESSAGES = {
    "not_started": {"ko": "아직입니다.", "en": "Nothing yet."},
    "passed": {"ko": "예", "en": "yes"},
}


class Shop:
    """A project with one revision applied and two rows, and what it was when it began."""

    def __init__(self, folder: Path) -> None:
        self.folder = make_project(folder / "work")
        self.then = folder / "then"
        add_revision(self.folder, "a1", None, USERS, 'op.drop_table("users")')
        self.alembic("upgrade head")
        self.sql("INSERT INTO users VALUES (1, 'Ada', 30), (2, 'Bob', NULL)")

    def begin(self) -> None:
        shutil.copytree(self.folder, self.then)

    def alembic(self, words: str) -> None:
        printed: list[str] = []
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path}
        code = ways.run(f"alembic {words}", self.folder, environment, printed.append)
        assert code == 0, "".join(printed)

    def sql(self, text: str) -> None:
        with closing(sqlite3.connect(self.folder / "app.db")) as connection:
            connection.executescript(text)

    def revise(
        self, up: str = ADD, down: str = DROP, name: str = "b2", parent: str | None = "a1"
    ) -> Path:
        return add_revision(self.folder, name, parent, up, down)

    def verdict(self, check: Callable[[Project], Verdict] = lambda _: passed()) -> Verdict:
        return asked_beside(check, Project(self.folder), Begun(Project(self.then)))

    def found(self, check: Callable[[Project], Verdict] = lambda _: passed()) -> str:
        verdict = self.verdict(check)
        for lang in ("ko", "en"):
            assert verdict_message(verdict, MESSAGES, lang)
        return verdict.mistake or str(verdict.outcome)


@pytest.fixture
def shop(tmp_path) -> Shop:
    made = Shop(tmp_path)
    made.begin()
    return made


def file(shop: Shop, name: str) -> Path:
    return shop.folder / "migrations" / "versions" / f"{name}.py"


def test_a_right_answer_passes(shop):
    shop.revise()
    shop.alembic("upgrade head")
    assert shop.found() == "passed"


def test_nothing_is_asked_of_a_project_that_was_left_alone(shop):
    assert shop.found() == "passed"
    assert shop.found(lambda _: not_started()) == "not_started"


def test_a_lessons_own_mistake_comes_first(shop):
    file(shop, "a1").write_text("# nothing", encoding="utf-8")
    assert shop.found(lambda _: not_yet("syntax", file="x", line=1, said="y")) == "syntax"


def test_an_applied_revision_that_was_edited(shop):
    text = file(shop, "a1").read_text(encoding="utf-8")
    file(shop, "a1").write_text(text.replace("String(20)", "String(30)"), encoding="utf-8")
    verdict = shop.verdict()
    assert (verdict.mistake, verdict.values["file"]) == (
        "edited_applied",
        "migrations/versions/a1.py",
    )


def test_an_applied_revision_that_was_deleted(shop):
    shop.revise("pass", "pass", name="b2", parent="a1")
    shop.alembic("upgrade head")
    shutil.rmtree(shop.then)
    shop.begin()
    file(shop, "a1").unlink()
    assert shop.found() == "deleted_applied"


def test_an_applied_revision_under_another_name_is_not_gone(shop):
    file(shop, "a1").rename(file(shop, "renamed"))
    assert shop.found() == "passed"


def test_a_database_that_was_changed_by_hand(shop):
    shop.sql("ALTER TABLE users ADD COLUMN phone VARCHAR(20)")
    verdict = shop.verdict()
    assert (verdict.mistake, verdict.values["differences"]) == ("by_hand", "`+ users.phone`")


def test_a_revision_that_was_edited_after_it_was_applied_and_then_made_by_hand(shop):
    shop.revise("pass", "pass")
    shop.alembic("upgrade head")
    shop.revise()
    shop.sql("ALTER TABLE users ADD COLUMN phone VARCHAR(30)")
    verdict = shop.verdict()
    assert (verdict.mistake, verdict.values["differences"]) == ("by_hand", "`~ users.phone TYPE`")


def test_a_difference_that_was_there_before_does_not_count(tmp_path):
    shop = Shop(tmp_path)
    shop.sql("CREATE TABLE lie (id INTEGER)")
    shop.begin()
    shop.revise()
    shop.alembic("upgrade head")
    assert shop.found() == "passed"
    shop.sql("CREATE TABLE mine (id INTEGER)")
    assert shop.verdict().values["differences"] == "`+ TABLE mine`"


def test_revisions_that_stop_on_an_empty_database(shop):
    up = f'{ADD}; op.get_bind().execute(sa.text("SELECT id FROM users")).scalars().first() + 1'
    shop.revise(up)
    shop.alembic("upgrade head")
    assert shop.found() == "from_nothing_fails"


def test_revisions_that_stopped_on_an_empty_database_before(tmp_path):
    shop = Shop(tmp_path)
    shop.revise(
        'op.get_bind().execute(sa.text("SELECT id FROM users")).scalars().first() + 1', "pass"
    )
    shop.alembic("upgrade head")
    shop.begin()
    shop.revise(name="c3", parent="b2")
    shop.alembic("upgrade head")
    assert shop.found() == "passed"


def test_tables_columns_and_rows_that_are_gone(shop):
    shop.sql("DELETE FROM users WHERE id = 2; INSERT INTO users VALUES (7, 'Eve', 1)")
    assert shop.verdict().values == {"names": "`users`"}
    assert shop.found() == "gone_rows"
    shop.revise(
        'op.drop_column("users", "age")', 'op.add_column("users", sa.Column("age", sa.Integer))'
    )
    shop.alembic("upgrade head")
    assert shop.verdict().values == {"names": "`users.age`"}
    assert shop.found() == "gone_columns"
    shop.revise('op.drop_table("users")', USERS, name="c3", parent="b2")
    shop.alembic("upgrade head")
    assert shop.found() == "gone_tables"


def test_a_table_without_a_key_has_fewer_rows(tmp_path):
    shop = Shop(tmp_path)
    shop.sql("CREATE TABLE log (line TEXT); INSERT INTO log VALUES ('a'), ('a')")
    shop.begin()
    assert shop.found() == "passed"
    shop.sql("DELETE FROM log WHERE rowid = 1")
    assert shop.found() == "gone_rows"


def test_a_way_back_that_stops(shop):
    shop.revise(down='op.drop_column("users", "phonee")')
    shop.alembic("upgrade head")
    verdict = shop.verdict()
    assert verdict.mistake == "back_fails"
    assert verdict.values["revision"] == "a1"
    assert "no such column" in str(verdict.values["said"])
    lines = verdict_card(verdict, "x", MESSAGES, "en").paragraphs
    assert lines[-1].startswith("There's no column `phonee`")


def test_a_way_back_that_leaves_something(shop):
    shop.revise(down="pass")
    shop.alembic("upgrade head")
    verdict = shop.verdict()
    assert (verdict.mistake, verdict.values["differences"]) == ("back_leaves", "`+ users.phone`")


def test_a_way_back_that_takes_too_much(shop):
    shop.revise(down=f'{DROP}; op.drop_column("users", "age")')
    shop.alembic("upgrade head")
    assert shop.verdict().values["differences"] == "`- users.age`"


def test_a_way_back_that_loses_rows_or_values(shop):
    shop.revise(down=f'{DROP}; op.execute("DELETE FROM users WHERE id = 2")')
    shop.alembic("upgrade head")
    assert shop.verdict().values["names"] == "`users`"
    shop.revise(down=f"{DROP}; op.execute(\"UPDATE users SET name = ''\")")
    assert (shop.found(), shop.verdict().values["names"]) == ("back_loses", "`users.name`")


def test_a_dropped_column_that_comes_back_empty(shop):
    shop.revise(
        'op.drop_column("users", "age")', 'op.add_column("users", sa.Column("age", sa.Integer))'
    )
    shop.alembic("upgrade head")
    check = except_for("gone")(lambda _: passed())
    verdict = shop.verdict(check)
    assert (verdict.mistake, verdict.values["names"]) == ("back_loses", "`users.age`")


def test_values_that_were_changed_on_purpose_are_no_loss(shop):
    shop.revise()
    shop.alembic("upgrade head")
    shop.sql("UPDATE users SET name = 'Ann' WHERE id = 1")
    assert shop.found() == "passed"


def test_an_upgrade_that_stops_after_the_way_back(shop):
    shop.revise(up=f'{ADD}; op.execute("CREATE VIEW v AS SELECT 1")')
    shop.alembic("upgrade head")
    check = except_for("back_leaves")(lambda _: passed())
    assert shop.found(check) == "again_fails"


def test_a_branch_that_was_merged_in_stays_on_the_way_back(tmp_path):
    shop = Shop(tmp_path)
    shop.revise(name="b2")
    shop.alembic("upgrade head")
    add = 'op.add_column("users", sa.Column("fax", sa.String(20)))'
    add_revision(shop.folder, "b3", "a1", add, 'op.drop_column("users", "fax")')
    shop.begin()
    add_revision(shop.folder, "m4", ("b2", "b3"))
    shop.alembic("upgrade head")
    assert shop.found() == "passed"


def test_two_files_with_one_id_are_named_whatever_the_check_says(shop):
    text = file(shop, "a1").read_text(encoding="utf-8")
    file(shop, "copied").write_text(text, encoding="utf-8")
    for check in (not_started, passed, lambda: not_yet("any")):
        verdict = shop.verdict(lambda _, check=check: check())
        assert verdict.mistake == "same_revision"
        words = verdict_message(verdict, MESSAGES, "en")
        assert "a1.py` and " in words
        assert "copied.py`" in words


def tried(project: Project) -> Verdict:
    """Check as lessons do: by a trial that has to go well."""
    with trial(project, "forget", "upgrade head") as steps:
        for step in steps:
            step.went_well()
    return passed()


@pytest.mark.parametrize(
    ("parent", "mistake"), [("zz99", "missing_parent"), (None, "two_heads"), ("b2", "circle")]
)
def test_behind_an_error_of_alembic_is_what_the_files_say(shop, parent, mistake):
    shop.revise(parent=parent)
    with pytest.raises(ProjectError) as raised:
        shop.verdict(tried)
    assert raised.value.key == mistake
    assert raised.value.words("ko")


def test_several_heads_are_named_with_what_to_do(shop):
    shop.revise(parent=None)
    with pytest.raises(ProjectError) as raised:
        shop.verdict(tried)
    card = verdict_card(of_error(raised.value), "x", MESSAGES, "en")
    assert card.paragraphs[0] == "There's more than one head. `a1`, `b2`"
    assert "`alembic merge heads` joins them" in card.paragraphs[1]


def test_heads_that_were_there_before_are_not_behind_it(tmp_path):
    shop = Shop(tmp_path)
    shop.revise("pass", "pass", parent=None)
    shop.begin()
    add_revision(shop.folder, "c3", "b2", 'op.drop_table("nope")')
    with pytest.raises(ProjectError) as raised:
        shop.verdict(lambda project: tried(project) if project else passed())
    assert raised.value.key == "two_heads"
    assert "Multiple head" in str(raised.value.values["said"])


MODELS = """
import sqlalchemy as sa
metadata = sa.MetaData()
sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True))
sa.Table("orders", metadata, sa.Column("id", sa.Integer, primary_key=True))
"""


@pytest.mark.parametrize("given", ["metadata", "[metadata]", "(metadata,)"])
def test_models_that_are_gone(tmp_path, given):
    shop = Shop(tmp_path)
    env = shop.folder / "migrations" / "env.py"
    text = env.read_text(encoding="utf-8").replace(
        "target_metadata=None", f"target_metadata={given}"
    )
    path = "import sys; sys.path.insert(0, '')\nfrom models import metadata\n"
    env.write_text(path + text, encoding="utf-8")
    models = shop.folder / "models.py"
    models.write_text(MODELS, encoding="utf-8")
    shop.begin()
    models.write_text(f"{MODELS}# more\n", encoding="utf-8")
    assert shop.found() == "passed"
    models.write_text(MODELS.replace('"orders"', '"items"'), encoding="utf-8")
    verdict = shop.verdict()
    assert (verdict.mistake, verdict.values["names"]) == ("models_gone", "`orders`")
    models.write_text("metadata = None.tables", encoding="utf-8")
    assert shop.found(except_for("by_hand")(lambda _: passed())) == "passed"


def test_work_of_another_kind_is_not_nothing(shop):
    shop.revise()
    shop.sql("INSERT INTO users VALUES (3, 'Eve', 5)")
    verdict = shop.verdict(lambda _: not_started())
    assert verdict.outcome is Outcome.NOT_YET
    assert verdict_message(verdict, MESSAGES, "en") == (
        "Nothing yet.\nChanged since the exercise began: `migrations/versions/b2.py`, `users`."
    )


def test_not_started_names_an_edited_revision_and_what_is_gone(shop):
    shop.sql("DELETE FROM users")
    assert shop.found(lambda _: not_started()) == "gone_rows"
    file(shop, "a1").write_text("# nothing", encoding="utf-8")
    assert shop.found(lambda _: not_started()) == "edited_applied"


def test_not_started_names_a_revision_that_was_applied_empty_and_written_then(shop):
    shop.revise(up="pass", down="pass")
    shop.alembic("upgrade head")
    assert shop.found(lambda _: not_started()) == "other_work"
    shop.revise()
    verdict = shop.verdict(lambda _: not_started())
    assert (verdict.mistake, verdict.values["differences"]) == ("by_hand", "`- users.phone`")


def test_a_database_that_only_went_there_and_back_is_untouched(shop):
    shop.sql("CREATE TABLE t (id); DROP TABLE t; VACUUM")
    assert shop.found(lambda _: not_started()) == "not_started"


def test_a_database_that_is_new_is_work(tmp_path):
    shop = Shop(tmp_path)
    (shop.folder / "app.db").unlink()
    shop.begin()
    assert shop.found(lambda _: not_started()) == "not_started"
    shop.alembic("upgrade head")
    verdict = shop.verdict(lambda _: not_started())
    assert (verdict.mistake, verdict.values["changed"]) == ("other_work", "`app.db`")


def test_a_question_can_be_left_out(shop):
    shop.revise(down="pass")
    shop.alembic("upgrade head")
    shop.sql("DELETE FROM users; CREATE TABLE x (id)")
    assert shop.found(except_for("by_hand")(lambda _: passed())) == "gone_rows"
    assert shop.found(except_for("by_hand", "gone")(lambda _: passed())) == "back_leaves"
    assert shop.found(except_for("by_hand", "gone", "way_back")(lambda _: passed())) == "passed"


def test_a_question_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="no such question: gonee"):
        except_for("gone", "gonee")


def test_a_project_without_what_is_asked_about_is_asked_nothing(tmp_path):
    for name in ("work", "then"):
        (tmp_path / name).mkdir()
    check = lambda _: passed()  # noqa: E731
    verdict = asked_beside(check, Project(tmp_path / "work"), Begun(Project(tmp_path / "then")))
    assert verdict == passed()


# --- words ---


def test_every_question_has_words():
    keys = {key for keys in QUESTIONS.values() for key in keys} | {"other_work"}
    assert not keys - kit_mistakes()
    assert not kit_mistakes() & BEYOND_THE_LEARNER


def test_a_mistake_in_the_project_is_not_yet_and_what_is_beyond_it_cannot_be_checked():
    known = {key for key, _ in all_phrases(load(WORDS))}
    assert not BEYOND_THE_LEARNER - known
    for key in known:
        wanted = Outcome.CANNOT_CHECK if key in BEYOND_THE_LEARNER else Outcome.NOT_YET
        assert of_error(ProjectError(key)).outcome is wanted


def test_a_lessons_own_words_for_a_mistake_come_first():
    own = {**MESSAGES, "not_yet": {"gone_rows": {"ko": "우리 말", "en": "our words"}}}
    verdict = not_yet("gone_rows", names="x")
    assert verdict_message(verdict, own, "en") == "our words"
    assert verdict_message(verdict, MESSAGES, "en").startswith("These tables have lost rows")


def test_a_mistake_that_nobody_has_words_for_is_a_key_error():
    with pytest.raises(KeyError):
        verdict_message(not_yet("unheard_of"), MESSAGES, "en")


def test_what_an_error_means_is_a_line_of_its_own():
    error = of_error(
        ProjectError("raised", file="a.py", line=3, said="NameError: name 'sa' is not defined")
    )
    card = verdict_card(error, "x", MESSAGES, "ko")
    assert card.heading == "△ 아직 · x"
    assert card.paragraphs[-1].startswith("`sa`를 import하지 않았습니다.")
    assert len(card.paragraphs) == 2
