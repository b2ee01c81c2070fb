"""What all tables share: the names of constraints, the kind of key, the time stamps."""

from datetime import datetime
from typing import Annotated

from sqlalchemy import BigInteger, DateTime, Integer, MetaData, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING_CONVENTION = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}
"""A constraint without a name cannot be dropped later, so each gets one, on every database.

See https://docs.sqlalchemy.org/en/21/core/constraints.html#constraint-naming-conventions
"""

Key = Annotated[int, mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)]
"""A primary key that counts up by itself: on SQLite only INTEGER does, BIGINT does not."""


class Base(DeclarativeBase):
    """The base class of every model; its metadata is what migrations are compared with."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class Timestamps:
    """When a row was made and last changed.

    The database fills both in for a new row. Only SQLAlchemy keeps `updated_at` up to date:
    `onupdate` is no part of the table, and a plain SQL UPDATE leaves the column alone.
    """

    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now()
    )
