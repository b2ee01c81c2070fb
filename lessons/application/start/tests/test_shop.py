import pytest


@pytest.mark.anyio
async def test_products(client):
    answer = await client.get("/products")
    assert answer.status_code == 200
    assert answer.json() == []
