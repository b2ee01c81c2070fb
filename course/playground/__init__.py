"""A place to play: a project on a copy, moved by clicks that are real Alembic commands."""
