"""A small Alembic project, written to be played with and to be broken."""

from pathlib import Path

INI = """\
[alembic]
script_location = %(here)s/migrations
path_separator = os
{url}

[loggers]
keys = root

[handlers]
keys = console

[formatters]
keys = plain

[logger_root]
level = WARNING
handlers = console

[handler_console]
class = StreamHandler
args = (sys.stderr,)
formatter = plain

[formatter_plain]
format = %(levelname)s %(message)s
"""

ENV = """\
import os

from alembic import context
from sqlalchemy import create_engine, pool

url = {url}
if context.is_offline_mode():
    context.configure(url=url, target_metadata=None, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    with create_engine(url, poolclass=pool.NullPool).connect() as connection:
        context.configure(connection=connection, target_metadata=None)
        with context.begin_transaction():
            context.run_migrations()
"""
OF_SETTINGS = 'context.config.get_main_option("sqlalchemy.url")'

TEMPLATE = '''\
"""${message}"""

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade():
    pass


def downgrade():
    pass
'''

REVISION = '''\
"""{message}"""

import sqlalchemy as sa
from alembic import op

revision = {id!r}
down_revision = {parents!r}


def upgrade():
    {up}


def downgrade():
    {down}
'''


def make_project(folder: Path, url: str = "sqlite:///app.db", env_url: str = OF_SETTINGS) -> Path:
    """Write a project without revisions; `env_url` is the expression that env.py connects to."""
    (folder / "migrations" / "versions").mkdir(parents=True)
    line = f"sqlalchemy.url = {url}" if url else ""
    (folder / "alembic.ini").write_text(INI.format(url=line), encoding="utf-8")
    (folder / "migrations" / "env.py").write_text(ENV.format(url=env_url), encoding="utf-8")
    (folder / "migrations" / "script.py.mako").write_text(TEMPLATE, encoding="utf-8")
    return folder


def add_revision(
    folder: Path,
    name: str,
    parents: str | tuple[str, ...] | None = None,
    up: str = "pass",
    down: str = "pass",
    message: str = "",
) -> Path:
    """Write a revision file; give it."""
    file = folder / "migrations" / "versions" / f"{name}.py"
    text = REVISION.format(id=name, parents=parents, up=up, down=down, message=message or name)
    file.write_text(text, encoding="utf-8")
    return file


def make_history(folder: Path) -> Path:
    """Write a project of two tables, `a1` and `b2`, one after the other."""
    make_project(folder)
    for name, parent, table in (("a1", None, "users"), ("b2", "a1", "orders")):
        up = f'op.create_table("{table}", sa.Column("id", sa.Integer, primary_key=True))'
        add_revision(folder, name, parent, up, f'op.drop_table("{table}")', f"create {table}")
    return folder
