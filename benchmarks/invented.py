"""A million invented mentions as JSONL: seeded, of drill texts, with a day's rhythm. Written once a run."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from accalmie.core import drill

BEGINS = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = 60
PEOPLE = 80_000


def write(path: Path, rows: int, seed: int = 7) -> None:
    """Write `rows` mentions, in order of time, spread over sixty days."""
    chance = random.Random(seed)
    texts = [mention for mention in drill.compose("outage", seed, ends=BEGINS).mentions if mention.text]
    step = timedelta(days=DAYS) / rows
    with path.open("w", encoding="utf-8") as file:
        for number in range(rows):
            like = chance.choice(texts)
            person = chance.randrange(PEOPLE)
            row = {
                "id": f"m{number}",
                "created_at": (BEGINS + step * number).isoformat(timespec="milliseconds"),
                "author": f"person{person}@social.example",
                "author_name": f"Person {person}",
                "followers": person % 5000,
                "network": like.network,
                "text": f"{like.text} {chance.choice(WORDS)} {chance.choice(WORDS)}",
                "url": f"https://social.example/m/{number}",
            }
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


#: Words beside the drill's own, so that the index is as varied as life.
WORDS = [
    f"{a}{b}{c}"
    for a in "bdfglmnprst"
    for b in ("a", "e", "i", "o", "u", "an", "el")
    for c in ("mo", "ra", "ti", "lus", "ven", "k", "sse")
]
