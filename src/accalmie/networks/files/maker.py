"""What stands in a row's fields, as a mention; or why it is none."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from accalmie.core.mention import AHEAD, OLDEST, Author, Mention, folded
from accalmie.networks import markup, traces
from accalmie.networks.files import dates
from accalmie.networks.files.layout import Layout, Why

#: A longer id is kept as its digest, so that it fits its column together with the network.
LONGEST_ID = 400
_LIST = re.compile(r"[\s,;|]+")
_LIST_NAMES = ("expanded_url", "url", "uri", "name", "text", "tag", "title")
_COUNT = re.compile(r"(\d[\d.,\s'’]*?)\s*([km])?", re.IGNORECASE)
#: Names of languages, folded, as exports write them.
_LANGUAGES = {
    "english": "en", "englisch": "en", "anglais": "en", "french": "fr", "francais": "fr", "franzosisch": "fr",
    "german": "de", "deutsch": "de", "allemand": "de", "spanish": "es", "italian": "it", "dutch": "nl",
    "portuguese": "pt",
}  # fmt: skip


class Maker:
    """Makes mentions of what stands in the fields, in the order of FIELDS. A million rows go through here."""

    def __init__(self, layout: Layout, now: datetime) -> None:
        self._day_first = layout.day_first
        self._html = layout.html
        self._latest = now + AHEAD
        self._own_links = "links" not in layout.columns
        self._own_hashtags = "hashtags" not in layout.columns

    def __call__(self, values: Sequence[Any], raw: str) -> Mention | Why:
        """Return the mention, or why it is none."""
        (
            text,
            moment,
            author,
            name,
            native_id,
            network,
            url,
            language,
            followers,
            shares,
            reply,
            links,
            tags,
            _,
        ) = values
        if type(text) is not str:
            text = words(text)
        linked: tuple[str, ...] = ()
        if self._html:
            plain = markup.plain(text)
            text, linked = plain.text, plain.links
        text = text.strip()
        if not text:
            return Why("file_text_empty", {})
        at = self._said_at(moment)
        if isinstance(at, Why):
            return at
        author = author.strip()[:300] if type(author) is str else words(author)[:300]
        place = _network(network) if type(network) is str else "file"
        if not self._own_links:
            linked = _list(links)
        elif not linked and "://" in text:
            linked = traces.links_in(text)
        if self._own_hashtags:
            hashtags = traces.hashtags_in(text) if "#" in text else ()
        else:
            hashtags = tuple(tag.lstrip("#").lower() for tag in _list(tags))
        return Mention(
            place,
            _native_id(native_id) or _made_id(place, author, at, text),
            text,
            at,
            Author(author, words(name)[:300] or author, "", _count(followers)),
            words(url),
            _language(language) if type(language) is str else "",
            words(reply)[:LONGEST_ID],
            "",
            min(_count(shares) or 0, 2**31 - 1),
            linked,
            hashtags,
            raw,
        )

    def _said_at(self, moment: Any) -> datetime | Why:
        if type(moment) is not str:
            moment = words(moment)
        at = dates.moment(moment, self._day_first)
        if at is None:
            if not moment.strip():
                return Why("file_date_missing", {})
            return Why("file_date_unreadable", {"date": moment.strip()[:60]})
        if not OLDEST <= at <= self._latest:
            return Why("file_date_impossible", {"date": at.isoformat()})
        return at


def words(value: Any) -> str:
    """Return a value as text, whatever it is; nothing as ""."""
    if type(value) is str:
        return value.strip()
    if value is None or value is False:
        return ""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _native_id(value: Any) -> str:
    # A broken number has lost its last digits, and would be the id of many.
    name = "" if isinstance(value, float) else words(value)
    return name if len(name) <= LONGEST_ID else hashlib.sha256(name.encode()).hexdigest()


def _made_id(network: str, author: str, at: datetime, text: str) -> str:
    """Return the id of a mention that came without one: the same words by the same author at the same moment."""
    whole = "\0".join((network, author, at.isoformat(), text))
    return hashlib.sha256(whole.encode()).hexdigest()[:32]


def _count(value: Any) -> int | None:
    """Return "1,234", "12 345" or "1.2K" as a number of people, or None when it is none."""
    if type(value) is str:
        if value.isdecimal() and len(value) < 19:
            return int(value)
        found = _COUNT.fullmatch(value.strip()) if value else None
        if found is None:
            return None
        digits, tail = found[1], (found[2] or "").lower()
        if tail:
            return int(float(digits.replace(",", ".").replace(" ", "")) * {"k": 1e3, "m": 1e6}[tail])
        return int(re.sub(r"\D", "", digits))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value < 2**63 else None


def _list(value: Any) -> tuple[str, ...]:
    """Return a list of links or hashtags as exports write them: JSON, Python's own writing, or words in a row."""
    if not value:
        return ()
    if isinstance(value, str):
        value = [part.strip("[]'\"") for part in _LIST.split(value)]
    found = []
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            one = next((one[name] for name in _LIST_NAMES if one.get(name)), "")
        found.append(words(one))
    return tuple(dict.fromkeys(filter(None, found)))


@lru_cache(maxsize=256)
def _network(name: str) -> str:
    return re.sub(r"[^\w.+ -]", "", name.strip().lower())[:24] or "file"


@lru_cache(maxsize=256)
def _language(name: str) -> str:
    word = name.strip().lower()
    return word[:2] if re.fullmatch(r"[a-z]{2}([-_].*)?", word) else _LANGUAGES.get(folded(word), "")
