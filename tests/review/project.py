"""The projects that the rules are tried on, and what tests change in them.

`projects/` has, for each rule, what makes the project of `common` break the rule, and what is as
near to that as it can be and keeps it.
"""

import string
import textwrap
from pathlib import Path

from course.contents import load_course

PROJECTS = Path(__file__).with_name("projects")
SECOND = "migrations/versions/0002_second.py"
BREAKS = {
    "empty_downgrade": (SECOND, "def downgrade"),
    "unnamed_constraint": (SECOND, "sa.ForeignKey("),
    "required_column": (SECOND, "op.add_column"),
    "schema_and_data": (SECOND, "op.execute"),
    "rename_as_drop_and_add": (SECOND, 'op.drop_column("users", "name")'),
    "models_in_revision": (SECOND, "from models import User"),
    "empty_message": (SECOND, "update table 2"),
    "several_heads": ("migrations/versions/0003_third.py", "revision ="),
    "models_not_imported": ("orders.py", "class Order"),
    "create_all": ("app.py", "create_all"),
    "password_in_settings": ("alembic.ini", "sqlalchemy.url"),
    "left_behind": (SECOND, "def downgrade"),
    "round_trip": (SECOND, "def downgrade"),
}


def write_revision(
    file: Path, revision: str, parent: str | None, up: str, back: str, top: str = ""
) -> None:
    lines = [
        f'"""add something to users of {revision}"""',
        "import sqlalchemy as sa",
        "from alembic import op",
        textwrap.dedent(top),
        f"revision = {revision!r}",
        f"down_revision = {parent!r}",
        "",
        "def upgrade():",
        textwrap.indent(textwrap.dedent(up).strip(), "    "),
        "",
        "def downgrade():",
        textwrap.indent(textwrap.dedent(back).strip(), "    "),
        "",
    ]
    file.write_text("\n".join(lines), encoding="utf-8")


def line_of(file: Path, text: str) -> int:
    lines = file.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def content(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def assert_alike(key: str, texts: dict[str, str]) -> None:
    """Hold that a phrase is there in each language, with the same places to fill in."""
    places = [
        {name for _, name, _, _ in string.Formatter().parse(text) if name}
        for text in texts.values()
    ]
    assert set(texts) == set(load_course().languages), key
    assert all(place == places[0] for place in places), key
