"""Drills: a storm composed of invented people and texts, played into a topic that is marked as such."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from django.db import transaction
from django.utils.translation import gettext as _

from accalmie.actions import lease, topic
from accalmie.actions.mention import take_in
from accalmie.actions.note import note
from accalmie.core import drill
from accalmie.core.lifecycle import NotPossible
from accalmie.core.network import Batch
from accalmie.core.people import Do, require
from accalmie.records import changes
from accalmie.records.models import SourceRecord, TopicRecord, User

KIND = "drill"
#: So much of a second of play is stored at once; the history before the storm comes in one go.
PIECE = 2000


@transaction.atomic
def start(who: User, *, scenario: str, seed: int = 1, speed: float = 60.0) -> TopicRecord:
    """Make the drill's topic; the worker then takes in what was said before the storm, and plays it.

    At `speed` 60 an hour of the storm takes a minute; it ends at the real now, never in the future.
    """
    require(who.rank, Do.DRILL)
    if scenario not in drill.SCENARIOS:
        raise NotPossible(
            _("There is no scenario %(scenario)s; there are %(known)s.")
            % {"scenario": scenario, "known": ", ".join(drill.SCENARIOS)}
        )
    if not 1 <= speed <= 3600:
        raise NotPossible(_("A drill is played 1 to 3600 times as fast as life."))
    now = datetime.now(UTC)
    plan = drill.SCENARIOS[scenario]
    ends = drill.ends_at(now, speed, plan.duration)
    made = topic.make(
        who, name=_free_name(plan.brand), words=plan.words, languages=(), zone="Europe/Paris", drill=True
    )
    SourceRecord.objects.create(
        topic=made, kind=KIND, name=plan.brand, only_matching=False, next_at=now, mode="drill",
        address={
            "scenario": scenario, "seed": seed, "speed": speed, "ends": ends.isoformat(),
            "begins": (ends - plan.duration).isoformat(), "played": 0.0, "resumed_at": now.isoformat(),
        },
    )  # fmt: skip
    note("drill_begun", now, who=who.username, topic=made, name=plan.brand)
    return made


def _free_name(brand: str) -> str:
    taken = set(TopicRecord.objects.filter(name__startswith=brand).values_list("name", flat=True))
    names = (brand if count == 1 else f"{brand} {count}" for count in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


@lru_cache(maxsize=4)
def _play(scenario: str, seed: int, ends: str) -> drill.Play:
    """Compose a play, or remember it: a worker asks for the same one twice a second."""
    return drill.compose(scenario, seed, ends=datetime.fromisoformat(ends))


def _history(source: SourceRecord, play: drill.Play) -> None:
    """Take in all that was said before the storm: what is usual must be known before it begins."""
    before = [mention for mention in play.mentions if mention.said_at <= play.history_ends]
    for first in range(0, len(before), PIECE):
        take_in(source, Batch("", tuple(before[first : first + PIECE])), datetime.now(UTC))
    # Only now is there a place to go on from: whoever is killed before begins again, and keeps nothing twice.
    take_in(source, Batch(play.history_ends.isoformat()), datetime.now(UTC))


def _source(topic_id: int) -> SourceRecord:
    rows = SourceRecord.objects.select_for_update(of=("self",)).select_related("topic")
    source = rows.filter(topic_id=topic_id, kind=KIND).first()
    if source is None:
        raise NotPossible(_("This drill was removed meanwhile."))
    return source


def played(source: SourceRecord, now: datetime) -> timedelta:
    """Return for how long the drill has been played, pauses left out."""
    running = source.address["resumed_at"]
    since = now - datetime.fromisoformat(running) if running else timedelta(0)
    return timedelta(seconds=source.address["played"]) + max(since, timedelta(0))


@transaction.atomic
def pause(who: User, topic_id: int) -> None:
    """Hold the drill's clock."""
    require(who.rank, Do.DRILL)
    source = _source(topic_id)
    now = datetime.now(UTC)
    if source.address["resumed_at"]:
        seconds = played(source, now).total_seconds()
        source.address = {**source.address, "played": seconds, "resumed_at": ""}
        source.state = SourceRecord.PAUSED
        source.save(update_fields=["address", "state"])
        note("drill_paused", now, who=who.username, topic=source.topic)
        changes.note("topic", topic_id, now)


@transaction.atomic
def go_on(who: User, topic_id: int) -> None:
    """Let the drill's clock run again."""
    require(who.rank, Do.DRILL)
    source = _source(topic_id)
    now = datetime.now(UTC)
    if not source.address["resumed_at"] and source.state != SourceRecord.STOPPED:
        source.address = {**source.address, "resumed_at": now.isoformat()}
        source.state, source.next_at = SourceRecord.LISTENING, now
        source.save(update_fields=["address", "state", "next_at"])
        note("drill_resumed", now, who=who.username, topic=source.topic)
        changes.note("topic", topic_id, now)


def remove(who: User, topic_id: int) -> None:
    """Remove a drill with all its invented mentions."""
    with transaction.atomic():
        _source(topic_id)
    topic.remove(who, topic_id)


def play_all(worker: str, now: datetime) -> bool:
    """Play every drill on to where its clock stands now. Returns False: nothing more to do just now."""
    for source in lease.due_sources({KIND}, now):
        if lease.claim(source, worker, now):
            try:
                _play_on(source, now)
            finally:
                lease.release(source.id, worker)
    return False


def _play_on(source: SourceRecord, now: datetime) -> None:
    address = source.address
    play = _play(address["scenario"], address["seed"], address["ends"])
    begins = datetime.fromisoformat(address["begins"])
    if not source.cursor:
        _history(source, play)
    until = min(drill.sim_at(begins, played(source, now), address["speed"]), play.ends, now)
    after = datetime.fromisoformat(source.cursor) if source.cursor else begins
    mentions = drill.due(play, after, until)
    if until > after:
        take_in(source, Batch(until.isoformat(), tuple(mentions)), now)
    ended = until >= play.ends
    SourceRecord.objects.filter(pk=source.pk).update(
        last_looked_at=now, state=SourceRecord.STOPPED if ended else source.state
    )
    if ended:
        note("drill_ended", now, topic=source.topic)
    # The drill's clock has moved: the fever is measured up to there, even if nobody spoke.
    TopicRecord.objects.filter(pk=source.topic_id, dirty_from__isnull=True).update(measured_at=None)
    changes.note("topic", source.topic_id, now)
