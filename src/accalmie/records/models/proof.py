"""The hash-chained proof. Rows are only ever added."""

from __future__ import annotations

from django.db import models


class ProofRecord(models.Model):
    """An entry of the chain (`core.evidence.Entry`) with its link."""

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=16)
    ref = models.CharField(max_length=520, db_index=True)
    digest = models.CharField(max_length=64)
    link = models.CharField(max_length=64)
