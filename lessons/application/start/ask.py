"""Start the application as a server does, ask it for its products, and stop it."""

import asyncio
import sys

from httpx import ASGITransport, AsyncClient
from sqlalchemy.exc import DBAPIError

from app import app


async def main():
    transport = ASGITransport(app=app)
    async with app.router.lifespan_context(app):
        async with AsyncClient(transport=transport, base_url="http://shop") as client:
            answer = await client.get("/products")
    print(answer.status_code, *answer.json())


try:
    asyncio.run(main())
except RuntimeError as error:
    sys.exit(f"not started: {error}")
except DBAPIError as error:
    sys.exit(f"no answer: {error.orig}")
