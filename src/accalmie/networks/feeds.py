"""RSS, Atom and JSON feeds: asked politely, read as mentions, with the gaps that their short memory leaves.

A feed shows only its newest entries. What it showed at the last look is in the cursor, so that only what is
new or was changed is handed on, and so that a window without any known entry is seen as a gap.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta

import httpx

from accalmie.core.mention import Author, Mention, said
from accalmie.core.network import Batch, Missed, Trouble, Wrong
from accalmie.networks import feed_entries, markup, traces, web
from accalmie.networks.feed_entries import Entry, Feed
from accalmie.networks.markup import Plain

_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
#: However long a feed wants to be left alone, a storm must not go unheard for longer.
LONGEST_PAUSE = timedelta(hours=1)
SHORTEST_PAUSE = timedelta(minutes=1)
#: Articles can be books; a mention's text is what stands at its beginning. The whole is in `raw`.
LONGEST_TEXT = 20_000
LONGEST_ID = 400


@dataclass(frozen=True, slots=True)
class _Cursor:
    """What to remember from one look to the next."""

    #: The address to which the two validators belong.
    url: str = ""
    etag: str = ""
    modified: str = ""
    #: Of each entry in the last window: its short name > a digest of its words.
    seen: Mapping[str, str] = field(default_factory=dict)
    #: The newest of them, ISO, UTC.
    newest: str = ""
    pause_seconds: float | None = None

    @classmethod
    def opened(cls, cursor: str) -> _Cursor:
        """Return the cursor in this text; one that cannot be read is the start again, which loses nothing."""
        try:
            return cls(**json.loads(cursor)) if cursor else cls()
        except (ValueError, TypeError):
            return cls()

    def closed(self) -> str:
        """Return the cursor as text."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))


