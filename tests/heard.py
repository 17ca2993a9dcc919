"""Mentions for tests: said one a minute from noon on, by different people."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from accalmie.actions.mention import Taken, take_in
from accalmie.core.mention import Author, Mention
from accalmie.core.network import Batch
from accalmie.records.models import SourceRecord, TopicRecord

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=1)


def topic(name: str, **fields: object) -> TopicRecord:
    """A topic that listens for its own name."""
    return TopicRecord.objects.create(**({"name": name, "words": [name]} | fields))


def source(of: TopicRecord, **fields: object) -> SourceRecord:
    """A source of the topic, made once."""
    defaults = {"kind": "mastodon", "name": "social.example", "only_matching": False}
    found, _ = SourceRecord.objects.get_or_create(topic=of, **(defaults | fields))
    return found


def mention(text: str, number: int = 0, **fields: object) -> Mention:
    """One mention, said `number` minutes after noon by person `number`."""
    followers = fields.pop("followers", None)
    said: dict[str, object] = {
        "network": "mastodon",
        "native_id": f"https://social.example/statuses/{number}",
        "text": text,
        "said_at": NOON + timedelta(minutes=number),
        "author": Author(key=f"person{number}@social.example", name=f"Person {number}", followers=followers),
        "links": tuple(re.findall(r"https?://\S+", text)),
        "hashtags": tuple(re.findall(r"#(\w+)", text)),
        "raw": json.dumps({"content": text, "id": number}),
    }
    return Mention(**(said | fields))


def heard(
    by: TopicRecord,
    *texts: str,
    followers: Sequence[int] = (),
    shares: Sequence[int] = (),
    now: datetime = LATER,
) -> Taken:
    """Let the topic hear these texts."""
    mentions = [
        mention(
            text, number,
            followers=followers[number] if followers else None,
            shares=shares[number] if shares else 0,
        )
        for number, text in enumerate(texts)
    ]  # fmt: skip
    return take_in(source(by), Batch("1", tuple(mentions)), now)
