"""A feed's bytes as entries: RSS and Atom through feedparser, JSON Feed by hand, and what is none of them."""

from __future__ import annotations

import calendar
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import feedparser

from accalmie.core.network import Trouble, Wrong

_FEED_TYPES = {"application/rss+xml", "application/atom+xml", "application/feed+json"}
_PERIODS = {
    "hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30), "yearly": timedelta(days=365),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it came. `title` and `body` are HTML where their flag says so; `said_at` is UTC."""

    guid: str
    link: str
    title: str
    title_html: bool
    body: str
    body_html: bool
    said_at: datetime | None
    author: str
    language: str
    raw: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as it came, its entries in its order. `pause`: how long between two looks it asks for."""

    title: str
    pause: timedelta | None
    entries: tuple[Entry, ...]
    #: It breaks off in the middle; the entries before that are good.
    cut_off: bool = False


def read(body: bytes, headers: Mapping[str, str], url: str) -> Feed:
    """Return the feed in `body`; relative links in it are resolved against `url`.

    Raises Trouble: BROKEN_ANSWER for nothing at all or a feed cut off before its first entry, NOT_A_FEED for
    anything else, with the address of a feed in `detail` when a page names one in its head.
    """
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        raise Trouble(Wrong.BROKEN_ANSWER, url, "0 bytes")
    if start.startswith(b"{"):
        return _json_feed(body, url)
    # As a stream, never as text: feedparser opens text that looks like an address or a path.
    found = feedparser.parse(
        io.BytesIO(body),
        response_headers={"content-location": url, "content-type": _kind(headers.get("content-type", ""))},
        sanitize_html=False,
    )
    if not found.get("version"):
        if _begins_as_feed(start):
            raise Trouble(Wrong.BROKEN_ANSWER, url, str(found.get("bozo_exception", ""))[:200])
        raise Trouble(Wrong.NOT_A_FEED, url, _feed_named_in(body, url))
    # Without the zeros, so that UTF-16 has its tags in ASCII too.
    tags = body.replace(b"\0", b"").lower()
    entries, cut_off = found.entries, bool(found.get("bozo")) and not _ends(tags)
    if cut_off and len(entries) > tags.count(b"</item>") + tags.count(b"</entry>"):
        entries = entries[:-1]
    if cut_off and not entries:
        raise Trouble(Wrong.BROKEN_ANSWER, url, str(found.get("bozo_exception", ""))[:200])
    language = str(found.feed.get("language", ""))
    return Feed(
        str(found.feed.get("title", "")),
        _pause(found.feed),
        tuple(_entry(entry, language) for entry in entries),
        cut_off,
    )


def _begins_as_feed(start: bytes) -> bool:
    """Tell whether this may have been a feed, had it not been cut off before it said which kind."""
    head = start[:2000].lower()
    if any(root in head for root in (b"<rss", b"<feed", b"<rdf:")):
        return True
    whole_tag = re.search(rb"<[a-z][^>]*>", head)
    return whole_tag is None and (head.startswith(b"<?xml") or b"<?xml".startswith(head))


def _kind(told: str) -> str:
    """Return a Content-Type under which feedparser believes the document about its encoding.

    By the letter of RFC 3023 a feed sent as text/xml would be ASCII, and one without a type Latin-1. The
    server's charset counts only where it knew that it was sending XML.
    """
    name, _, more = told.lower().partition(";")
    charset = re.search(r"charset\s*=\s*\"?([\w.:-]+)", more)
    return f"application/xml; charset={charset[1]}" if charset and "xml" in name else "application/xml"


def _ends(tags: bytes) -> bool:
    return any(end in tags.rstrip()[-200:] for end in (b"</rss>", b"</feed>", b"rdf>"))


def _entry(entry: Any, language: str) -> Entry:
    content = (entry.get("content") or [None])[0]
    body = content or entry.get("summary_detail") or {}
    title = entry.get("title_detail") or {}
    # dc:creator and atom:author; "mail@example.org (Ada)" is taken apart by feedparser.
    author = (entry.get("author_detail") or {}).get("name") or entry.get("author") or ""
    spoken = body.get("language") or title.get("language") or language
    return Entry(
        guid=str(entry.get("id", "")).strip(),
        link=str(entry.get("link", "")).strip(),
        title=str(title.get("value", "")),
        title_html=title.get("type", "text/html") != "text/plain",
        body=str(body.get("value", "")),
        body_html=body.get("type", "text/html") != "text/plain",
        said_at=_moment(entry),
        author=str(author).strip(),
        language=_language(spoken),
        raw=json.dumps(entry, ensure_ascii=False, default=_plainly, separators=(",", ":")),
    )


def _moment(entry: Any) -> datetime | None:
    for name in ("published_parsed", "updated_parsed", "created_parsed"):
        # `get` would let feedparser answer with "updated" for a missing "published" and warn about it.
        parts = dict.get(entry, name)
        if parts:
            try:
                return datetime.fromtimestamp(calendar.timegm(parts), UTC)
            except (ValueError, OverflowError, OSError):
                continue
    return None


def _plainly(value: object) -> object:
    return list(value) if isinstance(value, tuple) else str(value)


def _language(code: object) -> str:
    short = str(code or "").strip()[:2].lower()
    return short if len(short) == 2 and short.isascii() and short.isalpha() else ""


def _pause(feed: Any) -> timedelta | None:
    """Return how long the feed wants to be left alone: its `ttl` (minutes), or sy:updatePeriod."""
    try:
        if feed.get("ttl"):
            return timedelta(minutes=min(float(feed["ttl"]), 1e6))
        period = _PERIODS.get(str(feed.get("sy_updateperiod", "")).strip().lower())
        often = float(feed.get("sy_updatefrequency") or 1)
        return period / often if period and often > 0 else None
    except (ValueError, OverflowError):
        return None


def _json_feed(body: bytes, url: str) -> Feed:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Trouble(Wrong.NOT_A_FEED, url) from error
    if not isinstance(found, dict) or "jsonfeed.org" not in str(found.get("version", "")):
        raise Trouble(Wrong.NOT_A_FEED, url)
    items = found.get("items")
    entries = [
        _json_entry(i, found, url) for i in (items if isinstance(items, list) else []) if isinstance(i, dict)
    ]
    return Feed(str(found.get("title", "")), None, tuple(entries))


def _json_entry(item: dict[str, Any], feed: dict[str, Any], url: str) -> Entry:
    html = item.get("content_html")
    writers = item.get("authors") or [item.get("author")]
    first = writers[0] if isinstance(writers, list) and writers else None
    link = item.get("url") or item.get("external_url") or ""
    return Entry(
        guid=str(item.get("id", "")).strip(),
        link=urljoin(url, str(link)) if link else "",
        title=str(item.get("title") or ""),
        title_html=False,
        body=str(html or item.get("content_text") or item.get("summary") or ""),
        body_html=bool(html),
        said_at=_iso(item.get("date_published") or item.get("date_modified")),
        author=str(first.get("name") or "") if isinstance(first, dict) else "",
        language=_language(item.get("language") or feed.get("language")),
        raw=json.dumps(item, ensure_ascii=False, separators=(",", ":")),
    )


def _iso(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _feed_named_in(body: bytes, url: str) -> str:
    """Return the address of the feed that an HTML page names in its head, or ""."""
    finder = _Alternate()
    finder.feed(body[:200_000].decode("utf-8", "replace"))
    return urljoin(url, finder.found) if finder.found else ""


class _Alternate(HTMLParser):
    found = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: (value or "").strip() for name, value in attrs}
        fits = tag == "link" and "alternate" in named.get("rel", "").lower().split()
        if fits and named.get("type", "").lower() in _FEED_TYPES:
            self.found = self.found or named.get("href", "")