class FeedListener:
    """Listens to the feed at `address["url"]`. Feeds have no secret."""

    def __init__(
        self,
        address: Mapping[str, str],
        secret: str = "",
        *,
        private_allowed: bool = False,
        client: httpx.Client | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._url = str(web.parsed(address["url"]))
        self._web = client or web.client(private_allowed)
        self._clock = clock

    def poll(self, cursor: str) -> Batch:
        """Return the entries that are new or changed since `cursor`. Raises Trouble."""
        before = _Cursor.opened(cursor)
        answer = web.fetch(self._web, self._url, self._headers(before))
        if answer.status == 304:
            return Batch(cursor, wait=_wait(before.pause_seconds), moved_to=answer.moved_to)
        try:
            if not 200 <= answer.status < 300:
                raise web.refused(answer.status, answer.headers, self._url, now=self._clock())
            feed = _read(answer)
        except Trouble as trouble:
            raise self._judged(trouble, before) from trouble
        return self._batch(before, feed, answer)

    def _judged(self, trouble: Trouble, before: _Cursor) -> Trouble:
        """Return the trouble at this feed's address; a feed that was there is not given up at once.

        A page of maintenance, a 404 during a move or a 403 of a nervous guard would stop the source until a
        person comes, perhaps in the middle of a storm. Only "gone" is believed the first time.
        """
        wrong = trouble.wrong
        if trouble.final and wrong != Wrong.GONE and before.url == self._url and before.seen:
            wrong = Wrong.BROKEN_ANSWER if wrong == Wrong.NOT_A_FEED else Wrong.SERVER_FAULT
        return Trouble(wrong, web.shown(self._url), trouble.detail, trouble.wait)

    def _headers(self, before: _Cursor) -> dict[str, str]:
        headers = {"Accept": _ACCEPT}
        # ETags go back exactly as they came, weak or strong: they are opaque.
        if before.url == self._url and before.etag:
            headers["If-None-Match"] = before.etag
        if before.url == self._url and before.modified:
            headers["If-Modified-Since"] = before.modified
        return headers

    def _batch(self, before: _Cursor, feed: Feed, answer: web.Fetched) -> Batch:
        now = self._clock()
        # A feed names its host once and for all: the address that the person entered.
        heard = [m for entry in feed.entries if (m := _mention(entry, feed, self._url, now)).text]
        seen = {_short(m.native_id): _short(m.text, m.url) for m in heard}
        news = [m for m in heard if before.seen.get(_short(m.native_id)) != _short(m.text, m.url)]
        newest = max((said(m, now) for m in heard), default=None)
        after = _Cursor(
            url=self._url,
            # The rest of a feed that broke off must come again.
            etag="" if feed.cut_off else answer.headers.get("ETag", ""),
            modified="" if feed.cut_off else answer.headers.get("Last-Modified", ""),
            seen=seen or before.seen,
            newest=newest.isoformat() if newest else before.newest,
            pause_seconds=feed.pause.total_seconds() if feed.pause else None,
        )
        return Batch(
            after.closed(),
            mentions=tuple(sorted({m.native_id: m for m in news}.values(), key=lambda m: m.said_at)),
            missed=_missed(before, heard, now),
            wait=_wait(after.pause_seconds),
            moved_to=answer.moved_to,
        )


def _read(answer: web.Fetched) -> Feed:
    try:
        return feed_entries.read(answer.body, answer.headers, answer.url)
    except Trouble:
        raise
    except Exception as error:
        # Third-party parsing of third-party bytes: whatever it stumbles over, it is this feed's fault.
        raise Trouble(Wrong.BROKEN_ANSWER, answer.url, f"{type(error).__name__}: {error}"[:200]) from error


def _missed(before: _Cursor, heard: list[Mention], now: datetime) -> tuple[Missed, ...]:
    """Return the stretch that fell out of the feed's window between two looks, if one did.

    That may be so when the window shows nothing that it showed the last time, and begins later than that
    ended. Names that all changed at once (a moved blog) come with old dates, and are no gap.
    """
    if not before.seen or not before.newest or not heard:
        return ()
    if any(_short(m.native_id) in before.seen for m in heard):
        return ()
    since, until = datetime.fromisoformat(before.newest), min(said(m, now) for m in heard)
    return (Missed(since, until, "window"),) if until > since else ()


def _mention(entry: Entry, feed: Feed, url: str, now: datetime) -> Mention:
    host = web.parsed(url).host
    title = _plain(entry.title, entry.title_html).text
    body = _plain(entry.body, entry.body_html)
    # Many feeds begin the text with its title, or have no other text.
    words = body.text if not title or body.text.startswith(title) else f"{title}\n{body.text}".strip()
    return Mention(
        network="feed",
        native_id=_native_id(entry, url),
        text=(words or entry.link)[:LONGEST_TEXT],
        said_at=entry.said_at or now,
        author=Author(
            key=f"{entry.author}@{host}"[:300] if entry.author else host,
            name=(entry.author or _plain(feed.title, True).text or host)[:300],
        ),
        url=entry.link if entry.link.lower().startswith(("http://", "https://")) else "",
        language=entry.language,
        links=tuple(link for link in body.links if link != entry.link),
        hashtags=traces.hashtags_in(words),
        raw=entry.raw,
    )


def _plain(words: str, html: bool) -> Plain:
    if html:
        return markup.plain(words)
    tidied = markup.tidy(words)
    return Plain(tidied, traces.links_in(tidied))


def _native_id(entry: Entry, url: str) -> str:
    """Return the feed's host and the entry's own id, or what stands in for one.

    An id that is no address ("17") says nothing outside its own feed, so the feed's path goes before it.
    """
    place = web.parsed(url)
    name = entry.guid or entry.link or _short(entry.title, entry.body, str(entry.said_at or ""))
    host = place.host if ":" in name else f"{place.host}{place.path}"
    whole = f"{host} {name}"
    return whole if len(whole) <= LONGEST_ID else f"{place.host} {_short(whole)}"


def _short(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _wait(seconds: float | None) -> timedelta | None:
    if seconds is None:
        return None
    return min(max(timedelta(seconds=seconds), SHORTEST_PAUSE), LONGEST_PAUSE)
