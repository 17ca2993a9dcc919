"""Search over everything kept, as Topsy let people: words, filters, counts over time, who and what is passed on.

A question is words (all must be there), "a phrase", -excluded, and OR between two alternatives; the filters
are marks of the index (`index`). Accents and case do not matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from accalmie.core.mention import EPOCH, TAIL_BITS, first_number, folded
from accalmie.records import index
from accalmie.records.models import HearingRecord, MentionRecord, TraceRecord


class Unclear(ValueError):
    """The question cannot be understood; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: words as people type them, and filters. Empty filters let everything through."""

    words: str = ""
    topic: int | None = None
    channels: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    tones: tuple[str, ...] = ()
    author: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of answers, newest first; `next` is where the next page begins, None at the end."""

    mentions: list[MentionRecord]
    next: int | None


@dataclass(frozen=True, slots=True)
class Counted:
    """A link or hashtag, in how many mentions and by how many people."""

    value: str
    count: int
    people: int


@dataclass(frozen=True, slots=True)
class Voice:
    """An author: how much they said, whom it reached at most, and how often it was passed on."""

    author_key: str
    author_name: str
    author_url: str
    mentions: int
    reach: int
    shares: int


@dataclass(frozen=True, slots=True)
class Term:
    """One thing a mention must hold (or must not): alternatives, each a word or a phrase."""

    any_of: tuple[str, ...]
    excluded: bool = False


_TOKEN = re.compile(r'(-?)"([^"]*)"|(\S+)')
#: No question needs more; a longer one would only be slow.
MOST_TERMS = 40


def understood(words: str) -> tuple[Term, ...]:
    """Return the terms of a question. Raises Unclear for an open quotation or a lone OR."""
    if words.count('"') % 2:
        raise Unclear(_('A quotation mark is missing: a phrase stands between two, "like this".'))
    terms: list[Term] = []
    alternative = False
    for minus, phrase, word in _TOKEN.findall(words):
        if word == "OR":
            if not terms or alternative or terms[-1].excluded:
                raise Unclear(_("OR stands between two words: parcel OR letter."))
            alternative = True
            continue
        excluded = bool(minus) or (word.startswith("-") and len(word) > 1)
        text = phrase or word.removeprefix("-")
        if not re.search(r"\w", text):
            continue
        if alternative and excluded:
            raise Unclear(_("OR stands between two words, and neither can be excluded."))
        if alternative:
            terms[-1] = Term((*terms[-1].any_of, text))
            alternative = False
        else:
            terms.append(Term((text,), excluded))
    if alternative:
        raise Unclear(_("A word is missing after OR."))
    if words.strip() and not terms:
        # Not the same as no question: that one is answered by everything.
        raise Unclear(_("Signs and emoji alone cannot be searched for: write a word besides."))
    if len(terms) > MOST_TERMS:
        raise Unclear(
            _("The question has %(terms)d terms; %(most)d are possible.")
            % {"terms": len(terms), "most": MOST_TERMS}
        )
    return tuple(terms)


def _marked(asked: Asked) -> list[tuple[str, ...]]:
    """Return the filters as alternatives of marks, all of which must hold."""
    groups: list[tuple[str, ...]] = []
    if asked.topic is not None:
        groups.append((index.topic_mark(asked.topic),))
    if asked.channels:
        groups.append(tuple(index.channel_mark(name) for name in asked.channels))
    if asked.languages:
        groups.append(tuple(index.language_mark(name) for name in asked.languages))
    if asked.tones:
        groups.append(tuple(index.tone_mark(name) for name in asked.tones))
    if asked.author:
        groups.append((index.author_mark(asked.author),))
    return groups


def _bounds(asked: Asked) -> tuple[int, int]:
    low = first_number(asked.since) if asked.since else -(1 << 62)
    high = first_number(asked.until) if asked.until else (1 << 62)
    return low, high


def _sqlite(asked: Asked) -> tuple[str, list[Any]]:
    """Return the condition on the index and its values, for FTS5."""

    def quoted(text: str) -> str:
        return '"' + text.replace('"', " ").replace("\x00", " ") + '"'

    wanted: list[str] = []
    unwanted: list[str] = []
    for term in understood(asked.words):
        either = " OR ".join(f"body:{quoted(text)}" for text in term.any_of)
        (unwanted if term.excluded else wanted).append(f"({either})")
    wanted += [f"({' OR '.join(f'marks:{mark}' for mark in group)})" for group in _marked(asked)]
    low, high = _bounds(asked)
    if not wanted and not unwanted:
        return "rowid >= %s AND rowid < %s", [low, high]
    # Every mention has a tone, so this stands for "all" where only exclusions were given.
    everything = " OR ".join(f"marks:{index.tone_mark(tone)}" for tone in index.TONES.values())
    question = " AND ".join(wanted) or f"({everything})"
    for term_text in unwanted:
        question = f"({question}) NOT {term_text}"
    return f"{index.TABLE} MATCH %s AND rowid >= %s AND rowid < %s", [question, low, high]


def _postgresql(asked: Asked) -> tuple[str, list[Any]]:
    """Return the condition on the index and its values, for tsvector."""
    parts, values = [], []
    for term in understood(asked.words):
        either = " || ".join(["phraseto_tsquery('simple', %s)"] * len(term.any_of))
        parts.append(f"!!({either})" if term.excluded else f"({either})")
        values += [folded(text).replace("\x00", " ") for text in term.any_of]
    for group in _marked(asked):
        parts.append("%s::tsquery")
        values.append(" | ".join(f"'={mark}'" for mark in group))
    low, high = _bounds(asked)
    bounds = "number >= %s AND number < %s"
    if not parts:
        return bounds, [low, high]
    return f"body @@ ({' && '.join(parts)}) AND {bounds}", [*values, low, high]


