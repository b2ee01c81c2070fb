"""Where there are no threads: async SQLAlchemy does what it does with them, and loops run."""

import asyncio
import subprocess
import sys
import time

import pytest

from course.site.kernel import greenlets, loops

STANDS_IN = """
import sys
from course.site.kernel import at_once, greenlets

sys.modules["greenlet"] = greenlets
at_once.take_over()
"""
SHOP = """
import asyncio
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


async def main():
    engine = create_async_engine("sqlite+aiosqlite:///shop.db")
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with AsyncSession(engine) as session:
        session.add_all([User(name="Minji"), User(name="Junho")])
        await session.commit()
        print(list(await session.scalars(sa.select(User.name).order_by(User.id))))
    try:
        async with engine.begin() as connection:
            await connection.execute(sa.text("INSERT INTO users (name) VALUES ('Sora')"))
            await connection.execute(sa.text("INSERT INTO users (name) VALUES ('Minji')"))
    except sa.exc.IntegrityError as error:
        print(error)
    async with engine.connect() as connection:
        rows = await connection.stream(sa.text("SELECT id FROM users ORDER BY id"))
        print([row async for row in rows])
    alone = engine.execution_options(isolation_level="AUTOCOMMIT")
    async with alone.connect() as connection:
        print(await connection.run_sync(lambda it: sa.inspect(it).get_table_names()))
    try:
        sa.create_engine("sqlite+aiosqlite:///shop.db").connect()
    except sa.exc.MissingGreenlet as error:
        print(error)
    await engine.dispose()


asyncio.run(main())
"""


def ran(text, folder):
    done = subprocess.run(
        [sys.executable, "-c", text], cwd=folder, capture_output=True, encoding="utf-8"
    )
    return done.stdout, done.stderr


def test_async_sqlalchemy_does_what_it_does_with_threads(tmp_path):
    real, mine = tmp_path / "real", tmp_path / "mine"
    real.mkdir()
    mine.mkdir()
    expected = ran(SHOP, real)
    assert "UNIQUE constraint failed" in expected[0] and "greenlet_spawn" in expected[0]
    assert ran(STANDS_IN + SHOP, mine) == expected


def test_no_thread_and_no_greenlet_is_there(tmp_path):
    without = STANDS_IN + "import _thread\n_thread.start_new_thread = None\n" + SHOP
    look = "print(sys.modules['greenlet'].__file__)"
    said, _ = ran(f"{without}\n{look}", tmp_path)
    assert said.splitlines()[-1] == greenlets.__file__


def test_what_would_really_wait_is_refused():
    inner = greenlets.greenlet(lambda: greenlets.getcurrent().parent.switch(asyncio.sleep(1)))
    inner.parent = greenlets.getcurrent()

    async def main():
        inner.switch()

    with pytest.raises(greenlets.WouldWaitError, match="browser"):
        asyncio.run(main())


async def lasts(seconds: float, seen: list[float]) -> None:
    await asyncio.sleep(seconds)
    seen.append(seconds)


def test_tasks_take_turns_by_their_times():
    seen: list[float] = []
    before = asyncio.new_event_loop

    async def main() -> str:
        await asyncio.gather(lasts(0.05, seen), lasts(0.01, seen))
        return type(asyncio.get_running_loop()).__name__

    with loops.aside():
        started = time.monotonic()
        assert asyncio.run(main()) == "Loop"
    assert seen == [0.01, 0.05] and time.monotonic() - started >= 0.05
    assert asyncio.new_event_loop is before


def test_a_loop_in_which_nothing_can_come_says_so():
    async def main() -> None:
        await asyncio.get_running_loop().create_future()

    with loops.aside(), pytest.raises(RuntimeError, match="waits for something else"):
        asyncio.run(main())
