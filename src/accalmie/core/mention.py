"""One thing somebody said: what we keep of it, its key, its place in time, and whether a topic hears it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Bits of a mention's number below its millisecond: room for 262,144 mentions said in the same one.
TAIL_BITS = 18
#: Nothing on a social network is older; an earlier date is a broken one.
OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
#: Clocks of servers differ; a mention dated further ahead than this counts as said when it was heard.
AHEAD = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Author:
    """Somebody as seen when they spoke. `key` is stable within a network ("alice@social.example")."""

    key: str
    name: str = ""
    url: str = ""
    followers: int | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """One thing somebody said, as a network gave it. `said_at` is UTC; `text` is plain text, not HTML."""

    network: str
    native_id: str
    text: str
    said_at: datetime
    author: Author
    url: str = ""
    #: What the network says it is written in (ISO 639-1), a hint only.
    language: str = ""
    in_reply_to: str = ""
    #: native_id of the mention that this one only forwards (boost, retweet), else "".
    forwards: str = ""
    #: How often the network says that it was forwarded, when it was heard.
    shares: int = 0
    links: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = field(default=())
    #: The payload as it came, as JSON text.
    raw: str = ""


_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


def storable(mention: Mention) -> Mention:
    """Return the mention without signs that no database takes: NUL, and halves of characters."""
    author = mention.author
    texts = (mention.text, mention.raw, mention.native_id, author.key, author.name)
    if not any(_UNSTORABLE.search(text) for text in texts):
        return mention

    def clean(text: str) -> str:
        return _UNSTORABLE.sub("\ufffd", text)

    return replace(
        mention,
        text=clean(mention.text),
        raw=clean(mention.raw),
        native_id=clean(mention.native_id),
        author=replace(author, key=clean(author.key), name=clean(author.name)),
    )


def key(mention: Mention) -> str:
    """Return what makes a mention the same mention: its network and the network's own id."""
    return f"{mention.network}:{mention.native_id}"


def said(mention: Mention, heard_at: datetime) -> datetime:
    """Return when it counts as said: its own time, unless that is impossible; then when it was heard.

    A clock that jumps must not make a storm in the future, nor one in 1970.
    """
    if OLDEST <= mention.said_at <= heard_at + AHEAD:
        return min(mention.said_at, heard_at)
    return heard_at


def number(key: str, said_at: datetime) -> int:
    """Return the mention's number: its millisecond, then bits of its key. Sorting by it sorts by time."""
    tail = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=4).digest()) & ((1 << TAIL_BITS) - 1)
    return first_number(said_at) | tail


def first_number(at: datetime) -> int:
    """Return the smallest number a mention said at `at` can have: the bound of a stretch of time."""
    return ((at - EPOCH) // timedelta(milliseconds=1)) << TAIL_BITS


def time_of(number: int) -> datetime:
    """Return when the mention with this number was said, to the millisecond, UTC."""
    return EPOCH + timedelta(milliseconds=number >> TAIL_BITS)


def voice(author_key: str) -> int:
    """Return the author as 31 bits: enough to count different people within a topic's hour."""
    return int.from_bytes(hashlib.blake2b(author_key.encode(), digest_size=4).digest()) >> 1


def folded(text: str) -> str:
    """Return `text` without accents and case, for comparing words as people type them in a hurry."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


@dataclass(frozen=True, slots=True)
class Query:
    """What a topic listens for. Words may be phrases; an empty `words` hears everything."""

    words: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def hears(self, text: str) -> bool:
        """Tell whether `text` holds one of the words and none of the excluded, whole words, accents aside."""
        plain = folded(text)
        if any(_holds(plain, word) for word in self.excluded):
            return False
        return not self.words or any(_holds(plain, word) for word in self.words)


def _holds(plain: str, word: str) -> bool:
    wanted = folded(word.strip())
    return bool(wanted) and re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", plain) is not None
