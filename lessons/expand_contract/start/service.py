"""What all versions of the application share: requests come in line by line, answers go out."""

import sqlite3
import sys


def serve(add: str, rename: str, show: str) -> None:
    """Answer `add NAME`, `rename ID NAME` and `show ID` with one SQL statement each."""
    sql = {"add": add, "rename": rename, "show": show}
    shop = sqlite3.connect("shop.db", isolation_level=None)
    for line in sys.stdin:
        request, words = line.split()[0], line.split()[1:]
        number = None if request == "add" else words.pop(0)
        name = " ".join(words)
        values = {"id": number, "name": name, "email": f"{name}@example.com".lower()}
        try:
            row = shop.execute(sql[request], values).fetchone()
            print("ok" if row is None else row[0], flush=True)
        except sqlite3.Error as error:
            print(f"ERROR: {error}", flush=True)
    shop.close()
