"""The proof's chain in the database: entries are appended, read in order, and checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from accalmie.core.evidence import GENESIS, Entry, link
from accalmie.records.models import ProofRecord


@dataclass(frozen=True, slots=True)
class Fact:
    """Something to be proved later: what kind, what it is about, and the digest of its content."""

    kind: str
    ref: str
    digest: str


def append(facts: Sequence[Fact], at: datetime) -> None:
    """Add `facts` to the end of the chain, in one transaction with what they prove.

    The caller holds the writer's lock (`writer.alone`): two chains would otherwise grow from one end.
    """
    if not facts:
        return
    last = ProofRecord.objects.order_by("-seq").values_list("seq", "link").first()
    seq, before = last or (0, GENESIS)
    rows = []
    moment = connection.ops.adapt_datetimefield_value(at)
    for fact in facts:
        seq += 1
        before = link(before, Entry(seq, at, fact.kind, fact.ref, fact.digest))
        rows.append((seq, moment, fact.kind, fact.ref, fact.digest, before))
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO records_proofrecord(seq, at, kind, ref, digest, link) VALUES (%s, %s, %s, %s, %s, %s)",
            rows,
        )


def entry(record: ProofRecord) -> Entry:
    """Return a stored entry as the core knows it."""
    return Entry(record.seq, record.at, record.kind, record.ref, record.digest)


def before(seq: int) -> str | None:
    """Return the link before entry `seq`; None when that entry is missing."""
    if seq == 1:
        return GENESIS
    return ProofRecord.objects.filter(seq=seq - 1).values_list("link", flat=True).first()


def walk() -> Iterator[tuple[ProofRecord, bool]]:
    """Yield every entry in order, and whether its link follows from the one before it."""
    expected, previous = 1, GENESIS
    for record in ProofRecord.objects.order_by("seq").iterator(chunk_size=5000):
        yield record, record.seq == expected and record.link == link(previous, entry(record))
        expected, previous = record.seq + 1, record.link
