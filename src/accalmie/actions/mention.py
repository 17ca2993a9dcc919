"""Taking in what was heard: read it, keep it once, prove it, index it, count it; all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.utils.translation import gettext as _

from accalmie.core import mention as said
from accalmie.core.evidence import digest
from accalmie.core.fever import count
from accalmie.core.lifecycle import NotPossible
from accalmie.core.mention import Mention, Query
from accalmie.core.network import Batch
from accalmie.core.reading import Reading, read_many
from accalmie.records import chain, changes, index, keep, pulses
from accalmie.records.keep import Fresh, Kept
from accalmie.records.models import (
    HearingRecord,
    MentionRecord,
    MentionVersion,
    SourceRecord,
    TopicRecord,
)
from accalmie.records.writer import alone

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch. `new` counts mentions that the topic hears for the first time."""

    new: int = 0
    repeated: int = 0
    not_matching: int = 0
    edited: int = 0
    deleted: int = 0


def take_in(
    source: SourceRecord, batch: Batch, now: datetime, *, also: Callable[[Taken], None] | None = None
) -> Taken:
    """Keep a batch with the cursor behind it, in one transaction.

    What was kept before is not kept again; other words under a known id are an edit. `also` runs in the same
    transaction (an import notes its place in the file there). Reading happens before the transaction, so that
    nobody waits for it.
    """
    topic = source.topic
    query = Query(tuple(topic.words), tuple(topic.excluded))
    matching = [m for m in batch.mentions if not source.only_matching or query.hears(m.text)]
    wanted, order, again_said = _once(matching)
    readings = _read(wanted, keep.known(order), topic)
    with alone():
        before = keep.known(order)
        fresh = _fresh([wanted[k] for k in order if k not in before], readings, topic, now)
        edited = _edit(wanted, before, readings, topic, now)
        again = [before[k] for k in order if k in before]
        joined = _join(topic, source, [one.id for one in again], now)
        _keep(topic, source, fresh, now)
        _count(topic, fresh, joined)
        for mention in again_said:
            key = said.key(mention)[:500]
            edited += _edit({key: mention}, keep.known([key]), {}, topic, now)
        gone = _delete(source, batch.deleted, now)
        taken = Taken(
            new=len(fresh) + len(joined),
            repeated=len(matching) - len(fresh) - len(joined),
            not_matching=len(batch.mentions) - len(matching),
            edited=edited,
            deleted=gone,
        )
        _go_on(source, batch, taken, now)
        if also is not None:
            also(taken)
        if taken.new or edited or gone:
            changes.note("topic", topic.id, now)
    return taken


def _once(mentions: Sequence[Mention]) -> tuple[dict[str, Mention], list[str], list[Mention]]:
    """Return each mention of a batch as it came first, their keys in order, and what came again."""
    first: dict[str, Mention] = {}
    again: list[Mention] = []
    for mention in map(said.storable, mentions):
        key = said.key(mention)[:500]
        if key in first:
            again.append(mention)
        else:
            first[key] = mention
    return first, list(first), again


def _read(wanted: dict[str, Mention], before: dict[str, Kept], topic: TopicRecord) -> dict[str, Reading]:
    """Read what is new or was edited; return the readings by key."""
    unread = [k for k, m in wanted.items() if k not in before or before[k].text != m.text]
    fallback = topic.languages[0] if len(topic.languages) == 1 else ""
    hints = [wanted[k].language or fallback for k in unread]
    return dict(zip(unread, read_many([wanted[k].text for k in unread], hints), strict=True))


def _reading(key: str, mention: Mention, readings: dict[str, Reading], topic: TopicRecord) -> Reading:
    """Return the reading made before the transaction, or make it now, should the rows have changed since."""
    if key not in readings:
        readings.update(_read({key: mention}, {}, topic))
    return readings[key]


def _fresh(
    mentions: Sequence[Mention], readings: dict[str, Reading], topic: TopicRecord, now: datetime
) -> list[Fresh]:
    times = {said.key(m)[:500]: said.said(m, now) for m in mentions}
    numbers = keep.free({key: said.number(key, at) for key, at in times.items()})
    fresh = []
    for mention in mentions:
        key = said.key(mention)[:500]
        reading = _reading(key, mention, readings, topic)
        fresh.append(Fresh(numbers[key], key, times[key], mention, reading))
    return fresh


def content(key: str, author_key: str, said_at: datetime, text: str, raw: str) -> str:
    """Return the digest that the proof holds of a mention as it was heard."""
    return digest(key, author_key, said_at.isoformat(timespec="milliseconds"), text, raw)


def _proof(one: Fresh) -> chain.Fact:
    said_at = said.time_of(one.number)
    author = one.mention.author.key[:300]
    return chain.Fact("heard", one.key, content(one.key, author, said_at, one.mention.text, one.mention.raw))


def _keep(topic: TopicRecord, source: SourceRecord, fresh: Sequence[Fresh], now: datetime) -> None:
    keep.insert(fresh, now)
    keep.hear(topic.id, source.id, [one.number for one in fresh], now)
    index.add([_indexed(one, topic.id) for one in fresh])
    chain.append([_proof(one) for one in fresh], now)


