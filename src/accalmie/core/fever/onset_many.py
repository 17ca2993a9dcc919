"""Where bursts begin in many series at once: `onset` for NumPy, with the same numbers.

The series of one `Onsets` began with the same row and go on together, a count of each at every row. Those that
begin later stand in an `Onsets` of their own, or are measured one by one until they are gathered.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from accalmie.core.fever.onset import (
    LEAST,
    LENGTHS,
    MARK,
    PRIOR,
    PULL,
    START,
    TIRED,
    WORSE,
    Onset,
    Peaks,
    believed_of,
    shape_of,
    weight_of,
)

Numbers = NDArray[np.float64]
Places = NDArray[np.intp]
NOBODY: Places = np.zeros(0, dtype=np.intp)


def _median(first: Numbers) -> Numbers:
    """Return the medians over the first axis; for so few values sorting is faster than `np.median`."""
    ordered = np.sort(first, axis=0)
    middle: Numbers = (ordered[(len(first) - 1) // 2] + ordered[len(first) // 2]) / 2
    return middle


class ManyPeaks:
    """`onset.Peaks` of many series: arrays of scales by series."""

    __slots__ = ("deviation", "first", "mean", "seen", "top", "variance")

    def __init__(self, scales: int, series: int) -> None:
        """Begin with nothing seen."""
        self.top: Numbers = np.zeros((scales, series))
        self.mean, self.variance, self.deviation = (np.zeros((scales, series)) for _ in range(3))
        self.seen = 0
        self.first: list[Numbers] = []

    def close(self, doubts: Numbers) -> None:
        """Learn the maxima of the block that ends."""
        heights = np.log(self.top + doubts)
        self.seen += 1
        if self.seen <= START:
            self.first.append(heights)
            first = np.array(self.first)
            self.mean = _median(first)
            self.variance = (1.4826 * _median(np.abs(first - self.mean))) ** 2
        else:
            weight = weight_of(self.seen)
            step = np.minimum(heights - self.mean, PULL * self.deviation)
            self.mean += weight * step
            self.variance = (1 - weight) * (self.variance + weight * step * step)
        if self.seen >= START:
            self.first = []
        self.deviate()

    def deviate(self) -> None:
        """Draw the deviations to the prior while few blocks are seen."""
        believed = believed_of(self.seen)
        self.deviation = np.sqrt(PRIOR * PRIOR * (1 - believed) + believed * self.variance)

    def gather(self, each: Sequence[Peaks]) -> None:
        """Take over what single series have seen."""
        self.seen = each[0].seen
        self.top = np.array([peaks.top for peaks in each], dtype=float).T.copy()
        if self.seen:
            self.mean = np.array([peaks.mean for peaks in each]).T.copy()
            self.variance = np.array([peaks.variance for peaks in each]).T.copy()
            self.deviate()
        self.first = [np.array([p.first[n] for p in each]).T.copy() for n in range(len(each[0].first))]

    def saved(self, series: int) -> list[float]:
        """Return what `Peaks.saved` returns for one of them."""
        kept = self.first if self.seen < START else [self.mean, self.variance]
        return [float(value) for values in (self.top, *kept) for value in values[:, series]]


class Onsets:
    """All that must be remembered of many series in step. It changes in place."""

    def __init__(self, minutes: float, series: int) -> None:
        """Begin so many series whose rows are so many minutes apart."""
        self.shape = shape = shape_of(minutes)
        self.series = series
        scales = len(shape.doubts)
        self.doubts: Numbers = np.array(shape.doubts)[:, None]
        self.rows = 0
        self.total: Numbers = np.zeros(series)
        self.recent: Numbers = np.zeros((shape.kept, series))
        self.ends = [[np.zeros(series) for _ in range(steps + 1)] for _, _, steps in shape.coarse]
        self.oldest = [np.zeros(series) for _ in shape.coarse]
        self.sums: Numbers = np.zeros((scales, series))
        self.peaks = [ManyPeaks(scales, series) for _ in range(LENGTHS)]
        self.marked = np.full(series, -1)
        self.height, self.tired = np.zeros(series), np.zeros(series)
        self.limits: Numbers = np.full((scales, series), np.inf)
        self.weights: Numbers = np.zeros((scales, series))
        self.offset: Numbers = np.zeros(series)
        self.above = np.zeros((scales, series), dtype=bool)

    def take(self, counts: NDArray[np.float64] | NDArray[np.int64]) -> Numbers:
        """Return the scores of the next row, one for each series, from its counts."""
        row, shape = self.rows, self.shape
        self.total += counts
        at = row % shape.kept
        self.recent[at] = self.total
        for place, rows in shape.fine:
            np.subtract(self.total, self.recent[at - rows], out=self.sums[place])
        self._coarse(row)
        top = self.peaks[0].top
        np.maximum(top, self.sums, out=top)
        scores = np.zeros(self.series)
        marked = self._judge(row, scores) if row >= shape.silent else NOBODY
        self.tired *= shape.fresh
        if len(marked):
            self.tired[marked] += 1
        self.rows = row + 1
        if self.rows % shape.block == 0:
            self._close()
        return scores

    def _coarse(self, row: int) -> None:
        for (place, step, _), ends, oldest in zip(self.shape.coarse, self.ends, self.oldest, strict=True):
            into = row % step + 1
            sums = self.sums[place]
            np.subtract(self.total, ends[0], out=sums)
            sums -= oldest * (into / step)
            if into == step:
                del ends[0]
                ends.append(self.total.copy())
                np.subtract(ends[1], ends[0], out=oldest)

    def _judge(self, row: int, scores: Numbers) -> Places:
        """Write the scores of the series that are marked, and return their places."""
        np.greater(self.sums, self.limits, out=self.above)
        risen = np.flatnonzero(self.above.any(axis=0))
        if not len(risen):
            return risen
        heights = np.log(self.sums.take(risen, axis=1) + self.doubts)
        heights *= self.weights.take(risen, axis=1)
        surprise = heights.sum(axis=0) - self.offset[risen] - TIRED * self.tired[risen]
        marked = self.marked[risen]
        rested = (marked < 0) | (row - marked >= self.shape.rest)
        height = self.height[risen]
        worse = surprise > height + np.maximum(WORSE, height / 2)
        enough = self.sums[-1, risen] >= LEAST
        burst = np.flatnonzero((surprise > MARK) & enough & (rested | worse))
        if not len(burst):
            return NOBODY
        risen, surprise = risen[burst], surprise[burst]
        self.marked[risen], self.height[risen] = row, surprise
        scores[risen] = surprise / (1 + surprise)
        return risen

    def _close(self) -> None:
        """Learn from the blocks that end with this row; a longer one is made of two of the length before."""
        blocks = self.rows // self.shape.block
        for length, peaks in enumerate(self.peaks):
            peaks.close(self.doubts)
            if length + 1 < LENGTHS:
                longer = self.peaks[length + 1].top
                np.maximum(longer, peaks.top, out=longer)
            peaks.top.fill(0.0)
            if blocks % (2 << length):
                break
        self.weigh()

    def weigh(self) -> None:
        """Prepare the surprise and the limits, as `Onset` does."""
        if self.rows < self.shape.block << (LENGTHS - 1):
            return
        scales = len(self.shape.doubts)
        parts = [1 / (peaks.deviation * (scales * LENGTHS)) for peaks in self.peaks]
        offsets = [part * peaks.mean for part, peaks in zip(parts, self.peaks, strict=True)]
        self.weights, offset = sum(parts[1:], parts[0]), sum(offsets[1:], offsets[0])
        self.offset = offset.sum(axis=0)
        self.limits = np.exp((MARK / scales + offset) / self.weights) * (1 - 1e-9) - self.doubts

    @classmethod
    def gather(cls, onsets: Sequence[Onset]) -> Onsets:
        """Return many series out of single ones. Raises ValueError unless they have had the same number of rows."""
        if len({(onset.shape.minutes, onset.rows) for onset in onsets}) != 1:
            raise ValueError("only series that began together can be gathered")
        many = cls(onsets[0].shape.minutes, len(onsets))
        many.rows = onsets[0].rows
        many.total = np.array([onset.total for onset in onsets], dtype=float)
        many.recent = np.array([onset.recent for onset in onsets], dtype=float).T.copy()
        for n, ends in enumerate(many.ends):
            ends[:] = list(np.array([onset.coarse[n][2] for onset in onsets], dtype=float).T.copy())
            many.oldest[n] = ends[1] - ends[0]
        many.marked = np.array([onset.marked for onset in onsets])
        many.height = np.array([onset.height for onset in onsets])
        many.tired = np.array([onset.tired for onset in onsets])
        for length, peaks in enumerate(many.peaks):
            peaks.gather([onset.peaks[length] for onset in onsets])
        many.weigh()
        return many

    def one(self, series: int) -> Onset:
        """Return a single series, to be saved or to go on alone."""
        onset = Onset(self.shape.minutes)
        onset.rows, onset.total = self.rows, int(self.total[series])
        onset.recent = [int(total) for total in self.recent[:, series]]
        for (_, _, kept), ends in zip(onset.coarse, self.ends, strict=True):
            kept[:] = [int(end[series]) for end in ends]
        onset.marked = int(self.marked[series])
        onset.height, onset.tired = float(self.height[series]), float(self.tired[series])
        for single, peaks in zip(onset.peaks, self.peaks, strict=True):
            single.restore(peaks.seen, iter(peaks.saved(series)))
        onset.weigh()
        return onset
