"""The job that migrates, before a rollout."""

import logging

from alembic import command
from alembic.config import Config

logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
log = logging.getLogger("shop.migrate")

log.info("upgrading")
try:
    command.upgrade(Config("alembic.ini"), "head")
    log.info("done")
except Exception as error:
    log.error("failed: %s", str(error).splitlines()[0])
