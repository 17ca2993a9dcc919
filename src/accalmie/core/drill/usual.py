"""Usual life: what is said of a brand when nothing happens, with the rhythm of the day and the week."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from accalmie.core.drill.contagion import poisson
from accalmie.core.drill.draft import Draft, weighted
from accalmie.core.drill.people import Cast, Person, followers
from accalmie.core.drill.scenario import Scenario
from accalmie.core.drill.wording import Moment, Pen

#: Where the invented people live: their days and nights.
ZONE = ZoneInfo("Europe/Paris")
#: How much is said in each hour of the day, and on each day of the week from Monday on (relative figures).
_HOURS = (
    0.25, 0.12, 0.08, 0.06, 0.08, 0.2, 0.5, 0.9, 1.2, 1.45, 1.55, 1.6,
    1.65, 1.45, 1.35, 1.4, 1.5, 1.65, 1.8, 1.75, 1.6, 1.3, 0.9, 0.5,
)  # fmt: skip
_DAYS = (1.05, 1.04, 1.03, 1.03, 1.06, 0.92, 0.87)
#: No hour is like the one of the day before: rates vary by a gamma factor of this shape (mean 1).
_EVENNESS = 50.0
#: How often somebody speaks who has spoken of the brand before.
_REGULAR = 0.5


def rhythm(at: datetime) -> float:
    """Return how much is said at this moment, relative to the mean of the week (1.0)."""
    local = at.astimezone(ZONE)
    return (_HOURS[local.hour] / _mean(_HOURS)) * (_DAYS[local.weekday()] / _mean(_DAYS))


def usual_life(
    scenario: Scenario, pen: Pen, cast: Cast, begins: datetime, ends: datetime, chance: Random
) -> list[Draft]:
    """Return what is said between `begins` and `ends` (UTC) apart from any storm, in no order."""
    drafts: list[Draft] = []
    regulars: list[Person] = []
    hour = begins
    while hour < ends:
        length = min(timedelta(hours=1), ends - hour)
        rate = scenario.usual * rhythm(hour) * chance.gammavariate(_EVENNESS, 1 / _EVENNESS)
        for _ in range(poisson(rate * (length / timedelta(hours=1)), chance)):
            drafts.append(_said(scenario, pen, cast, hour + length * chance.random(), regulars, chance))
        hour += length
    return drafts


def _said(
    scenario: Scenario, pen: Pen, cast: Cast, at: datetime, regulars: list[Person], chance: Random
) -> Draft:
    voice = weighted(dict(scenario.usual_voices), chance.random())
    if voice == "news":
        person = cast.medium(weighted(dict(scenario.languages), chance.random()))
    elif regulars and chance.random() < _REGULAR:
        person = chance.choice(regulars)
    else:
        network = weighted({each.network: each.share for each in scenario.channels}, chance.random())
        language = weighted(dict(scenario.languages), chance.random())
        person = cast.person(network, language, followers(chance), scenario.trade / 2)
        regulars.append(person)
    text = pen.write(voice, person.language, Moment(at.astimezone(ZONE).hour))
    links = (f"{person.author.url}{scenario.handle}-{at:%Y%m%d%H%M%S}",) if voice == "news" else ()
    return Draft(at, person, voice, text, links=links)


def _mean(figures: Sequence[float]) -> float:
    return sum(figures) / len(figures)
