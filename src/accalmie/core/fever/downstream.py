"""Whether the pressure comes from the customers' own customers (S11): yes, no, or it cannot be told.

Counted by people, not by messages, and corrected for a reading that is weak here. Pure arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import sqrt

from accalmie.core.fever.affected import SURE, Ground, Span, true_share

#: Of the people who say it, so many are read as saying it: 41 to 55 % in invented storms.
FOUND = Span(0.4, 0.55, 0.7)
#: Of those who do not, so many are read as if they did: 0.2 % of the airline tweets' affected, up to 6 % in
#: invented storms.
WRONG = Span(0.002, 0.01, 0.05)
#: One voice is not yet a chain under pressure.
VOICES = 2
#: Below this share of the affected it is not what drives the storm.
MATTERS = 0.05

NONE = Span(0.0, 0.0, 0.0)


class Answer(Enum):
    """Whether customers are pressed by their own. NOBODY: there is nobody affected who could say so."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Pressure:
    """The answer, how many people say it, of how many who could, and which share of them it is."""

    answer: Answer
    people: int = 0
    of: int = 0
    share: Span = NONE

    @property
    def ground(self) -> Ground:
        """The answer as a sentence of `phrasebook/affected.toml`."""
        values = {
            "people": self.people,
            "of": self.of,
            "share_low": self.share.low,
            "share_high": self.share.high,
        }
        return Ground(f"downstream_{self.answer.value}", values)


def pressure(people: int, of: int) -> Pressure:
    """Return what `people` different authors who speak of pressure tell, `of` so many with a case or patience.

    Yes needs more of them than the reading would find where there is none; no needs so many others that the
    share cannot matter. Raises ValueError when there are more of them than there are.
    """
    if not 0 <= people <= of:
        raise ValueError(f"{people} of {of} people cannot be")
    if not of:
        return Pressure(Answer.NOBODY)
    below, above = _wilson(people, of)
    share = Span(
        true_share(below, FOUND.high, WRONG.high),
        true_share(people / of, FOUND.likely, WRONG.likely),
        true_share(above, FOUND.low, WRONG.low),
    )
    by_mistake = WRONG.high * of
    if people >= VOICES and people > by_mistake + SURE * sqrt(by_mistake):
        return Pressure(Answer.YES, people, of, share)
    answer = Answer.NO if share.high < MATTERS else Answer.UNKNOWN
    return Pressure(answer, people, of, share)


def _wilson(positive: int, of: int) -> tuple[float, float]:
    """Return the interval of a share, nine times in ten (Wilson 1927): also good for few and for none."""
    share, z = positive / of, SURE**2 / of
    middle, half = share + z / 2, sqrt(share * (1 - share) * z + z * z / 4)
    return max((middle - half) / (1 + z), 0.0), min((middle + half) / (1 + z), 1.0)
