"""Listening to Mastodon: by looking now and then (`poll`), and by an open line (`stream`)."""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx

from accalmie.core.mention import Mention
from accalmie.core.network import Address, Batch, Missed, Trouble, Wrong
from accalmie.networks.eventstream import Event
from accalmie.networks.mastodon.place import Place, Seen, Stretch, rank
from accalmie.networks.mastodon.server import Server
from accalmie.networks.mastodon.source import Entry, Source, entry, notice
from accalmie.networks.mastodon.status import entry_id, local_id, mention, moment, native_id, words

#: Pages of a search's results that are read in one look.
SEARCH_PAGES = 5
#: An open line gives a batch when it waited this long for companions, or when there are so many.
TOGETHER_SECONDS, TOGETHER = 0.2, 200
#: An empty batch as a sign of life.
IDLE_SECONDS = 5.0
#: What could not be fetched while the line is open is tried again after this.
AGAIN_SECONDS = 30.0
SOON_SECONDS = 5.0
#: Statuses whose native ids are remembered, for news of their deletion.
REMEMBERED = 20_000
#: Seconds that one look may spend on asking whether statuses were deleted.
ASKING_SECONDS = 15.0


class MastodonListener:
    """Listens to one source on one server. `address` has server, what (mentions, hashtag, search), query.

    A deletion is told by the server's own id. For statuses heard since this listener was made, and the
    last ones of its cursor, it is given as the native id; for others as "id@host".
    """

    def __init__(
        self,
        address: Address,
        secret: str = "",
        *,
        private_allowed: bool = False,
        client: httpx.Client | None = None,
        silence: timedelta = timedelta(seconds=60),
    ) -> None:
        """Make a listener, asking nobody yet. Raises Trouble(BAD_ADDRESS, WRONG_TOKEN).

        `silence`: a line on which nothing comes for so long is broken. `client` is the way out to the web.
        """
        self._server = Server(
            address.get("server", ""), secret, private_allowed=private_allowed, asking=client
        )
        self._source = Source.of(self._server, address)
        self._silence = silence
        self._natives = _Last()

    def poll(self, cursor: str) -> Batch:
        """Return what is new since `cursor`, one page at a time; at the first look the newest page only.

        Of the newest page it also tells what was edited and deleted since the last look. Raises Trouble.
        """
        place = Place.read(cursor)
        if self._source.what == "search":
            return self._search(place)
        batch, _ = self._look(place if place.open else place.behind())
        return batch

    def stream(self, cursor: str) -> Iterator[Batch]:
        """Yield what was said since `cursor`, and what is said now, as it comes.

        The line is opened first, then what is older is fetched, so that nothing is lost in between. Raises
        Trouble when the line breaks, with REFUSED when there is none; when the server has one and it cannot
        be opened just now, what is new is fetched before the Trouble is raised.
        """
        path, params = self._source.channel()
        try:
            line = self._server.line(path, params, self._silence)
        except Trouble as trouble:
            if trouble.wrong != Wrong.REFUSED:
                yield from self._caught_up(cursor)
            raise
        with closing(line):
            place, again = Place.read(cursor).behind(), 0.0
            heard = _Last({seen.status: seen.edited for seen in place.recent})
            self._natives.update({seen.status: seen.native for seen in place.recent})
            while True:
                if place.open and time.monotonic() >= again:
                    batch, place, wait = self._look_while_open(place, heard)
                    again = time.monotonic() + wait
                    yield batch
                patience = again - time.monotonic() if place.open else IDLE_SECONDS
                events = line.take(min(max(patience, 0.0), IDLE_SECONDS), TOGETHER_SECONDS, TOGETHER)
                if events or patience > 0:
                    complete = not place.open
                    batch, place = self._live(events, place, heard)
                    if place.open and complete:
                        # An event could not be read: what it was about may be in the list in a moment.
                        again = time.monotonic() + SOON_SECONDS
                    yield batch

    def _look_while_open(self, place: Place, heard: dict[str, str]) -> tuple[Batch, Place, float]:
        """Fetch a page while the line stays open; give the seconds until the next may be fetched."""
        try:
            batch, after = self._look(place, heard)
        except Trouble as trouble:
            if trouble.final:
                raise
            wait = trouble.wait.total_seconds() if trouble.wait else AGAIN_SECONDS
            return Batch(place.text()), place, wait
        heard.update({seen.status: seen.edited for seen in after.recent})
        return batch, after, 0.0

    def _caught_up(self, cursor: str) -> Iterator[Batch]:
        more = True
        while more:
            batch = self.poll(cursor)
            cursor, more = batch.cursor, batch.more
            yield batch

    # What is fetched

    def _look(self, place: Place, heard: Mapping[str, str] | None = None) -> tuple[Batch, Place]:
        """Fetch a page of the first open stretch. `heard`: statuses known beyond those of the place."""
        stretch = place.open[0]
        entries, below = self._source.page(stretch.below)
        known = {seen.status: seen.edited for seen in place.recent} | dict(heard or {})
        fresh = [e for e in entries if e.status and place.fresh(self._seen(e), known)]
        gone, deleted = self._gone(place, entries) if not stretch.below else ((), ())
        next_below, missed = _next_below(stretch, entries, below)
        after = self._grown(place.without(gone), entries).narrowed(next_below)
        batch = self._batch(reversed(fresh), after, deleted)
        return replace(batch, missed=missed, more=bool(after.open)), after

    def _search(self, place: Place) -> Batch:
        """Fetch what a search finds, page by page, until what is known comes.

        A search has no order to rely on and no way to go on from an id; its newest id is kept all the same.
        """
        place = place.behind()
        known = {seen.status: seen.edited for seen in place.recent}
        found: dict[str, Entry] = {}
        ended = False
        for _ in range(SEARCH_PAGES):
            page = self._source.found(len(found))
            new = {e.id: e for e in page if e.id not in found}
            found |= new
            reached = not place.newest or any(e.id and rank(e.id) <= rank(place.newest) for e in page)
            ended = not page or reached
            if ended or not new:
                break
        entries = list(found.values())
        fresh = [e for e in entries if e.status and place.fresh(self._seen(e), known)]
        gone, deleted = self._gone(place, entries)
        missed = () if ended else _missed(place.newest_at, entries)
        after = self._grown(place.without(gone), entries).narrowed("")
        fresh.sort(key=lambda e: rank(e.id))
        return replace(self._batch(fresh, after, deleted), missed=missed)

    def _gone(self, place: Place, entries: list[Entry]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return statuses that ought to be among the newest `entries` and are not, and which are deleted.

        The first are forgotten, so that they are asked for once only; the second are native ids.
        """
        there = {entry_id(e.status["id"]) for e in entries if e.status}
        last = rank(entries[-1].id) if entries else rank("")
        gone: list[str] = []
        deleted: list[str] = []
        until = time.monotonic() + ASKING_SECONDS
        for seen in place.recent:
            if seen.status in there or rank(seen.entry) <= last or time.monotonic() > until:
                continue
            try:
                if not self._source.exists(seen.status):
                    deleted.append(seen.native)
                gone.append(seen.status)
            except Trouble:
                break  # It does not tell; the next look asks again.
        return tuple(gone), tuple(deleted)

    # What comes by the line

    def _live(self, events: list[Event], place: Place, heard: dict[str, str]) -> tuple[Batch, Place]:
        """Turn events into a batch. One that cannot be read is fetched again the other way."""
        fresh: list[Entry] = []
        deleted: list[str] = []
        for event in events:
            name = event.name.replace("_", ".")
            if name == "delete":
                status = event.data.strip().strip('"')
                deleted.append(self._natives.get(status) or local_id(status, self._server.host))
                place = place.without([status])
                continue
            if name not in {"update", "status.update", "notification"}:
                continue
            try:
                payload = json.loads(event.data)
            except (ValueError, RecursionError):
                place = place.behind()
                continue
            told = self._told(name, payload)
            if told is None or told.status is None:
                continue
            seen = self._seen(told)
            if heard.get(seen.status) != seen.edited:
                heard[seen.status] = seen.edited
                fresh.append(told)
        place = self._grown(place, [told for told in fresh if told.id])
        return self._batch(fresh, place, tuple(deleted)), place

    def _told(self, name: str, payload: Any) -> Entry | None:
        """Return the entry that an event is about, None when that is not what we listen to."""
        if self._source.what == "hashtag":
            return entry(payload, payload) if name != "notification" else None
        if name == "notification":
            return notice(payload)
        if name == "status.update" and self._concerns_us(payload):
            # It has no id in the list of notifications.
            return replace(entry(payload, payload), id="")
        return None

    def _concerns_us(self, status: Any) -> bool:
        """Tell whether an edited status, one of all that the account sees, mentions the account."""
        if not isinstance(status, Mapping):
            return False
        if entry_id(status.get("id")) in self._natives:
            return True
        mentioned = status.get("mentions")
        ids = {entry_id(one.get("id")) for one in mentioned or () if isinstance(one, Mapping)}
        return bool(ids) and self._server.own_id() in ids

    # Both

    def _seen(self, told: Entry) -> Seen:
        assert told.status is not None
        native = native_id(told.status, self._server.host)
        return Seen(told.id, entry_id(told.status["id"]), native, words(told.status.get("edited_at")))

    def _grown(self, place: Place, entries: Iterable[Entry]) -> Place:
        kept = [e for e in entries if e.status]
        newest = max(kept, key=lambda e: rank(e.id), default=None)
        at = moment(newest.status.get("created_at")).isoformat() if newest and newest.status else ""
        return place.grown([self._seen(e) for e in kept], at)

    def _batch(self, entries: Iterable[Entry], place: Place, deleted: tuple[str, ...]) -> Batch:
        mentions = tuple(self._mention(e.status) for e in entries if e.status)
        return Batch(place.text(), mentions, deleted)

    def _mention(self, status: Mapping[str, Any]) -> Mention:
        made = mention(status, self._server.host)
        self._natives[entry_id(status["id"])] = made.native_id
        answered = self._natives.get(entry_id(status.get("in_reply_to_id")))
        return replace(made, in_reply_to=answered) if answered else made


class _Last(OrderedDict[str, str]):
    """The last REMEMBERED pairs."""

    def __setitem__(self, key: str, value: str) -> None:
        super().__setitem__(key, value)
        if len(self) > REMEMBERED:
            self.popitem(last=False)


def _next_below(stretch: Stretch, entries: list[Entry], below: str | None) -> tuple[str, tuple[Missed, ...]]:
    """Return where the stretch goes on ("": it is fetched), and what can no longer be fetched.

    `below` is the next `max_id` as the server gave it, "" when it says that there is none.
    """
    if not stretch.above or below == "" or (not entries and not below):
        return "", ()
    if entries and rank(entries[-1].id) <= rank(stretch.above):
        return "", ()
    onwards = below or entries[-1].id
    if stretch.below and rank(onwards) >= rank(stretch.below):
        # The server gives its newest page only, whatever it is asked for.
        return "", _missed(stretch.since, entries)
    return onwards, ()


def _missed(since: str, entries: list[Entry]) -> tuple[Missed, ...]:
    """Return the stretch between what was known, said at `since`, and the oldest of `entries`."""
    said = [moment(e.status.get("created_at")) for e in entries if e.status]
    if not since or not said or min(said) <= moment(since):
        return ()
    return (Missed(moment(since), min(said), "no older pages"),)
