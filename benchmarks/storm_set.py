"""The labelled series: storms and decoys upon brands, from seeds. `tune` (2, 3) to look at, `held` to print.

`cases("tune")` returns the whole set; each case has `values` and `timestamps` (rows that are missing are not in
them), the rows' length in `minutes`, and what was injected, in numbers of these rows. Real backgrounds are the
same in both sets (there are only ten); what lies upon them is not.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.figure import SHARED
from benchmarks.storm_brands import DAY, Array, Brand, real, simulated
from benchmarks.storm_decoys import PASSING, Decoy, Rows, collection_start, grown, passing
from benchmarks.storm_shapes import KINDS, Storm, course, extra, truth

NAB = SHARED / "bench" / "nab"
SETS = {"tune": 20_261, "tune2": 20_262, "tune3": 20_263, "held": 77_003}
#: Days before the first storm, and at least so many from one to the next.
CALM, APART = 21, 14
#: Hours after an event that NAB labelled, or after a storm's end, that still belong to it.
AFTERMATH = 24

#: Medians in five minutes of the simulated brands: the smallest has a mention a day.
MEDIANS = (0.0035, 0.02, 0.1, 0.4, 1, 3, 8, 15, 30, 60, 120, 250, 500)
#: Series with storms: how many simulated ones for each step, and of which real ones.
SIMULATED = {5: 26, 60: 13, 1: 3}
REAL = {5: None, 60: None, 1: ("IBM", "CVS")}
#: Series with passing decoys (simulated), with a collection start and with growth, for each step.
DECOYS = {5: 9, 60: 5, 1: 1}
STARTS = {5: 6, 60: 3, 1: 1}


@dataclass(frozen=True, slots=True)
class Case:
    """A series and the truth about it. Rows are counted in the arrays as they are, missing ones left out."""

    name: str
    minutes: int
    median: float
    real: bool
    timestamps: Array
    values: Array
    storms: tuple[Storm, ...] = ()
    decoys: tuple[Decoy, ...] = ()
    events: tuple[tuple[int, int], ...] = ()


def cases(which: str = "tune") -> list[Case]:
    """Return the set `which` (a name in SETS); the same each time."""
    return [*_stormy(which), *_teased(which), *_begun(which)]


def _chance(which: str, *name: object) -> np.random.Generator:
    return np.random.default_rng([SETS[which], zlib.crc32(repr(name).encode())])


def _simulated(which: str, what: str, number: int, minutes: int) -> Brand:
    """A brand; one that grows has no everyday bursts: an alarm in those weeks is then for its growth."""
    chance = _chance(which, what, minutes, number)
    median = MEDIANS[(number * 5 + minutes) % len(MEDIANS)] * float(np.exp(chance.normal(0, 0.25)))
    return simulated(
        chance, f"{what}-{minutes}-{number}", median, int(chance.integers(42, 57)), bursts=what != "growth"
    )


def _stormy(which: str) -> list[Case]:
    found = []
    turn = 0
    for minutes in SIMULATED:
        brands = [_simulated(which, "storm", number, minutes) for number in range(SIMULATED[minutes])]
        chosen = REAL[minutes]
        brands += [b for b in real(_chance(which, "split"), NAB) if chosen is None or b.name in chosen]
        for brand in brands:
            made = _with_storms(_chance(which, "storms", minutes, brand.name), brand, minutes, turn)
            turn += len(made.storms)
            found.append(made)
    return found


def _with_storms(chance: np.random.Generator, brand: Brand, minutes: int, turn: int) -> Case:
    total = brand.counts.copy()
    storms: list[Storm] = []
    at = CALM * DAY
    while at < len(total) - 2 * DAY:
        kind = KINDS[(turn + len(storms)) % len(KINDS)]
        made = _one_storm(chance, brand, kind, at, minutes)
        if made is None:
            break
        storm, mentions = made
        total += mentions
        storms.append(storm)
        at = storm.begin * minutes + APART * DAY
    rows = Rows.of(replace(brand, counts=total), minutes)
    return _case(brand, rows, tuple(storms))


def _one_storm(
    chance: np.random.Generator, brand: Brand, kind: str, earliest: int, minutes: int
) -> tuple[Storm, Array] | None:
    """Return a storm in the ten days after `earliest` that meets no event and begins in a quiet half day."""
    events = [(a - 2 * AFTERMATH * 60, b + AFTERMATH * 60) for a, b in _minutes(brand)]
    for _ in range(60):
        begin = _moment(chance, brand, kind, earliest)
        if begin is None:
            return None
        plan = course(chance, kind, float(brand.local_hour()[begin]))
        added = extra(chance, brand, begin, plan)
        storm = truth(brand, begin, plan, added, minutes)
        if storm is None or storm.end * minutes + (AFTERMATH + 2) * 60 > len(added):
            continue
        if any(a < storm.end * minutes and begin < b for a, b in events):
            continue
        before = slice(begin - DAY // 2, begin)
        if brand.counts[before].sum() > 2 * brand.usual[before].sum() + 5:
            continue
        uneven = np.repeat(chance.gamma(20, 1 / 20, len(added) // 5 + 1), 5)[: len(added)]
        return storm, chance.poisson(added * uneven)
    return None


HOURS = {
    "sudden": (7, 22), "grumbling": (0, 24), "small": (7, 20), "overnight": (23, 27),
    "huge": (7, 22), "two_wave": (9, 20), "weekend": (8, 20),
}  # fmt: skip


def _moment(chance: np.random.Generator, brand: Brand, kind: str, earliest: int) -> int | None:
    """A minute at which such a storm may begin: at its hours, on its days."""
    low, high = HOURS[kind]
    hour = brand.local_hour()
    right = ((hour - low) % 24) < (high - low)
    if kind == "weekend":
        right &= brand.weekend()
    right[:earliest] = False
    right[earliest + 10 * DAY :] = False
    places = np.flatnonzero(right)
    return int(chance.choice(places)) if len(places) else None


def _minutes(brand: Brand) -> list[tuple[int, int]]:
    """Return the brand's real events in minutes of its series."""
    one = np.timedelta64(1, "m")
    return [(int((a - brand.begin) / one), int((b - brand.begin) / one)) for a, b in brand.events]


