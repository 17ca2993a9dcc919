"""How a source is, in words: its state, its trouble, its gaps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accalmie import networks
from accalmie.pages import names
from accalmie.phrasebook import say
from accalmie.records.models import GapRecord, ImportRecord, SourceRecord


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch in which nobody listened, and why."""

    since: datetime
    until: datetime | None
    why: str
    filled: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """A source as its card shows it. `mood` is good, warn, bad or "" and chooses the tag's colour."""

    source: SourceRecord
    kind: str
    state: str
    mood: str
    trouble: str
    gaps: list[Gap]

    @property
    def can_change(self) -> bool:
        """Whether it has a form: files and drills have none."""
        return self.source.kind in networks.KINDS

    @property
    def file(self) -> ImportRecord | None:
        """The import that it stands for, if it is a file."""
        return getattr(self.source, "file", None)


def in_words(source: SourceRecord, language: str) -> Seen:
    """Return a source in the reader's words. Wants `newest_gaps` prefetched."""
    state, mood = _state(source)
    trouble = ""
    if source.trouble:
        trouble = trouble_told(source.trouble, source.trouble_where, source.trouble_detail, language)
    gaps: list[GapRecord] = getattr(source, "newest_gaps", [])
    told = [Gap(gap.since, gap.until, _why(gap.why, language), gap.filled) for gap in gaps]
    return Seen(source, names.channel(source.kind), state, mood, trouble, told)


def _state(source: SourceRecord) -> tuple[str, str]:
    if file := getattr(source, "file", None):
        return _file_state(file)
    if source.state == SourceRecord.PAUSED:
        return _("Paused"), "warn"
    if source.state == SourceRecord.STOPPED:
        return (
            (_("Stopped: somebody must change something"), "bad") if source.trouble else (_("At its end"), "")
        )
    if source.trouble:
        return _("In trouble, tried again by itself"), "bad"
    if source.mode == "stream":
        return _("Listening live"), "good"
    if source.mode == "poll":
        return _every(networks.KINDS[source.kind].every) if source.kind in networks.KINDS else _(
            "Playing"
        ), "good"
    return (_("Playing"), "good") if source.kind == "drill" else (_("About to begin"), "")


def _every(every: timedelta) -> str:
    minutes = max(1, round(every / timedelta(minutes=1)))
    return ngettext("Listening, asks every minute", "Listening, asks every %(count)d minutes", minutes) % {
        "count": minutes
    }


def _file_state(file: ImportRecord) -> tuple[str, str]:
    return {
        ImportRecord.WAITING: (_("Waits to be read in"), ""),
        ImportRecord.RUNNING: (_("Being read in"), "good"),
        ImportRecord.DONE: (_("Read in"), "good"),
        ImportRecord.FAILED: (_("Reading in failed"), "bad"),
    }[file.state]


def trouble_told(wrong: str, where: str, detail: str, language: str) -> str:
    """Return a trouble in plain words of the reader's language."""
    return say("trouble", wrong, language, where=where, detail=detail).strip()


def _why(why: str, language: str) -> str:
    """Return why nobody listened; in the network's own words where the phrasebook knows none."""
    try:
        return say("trouble", f"gap_{why}", language)
    except KeyError:
        return why
