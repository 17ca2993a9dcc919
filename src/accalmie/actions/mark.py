"""Marks on a topic's course: campaigns that are planned, and what we published ourselves.

What is marked in the past changes how loud was expected, so the topic is measured anew from there on.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.db import models, transaction
from django.utils.translation import gettext as _

from accalmie.actions.note import note
from accalmie.core.lifecycle import NotPossible
from accalmie.core.people import Do, require
from accalmie.records import barometer, changes, marks
from accalmie.records.models import CampaignRecord, OwnMessageRecord, TopicRecord, User

#: What lasts longer is no campaign but the usual, and is learnt as such.
LONGEST = timedelta(days=60)
MOST_NAME, MOST_TEXT, MOST_ADDRESS = 120, 10_000, 2_000
#: Clocks of two machines differ by so much.
SOON = timedelta(minutes=2)
#: A drill's clock may stand still: what is published is published just before it, where curves still reach.
JUST_BEFORE = timedelta(seconds=1)


@transaction.atomic
def plan_campaign(who: User, topic_id: int, *, name: str, since: datetime, until: datetime) -> CampaignRecord:
    """Mark a stretch in which many mentions are expected. Raises NotPossible, NoRight.

    In the past too: the topic is measured anew from its beginning on.
    """
    topic = _found(topic_id)
    _require(who, topic)
    name = _checked(topic, name, since, until)
    campaign = CampaignRecord.objects.create(topic=topic, name=name, since=since, until=until, by=who)
    now = datetime.now(UTC)
    note("campaign_planned", now, who=who.username, topic=topic, name=name)
    _measure_anew(topic, since, now)
    return campaign


@transaction.atomic
def change_campaign(
    who: User, campaign_id: int, *, name: str, since: datetime, until: datetime
) -> CampaignRecord:
    """Change a campaign. Raises NotPossible when it was removed meanwhile, or for what cannot be."""
    campaign, topic = _campaign(campaign_id)
    _require(who, topic)
    name = _checked(topic, name, since, until, campaign.id)
    before = campaign.since, campaign.until
    campaign.name, campaign.since, campaign.until = name, since, until
    campaign.save(update_fields=["name", "since", "until"])
    now = datetime.now(UTC)
    note("campaign_changed", now, who=who.username, topic=topic, name=name)
    _measure_anew(topic, min(since, before[0]), now)
    return campaign


@transaction.atomic
def remove_campaign(who: User, campaign_id: int) -> None:
    """Remove a campaign: its stretch is measured like any other again."""
    campaign, topic = _campaign(campaign_id)
    _require(who, topic)
    now = datetime.now(UTC)
    CampaignRecord.objects.filter(pk=campaign.pk).update(removed_at=now)
    note("campaign_removed", now, who=who.username, topic=topic, name=campaign.name)
    _measure_anew(topic, campaign.since, now)


@transaction.atomic
def note_own_message(
    who: User | None,
    topic_id: int,
    *,
    text: str,
    at: datetime | None = None,
    address: str = "",
    network: str = "",
) -> OwnMessageRecord:
    """Mark what we published at `at` (None: just now). Raises NotPossible, NoRight.

    `who` is None when the program published it itself: then whoever approved it had the right, and what is
    told twice (the same address) is kept once.
    """
    topic = _found(topic_id)
    if who is not None:
        _require(who, topic)
    fields = _checked_message(topic, text, at, address)
    known = _of_address(topic, fields["address"]).first()
    if known is not None and who is None:
        return known
    if known is not None:
        raise NotPossible(_("A message with this link is marked already."))
    message = OwnMessageRecord.objects.create(topic=topic, network=network, by=who, **fields)
    now = datetime.now(UTC)
    note("own_message_noted", now, who=who.username if who else "", topic=topic)
    changes.note("topic", topic.id, now)
    return message


@transaction.atomic
def change_own_message(
    who: User, message_id: int, *, text: str, at: datetime, address: str = ""
) -> OwnMessageRecord:
    """Change what was marked as published. Raises NotPossible, NoRight."""
    message, topic = _message(message_id)
    _require(who, topic)
    fields = _checked_message(topic, text, at, address)
    if _of_address(topic, fields["address"]).exclude(pk=message.pk).exists():
        raise NotPossible(_("A message with this link is marked already."))
    for name, value in fields.items():
        setattr(message, name, value)
    message.save(update_fields=list(fields))
    now = datetime.now(UTC)
    note("own_message_changed", now, who=who.username, topic=topic)
    changes.note("topic", topic.id, now)
    return message


@transaction.atomic
def remove_own_message(who: User, message_id: int) -> None:
    """Take the mark of a message away. What was published stays where it was published."""
    message, topic = _message(message_id)
    _require(who, topic)
    now = datetime.now(UTC)
    OwnMessageRecord.objects.filter(pk=message.pk).update(removed_at=now)
    note("own_message_removed", now, who=who.username, topic=topic)
    changes.note("topic", topic.id, now)


# ── What may be ───────────────────────────────────────────────────────────────────────────────────────────


def _require(who: User, topic: TopicRecord) -> None:
    require(who.rank, Do.DRILL if topic.drill else Do.LISTEN)


def _checked(
    topic: TopicRecord, name: str, since: datetime, until: datetime, own_id: int | None = None
) -> str:
    """Return the campaign's name tidied up. Raises NotPossible for what cannot be."""
    name = " ".join(name.split())
    if not name:
        raise NotPossible(_("A campaign needs a name."))
    if len(name) > MOST_NAME:
        raise NotPossible(_("A campaign's name has at most 120 characters."))
    if until <= since:
        raise NotPossible(_("The campaign ends before it begins."))
    if until - since > LONGEST:
        raise NotPossible(_("A campaign lasts at most 60 days; what lasts longer is the usual."))
    for other in marks.campaigns(topic.id, since, until):
        if other.id != own_id and other.name.casefold() == name.casefold():
            raise NotPossible(
                _("A campaign named “%(name)s” is planned for part of this time already.")
                % {"name": other.name}
            )
    return name


