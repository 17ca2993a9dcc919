"""Whether the talk stays above the usual: evidence that grows while it does, and a bar that each topic learns.

A sequential test (CUSUM; E. S. Page, Biometrika 41, 1954) for Poisson counts: every five minutes what was said
beyond the usual, and beyond what this topic's hours vary anyway, is added to the evidence, what was less is taken
away. How much evidence is a storm, the bar, is learnt from the highest evidence of the topic's own days. Nothing
counts for more than its share of three quarters of an hour: one automatic account, one post that does well, the
backlog of an outage cannot fill the bar alone. `docs/fever.md` tells how each figure was chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from math import exp, log, sqrt
from typing import Any

#: Evidence is counted up each time so many minutes are full.
STEP = 5
#: Twice the usual is what the test is made to find; the counts of a minute vary by more than chance.
TIMES, OVERDISPERSION = 2.0, 1.5
#: So many critics an hour more are nothing, whatever the usual.
NOTHING = 0.25
#: What hours vary by anyway is free: so many standard deviations of it, and at least this share of the usual.
FREE_DEVIATIONS, FREE = 1.9, 0.25
#: The shortest way from nothing to the bar (minutes), where authors and tone are not known. A single row, however
#: long, is at most so much of it.
SHORTEST, ROW_MOST = 40.0, 0.6
#: The shortest way back down from the bar, and the longest while nobody says anything (minutes).
FALL, FORGET = 45.0, 240.0
#: The evidence may be so many times the bar: a storm that is over shall be over soon.
TOP = 1.3
#: Above the bar it is on; off again below this part of the bar.
OFF = 0.6
#: The lowest bar, in nats; the bar stands so many deviations above the usual highest evidence of a day.
LOWEST, DEVIATIONS = 2.5, 1.8
#: How the days' highest evidence is remembered: by logarithm, from this prior (worth so many days) on, one day in
#: fourteen being new; a single day counts at most as much above the mean.
PRIOR, PRIOR_DEVIATION, PRIOR_DAYS, DAY_RATE, DAY_MOST = 0.2, 0.4, 5, 0.07, 1.0
_FLOOR = 0.2
_GAIN = log(TIMES)


@dataclass(frozen=True, slots=True)
class Swell:
    """The evidence (in nats) and what is learnt of it. `said`, `awaited` and `minutes` are of the running step;
    `deaf`: nobody listened in part of it. `day_top` is the highest evidence of the running day; `height` and
    `variance` are of the logarithm of the days' highest, against LOWEST."""

    evidence: float = 0.0
    on: bool = False
    said: float = 0.0
    awaited: float = 0.0
    minutes: int = 0
    deaf: bool = False
    day_top: float = 0.0
    days: int = 0
    height: float = PRIOR
    variance: float = PRIOR_DEVIATION**2

    @property
    def bar(self) -> float:
        """The evidence that is a storm for this topic."""
        return LOWEST * exp(max(0.0, self.height + DEVIATIONS * sqrt(self.variance)))

    @property
    def filled(self) -> float:
        """The evidence as a part of the bar: 1 is a storm."""
        return self.evidence / self.bar

    @property
    def still(self) -> bool:
        """Whether nothing changes while nobody speaks."""
        return not (self.evidence or self.said or self.on)

    def heard(self, said: float, awaited: float, minutes: int, restless: float, *, deaf: bool) -> Swell:
        """Return the swell after so many `minutes` in which `said` came and `awaited` is usual.

        `restless` is the topic's own variance of hours beyond chance, relative to the square of the usual
        (`Usual.restless`); `deaf`: nobody listened.
        """
        if not said and self.still:
            return self
        said, awaited, minutes = self.said + said, self.awaited + awaited, self.minutes + minutes
        deaf = deaf or self.deaf
        if minutes < STEP:
            return Swell(
                self.evidence, self.on, said, awaited, minutes, deaf,
                self.day_top, self.days, self.height, self.variance,
            )  # fmt: skip
        # The constructor, because this is the place that runs a million times; `replace` takes four times as long.
        evidence, bar = self.evidence, self.bar
        if not deaf:
            hourly = awaited * 60 / minutes
            free = awaited * (1 + max(FREE, FREE_DEVIATIONS * sqrt(restless))) + NOTHING * minutes / 60
            more = _GAIN * (said - free) / (OVERDISPERSION + restless * hourly)
            if not said:
                more = min(more, -bar * minutes / FORGET)
            more = min(max(more, -bar * minutes / FALL), bar * min(minutes / SHORTEST, ROW_MOST))
            evidence = min(max(evidence + more, 0.0), TOP * bar)
        on = evidence >= (OFF if self.on else 1.0) * bar
        return Swell(
            evidence, on, 0.0, 0.0, 0, False, max(self.day_top, evidence), self.days, self.height, self.variance
        )  # fmt: skip

    def with_day(self) -> Swell:
        """Return the swell when a day is over: its highest evidence is learnt."""
        weight = max(DAY_RATE, 1 / (self.days + 1 + PRIOR_DAYS))
        top = min(log(self.day_top / LOWEST + _FLOOR), self.height + DAY_MOST)
        step = top - self.height
        return replace(
            self,
            day_top=0.0,
            days=self.days + 1,
            height=self.height + weight * step,
            variance=(1 - weight) * (self.variance + weight * step * step),
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Swell:
        """Return what `to_json` gave, to the same numbers."""
        return cls(**data)
