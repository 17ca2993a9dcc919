"""Storms for the tests of course, forecast, reaction and trust, as the hours that were heard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import exp, log, pi, sin
from random import Random

import numpy as np

from accalmie.core.fever.course import Course, Heard, follow
from accalmie.core.fever.pulse import Phase

#: An hour of a Monday, midnight UTC, 5 January 2026.
MONDAY = 490_992


def voices(negative: Iterable[int] = (), friendly: Iterable[int] = ()) -> np.ndarray:
    """What these people say, given as numbers, one mention each."""
    said = [who << 1 | 1 for who in negative] + [who << 1 for who in friendly]
    return np.array(sorted(said), dtype=np.uint32)


def hour(number: int, mentions: int = 0, expected: float = 10.0, level: int = 0, **fields: object) -> Heard:
    """An hour with so many mentions, of which a fifth is negative unless said otherwise."""
    told: dict[str, object] = {
        "authors": mentions,
        "judged": mentions,
        "negative": mentions // 5,
        "ceiling": expected + 2 * (2 * expected + 1) ** 0.5,
        "level": level,
        "phase": Phase.PEAK if level >= 3 else Phase.CALM,
        "channels": {"mastodon": mentions} if mentions else {},
    }
    return Heard(number, mentions, expected=expected, **(told | fields))  # type: ignore[arg-type]


def hours(*mentions: int, expected: float = 10.0, start: int = MONDAY, **fields: object) -> list[Heard]:
    """Hours with so many mentions each; from four times the usual on they are a storm of level 3."""
    return [
        hour(start + n, m, expected, **({"level": 3 if (m + 1.5) / (expected + 1.5) >= 4 else 0} | fields))  # type: ignore[arg-type]
        for n, m in enumerate(mentions)
    ]


def quiet(days: int = 7, expected: float = 10.0, start: int = MONDAY, **fields: object) -> list[Heard]:
    """Days as usual."""
    return hours(*[round(expected)] * (24 * days), expected=expected, start=start, **fields)


def course(*parts: Sequence[Heard], now: int | None = None) -> Course:
    """The course of these hours, one after the other, up to the end of the last."""
    heard = [replace(one, number=MONDAY + n) for n, one in enumerate([h for part in parts for h in part])]
    return follow(heard, now if now is not None else (heard[-1].number + 1) * 60)


def storms(count: int, seed: int) -> Iterable[tuple[list[Heard], int]]:
    """Invented storms: the hours of two days before and three after, and the place of the storm's first hour.

    They grow for some two hours to some twelve times the usual, then halve in about an hour, with a tenth of
    it going on for a day; people sleep, and hours are as uneven as those of real brands.
    """
    chance = Random(seed)
    for _ in range(count):
        base = exp(chance.uniform(log(3), log(300)))
        height, rise = exp(chance.gauss(log(12), 0.6)), exp(chance.gauss(log(2), 0.5))
        half, begin = exp(chance.gauss(log(1.15), 0.6)), 48 + chance.randrange(24)
        made = []
        for n in range(begin + 96):
            expected = base * (1 + 0.6 * sin(2 * pi * (n + 3) / 24))
            t = n + 0.5 - begin
            shape = 0.0
            if t > 0:
                grown = min(exp(log(height) * t / rise), height) if t < rise else height
                fall = max(t - rise, 0.0)
                shape = grown * (0.9 * 0.5 ** (fall / half) + 0.1 * 0.5 ** (fall / 8))
            mean = expected * (exp(chance.gauss(0, 0.3)) + shape * exp(chance.gauss(0, 0.5)))
            made.append((_counted(mean, chance), expected))
        heard = [
            hour(MONDAY + n, m, e, 3 if (m + 1.5) / (e + 1.5) >= 4 and n >= begin else 0)
            for n, (m, e) in enumerate(made)
        ]
        yield heard, begin


def _counted(mean: float, chance: Random) -> int:
    """A count whose variance is twice its mean: a Poisson of a gamma."""
    lam = chance.gammavariate(max(mean, 1e-9), 1.0)
    if lam > 400:
        return max(round(chance.gauss(lam, lam**0.5)), 0)
    count, left = 0, exp(-lam)
    p = chance.random()
    while p > left:
        count, p = count + 1, p * chance.random()
    return count
