"""What must hold for the reference project on every database it runs on.

`HoldsOnEveryDatabase` is the test class that test_reference_project.py runs on SQLite and
system/test_postgresql.py on PostgreSQL; each gives its own fixture `database_url`.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from pytest_alembic import tests as built_in
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import shop

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ScriptDirectory.from_config(Config(ROOT / "alembic.ini"))
HISTORY = [script.revision for script in SCRIPTS.walk_revisions()][::-1]

FIRST_ORDERS = "f316c5ad44a3"
EMAIL_INDEX = "2d4e1f560f57"
EXPAND = "15b1242a0d5b"
COPY_PHONES = "ebc73f1a85f6"
CONTRACT = BRANCH_POINT = "f75da1c0cb8f"

LONG_AGO = datetime(2020, 2, 29, 12, 30, 15)  # noqa: DTZ001  (the columns have no zone)
STAMPS = {"created_at": LONG_AGO, "updated_at": LONG_AGO}
EARLY_ROWS = {
    "users": [
        {"id": 1, "email": "mina@example.com", "name": "김미나", "phone": "010-1", **STAMPS},
        {"id": 2, "email": "jun@example.com", "name": "Jun's", "phone": None, **STAMPS},
        {"id": 7, "email": "sora@example.com", "name": "소라", "phone": "010-7", **STAMPS},
    ],
    "products": [
        {"id": 1, "sku": "TEA-1", "name": "녹차", "price": 12000, **STAMPS},
        {"id": 2, "sku": "CUP-1", "name": "Cup", "price": 0, **STAMPS},
    ],
    "orders": [
        {"id": 1, "user_id": 1, "status": "paid", **STAMPS},
        {"id": 2, "user_id": 7, "status": "pending", **STAMPS},
    ],
    "order_items": [
        {"id": 1, "order_id": 1, "product_id": 1, "quantity": 2, "unit_price": 11000},
        {"id": 2, "order_id": 1, "product_id": 2, "quantity": 1, "unit_price": 0},
        {"id": 3, "order_id": 2, "product_id": 1, "quantity": 1, "unit_price": 12000},
    ],
}
"""Rows of the tables that revision FIRST_ORDERS has, written before everything else changed."""


class Shop:
    """The reference project on one database, driven by Alembic's commands in this process."""

    def __init__(self, url: str) -> None:
        self.engine = sa.create_engine(url, poolclass=sa.NullPool)
        self.written = io.StringIO()
        self.config = Config(ROOT / "alembic.ini", stdout=self.written, output_buffer=self.written)

    def upgrade(self, revision: str) -> None:
        command.upgrade(self.config, revision)

    def downgrade(self, revision: str) -> None:
        command.downgrade(self.config, revision)

    def climb_with_rows(self, *revisions: str) -> None:
        """Upgrade from nothing to the revisions; EARLY_ROWS come in on the way."""
        below = {script.revision for script in SCRIPTS.iterate_revisions(revisions, "base")}
        if FIRST_ORDERS in below:
            self.upgrade(FIRST_ORDERS)
            for table, rows in EARLY_ROWS.items():
                self.insert(table, rows)
        for revision in revisions:
            self.upgrade(revision)

    def insert(self, table: str, rows: list[dict]) -> None:
        self.execute(self.table(table).insert(), rows)

    def execute(self, statement: sa.Executable, rows: list[dict] | None = None) -> None:
        with self.engine.begin() as connection:
            connection.execute(statement, rows)

    def table(self, name: str) -> sa.Table:
        """Give a table as it stands in the database."""
        return sa.Table(name, sa.MetaData(), autoload_with=self.engine)

    def table_names(self) -> list[str]:
        return sorted(set(sa.inspect(self.engine).get_table_names()) - {"alembic_version"})

    def rows(self) -> dict[str, list[dict]]:
        """Give the rows of every table; time stamps are in UTC, and bare as SQLite has them."""
        with self.engine.connect() as connection:
            return {
                name: [
                    {key: bare(value) for key, value in row.items()}
                    for row in connection.execute(sa.select(table).order_by("id")).mappings()
                ]
                for name in self.table_names()
                for table in [self.table(name)]
            }

    def schema(self) -> dict[str, dict]:
        """Give all that can be read of every table; the order of columns does not count."""
        inspector = sa.inspect(self.engine)
        return {
            name: {
                "columns": {
                    column["name"]: (
                        column["type"].compile(self.engine.dialect),
                        column["nullable"],
                        column["default"],
                    )
                    for column in inspector.get_columns(name)
                },
                "primary key": inspector.get_pk_constraint(name),
                "foreign keys": by_name(inspector.get_foreign_keys(name)),
                "unique": by_name(inspector.get_unique_constraints(name)),
                "checks": by_name(inspector.get_check_constraints(name)),
                "indexes": by_name(inspector.get_indexes(name)),
            }
            for name in self.table_names()
        }

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"


