"""What was said: each mention once, every version of it, which topic heard it from where, and its traces."""

from __future__ import annotations

from django.db import models

from accalmie.records.models.topic import SourceRecord, TopicRecord


class MentionRecord(models.Model):
    """One thing somebody said. Its number sorts by the time it was said (`core.mention.number`)."""

    NEGATIVE, NEUTRAL, POSITIVE = -1, 0, 1

    id = models.BigIntegerField(primary_key=True)
    #: "network:native_id": what makes it the same mention.
    key = models.CharField(max_length=500, unique=True)
    network = models.CharField(max_length=24)
    text = models.TextField()
    url = models.TextField(blank=True, default="")
    author_key = models.CharField(max_length=300)
    author_name = models.CharField(max_length=300, blank=True, default="")
    author_url = models.TextField(blank=True, default="")
    #: The author's followers as seen then: the reach of this mention; null when the network did not say.
    reach = models.BigIntegerField(null=True)
    shares = models.IntegerField(default=0)
    in_reply_to = models.CharField(max_length=500, blank=True, default="")
    forwards = models.CharField(max_length=500, blank=True, default="")
    heard_at = models.DateTimeField()
    #: Reading: null tone means unknown.
    language = models.CharField(max_length=8)
    tone = models.SmallIntegerField(null=True)
    tone_sure = models.FloatField(default=0.0)
    insult = models.FloatField(default=0.0)
    stance = models.CharField(max_length=16, default="none")
    teasing = models.FloatField(default=0.0)
    because = models.JSONField(default=list)
    model = models.CharField(max_length=40)
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)


class MentionVersion(models.Model):
    """A mention as it was at one moment: as first heard, after an edit, or the news that it is deleted."""

    HEARD, EDITED, DELETED = "heard", "edited", "deleted"

    mention = models.ForeignKey(MentionRecord, on_delete=models.CASCADE, related_name="versions")
    what = models.CharField(max_length=8)
    seen_at = models.DateTimeField()
    #: Empty for the version as first heard as long as the mention was not edited: the text stands there.
    text = models.TextField(blank=True, default="")
    raw = models.TextField(blank=True, default="")


class HearingRecord(models.Model):
    """This topic heard this mention, at this moment, through this source first."""

    topic = models.ForeignKey(TopicRecord, on_delete=models.CASCADE, db_index=False)
    mention = models.ForeignKey(MentionRecord, on_delete=models.CASCADE, related_name="hearings")
    source = models.ForeignKey(SourceRecord, on_delete=models.SET_NULL, null=True, db_index=False)
    heard_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["topic", "mention"], name="heard_once_by_a_topic"),)


class TraceRecord(models.Model):
    """A link or a hashtag in a mention."""

    LINK, HASHTAG = "l", "h"

    mention = models.ForeignKey(MentionRecord, on_delete=models.CASCADE, related_name="traces")
    kind = models.CharField(max_length=1)
    value = models.CharField(max_length=500)
