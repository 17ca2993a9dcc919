"""The three things to listen to on a server, and how each is asked for: mentions, a hashtag, a search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accalmie.core.network import Address, Trouble, Wrong
from accalmie.networks.mastodon.server import Params, Server, path_of
from accalmie.networks.mastodon.status import entry_id

#: Entries on a page; servers may give fewer.
PAGE = 40


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a list: its id there, and the status in it (None when it is about something else)."""

    id: str
    status: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Source:
    """What is listened to on one server: `what` is mentions, hashtag or search."""

    server: Server
    what: str
    query: str

    @classmethod
    def of(cls, server: Server, address: Address) -> Source:
        """Return the source that `address` names. Raises Trouble(BAD_ADDRESS, WRONG_TOKEN)."""
        what, query = address.get("what", ""), address.get("query", "").strip()
        if what not in {"mentions", "hashtag", "search"}:
            raise Trouble(Wrong.BAD_ADDRESS, server.base, f"what: {what!r}")
        if what == "hashtag":
            query = query.lstrip("#").strip()
        if what != "mentions" and not query:
            raise Trouble(Wrong.BAD_ADDRESS, server.base, f"no {what} is named")
        if what != "hashtag" and not server.token:
            raise Trouble(Wrong.WRONG_TOKEN, server.base, "this needs a token")
        return cls(server, what, query)

    def page(self, max_id: str) -> tuple[list[Entry], str | None]:
        """Return the page of the list below `max_id` ("": the newest), newest first, and the next `max_id`.

        "" for that: there is none below; None: the server does not say. Not for searches. Raises Trouble.
        """
        paging: Params = (("limit", str(PAGE)), *((("max_id", max_id),) if max_id else ()))
        if self.what == "hashtag":
            rows, below = self.server.entries(path_of("/api/v1/timelines/tag/", self.query), paging)
            return self._entries([entry(row, row) for row in rows]), below
        rows, below = self._notifications(paging)
        return self._entries([notice(row) for row in rows]), below

    def _notifications(self, paging: Params) -> tuple[list[Any], str | None]:
        """Ask for mentions only; a server that does not know that filter gives, or is asked for, all kinds."""
        try:
            return self.server.entries("/api/v1/notifications", (*paging, ("types[]", "mention")))
        except Trouble as trouble:
            if trouble.wrong != Wrong.REFUSED:
                raise
        return self.server.entries("/api/v1/notifications", paging)

    def found(self, offset: int) -> list[Entry]:
        """Return a page of a search's results. Raises Trouble."""
        asked = (("q", self.query), ("type", "statuses"), ("limit", str(PAGE)))
        answer = self.server.thing(
            "/api/v2/search", (*asked, *((("offset", str(offset)),) if offset else ()))
        )
        rows = answer.get("statuses")
        if not isinstance(rows, list):
            raise Trouble(Wrong.BROKEN_ANSWER, self.server.base, "the answer has no statuses")
        return self._entries([entry(row, row) for row in rows])

    def _entries(self, entries: list[Entry]) -> list[Entry]:
        """Return the entries that have an id. One that cannot be read must not hide the others."""
        good = [one for one in entries if one.id]
        if entries and not good:
            raise Trouble(Wrong.BROKEN_ANSWER, self.server.base, "the list holds no statuses")
        return good

    def exists(self, status: str) -> bool:
        """Tell whether the server still has this status. Raises Trouble when it does not tell."""
        try:
            self.server.thing(path_of("/api/v1/statuses/", status))
        except Trouble as trouble:
            if trouble.wrong in {Wrong.NOT_FOUND, Wrong.GONE}:
                return False
            raise
        return True

    def channel(self) -> tuple[str, Params]:
        """Return the path and the parameters of the stream. Raises Trouble(REFUSED) where there is none."""
        if self.what == "search":
            raise Trouble(Wrong.REFUSED, self.server.base, "a search has no stream")
        if self.what == "hashtag":
            return "/api/v1/streaming/hashtag", (("tag", self.query),)
        return "/api/v1/streaming/user", ()


def entry(row: Any, status: Any) -> Entry:
    """Return a row with its status, where it is one that can be kept: it has an id and is not private.

    What is written to one person only is a message, not something said about them: it is not a mention.
    """
    own = entry_id(row.get("id")) if isinstance(row, Mapping) else ""
    if (
        not isinstance(status, Mapping)
        or not entry_id(status.get("id"))
        or status.get("visibility") == "direct"
    ):
        return Entry(own, None)
    return Entry(own, status)


def notice(row: Any) -> Entry:
    """Return a notification with its status, when it is one of a mention."""
    mentioned = isinstance(row, Mapping) and row.get("type") == "mention"
    return entry(row, row.get("status") if mentioned else None)
