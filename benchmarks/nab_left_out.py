"""What the onset's score is worth on a series that nobody saw: parameters and level chosen on the nine others.

`python -m benchmarks.nab_left_out` (a good minute on one core, needs the shared folder). Each of Numenta's ten
Twitter series is left out in turn. On the nine others are chosen

- the level, as marks a week and series (a number with the same meaning in every setting): the best on average
  over all settings;
- each parameter among two thirds, once and one and a half times the shipped value, by its main effect, which is
  its average over all settings of the others, near that level. The shipped value stays unless another one is
  better by more than one standard error over the nine series. The same is told for two, and for none at all
  (the best main effect is always taken).

Points are averaged over the three profiles, since one setting serves them all. Then the tenth series is scored.
What stays kind: the family, and with it the middle of the grid, was found with all ten in view.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from accalmie.core.fever import onset
from benchmarks import nab

Array = NDArray[np.float64]
SHAPE = onset.shape_of(5)
HOUR, WEEK = 12, 2016
LEVELS = np.arange(0.6, 2.01, 0.05)
#: Marks a week and series, in steps of 5 %; the effect of a parameter is taken over two steps each way.
RATES = np.exp(np.arange(np.log(0.4), np.log(3), 0.05))
NEAR = 2


class Setting(NamedTuple):
    """The onset's parameters that are chosen; lengths are in rows of five minutes."""

    block: int = SHAPE.block
    memory: int = onset.MEMORY
    prior: float = onset.PRIOR
    tired: float = onset.TIRED
    rest: int = SHAPE.rest
    worse: float = onset.WORSE


SHIPPED = Setting()
CHOICES: list[list[Any]] = [
    [type(value)(round(value * by, 6)) for by in (2 / 3, 1, 1.5)] for value in SHIPPED
]
SETTINGS = [Setting(*values) for values in product(*CHOICES)]


@cache
def heights() -> tuple[list[int], Array]:
    """Return the length of each series, and the heights (scales, series, rows), zeros behind the shorter ones."""
    bench = nab.benchmark()
    values = [bench.values[name] for name in bench.names]
    rows = [len(counts) for counts in values]
    counts = np.zeros((len(values), max(rows)))
    for series, each in zip(counts, values, strict=True):
        series[: len(each)] = each
    totals = np.concatenate([np.zeros((len(values), 1)), counts.cumsum(axis=1)], axis=1)
    now = np.arange(counts.shape[1])
    sums = [np.empty(0)] * len(SHAPE.doubts)
    for place, step, steps in [(place, 1, count) for place, count in SHAPE.fine] + list(SHAPE.coarse):
        first = now // step * step - step * steps
        ends = totals[:, np.maximum(first, 0)], totals[:, np.maximum(first + step, 0)]
        sums[place] = totals[:, now + 1] - ends[0] - (ends[1] - ends[0]) * (now % step + 1) / step
    return rows, np.log(np.array(sums) + np.array(SHAPE.doubts)[:, None, None])


def deviations(length: int, memory: int, prior: float) -> Array:
    """Return by how many deviations each height is above the maxima of the blocks of a length before it."""
    _, high = heights()
    blocks = high.shape[2] // length
    tops = high[:, :, : blocks * length].reshape(*high.shape[:2], blocks, length).max(axis=3)
    found = np.full(high.shape, np.nan)
    mean = variance = deviation = np.empty(0)
    for block in range(blocks):
        top, seen = tops[:, :, block], block + 1
        if seen <= onset.START:
            mean = np.median(tops[:, :, :seen], axis=2)
            spread = np.median(np.abs(tops[:, :, :seen] - mean[:, :, None]), axis=2)
            variance = (1.4826 * spread) ** 2
        else:
            weight = max(1 / memory, 1 / seen)
            step = np.minimum(top - mean, onset.PULL * deviation)
            mean = mean + weight * step
            variance = (1 - weight) * (variance + weight * step * step)
        believed = min(seen, memory) / (min(seen, memory) + onset.PRIOR_BLOCKS)
        deviation = np.sqrt(prior**2 * (1 - believed) + believed * variance)
        rows = slice(seen * length, (seen + 1) * length)
        found[:, :, rows] = (high[:, :, rows] - mean[:, :, None]) / deviation[:, :, None]
    return found


def surprises(block: int, memory: int, prior: float) -> Array:
    """Return the surprise of each series and row, tiredness apart: the mean over scales and block lengths."""
    each = sum(deviations(block << length, memory, prior).mean(axis=0) for length in range(onset.LENGTHS))
    return np.asarray(each) / onset.LENGTHS


def marks(surprise: Array, setting: Setting, level: float) -> Iterator[int]:
    """Yield the rows of one series that are marked."""
    marked, height, tired = -1, 0.0, 0.0
    for row in np.flatnonzero(surprise > level):
        if row < SHAPE.silent:
            continue
        now = tired * SHAPE.fresh ** float(row - marked - 1) if marked >= 0 else 0.0
        above = surprise[row] - setting.tired * now
        rested = marked < 0 or row - marked >= setting.rest
        if above > level and (rested or above > height + max(setting.worse, height / 2)):
            marked, height, tired = int(row), above, now * SHAPE.fresh + 1
            yield marked


