"""Negative, neutral or positive towards whoever is written to: a sum of cues, with weights for people to read."""

from __future__ import annotations

import math
from functools import cache

from accalmie.core.reading.weights import logits, shares, slopes

NAMES = ("negative", "neutral", "positive")


@cache
def _slopes() -> tuple[tuple[str, float, float], ...]:
    return tuple((name, *slopes("tone", name)) for name in NAMES)


def scores(praise: float, blame: float, found: int) -> dict[str, float]:
    """Return how likely each of NAMES is; they sum to 1. `found` are marks, `praise` and `blame` weights of words."""
    # The fifth hard word says less than the first.
    praise, blame = math.log1p(praise), math.log1p(blame)
    sums = logits("tone", found)
    return shares({name: sums[name] + up * praise + down * blame for name, up, down in _slopes()})
