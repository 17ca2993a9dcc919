"""Sources: added, changed, paused, resumed, removed; and what listening did to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accalmie.actions.note import note
from accalmie.core.lifecycle import NotPossible
from accalmie.core.network import Batch, Trouble
from accalmie.core.people import Do, require
from accalmie.records import changes
from accalmie.records.models import GapRecord, SourceRecord, TopicRecord, User

#: Waiting after a failure doubles from the first to the last of these.
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=30)
#: A source that was not asked for longer than this was not listened to.
DEAF_AFTER = timedelta(minutes=2)


@transaction.atomic
def add(
    who: User,
    topic_id: int,
    *,
    kind: str,
    name: str,
    address: Mapping[str, str],
    secret: str = "",
    only_matching: bool = True,
    private_allowed: bool = False,
) -> SourceRecord:
    """Add a place to listen to; the worker begins at once. Raises NotPossible, NoRight."""
    require(who.rank, Do.LISTEN)
    if private_allowed:
        require(who.rank, Do.ALLOW_PRIVATE)
    topic = TopicRecord.objects.filter(pk=topic_id).first()
    if topic is None:
        raise NotPossible(_("This topic was removed meanwhile."))
    now = datetime.now(UTC)
    source = SourceRecord.objects.create(
        topic=topic, kind=kind, name=name[:200], address=dict(address), secret=secret,
        only_matching=only_matching, private_allowed=private_allowed, next_at=now,
    )  # fmt: skip
    note("source_added", now, who=who.username, topic=topic, name=source.name)
    changes.note("source", source.id, now)
    return source


@transaction.atomic
def change(
    who: User,
    source_id: int,
    *,
    name: str,
    address: Mapping[str, str],
    secret: str = "",
    only_matching: bool,
    private_allowed: bool,
) -> SourceRecord:
    """Change a source. An empty `secret` keeps the stored one. Another address begins from the start."""
    require(who.rank, Do.LISTEN)
    source = _found(source_id)
    if private_allowed and not source.private_allowed:
        require(who.rank, Do.ALLOW_PRIVATE)
    if dict(address) != source.address:
        source.cursor = ""
    source.name, source.address, source.only_matching = name[:200], dict(address), only_matching
    source.private_allowed = private_allowed
    if secret:
        source.secret = secret
    now = datetime.now(UTC)
    _begin_again(source, now)
    source.save()
    note("source_changed", now, who=who.username, topic=source.topic, name=source.name)
    changes.note("source", source.id, now)
    return source


def _begin_again(source: SourceRecord, now: datetime) -> None:
    if source.state != SourceRecord.PAUSED:
        source.state = SourceRecord.LISTENING
    source.next_at, source.failures = now, 0
    # Whoever holds the line open on the old terms loses it: the worker looks at its lease.
    source.leased_by, source.leased_until = "", None


@transaction.atomic
def pause(who: User, source_id: int) -> None:
    """Stop listening to a source; what is said meanwhile is fetched on resuming where the network allows."""
    require(who.rank, Do.LISTEN)
    source = _found(source_id)
    now = datetime.now(UTC)
    source.state, source.leased_by, source.leased_until, source.mode = SourceRecord.PAUSED, "", None, ""
    source.save()
    _deaf(source, source.last_looked_at or now, "paused")
    note("source_paused", now, who=who.username, topic=source.topic, name=source.name)
    changes.note("source", source.id, now)


@transaction.atomic
def resume(who: User, source_id: int) -> None:
    """Listen again, or try again now."""
    require(who.rank, Do.LISTEN)
    source = _found(source_id)
    now = datetime.now(UTC)
    source.state = SourceRecord.LISTENING
    _begin_again(source, now)
    source.save()
    note("source_resumed", now, who=who.username, topic=source.topic, name=source.name)
    changes.note("source", source.id, now)


@transaction.atomic
def remove(who: User, source_id: int) -> None:
    """Remove a source. What it has heard stays."""
    require(who.rank, Do.LISTEN)
    source = _found(source_id)
    now = datetime.now(UTC)
    note("source_removed", now, who=who.username, topic=source.topic, name=source.name)
    changes.note("source", source.id, now)
    source.delete()


def _found(source_id: int) -> SourceRecord:
    rows = SourceRecord.objects.select_for_update(of=("self",), no_key=True).select_related("topic")
    source = rows.filter(pk=source_id).first()
    if source is None:
        raise NotPossible(_("This source was removed meanwhile."))
    return source


def _deaf(source: SourceRecord, since: datetime, why: str) -> None:
    """Open a gap, unless one is open."""
    if not GapRecord.objects.filter(source=source, until__isnull=True).exists():
        GapRecord.objects.create(source=source, since=since, why=why[:24])


@transaction.atomic
def looked(source_id: int, batch: Batch, mode: str, every: timedelta, now: datetime) -> None:
    """Note that the source was listened to with success: troubles end, an open gap closes.

    What was said during the gap has been fetched up to the cursor, unless the network says what is missing.
    """
    source = _found(source_id)
    was_in_trouble = bool(source.trouble)
    fresh_start = source.last_looked_at is None
    _resumed_late(source, every, now)
    if batch.moved_to and "url" in source.address:
        source.address = {**source.address, "url": batch.moved_to}
        note("source_moved", now, topic=source.topic, name=source.name, to=batch.moved_to)
    _close_gaps(source, batch, now)
    source.trouble = source.trouble_where = source.trouble_detail = ""
    source.trouble_since, source.failures = None, 0
    changed = was_in_trouble or fresh_start or source.mode != mode or bool(batch.mentions)
    source.mode, source.last_looked_at = mode, now
    # An open line is due as soon as nobody holds it any more.
    source.next_at = now if batch.more or mode == "stream" else now + (batch.wait or every)
    source.save()
    if changed:
        changes.note("source", source.id, now)


def _resumed_late(source: SourceRecord, every: timedelta, now: datetime) -> None:
    """We did not run for a while: that is a gap too, even if nothing went wrong on the network's side.

    A feed that asked to be left alone for an hour was listened to as it wished.
    """
    last = source.last_looked_at
    if last is None or source.trouble:
        return
    awaited = max(last + every, source.next_at or last)
    if now - awaited > max(2 * every, DEAF_AFTER):
        _deaf(source, last, "down")


def _close_gaps(source: SourceRecord, batch: Batch, now: datetime) -> None:
    for gap in GapRecord.objects.filter(source=source, until__isnull=True):
        lost = [m for m in batch.missed if m.since < now and m.until > gap.since]
        gap.until, gap.filled = now, not lost
        gap.save()
    for missed in batch.missed:
        GapRecord.objects.create(source=source, since=missed.since, until=missed.until, why=missed.why[:24])
        note("gap_seen", now, topic=source.topic, name=source.name)


@transaction.atomic
def failed(source_id: int, trouble: Trouble, now: datetime) -> None:
    """Note a failure: in plain words on the page, the gap opens, and the next try is later each time.

    What waiting does not mend stops the source until a person changes something.
    """
    source = _found(source_id)
    if source.trouble != trouble.wrong.value:
        source.trouble_since = now
        note("source_in_trouble", now, topic=source.topic, name=source.name, trouble=trouble.wrong.value)
    source.trouble, source.trouble_where = trouble.wrong.value, trouble.where
    source.trouble_detail, source.mode = trouble.detail, ""
    source.failures += 1
    _deaf(source, source.last_looked_at or now, trouble.wrong.value)
    if trouble.final:
        source.state = SourceRecord.STOPPED
    backoff = min(FIRST_WAIT * 2 ** min(source.failures - 1, 12), LONGEST_WAIT)
    source.next_at = now + max(backoff, trouble.wait or timedelta(0))
    source.leased_by, source.leased_until = "", None
    source.save()
    changes.note("source", source.id, now)
