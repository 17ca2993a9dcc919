"""One writer at a time for what must be in one order: the chain of proof, and what it proves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

#: Any number, the same in every process: the name of the lock in PostgreSQL.
LOCK = 0x4143_4341


@contextmanager
def alone() -> Iterator[None]:
    """A transaction in which nobody else appends. SQLite's are immediate, so they are alone already."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        yield
