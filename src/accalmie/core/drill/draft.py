"""A message of a play before it is numbered: it still points at the messages it answers or forwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accalmie.core.drill.people import Person


@dataclass(slots=True, eq=False)
class Draft:
    """Who says what when. `voice` is a key of the phrasebook, or "reshare"."""

    at: datetime
    person: Person
    voice: str
    text: str
    answers: Draft | None = None
    forwards: Draft | None = None
    #: Addresses in the text; for an article, its own.
    links: tuple[str, ...] = ()
    #: The message of the most followed person in the chain that led here: what most people get to see.
    most_seen: Draft | None = None

    @property
    def reach(self) -> int:
        """How many follow whoever says it (0 where the network does not tell)."""
        return self.person.author.followers or 0


def weighted(weights: dict[str, float], draw: float) -> str:
    """Return the key on which `draw` (0 to 1) falls when the keys lie side by side, as wide as they weigh."""
    rest = draw * sum(weights.values())
    for key, weight in weights.items():
        rest -= weight
        if rest < 0:
            return key
    return next(reversed(weights))
