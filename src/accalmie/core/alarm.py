"""The judgement that a person must look: raised once for one storm, held, told again only when it grows.

`judge` is fed every measure in order of time. Two thresholds (up at the topic's own, down two levels below
it for an hour) keep an alarm from flapping; a storm that comes back soon after is the same storm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from accalmie.core.fever.pulse import Measure
from accalmie.phrasebook import LANGUAGES, say

if TYPE_CHECKING:
    from babel import Locale

#: So long must it be calm before an alarm is cleared (minutes).
CALM_FOR = 60
#: A storm that is back within so many minutes is the same storm. Bursts come in waves: of 66 bursts of nine
#: brands half needed more than three hours until all was usual again, a quarter more than seven. On a bad
#: day three hours would tell the same storm three times; a whole day would hide a new one.
SAME_STORM = 360
#: The alarm is cleared when the level has fallen so far below the threshold.
BELOW = 2


class Verdict(StrEnum):
    """What became of the alarm. GROWN: told again, because the storm is stronger than what was told."""

    RAISED = "raised"
    HELD = "held"
    GROWN = "grown"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class AlarmState:
    """Where a topic's alarm stands. Times are minutes since 1970.

    `told` is the highest level that people were told of this storm; `calm_since` when it became calm enough
    to be cleared; `cleared_at` when the last alarm was cleared.
    """

    active: bool = False
    told: int = 0
    calm_since: int | None = None
    cleared_at: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> AlarmState:
        """Return what `to_json` gave; an empty mapping is the state of a topic without any alarm."""
        return cls(**data)


def judge(alarm: AlarmState, measure: Measure, *, threshold: int) -> tuple[Verdict | None, AlarmState]:
    """Return what this measure makes of the alarm (None: there is none), and the alarm's state after it.

    Nothing is raised while too little is known of the topic, nor from a minute in which nobody listened; a
    running alarm is then held.
    """
    if alarm.active:
        return _go_on(alarm, measure, max(threshold - BELOW, 0))
    if measure.level < threshold or not measure.known or measure.gap:
        return None, alarm
    back = alarm.cleared_at is not None and measure.minute - alarm.cleared_at <= SAME_STORM
    if back and measure.level <= alarm.told:
        return Verdict.HELD, AlarmState(active=True, told=alarm.told)
    return Verdict.GROWN if back else Verdict.RAISED, AlarmState(active=True, told=measure.level)


def _go_on(alarm: AlarmState, measure: Measure, calm: int) -> tuple[Verdict, AlarmState]:
    if measure.gap or measure.level > calm:
        # Not hearing anything is no calm: the hour of calm begins anew after a gap.
        held = replace(alarm, calm_since=None)
        if measure.gap or measure.level <= alarm.told:
            return Verdict.HELD, held
        return Verdict.GROWN, replace(held, told=measure.level)
    since = measure.minute if alarm.calm_since is None else alarm.calm_since
    if measure.minute - since < CALM_FOR:
        return Verdict.HELD, replace(alarm, calm_since=since)
    return Verdict.CLEARED, AlarmState(told=alarm.told, cleared_at=measure.minute)


def sentence(key: str, values: Mapping[str, float | str], language: str, zone: str = "UTC") -> str:
    """Return the reason in words, its figures as readers of `language` write them, times in their `zone`.

    The values are those of `core.fever.pulse.Reason`; raises KeyError for a key that the phrasebook lacks.
    """
    short = language[:2] if language[:2] in LANGUAGES else "en"
    written = {name: _written(name, value, short) for name, value in values.items()}
    if "minute" in values:
        written["when"] = _weekday_and_hour(int(values["minute"]), short, zone)
    return say("reasons", key, short, **written)


def _written(name: str, value: float | str, language: str) -> str:
    from babel import numbers  # here, because it is slow to import and only people need it

    if isinstance(value, str):
        return value
    locale = _locale(language)
    if name in {"share", "usual"}:
        return numbers.format_percent(value, format=None, locale=locale)
    if name == "times" and value < 10:
        return numbers.format_decimal(round(value, 1), locale=locale)
    return numbers.format_decimal(round(value), locale=locale)


@lru_cache(maxsize=4)
def _locale(language: str) -> Locale:
    from babel import Locale

    return Locale.parse({"en": "en_GB"}.get(language, language))


def _weekday_and_hour(minute: int, language: str, zone: str) -> str:
    """Return "a Sunday 11 p.m.", «d’un dimanche à 23 h», „an einem Sonntag um 23 Uhr“."""
    from babel import dates

    at = datetime.fromtimestamp(minute * 60, UTC).astimezone(ZoneInfo(zone))
    day = dates.get_day_names("wide", locale=_locale(language))[at.weekday()]
    if language == "fr":
        return f"d’un {day} à {at.hour}\N{NO-BREAK SPACE}h"
    if language == "de":
        return f"an einem {day} um {at.hour} Uhr"
    half = "a.m." if at.hour < 12 else "p.m."
    return f"a {day} {at.hour % 12 or 12} {half}"
