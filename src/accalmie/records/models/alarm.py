"""Alarms, who was told of them, and the timeline in which everything that happens is noted."""

from __future__ import annotations

from django.db import models

from accalmie.records.models.people import ContactRecord, User
from accalmie.records.models.topic import TopicRecord


class AlarmRecord(models.Model):
    """One storm, one alarm. Reasons are those of the moment when it was last raised."""

    RAISED, HELD, CLEARED = "raised", "held", "cleared"

    topic = models.ForeignKey(TopicRecord, on_delete=models.CASCADE, related_name="alarms")
    state = models.CharField(max_length=8, default=RAISED)
    #: The minute of the storm in which it was raised (UTC), and when we knew.
    at = models.DateTimeField()
    known_at = models.DateTimeField()
    level = models.PositiveSmallIntegerField()
    peak = models.PositiveSmallIntegerField()
    fever = models.FloatField()
    reasons = models.JSONField(default=list)
    against = models.JSONField(default=list)
    cleared_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL)
    #: Found in the past, in what was read in from a file: nobody was alerted.
    past = models.BooleanField(default=False)

    class Meta:
        indexes = (models.Index(fields=["topic", "-at"]),)


class NoticeRecord(models.Model):
    """One alert to one contact of one person, on its way. The table is the queue."""

    WAITING, SENDING, SENT, FAILED, HELD_BACK, UNCERTAIN = (
        "waiting", "sending", "sent", "failed", "held_back", "uncertain",
    )  # fmt: skip

    alarm = models.ForeignKey(AlarmRecord, on_delete=models.CASCADE, related_name="notices")
    person = models.ForeignKey(User, on_delete=models.CASCADE)
    contact = models.ForeignKey(ContactRecord, null=True, on_delete=models.SET_NULL)
    #: "raised", "grown" or "cleared", with the level it tells.
    what = models.CharField(max_length=8)
    level = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, default=WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True, default="")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(null=True, blank=True, db_index=True)
    leased_by = models.CharField(max_length=64, blank=True, default="")
    leased_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["alarm", "contact", "what", "level"], name="one_notice_for_one_event"
            ),
        )


class TimelineEntry(models.Model):
    """Something that happened, for people. `what` is a key of phrasebook/timeline.toml with its values."""

    at = models.DateTimeField()
    #: Who did it; "" when the program did.
    who = models.CharField(max_length=150, blank=True, default="")
    topic = models.ForeignKey(TopicRecord, null=True, on_delete=models.CASCADE, related_name="timeline")
    alarm = models.ForeignKey(AlarmRecord, null=True, on_delete=models.CASCADE, related_name="timeline")
    what = models.CharField(max_length=40)
    values = models.JSONField(default=dict)

    class Meta:
        indexes = (models.Index(fields=["topic", "-at"]),)
