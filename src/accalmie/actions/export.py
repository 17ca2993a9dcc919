"""Taking what was heard to other programs: CSV and JSONL, line by line, never whole in memory."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from accalmie.core.mention import time_of
from accalmie.core.people import Do, require
from accalmie.records.index import TONES
from accalmie.records.models import MentionRecord, User
from accalmie.records.search import Asked, rows

COLUMNS = (
    "id", "said_at", "heard_at", "network", "author", "author_name", "followers", "text", "url", "language",
    "tone", "insult", "stance", "shares", "in_reply_to", "forwards", "deleted_at",
)  # fmt: skip
#: A spreadsheet takes a cell that begins so for a formula and would run it (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def _values(row: MentionRecord) -> dict[str, Any]:
    return {
        "id": row.key,
        "said_at": time_of(row.id).isoformat(timespec="milliseconds"),
        "heard_at": row.heard_at.isoformat(timespec="milliseconds"),
        "network": row.network,
        "author": row.author_key,
        "author_name": row.author_name,
        "followers": row.reach,
        "text": row.text,
        "url": row.url,
        "language": row.language,
        "tone": TONES[row.tone],
        "insult": round(row.insult, 3),
        "stance": row.stance,
        "shares": row.shares,
        "in_reply_to": row.in_reply_to,
        "forwards": row.forwards,
        "deleted_at": row.deleted_at.isoformat(timespec="seconds") if row.deleted_at else None,
    }


def _harmless(value: Any) -> Any:
    """Return a cell that no spreadsheet runs: an apostrophe stands before what looks like a formula."""
    if isinstance(value, str) and value.startswith(FORMULA):
        return "'" + value
    return value


def csv_lines(who: User, asked: Asked) -> Iterator[str]:
    """Return the lines of a CSV file (UTF-8, header first), safe to open in a spreadsheet. Raises NoRight."""
    require(who.rank, Do.EXPORT)
    return _csv(asked)


def _csv(asked: Asked) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for row in rows(asked):
        writer.writerow([_harmless(value) for value in _values(row).values()])
        yield _emptied(buffer)
    yield _emptied(buffer)


def _emptied(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text


def jsonl_lines(who: User, asked: Asked) -> Iterator[str]:
    """Return the lines of a JSONL file, one mention each. Raises NoRight."""
    require(who.rank, Do.EXPORT)
    return (json.dumps(_values(row), ensure_ascii=False) + "\n" for row in rows(asked))
