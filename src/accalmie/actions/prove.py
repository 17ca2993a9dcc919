"""The proof, looked at: where a mention stands in the chain, and whether the chain still holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accalmie.actions.mention import content
from accalmie.core.evidence import link
from accalmie.core.mention import time_of
from accalmie.records import chain
from accalmie.records.models import MentionRecord, MentionVersion, ProofRecord


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mention stands in the chain. `holds`: the link follows, and what is kept is what was proved."""

    seq: int
    at: datetime
    link: str
    before: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a walk along the whole chain found. `broken_at` is the first entry that does not follow."""

    entries: int
    last: str
    broken_at: int | None


def place(mention: MentionRecord) -> Place | None:
    """Return the place of a mention as it was first heard; None when the chain does not know it."""
    record = ProofRecord.objects.filter(ref=mention.key, kind="heard").order_by("seq").first()
    if record is None:
        return None
    before = chain.before(record.seq) or ""
    follows = record.link == link(before, chain.entry(record))
    return Place(
        record.seq, record.at, record.link, before, follows and record.digest == heard_content(mention)
    )


def heard_content(mention: MentionRecord) -> str:
    """Return the digest of what is kept now of the mention as it was first heard."""
    version = MentionVersion.objects.filter(mention=mention, what=MentionVersion.HEARD).first()
    raw = version.raw if version else ""
    text = version.text if version and mention.edited_at else mention.text
    return content(mention.key, mention.author_key, time_of(mention.id), text, raw)


def verify_all() -> Verdict:
    """Walk along the whole chain. A million entries take some seconds."""
    entries, last, broken = 0, "", None
    for record, follows in chain.walk():
        entries, last = entries + 1, record.link
        if not follows and broken is None:
            broken = record.seq
    return Verdict(entries, last, broken)
