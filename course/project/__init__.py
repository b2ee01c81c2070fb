"""An Alembic project as it stands: settings, scripts, database, and what a copy of it does."""
