"""Negative, neutral or positive towards whoever is written to: a sum of cues, with weights for people to read."""

from __future__ import annotations

import math
from functools import cache, lru_cache
from typing import Any

from accalmie.core.reading.cue import marks
from accalmie.phrasebook import table

NAMES = ("negative", "neutral", "positive")


@cache
def _weights() -> dict[str, Any]:
    return table("lexicon/weights")


@lru_cache(maxsize=4_096)
def sums(table_name: str, name: str, found: int) -> float:
    """Return what the marks `found` add up to for `name` of a table of weights, with its bias.

    A weight of two marks ("failure+me") counts where both are found.
    """
    total = 0.0
    for names, weight in _weights()[table_name][name].items():
        if names == "bias":
            total += weight
        elif names not in ("praise", "blame"):
            needed = bits(names)
            if found & needed == needed:
                total += weight
    return total


@cache
def bits(names: str) -> int:
    """Return the marks of a weight's name ("failure+me") as bits."""
    return marks(names.replace("+", " "))


@cache
def _slopes() -> tuple[float, ...]:
    weights = _weights()["tone"]
    return tuple(float(weights[name].get(part, 0.0)) for name in NAMES for part in ("praise", "blame"))


def scores(praise: float, blame: float, found: int) -> tuple[float, float, float]:
    """Return how likely negative, neutral and positive are; they sum to 1."""
    # The fifth hard word says less than the first.
    praise, blame = math.log1p(praise), math.log1p(blame)
    down_praise, down_blame, mid_praise, mid_blame, up_praise, up_blame = _slopes()
    return softmax(
        sums("tone", "negative", found) + down_praise * praise + down_blame * blame,
        sums("tone", "neutral", found) + mid_praise * praise + mid_blame * blame,
        sums("tone", "positive", found) + up_praise * praise + up_blame * blame,
    )


def softmax(first: float, second: float, third: float) -> tuple[float, float, float]:
    """Return the three as probabilities."""
    top = max(first, second, third)
    a, b, c = math.exp(first - top), math.exp(second - top), math.exp(third - top)
    whole = a + b + c
    return a / whole, b / whole, c / whole


def probability(logit: float) -> float:
    """Return the logit as a probability."""
    return 1.0 / (1.0 + math.exp(-logit))
