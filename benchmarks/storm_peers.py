"""Six other rules on the same series, each at the threshold that suits it best here.

Each gives a strength for each row; where it exceeds the threshold there is an alarm, which lasts until half a day
has passed without (else each would raise dozens for one storm). The threshold is the lowest that keeps to one
false alarm per brand and four weeks on the set "tune"; one threshold for all brands, as for ours.

What was assumed of each stands at its function. Rules of an hour are asked at every row, of the last sixty
minutes. `C` mentions are added above and below where a rule is a ratio: else one mention at night is infinitely
many times none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from benchmarks.storm_brands import Array
from benchmarks.storm_score import ALARM, Result, score, total
from benchmarks.storm_set import Case

Strength = Callable[[Array, int], Array]
C = 2.0
HOLD_HOURS = 12
GRACE = 100
MOST_FALSE = 1.0


def sums(values: Array, rows: int) -> Array:
    """Return the sum of each row and the `rows` - 1 before it (of fewer at the start)."""
    upto = np.concatenate([[0.0], np.cumsum(values, dtype=float)])
    ends = np.arange(1, len(values) + 1)
    return np.asarray(upto[ends] - upto[np.maximum(ends - rows, 0)])


def before(given: Array, rows: int) -> Array:
    """Return what stood `rows` rows earlier; not a number where the series had not begun."""
    moved = np.full(len(given), np.nan)
    if rows < len(given):
        moved[rows:] = given[: len(given) - rows]
    return moved


def meltwater(values: Array, minutes: int) -> Array:
    """Meltwater's "Spike Detection" for social searches, as its community pages describe it.

    "It compares the last hour with the past 12 hours", then "with the previous day and week". Assumed: the
    hour has to exceed all three (the mean of the 12 hours before; the same hour yesterday and a week ago) by
    one factor. How they measure "much higher" is not public; in deviations it found half as many here.

    https://community.meltwater.com/alerts-205/understanding-alert-types-8057
    """
    hour = 60 // minutes
    last = sums(values, hour)
    past = before(sums(values, 12 * hour), hour) / 12
    usual = np.fmax(np.fmax(past, before(last, 24 * hour)), before(last, 168 * hour))
    return _ratio(last, usual)


def five_times(values: Array, minutes: int) -> Array:
    """So many times the usual: the last hour against the mean of the same hour in up to four weeks before.

    In the first week, against the same hour of the days there are.
    """
    hour = 60 // minutes
    last = sums(values, hour)
    return _ratio(
        last, _mean_before(last, [168 * hour * n for n in range(1, 5)], [24 * hour * n for n in range(1, 8)])
    )


def day_against_week(values: Array, minutes: int) -> Array:
    """The last 24 hours against the mean day of the seven before."""
    day = 24 * 60 // minutes
    last = sums(values, day)
    return _ratio(last, before(sums(values, 7 * day), day) / 7)


def windowed_gaussian(values: Array, minutes: int) -> Array:
    """NAB's windowed Gaussian: a sum against mean and deviation of the ones before it, in deviations.

    NAB takes single rows, a window of 1,000, and the probability (the order is the same, but a probability ends
    at some eight deviations). On rows it found a fifth of the storms here, so it gets the last hour, and a week.
    """
    return _deviations(sums(values, 60 // minutes), 7 * 1440 // minutes)


def three_hours(values: Array, minutes: int) -> Array:
    """The windowed Gaussian of the last three hours: the best of the simple rules that we tried."""
    return _deviations(sums(values, 180 // minutes), 7 * 1440 // minutes)


def river_gaussian(values: Array, minutes: int) -> Array:
    """River's GaussianScorer: all that came so far, nothing in the first 100 rows (its defaults).

    Its mathematics (rises only; in deviations, as above), not the package; of the last hour, as above.
    """
    return _deviations(sums(values, 60 // minutes), len(values))


PEERS: dict[str, Strength] = {
    "Meltwater's rule": meltwater,
    "Gaussian of 1 h": windowed_gaussian,
    "Gaussian of 3 h": three_hours,
    "times the usual": five_times,
    "24 h / 7 days": day_against_week,
    "river's Gaussian": river_gaussian,
}


def _ratio(last: Array, usual: Array) -> Array:
    return np.nan_to_num((last + C) / (usual + C), nan=0.0)


def _mean_before(given: Array, steps: list[int], else_steps: list[int]) -> Array:
    weeks = np.array([before(given, rows) for rows in steps])
    days = np.array([before(given, rows) for rows in else_steps])
    return np.where(np.isnan(weeks[0]), _mean(days), _mean(weeks))


def _mean(rows: Array) -> Array:
    known = ~np.isnan(rows)
    many = known.sum(axis=0)
    return np.where(many > 0, np.where(known, rows, 0).sum(axis=0) / np.maximum(many, 1), np.nan)


def _deviations(values: Array, rows: int) -> Array:
    many = np.minimum(np.arange(len(values)), rows)
    mean = before(sums(values, rows), 1) / np.maximum(many, 1)
    square = before(sums(values.astype(float) ** 2, rows), 1) / np.maximum(many, 1)
    spread = np.sqrt(np.maximum(square - mean * mean, 0))
    strength = np.where(
        spread > 0, (values - mean) / np.maximum(spread, 1e-9), np.where(values > mean, 1e6, 0.0)
    )
    return np.where(many >= GRACE, np.nan_to_num(strength), 0.0)


def strengths(peer: Strength, case: Case) -> Array:
    """Return a peer's strength in each row of a case; missing rows are zeros to it where it counts hours."""
    step = np.timedelta64(case.minutes * 60, "s")
    place = ((case.timestamps - case.timestamps[0]) // step).astype(np.int64)
    grid = np.zeros(int(place[-1]) + 1)
    grid[place] = case.values
    return np.asarray(peer(grid, case.minutes)[place])


def levels(strength: Array, threshold: float, minutes: int) -> Array:
    """Return the level: 3 from a row above the threshold until half a day has passed without one."""
    return np.where(sums(strength > threshold, HOLD_HOURS * 60 // minutes) > 0, ALARM, 0)


def scored(found: Iterable[tuple[Case, Array]], threshold: float) -> list[Result]:
    """Return the results of a peer whose strengths are known, at a threshold."""
    return [score(case, levels(strength, threshold, case.minutes)) for case, strength in found]


def calm_threshold(found: list[tuple[Case, Array]]) -> float:
    """Return the lowest threshold (to a hundredth of itself) with at most one false alarm per four weeks."""
    top = max(float(strength.max()) for _, strength in found)
    for threshold in np.geomspace(1.05, max(2.0, min(top, 1e5)), 60):
        if total(scored(found, threshold)).false <= MOST_FALSE:
            break
    high, low = float(threshold), float(threshold) / 1.25
    while high / low > 1.01:
        middle = (high * low) ** 0.5
        low, high = (low, middle) if total(scored(found, middle)).false <= MOST_FALSE else (middle, high)
    return high


def measured(peer: Strength, tune: Iterable[Case], asked: Iterable[Case]) -> tuple[float, list[Result]]:
    """Return a peer's threshold (from `tune`), and what it does at it on the cases asked for."""
    threshold = calm_threshold([(case, strengths(peer, case)) for case in tune])
    return threshold, scored([(case, strengths(peer, case)) for case in asked], threshold)
