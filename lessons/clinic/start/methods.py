"""Print how payments were made, as the application reads it."""

import sqlalchemy as sa

from models import Payment

with sa.create_engine("sqlite:///shop.db").connect() as connection:
    try:
        print(*connection.scalars(sa.select(Payment.method)))
    except LookupError as error:
        raise SystemExit(f"LookupError: {error}") from error
