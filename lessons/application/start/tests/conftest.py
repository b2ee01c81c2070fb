import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from httpx import ASGITransport, AsyncClient

from app import app
from models import Base


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def database(tmp_path, monkeypatch):
    file = tmp_path / "test.db"
    monkeypatch.setenv("SHOP_DATABASE_URL", f"sqlite+aiosqlite:///{file}")
    engine = sa.create_engine(f"sqlite:///{file}")
    Base.metadata.create_all(engine)
    engine.dispose()
    command.stamp(Config("alembic.ini"), "head")


@pytest.fixture
async def client(database):
    transport = ASGITransport(app=app)
    async with app.router.lifespan_context(app):
        async with AsyncClient(transport=transport, base_url="http://shop") as client:
            yield client
