"""Where a burst begins, in plain counts: one row marked for each burst, however long it lasts.

Asks of a count not whether it is far from the mean but whether it is far above what this series' own peaks
have been lately: maxima of blocks of three, six and twelve hours, on five scales from five minutes to twelve
hours. After a mark the series rests for a while, unless it gets much worse. The mathematics began with
bench/nab/findings.md (section 5); how each number was chosen stands beside it, and `benchmarks/nab_left_out.py`
chooses them again without the series that is judged.

An `Onset` holds one series and changes in place; `onset_many.Onsets` holds many, with the same numbers.
"""

from __future__ import annotations

import struct
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, islice, pairwise
from math import ceil, exp, inf, log, sqrt
from statistics import median

#: Minutes over which counts are summed: a burst is to be sharp and to last.
SCALES = (5, 15, 60, 240, 720)
#: Minutes of the shortest blocks whose maxima are learnt; each further length is twice the one before.
BLOCK, LENGTHS = 180, 3
#: So many blocks are remembered of each length: 4, 8 and 16 days.
MEMORY = 32
#: The first 25 hours are only learnt from.
SILENT = 1500
#: A row is marked above this surprise: the level at which ten companies had one mark a week each.
MARK = 1.36
#: Fewer mentions in the longest of the scales are no burst, however rare a mention is.
LEAST = 3
#: Then again only after 22 hours (the same hour of the next day may be marked), or when the surprise is higher
#: by so much and by half.
REST, WORSE = 1320, 1.2
#: Each mark makes the next one a little harder; half of that is forgotten after a week.
TIRED, TIRED_HALF = 0.1, 10080
#: A deviation that is believed before blocks are seen, as if so many had shown it; blocks of a robust start.
PRIOR, PRIOR_BLOCKS, START = 0.45, 4, 7
#: No maximum pulls the mean further than so many deviations.
PULL = 5
#: A scale of 24 rows or more moves on in steps of a twelfth of its length or less, the oldest step fading out.
STEPS = 12


@dataclass(frozen=True, slots=True)
class Shape:
    """What follows from the spacing of the rows. Lengths are in rows; a scale is named by its place.

    `fine` scales are kept row by row, `coarse` ones in steps: (place, rows of a step, steps).
    """

    minutes: float
    fine: tuple[tuple[int, int], ...]
    coarse: tuple[tuple[int, int, int], ...]
    doubts: tuple[float, ...]
    block: int
    silent: int
    rest: int
    fresh: float

    @property
    def kept(self) -> int:
        """Return how many running totals of single rows must be kept."""
        return 1 + max((rows for _, rows in self.fine), default=0)


