"""The page of one mention: what was said, as it was heard, what we read in it, and the proof of it."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path

from accalmie.actions import prove
from accalmie.core.mention import time_of
from accalmie.pages import names
from accalmie.pages.door import Visit, page
from accalmie.pages.links import outward
from accalmie.pages.marked import Piece, difference, found
from accalmie.records.models import MentionRecord, MentionVersion

#: A payload may be huge; so much of it is shown.
MOST_RAW = 100_000


@dataclass(frozen=True, slots=True)
class Version:
    """What the mention was at one moment: its words, with what had changed in them since the version before."""

    what: str
    seen_at: datetime
    pieces: list[Piece]
    raw: str


@page("GET")
def mention(request: Visit, mention_id: int) -> HttpResponseBase:
    """Show one mention."""
    row = get_object_or_404(MentionRecord, pk=mention_id)
    told = versions(row, list(row.versions.order_by("seen_at", "id")))
    hearings = list(row.hearings.select_related("topic", "source").order_by("heard_at", "id"))
    drill = any(hearing.topic.drill for hearing in hearings)
    shown = {
        "mention": row,
        "drill": drill,
        "said_at": time_of(row.id),
        "pieces": found(row.text, row.because),
        # Where invented people said it, nobody is.
        "original": "" if drill else outward(row.url),
        "author_page": "" if drill else outward(row.author_url),
        "hearings": hearings,
        "stance": names.STANCES.get(row.stance, row.stance),
        "versions": told,
        "raw": next((version.raw for version in told if version.raw), ""),
        "place": prove.place(row),
    }
    return render(request, "pages/mention.html", shown)


def versions(row: MentionRecord, stored: list[MentionVersion]) -> list[Version]:
    """Return every version with its difference to the one before; a deletion says nothing, so has no words."""
    # As long as it was not edited, the first version's words stand in the mention itself.
    texts = [version.text or row.text for version in stored]
    differences = [[Piece(texts[0])] if texts else [], *(difference(a, b) for a, b in pairwise(texts))]
    return [
        Version(
            version.what,
            version.seen_at,
            [] if version.what == MentionVersion.DELETED else pieces,
            readable(version.raw),
        )
        for version, pieces in zip(stored, differences, strict=False)
    ]


def readable(raw: str) -> str:
    """Return a payload indented if it is JSON, as it came if not; cut where it is endless."""
    # Not all is JSON: a line of a CSV file, an entry of a feed.
    with suppress(ValueError, RecursionError):
        raw = json.dumps(json.loads(raw), ensure_ascii=False, indent=2)
    return raw if len(raw) <= MOST_RAW else raw[:MOST_RAW] + "\n…"


urls: list[URLPattern] = [path("mentions/<int:mention_id>/", mention, name="mention")]
