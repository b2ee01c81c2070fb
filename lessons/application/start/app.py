from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from models import Base, Product
from settings import Settings


@asynccontextmanager
async def lifespan(app):
    engine = create_async_engine(Settings().database_url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    app.state.sessions = async_sessionmaker(engine)
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


@app.get("/products")
async def products():
    async with app.state.sessions() as session:
        found = await session.scalars(select(Product).order_by(Product.id))
        return [{"title": product.title, "price": product.price} for product in found]
