from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from base import Base


class Supplier(Base):
    __tablename__ = "suppliers"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)


class Parcel(Base):
    __tablename__ = "parcels"

    id: Mapped[int] = mapped_column(primary_key=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"), index=True)
    grams: Mapped[int]
    label: Mapped[str | None] = mapped_column(String(40))
