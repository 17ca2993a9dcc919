"""What people mark on a topic's course: campaigns that are planned, and what we published ourselves."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from accalmie.records.models.people import User
from accalmie.records.models.topic import TopicRecord


class CampaignRecord(models.Model):
    """A stretch in which many mentions are expected, because we advertise, launch or celebrate something."""

    topic = models.ForeignKey(TopicRecord, on_delete=models.CASCADE, related_name="campaigns", db_index=False)
    name = models.CharField(max_length=120)
    since = models.DateTimeField()
    until = models.DateTimeField()
    #: Who marked it; null when that account is gone, or a program did.
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, db_index=False)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["topic", "since"]),)
        constraints = (
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="a_campaign_ends_after_it_begins"),
        )


class OwnMessageRecord(models.Model):
    """Something that we published ourselves. `network` is as in mentions; it and `address` may be empty."""

    topic = models.ForeignKey(
        TopicRecord, on_delete=models.CASCADE, related_name="own_messages", db_index=False
    )
    at = models.DateTimeField()
    #: The text, or its title.
    text = models.TextField()
    address = models.TextField(blank=True, default="")
    network = models.CharField(max_length=24, blank=True, default="")
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, db_index=False)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=["topic", "at"]),)