def bare(value: object) -> object:
    """Give a time stamp in UTC without its zone, and any other value as it is."""
    if isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(UTC).replace(tzinfo=None)
    return value


def by_name(found: list[dict]) -> dict[str | None, dict]:
    """Give what an inspector lists as a table of names; a second one of no name would be lost."""
    assert len({one["name"] for one in found}) == len(found), found
    return {one["name"]: one for one in found}


def parents_of(script: Script) -> tuple[str, ...]:
    """Give the revisions right below one; none for the first."""
    below = script.down_revision
    return (below,) if isinstance(below, str) else tuple(below or ())


def one_below(script: Script) -> str:
    """Give what to downgrade to, to undo one revision that is the only head."""
    return next(iter(parents_of(script)), "base")


@contextmanager
def recorded_writes() -> Iterator[list[str]]:
    """Collect the SQL sent meanwhile that changes anything but Alembic's own version table."""
    writes = []
    change = re.compile(r"\s*(CREATE|ALTER|DROP|INSERT|UPDATE|DELETE)\b")

    def record(_connection, _cursor, statement, *_rest):
        if change.match(statement) and "alembic_version" not in statement:
            writes.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", record)
    try:
        yield writes
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", record)


@pytest.fixture
def the_shop(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """The reference project on the empty database `database_url`."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    return Shop(database_url)


# What other tests of the process left to the garbage collector is no warning of the shop's.
@pytest.mark.filterwarnings(
    "error", "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
class HoldsOnEveryDatabase:
    """The history and the models agree, each step can be undone, and rows survive."""

    @pytest.fixture
    def alembic_config(self, the_shop: Shop) -> Config:
        return the_shop.config

    @pytest.fixture
    def alembic_engine(self, the_shop: Shop) -> sa.Engine:
        return the_shop.engine

    def test_single_head_revision(self, alembic_runner):
        built_in.test_single_head_revision(alembic_runner)

    def test_upgrade(self, alembic_runner):
        built_in.test_upgrade(alembic_runner)

    def test_model_definitions_match_ddl(self, alembic_runner):
        built_in.test_model_definitions_match_ddl(alembic_runner)

    def test_up_down_consistency(self, alembic_runner):
        built_in.test_up_down_consistency(alembic_runner)

    @pytest.mark.parametrize("revision", HISTORY)
    def test_from_each_revision_to_base_and_up_again(self, the_shop, revision):
        the_shop.upgrade(revision)
        there = the_shop.schema()
        the_shop.downgrade("base")
        assert the_shop.table_names() == []
        the_shop.upgrade(revision)
        assert the_shop.schema() == there

    @pytest.mark.parametrize("revision", HISTORY)
    def test_each_step_does_something_and_its_downgrade_undoes_it(self, the_shop, revision):
        script = SCRIPTS.get_revision(revision)
        the_shop.climb_with_rows(*parents_of(script))
        schema, rows = the_shop.schema(), the_shop.rows()

        the_shop.upgrade(revision)
        changed = (the_shop.schema(), the_shop.rows()) != (schema, rows)
        assert changed != script.is_merge_point

        with recorded_writes() as writes:
            the_shop.downgrade(one_below(script))
        assert bool(writes) != script.is_merge_point, "only a merge has an empty downgrade"
        assert the_shop.schema() == schema
        left = the_shop.rows()
        if revision == CONTRACT:
            rows["users"] = [user | {"phone": None} for user in rows["users"]]
        lost = {name: [r for r in was if r not in left[name]] for name, was in rows.items()}
        assert not any(lost.values()), lost

    def test_rows_survive_the_whole_history(self, the_shop):
        the_shop.climb_with_rows("head")
        assert without_generated(the_shop.rows()) == {
            "users": [
                {
                    "id": user["id"],
                    "email": user["email"],
                    "display_name": user["name"],
                    "is_active": True,
                    **STAMPS,
                }
                for user in EARLY_ROWS["users"]
            ],
            "profiles": [
                {"user_id": 1, "phone": "010-1", "bio": None},
                {"user_id": 7, "phone": "010-7", "bio": None},
            ],
            "products": EARLY_ROWS["products"],
            "orders": EARLY_ROWS["orders"],
            "order_items": EARLY_ROWS["order_items"],
            "inventories": [],
        }

    def test_rows_survive_each_step_down_and_up_but_for_what_is_said(self, the_shop):
        the_shop.climb_with_rows("head")
        the_shop.insert("inventories", [{"id": 1, "product_id": 2, "quantity": 5}])
        users, profiles = the_shop.table("users"), the_shop.table("profiles")
        the_shop.execute(users.update().where(users.c.id == 2).values(is_active=False))
        the_shop.execute(profiles.update().where(profiles.c.user_id == 1).values(bio="차"))
        the_shop.execute(profiles.update().where(profiles.c.user_id == 7).values(phone="010-8"))
        expected = without_generated(the_shop.rows())

        branch = SCRIPTS.get_revision(BRANCH_POINT).nextrev
        down = HISTORY[HISTORY.index(FIRST_ORDERS) : -1]
        for revision in reversed([one for one in down if one not in branch]):
            the_shop.downgrade(revision)
            the_shop.upgrade("head")
            if revision == BRANCH_POINT:
                expected["inventories"] = []
            if revision == SCRIPTS.get_revision(EXPAND).down_revision:
                expected["profiles"][0]["bio"] = None
            if revision == FIRST_ORDERS:
                expected["users"][1]["is_active"] = True
            assert without_generated(the_shop.rows()) == expected, revision

    def test_phones_are_copied_in_chunks(self, the_shop):
        chunk = SCRIPTS.get_revision(COPY_PHONES).module.CHUNK
        ids = range(1, 2 * chunk + 2)
        the_shop.upgrade(EXPAND)
        the_shop.insert(
            "users",
            [
                {"id": n, "email": f"{n}@example.com", "display_name": "누구", "phone": f"010-{n}"}
                for n in ids
            ],
        )
        the_shop.insert("profiles", [{"id": 9999, "user_id": 3, "phone": "old", "bio": "차"}])
        the_shop.upgrade(COPY_PHONES)
        copied = {row["user_id"]: row["phone"] for row in the_shop.rows()["profiles"]}
        assert copied == {n: f"010-{n}" for n in ids}
        assert "차" in {row["bio"] for row in the_shop.rows()["profiles"]}

        profiles = the_shop.table("profiles")
        the_shop.execute(profiles.update().values(phone="new"))
        the_shop.execute(profiles.delete().where(profiles.c.user_id == 5))
        the_shop.downgrade(EXPAND)
        back = {row["id"]: row["phone"] for row in the_shop.rows()["users"]}
        assert back == dict.fromkeys(ids, "new") | {5: "010-5"}

    def test_models_are_as_the_migrations(self, the_shop):
        the_shop.upgrade("head")
        command.check(the_shop.config)
        migrated = the_shop.schema()
        the_shop.downgrade("base")
        shop.Base.metadata.create_all(the_shop.engine)
        assert migrated == the_shop.schema()

    def test_revisions_name_their_constraints_without_the_help_of_the_models(
        self, the_shop, monkeypatch
    ):
        the_shop.upgrade("head")
        named = the_shop.schema()
        the_shop.downgrade("base")
        nothing = sa.MetaData().naming_convention
        monkeypatch.setattr(shop.Base.metadata, "naming_convention", nothing)
        the_shop.upgrade("head")
        assert the_shop.schema() == named

    def test_every_name_follows_the_convention(self, the_shop):
        the_shop.upgrade("head")
        for table, found in the_shop.schema().items():
            assert found["primary key"]["name"] == f"pk_{table}"
            for name, key in found["foreign keys"].items():
                columns = "_".join(key["constrained_columns"])
                assert name == f"fk_{table}_{columns}_{key['referred_table']}"
                assert key["options"]["ondelete"] in ("CASCADE", "RESTRICT")
            for name, unique in found["unique"].items():
                assert name == "_".join(["uq", table, *unique["column_names"]])
            for name, index in found["indexes"].items():
                if "duplicates_constraint" not in index:
                    assert name == "_".join(["ix", table, *index["column_names"]])
            for name in found["checks"]:
                assert name is not None
                assert name.startswith(f"ck_{table}_")

    def test_models_work_on_the_migrated_database(self, the_shop):
        the_shop.upgrade("head")
        with Session(the_shop.engine) as session:
            user = shop.User(email="mina@example.com", display_name="미나")
            user.profile = shop.Profile(bio="차")
            tea = shop.Product(sku="TEA-1", name="녹차", price=12000, inventory=shop.Inventory())
            line = shop.OrderItem(product=tea, quantity=2, unit_price=tea.price)
            session.add(shop.Order(user=user, items=[line]))
            session.commit()
            order = session.scalars(sa.select(shop.Order)).one()
            assert (order.status, order.user.is_active) == ("pending", True)
            assert order.items[0].product.inventory.quantity == 0
            assert order.created_at is not None
            session.add(shop.Product(sku="CUP-1", name="Cup", price=-1))
            with pytest.raises(IntegrityError, match="ck_products_price_not_negative"):
                session.commit()


def without_generated(rows: dict[str, list[dict]]) -> dict[str, list[dict]]:
    """Leave out of profiles what the database made up when the migration filled the table."""
    made = {"id", "created_at", "updated_at"}
    profiles = [{k: v for k, v in row.items() if k not in made} for row in rows["profiles"]]
    return rows | {"profiles": sorted(profiles, key=lambda row: row["user_id"])}
