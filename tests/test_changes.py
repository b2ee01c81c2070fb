"""What changed: real statements on a tiny database, real files in a folder."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from course.picture.changes import draw_changes
from course.project.changes import Snapshot, compare, take_snapshot


@dataclass
class Project:
    """A folder with a database in it, looked at before and after each step."""

    folder: Path
    engine: sa.Engine

    def run(self, statements: str) -> None:
        with self.engine.begin() as connection:
            for statement in statements.split(";"):
                connection.exec_driver_sql(statement)

    def look(self) -> Snapshot:
        return take_snapshot(self.folder, self.engine)

    def said(self, statements: str, lang: str = "en") -> list[str]:
        """Run the statements and give the lines that tell what they did."""
        before = self.look()
        self.run(statements)
        return [
            line.strip()
            for line in draw_changes(compare(before, self.look()), lang).text.split("\n")
        ]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    folder = tmp_path / "a folder 폴더"
    folder.mkdir()
    engine = sa.create_engine(f"sqlite:///{folder / 'shop.db'}", poolclass=sa.NullPool)
    made = Project(folder, engine)
    made.run(
        "create table users (id integer primary key, email text not null, phone varchar(20));"
        "insert into users values (1, 'a', '1'), (2, 'b', '2'), (3, 'c', NULL)"
    )
    yield made
    engine.dispose()


def test_nothing_changed_says_so_in_one_line(project: Project) -> None:
    shown = draw_changes(compare(project.look(), project.look()), "ko")
    assert shown.text == "달라진 것이 없습니다."
    assert shown._repr_mimebundle_()["text/html"] == '<p lang="ko">달라진 것이 없습니다.</p>'


def test_an_upgrade(project: Project) -> None:
    assert project.said(
        "create table alembic_version (version_num varchar(32));"
        "insert into alembic_version values ('3f2a1b4c5d6e');"
        "create table orders (id integer primary key, user_id integer references users (id));"
        "alter table users add column name varchar(80) not null default 'x';"
        "create unique index ux_users_email on users (email);"
        "create view v as select 1"
    ) == [
        "Version",
        "~ base → 3f2a1b4c5d6e",
        "Structure",
        "+ table added: orders (id, user_id)",
        "+ column added: users.name VARCHAR(80) NOT NULL DEFAULT 'x'",
        "+ added to users: UNIQUE INDEX ux_users_email (email)",
        "+ view added: v",
        "Data",
        "= users: rows kept: 3",
        "+ users.name: values filled in: 3",
    ]


def test_a_dropped_column_takes_its_values(project: Project) -> None:
    assert project.said("alter table users drop column phone", "ko") == [
        "구조",
        "- 컬럼 삭제: users.phone (값 2개가 있었음)",
        "데이터",
        "= users: 행 3개 그대로",
    ]


def test_a_dropped_table_takes_its_rows(project: Project) -> None:
    assert project.said("drop table users") == [
        "Structure",
        "- table dropped: users (rows lost: 3)",
    ]


def test_an_empty_table_and_column_lose_nothing(project: Project) -> None:
    project.run("create table t (id integer); alter table users add column note text")
    assert project.said("drop table t; alter table users drop column note")[1:3] == [
        "- table dropped: t (it had no rows)",
        "- column dropped: users.note (it held no values)",
    ]


def test_a_renamed_column_keeps_its_values(project: Project) -> None:
    assert project.said("alter table users rename column phone to mobile") == [
        "Structure",
        "~ column renamed: users.phone → users.mobile (values kept: 2)",
        "Data",
        "= users: rows kept: 3",
    ]


def test_drop_and_add_is_no_rename(project: Project) -> None:
    said = project.said(
        "alter table users drop column phone; alter table users add column mobile varchar(20)"
    )
    assert said[:3] == [
        "Structure",
        "+ column added: users.mobile VARCHAR(20) NULL",
        "- column dropped: users.phone (it held 2 values)",
    ]


def test_other_values_are_no_rename(project: Project) -> None:
    said = project.said(
        "alter table users drop column phone; alter table users add column mobile varchar(20);"
        "update users set mobile = '9' where id < 3"
    )
    assert "- column dropped: users.phone (it held 2 values)" in said


def test_a_batch_that_rebuilds_the_table_keeps_its_rows(project: Project) -> None:
    assert project.said(
        "create table _alembic_tmp_users (id integer primary key, email varchar(99) not null,"
        " phone varchar(20) default '-', constraint ck_phone check (phone <> ''));"
        "insert into _alembic_tmp_users select id, email, phone from users;"
        "drop table users;"
        "alter table _alembic_tmp_users rename to users"
    ) == [
        "Structure",
        "~ column changed: users.email TEXT NOT NULL → VARCHAR(99) NOT NULL",
        "~ column changed: users.phone VARCHAR(20) NULL → VARCHAR(20) NULL DEFAULT '-'",
        "+ added to users: CHECK ck_phone phone <> ''",
        "Data",
        "= users: rows kept: 3",
    ]


def test_rows_and_values(project: Project) -> None:
    assert project.said("delete from users where id = 3") == [
        "Data",
        "- users: rows lost: 1 (3 → 2)",
    ]
    assert project.said("insert into users values (7, 'z', '7')") == [
        "Data",
        "+ users: rows added: 1 (2 → 3)",
    ]
    assert project.said("update users set phone = NULL where id < 3") == [
        "Data",
        "- users.phone: values that became NULL: 2",
    ]
    assert project.said("update users set phone = '9'") == [
        "Data",
        "+ users.phone: values filled in: 2",
    ]


def test_files(project: Project) -> None:
    (project.folder / "versions").mkdir()
    (project.folder / "versions" / "a.py").write_text("one")
    (project.folder / "b.py").write_text("one")
    (project.folder / "same.py").write_text("one")
    before = project.look()
    (project.folder / "versions" / "a.py").write_text("two")
    (project.folder / "b.py").unlink()
    (project.folder / "versions" / "사용자.py").write_text("one")
    for ignored in (
        "versions/__pycache__/a.cpython-311.pyc",
        ".ipynb_checkpoints/n.ipynb",
        ".course/state.json",
        ".course.lock",
        "other.db-journal",
        "other.db-wal",
        "a.pyc",
    ):
        path = project.folder / ignored
        path.parent.mkdir(exist_ok=True)
        path.write_text("ignored")
    assert draw_changes(
        compare(before, take_snapshot(project.folder, project.engine)), "en"
    ).text.split("\n") == [
        "Files",
        "  - file removed: b.py",
        "  ~ file changed: versions/a.py",
        "  + new file: versions/사용자.py",
    ]


def test_the_database_is_no_file_but_its_copy_is(project: Project) -> None:
    (project.folder / "backup.db").write_bytes((project.folder / "shop.db").read_bytes())
    assert list(project.look().files) == ["backup.db"]


def test_before_the_database_exists(project: Project) -> None:
    before = take_snapshot(project.folder / "nothing here", None)
    assert before == Snapshot()
    said = draw_changes(compare(before, project.look()), "en").text
    assert "table added: users (id, email, phone)" in said
    assert "users: rows added: 3 (0 → 3)" in said


def test_odd_names_are_counted_and_escaped(project: Project) -> None:
    before = project.look()
    project.run('create table "a b%c" ("x ""y" text, "<b>" text, "select" text)')
    shown = draw_changes(compare(before, project.look()), "ko")
    assert '테이블 추가: a b%c (x "y, <b>, select)' in shown.text
    assert "&lt;b&gt;" in shown._repr_mimebundle_()["text/html"]
    assert "<b>" not in shown._repr_mimebundle_()["text/html"]


def test_the_table_says_what_the_text_says(project: Project) -> None:
    before = project.look()
    project.run("drop table users; create table t (id integer)")
    shown = draw_changes(compare(before, project.look()), "en")
    page = shown._repr_mimebundle_()["text/html"]
    for words in ("Structure", "table dropped: <code>users</code> (rows lost: 3)", "<td"):
        assert words in page
    assert page.count("<tr") == 2


def test_a_locked_database_raises(project: Project) -> None:
    engine = sa.create_engine(
        project.engine.url, poolclass=sa.NullPool, connect_args={"timeout": 0.01}
    )
    with project.engine.connect() as connection:
        connection.exec_driver_sql("begin exclusive")
        with pytest.raises(sa.exc.OperationalError):
            take_snapshot(project.folder, engine)
