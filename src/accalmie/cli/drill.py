"""`accalmie drill`: a storm of invented people and texts, as JSONL that `import` and `watch` read back."""

from __future__ import annotations

import json
import os
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from accalmie.cli import wrong
from accalmie.core.drill import compose
from accalmie.core.mention import Mention


def drill(scenario: str, seed: int, out: str, *, ends: datetime | None = None) -> int:
    """Write a storm that ends at `ends` (default: at the last full minute); return the exit code."""
    moment = ends or datetime.now(UTC).replace(second=0, microsecond=0)
    try:
        play = compose(scenario, seed, ends=moment)
    except ValueError as error:
        return wrong.end(f"{error}.")
    with ExitStack() as files:
        try:
            target: TextIO = sys.stdout
            if out != "-":
                target = files.enter_context(Path(out).open("w", encoding="utf-8"))
            for mention in play.mentions:
                target.write(json.dumps(row(mention), ensure_ascii=False) + "\n")
            target.flush()
        except BrokenPipeError:
            # Whoever read us has seen enough; without this, Python complains once more when it ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError as error:
            return wrong.end(f"{out}: {wrong.with_file(error)}")
    return 0


def row(mention: Mention) -> dict[str, object]:
    """Return a mention as a line of JSONL; `drill` tells that it is invented."""
    return {
        "id": mention.native_id,
        "created_at": mention.said_at.isoformat(),
        "author": mention.author.key,
        "author_name": mention.author.name,
        "followers": mention.author.followers,
        "network": mention.network,
        "language": mention.language,
        "text": mention.text,
        "url": mention.url,
        "in_reply_to": mention.in_reply_to,
        "shares": mention.shares,
        "drill": True,
    }
