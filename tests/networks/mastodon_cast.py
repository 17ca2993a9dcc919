"""Listeners and statuses for the tests of Mastodon."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from accalmie.core.network import Batch
from accalmie.networks.mastodon import MastodonListener


def hashtag(address: str, tag: str = "north", token: str = "", **options: Any) -> MastodonListener:
    where = {"server": address, "what": "hashtag", "query": tag}
    return MastodonListener(where, token, private_allowed=True, **options)


def mentions(address: str, token: str = "brand-token", **options: Any) -> MastodonListener:
    return MastodonListener({"server": address, "what": "mentions"}, token, private_allowed=True, **options)


def search(address: str, words: str, token: str = "brand-token") -> MastodonListener:
    where = {"server": address, "what": "search", "query": words}
    return MastodonListener(where, token, private_allowed=True)


def everything(listening: MastodonListener, cursor: str) -> tuple[list[Any], str]:
    """Look until nothing more is waiting."""
    heard: list[Any] = []
    while True:
        batch = listening.poll(cursor)
        heard += batch.mentions
        cursor = batch.cursor
        if not batch.more:
            return heard, cursor


def texts(batch: Batch) -> list[str]:
    return [one.text for one in batch.mentions]


def until(batches: Iterator[Batch], wanted: Callable[[Batch], object]) -> Batch:
    """Take batches from a line until one is wanted; it gives an empty one at least every 20 s."""
    for _ in range(200):
        batch = next(batches)
        if wanted(batch):
            return batch
    raise AssertionError("it never came")


def status(own: str = "7", **more: Any) -> dict[str, Any]:
    made = {
        "id": own, "uri": f"https://social.example/users/alice/statuses/{own}", "content": "<p>Awful</p>",
        "created_at": "2026-11-21T12:00:00.000Z", "account": {"acct": "alice@social.example"},
    }  # fmt: skip
    return {**made, **more}


def event(name: str, data: Any) -> bytes:
    return f"event: {name}\ndata: {data if isinstance(data, str) else json.dumps(data)}\n\n".encode()
