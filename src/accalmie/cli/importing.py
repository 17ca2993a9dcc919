"""`accalmie import`: mentions from a file, with progress, and going on after an interruption."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from accalmie.cli import ground

if TYPE_CHECKING:
    from accalmie.records.models import ImportRecord, TopicRecord, User


def import_(file: str, topic: str, columns: Sequence[str], rejects: Path | None, *, matching: bool) -> int:
    """Read a file in; return the exit code."""
    ground.settings()
    ground.tables()
    from django.db import DatabaseError

    from accalmie.core.lifecycle import NotPossible
    from accalmie.networks.files import Unreadable
    from accalmie.phrasebook import say

    try:
        return _import(file, topic, columns, rejects, matching=matching)
    except NotPossible as error:
        return _wrong(str(error))
    except Unreadable as error:
        return _wrong(f"{file}: {say('trouble', error.why.key, 'en', **error.why.values)}")
    except OSError as error:
        return _wrong(
            f"{file}: {error.strerror or error}. What was read in so far is kept; the same command goes on."
        )
    except DatabaseError as error:
        return _wrong(f"{file}: the database says: {str(error).strip()}. {ground.remedy(str(error))} "
                      "The same command goes on where it was.")  # fmt: skip


def _wrong(sentence: str) -> int:
    typer.echo(f"accalmie: {sentence}", err=True)
    return 2


def _import(file: str, topic: str, columns: Sequence[str], rejects: Path | None, *, matching: bool) -> int:
    from accalmie.actions import people, upload
    from accalmie.networks import files

    path = _spooled() if file == "-" else Path(file).resolve()
    layout = files.guess(path).corrected(columns)
    who, _ = people.first()
    made = _topic(who, topic)
    name = "standard input" if file == "-" else Path(file).name
    record = upload.begin(
        who, made.id, path=path, name=name, mapping=layout.to_json(), only_matching=matching, waiting=False
    )
    if record.offset:
        typer.echo(f"Going on at byte {record.offset:,} of {record.total_bytes:,}.", err=True)
    rows = files.read(path, layout, offset=record.offset)
    with _bar(record) as advance:
        for state in upload.read_in(record, rows, rejects):
            advance(state)
    _measure(made)
    _tell(record, rejects)
    return 1 if record.rejected else 0


def _topic(who: User, name: str) -> TopicRecord:
    from accalmie.actions import topic
    from accalmie.records.models import TopicRecord

    found = TopicRecord.objects.filter(name=name).first()
    if found is not None:
        return found
    typer.echo(f"There was no topic {name}: it is made, listening for the word {name}.", err=True)
    return topic.make(who, name=name, words=[name])


def _spooled() -> Path:
    """Keep standard input in the data folder first: an interrupted import needs something to go on with."""
    from django.conf import settings

    path = Path(settings.DATA) / "uploads" / "standard-input.mentions"
    with path.open("wb") as kept:
        shutil.copyfileobj(sys.stdin.buffer, kept, 1 << 20)
    return path


class _bar:
    """A progress bar on standard error, by bytes read."""

    def __init__(self, record: ImportRecord) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

        self.record = record
        self.bar = Progress(
            TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn(),
            console=Console(stderr=True),
        )  # fmt: skip

    def __enter__(self) -> Any:
        self.bar.start()
        task = self.bar.add_task("reading", total=self.record.total_bytes or None)

        def advance(state: ImportRecord) -> None:
            self.bar.update(task, completed=state.offset, description=f"{state.kept:,} kept")

        return advance

    def __exit__(self, *error: object) -> None:
        with suppress(Exception):
            self.bar.stop()


def _measure(topic: TopicRecord) -> None:
    from datetime import UTC, datetime

    from accalmie.actions import fever

    fever.measure(topic.id, datetime.now(UTC))


def _tell(record: ImportRecord, rejects: Path | None) -> None:
    from accalmie.phrasebook import say

    typer.echo(
        f"{record.rows:,} rows: {record.kept:,} kept, {record.repeated:,} repeated, "
        f"{record.not_matching:,} without the topic's words, {record.rejected:,} rejected."
    )
    for row in record.rejects[:10]:
        typer.echo(f"  line {row['line']}: {say('trouble', row['why'], 'en', **row['values'])}", err=True)
    if record.rejected > 10:
        typer.echo(
            f"  and {record.rejected - 10:,} more" + ("" if rejects else "; keep them with --rejects FILE"),
            err=True,
        )
