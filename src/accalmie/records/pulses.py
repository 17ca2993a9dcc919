"""Pulses in the database: counts of a topic's minutes, added to and read back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.db import connection

from accalmie.core.fever.count import merge, pack_voices, unpack_voices
from accalmie.core.fever.pulse import Pulse
from accalmie.records.models import PulseRecord

COLUMNS = (
    "topic_id", "minute", "mentions", "judged", "negative", "positive", "insults", "affected", "loud",
    "understanding", "teasing", "reach", "channels", "voices", "echoes", "hashtags",
)  # fmt: skip
CHUNK = 900


def add(topic_id: int, counted: Mapping[int, Pulse]) -> None:
    """Add counts to the topic's minutes. The caller is the only writer (`writer.alone`)."""
    minutes = list(counted)
    stored: dict[int, Pulse] = {}
    for start in range(0, len(minutes), CHUNK):
        rows = PulseRecord.objects.filter(topic_id=topic_id, minute__in=minutes[start : start + CHUNK])
        stored.update((row.minute, pulse(row)) for row in rows)
    _update(topic_id, [merge(stored[minute], counted[minute]) for minute in stored])
    _insert(topic_id, [counted[minute] for minute in minutes if minute not in stored])


def _values(one: Pulse) -> tuple[Any, ...]:
    return (
        one.mentions, one.judged, one.negative, one.positive, one.insults, one.affected, one.loud,
        one.understanding, one.teasing, one.reach, json.dumps(dict(one.channels)), pack_voices(one.voices),
        pack_voices(one.echoes), json.dumps(dict(one.hashtags)),
    )  # fmt: skip


def _insert(topic_id: int, pulses: list[Pulse]) -> None:
    marks = ", ".join(["%s"] * len(COLUMNS))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {PulseRecord._meta.db_table}({', '.join(COLUMNS)}) VALUES ({marks})",
            [(topic_id, one.minute, *_values(one)) for one in pulses],
        )


def _update(topic_id: int, pulses: list[Pulse]) -> None:
    names = ", ".join(f"{name} = %s" for name in COLUMNS[2:])
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {PulseRecord._meta.db_table} SET {names} WHERE topic_id = %s AND minute = %s",
            [(*_values(one), topic_id, one.minute) for one in pulses],
        )


def pulse(row: PulseRecord) -> Pulse:
    """Return a stored pulse as the core knows it."""
    return Pulse(
        minute=row.minute,
        mentions=row.mentions,
        judged=row.judged,
        negative=row.negative,
        positive=row.positive,
        insults=row.insults,
        affected=row.affected,
        loud=row.loud,
        understanding=row.understanding,
        teasing=row.teasing,
        reach=row.reach,
        channels=row.channels,
        voices=unpack_voices(bytes(row.voices)),
        echoes=unpack_voices(bytes(row.echoes)),
        hashtags=row.hashtags,
    )


def some(topic_id: int, since: int, until: int, most: int) -> list[Pulse]:
    """Return at most `most` pulses from minute `since` up to minute `until` (exclusive), oldest first."""
    rows = PulseRecord.objects.filter(topic_id=topic_id, minute__gte=since, minute__lt=until)
    return [pulse(row) for row in rows.order_by("minute")[:most]]


def first_minute(topic_id: int) -> int | None:
    """Return the minute of the topic's first pulse."""
    rows = PulseRecord.objects.filter(topic_id=topic_id).order_by("minute")
    return rows.values_list("minute", flat=True).first()
