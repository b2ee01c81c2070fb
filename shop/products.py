"""What is sold, and how much of it is there."""

from sqlalchemy import CheckConstraint, ForeignKey, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shop.base import Base, Key, Timestamps


class Product(Timestamps, Base):
    """A thing that can be bought; `price` is in whole won, so that nothing is rounded."""

    __tablename__ = "products"
    __table_args__ = (CheckConstraint("price >= 0", name="price_not_negative"),)

    id: Mapped[Key]
    sku: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    price: Mapped[int]

    inventory: Mapped["Inventory | None"] = relationship(
        back_populates="product", passive_deletes=True
    )


class Inventory(Timestamps, Base):
    """How many of a product are in stock; at most one row a product, and gone with it."""

    __tablename__ = "inventories"
    __table_args__ = (CheckConstraint("quantity >= 0", name="quantity_not_negative"),)

    id: Mapped[Key]
    product_id: Mapped[int] = mapped_column(ForeignKey(Product.id, ondelete="CASCADE"), unique=True)
    quantity: Mapped[int] = mapped_column(server_default=text("0"))

    product: Mapped[Product] = relationship(back_populates="inventory")
