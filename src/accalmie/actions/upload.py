"""Files of mentions: begun by a person, read in piece by piece, going on where they were after a crash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Protocol, cast

from django.db import transaction
from django.utils.translation import gettext as _

from accalmie.actions.mention import Taken, take_in
from accalmie.actions.note import note
from accalmie.core.lifecycle import NotPossible
from accalmie.core.mention import Mention
from accalmie.core.network import Batch
from accalmie.core.people import Do, require
from accalmie.records import changes
from accalmie.records.models import ImportRecord, SourceRecord, TopicRecord, User

#: Mentions stored in one transaction: enough to be fast, few enough that nobody waits for the lock.
PIECE = 2000
#: So many rejected lines are shown on the page; all of them are in the rejects file.
SHOWN = 100


class Heard(Protocol):
    """One row of a file that is a mention; reading goes on at byte `offset`."""

    @property
    def line(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def mention(self) -> Mention: ...


class Rejected(Protocol):
    """One row that is none: why, as a key of phrasebook/trouble.toml and its values."""

    @property
    def line(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def why(self) -> str: ...
    @property
    def values(self) -> Mapping[str, str]: ...
    @property
    def text(self) -> str: ...


Row = Heard | Rejected


def digest_of(path: Path) -> str:
    """Return the sha256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def begin(
    who: User,
    topic_id: int,
    *,
    path: Path,
    name: str,
    mapping: Mapping[str, Any],
    only_matching: bool = False,
    waiting: bool = True,
) -> ImportRecord:
    """Begin to read a file into a topic, or go on with one that was interrupted.

    The same file into the same topic is the same import. `waiting`: the worker does it; else the caller.
    """
    require(who.rank, Do.LISTEN)
    topic = TopicRecord.objects.filter(pk=topic_id).first()
    if topic is None:
        raise NotPossible(_("This topic was removed meanwhile."))
    # Before the transaction: reading a large file takes longer than anybody should wait for the lock.
    digest = digest_of(path)
    with transaction.atomic():
        return _begun(who, topic, digest, path, name, mapping, only_matching=only_matching, waiting=waiting)


def _begun(
    who: User,
    topic: TopicRecord,
    digest: str,
    path: Path,
    name: str,
    mapping: Mapping[str, Any],
    *,
    only_matching: bool,
    waiting: bool,
) -> ImportRecord:
    now = datetime.now(UTC)
    # What the caller reads in is never due, so that no worker reads it too.
    next_at = now if waiting else None
    same = ImportRecord.objects.filter(digest=digest, source__topic=topic).exclude(state=ImportRecord.DONE)
    before = same.first()
    if before is not None:
        ImportRecord.objects.filter(pk=before.pk).update(
            path=str(path), state=ImportRecord.WAITING if waiting else ImportRecord.RUNNING, error={},
            mapping=dict(mapping),
        )  # fmt: skip
        SourceRecord.objects.filter(pk=before.source_id).update(next_at=next_at, state=SourceRecord.LISTENING)
        before.refresh_from_db()
        return before
    source = SourceRecord.objects.create(
        topic=topic, kind="file", name=name[:200], address={"file": name}, only_matching=only_matching,
        state=SourceRecord.LISTENING, next_at=next_at,
    )  # fmt: skip
    state = ImportRecord.WAITING if waiting else ImportRecord.RUNNING
    record = ImportRecord.objects.create(
        source=source, path=str(path), digest=digest, mapping=dict(mapping), state=state,
        total_bytes=path.stat().st_size,
    )  # fmt: skip
    note("import_begun", now, who=who.username, topic=topic, name=name)
    changes.note("import", record.id, now)
    return record


def rejects_path(record: ImportRecord) -> Path:
    """Return where the rejected lines of an import are kept aside."""
    return Path(record.path).with_name(Path(record.path).name + ".rejects.jsonl")


