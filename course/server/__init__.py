"""A PostgreSQL server of the course's own: no administrator, no Docker, nothing left behind."""