def points(layout: Any, rows: Sequence[int]) -> list[float]:
    """Return what the marked rows of a series add to the final score, for each profile."""
    bench, profiles = nab.benchmark(), nab.scorer().PROFILES.values()
    at = [row for row in rows if layout.counted[row]]
    windows, credits = layout.window[at], layout.credit[at]
    found = [credits[windows == n].max() for n in range(len(layout.windows)) if (windows == n).any()]
    every = sum(len(bench.layouts[name].windows) for name in bench.names)
    return [
        100 * (p.fn * len(found) + p.tp * sum(found) + p.fp * credits[windows < 0].sum())
        / (every * (p.tp + p.fn))
        for p in profiles
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Grid:
    """Points (settings, levels, series, profiles) and counted marks (settings, levels, series)."""

    points: Array
    marks: Array
    weeks: Array


def grid() -> Grid:
    """Measure every setting at every level."""
    bench = nab.benchmark()
    layouts = [bench.layouts[name] for name in bench.names]
    rows, _ = heights()
    shape = (len(SETTINGS), len(LEVELS), len(rows))
    found = Grid(
        np.zeros((*shape, len(nab.scorer().PROFILES))),
        np.zeros(shape),
        np.array([layout.counted.sum() / WEEK for layout in layouts]),
    )
    before: tuple[int, int, float] | None = None
    surprise = np.empty(0)
    for s, setting in enumerate(SETTINGS):
        if before != setting[:3]:
            before = setting[:3]
            surprise = surprises(*before)
        for n, layout in enumerate(layouts):
            for at, level in enumerate(LEVELS):
                marked = list(marks(surprise[n, : rows[n]], setting, level))
                found.points[s, at, n] = points(layout, marked)
                found.marks[s, at, n] = layout.counted[marked].sum()
    return found


def at_rates(found: Grid, series: Sequence[int]) -> tuple[Array, Array]:
    """Return the points (settings, rates, series, profiles) and the levels at which `series` have these rates."""
    rates = found.marks[:, :, series].sum(axis=2) / found.weeks[series].sum()
    levels = np.array([np.interp(-RATES, -np.minimum.accumulate(each), LEVELS) for each in rates])
    nearest = np.abs(levels[:, :, None] - LEVELS).argmin(axis=2)
    return found.points[np.arange(len(SETTINGS))[:, None], nearest], levels


@dataclass(frozen=True, slots=True)
class Chosen:
    """A setting and its level, and the points (series, profiles) that it has."""

    setting: Setting
    level: float
    points: Array


def choose(found: Grid, series: Sequence[int], errors: float) -> Chosen:
    """Choose on some series; a value takes the place of the shipped one when so many standard errors better."""
    table, levels = at_rates(found, series)
    seen = table[:, :, series].mean(axis=3)
    rate = int(seen.sum(axis=2).mean(axis=0).argmax())
    near = seen[:, max(0, rate - NEAR) : rate + NEAR + 1].mean(axis=1)
    picked = []
    for place, values in enumerate(CHOICES):
        having = [[setting[place] == value for setting in SETTINGS] for value in values]
        effects = np.array([near[which].mean(axis=0) for which in having])
        best, middle = int(effects.sum(axis=1).argmax()), len(values) // 2
        better = effects[best] - effects[middle]
        if better.mean() < errors * better.std(ddof=1) / np.sqrt(len(better)):
            best = middle
        picked.append(values[best])
    at = SETTINGS.index(Setting(*picked))
    return Chosen(SETTINGS[at], float(levels[at, rate]), table[at, rate])


def left_out(found: Grid, errors: float) -> list[Chosen]:
    """Return what is chosen without each of the series in turn."""
    every = range(len(found.weeks))
    return [choose(found, [n for n in every if n != out], errors) for out in every]


def total(chosen: Sequence[Chosen]) -> list[float]:
    """Return the final score of each profile: every series judged with what was chosen without it."""
    return [float(value) for value in sum(each.points[n] for n, each in enumerate(chosen))]


def main() -> None:
    """Print what was chosen without each series, and the scores."""
    found = grid()
    names = [name.split("_")[-1].removesuffix(".csv") for name in nab.benchmark().names]
    for errors in (1, 2, 0):
        chosen = left_out(found, errors)
        print(f"\n{errors} standard errors: " + " / ".join(f"{value:.1f}" for value in total(chosen)))
        for name, each in [
            *zip(names, chosen, strict=True),
            ("none", choose(found, range(len(names)), errors)),
        ]:
            setting = ", ".join(f"{key} {value}" for key, value in each.setting._asdict().items())
            print(f"  without {name:<5} {setting}, level {each.level:.2f}")


if __name__ == "__main__":
    main()
