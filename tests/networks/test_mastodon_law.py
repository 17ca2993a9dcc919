"""The law of listening: everything said is heard exactly once, whatever happens between two looks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from accalmie.core.network import Trouble
from accalmie.networks.mastodon import MastodonListener

PAGE = 20


class _Body(httpx.SyncByteStream):
    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self._content = json.dumps(rows).encode()

    def __iter__(self) -> Iterator[bytes]:
        yield self._content


class Timeline:
    """A hashtag's list, newest first, in pages of twenty; sometimes it does not answer."""

    def __init__(self, link: bool) -> None:
        self.link = link
        self.ids: list[int] = []
        self.faults = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.faults:
            self.faults -= 1
            return httpx.Response(503, stream=_Body([]))
        below = int(request.url.params.get("max_id", 10**9))
        older = [own for own in sorted(self.ids, reverse=True) if own < below]
        page = older[:PAGE]
        headers = {"Content-Type": "application/json"}
        if self.link and len(older) > PAGE:
            headers["Link"] = f'<https://a.example/?max_id={page[-1]}>; rel="next"'
        elif self.link:
            headers["Link"] = '<https://a.example/?min_id=9>; rel="prev"'
        rows = [{"id": str(own), "content": "x", "created_at": "2026-11-21T12:00:00Z"} for own in page]
        return httpx.Response(200, headers=headers, stream=_Body(rows))


said = st.tuples(st.just("say"), st.integers(1, 65))
late = st.tuples(st.just("late"), st.just(1))
looked = st.tuples(st.just("look"), st.integers(1, 3))
crashed = st.tuples(st.just("crash"), st.just(0))
broken = st.tuples(st.just("fault"), st.integers(1, 2))


@settings(deadline=None, max_examples=200)
@given(st.lists(said | late | looked | crashed | broken, max_size=25), st.booleans())
def test_everything_is_heard_exactly_once(happens, link):
    timeline = Timeline(link)
    way_out = httpx.Client(transport=httpx.MockTransport(timeline))
    where = {"server": "a.example", "what": "hashtag", "query": "x"}
    listening = MastodonListener(where, client=way_out)
    newest = 1000
    timeline.ids = list(range(newest - 300, newest + 1, 10))
    first = listening.poll("")
    before = len(timeline.ids) - len(first.mentions)
    cursor, heard = first.cursor, [one.native_id for one in first.mentions]

    def look() -> bool:
        nonlocal cursor
        try:
            batch = listening.poll(cursor)
        except Trouble:
            return True
        assert not batch.deleted
        assert not batch.missed
        heard.extend(one.native_id for one in batch.mentions)
        cursor = batch.cursor
        return batch.more

    for what, count in happens:
        match what:
            case "say":
                for _ in range(count):
                    newest += 10
                    timeline.ids.append(newest)
            case "late" if not behind(cursor):
                # From afar, with an id just below the newest one.
                timeline.ids += {newest - 1} - set(timeline.ids)
            case "look":
                for _ in range(count):
                    look()
            case "crash":
                listening = MastodonListener(where, client=way_out)
            case "fault":
                timeline.faults = count
    # Once to the end of what was begun, and once for what came meanwhile.
    for _ in range(2):
        while look():
            pass
    assert sorted(heard) == sorted(f"{own}@a.example" for own in sorted(timeline.ids)[before:])


def behind(cursor: str) -> bool:
    """Tell whether older pages are still to be fetched: what comes late then may lie above the page."""
    return bool(json.loads(cursor)["open"])
