"""What was said before and after a message of ours, side by side with what is usual. It claims no cause.

A storm also falls by itself: that criticism fell after a message does not say that it fell because of it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise
from math import sqrt
from operator import attrgetter
from typing import NamedTuple

from accalmie.core.fever.pulse import Pulse

#: Looked at: so many minutes before the message, and so many after it.
BEFORE = 60
AFTER = (60, 180, 720)
#: Where less of a stretch was listened to, nothing is concluded from it.
ENOUGH = 0.75
#: Fewer critics an hour than this, before and after: too few to tell anything.
FEW = 5
#: Criticism rose or fell when it changed at least by this factor, and by more than chance does.
CLEARLY = 1.25


class Change(StrEnum):
    """What became of the number of critics after a message. FEW: too few to tell; UNHEARD: nobody listened."""

    FELL = "fell"
    ROSE = "rose"
    SAME = "same"
    FEW = "few"
    UNHEARD = "unheard"
    NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class Said:
    """A stretch [since, until) of minutes. `critics`, `mentions` and `insults` are for an hour of it, critics
    being different people within each hour; shares are of the mentions whose tone is known, None without any.

    `usual` mentions an hour, None where it is not known; `listened` is the share of it in which somebody was.
    """

    since: int
    until: int
    critics: float
    mentions: float
    negative: float | None
    positive: float | None
    insults: float
    usual: float | None = None
    listened: float = 1.0


@dataclass(frozen=True, slots=True)
class Followed:
    """One message of ours, published at `minute`. `after` has one entry for each of AFTER, None: not over yet.

    `usual_critics`: how many an hour would criticise if tone and volume were as usual. `again`: the minute in
    which another message of ours went out within the last stretch, None: none did.
    """

    minute: int
    before: Said
    after: tuple[Said | None, ...]
    usual_negative: float | None = None
    again: int | None = None

    @property
    def usual_critics(self) -> float | None:
        """The usual critics an hour: as if each of the usual negative mentions came from somebody else."""
        if self.before.usual is None or self.usual_negative is None:
            return None
        return self.before.usual * self.usual_negative

    @property
    def last(self) -> Said | None:
        """The longest stretch after it that is over."""
        return next((said for said in reversed(self.after) if said is not None), None)

    @property
    def change(self) -> Change:
        """What became of the number of critics, from the hour before to the longest stretch that is over."""
        return changed(self.before, self.last)


@dataclass(frozen=True, slots=True)
class Around:
    """What is known of a topic around its messages: pulses and stretches without listening in order of time,
    the usual mentions of each hour (since 1970, UTC), and the usual negative share."""

    pulses: Sequence[Pulse]
    until: int
    deaf: Sequence[tuple[int, int]] = ()
    usual: Mapping[int, float] = field(default_factory=dict)
    usual_negative: float | None = None
    #: The critics of minutes and the counts of hours, each counted once: messages stand close in a storm.
    _critics: dict[int, frozenset[int]] = field(default_factory=dict, repr=False, compare=False)
    _hours: dict[int, _Counts] = field(default_factory=dict, repr=False, compare=False)

    def hour(self, begin: int) -> _Counts:
        """Return what was said in the 60 minutes from `begin` on."""
        if begin not in self._hours:
            low = bisect_left(self.pulses, begin, key=attrgetter("minute"))
            high = bisect_left(self.pulses, begin + 60, key=attrgetter("minute"))
            pulses = self.pulses[low:high]
            people = frozenset[int]().union(*(self._critics_of(pulse) for pulse in pulses))
            # Of counts without authors each negative mention stands for one person.
            unvoiced = sum(pulse.negative for pulse in pulses if not pulse.voices)
            sums = (sum(getattr(pulse, name) for pulse in pulses) for name in _SUMS)
            self._hours[begin] = _Counts(len(people) + unvoiced, *sums)
        return self._hours[begin]

    def _critics_of(self, pulse: Pulse) -> frozenset[int]:
        if pulse.minute not in self._critics:
            self._critics[pulse.minute] = frozenset(voice for voice in pulse.voices if voice & 1)
        return self._critics[pulse.minute]


_SUMS = ("mentions", "judged", "negative", "positive", "insults")


class _Counts(NamedTuple):
    critics: int = 0
    mentions: int = 0
    judged: int = 0
    negative: int = 0
    positive: int = 0
    insults: int = 0


def follow(minutes: Sequence[int], around: Around) -> Iterator[Followed]:
    """Yield what was said around each of the messages published at `minutes`, which are in order of time."""
    for minute, again in pairwise([*minutes, None]):
        assert minute is not None
        yield Followed(
            minute,
            said(minute - BEFORE, minute, around),
            tuple(
                said(minute, minute + length, around) if minute + length <= around.until else None
                for length in AFTER
            ),
            around.usual_negative,
            again if again is not None and again < minute + AFTER[-1] else None,
        )


def said(since: int, until: int, around: Around) -> Said:
    """Return what was said in the minutes [since, until), a whole number of hours."""
    each = [around.hour(begin) for begin in range(since, until, 60)]
    total = _Counts(*map(sum, zip(*each, strict=True)))
    return Said(
        since,
        until,
        total.critics / len(each),
        total.mentions / len(each),
        total.negative / total.judged if total.judged else None,
        total.positive / total.judged if total.judged else None,
        total.insults / len(each),
        _usual(since, until, around.usual),
        1 - sum(max(0, min(until, b) - max(since, a)) for a, b in around.deaf) / (until - since),
    )


def _usual(since: int, until: int, usual: Mapping[int, float]) -> float | None:
    """Return the usual mentions an hour; hours that are only touched count for as much."""
    total = 0.0
    for hour in range(since // 60, (until - 1) // 60 + 1):
        if hour not in usual:
            return None
        total += usual[hour] * (min(until, (hour + 1) * 60) - max(since, hour * 60)) / 60
    return total / ((until - since) / 60)


def changed(before: Said, after: Said | None) -> Change:
    """Return what became of the number of critics an hour.

    Chance alone changes counts whose variance is twice their mean by so much (bench: one to four times).
    """
    if after is None:
        return Change.NOT_YET
    if min(before.listened, after.listened) < ENOUGH:
        return Change.UNHEARD
    first, then = before.critics, after.critics
    if max(first, then) < FEW:
        return Change.FEW
    if abs(then - first) <= sqrt(2 * (first + then)):
        return Change.SAME
    if then * CLEARLY <= first:
        return Change.FELL
    return Change.ROSE if then >= first * CLEARLY else Change.SAME
