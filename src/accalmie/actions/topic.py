"""Topics: made, changed, removed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from accalmie.actions.note import note
from accalmie.core.lifecycle import NotPossible
from accalmie.core.people import Do, require
from accalmie.records import changes, index, keep
from accalmie.records.models import HearingRecord, MentionRecord, TopicRecord, User


def _checked(name: str, words: Sequence[str], zone: str, threshold: int) -> tuple[str, list[str]]:
    """Return the name and words tidied up. Raises NotPossible for what cannot be."""
    name = " ".join(name.split())
    if not name:
        raise NotPossible(_("A topic needs a name."))
    if len(name) > 120:
        raise NotPossible(_("A topic's name has at most 120 characters."))
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise NotPossible(_("%(zone)s is not a time zone; Europe/Paris is one.") % {"zone": zone}) from None
    if not 1 <= threshold <= 6:
        raise NotPossible(_("The level from which an alarm is raised is 1 to 6."))
    return name, _tidy(words)


def _tidy(words: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(w for word in words if (w := " ".join(word.split()))))


@transaction.atomic
def make(
    who: User,
    *,
    name: str,
    words: Sequence[str],
    excluded: Sequence[str] = (),
    languages: Sequence[str] = (),
    zone: str = "Europe/Paris",
    threshold: int = 3,
    drill: bool = False,
) -> TopicRecord:
    """Make a topic; whoever makes it is alerted. Raises NotPossible for a name that is taken or no zone."""
    require(who.rank, Do.DRILL if drill else Do.LISTEN)
    name, tidy = _checked(name, words, zone, threshold)
    if TopicRecord.objects.filter(name=name).exists():
        raise NotPossible(_("There is a topic named %(name)s already.") % {"name": name})
    topic = TopicRecord.objects.create(
        name=name, words=tidy, excluded=_tidy(excluded), languages=list(languages), zone=zone,
        threshold=threshold, drill=drill,
    )  # fmt: skip
    topic.alerted.add(who)
    now = datetime.now(UTC)
    note("topic_made", now, who=who.username, topic=topic, name=name)
    changes.note("topic", topic.id, now)
    return topic


@transaction.atomic
def change(
    who: User,
    topic_id: int,
    *,
    name: str,
    words: Sequence[str],
    excluded: Sequence[str],
    languages: Sequence[str],
    zone: str,
    threshold: int,
) -> TopicRecord:
    """Change what a topic listens for. What was kept stays; the new words hold for what comes."""
    require(who.rank, Do.LISTEN)
    name, tidy = _checked(name, words, zone, threshold)
    topic = _found(topic_id)
    if TopicRecord.objects.filter(name=name).exclude(pk=topic.pk).exists():
        raise NotPossible(_("There is a topic named %(name)s already.") % {"name": name})
    topic.name, topic.words, topic.excluded = name, tidy, _tidy(excluded)
    topic.languages, topic.zone, topic.threshold = list(languages), zone, threshold
    fields = ["name", "words", "excluded", "languages", "zone", "threshold"]
    topic.save(update_fields=fields)
    now = datetime.now(UTC)
    note("topic_changed", now, who=who.username, topic=topic, name=name)
    changes.note("topic", topic.id, now)
    return topic


@transaction.atomic
def choose_alerted(who: User, topic_id: int, person_ids: Sequence[int]) -> None:
    """Choose who is alerted of this topic's alarms."""
    require(who.rank, Do.CHOOSE_ALERTS)
    topic = _found(topic_id)
    topic.alerted.set(User.objects.filter(id__in=person_ids, is_active=True))
    note("alerted_chosen", datetime.now(UTC), who=who.username, topic=topic, people=topic.alerted.count())


def _found(topic_id: int) -> TopicRecord:
    topic = TopicRecord.objects.select_for_update().filter(pk=topic_id).first()
    if topic is None:
        raise NotPossible(_("This topic was removed meanwhile."))
    return topic


@transaction.atomic
def remove(who: User, topic_id: int) -> None:
    """Remove a topic with its sources and its alarms.

    What it heard stays: it can be found, and proved, under everything kept. A drill goes with all its
    invented mentions; only their entries in the chain of proof remain, for nothing is taken out of that.
    """
    topic = _found(topic_id)
    require(who.rank, Do.DRILL if topic.drill else Do.REMOVE_TOPIC)
    name = topic.name
    now = datetime.now(UTC)
    if topic.drill:
        _forget_mentions(topic)
        topic.delete()
    else:
        topic.sources.all().delete()
        topic.alarms.all().delete()
        topic.timeline.all().delete()
        # The name is free for another topic from now on.
        topic.name, topic.removed_at, topic.dirty_from = f"{name[:100]} ({topic.id})", now, None
        topic.save(update_fields=["name", "removed_at", "dirty_from"])
    note("topic_removed", now, who=who.username, name=name)
    changes.note("topic", topic_id, now)


def _forget_mentions(topic: TopicRecord) -> None:
    """Take the topic's mentions out of the index, and those that no other topic heard out of the tables."""
    others = HearingRecord.objects.exclude(topic=topic).values("mention_id")
    mine = HearingRecord.objects.filter(topic=topic).values("mention_id")
    shared = list(MentionRecord.objects.filter(id__in=mine).filter(id__in=others))
    for row in shared:
        heard_by = list(
            HearingRecord.objects.filter(mention=row).order_by("id").values_list("topic_id", flat=True)
        )
        index.remove([index.Indexed(row.id, row.text, index.marks(row, heard_by))])
        left = [id for id in heard_by if id != topic.id]
        index.add([index.Indexed(row.id, row.text, index.marks(row, left))])
    shared_ids = {row.id for row in shared}
    alone = MentionRecord.objects.filter(id__in=mine)
    for row in alone.iterator(chunk_size=2000):
        if row.id not in shared_ids:
            index.remove([index.Indexed(row.id, row.text, index.marks(row, [topic.id]))])
    ids = list(HearingRecord.objects.filter(topic=topic).values_list("mention_id", flat=True))
    HearingRecord.objects.filter(topic=topic).delete()
    gone = [id for id in ids if id not in shared_ids]
    keep.forget(gone)
