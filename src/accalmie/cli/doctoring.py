"""`accalmie doctor`: what is wrong here, and what to do about it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import typer

from accalmie.cli import ground, wrong

#: Below this, a storm may fill the disk.
LITTLE_ROOM = 1 << 30


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: whether it is well, what was seen, and the remedy where it is not."""

    well: bool
    what: str
    remedy: str = ""


def doctor() -> int:
    """Look at everything; return 0 when all is well, 1 when something needs a hand, 2 when nothing can start."""
    ground.settings()
    faults = 0
    for finding in _findings():
        mark = "ok  " if finding.well else "FAULT"
        typer.echo(f"{mark:<6}{finding.what}")
        if not finding.well:
            faults += 1
            typer.echo(f"      {finding.remedy}")
    return 1 if faults else 0


def _findings() -> Iterator[Finding]:
    yield from _machine()
    database = _database()
    yield database
    if database.well:
        for part in (_worker, _sources, _people, _proof):
            yield from _looked_at(part)


def _looked_at(part: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """Yield what a part finds; a database that breaks off in the middle is a finding too."""
    from django.db import DatabaseError

    try:
        yield from part()
    except DatabaseError as error:
        yield Finding(False, f"database: {' '.join(str(error).split())}", wrong.remedy(error))


def _machine() -> Iterator[Finding]:
    from django.conf import settings

    yield Finding(
        sys.version_info >= (3, 11), f"Python {sys.version.split()[0]}", "Use Python 3.11 or newer."
    )
    data = Path(settings.DATA)
    free = shutil.disk_usage(data).free
    room = f"{data}: {free / (1 << 30):.1f} GiB free"
    yield Finding(free > LITTLE_ROOM, room, "Make room, or move ACCALMIE_DATA to a larger disk.")
    mode = (data / "secret.key").stat().st_mode & 0o077
    yield Finding(not mode, "secret.key is private to its owner", f"Run: chmod 600 {data / 'secret.key'}")


def _database() -> Finding:
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA quick_check(1)")
                answer = cursor.fetchone()[0]
            if answer != "ok":
                return Finding(
                    False,
                    f"database: {' '.join(answer.split())}",
                    "Stop Accalmie and restore the database from a backup.",
                )
    except DatabaseError as error:
        return Finding(False, f"database: {' '.join(str(error).split())}", wrong.remedy(error))
    if waiting:
        remedy = "Start `accalmie serve` or `accalmie work` once: they bring the tables up to date."
        return Finding(False, f"database: {len(waiting)} migrations are waiting", remedy)
    return Finding(True, f"database: {connection.vendor}, tables up to date")


def _worker() -> Iterator[Finding]:
    from accalmie.records.work import lives, worker_seen

    seen = worker_seen()
    alive = lives(seen, datetime.now(UTC))
    what = "worker: running"
    if not alive:
        what = f"worker: not running since {seen:%Y-%m-%d %H:%M} UTC" if seen else "worker: never ran"
    yield Finding(alive, what, "Start `accalmie serve`, or a worker alone with `accalmie work`.")


def _sources() -> Iterator[Finding]:
    from accalmie.phrasebook import say
    from accalmie.records.models import SourceRecord
    from accalmie.records.secret import Lost

    sources = list(SourceRecord.objects.select_related("topic").order_by("topic__name", "name"))
    for source in sources:
        name = f"source {source.name} of {source.topic.name}"
        if isinstance(source.secret, Lost):
            yield Finding(
                False, f"{name}: its token cannot be read", "Restore secret.key, or enter the token again."
            )
        elif source.trouble:
            said = say(
                "trouble", source.trouble, "en", where=source.trouble_where, detail=source.trouble_detail
            )
            yield Finding(False, f"{name}: in trouble since {source.trouble_since:%Y-%m-%d %H:%M} UTC", said)
    if not any(source.trouble for source in sources):
        yield Finding(True, f"sources: {len(sources)}, none in trouble")


def _people() -> Iterator[Finding]:
    from accalmie.records.models import ContactRecord, TopicRecord, User
    from accalmie.records.secret import Lost

    waiting = User.objects.filter(must_change_password=True, is_active=True)
    names = ", ".join(waiting.values_list("username", flat=True))
    what = f"{names} still have a one-time password" if names else "everybody has chosen a password"
    yield Finding(not names, f"accounts: {what}", "Sign in once and choose a password.")
    lost = [contact.label for contact in ContactRecord.objects.all() if isinstance(contact.address, Lost)]
    if lost:
        yield Finding(
            False, f"contacts: {len(lost)} cannot be read", "Restore secret.key, or enter them again."
        )
    for topic in TopicRecord.objects.filter(drill=False):
        reached = ContactRecord.objects.filter(person__alerted_of=topic, active=True).exists()
        what = "somebody is alerted" if reached else "an alarm reaches nobody outside the pages"
        remedy = "Choose who is alerted on the topic's page; each adds a contact under their own name."
        yield Finding(reached, f"topic {topic.name}: {what}", remedy)


def _proof() -> Iterator[Finding]:
    from accalmie.actions.prove import verify_all

    verdict = verify_all()
    if verdict.broken_at is None:
        yield Finding(True, f"proof: {verdict.entries:,} entries, the chain holds")
    else:
        yield Finding(False, f"proof: the chain is broken at entry {verdict.broken_at:,}",
                      "Compare with a backup from before: an entry was changed or taken out.")  # fmt: skip
