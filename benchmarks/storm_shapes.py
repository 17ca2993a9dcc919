"""The course of a storm, and the truth about it: when it begins to be one, when it is at its height, when over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.storm_brands import DAY, Array, Brand

KINDS = ("sudden", "grumbling", "small", "overnight", "huge", "two_wave", "weekend")
#: So many additional mentions an hour are too few to speak of a storm's beginning, or of its going on.
FEWEST, STILL = 2.0, 1.0
#: A storm is cut after so many days at the latest.
LONGEST = 6


@dataclass(frozen=True, slots=True)
class Storm:
    """What was injected. All are numbers of rows in the whole series (before any is left out).

    `begin`: the first additional mention may come. `onset`: the additional ones are at least half the usual.
    `peak`: the row with most of them. `end`: the first row after it with less than a quarter of the usual.
    `eruption`: where grumbling turns into the storm. `size`: the most in times the usual (of one an hour at least).
    """

    kind: str
    begin: int
    onset: int
    peak: int
    end: int
    size: float
    eruption: int | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """The shape of a storm in minutes from its begin: 1 at the first peak, times `size` of the usual there."""

    kind: str
    shape: Array
    first_peak: int
    last_peak: int
    size: float
    eruption: int | None = None


def course(chance: np.random.Generator, kind: str, hour: float) -> Course:
    """Return a storm of that kind that begins at the local `hour`."""
    rise = int(chance.uniform(30, 90))
    half = chance.uniform(2, 10) * 60
    size = _between(chance, 3, 20)
    if kind == "grumbling":
        return _grumbling(chance, rise, half, size)
    if kind == "two_wave":
        return _two_waves(chance, hour, rise, size)
    hold = 0
    if kind == "small":
        rise, hold, half = (
            int(chance.uniform(30, 120)),
            int(chance.uniform(6, 15) * 60),
            chance.uniform(2, 4) * 60,
        )
        size = chance.uniform(1, 2.5)
    elif kind == "overnight":
        rise, size = int(chance.uniform(60, 180)), _between(chance, 3, 12)
        hold = max(0, int((chance.uniform(8, 10) - hour) % 24 * 60) - rise)
    elif kind == "huge":
        rise, size = int(chance.uniform(60, 240)), _between(chance, 50, 200)
    elif kind == "weekend":
        rise, size = int(chance.uniform(30, 150)), _between(chance, 3, 12)
    shape = np.concatenate([_rise(rise), np.ones(hold), _fall(half)])
    return Course(kind, shape, rise, rise + hold, size)


def _between(chance: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(chance.uniform(np.log(low), np.log(high))))


def _rise(minutes: int) -> Array:
    return (np.arange(minutes) / minutes) ** 1.5


def _fall(half: float) -> Array:
    return np.asarray(0.5 ** (np.arange(LONGEST * DAY) / half))


def _grumbling(chance: np.random.Generator, rise: int, half: float, size: float) -> Course:
    before, loud = int(chance.uniform(6, 24) * 60), chance.uniform(0.3, 1.0)
    growl = np.linspace(0.3, 1.0, before) * loud / size
    up = np.maximum(_rise(rise), growl[-1])
    return Course(
        "grumbling", np.concatenate([growl, up, _fall(half)]), before + rise, before + rise, size, before
    )


def _two_waves(chance: np.random.Generator, hour: float, rise: int, size: float) -> Course:
    first = np.concatenate([_rise(rise), _fall(chance.uniform(2, 4) * 60)])
    wait = int((24 - hour + chance.uniform(7.5, 10)) * 60)
    again = np.concatenate([_rise(2 * rise), _fall(chance.uniform(3, 6) * 60)]) * chance.uniform(0.5, 1.2)
    shape = first.copy()
    shape[wait:] += again[: len(shape) - wait]
    return Course("two_wave", shape, rise, wait + 2 * rise, size)


def extra(chance: np.random.Generator, brand: Brand, begin: int, plan: Course) -> Array:
    """Return the expected additional mentions in each minute of the series.

    People sleep in a storm too, though less: it follows a part of the day's curve. At the smallest brands
    some eight to fifteen people an hour make a storm, some one an hour a grumbling.
    """
    room = len(brand.counts) - begin
    usual = brand.usual[begin : begin + len(plan.shape)]
    shape = plan.shape[:room]
    there = usual[min(plan.first_peak, len(usual) - 1)]
    if (
        plan.kind != "overnight"
    ):  # Only there a night's usual is the measure; else a storm at night is as large.
        there = max(there, 0.7 * usual[:DAY].mean())
    curve = np.clip(usual / there, 0.1, 4.0) ** chance.uniform(0.3, 0.9)
    top = max(plan.size * there, chance.uniform(8, 15) / 60)
    course = top * shape * curve
    if plan.eruption is not None:
        growl = slice(0, min(plan.eruption, room))
        quiet = np.maximum(plan.shape[growl] * plan.size * usual[growl], chance.uniform(0.5, 1.5) / 60)
        course[growl] = quiet
    whole = np.zeros(len(brand.counts))
    whole[begin : begin + len(course)] = course
    return whole


def truth(brand: Brand, begin: int, plan: Course, added: Array, minutes: int) -> Storm | None:
    """Return what was injected in rows of `minutes`; None where it never came to half the usual, or never ends."""
    expected, usual = by_rows(added, minutes), by_rows(brand.usual, minutes)
    first = begin // minutes
    many = (expected >= 0.5 * usual) & (expected >= FEWEST * minutes / 60)
    if not many.any():
        return None
    peak = int(np.argmax(expected))
    after = max(peak, min((begin + plan.last_peak) // minutes, len(expected) - 1))
    over = (expected < 0.25 * usual) | (expected < STILL * minutes / 60)
    over[: after + 1] = False
    if not over.any():
        return None
    erupts = None if plan.eruption is None else (begin + plan.eruption) // minutes
    size = float((expected / np.maximum(usual, STILL * minutes / 60)).max())
    return Storm(plan.kind, first, int(np.argmax(many)), peak, int(np.argmax(over)), size, erupts)


def by_rows(minutely: Array, minutes: int) -> Array:
    """Return the sums of each `minutes` minutes; what is left over at the end is dropped."""
    rows = len(minutely) // minutes
    return np.asarray(minutely[: rows * minutes].reshape(rows, minutes).sum(axis=1))