def _indexed(one: Fresh, topic_id: int) -> index.Indexed:
    said_by, read = one.mention, one.reading
    return index.Indexed(
        one.number,
        said_by.text,
        (
            index.topic_mark(topic_id),
            index.channel_mark(said_by.network),
            index.language_mark(read.language[:8]),
            index.tone_mark(read.tone.value),
            index.author_mark(said_by.author.key[:300]),
        ),
    )


def _count(topic: TopicRecord, fresh: Sequence[Fresh], joined: Sequence[MentionRecord]) -> None:
    """Add what the topic hears for the first time to its pulses, and say from when on they changed."""
    counts: dict[int, count.Count] = {}
    for one in fresh:
        author = one.mention.author
        count.add(
            counts, one.said_at, author.key[:300], one.mention.network, one.reading, author.followers,
            one.mention.text,
        )  # fmt: skip
    for row in joined:
        author_key, reach = row.author_key, row.reach
        count.add(
            counts, said.time_of(row.id), author_key, row.network, keep.reading_of(row), reach, row.text
        )
    if not counts:
        return
    pulses.add(topic.id, {pulse.minute: pulse for pulse in count.pulses(counts)})
    first = min(counts)
    # no_key: who only notes something about the topic need not wait, nor can we wait for each other.
    changed = TopicRecord.objects.select_for_update(no_key=True).filter(pk=topic.pk).first()
    if changed is not None and (changed.dirty_from is None or first < changed.dirty_from):
        TopicRecord.objects.filter(pk=topic.pk).update(dirty_from=first)


def _join(topic: TopicRecord, source: SourceRecord, ids: Sequence[int], now: datetime) -> list[MentionRecord]:
    """Let the topic hear mentions that were kept for another topic; return them."""
    missing = set(ids) - keep.heard(topic.id, ids)
    if not missing:
        return []
    rows = list(MentionRecord.objects.filter(id__in=missing))
    for row in rows:
        _reindex(row, topics_after=[*topics_of(row.id), topic.id])
    keep.hear(topic.id, source.id, [row.id for row in rows], now)
    return rows


def topics_of(mention_id: int) -> list[int]:
    """Return the topics that have heard a mention, first hearing first."""
    rows = HearingRecord.objects.filter(mention_id=mention_id).order_by("id")
    return list(rows.values_list("topic_id", flat=True))


def _reindex(row: MentionRecord, *, topics_after: list[int], changed: MentionRecord | None = None) -> None:
    """Replace a mention in the index: under other topics, or with other words."""
    now_in = topics_of(row.id)
    index.remove([index.Indexed(row.id, row.text, index.marks(row, now_in))])
    after = changed or row
    index.add([index.Indexed(after.id, after.text, index.marks(after, topics_after))])


def _edit(
    wanted: dict[str, Mention],
    before: dict[str, Kept],
    readings: dict[str, Reading],
    topic: TopicRecord,
    now: datetime,
) -> int:
    """Keep other words under a known id as a new version; the words before stay readable for ever.

    The pulse of the minute stays as it was heard: the fever of that night does not change by an edit.
    """
    edited = [k for k, kept in before.items() if kept.text != wanted[k].text]
    for key in edited:
        row = MentionRecord.objects.get(key=key)
        mention, reading = wanted[key], _reading(key, wanted[key], readings, topic)
        MentionVersion.objects.filter(mention=row, what=MentionVersion.HEARD, text="").update(text=row.text)
        raw = mention.raw
        MentionVersion.objects.create(
            mention=row, what=MentionVersion.EDITED, seen_at=now, text=mention.text, raw=raw
        )
        changed = MentionRecord.objects.get(pk=row.pk)
        keep.read_again(changed, mention.text, reading)
        changed.edited_at = now
        _reindex(row, topics_after=topics_of(row.id), changed=changed)
        changed.save()
        proof = content(key, row.author_key, said.time_of(row.id), mention.text, raw)
        chain.append([chain.Fact("edited", key, proof)], now)
    return len(edited)


def _delete(source: SourceRecord, native_ids: Sequence[str], now: datetime) -> int:
    """Note that the network says these are gone. What was said stays."""
    if not native_ids:
        return 0
    keys = [f"{source.kind}:{native_id}"[:500] for native_id in native_ids]
    rows = list(MentionRecord.objects.filter(key__in=keys, deleted_at__isnull=True))
    for row in rows:
        MentionVersion.objects.create(mention=row, what=MentionVersion.DELETED, seen_at=now)
        proof = content(row.key, row.author_key, said.time_of(row.id), row.text, "")
        chain.append([chain.Fact("deleted", row.key, proof)], now)
    MentionRecord.objects.filter(id__in=[row.id for row in rows]).update(deleted_at=now)
    return len(rows)


def _go_on(source: SourceRecord, batch: Batch, taken: Taken, now: datetime) -> None:
    """Store the source's place behind this batch, together with it."""
    fresh = SourceRecord.objects.select_for_update(no_key=True).filter(pk=source.pk).first()
    if fresh is None:
        raise NotPossible(_("This source was removed meanwhile."))
    fresh.cursor = batch.cursor
    fresh.heard += taken.new
    if taken.new:
        fresh.last_heard_at = now
    fresh.save(update_fields=["cursor", "heard", "last_heard_at"])
    source.cursor, source.heard, source.last_heard_at = fresh.cursor, fresh.heard, fresh.last_heard_at
