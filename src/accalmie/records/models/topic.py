"""What we listen for, where we listen, where nobody listened, and what was read in from files."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accalmie.records.models.people import User
from accalmie.records.secret import SecretField


class StandingTopics(models.Manager["TopicRecord"]):
    """Topics that were not removed: what everybody means by topics."""

    def get_queryset(self) -> models.QuerySet[TopicRecord]:
        """Return topics without those that were removed."""
        return super().get_queryset().filter(removed_at__isnull=True)


class TopicRecord(models.Model):
    """A brand, a product or a person, with the words to listen for and its fever as of now."""

    objects = StandingTopics()
    every = models.Manager["TopicRecord"]()

    name = models.CharField(max_length=120, unique=True)
    words = models.JSONField(default=list, blank=True)
    excluded = models.JSONField(default=list, blank=True)
    #: ISO 639-1 codes in which most is said; hints for the reading.
    languages = models.JSONField(default=list, blank=True)
    #: IANA name of the zone in which its people live: habits of hour and week follow it.
    zone = models.CharField(max_length=64, default="Europe/Paris")
    #: An alarm is raised from this level on.
    threshold = models.PositiveSmallIntegerField(default=3)
    #: How many customers can be affected at most, and the share of the affected that writes in public; null:
    #: nobody told.
    customers = models.BigIntegerField(null=True, blank=True)
    writing_share = models.FloatField(null=True, blank=True)
    #: Invented people and texts: a drill, marked on every page.
    drill = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    #: Removed topics stay as a name for what they heard: the words of others are never deleted.
    removed_at = models.DateTimeField(null=True, blank=True)
    #: The people who are alerted.
    alerted = models.ManyToManyField(User, blank=True, related_name="alerted_of")
    # The fever as last measured (a copy of the last MeasureRecord, for the overview).
    level = models.PositiveSmallIntegerField(default=0)
    phase = models.CharField(max_length=16, default="learning")
    fever = models.FloatField(default=36.6)
    #: Minutes since 1970: all up to here (exclusive) is folded into the last checkpoint.
    measured_to = models.BigIntegerField(null=True, blank=True)
    #: The earliest minute whose pulse changed since the last measuring; null: nothing to do.
    dirty_from = models.BigIntegerField(null=True, blank=True, db_index=True)
    measured_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        base_manager_name = "every"

    def __str__(self) -> str:
        return self.name


class SourceRecord(models.Model):
    """One place to listen to. It is due at `next_at`; of several workers, the one with the lease has it."""

    LISTENING, PAUSED, STOPPED = "listening", "paused", "stopped"

    topic = models.ForeignKey(TopicRecord, on_delete=models.CASCADE, related_name="sources")
    #: A name of networks.KINDS, or "file" or "drill".
    kind = models.CharField(max_length=24)
    name = models.CharField(max_length=200)
    address = models.JSONField(default=dict)
    secret = SecretField(blank=True, default="")
    #: Only what holds the topic's words is kept.
    only_matching = models.BooleanField(default=True)
    #: An admin allowed this address although it is on the machine's own network.
    private_allowed = models.BooleanField(default=False)
    state = models.CharField(max_length=12, default=LISTENING)
    cursor = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    #: When a mention last came, and when we last looked with success.
    last_heard_at = models.DateTimeField(null=True, blank=True)
    last_looked_at = models.DateTimeField(null=True, blank=True)
    heard = models.BigIntegerField(default=0)
    #: How it listens just now: "stream", "poll" or "".
    mode = models.CharField(max_length=8, blank=True, default="")
    #: The trouble it is in: a value of core.network.Wrong, or "".
    trouble = models.CharField(max_length=24, blank=True, default="")
    trouble_where = models.TextField(blank=True, default="")
    trouble_detail = models.TextField(blank=True, default="")
    trouble_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True, db_index=True)
    leased_by = models.CharField(max_length=64, blank=True, default="")
    leased_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["topic", "kind"]),)


class GapRecord(models.Model):
    """A stretch in which a source did not listen. `until` null: still deaf. `filled`: fetched afterwards."""

    source = models.ForeignKey(SourceRecord, on_delete=models.CASCADE, related_name="gaps")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    #: A value of core.network.Wrong, "down" (we did not run) or the network's reason.
    why = models.CharField(max_length=24)
    filled = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["source"], condition=Q(until__isnull=True), name="one_open_gap_for_a_source"
            ),
        )


class ImportRecord(models.Model):
    """A file being read in, or read in. It goes on at `offset` after a crash."""

    WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"

    source = models.OneToOneField(SourceRecord, on_delete=models.CASCADE, related_name="file")
    path = models.TextField()
    #: sha256 of the file, so that the same file goes on where it was.
    digest = models.CharField(max_length=64, db_index=True)
    #: {"format": "csv"|"jsonl", "delimiter", "encoding", "columns": {"text": "column name", ...}}
    mapping = models.JSONField(default=dict)
    total_bytes = models.BigIntegerField(default=0)
    #: Bytes read and stored so far.
    offset = models.BigIntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    kept = models.BigIntegerField(default=0)
    repeated = models.BigIntegerField(default=0)
    not_matching = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    #: The first rejected lines: [{"line", "why", "values"}], at most 100; the rest is in the rejects file.
    rejects = models.JSONField(default=list)
    state = models.CharField(max_length=12, default=WAITING)
    #: {"why", "values"} of phrasebook/trouble.toml when it failed.
    error = models.JSONField(default=dict)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