def _teased(which: str) -> list[Case]:
    found = []
    for minutes, count in DECOYS.items():
        brands = [_simulated(which, "decoy", number, minutes) for number in range(count)]
        if minutes == 5:
            brands += [
                b for b in real(_chance(which, "split"), NAB) if b.name in ("AMZN", "CRM", "CVS", "GOOG")
            ]
        for turn, brand in enumerate(brands):
            found.append(_with_decoys(_chance(which, "decoys", minutes, brand.name), brand, minutes, turn))
    return found


def _with_decoys(chance: np.random.Generator, brand: Brand, minutes: int, turn: int) -> Case:
    """One decoy every two to four days, from the eighth day on; an advert comes back in the next week."""
    rows = Rows.of(brand, minutes)
    spans = [(a - AFTERMATH * 60, b + AFTERMATH * 60) for a, b in _minutes(brand)]
    decoys: list[Decoy] = []
    day = 8.0
    while day * DAY < len(brand.counts) - 2 * DAY:
        at = int(day * DAY) // minutes
        day += chance.uniform(2, 4)
        if any(a < (at * minutes) + DAY and at * minutes < b for a, b in spans):
            continue
        decoys.append(passing(chance, PASSING[(turn + len(decoys)) % len(PASSING)], rows, at))
    return _case(brand, rows, (), tuple(decoys))


def _begun(which: str) -> list[Case]:
    found = []
    for minutes, count in STARTS.items():
        for number in range(count):
            brand = _simulated(which, "start", number, minutes)
            rows = Rows.of(brand, minutes)
            decoy = collection_start(_chance(which, "start", minutes, number), rows)
            found.append(_case(brand, rows, (), (decoy,)))
            brand = _simulated(which, "growth", number, minutes)
            rows, decoy = grown(_chance(which, "growth", minutes, number), brand, minutes)
            found.append(_case(brand, rows, (), (decoy,)))
    return found


def _case(brand: Brand, rows: Rows, storms: tuple[Storm, ...] = (), decoys: tuple[Decoy, ...] = ()) -> Case:
    """Leave the missing rows out, and count what is known in the rows that are left."""
    place = np.concatenate([[0], np.cumsum(rows.there)])
    step = np.timedelta64(rows.minutes * 60, "s")
    stamps = brand.begin.astype("datetime64[s]") + step * np.arange(len(rows.counts))

    def row(of: int) -> int:
        return int(place[min(max(of, 0), len(rows.counts))])

    moved = [Decoy(d.kind, row(d.begin), row(d.end)) for d in decoys]
    events = [
        (row(a // rows.minutes), row((b + AFTERMATH * 60) // rows.minutes + 1)) for a, b in _minutes(brand)
    ]
    return Case(
        brand.name, rows.minutes, brand.median, brand.real, stamps[rows.there], rows.counts[rows.there],
        storms, tuple(moved), tuple(events),
    )  # fmt: skip