def _checked_message(topic: TopicRecord, text: str, at: datetime | None, address: str) -> dict[str, object]:
    text, address = text.strip(), address.strip()
    if not text:
        raise NotPossible(_("Say what was published: its text, or a title."))
    if len(text) > MOST_TEXT:
        raise NotPossible(_("The text has at most 10,000 characters; a title is enough."))
    if address and (len(address) > MOST_ADDRESS or not _on_the_web(address)):
        raise NotPossible(_("The link begins with https:// or http://."))
    now = barometer.clock_of(topic) - JUST_BEFORE if topic.drill else datetime.now(UTC)
    if at is not None and at > now + SOON:
        raise NotPossible(_("Only what was published already can be marked; this moment is yet to come."))
    return {"text": text, "at": at or now, "address": address}


def _on_the_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _of_address(topic: TopicRecord, address: object) -> models.QuerySet[OwnMessageRecord]:
    rows = OwnMessageRecord.objects.filter(topic=topic, removed_at__isnull=True, address=address)
    return rows if address else rows.none()


# ── What there is ─────────────────────────────────────────────────────────────────────────────────────────


def _found(topic_id: int) -> TopicRecord:
    topic = TopicRecord.objects.select_for_update(no_key=True).filter(pk=topic_id).first()
    if topic is None:
        raise NotPossible(_("This topic was removed meanwhile."))
    return topic


def _campaign(campaign_id: int) -> tuple[CampaignRecord, TopicRecord]:
    found = CampaignRecord.objects.filter(pk=campaign_id, removed_at__isnull=True)
    # Looked up once more when nobody else can change the topic's marks.
    if (row := found.first()) is not None:
        topic = _found(row.topic_id)
        if (row := found.first()) is not None:
            return row, topic
    raise NotPossible(_("This campaign was removed meanwhile."))


def _message(message_id: int) -> tuple[OwnMessageRecord, TopicRecord]:
    found = OwnMessageRecord.objects.filter(pk=message_id, removed_at__isnull=True)
    if (row := found.first()) is not None:
        topic = _found(row.topic_id)
        if (row := found.first()) is not None:
            return row, topic
    raise NotPossible(_("This message's mark was removed meanwhile."))


def _measure_anew(topic: TopicRecord, since: datetime, now: datetime) -> None:
    """Let the topic be measured anew from `since` on, as far as it was measured already."""
    first = barometer.minute(since)
    if topic.measured_to is not None and first < topic.measured_to:
        earliest = first if topic.dirty_from is None else min(first, topic.dirty_from)
        TopicRecord.objects.filter(pk=topic.pk).update(dirty_from=earliest)
    changes.note("topic", topic.id, now)
