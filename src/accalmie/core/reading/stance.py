"""Who speaks: affected, loud, understanding, or none of them; teasing, the customers behind, and the problem.

Sums of cues with the weights of `phrasebook/lexicon/weights.toml`, set by hand. Affected is found rather too often
than too rarely: nobody who needs help may be overlooked.
"""

from __future__ import annotations

import math
from functools import lru_cache

from accalmie.core.reading.cue import Mark
from accalmie.core.reading.tone import probability, sums

NAMES = ("affected", "loud", "understanding", "none")


@lru_cache(maxsize=8_192)
def stances(found: int) -> tuple[float, float, float, float]:
    """Return how likely each of NAMES is, given the marks `found`; they sum to 1."""
    logits = [sums("stance", name, found) for name in NAMES]
    top = max(logits)
    parts = [math.exp(logit - top) for logit in logits]
    whole = sum(parts)
    return parts[0] / whole, parts[1] / whole, parts[2] / whole, parts[3] / whole


@lru_cache(maxsize=4_096)
def teasing(found: int) -> float:
    """Return how likely it is a joke in good will, given the marks; the stance is not looked at here."""
    return probability(sums("other", "teasing", found))


def downstream(found: int) -> float:
    """Return how likely the writer's own customers press them because of the brand's failure."""
    if not found & (Mark.CUSTOMERS | Mark.PRESSURE):
        return 0.0
    return _downstream(found)


@lru_cache(maxsize=4_096)
def _downstream(found: int) -> float:
    return probability(sums("other", "downstream", found))


def problem(named: list[tuple[str, float]]) -> str | None:
    """Return what must be solved first, by the weights of the cues that name it; None where there is none."""
    weights: dict[str, float] = {}
    for name, weight in named:
        weights[name] = weights.get(name, 0.0) + weight
    return max(weights, key=weights.__getitem__, default=None)
