"""The people who buy: what they log in with, and what else is known of them."""

from sqlalchemy import ForeignKey, String, Text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shop.base import Base, Key, Timestamps


class User(Timestamps, Base):
    """A person who can log in."""

    __tablename__ = "users"

    id: Mapped[Key]
    email: Mapped[str] = mapped_column(String(255), unique=True, index=True)
    display_name: Mapped[str] = mapped_column(String(100))
    is_active: Mapped[bool] = mapped_column(server_default=true())

    profile: Mapped["Profile | None"] = relationship(back_populates="user", passive_deletes=True)


class Profile(Timestamps, Base):
    """What a user tells about themselves; at most one a user, and gone with the user."""

    __tablename__ = "profiles"

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), unique=True)
    phone: Mapped[str | None] = mapped_column(String(30))
    bio: Mapped[str | None] = mapped_column(Text)

    user: Mapped[User] = relationship(back_populates="profile")