def _where(asked: Asked) -> tuple[str, str, list[Any]]:
    """Return the name of the number's column, the condition and its values."""
    if connection.vendor == "sqlite":
        # A question by numbers alone does not need the index, and FTS5 without content has no such scan.
        if not asked.words and not _marked(asked):
            low, high = _bounds(asked)
            return "id", "id >= %s AND id < %s", [low, high]
        return "rowid", *_sqlite(asked)
    return "number", *_postgresql(asked)


def _table(column: str) -> str:
    return MentionRecord._meta.db_table if column == "id" else index.TABLE


def _ask(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def page(asked: Asked, *, before: int | None = None, limit: int = 50) -> Found:
    """Return a page of mentions, newest first, from just before number `before`. Raises Unclear."""
    column, condition, values = _where(asked)
    if before is not None:
        condition, values = f"{condition} AND {column} < %s", [*values, before]
    rows = _ask(
        f"SELECT {column} FROM {_table(column)} WHERE {condition} ORDER BY {column} DESC LIMIT %s",
        [*values, limit + 1],
    )
    numbers = [row[0] for row in rows]
    mentions = MentionRecord.objects.in_bulk(numbers[:limit])
    found = [mentions[number] for number in numbers[:limit] if number in mentions]
    return Found(found, numbers[limit - 1] if len(numbers) > limit else None)


def count(asked: Asked) -> int:
    """Return how many mentions answer the question. Raises Unclear."""
    column, condition, values = _where(asked)
    return int(_ask(f"SELECT count(*) FROM {_table(column)} WHERE {condition}", values)[0][0])


def over_time(asked: Asked, *, step: timedelta) -> list[tuple[datetime, int]]:
    """Return how many mentions were said in each `step` (aligned to 1970, UTC) that has any, oldest first."""
    column, condition, values = _where(asked)
    milliseconds = step // timedelta(milliseconds=1)
    rows = _ask(
        f"SELECT ({column} >> {TAIL_BITS}) / {milliseconds} AS slot, count(*) FROM {_table(column)} "
        f"WHERE {condition} GROUP BY slot ORDER BY slot",
        values,
    )
    return [(EPOCH + slot * step, int(number)) for slot, number in rows]


def span(topic: int | None = None) -> tuple[datetime, datetime] | None:
    """Return when the first and the last mention (of a topic, or at all) were said; None without any."""
    if topic is None:
        rows = MentionRecord.objects.all()
        ends = (
            rows.order_by("id").values_list("id", flat=True).first(),
            rows.order_by("-id").values_list("id", flat=True).first(),
        )
    else:
        heard = HearingRecord.objects.filter(topic_id=topic)
        ends = (
            heard.order_by("mention_id").values_list("mention_id", flat=True).first(),
            heard.order_by("-mention_id").values_list("mention_id", flat=True).first(),
        )
    if ends[0] is None or ends[1] is None:
        return None
    tail = timedelta(milliseconds=1)
    return EPOCH + (ends[0] >> TAIL_BITS) * tail, EPOCH + (ends[1] >> TAIL_BITS) * tail


def links(asked: Asked, limit: int = 20) -> list[Counted]:
    """Return the links that were passed on most, by people first."""
    return _traces(asked, TraceRecord.LINK, limit)


def hashtags(asked: Asked, limit: int = 20) -> list[Counted]:
    """Return the hashtags that were used most, by people first."""
    return _traces(asked, TraceRecord.HASHTAG, limit)


def _traces(asked: Asked, kind: str, limit: int) -> list[Counted]:
    column, condition, values = _where(asked)
    traces, mentions = TraceRecord._meta.db_table, MentionRecord._meta.db_table
    rows = _ask(
        f"SELECT t.value, count(*), count(DISTINCT m.author_key) AS people FROM {traces} t "
        f"JOIN {mentions} m ON m.id = t.mention_id WHERE t.kind = %s AND t.mention_id IN "
        f"(SELECT {column} FROM {_table(column)} WHERE {condition}) "
        "GROUP BY t.value ORDER BY people DESC, count(*) DESC, t.value LIMIT %s",
        [kind, *values, limit],
    )
    return [Counted(*row) for row in rows]


def voices(asked: Asked, limit: int = 20, *, by: str = "reach") -> list[Voice]:
    """Return the most heard authors: by "reach" (followers), or by how often they were "repeated"."""
    column, condition, values = _where(asked)
    order = {"reach": "reach DESC, mentions DESC", "repeated": "shares DESC, mentions DESC"}[by]
    rows = _ask(
        "SELECT author_key, max(author_name), max(author_url), count(*) AS mentions, "
        "coalesce(max(reach), 0) AS reach, sum(shares) AS shares "
        f"FROM {MentionRecord._meta.db_table} WHERE id IN "
        f"(SELECT {column} FROM {_table(column)} WHERE {condition}) "
        f"GROUP BY author_key ORDER BY {order}, author_key LIMIT %s",
        [*values, limit],
    )
    return [Voice(*row) for row in rows]


def rows(asked: Asked) -> Iterator[MentionRecord]:
    """Yield every mention that answers the question, newest first, a page at a time (for exports)."""
    before: int | None = None
    while True:
        found = page(asked, before=before, limit=500)
        yield from found.mentions
        if found.next is None:
            return
        before = found.next
