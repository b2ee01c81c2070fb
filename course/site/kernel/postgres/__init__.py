"""PostgreSQL in the browser: psycopg speaks its own protocol with a backend in the same tab."""
