"""Campaigns and our own messages of a topic, as the measuring, the charts and the outlook need them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from accalmie.records.barometer import minute, moment
from accalmie.records.models import CampaignRecord, OwnMessageRecord

#: A chart with more marks than this is read by nobody: the newest are given.
MOST = 100
#: The measuring takes them all: in the longest walk, which spans years, there are still fewer.
MOST_PLANNED = 10_000
#: Minutes of the trailing hour.
TRAILING = 60


@dataclass(frozen=True, slots=True)
class Campaign:
    """A planned campaign, from `since` until `until` (UTC). `by` is "" when nobody's name is known."""

    id: int
    name: str
    since: datetime
    until: datetime
    by: str = ""

    @property
    def minutes(self) -> tuple[int, int]:
        """The stretch [since, until) in minutes since 1970, as the measuring takes it."""
        return minute(self.since), minute(self.until + timedelta(seconds=59))


@dataclass(frozen=True, slots=True)
class OwnMessage:
    """Something that we published at `at` (UTC). `address`, `network` and `by` may be ""."""

    id: int
    at: datetime
    text: str
    address: str = ""
    network: str = ""
    by: str = ""

    @property
    def minute(self) -> int:
        """The minute since 1970 in which it went out."""
        return minute(self.at)


@dataclass(frozen=True, slots=True)
class Marks:
    """What people marked on a stretch of a topic's course, oldest first."""

    campaigns: Sequence[Campaign] = ()
    messages: Sequence[OwnMessage] = ()


def marked(topic_id: int, since: datetime, until: datetime) -> Marks:
    """Return all marks of the stretch [since, until)."""
    return Marks(campaigns(topic_id, since, until), own_messages(topic_id, since, until))


def campaigns(
    topic_id: int, since: datetime | None = None, until: datetime | None = None, most: int = MOST
) -> list[Campaign]:
    """Return the campaigns that touch the stretch [since, until), None: open; oldest first, the newest `most`."""
    rows = CampaignRecord.objects.filter(topic_id=topic_id, removed_at__isnull=True)
    if since is not None:
        rows = rows.filter(until__gt=since)
    if until is not None:
        rows = rows.filter(since__lt=until)
    newest = rows.select_related("by").order_by("-since", "-id")[:most]
    return [_campaign(row) for row in reversed(newest)]


def planned(topic_id: int, since: int, until: int) -> list[tuple[int, int, str]]:
    """Return what is planned for the minutes [since, until), as the measuring takes it: with the campaign's name.

    A campaign counts for an hour longer: so long its mentions are part of the trailing hour that is measured.
    """
    found = campaigns(topic_id, moment(since - TRAILING), moment(until), MOST_PLANNED)
    planned = ((*one.minutes, one.name) for one in found)
    return [(begin, end + TRAILING, name) for begin, end, name in planned]


def own_messages(
    topic_id: int, since: datetime | None = None, until: datetime | None = None, most: int = MOST
) -> list[OwnMessage]:
    """Return what we published in [since, until), None: open; oldest first, the newest `most` of them."""
    rows = OwnMessageRecord.objects.filter(topic_id=topic_id, removed_at__isnull=True)
    if since is not None:
        rows = rows.filter(at__gte=since)
    if until is not None:
        rows = rows.filter(at__lt=until)
    newest = rows.select_related("by").order_by("-at", "-id")[:most]
    return [_message(row) for row in reversed(newest)]


def _campaign(row: CampaignRecord) -> Campaign:
    return Campaign(row.id, row.name, row.since, row.until, row.by.username if row.by else "")


def _message(row: OwnMessageRecord) -> OwnMessage:
    by = row.by.username if row.by else ""
    return OwnMessage(row.id, row.at, row.text, row.address, row.network, by)
