"""Where we are in a list that grows at its top: what is known, and which stretches are still to be fetched.

Every list of Mastodon's API is given the newest first, in pages that go down by `max_id`. That is the one
way to turn its pages that all servers know (`min_id` is newer, and some leave it out unsaid), so we go down:
everything up to `newest` is known, save the open stretches. A look fetches one page of a stretch and
narrows it. Nothing is skipped, however much was said meanwhile, a crash loses nothing, what is new comes
first, and what a stream brings in the middle of it does no harm.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from accalmie.core.network import Trouble, Wrong

#: So many entries are remembered in the cursor, to notice their edits and deletions when looking again.
RECENT = 40
#: What comes from afar may come late, with an id below some that we know. So a stretch begins this many
#: entries before the newest known one.
LATE = 20
#: The id below all ids.
NOTHING = "0"


def rank(entry: str) -> tuple[int, str]:
    """Return the order of ids: of numbers by size, of ULIDs and flake ids (of one length) by letters."""
    return len(entry), entry


@dataclass(frozen=True, slots=True)
class Stretch:
    """Entries still to be fetched: older than `below` ("" begins at the newest), newer than `above`.

    `above` is "" at the very first look. `since` is when the newest entry known was said (ISO 8601), "" if
    none is; `known` are the statuses above `above` that were known when the stretch was opened.
    """

    below: str
    above: str
    since: str = ""
    known: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """An entry that was taken in: its id in the list, its status's id and native id, when it was edited."""

    entry: str
    status: str
    native: str
    edited: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A cursor, taken apart. `newest` is the id of the newest entry known, `newest_at` when it was said."""

    newest: str = ""
    newest_at: str = ""
    open: tuple[Stretch, ...] = ()
    recent: tuple[Seen, ...] = ()

    @classmethod
    def read(cls, cursor: str) -> Place:
        """Return the place that a cursor names. Raises Trouble(UNFORESEEN) for one that is not ours."""
        if not cursor:
            return cls()
        try:
            kept = json.loads(cursor)
            return cls(
                str(kept["newest"]),
                str(kept["at"]),
                tuple(Stretch(str(b), str(a), str(s), tuple(map(str, k))) for b, a, s, k in kept["open"]),
                tuple(Seen(*map(str, seen)) for seen in kept["recent"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise Trouble(Wrong.UNFORESEEN, cursor[:80], "this cursor cannot be read") from error

    def text(self) -> str:
        """Return the cursor."""
        return json.dumps(
            {
                "newest": self.newest,
                "at": self.newest_at,
                "open": [[one.below, one.above, one.since, one.known] for one in self.open],
                "recent": [[seen.entry, seen.status, seen.native, seen.edited] for seen in self.recent],
            },
            separators=(",", ":"),
        )

    def behind(self) -> Place:
        """Return this place with everything newer than it still to be fetched."""
        if any(not stretch.below for stretch in self.open):
            return self
        known = self.recent[-LATE:]
        above = known[0].entry if known else self.newest
        statuses = tuple(seen.status for seen in known)
        return replace(self, open=(Stretch("", above, self.newest_at, statuses), *self.open))

    def narrowed(self, next_below: str) -> Place:
        """Return this place with the first stretch fetched down to `next_below`; "" means to its end."""
        first, *others = self.open
        rest = (replace(first, below=next_below),) if next_below else ()
        # A list that is still empty is known all the same: what comes into it is newer than NOTHING.
        return replace(self, newest=self.newest or NOTHING, open=(*rest, *others))

    def grown(self, seen: Sequence[Seen], newest_at: str) -> Place:
        """Return this place with `seen` known. `newest_at` belongs to the newest of them."""
        if not seen:
            return self
        both = {entry.entry: entry for entry in (*self.recent, *seen)}
        ranked = sorted(both.values(), key=lambda entry: rank(entry.entry))
        newest = ranked[-1].entry
        if rank(newest) < rank(self.newest):
            newest, newest_at = self.newest, self.newest_at
        elif newest == self.newest:
            newest_at = self.newest_at
        return replace(self, newest=newest, newest_at=newest_at, recent=tuple(ranked[-RECENT:]))

    def fresh(self, seen: Seen, known: Mapping[str, str]) -> bool:
        """Tell whether an entry on a page of the first stretch is new to us, or edited since we knew it.

        `known` holds when each known status was edited.
        """
        if seen.status in known:
            return known[seen.status] != seen.edited
        stretch = self.open[0]
        if seen.status in stretch.known:
            return False
        return len(stretch.known) < LATE or rank(seen.entry) > rank(stretch.above)

    def without(self, statuses: Iterable[str]) -> Place:
        """Return this place without what is deleted."""
        gone = set(statuses)
        return replace(self, recent=tuple(seen for seen in self.recent if seen.status not in gone))
