"""Weights of the phrasebook, added up: what the marks found speak for, in logits."""

from __future__ import annotations

import math
from functools import cache, lru_cache

from accalmie.core.reading.cue import marks
from accalmie.phrasebook import table

#: Sums of marks met before, kept for the next message; some hundred bytes each.
KEPT = 8_192

#: Of one judgement: its bias, and the weights of marks, as bits that must all be found.
Weights = tuple[float, tuple[tuple[int, float], ...]]


@cache
def _weights(kind: str) -> tuple[int, dict[str, Weights]]:
    """Return the bits that matter to this kind of judgement, and the weights of each of its judgements."""
    judgements: dict[str, Weights] = {}
    matter = 0
    for name, given in table("lexicon/weights")[kind].items():
        found = tuple(
            (marks(names.replace("+", " ")), float(weight))
            for names, weight in given.items()
            if names not in ("bias", "praise", "blame")
        )
        judgements[name] = (float(given["bias"]), found)
        for bits, _ in found:
            matter |= bits
    return matter, judgements


def slopes(kind: str, name: str) -> tuple[float, float]:
    """Return how much a judgement is moved by praise and by blame."""
    given = table("lexicon/weights")[kind][name]
    return float(given.get("praise", 0.0)), float(given.get("blame", 0.0))


def logits(kind: str, found: int) -> dict[str, float]:
    """Return what the marks `found` add up to for each judgement of a kind ("tone": negative, neutral, positive)."""
    return _logits(kind, found & _weights(kind)[0])


@lru_cache(maxsize=KEPT)
def _logits(kind: str, found: int) -> dict[str, float]:
    return {
        name: bias + sum(weight for bits, weight in given if found & bits == bits)
        for name, (bias, given) in _weights(kind)[1].items()
    }


def likely(kind: str, found: int) -> dict[str, float]:
    """Return how likely each judgement of a kind is by the marks `found` alone; they sum to 1."""
    return _likely(kind, found & _weights(kind)[0]).copy()


@lru_cache(maxsize=KEPT)
def _likely(kind: str, found: int) -> dict[str, float]:
    return shares(_logits(kind, found))


def shares(logits: dict[str, float]) -> dict[str, float]:
    """Return logits as probabilities that sum to 1 (softmax)."""
    top = max(logits.values())
    parts = {name: math.exp(logit - top) for name, logit in logits.items()}
    whole = sum(parts.values())
    return {name: part / whole for name, part in parts.items()}


def probability(logit: float) -> float:
    """Return a logit as a probability."""
    return 1.0 / (1.0 + math.exp(-logit))
