"""The values that the fever is made of: a minute's pulse, its measure, and the reasons for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Phase(Enum):
    """Where a storm stands. LEARNING: too little is known of this topic to call anything a storm."""

    LEARNING = "learning"
    CALM = "calm"
    GRUMBLING = "grumbling"
    RISING = "rising"
    PEAK = "peak"
    FALLING = "falling"
    CALM_AGAIN = "calm_again"


@dataclass(frozen=True, slots=True)
class Pulse:
    """Counts of a topic in one bucket of time that begins at `minute` (minutes since 1970, UTC).

    `judged` are the mentions whose tone is known; `voices` holds one number for each mention: the author's
    31 bits (`mention.voice`), shifted left by one, plus 1 when the mention is negative. So distinct and
    distinct negative authors can be counted over any stretch, exactly and without names. `echoes` holds the words of
    each mention as one number (`echo.phrase`), those of few words left out; `hashtags` how many mentions used each.
    """

    minute: int
    mentions: int
    judged: int = 0
    negative: int = 0
    positive: int = 0
    insults: int = 0
    affected: int = 0
    loud: int = 0
    understanding: int = 0
    teasing: int = 0
    reach: int = 0
    channels: Mapping[str, int] = field(default_factory=dict)
    voices: tuple[int, ...] = ()
    echoes: tuple[int, ...] = ()
    hashtags: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, as a key of `phrasebook/reasons.toml` and the figures to put into its sentence."""

    key: str
    values: Mapping[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measure:
    """How hot it is at the end of the bucket that begins at `minute`; "hour" figures are of the 60 minutes
    that end there.

    `fever` is in degrees, 36.6 is usual; `level` 0 to 6 after Graf and Schwede; `expected` and `ceiling` are
    the usual number of mentions in such an hour, and the most that is still usual. `authors_hour` is 0 where
    authors are not known (plain counts). `known`: enough is known of the topic to call something a storm.
    `gap`: nobody listened, so the level is held.
    """

    minute: int
    fever: float
    level: int
    phase: Phase
    mentions_hour: int
    authors_hour: int
    negative_hour: int
    judged_hour: int
    expected: float
    ceiling: float
    usual_negative: float
    known: bool
    gap: bool = False
    #: The same as the fever from 0 to 1: 1 is a hurricane.
    score: float = 0.0
    reasons: tuple[Reason, ...] = ()
    #: What speaks against a storm ("one author wrote 40 % of it").
    against: tuple[Reason, ...] = ()
