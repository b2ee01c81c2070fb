"""One typed reading of a database's schema."""
