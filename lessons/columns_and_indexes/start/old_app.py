"""The version of the shop that is running. It was deployed before the columns of this lesson."""
import sqlite3
from contextlib import closing

ROWS = {
    "users": {"name": "Hana", "email": "hana@example.com"},
    "products": {"title": "Ruler", "price": 900},
    "orders": {"user_id": 2, "status": "new"},
}

with closing(sqlite3.connect("shop.db")) as shop:
    shop.row_factory = sqlite3.Row
    for table, row in ROWS.items():
        columns, marks = ", ".join(row), ", ".join("?" * len(row))
        insert = f"INSERT INTO {table} ({columns}) VALUES ({marks}) RETURNING *"
        try:
            [made] = shop.execute(insert, tuple(row.values())).fetchall()
            others = {name: made[name] for name in made.keys() if name not in (*row, "id")}
            print(f"{table:<8} accepted {others or ''}")
        except sqlite3.Error as error:
            print(f"{table:<8} REFUSED, {error}")
        # Take the row back, so that this can run as often as you like.
        shop.rollback()
