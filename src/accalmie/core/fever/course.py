"""The course of a storm, hour by hour: how many spoke, how many of them for the first time, and where.

`follow` makes it of a topic's hours and of the voices heard in them. Forecast, reaction and trust read their
figures from it and count nothing themselves. Hours are whole hours of UTC, numbered since 1970.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accalmie.core.fever.heat import JOINS, JOINS_MORE
from accalmie.core.fever.phase import STORM
from accalmie.core.fever.pulse import Phase
from accalmie.core.fever.signs import PRESS
from accalmie.core.fever.usual import QUIET

Voices = NDArray[np.uint32]
NOBODY: Voices = np.zeros(0, dtype=np.uint32)

#: What comes back within a day is the same storm (`phase.CALM_AGAIN_MINUTES`), after three hours a new wave of it.
SAME_HOURS, WAVE_HOURS = 24, 3
#: So many hours before a storm tell who is new in it, and what is usual on each network.
BEFORE_HOURS = 7 * 24
#: When so much of an hour was not listened to, its counts say nothing about it.
DEAF_MINUTES = 15

_HALF, _LOWER = np.uint64(32), np.uint64(2**32 - 1)
_STORMY = frozenset({Phase.RISING, Phase.PEAK, Phase.FALLING})


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known of an hour: counts, how hot it became, and who spoke.

    `minutes` of it have gone by (60 but for the running one), `deaf` of them without anybody listening.
    `voices` are those of `Pulse.voices`, None where they were not read.
    """

    number: int
    mentions: int = 0
    authors: int = 0
    judged: int = 0
    negative: int = 0
    insults: int = 0
    affected: int = 0
    channels: Mapping[str, int] = field(default_factory=dict)
    expected: float = 0.0
    ceiling: float = 0.0
    level: int = 0
    phase: Phase = Phase.CALM
    minutes: int = 60
    deaf: int = 0
    voices: Voices | None = field(default=None, compare=False, repr=False)

    @property
    def gap(self) -> bool:
        """Whether too little of the hour was listened to."""
        return self.deaf > DEAF_MINUTES

    @property
    def stormy(self) -> bool:
        """Whether the hour belongs to a storm."""
        return self.level >= STORM or self.phase in _STORMY

    @property
    def press(self) -> int:
        """How much of it came from press and blogs."""
        return sum(said for name, said in self.channels.items() if name in PRESS)

    @property
    def pace(self) -> float:
        """Mentions an hour; the running hour counts as if it went on like that."""
        return self.mentions * 60 / max(self.minutes, 1)

    @property
    def above(self) -> float:
        """How far the pace is above what was expected, related to it: 0 is usual, 1 twice as much."""
        return max(self.pace - self.expected, 0.0) / (self.expected + QUIET)


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of the course. `critics` (different people who were negative) and `new_authors` (people who had
    not spoken in the week before) are None where voices were not read and when the last storm is over for a
    day; `networks` those that take part."""

    heard: Heard
    critics: int | None = None
    new_authors: int | None = None
    networks: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        """The hour, counted since 1970."""
        return self.heard.number


@dataclass(frozen=True, slots=True)
class Storm:
    """A stretch of stormy hours [begin, end) with the `waves` in it; `running` while its last hour is stormy."""

    begin: int
    end: int
    waves: tuple[tuple[int, int], ...]
    running: bool

    @property
    def came_back(self) -> bool:
        """Whether it came in more than one wave."""
        return len(self.waves) > 1


@dataclass(frozen=True, slots=True)
class Course:
    """A topic's last weeks at minute `now`. `hours` are all that are told, without holes; `storms` those within
    them, the last one first to be asked about; `usual_channels` mentions an hour before that one."""

    hours: tuple[Hour, ...]
    now: int
    storms: tuple[Storm, ...] = ()
    usual_channels: Mapping[str, float] = field(default_factory=dict)

    @property
    def storm(self) -> Storm | None:
        """The running storm, or the last one that there was."""
        return self.storms[-1] if self.storms else None

    @property
    def in_storm(self) -> tuple[Hour, ...]:
        """The hours since the last storm began, those after its end included."""
        return () if self.storm is None else self.since(self.storm.begin)

    @property
    def peak(self) -> Hour | None:
        """The hour of the last storm that was highest above the usual in mentions."""
        inside = [hour for hour in self.in_storm if self.storm and hour.number < self.storm.end]
        return max(inside, key=lambda hour: hour.heard.pace - hour.heard.expected, default=None)

    @property
    def over_and_usual(self) -> bool:
        """Whether there is no storm, or none any more and the last two whole hours were as usual."""
        if self.storm is None:
            return True
        last = self.closed(2)
        return not self.storm.running and all(hour.heard.mentions <= hour.heard.ceiling for hour in last)

    def since(self, hour: int, until: int | None = None) -> tuple[Hour, ...]:
        """Return the hours from `hour` up to `until` (exclusive; None: to the last)."""
        if not self.hours:
            return ()
        first = self.hours[0].number
        stop = None if until is None else max(until - first, 0)
        return self.hours[max(hour - first, 0) : stop]

    def closed(self, count: int) -> tuple[Hour, ...]:
        """Return the last `count` whole hours."""
        whole = [hour for hour in self.hours[-count - 1 :] if hour.heard.minutes >= 60]
        return tuple(whole[-count:])


def with_voices(hour: Heard, voices: Voices) -> Heard:
    """Return the hour with who spoke in it."""
    return replace(hour, voices=voices)


def begin_of(hours: Sequence[Heard]) -> int | None:
    """Return the hour in which the last storm began; None without any. Tells which voices must be read."""
    found = list(_storms(hours))
    return found[-1].begin if found else None


def follow(heard: Sequence[Heard], now: int) -> Course:
    """Return the course of the hours `heard` (in order of time, each at most once) at the minute `now`."""
    heard = _without_holes(heard)
    storms = tuple(_storms(heard))
    begin = storms[-1].begin if storms else (now // 60 - 24)
    before = [hour for hour in heard if begin - BEFORE_HOURS <= hour.number < begin and not hour.gap]
    channels = _usual_channels(before)
    fresh = bool(storms) and heard[-1].number - storms[-1].end < SAME_HOURS
    critics, new = _people(heard, begin) if fresh else ({}, {})
    hours = tuple(
        Hour(hour, critics.get(hour.number), new.get(hour.number), tuple(_joining(hour, channels)))
        for hour in heard
    )
    return Course(hours, now, storms, channels)


def _without_holes(heard: Sequence[Heard]) -> list[Heard]:
    if not heard:
        return []
    told = {hour.number: hour for hour in heard}
    return [told.get(number) or Heard(number) for number in range(heard[0].number, heard[-1].number + 1)]


def _storms(hours: Sequence[Heard]) -> Iterator[Storm]:
    """Yield the storms among the hours: waves with less than a day between them."""
    waves: list[tuple[int, int]] = []
    for hour in hours:
        if not hour.stormy:
            continue
        at = hour.number
        if waves and at - waves[-1][1] >= SAME_HOURS:
            yield Storm(waves[0][0], waves[-1][1], tuple(waves), running=False)
            waves = []
        if waves and at - waves[-1][1] < WAVE_HOURS:
            waves[-1] = (waves[-1][0], at + 1)
        else:
            waves.append((at, at + 1))
    if waves:
        yield Storm(waves[0][0], waves[-1][1], tuple(waves), running=hours[-1].stormy)


def _usual_channels(before: Sequence[Heard]) -> dict[str, float]:
    names = sorted({name for hour in before for name in hour.channels})
    return {name: sum(hour.channels.get(name, 0) for hour in before) / len(before) for name in names}


def _joining(hour: Heard, usual: Mapping[str, float]) -> Iterator[str]:
    """Yield the networks that take part, by the rule of `heat`; press and blogs are no network."""
    said = {name: count for name, count in hour.channels.items() if name not in PRESS}
    for name, count in sorted(said.items()):
        if count >= JOINS * usual.get(name, 0.0) + JOINS_MORE:
            yield name


def first_of(numbers: NDArray[Any]) -> NDArray[np.bool_]:
    """Tell of sorted numbers which of them differ from the one before. (Faster than `np.unique` by far.)"""
    first = np.ones(len(numbers), dtype=np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=first[1:])
    return first


def _people(heard: Sequence[Heard], begin: int) -> tuple[dict[int, int], dict[int, int]]:
    """Return for each hour from `begin` on how many critics it had, and how many new authors."""
    read = [hour for hour in heard if hour.voices is not None and hour.number >= begin - BEFORE_HOURS]
    asked = [hour.number for hour in read if hour.number >= begin]
    if not asked:
        return {}, {}
    sizes = [len(hour.voices) if hour.voices is not None else 0 for hour in read]
    voices = np.concatenate([hour.voices if hour.voices is not None else NOBODY for hour in read])
    places = np.repeat(np.arange(len(read), dtype=np.uint64), sizes)
    # Author and place in one number: sorted, each author stands first where they were first heard.
    spoke = np.sort((voices >> 1).astype(np.uint64) << _HALF | places)
    new = np.bincount((spoke[first_of(spoke >> _HALF)] & _LOWER).astype(np.int64), minlength=len(read))
    negative = (voices & 1) == 1
    both = np.sort(places[negative] << _HALF | voices[negative])
    critics = np.bincount((both[first_of(both)] >> _HALF).astype(np.int64), minlength=len(read))
    counted = {hour.number: place for place, hour in enumerate(read)}
    return (
        {number: int(critics[counted[number]]) for number in asked},
        {number: int(new[counted[number]]) for number in asked},
    )
