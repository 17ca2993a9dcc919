"""What an alarm track is worth: storms found and how soon, alarms for nothing, decoys fallen for.

An alarm ("rise") is the level going from below 3 to 3 or more. Nothing is scored in the first three days
(learning), nor in real events that NAB labelled and the day after them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from benchmarks.storm_brands import Array
from benchmarks.storm_decoys import Decoy
from benchmarks.storm_set import AFTERMATH, Case
from benchmarks.storm_shapes import Storm

ALARM, STIR = 3, 2
LEARNING_DAYS = 3
FOUR_WEEKS = 28 * 1440


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one storm. `minutes` from the onset to the alarm (infinite where none came).

    `by_peak`: the alarm came no later than the row of the peak. `off`: the level was below 3 within a day of
    the end. `heard`: the grumbling was, before the eruption (None for other kinds).
    """

    kind: str
    minutes: float
    by_peak: bool
    rises: int
    off: bool
    heard: bool | None

    @property
    def found(self) -> bool:
        """Whether there was an alarm for it at all."""
        return self.minutes < math.inf


@dataclass(frozen=True, slots=True)
class Result:
    """What a detector did on one case. `rows` are those in which an alarm would have been false.

    `warm` of them were at level 3 or more; `false` alarms began in them. `decoys`: the kind of each, and
    whether it was fallen for.
    """

    name: str
    minutes: int
    median: float
    real: bool
    answers: tuple[Answer, ...]
    decoys: tuple[tuple[str, bool], ...]
    rows: int
    warm: int
    false: int


def score(case: Case, levels: Sequence[int] | Array, phases: Sequence[str] | None = None) -> Result:
    """Compare a level for each row (and a phase, where the detector knows phases) with the truth of the case."""
    level = np.asarray(levels)
    if len(level) != len(case.values):
        raise ValueError(f"{case.name}: {len(level)} levels for {len(case.values)} rows")
    on = level >= ALARM
    rises = on & ~np.concatenate([[False], on[:-1]])
    heard = level >= STIR
    if phases is not None:
        heard = heard | (np.asarray(phases) == "grumbling")
    free = _free(case)
    return Result(
        case.name,
        case.minutes,
        case.median,
        case.real,
        tuple(_answer(case, storm, on, rises, heard) for storm in case.storms),
        tuple((decoy.kind, _fallen(case, decoy, on, rises)) for decoy in case.decoys),
        int(free.sum()),
        int((free & on).sum()),
        int((free & rises).sum()),
    )


def _day(case: Case, hours: float = 24) -> int:
    return math.ceil(hours * 60 / case.minutes)


def _free(case: Case) -> Array:
    """The rows in which an alarm has no cause."""
    free = np.ones(len(case.values), dtype=bool)
    learnt = case.timestamps[0] + np.timedelta64(LEARNING_DAYS, "D")
    free[case.timestamps < learnt] = False
    for storm in case.storms:
        free[storm.begin : storm.end + _day(case, AFTERMATH)] = False
    for decoy in case.decoys:
        free[decoy.begin : decoy.end] = False
    for begin, end in case.events:
        free[begin:end] = False
    return free


def _answer(case: Case, storm: Storm, on: Array, rises: Array, heard: Array) -> Answer:
    """An alarm that runs since before the storm is none for it; one raised by its first mentions is."""
    caused = on.copy()
    caused[: storm.begin] = False
    if storm.begin and on[storm.begin - 1]:
        off = np.flatnonzero(~on[storm.begin :])
        caused[: storm.begin + (off[0] if len(off) else len(on))] = False
    there = np.flatnonzero(caused[storm.onset : storm.end + 1])
    first = storm.onset + int(there[0]) if len(there) else None
    until = storm.end + _day(case, AFTERMATH)
    stirred = None
    if storm.eruption is not None:
        before = heard[max(0, storm.begin - _day(case)) : storm.begin]
        stirred = bool(heard[storm.begin : storm.eruption].any() and not before.any())
    return Answer(
        storm.kind,
        math.inf if first is None else float((first - storm.onset) * case.minutes),
        first is not None and first <= storm.peak,
        int(rises[storm.begin : until].sum()),
        bool((~on[storm.end : until + 1]).any()),
        stirred,
    )


def _fallen(case: Case, decoy: Decoy, on: Array, rises: Array) -> bool:
    """An alarm rose in the decoy; or it stands there as it stood all the day before (always on is no defence)."""
    if rises[decoy.begin : decoy.end].any():
        return True
    return bool(on[max(0, decoy.begin - _day(case)) : decoy.end].all())


@dataclass(frozen=True, slots=True)
class Sum:
    """The figures of a set: shares in per cent, times in minutes, alarms per brand and four weeks."""

    storms: int
    found: float
    by_peak: float
    median: float
    median_found: float
    rises: float
    off: float
    heard: float
    false: float
    warm: float
    decoys: int
    fallen: float


def total(results: Iterable[Result], kinds: Sequence[str] = ()) -> Sum:
    """Return the figures over all results; of storms and decoys of these kinds alone where any are named."""
    results = list(results)
    answers = [a for r in results for a in r.answers if not kinds or a.kind in kinds]
    fallen = [was for r in results for kind, was in r.decoys if not kinds or kind in kinds]
    found = [a for a in answers if a.found]
    heard = [a.heard for a in answers if a.heard is not None]
    rows = sum(r.rows * r.minutes for r in results)
    return Sum(
        len(answers),
        _share(a.found for a in answers),
        _share(a.by_peak for a in answers),
        median([a.minutes for a in answers]) if answers else math.nan,
        median([a.minutes for a in found]) if found else math.nan,
        sum(a.rises for a in found) / len(found) if found else math.nan,
        _share(a.off for a in found),
        _share(heard),
        FOUR_WEEKS * sum(r.false for r in results) / rows if rows else math.nan,
        100 * sum(r.warm * r.minutes for r in results) / rows if rows else math.nan,
        len(fallen),
        _share(fallen),
    )


def _share(given: Iterable[bool]) -> float:
    known = list(given)
    return 100 * sum(known) / len(known) if known else math.nan


#: Sizes of brands by their usual number in five minutes.
SIZES = (
    (0.05, "under 15 a day"),
    (0.7, "under 200 a day"),
    (5, "under 60 an hour"),
    (50, "under 600 an hour"),
)


def size(result: Result) -> str:
    """Return the words for the size of the result's brand."""
    return next((words for below, words in SIZES if result.median < below), "more")
