"""A stretch of kept measures for being played back: what held in every minute, in few points.

Where nobody spoke, calm minutes were not kept; and a long stretch has more minutes than a screen has columns.
What must not get lost on the way to the screen are the changes: they are what people look for.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import pairwise

from accalmie.core.fever.pulse import Measure, Phase

#: The hour that a measure looks back on is empty so many minutes after the last word.
HOUR = 60
#: In these phases, quiet minutes have no measure of their own.
QUIET = frozenset({Phase.CALM, Phase.LEARNING})
NORMAL = 36.6


def filled(measures: Sequence[Measure], until: int) -> list[Measure]:
    """Return the measures with one more where an hour without a word has passed: then the hour is empty."""
    found: list[Measure] = []
    for place, one in enumerate(measures):
        found.append(one)
        after = measures[place + 1].minute if place + 1 < len(measures) else until
        if one.phase in QUIET and not one.gap and after - one.minute > HOUR and one.mentions_hour:
            found.append(emptied(one, one.minute + HOUR))
    return found


def emptied(one: Measure, minute: int) -> Measure:
    """Return what held in `minute`, an hour or more after the last word at `one`."""
    return replace(
        one, minute=minute, fever=NORMAL, level=0, mentions_hour=0, authors_hour=0, negative_hour=0,
        judged_hour=0, score=0.0, reasons=(), against=(),
    )  # fmt: skip


def at(measures: Sequence[Measure], minute: int) -> Measure | None:
    """Return the measure that holds in `minute`: the last one up to then; None before the first."""
    place = bisect_right(measures, minute, key=lambda one: one.minute)
    return measures[place - 1] if place else None


def changes(measures: Sequence[Measure]) -> list[Measure]:
    """Return the measures in which level or phase are others than in the one before."""
    return [
        one for before, one in pairwise(measures) if (one.level, one.phase) != (before.level, before.phase)
    ]


def thinned(measures: Sequence[Measure], most: int, keep: Collection[int] = ()) -> list[Measure]:
    """Return at most some `most` of the measures, evenly over time, the hottest of each piece.

    Always kept are the first and the last, every change of level, phase or gap, and the minutes in `keep`: if
    these alone are more than `most`, they are all that is returned.
    """
    if len(measures) <= most:
        return list(measures)
    wanted = frozenset(keep)
    kept = {0, len(measures) - 1}
    kept |= {place for place, one in enumerate(measures) if one.minute in wanted}
    kept |= {
        place
        for place in range(1, len(measures))
        if _standing(measures[place]) != _standing(measures[place - 1])
    }
    pieces = most - len(kept)
    if pieces > 0:
        first, length = measures[0].minute, measures[-1].minute - measures[0].minute + 1
        hottest: dict[int, int] = {}
        for place, one in enumerate(measures):
            piece = (one.minute - first) * pieces // length
            best = hottest.get(piece)
            if best is None or one.fever > measures[best].fever:
                hottest[piece] = place
        kept |= set(hottest.values())
    return [measures[place] for place in sorted(kept)]


def _standing(one: Measure) -> tuple[int, Phase, bool]:
    return one.level, one.phase, one.gap
