"""Who bought what, and how far the order has come."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shop.base import Base, Key, Timestamps
from shop.products import Product
from shop.users import User


class Order(Timestamps, Base):
    """A purchase by one user; a user who has ordered cannot be deleted."""

    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint(
            "status IN ('pending', 'paid', 'shipped', 'cancelled')", name="status_known"
        ),
        Index(None, "user_id", "status"),
    )

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="RESTRICT"))
    status: Mapped[str] = mapped_column(String(20), server_default=text("'pending'"))

    user: Mapped[User] = relationship()
    items: Mapped[list["OrderItem"]] = relationship(back_populates="order", passive_deletes=True)


class OrderItem(Base):
    """One line of an order; `unit_price` is what the product cost when it was ordered."""

    __tablename__ = "order_items"
    __table_args__ = (
        UniqueConstraint("order_id", "product_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    id: Mapped[Key]
    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id, ondelete="CASCADE"))
    product_id: Mapped[int] = mapped_column(ForeignKey(Product.id, ondelete="RESTRICT"))
    quantity: Mapped[int]
    unit_price: Mapped[int]

    order: Mapped[Order] = relationship(back_populates="items")
    product: Mapped[Product] = relationship()
