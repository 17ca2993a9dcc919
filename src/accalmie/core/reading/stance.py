"""Who speaks: affected, loud, understanding, or none of them; teasing, the customers behind, and the problem.

Sums of cues with the weights of `phrasebook/lexicon/weights.toml`, set by hand. Affected is found rather too often
than too rarely: nobody who needs help may be overlooked.
"""

from __future__ import annotations

from accalmie.core.reading.cue import Mark
from accalmie.core.reading.weights import likely, logits, probability


def stances(found: int) -> dict[str, float]:
    """Return how likely each stance is, given the marks `found`; they sum to 1."""
    return likely("stance", found)


def teasing(found: int) -> float:
    """Return how likely it is a joke in good will, given the marks; the stance is not looked at here."""
    return probability(logits("other", found)["teasing"]) if found & (Mark.JOKE | Mark.LAUGH) else 0.0


def downstream(found: int) -> float:
    """Return how likely the writer's own customers press them because of the brand's failure."""
    return (
        probability(logits("other", found)["downstream"]) if found & (Mark.CUSTOMERS | Mark.PRESSURE) else 0.0
    )


def problem(named: list[tuple[str, float]]) -> str | None:
    """Return what must be solved first, by the weights of the cues that name it; None where there is none."""
    weights: dict[str, float] = {}
    for name, weight in named:
        weights[name] = weights.get(name, 0.0) + weight
    return max(weights, key=weights.__getitem__, default=None)
