"""What comes next, in words: what to do with its reasons, the look ahead, and whether trust is back.

For people who are signed in: nothing of the look ahead stands in an export or in a text for the public.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from babel import units
from django.utils.translation import gettext_lazy as lazy

from accalmie.actions.outlook import Outlook
from accalmie.core.fever.forecast import Ahead, Between, Forecast, Unsure
from accalmie.core.fever.reaction import Condition, Reaction
from accalmie.core.fever.trust import Recovery, Share, Trust
from accalmie.pages import names, told
from accalmie.pages.next_step import ACKNOWLEDGE, ready
from accalmie.phrasebook import say
from accalmie.records.barometer import moment

#: The hours ahead that are shown at once; the others unfold.
SHOWN = (1, 3, 6, 12)
#: Hours for which it is told that trust is back.
BACK_SHOWN = 48
#: How a condition is marked, with what a screen reader says.
MARKS = {True: ("yes", lazy("yes")), False: ("no", lazy("not yet")), None: ("unknown", lazy("not known"))}


@dataclass(frozen=True, slots=True)
class Check:
    """A condition in words; `look` is a class of the style sheet, `mark` the same for who cannot see it."""

    look: str
    mark: object
    words: str


@dataclass(frozen=True, slots=True)
class Step:
    """What to do next and what it will cause, why, and when to stop."""

    do: str
    then: str
    why: list[str]
    claims: str
    studies: str
    stop: list[Check]
    first: object = ""
    ready: object | None = None

    @property
    def met(self) -> int:
        """How many conditions of stopping hold."""
        return sum(check.look == "yes" for check in self.stop)


@dataclass(frozen=True, slots=True)
class Row:
    """An hour ahead, as figures."""

    at: datetime
    hours: int
    ahead: Ahead


@dataclass(frozen=True, slots=True)
class Shown:
    """The panel "What comes next": sentences, the hours ahead, and the panel on trust where there is one."""

    words: list[str]
    rows: list[Row] = field(default_factory=list)
    morning: str = ""
    signs: list[str] = field(default_factory=list)
    rests: str = ""
    trust: str = ""
    shares: list[tuple[object, Share, Share]] = field(default_factory=list)

    @property
    def few(self) -> list[Row]:
        """The rows that are shown at once."""
        return [row for row in self.rows if row.hours in SHOWN]


def step(found: Outlook, level: int, *, unseen: bool) -> Step:
    """Return what to do next. `unseen`: an alarm is open that nobody has acknowledged."""
    reaction = found.reaction
    return Step(
        do=_say(reaction, ""),
        then=_say(reaction, "_then"),
        why=[_condition(condition) for condition in reaction.why],
        claims=reaction.rule.claims,
        studies=reaction.rule.studies,
        stop=[Check(*MARKS[condition.holds], _condition(condition)) for condition in reaction.stop],
        first=ACKNOWLEDGE if unseen else "",
        ready=ready(level),
    )


def shown(found: Outlook) -> Shown:
    """Return the panel of what comes next."""
    language = told.reader()
    trust, shares = _trust(found)
    morning, signs = "", []
    if found.morning is not None:
        risk = found.morning
        morning = _figures(f"morning_{risk.chance.value}", back=risk.back, days=risk.days)
        signs = [say("forecast", sign, language) for sign in risk.signs]
    if isinstance(found.ahead, Unsure):
        words = [say("forecast", found.ahead.value, language)]
        return Shown(words, morning=morning, signs=signs, trust=trust, shares=shares)
    last = found.course.hours[-1].number
    rows = [Row(moment(hour.number * 60), hour.number - last, hour) for hour in found.ahead.hours]
    words = [_way(found.ahead), _again(found.ahead.usual_again, last)]
    rests = _figures("rests", storms=found.ahead.own_storms)
    return Shown(words, rows, morning, signs, rests, trust, shares)


def _say(reaction: Reaction, part: str) -> str:
    return say("reaction", reaction.rule.key + part, told.reader())


def _condition(condition: Condition) -> str:
    values = {name: _value(name, value) for name, value in condition.values.items()}
    return say("reaction", condition.sentence, told.reader(), **values)


def _value(name: str, value: float | str) -> str:
    """Return a figure as the reader writes it: ratios with a decimal, what else there is as a whole number."""
    if isinstance(value, str):
        return names.channel(value)
    return told.decimal(value) if name.startswith("times") else told.integer(value)


def _figures(key: str, **values: float) -> str:
    return say("forecast", key, told.reader(), **{name: told.integer(v) for name, v in values.items()})


def _way(ahead: Forecast) -> str:
    return say("forecast", ahead.way.value, told.reader(), **(_lengths(ahead.turn) if ahead.turn else {}))


def _lengths(between: Between) -> Mapping[str, str]:
    high = between.point if between.high is None else between.high
    return {"point": length(between.point), "low": length(between.low), "high": length(high)}


def length(hours: float) -> str:
    """Return a length of time as roughly as it is known: in tens of minutes, in hours, in days."""
    minutes = max(round(hours * 6) * 10, 10)
    if minutes < 100:
        return units.format_unit(minutes, "duration-minute", locale=told.locale())
    if hours < 48:
        return units.format_unit(round(hours), "duration-hour", locale=told.locale())
    return units.format_unit(min(round(hours / 24), 30), "duration-day", locale=told.locale())


def _again(again: Between | None, last: int) -> str:
    if again is None:
        return say("forecast", "again_far", told.reader())

    def at(hours: float) -> str:
        return told.moment(moment((last + round(hours)) * 60))

    if again.high is None:
        return say("forecast", "again_open", told.reader(), point=at(again.point), low=at(again.low))
    high = at(again.high + 1)
    if again.point <= 1:
        return say("forecast", "again_now", told.reader(), high=high)
    return say("forecast", "again", told.reader(), point=at(again.point), low=at(again.low), high=high)


def _trust(found: Outlook) -> tuple[str, list[tuple[object, Share, Share]]]:
    """Return the panel on trust: after a storm, until it is back and people have had the time to see that."""
    recovery = found.recovery
    if recovery is None or _long_back(recovery, found.course.now):
        return "", []
    values = {"since": told.moment(moment(recovery.since * 60))} if recovery.since is not None else {}
    words = say("forecast", f"trust_{recovery.trust.value}", told.reader(), **values)
    shares: list[tuple[object, Share, Share]] = [
        (lazy("Negative share of all that is said"), *recovery.everybody),
        (lazy("Negative share of those who had spoken before and speak again"), *recovery.returning),
    ]
    return words, shares


def _long_back(recovery: Recovery, now: int) -> bool:
    return (
        recovery.trust is Trust.BACK
        and recovery.since is not None
        and now // 60 - recovery.since > BACK_SHOWN
    )
