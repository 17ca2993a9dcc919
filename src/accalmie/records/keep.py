"""Keeping mentions: many at once, each once. The fast road past the ORM, the same on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from accalmie.core.mention import TAIL_BITS, Mention
from accalmie.core.reading import Reading, Stance, Tone
from accalmie.records.models import HearingRecord, MentionRecord, MentionVersion, TraceRecord

TONE = {Tone.NEGATIVE: -1, Tone.NEUTRAL: 0, Tone.POSITIVE: 1, Tone.UNKNOWN: None}
#: SQLite allows 999 values in one question on older builds.
CHUNK = 900
COLUMNS = (
    "id", "key", "network", "text", "url", "author_key", "author_name", "author_url", "reach", "shares",
    "in_reply_to", "forwards", "heard_at", "language", "tone", "tone_sure", "insult", "stance", "teasing",
    "because", "model",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kept:
    """What is already kept of a mention, as much as is needed to see whether it was edited."""

    id: int
    text: str
    deleted: bool


@dataclass(frozen=True, slots=True)
class Fresh:
    """A mention about to be kept: its number, its key, when it counts as said, and what we read in it."""

    number: int
    key: str
    said_at: datetime
    mention: Mention
    reading: Reading


def moment(at: datetime) -> Any:
    """Return a moment as this database stores it."""
    return connection.ops.adapt_datetimefield_value(at)


def known(keys: Sequence[str]) -> dict[str, Kept]:
    """Return which of the keys are kept already."""
    found: dict[str, Kept] = {}
    for start in range(0, len(keys), CHUNK):
        rows = MentionRecord.objects.filter(key__in=keys[start : start + CHUNK])
        for key, id, text, deleted_at in rows.values_list("key", "id", "text", "deleted_at"):
            found[key] = Kept(id, text, deleted_at is not None)
    return found


def free(numbers: Mapping[str, int]) -> dict[str, int]:
    """Return a number for each key that no mention has: the wished one, or the next in its millisecond."""
    taken: set[int] = set()
    wished = list(numbers.values())
    for start in range(0, len(wished), CHUNK):
        ids = MentionRecord.objects.filter(id__in=wished[start : start + CHUNK])
        taken.update(ids.values_list("id", flat=True))
    given: dict[str, int] = {}
    for key, number in numbers.items():
        bumped = number
        while bumped in taken:
            bumped = _next(bumped)
            if bumped not in taken and MentionRecord.objects.filter(id=bumped).exists():
                taken.add(bumped)
        taken.add(bumped)
        given[key] = bumped
    return given


def _next(number: int) -> int:
    """Return the next number of the same millisecond, from its last one back to its first."""
    mask = (1 << TAIL_BITS) - 1
    return (number & ~mask) | ((number + 1) & mask)


def heard(topic_id: int, ids: Sequence[int]) -> set[int]:
    """Return which of the mentions the topic has heard already."""
    found: set[int] = set()
    for start in range(0, len(ids), CHUNK):
        rows = HearingRecord.objects.filter(topic_id=topic_id, mention_id__in=ids[start : start + CHUNK])
        found.update(rows.values_list("mention_id", flat=True))
    return found


def insert(fresh: Sequence[Fresh], heard_at: datetime) -> None:
    """Keep mentions that are new: the row, the version as heard with its raw payload, and its traces."""
    if not fresh:
        return
    at = moment(heard_at)
    marks = ", ".join(["%s"] * len(COLUMNS))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {MentionRecord._meta.db_table}({', '.join(COLUMNS)}) VALUES ({marks})",
            [_row(one, at) for one in fresh],
        )
        cursor.executemany(
            f"INSERT INTO {MentionVersion._meta.db_table}(mention_id, what, seen_at, text, raw) "
            "VALUES (%s, 'heard', %s, '', %s)",
            [(one.number, at, one.mention.raw) for one in fresh],
        )
        cursor.executemany(
            f"INSERT INTO {TraceRecord._meta.db_table}(mention_id, kind, value) VALUES (%s, %s, %s)",
            list(_traces(fresh)),
        )


def _row(one: Fresh, at: Any) -> tuple[Any, ...]:
    said, read = one.mention, one.reading
    author = said.author
    return (
        one.number, one.key, said.network[:24], said.text, said.url, author.key[:300], author.name[:300],
        author.url, author.followers, said.shares, said.in_reply_to[:500], said.forwards[:500], at,
        read.language[:8], TONE[read.tone], read.tone_scores.get(read.tone.value, 0.0), read.insult,
        read.stance.value, read.teasing, json.dumps(read.because, ensure_ascii=False) if read.because else "[]",
        read.model[:40],
    )  # fmt: skip


def _traces(fresh: Iterable[Fresh]) -> Iterable[tuple[int, str, str]]:
    for one in fresh:
        for address in dict.fromkeys(one.mention.links):
            yield one.number, TraceRecord.LINK, address[:500]
        for tag in dict.fromkeys(tag.casefold() for tag in one.mention.hashtags):
            yield one.number, TraceRecord.HASHTAG, tag[:500]


def hear(topic_id: int, source_id: int | None, ids: Sequence[int], heard_at: datetime) -> None:
    """Note that the topic heard these mentions now, through this source."""
    if not ids:
        return
    at = moment(heard_at)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {HearingRecord._meta.db_table}(topic_id, mention_id, source_id, heard_at) "
            "VALUES (%s, %s, %s, %s)",
            [(topic_id, id, source_id, at) for id in ids],
        )


def reading_of(row: MentionRecord) -> Reading:
    """Return the stored reading of a mention, as far as the pulses need it."""
    tone = next(tone for tone, value in TONE.items() if value == row.tone)
    return Reading(
        language=row.language,
        tone=tone,
        tone_scores={tone.value: row.tone_sure},
        insult=row.insult,
        stance=Stance(row.stance),
        teasing=row.teasing,
        because=tuple(row.because),
        model=row.model,
    )


def read_again(row: MentionRecord, text: str, reading: Reading) -> None:
    """Put other words and their reading into `row`, without saving it."""
    row.text, row.language, row.tone = text, reading.language[:8], TONE[reading.tone]
    row.tone_sure = reading.tone_scores.get(reading.tone.value, 0.0)
    row.insult, row.stance, row.teasing = reading.insult, reading.stance.value, reading.teasing
    row.because, row.model = list(reading.because), reading.model[:40]


def forget(ids: Sequence[int]) -> None:
    """Delete mentions with their versions and traces, in straight SQL: the ORM would load every row."""
    tables = (MentionVersion, "mention_id"), (TraceRecord, "mention_id"), (MentionRecord, "id")
    with connection.cursor() as cursor:
        for table, column in tables:
            cursor.executemany(
                f"DELETE FROM {table._meta.db_table} WHERE {column} = %s", [(id,) for id in ids]
            )
