"""`accalmie import`: mentions from a file, with progress, and going on after an interruption."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

import typer

from accalmie.cli import ground, wrong

if TYPE_CHECKING:
    from accalmie.records.models import ImportRecord, TopicRecord, User


#: What came on standard input is kept under this name; left behind by a kill, it is thrown away a day later.
KEPT_AS, FORGOTTEN_SECONDS = "standard-input-", 24 * 3600


def import_(file: str, topic: str, columns: Sequence[str], rejects: Path | None, *, matching: bool) -> int:
    """Read a file in; return the exit code."""
    ground.settings()
    ground.tables()
    from django.db import DatabaseError

    from accalmie.core.lifecycle import NotPossible
    from accalmie.networks.files import Unreadable

    name = "standard input" if file == "-" else file
    try:
        with ExitStack() as until_read:
            path = _found(file, until_read)
            return _import(path, Path(name).name, topic, columns, rejects, matching=matching)
    except NotPossible as error:
        return wrong.end(f"{name}: {error}")
    except Unreadable as error:
        return wrong.end(f"{name}: {error}")
    except OSError as error:
        where = str(rejects) if error.filename == str(rejects) else name
        return wrong.end(f"{where}: {wrong.with_file(error)} What was read in so far is kept.")
    except DatabaseError as error:
        return wrong.end(f"{name}: the database says: {wrong.with_database(error)} "
                         "The same command goes on where it was.")  # fmt: skip


def _found(file: str, until_read: ExitStack) -> Path:
    """Return where the file is. What can be read only once is kept in the data folder, until it is read in."""
    if file != "-" and not _is_stream(Path(file)):
        return Path(file).resolve()
    from django.conf import settings

    uploads = Path(settings.DATA) / "uploads"
    for left in uploads.glob(f"{KEPT_AS}*"):
        if time.time() - left.stat().st_mtime > FORGOTTEN_SECONDS:
            left.unlink(missing_ok=True)
    with ExitStack() as files:
        given = sys.stdin.buffer if file == "-" else files.enter_context(Path(file).open("rb"))
        kept = until_read.enter_context(NamedTemporaryFile(dir=uploads, prefix=KEPT_AS))
        shutil.copyfileobj(given, kept, 1 << 20)
        kept.flush()
    return Path(kept.name)


def _is_stream(path: Path) -> bool:
    """Tell whether this is a pipe or the like, such as a shell makes of <(command)."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _import(
    path: Path, name: str, topic: str, columns: Sequence[str], rejects: Path | None, *, matching: bool
) -> int:
    from accalmie.actions import people, upload
    from accalmie.core.lifecycle import NotPossible
    from accalmie.networks import files

    layout = files.guess(path).corrected(columns)
    if layout.problem:
        # Before a topic is made for nothing.
        raise files.Unreadable(layout.problem)
    if rejects is not None:
        if rejects.exists() and rejects.samefile(path):
            raise NotPossible("--rejects is the same file; choose another, it would be overwritten.")
        rejects.open("ab").close()
    who = people.foremost()
    made = _topic(who, topic)
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
    made = topic.make(who, name=name, words=[name])
    typer.echo(f"There was no topic {name}: it is made, listening for the word {name}.", err=True)
    return made


class _bar:
    """A progress bar on standard error, by bytes read."""

    def __init__(self, record: ImportRecord) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

        self.record = record
        self.bar = Progress(
            TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn(),
            console=Console(stderr=True), disable=not sys.stderr.isatty(),
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
