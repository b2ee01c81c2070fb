import os
from dataclasses import dataclass

from sqlalchemy import URL, make_url


class SettingsError(ValueError):
    """A setting is missing."""


@dataclass(frozen=True)
class Settings:
    database_url: URL


def get_settings(variable: str = "SHOP_DATABASE_URL") -> Settings:
    text = os.environ.get(variable)
    if not text:
        raise SettingsError(f"{variable} is not set; for example sqlite:///shop.db")
    return Settings(database_url=make_url(text))
