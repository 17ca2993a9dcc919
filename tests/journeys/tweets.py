"""Tweets of a bad weekend of six airlines, as a file to read in: the real ones where they are at hand."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

REAL = Path(__file__).resolve().parents[2] / "../shared/data/airline-tweets-2015/tweets.csv"
#: What is in the real file: so many tweets, and so many lines that repeat one of them.
REAL_TWEETS, REAL_REPEATED = 14_485, 155


@dataclass(frozen=True)
class Tweets:
    """A file of tweets, and what is in it: the text of each number, and how many lines repeat one."""

    path: Path
    texts: dict[str, str]
    repeated: int


def at_hand(folder: Path) -> Tweets:
    """Return the real file, or one of the same columns that is made in `folder`."""
    path = REAL if REAL.exists() else _made(folder / "tweets.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    # The first line of a number is the one that is kept.
    texts = {row["id"]: row["text"] for row in reversed(rows)}
    found = Tweets(path, texts, len(rows) - len(texts))
    if path is REAL:
        assert (len(found.texts), found.repeated) == (REAL_TWEETS, REAL_REPEATED)
    return found


def _made(path: Path) -> Path:
    names = ("id", "created_at", "author", "airline", "sentiment", "retweet_count", "text", "author_timezone")
    said = (
        "worst customer service",
        "flight delayed, no customer service",
        "late flight again",
        "great crew",
    )
    begin = datetime(2015, 2, 17, 7, tzinfo=UTC)
    with path.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file)
        write.writerow(names)
        for number in [*range(2000), *range(0, 2000, 50)]:
            at = (begin + timedelta(minutes=5 * number)).isoformat()
            text = f"@airline {said[number % len(said)]} {number} https://example.invalid/link"
            write.writerow([f"t{number}", at, f"u{number % 700}", "Delta", "", number % 5, text, "Sydney"])
    return path
