"""The full-text index over every mention, on either database, and the marks that filters are made of.

Each mention is indexed under its number, with its words (accents and case aside) and its marks: tokens for
topic, channel, language, tone and author. So a filter is one more word in the question, and since numbers
sort by time, newest first and counts over time come from the index alone, without a look at the rows.
SQLite: an FTS5 table without content. PostgreSQL: one tsvector a mention under a GIN index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from accalmie.core.mention import folded, voice
from accalmie.records.models import MentionRecord

TABLE = "records_index"
SQLITE_CREATE = (
    f"CREATE VIRTUAL TABLE {TABLE} USING fts5(body, marks, content='', "
    "tokenize='unicode61 remove_diacritics 2')"
)
POSTGRESQL_CREATE = (
    f"CREATE TABLE {TABLE} (number bigint PRIMARY KEY, body tsvector NOT NULL)",
    f"CREATE INDEX {TABLE}_body ON {TABLE} USING gin (body)",
)
TONES = {-1: "negative", 0: "neutral", 1: "positive", None: "unknown"}


@dataclass(frozen=True, slots=True)
class Indexed:
    """What the index holds of one mention."""

    number: int
    text: str
    marks: tuple[str, ...]


def topic_mark(topic_id: int) -> str:
    """Return the mark of all mentions that the topic has heard."""
    return f"t{topic_id}"


def channel_mark(network: str) -> str:
    """Return the mark of a channel."""
    return "n" + "".join(c for c in network.casefold() if c.isalnum())


def language_mark(language: str) -> str:
    """Return the mark of a language (ISO 639-1)."""
    return f"l{language}"


def tone_mark(tone: str) -> str:
    """Return the mark of a tone: negative, neutral, positive or unknown."""
    return f"o{tone}"


def author_mark(author_key: str) -> str:
    """Return the mark of an author."""
    return f"a{voice(author_key.casefold())}"


def marks(mention: MentionRecord, topics: Sequence[int]) -> tuple[str, ...]:
    """Return all marks of a mention that `topics` have heard."""
    return (
        *(topic_mark(topic) for topic in topics),
        channel_mark(mention.network),
        language_mark(mention.language),
        tone_mark(TONES[mention.tone]),
        author_mark(mention.author_key),
    )


def add(rows: Sequence[Indexed]) -> None:
    """Put mentions into the index that are not in it."""
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(
                f"INSERT INTO {TABLE}(rowid, body, marks) VALUES (%s, %s, %s)",
                [(row.number, row.text, " ".join(row.marks)) for row in rows],
            )
        else:
            cursor.executemany(
                f"INSERT INTO {TABLE}(number, body) "
                "VALUES (%s, to_tsvector('simple', %s) || array_to_tsvector(%s))",
                [(row.number, folded(row.text), ["=" + mark for mark in row.marks]) for row in rows],
            )


def remove(rows: Sequence[Indexed]) -> None:
    """Take mentions out of the index. They must be given exactly as they were put in."""
    if not rows:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(
                f"INSERT INTO {TABLE}({TABLE}, rowid, body, marks) VALUES ('delete', %s, %s, %s)",
                [(row.number, row.text, " ".join(row.marks)) for row in rows],
            )
        else:
            cursor.executemany(f"DELETE FROM {TABLE} WHERE number = %s", [(row.number,) for row in rows])
