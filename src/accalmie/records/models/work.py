"""What workers and pages tell each other: that they live, and what has changed."""

from __future__ import annotations

from django.db import models


class HeartbeatRecord(models.Model):
    """A worker says that it lives."""

    name = models.CharField(max_length=64, primary_key=True)
    started_at = models.DateTimeField()
    at = models.DateTimeField()


class ChangeRecord(models.Model):
    """Something on a page has changed: "topic 7", "alarm 3", "source 4". Kept for some minutes."""

    at = models.DateTimeField(db_index=True)
    what = models.CharField(max_length=24)
    ref = models.BigIntegerField(default=0)
