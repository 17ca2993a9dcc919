"""Server time of the pages at a million mentions: barometer, search for a word, comparison of three queries.

python -m benchmarks.bench_pages DATA_FOLDER     the medians as JSON; the folder is bench_import's
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.figure import Figure, child

ROUNDS = 15
#: Three frequent words, and the brand, which stands in nearly every mention: the worst case.
WORDS = ("nicht", "paiement", "terminal")
BRAND = "tillorbe"


def figures(folder: Path) -> list[Figure]:
    """Measure in a process of its own."""
    told = json.loads(child("benchmarks.bench_pages", folder, data=folder).stdout.splitlines()[-1])
    goals = {
        "barometer": 150,
        "search for a word": 300,
        "search for the brand itself": 300,
        "comparison of three queries": 500,
    }
    rows, hits = told.pop("mentions"), told.pop("hits")
    found = {
        "search for a word": f"{hits[0]:,} hits",
        "search for the brand itself": f"{hits[3]:,} hits",
        "comparison of three queries": " and ".join(f"{number:,}" for number in hits[:3]) + " hits",
    }
    return [
        Figure(
            f"{name}, at {rows:,} mentions (median)",
            f"{told[name]:.0f} ms",
            f"{goal} ms",
            found.get(name, ""),
            told[name] <= goal,
        )
        for name, goal in goals.items()
    ]


def run() -> dict[str, Any]:
    """Ask for each page again and again, as a signed-in person; return the medians in milliseconds."""
    from accalmie.cli import ground

    ground.settings()
    from django.conf import settings
    from django.test import Client

    from accalmie.actions import people
    from accalmie.records.models import MentionRecord, TopicRecord, User
    from accalmie.records.search import Asked, count
    from benchmarks.bench_import import TOPIC

    settings.ALLOWED_HOSTS = ["*"]
    who, _ = people.first()
    User.objects.update(must_change_password=False)
    client = Client()
    client.force_login(who, backend=settings.AUTHENTICATION_BACKENDS[0])
    topic = TopicRecord.objects.get(name=TOPIC)
    pages = {
        "barometer": f"/topics/{topic.id}/?range=all",
        "search for a word": f"/search/?q={WORDS[0]}&topic={topic.id}",
        "search for the brand itself": f"/search/?q={BRAND}&topic={topic.id}",
        "comparison of three queries": f"/search/?q={WORDS[0]}&q2={WORDS[1]}&q3={WORDS[2]}&topic={topic.id}",
    }
    medians = {name: _median(client, address) for name, address in pages.items()}
    hits = [count(Asked(word, topic=topic.id)) for word in (*WORDS, BRAND)]
    return medians | {"mentions": MentionRecord.objects.count(), "hits": hits}


def _median(client: object, address: str) -> float:
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        answer = client.get(address)  # type: ignore[attr-defined]
        times.append((time.perf_counter() - begun) * 1000)
        if answer.status_code != 200:
            sys.exit(f"{address} answered {answer.status_code}")
    return statistics.median(times)


if __name__ == "__main__":
    print(json.dumps(run()))
