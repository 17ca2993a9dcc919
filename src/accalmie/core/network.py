"""What we ask of a network: to listen, and to say in known words what went wrong.

Every network translates its moods, in its own file, into a `Batch` or a `Trouble`. The sentences for
people are in `phrasebook/trouble.toml`, one for each `Wrong`, in three languages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol, runtime_checkable

from accalmie.core.mention import Mention


class Wrong(Enum):
    """What can go wrong while listening; the value is its key in the phrasebook."""

    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    NOT_FOUND_HOST = "not_found_host"
    TLS = "tls"
    RATE_LIMITED = "rate_limited"
    SERVER_FAULT = "server_fault"
    BROKEN_ANSWER = "broken_answer"
    NOT_A_FEED = "not_a_feed"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    WRONG_TOKEN = "wrong_token"  # noqa: S105
    MISSING_SCOPE = "missing_scope"
    NOT_FOUND = "not_found"
    GONE = "gone"
    PRIVATE_ADDRESS = "private_address"
    BAD_ADDRESS = "bad_address"
    REFUSED = "refused"
    DISK_FULL = "disk_full"
    DATABASE_LOCKED = "database_locked"
    UNFORESEEN = "unforeseen"


#: Waiting does not mend these: a person must change something.
FINAL = frozenset(
    {Wrong.WRONG_TOKEN, Wrong.MISSING_SCOPE, Wrong.NOT_FOUND, Wrong.GONE, Wrong.PRIVATE_ADDRESS,
     Wrong.BAD_ADDRESS, Wrong.NOT_A_FEED, Wrong.REFUSED}
)  # fmt: skip


class Trouble(Exception):
    """Listening failed. `where` is the address or line; `detail` the network's own words, untranslated."""

    def __init__(self, wrong: Wrong, where: str, detail: str = "", wait: timedelta | None = None) -> None:
        super().__init__(f"{wrong.value}: {where} {detail}".strip())
        self.wrong = wrong
        self.where = where
        self.detail = detail
        #: The network asked us not to come back before this long.
        self.wait = wait

    @property
    def final(self) -> bool:
        """Tell whether waiting does not mend it."""
        return self.wrong in FINAL


@dataclass(frozen=True, slots=True)
class Missed:
    """A stretch of time of which the network can no longer tell us everything. UTC, `until` exclusive."""

    since: datetime
    until: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What one look at a network gave. Stored as a whole, with its cursor, or not at all.

    An edited mention comes again with the same native_id and other words; `deleted` holds native ids that
    the network says are gone. `cursor` is the place to go on from (opaque text, "" at the start).
    """

    cursor: str
    mentions: tuple[Mention, ...] = ()
    deleted: tuple[str, ...] = ()
    missed: tuple[Missed, ...] = ()
    #: More is waiting: come back at once.
    more: bool = False
    #: Do not come back before this long; None leaves it to us.
    wait: timedelta | None = None
    #: The source has moved for good to this address.
    moved_to: str = ""


@runtime_checkable
class Listener(Protocol):
    """A place to listen to by asking now and then."""

    def poll(self, cursor: str) -> Batch:
        """Return what is new since `cursor`. Raises Trouble. Must end within a minute."""


@runtime_checkable
class Streamer(Listener, Protocol):
    """A place that can also call us."""

    def stream(self, cursor: str) -> Iterator[Batch]:
        """Yield batches as they come, first what was said since `cursor`; an empty one at least every 20 s.

        Raises Trouble when the line breaks, with Wrong.REFUSED when this server has no streaming (then it
        is polled). Closing the generator closes the line.
        """


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in to make a source; pages make their form from it."""

    name: str
    kind: str = "text"  # text, url, secret, choice
    required: bool = True
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceKind:
    """A kind of source, as people can add one. Labels are in the pages, by `name` and field name."""

    name: str
    fields: tuple[Field, ...]
    #: How long between two looks where nothing is streamed.
    every: timedelta = timedelta(minutes=5)


Address = Mapping[str, str]
