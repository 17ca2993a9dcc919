"""The fever's tables: pulses (counts), measures (how hot), hours (for long charts), checkpoints (to go on)."""

from __future__ import annotations

from django.db import models

from accalmie.records.models.topic import TopicRecord


class PulseRecord(models.Model):
    """`core.fever.pulse.Pulse` of one minute; only minutes in which something was said have a row."""

    topic = models.ForeignKey(TopicRecord, on_delete=models.CASCADE, db_index=False)
    minute = models.BigIntegerField()
    mentions = models.IntegerField()
    judged = models.IntegerField(default=0)
    negative = models.IntegerField(default=0)
    positive = models.IntegerField(default=0)
    insults = models.IntegerField(default=0)
    affected = models.IntegerField(default=0)
    loud = models.IntegerField(default=0)
    understanding = models.IntegerField(default=0)
    teasing = models.IntegerField(default=0)
    reach = models.BigIntegerField(default=0)
    channels = models.JSONField(default=dict)
    #: Little-endian uint32, one for each mention (see Pulse.voices).
    voices = models.BinaryField(default=bytes)
    #: The same, one for each mention of some words (see Pulse.echoes).
    echoes = models.BinaryField(default=bytes)
    hashtags = models.JSONField(default=dict)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["topic", "minute"], name="one_pulse_a_minute"),)


class MeasureRecord(models.Model):
    """How hot it was in one minute. Calm minutes in which nobody spoke have no row."""

    topic = models.ForeignKey(TopicRecord, on_delete=models.CASCADE, db_index=False)
    minute = models.BigIntegerField()
    fever = models.FloatField()
    level = models.PositiveSmallIntegerField()
    phase = models.CharField(max_length=16)
    mentions_hour = models.IntegerField()
    authors_hour = models.IntegerField()
    negative_hour = models.IntegerField()
    judged_hour = models.IntegerField()
    expected = models.FloatField()
    ceiling = models.FloatField()
    usual_negative = models.FloatField()
    known = models.BooleanField()
    gap = models.BooleanField(default=False)
    #: [{"key", "values"}]
    reasons = models.JSONField(default=list)
    against = models.JSONField(default=list)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["topic", "minute"], name="one_measure_a_minute"),)


class HourRecord(models.Model):
    """A topic's hour: what was said, by how many, and how hot it became. `hour` is hours since 1970, UTC."""

    topic = models.ForeignKey(TopicRecord, on_delete=models.CASCADE, db_index=False)
    hour = models.IntegerField()
    mentions = models.IntegerField(default=0)
    authors = models.IntegerField(default=0)
    judged = models.IntegerField(default=0)
    negative = models.IntegerField(default=0)
    positive = models.IntegerField(default=0)
    insults = models.IntegerField(default=0)
    affected = models.IntegerField(default=0)
    loud = models.IntegerField(default=0)
    understanding = models.IntegerField(default=0)
    teasing = models.IntegerField(default=0)
    reach = models.BigIntegerField(default=0)
    channels = models.JSONField(default=dict)
    expected = models.FloatField(default=0.0)
    ceiling = models.FloatField(default=0.0)
    fever = models.FloatField(default=36.6)
    level = models.PositiveSmallIntegerField(default=0)
    phase = models.CharField(max_length=16, default="learning")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["topic", "hour"], name="one_row_an_hour"),)


class CheckpointRecord(models.Model):
    """The fever's and the alarm's state when all minutes before `minute` were folded in."""

    topic = models.ForeignKey(TopicRecord, on_delete=models.CASCADE, db_index=False)
    minute = models.BigIntegerField()
    state = models.JSONField()
    alarm = models.JSONField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["topic", "minute"], name="one_checkpoint_a_minute"),)
