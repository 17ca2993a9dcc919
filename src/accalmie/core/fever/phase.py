"""Where a storm stands, by explicit rules: level (with two thresholds), phase, and what is remembered of it.

A storm begins at level 3 and ends below level 2. Within it: RISING until there was no new high for twenty
minutes; PEAK while it stays near its highest; FALLING when it is well below; RISING again when it comes back by
as much. After it CALM_AGAIN for a day, because storms come back on the next morning (field.md B3).
GRUMBLING is level 2, or clearly more critics than usual over six hours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt

from accalmie.core.fever.pulse import Phase

STORM = 3
#: A level is left when the force is this much below it: no flapping around a threshold.
SLACK = 0.4
#: So much force below its highest (some two fifths fewer critics) a storm is falling; so much above its lowest
#: since then it is rising again. A new high is one by this much.
FALLEN, HIGHER = 0.5, 0.05
#: Without a new high for so many minutes a storm does not rise any more.
PEAK_AFTER = 20
CALM_AGAIN_MINUTES = 24 * 60
#: So many times the awaited critics of six hours are a grumbling, and so many keep it on. At 1.35 a third of the
#: slow beginnings of `benchmarks.storms` are heard before they erupt, and a tenth of all calm time grumbles.
GRUMBLE, GRUMBLE_ON = 1.35, 1.25
#: Lower ratios to the usual are no peaks of any kind.
WORTH_A_CREST = 1.2


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the storm stands.

    `top` is the highest force of the running wave, reached at minute `topped`; `low` the lowest since it falls;
    `calm_until` (a minute) the end of the day after the last storm. `grumbling` is decided when an hour closes.
    """

    force: float = 0.0
    level: int = 0
    phase: Phase = Phase.LEARNING
    storm: bool = False
    top: float = 0.0
    topped: int = 0
    low: float = 0.0
    calm_until: int = 0
    grumbling: bool = False
    #: The highest ratio of critics to the usual in the running hour.
    crest: float = 0.0


def level_of(before: int, force: float) -> int:
    """Return the level of `force`: up at once, down only when it is clearly below."""
    if force >= before:
        return min(int(force), 6)
    while before > 0 and force < before - SLACK:
        before -= 1
    return before


def stand(before: Standing, force: float, times: float, minute: int, *, known: bool) -> Standing:
    """Return where it stands at the end of `minute`, with this `force` and so many `times` the usual critics."""
    level = level_of(before.level, force)
    crest = max(before.crest, round(times, 1)) if times >= WORTH_A_CREST else before.crest
    after = replace(before, force=force, level=level, crest=crest)
    if not known:
        return replace(after, phase=Phase.LEARNING)
    if level >= STORM or (before.storm and level >= STORM - 1):
        return _in_storm(before, after, minute)
    if before.storm:
        # On a full hour, so that an idle topic can be followed hour by hour.
        until = (minute + CALM_AGAIN_MINUTES) // 60 * 60 + 60
        over = replace(after, storm=False, top=0.0, topped=0, low=0.0, grumbling=False)
        return replace(over, phase=Phase.CALM_AGAIN, calm_until=until)
    return replace(after, phase=_outside(after, minute))


def _in_storm(before: Standing, after: Standing, minute: int) -> Standing:
    force = after.force
    back = before.phase is Phase.FALLING and force >= before.low + FALLEN
    if not before.storm or back or force >= before.top + HIGHER:
        return replace(after, phase=Phase.RISING, storm=True, top=force, topped=minute, low=force)
    low = min(before.low, force)
    if force < before.top - FALLEN:
        return replace(after, phase=Phase.FALLING, low=low)
    # Not yet back by as much as it fell: one wave goes down, whatever a minute says.
    if before.phase is Phase.FALLING or (
        before.phase is Phase.RISING and minute < before.topped + PEAK_AFTER
    ):
        return replace(after, low=low)
    return replace(after, phase=Phase.PEAK, low=low)


def _outside(standing: Standing, minute: int) -> Phase:
    if standing.level >= STORM - 1 or standing.grumbling:
        return Phase.GRUMBLING
    return Phase.CALM_AGAIN if minute < standing.calm_until else Phase.CALM


def lasting(hours: tuple[tuple[float, float], ...]) -> float:
    """Return how many times the awaited number of critics at least three of the last hours held (1: usual)."""
    ratios = sorted(((said + 1.5) / (awaited + 1.5) for said, awaited in hours), reverse=True)
    return ratios[2] if len(ratios) > 2 else 1.0


def grumbles(hours: tuple[tuple[float, float], ...], already: bool) -> bool:
    """Tell whether the critics of the last hours, each with the number awaited, are clearly more than usual."""
    said, awaited = sum(hour[0] for hour in hours), sum(hour[1] for hour in hours)
    times, more = (said + 1.5) / (awaited + 1.5), said - awaited
    if already:
        return times >= GRUMBLE_ON and more >= sqrt(awaited + 1)
    return times >= GRUMBLE and lasting(hours) >= 1 + (GRUMBLE - 1) / 2 and more >= 3 * sqrt(2 * awaited + 1)
