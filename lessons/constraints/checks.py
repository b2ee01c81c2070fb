"""Checks of lesson `constraints`."""

from pathlib import Path

from course.checks import (
    Database,
    ForeignKey,
    Project,
    Verdict,
    findings,
    not_started,
    not_yet,
    passed,
    start_sql,
    trial,
)

REVIEWS = 4
BEFORE_KEY = "c4931401615f"
KEY = "fk_orders_product_id_products"
PRODUCTS_OF_ORDERS = [(1, 1), (2, 2), (3, 9), (4, 2)]
WITHOUT_ORPHANS = [(1, 1), (2, 2), (3, None), (4, 2)]

PROBE = "0000000f4071"
PROBE_SCRIPT = f"""
from alembic import op

revision = "{PROBE}"
down_revision = "{{head}}"


def upgrade():
    with op.batch_alter_table("users", recreate="always"):
        pass
"""
ASK_APPLICATION = """
import models
import sqlalchemy as sa

with sa.create_engine("sqlite://").connect() as connection:
    print(connection.exec_driver_sql("PRAGMA foreign_keys").scalar())
"""


def keep_children(project: Project) -> Verdict:
    """Migrating keeps the reviews, a later batch on users too, and the models' engine has keys on.

    The later batch is a revision of our own, applied by a command of its own: what a learner's
    revision has set on its connection is gone by then.
    """
    left = project.database().count("reviews")
    if left < REVIEWS:
        return not_yet("children_lost", left=left, all=REVIEWS)
    heads = project.heads()

    def add_probe(copy: Path) -> None:
        probe = Path(Project(copy).scripts().versions) / f"{PROBE}_probe.py"
        probe.write_text(PROBE_SCRIPT.format(head=heads[0]), encoding="utf-8")

    commands = (f"upgrade {heads[0]}", f"upgrade {PROBE}")
    with trial(project, *commands, database=at_start(), prepare=add_probe) as steps:
        first, last = steps[0], steps[-1]
        if first.went_well().versions() != heads:
            return not_yet("rolled_back", version=" ".join(first.database.versions()))
        if first.database.count("reviews") < REVIEWS:
            return not_started()
        kept = last.went_well().count("reviews")
    if kept < REVIEWS:
        return not_yet("only_here", left=kept)
    return passed() if application_enforces_keys(project) else not_yet("app_unprotected")


def add_foreign_key(project: Project) -> Verdict:
    """From the first data, the key comes with its name and ON DELETE, goes, and comes again.

    No revision changes schema and data together.
    """
    there_and_back = ("upgrade head", f"downgrade {BEFORE_KEY}", "upgrade head")
    with trial(project, *there_and_back, database=at_start()) as steps:
        up = steps[0].went_well()
        key = product_key(up)
        if key is None:
            return not_started()
        rows = up.rows("SELECT id, product_id FROM orders ORDER BY id")
        if rows == PRODUCTS_OF_ORDERS:
            return not_yet("orphans_left")
        if rows != WITHOUT_ORPHANS:
            return not_yet("rows_changed", rows=rows, wanted=WITHOUT_ORPHANS)
        on_delete = key.on_delete or "NO ACTION"
        if (key.name, on_delete) != (KEY, "SET NULL"):
            return not_yet("wrong_key", name=key.name, on_delete=on_delete)
        if len(steps) > 1 and product_key(steps[1].database) and not steps[1].error:
            return not_yet("key_left")
        if steps[-1].error:
            return not_yet("not_reversible", command=steps[-1].command, said=steps[-1].error)
    return not_yet("together") if findings(project, "schema_and_data") else passed()


def product_key(database: Database) -> ForeignKey | None:
    """Give the foreign key of orders.product_id to products.id, None where there is none."""
    for key in database.foreign_keys("orders"):
        if (key.columns, key.table, key.referred) == (("product_id",), "products", ("id",)):
            return key
    return None


def application_enforces_keys(project: Project) -> bool:
    """Ask a new engine, in a copy that has imported the models, whether it enforces keys."""
    with trial(project, ("python", "-c", ASK_APPLICATION), database="") as [asked]:
        return asked.printed.strip() == "1"


def at_start() -> str:
    """Give the SQL of the database that the lesson opens with."""
    return start_sql(Path(__file__).parent)
