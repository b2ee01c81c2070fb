"""Where the shop's database is: read from the environment, written in no file."""

import os
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

DEFAULT_DATABASE = Path(__file__).resolve().parent.parent / "shop.db"
"""SQLite's file when the environment says nothing: beside alembic.ini."""


class SettingsError(ValueError):
    """A setting that cannot be used; its message is one line for the person who wrote it."""


def database_url() -> URL:
    """Give the URL in the environment variable DATABASE_URL, or that of DEFAULT_DATABASE.

    `postgresql://` means psycopg 3, as in SQLAlchemy 2.1. Raises SettingsError for a URL that
    cannot be read and for a database the shop does not run on.
    """
    written = os.environ.get("DATABASE_URL")
    if not written:
        return URL.create("sqlite", database=str(DEFAULT_DATABASE))
    try:
        url = make_url(written)
    except ArgumentError:
        raise SettingsError(
            "DATABASE_URL is not a database URL: write sqlite:///shop.db "
            "or postgresql://user:password@host/database."
        ) from None
    backend = url.get_backend_name()
    if backend == "postgres":
        raise SettingsError(
            'DATABASE_URL begins with "postgres://", which SQLAlchemy does not know: '
            'write "postgresql://".'
        )
    if backend not in ("sqlite", "postgresql"):
        raise SettingsError(
            f'DATABASE_URL begins with "{backend}": the shop runs on sqlite and postgresql.'
        )
    return url
