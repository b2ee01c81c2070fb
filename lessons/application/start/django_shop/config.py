from pathlib import Path

INSTALLED_APPS = ["catalog"]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": Path(__file__).with_name("shop.db"),
    },
}