@lru_cache
def shape_of(minutes: float) -> Shape:
    """Return the lengths for rows that are so many minutes apart. Raises ValueError when that is not above 0."""
    if not 0 < minutes < inf:
        raise ValueError(f"rows cannot be {minutes} minutes apart")
    lengths = sorted({max(1, round(scale / minutes)) for scale in SCALES})
    steps = [max(1, length // STEPS) for length in lengths]
    scales = [(step, round(length / step)) for length, step in zip(lengths, steps, strict=True)]
    block = max(3, round(BLOCK / minutes))
    return Shape(
        minutes=minutes,
        fine=tuple((place, count) for place, (step, count) in enumerate(scales) if step == 1),
        coarse=tuple((place, step, count) for place, (step, count) in enumerate(scales) if step > 1),
        # One mention in five minutes of doubt, growing as chance does: with the root of the time.
        doubts=tuple(sqrt(step * count * minutes / SCALES[0]) for step, count in scales),
        block=block,
        silent=max(ceil(SILENT / minutes), block << LENGTHS),
        rest=ceil(REST / minutes),
        fresh=0.5 ** (minutes / TIRED_HALF),
    )


def weight_of(seen: int) -> float:
    """Return the weight of a new maximum among `seen` blocks, itself one of them."""
    return max(1 / MEMORY, 1 / seen)


def believed_of(seen: int) -> float:
    """Return how far the variance of `seen` maxima is believed, from 0 to 1; the rest is the prior's."""
    blocks = min(seen, MEMORY)
    return blocks / (blocks + PRIOR_BLOCKS)


class Peaks:
    """The maxima of blocks of one length on each scale, as logarithms: their mean, variance and deviation.

    `top` is the largest sum in the running block; `first` holds the first maxima until the start is over.
    """

    __slots__ = ("deviation", "first", "mean", "seen", "top", "variance")

    def __init__(self, scales: int) -> None:
        """Begin with nothing seen."""
        self.top: list[float] = [0.0] * scales
        self.seen = 0
        self.mean: list[float] = []
        self.variance: list[float] = []
        self.deviation: list[float] = []
        self.first: list[list[float]] = []

    def close(self, doubts: Sequence[float]) -> None:
        """Learn the maxima of the block that ends."""
        seen = self.seen
        self.seen = seen + 1
        if seen < START:
            self.first.append([log(top + doubt) for top, doubt in zip(self.top, doubts, strict=True)])
            self.start()
            return
        mean, variance, deviation = self.mean, self.variance, self.deviation
        weight, believed = weight_of(self.seen), believed_of(self.seen)
        for place, doubt in enumerate(doubts):
            step = log(self.top[place] + doubt) - mean[place]
            step = min(step, PULL * deviation[place])
            mean[place] += weight * step
            variance[place] = spread = (1 - weight) * (variance[place] + weight * step * step)
            deviation[place] = sqrt(PRIOR * PRIOR * (1 - believed) + believed * spread)

    def start(self) -> None:
        """Take mean and variance robustly from the first blocks: one early burst must not blind for days."""
        each = list(zip(*self.first, strict=True))
        self.mean = [median(heights) for heights in each]
        spreads = [
            1.4826 * median([abs(height - mean) for height in heights])
            for heights, mean in zip(each, self.mean, strict=True)
        ]
        self.variance = [spread * spread for spread in spreads]
        self.deviate()

    def deviate(self) -> None:
        """Draw the deviations to the prior while few blocks are seen."""
        believed = believed_of(self.seen)
        self.deviation = [
            sqrt(PRIOR * PRIOR * (1 - believed) + believed * variance) for variance in self.variance
        ]
        if self.seen >= START:
            self.first = []

    def saved(self) -> list[float]:
        """Return what is to be saved; `seen` is known from the number of rows."""
        learnt = (
            self.mean + self.variance
            if self.seen >= START
            else [height for heights in self.first for height in heights]
        )
        return self.top + learnt

    def restore(self, seen: int, values: Iterator[float]) -> None:
        """Take `saved` values back. Raises ValueError when there are not enough."""
        scales = len(self.top)
        self.seen = seen
        self.top = _some(values, scales)
        if seen >= START:
            self.mean, self.variance = _some(values, scales), _some(values, scales)
            self.deviate()
        elif seen:
            self.first = [_some(values, scales) for _ in range(seen)]
            self.start()


def _some(values: Iterator[float], count: int) -> list[float]:
    some = list(islice(values, count))
    if len(some) < count:
        raise ValueError("these bytes are not the state of a series: they end too early")
    return some


class Onset:
    """All that must be remembered of one series; make it with `begin`. It changes in place."""

    __slots__ = (
        "coarse", "height", "limits", "marked", "offset", "peaks", "recent", "rows", "shape", "sums", "tired",
        "total", "weights",
    )  # fmt: skip

    def __init__(self, minutes: float) -> None:
        """Begin a series whose rows are so many minutes apart."""
        self.shape = shape_of(minutes)
        scales = len(self.shape.doubts)
        self.rows, self.total = 0, 0
        # Running totals: after each of the last rows, and at the ends of the steps of each coarse scale.
        self.recent = [0] * self.shape.kept
        self.coarse = [(place, step, [0] * (steps + 1)) for place, step, steps in self.shape.coarse]
        self.sums: list[float] = [0.0] * scales
        self.peaks = [Peaks(scales) for _ in range(LENGTHS)]
        self.marked, self.height, self.tired = -1, 0.0, 0.0
        # A row is of interest when a sum is above its limit; a weight of each height, and what to take off.
        self.limits, self.weights, self.offset = [inf] * scales, [0.0] * scales, 0.0

    def take(self, count: int) -> float:
        """Return the score of the next row, 0 to 1; it is above 0 only where a burst begins."""
        row, shape, sums, recent = self.rows, self.shape, self.sums, self.recent
        tops, limits = self.peaks[0].top, self.limits
        self.total = total = self.total + count
        at = row % len(recent)
        recent[at] = total
        risen = False
        much: float
        for place, rows in shape.fine:
            sums[place] = much = total - recent[at - rows]
            if much > tops[place]:
                tops[place] = much
            if much > limits[place]:
                risen = True
        for place, step, ends in self.coarse:
            into = row % step + 1
            oldest = ends[0]
            sums[place] = much = total - oldest - (ends[1] - oldest) * (into / step)
            if much > tops[place]:
                tops[place] = much
            if much > limits[place]:
                risen = True
            if into == step:
                del ends[0]
                ends.append(total)
        score = self._judged(row) if risen and row >= shape.silent else 0.0
        self.tired = self.tired * shape.fresh + (score > 0)
        self.rows = row + 1
        if self.rows % shape.block == 0:
            self._close()
        return score

    def _judged(self, row: int) -> float:
        """Return the score of a row that may be marked, and note the mark."""
        surprise = -self.offset - TIRED * self.tired
        for place, doubt in enumerate(self.shape.doubts):
            surprise += self.weights[place] * log(self.sums[place] + doubt)
        rested = self.marked < 0 or row - self.marked >= self.shape.rest
        if (
            surprise <= MARK
            or self.sums[-1] < LEAST
            or not (rested or surprise > self.height + max(WORSE, self.height / 2))
        ):
            return 0.0
        self.marked, self.height = row, surprise
        return surprise / (1 + surprise)

    def _close(self) -> None:
        """Learn from the blocks that end with this row; a longer one is made of two of the length before."""
        blocks = self.rows // self.shape.block
        for length, peaks in enumerate(self.peaks):
            peaks.close(self.shape.doubts)
            if length + 1 < LENGTHS:
                longer = self.peaks[length + 1]
                longer.top = list(map(max, longer.top, peaks.top))
            peaks.top = [0.0] * len(peaks.top)
            if blocks % (2 << length):
                break
        self.weigh()

    def weigh(self) -> None:
        """Prepare the surprise: the mean over scales and block lengths of (height - mean) / deviation.

        Of so many parts one is at least their mean: where none reaches it, the row need not be judged.
        """
        if self.rows < self.shape.block << (LENGTHS - 1):
            return  # no block of the greatest length is known
        scales = len(self.weights)
        parts = scales * LENGTHS
        total = 0.0
        for place, doubt in enumerate(self.shape.doubts):
            weight = offset = 0.0
            for peaks in self.peaks:
                part = 1 / (peaks.deviation[place] * parts)
                weight += part
                offset += part * peaks.mean[place]
            total += offset
            self.weights[place] = weight
            self.limits[place] = exp((MARK / scales + offset) / weight) * (1 - 1e-9) - doubt
        self.offset = total

    def to_bytes(self) -> bytes:
        """Return the state in less than 1 kB. Raises OverflowError beyond 4 294 967 295 counts in a row or step."""
        last = [self.recent[(self.rows + n) % len(self.recent)] for n in range(len(self.recent))]
        counts = _differences(last)
        for _, _, ends in self.coarse:
            counts += _differences([*ends, self.total])
        real = [value for peaks in self.peaks for value in peaks.saved()]
        head = HEAD.pack(self.shape.minutes, self.height, self.tired, self.rows, self.marked + 1)
        try:
            return head + struct.pack(f"<{len(counts)}I{len(real)}d", *counts, *real)
        except struct.error as error:
            raise OverflowError(f"a sum of counts does not fit: {error}") from None

    @classmethod
    def from_bytes(cls, data: bytes) -> Onset:
        """Return the series as it was. Raises ValueError when the bytes do not come from `to_bytes`."""
        try:
            minutes, height, tired, rows, marked = HEAD.unpack_from(data)
            onset = cls(minutes)
            shape = onset.shape
            counts = shape.kept - 1 + sum(steps + 1 for _, _, steps in shape.coarse)
            values = struct.unpack_from(
                f"<{counts}I{(len(data) - HEAD.size - 4 * counts) // 8}d", data, HEAD.size
            )
        except struct.error as error:
            raise ValueError(f"these bytes are not the state of a series: {error}") from None
        onset.rows, onset.marked, onset.height, onset.tired = rows, marked - 1, height, tired
        onset._count_back(values[:counts])
        real = iter(values[counts:])
        for length, peaks in enumerate(onset.peaks):
            peaks.restore(rows // (shape.block << length), real)
        onset.weigh()
        return onset

    def to_json(self) -> str:
        """Return the state as one string of JSON."""
        return b64encode(self.to_bytes()).decode("ascii")

    @classmethod
    def from_json(cls, text: str) -> Onset:
        """Return the series out of `to_json`. Raises ValueError when the text does not come from there."""
        return cls.from_bytes(b64decode(text, validate=True))

    def _count_back(self, counts: Sequence[int]) -> None:
        """Put back the running totals. Only their differences matter, so the total now is 0."""
        kept = len(self.recent)
        for n, total in enumerate(_totals(counts[: kept - 1])):
            self.recent[(self.rows + n) % kept] = total
        at = kept - 1
        for _, _, ends in self.coarse:
            ends[:] = _totals(counts[at : at + len(ends)])[:-1]
            at += len(ends)


HEAD = struct.Struct("<3d2I")


def _differences(totals: Sequence[int]) -> list[int]:
    return [after - before for before, after in pairwise(totals)]


def _totals(counts: Sequence[int]) -> list[int]:
    """Return running totals that end at 0."""
    return [total - sum(counts) for total in accumulate(counts, initial=0)]


def begin(minutes: float) -> Onset:
    """Return the state before the first of rows that are so many minutes apart."""
    return Onset(minutes)


def take(onset: Onset, count: int) -> tuple[float, Onset]:
    """Return the score of the next row, 0 to 1 (above 0 only where a burst begins), and the state after it.

    The state is the same object, changed; whoever needs the one before keeps its `to_bytes`.
    """
    return onset.take(count), onset
