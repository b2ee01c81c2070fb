"""Sessions beside a migration: a report, a customer who reads, and who waits for whom."""

import threading
import time

import psycopg

WAITING = """
SELECT waiter.application_name || ' waits for ' || blocker.application_name || ': ' || mode
FROM pg_locks JOIN pg_stat_activity AS waiter USING (pid)
JOIN pg_stat_activity AS blocker ON blocker.pid = ANY (pg_blocking_pids(waiter.pid))
WHERE NOT granted
ORDER BY 1
"""
ON_ROWS = ("rewriting", "verifying", "validating", "existing constraints")


def session(name):
    """Connect under a name; each statement is committed at once."""
    return psycopg.connect(f"dbname=course_shop application_name={name}", autocommit=True)


class Reader:
    """Reads a table again and again; `longest` is how many seconds it waited at most."""

    def __init__(self, table):
        self.query = f"SELECT count(*) FROM {table}"
        self.longest = 0.0
        self._reads, self._done = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._read)

    def __enter__(self):
        self._thread.start()
        self._reads.wait(60)
        return self

    def __exit__(self, *_):
        self._done.set()
        self._thread.join()

    def _read(self):
        with session("reader") as shop:
            while not self._done.wait(0.01):
                began = time.monotonic()
                shop.execute(self.query)
                self.longest = max(self.longest, time.monotonic() - began)
                self._reads.set()


class Report:
    """Has read a table in a transaction that stays open; `seen` says who waited for whom.

    It commits once somebody has waited for three seconds, or has given up waiting.
    """

    def __init__(self, table):
        self.seen = []
        self._shop = psycopg.connect("dbname=course_shop application_name=report")
        self._shop.execute(f"SELECT count(*) FROM {table}")
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._done.set()
        self._thread.join()
        self._shop.close()

    def _watch(self):
        began = None
        with session("watch") as watch:
            while not self._done.wait(0.02):
                now = [line for (line,) in watch.execute(WAITING)]
                self.seen = max(self.seen, now, key=len)
                if now and began is None:
                    began = time.monotonic()
                if began and (not now or time.monotonic() - began > 3):
                    return self._shop.commit()


def try_out(statement, table="orders", before=()):
    """Run a statement in a transaction, print who waits for it and what it does to rows, roll back."""
    said = []
    with psycopg.connect("dbname=course_shop") as shop, session("other") as other:
        for one in before:
            shop.execute(one)
        shop.add_notice_handler(lambda notice: said.append(notice.message_primary))
        shop.execute("SET LOCAL client_min_messages = debug1")
        shop.execute(statement)
        other.execute("SET lock_timeout = 100")
        reads = _waits(other, f"SELECT count(*) FROM {table}")
        writes = _waits(other, f"UPDATE {table} SET id = id WHERE false")
        shop.rollback()
    rows = [line for line in said if line.startswith(ON_ROWS)]
    print(statement)
    print(f"    {table}: reads {reads}, writes {writes}")
    print(f"    rows: {', '.join(rows) or 'not touched'}")


def _waits(other, statement):
    try:
        other.execute(statement)
    except psycopg.errors.LockNotAvailable:
        return "wait"
    return "go on"