def read_in(
    record: ImportRecord, rows: Iterable[Row], rejects: Path | None, *, most: int = PIECE
) -> Iterator[ImportRecord]:
    """Read rows in, `most` in a transaction, yielding the import's state after each of these pieces.

    The place in the file is stored in the same transaction as the mentions before it, so whatever ends the
    process, nothing is lost and nothing is counted twice. Raises NotPossible when the topic was removed or
    somebody else reads the same file in, OSError when `rejects` cannot be written.
    """
    source = SourceRecord.objects.select_related("topic").filter(pk=record.source_id).first()
    if source is None:
        raise NotPossible(_("This topic was removed meanwhile."))
    ImportRecord.objects.filter(pk=record.pk).update(state=ImportRecord.RUNNING)
    each, begun = iter(rows), False
    while piece := list(islice(each, most)):
        if rejects is not None and not begun:
            _cut(rejects, piece[0].line)
        begun = True
        _take_piece(record, source, piece, rejects)
        yield record
    _finish(record, source)
    yield record


def _take_piece(record: ImportRecord, source: SourceRecord, piece: list[Row], rejects: Path | None) -> None:
    now = datetime.now(UTC)
    mentions: list[Mention] = []
    bad: list[Rejected] = []
    for row in piece:
        if (said := getattr(row, "mention", None)) is not None:
            mentions.append(said)
        else:
            bad.append(cast(Rejected, row))

    def also(taken: Taken) -> None:
        was, record.offset = record.offset, piece[-1].offset
        record.rows += len(piece)
        record.kept += taken.new
        record.repeated += taken.repeated
        record.not_matching += taken.not_matching
        record.rejected += len(bad)
        room = max(0, SHOWN - len(record.rejects))
        record.rejects = record.rejects + [_shown(row) for row in bad[:room]]
        _advance(record, was)
        if bad and rejects is not None:
            with rejects.open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(_shown(row), ensure_ascii=False) + "\n" for row in bad)
        changes.note("import", record.id, now)

    take_in(source, Batch(cursor=str(piece[-1].offset), mentions=tuple(mentions)), now, also=also)


def _advance(record: ImportRecord, was: int) -> None:
    """Store how far reading is, if it is still where it was: of two who read the same file, one goes on."""
    fields = ("offset", "rows", "kept", "repeated", "not_matching", "rejected", "rejects")
    reached = {name: getattr(record, name) for name in fields}
    mine = ImportRecord.objects.filter(pk=record.pk, offset=was, state=ImportRecord.RUNNING)
    if not mine.update(**reached):
        raise NotPossible(_("Somebody else is reading this file in just now."))


def _cut(rejects: Path, line: int) -> None:
    """Take out what was kept aside of `line` and after it: reading goes on there, and finds it again."""
    if not rejects.is_file():
        return
    with rejects.open("rb+") as file:
        end = 0
        for kept in file:
            try:
                if json.loads(kept)["line"] >= line:
                    break
            except (ValueError, KeyError, TypeError):
                break
            end += len(kept)
        file.truncate(end)


def _shown(row: Rejected) -> dict[str, Any]:
    return {"line": row.line, "why": row.why, "values": dict(row.values), "text": row.text}


@transaction.atomic
def _finish(record: ImportRecord, source: SourceRecord) -> None:
    now = datetime.now(UTC)
    record.state, record.finished_at = ImportRecord.DONE, now
    record.save()
    SourceRecord.objects.filter(pk=source.pk).update(
        state=SourceRecord.STOPPED, last_looked_at=now, next_at=None
    )
    note(
        "import_done", now, topic=source.topic, name=source.name, kept=record.kept, repeated=record.repeated,
        rejected=record.rejected,
    )  # fmt: skip
    changes.note("import", record.id, now)
    changes.note("source", source.id, now)


@transaction.atomic
def fail(record: ImportRecord, why: str, values: Mapping[str, str]) -> None:
    """Note that the file cannot be read on, and why (a key of phrasebook/trouble.toml with its values).

    What was kept stays, and the same file can be begun again.
    """
    now = datetime.now(UTC)
    ImportRecord.objects.filter(pk=record.pk).update(
        state=ImportRecord.FAILED, error={"why": why, "values": dict(values)}, finished_at=now
    )
    source = SourceRecord.objects.select_related("topic").get(pk=record.source_id)
    SourceRecord.objects.filter(pk=source.pk).update(state=SourceRecord.STOPPED, next_at=None)
    note("import_failed", now, topic=source.topic, name=source.name)
    changes.note("import", record.id, now)
