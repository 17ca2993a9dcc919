"""Where a burst begins, in plain counts: one row marked for each burst, however long it lasts.

Asks of a count not whether it is far from the mean but whether it is far above what this series' own peaks
have been lately: maxima of six- and twelve-hour blocks, on five scales from five minutes to twelve hours. After
a mark the series rests for a while, unless it gets much worse. The mathematics was found and measured on the
Twitter part of Numenta's Anomaly Benchmark (bench/nab/findings.md, section 5).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log, sqrt
from statistics import median

#: Minutes over which counts are summed, and of the blocks whose maxima are learnt, with their memory.
SCALES = (5, 15, 60, 240, 720)
BLOCKS = ((360, 0.05), (720, 0.02))
#: The first 25 hours are only learnt from.
SILENT = 1500
#: A row is marked above this surprise; then again only after this rest, or when it is so much worse.
MARK, REST, WORSE = 1.1, 1200, 1.2
#: Each mark makes the next one a little harder; half of that is forgotten after a week.
TIRED, TIRED_HALF = 0.1, 10080
#: A deviation that is believed before blocks are seen, as if so many had shown it; blocks of a robust start.
PRIOR, PRIOR_BLOCKS, START_BLOCKS = 0.45, 4, 7


@dataclass(frozen=True, slots=True)
class Block:
    """What the maxima of one block length were on each scale; `first` holds the very first ones."""

    rows: int
    rate: float
    into: int
    top: tuple[float, ...]
    seen: int = 0
    mean: tuple[float, ...] = ()
    variance: tuple[float, ...] = ()
    first: tuple[tuple[float, ...], ...] = ()

    def with_row(self, heights: tuple[float, ...]) -> Block:
        """Return the block with a row's heights, one for each scale; at its end its maxima are learnt."""
        top = tuple(map(max, self.top, heights))
        if self.into + 1 < self.rows:
            return replace(self, into=self.into + 1, top=top)
        closed = replace(self, into=0, top=(0.0,) * len(top), seen=self.seen + 1)
        if self.seen < START_BLOCKS:
            first = (*self.first, top)
            each = list(zip(*first, strict=True))
            mean = tuple(median(tops) for tops in each)
            spread = (
                1.4826 * median(abs(top - m) for top in tops) for tops, m in zip(each, mean, strict=True)
            )
            kept = first if len(first) < START_BLOCKS else ()
            return replace(closed, first=kept, mean=mean, variance=tuple(s * s for s in spread))
        weight = max(self.rate, 1 / (self.seen + 1))
        steps = [min(t - m, 5 * s) for t, m, s in zip(top, self.mean, self.deviations(), strict=True)]
        return replace(
            closed,
            mean=tuple(m + weight * d for m, d in zip(self.mean, steps, strict=True)),
            variance=tuple(
                (1 - weight) * (v + weight * d * d) for v, d in zip(self.variance, steps, strict=True)
            ),
        )

    def deviations(self) -> list[float]:
        """Return the deviation of the maxima on each scale, drawn to the prior while few blocks are seen."""
        blocks = min(self.seen, max(START_BLOCKS, round(1 / self.rate)))
        return [sqrt((PRIOR_BLOCKS * PRIOR**2 + blocks * v) / (PRIOR_BLOCKS + blocks)) for v in self.variance]


@dataclass(frozen=True, slots=True)
class Onset:
    """All that must be remembered of a series of rows of `minutes` each; make it with `begin`."""

    minutes: float
    scales: tuple[int, ...]
    blocks: tuple[Block, ...]
    rows: int = 0
    last: tuple[float, ...] = ()
    sums: tuple[float, ...] = ()
    marked: int | None = None
    height: float = 0.0
    tired: float = 0.0


def begin(minutes: float) -> Onset:
    """Return the state before the first of rows that are so many minutes apart."""
    scales = tuple(sorted({max(1, round(scale / minutes)) for scale in SCALES}))
    blocks = tuple(
        Block(rows=max(6, round(length / minutes)), rate=rate, into=0, top=(0.0,) * len(scales))
        for length, rate in BLOCKS
    )
    return Onset(minutes, scales, blocks, last=(0.0,) * scales[-1], sums=(0.0,) * len(scales))


def take(onset: Onset, count: float) -> tuple[float, Onset]:
    """Return the score of the next row, 0 to 1 (above 0 only where a burst begins), and the state after it."""
    sums = tuple(
        total + count - onset.last[-scale] for total, scale in zip(onset.sums, onset.scales, strict=True)
    )
    heights = tuple(
        log(max(total, 0.0) + 1.5 * sqrt(scale)) for total, scale in zip(sums, onset.scales, strict=True)
    )
    surprise = _surprise(onset.blocks, heights) - TIRED * onset.tired
    marked = onset.rows * onset.minutes >= SILENT and _marks(onset, surprise)
    fresh = onset.tired * 0.5 ** (onset.minutes / TIRED_HALF)
    after = replace(
        onset,
        blocks=tuple(block.with_row(heights) for block in onset.blocks),
        rows=onset.rows + 1,
        last=(*onset.last[1:], count),
        sums=sums,
        tired=fresh + marked,
    )
    if not marked:
        return 0.0, after
    return surprise / (1 + surprise), replace(after, marked=onset.rows, height=surprise)


def _surprise(blocks: tuple[Block, ...], heights: tuple[float, ...]) -> float:
    """Return by how many deviations the row is above usual peaks, the mean over scales and block lengths."""
    known = [block for block in blocks if block.seen]
    if not known:
        return 0.0
    each = [
        (height - mean) / deviation
        for block in known
        for height, mean, deviation in zip(heights, block.mean, block.deviations(), strict=True)
    ]
    return sum(each) / len(each)


def _marks(onset: Onset, surprise: float) -> bool:
    if surprise <= MARK:
        return False
    rested = onset.marked is None or (onset.rows - onset.marked) * onset.minutes >= REST
    return rested or surprise > onset.height + WORSE
