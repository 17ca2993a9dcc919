"""An alarm seen from afterwards, on its page: the moments of its storm, each with how far it was from the alarm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accalmie.core.fever.hindsight import Hindsight
from accalmie.pages import told
from accalmie.records import replay
from accalmie.records.barometer import minute, moment
from accalmie.records.models import AlarmRecord

#: Of a storm's beginning, these levels are told; what comes after them is the alarm's story.
FIRST_LEVELS = 3


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment of the storm, what it was, and how long before or after the alarm ("" for its own)."""

    at: datetime
    words: str
    away: str
    kind: str = ""

    @property
    def minute(self) -> int:
        """The minute since 1970."""
        return minute(self.at)


def moments(alarm: AlarmRecord, clock: datetime) -> list[Moment]:
    """Return the moments of an alarm's storm in order; `clock` is its topic's now."""
    back = replay.looked_back(alarm, minute(clock))
    found = sorted(_named(back, alarm), key=lambda one: one[0])
    return [Moment(moment(at), words, _away(at - back.raised), kind) for at, kind, words in found]


def _named(back: Hindsight, alarm: AlarmRecord) -> list[tuple[int, str, str]]:
    named: list[tuple[int, str, str]] = []
    if back.grumbling is not None:
        named.append((back.grumbling, "grumbling", _("Grumbling was heard.")))
    if back.onset is not None:
        named.append((back.onset, "onset", _("The storm began: from here on, more critics than usual.")))
    for level, at in back.reached[:FIRST_LEVELS]:
        named.append((at, "level", _("Level %(level)s was reached.") % {"level": told.level(level)}))
    if back.lower is not None and back.gained:
        words = _("With the threshold at level %(level)s, the alarm would have been raised here.")
        named.append((back.lower, "lower", words % {"level": back.lower_threshold}))
    named.append((back.raised, "raised", _("The alarm was raised.")))
    if back.peak > back.raised:
        words = _("Hottest: level %(level)s.") if alarm.cleared_at else _("Hottest so far: level %(level)s.")
        named.append((back.peak, "peak", words % {"level": told.level(back.peak_level)}))
    return named


def _away(minutes: int) -> str:
    if not minutes:
        return ""
    text = _("%(length)s after the alarm") if minutes > 0 else _("%(length)s before the alarm")
    return text % {"length": told.length(abs(minutes))}
