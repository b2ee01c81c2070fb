"""What Alembic runs for every command that needs the database or the models."""

from logging.config import fileConfig

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Engine, create_engine, event, pool

from shop import Base
from shop.settings import SettingsError, database_url

config = context.config

# Only the command line sets up logging: a program that calls alembic.command has its own.
if config.cmd_opts is not None and config.config_file_name is not None:
    fileConfig(config.config_file_name, disable_existing_loggers=False)

OPTIONS = {
    "target_metadata": Base.metadata,
    "render_as_batch": True,
    "compare_server_default": True,
    # CHECK constraints are compared only when asked for, by name (Alembic 1.19.2).
    "autogenerate_plugins": ["alembic.autogenerate.*", "alembic.ext.checkconstraint_byname"],
}


def keep_foreign_keys_off(engine: Engine) -> None:
    """Keep SQLite from acting on foreign keys while tables are rebuilt.

    Batch mode drops the old table. With foreign keys on, SQLite would first delete its rows,
    and every row that hangs on them by ON DELETE CASCADE, without a word. The pragma does
    nothing inside a transaction, so it is set as soon as the connection is there.
    """

    @event.listens_for(engine, "connect")
    def switch_off(connection, _record):
        connection.execute("PRAGMA foreign_keys=OFF")


def run_offline() -> None:
    """Write the SQL script of `--sql`; no database is asked."""
    context.configure(
        url=database_url(),
        literal_binds=True,
        dialect_opts={"paramstyle": "named"},
        **OPTIONS,
    )
    with context.begin_transaction():
        context.run_migrations()


def run_online() -> None:
    """Run against the database that the settings name."""
    engine = create_engine(database_url(), poolclass=pool.NullPool)
    if engine.dialect.name == "sqlite":
        keep_foreign_keys_off(engine)
    with engine.connect() as connection:
        context.configure(connection=connection, **OPTIONS)
        with context.begin_transaction():
            context.run_migrations()


try:
    if context.is_offline_mode():
        run_offline()
    else:
        run_online()
except SettingsError as error:
    raise CommandError(str(error)) from None
