"""A small shop: its six tables as SQLAlchemy models.

Importing `shop` imports every model, so `Base.metadata` is complete: this is what
`migrations/env.py` hands to Alembic. The way the tables came to be is in `migrations/versions`.
"""

from shop.base import Base
from shop.orders import Order, OrderItem
from shop.products import Inventory, Product
from shop.users import Profile, User

__all__ = ["Base", "Inventory", "Order", "OrderItem", "Product", "Profile", "User"]
