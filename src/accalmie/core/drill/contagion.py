"""How talk spreads: each message may cause further ones, until there is nobody left who has not spoken.

A self-exciting (Hawkes) process in a finite crowd, the "HawkesN" of Rizoiu, Mishra, Kong, Carman and Xie
(SIR-Hawkes, WWW 2018): the rate of new messages is

    (1 - spoken / people) * sum over earlier messages of contagion * strength * delay density

We build it from its branches (Hawkes and Oakes 1974): every message has a Poisson number of answers, each
after a delay, and an answer happens only with the share of people who have not spoken yet as probability.
So every message knows the one that caused it. The delays are a mix of two exponentials, a fast one (people
who sit before the screen) and a slow one (people who come by later), which gives the long tail of attention.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from random import Random

#: How much more one causes for each power of ten of followers: strength is (1 + followers) to this power.
POWER_OF_REACH = 0.35


@dataclass(frozen=True, slots=True)
class Wave:
    """One wave of talk. Times are minutes; `begins` counts from the beginning of the storm.

    `seeds` people start on their own, spread evenly over the first `seeds_over` minutes. `people` is the
    crowd in reach; `contagion` the mean number of messages that one causes while nobody else has spoken:
    below 1 the wave dies down by itself, above 1 it bursts until people run out. `again` is the chance that
    a message comes from somebody who has spoken before.
    """

    begins: float
    seeds: int
    seeds_over: float
    people: int
    contagion: float
    fast: float = 12.0
    slow: float = 80.0
    slow_share: float = 0.3
    again: float = 0.15


@dataclass(frozen=True, slots=True)
class Event:
    """A message of a wave: when (minutes of the storm), who (place in the crowd), caused by which event.

    `spent` is the share of the crowd that had spoken before it, 0 to 1.
    """

    at: float
    who: int
    because: int | None
    spent: float


def strengths(followers: Sequence[int]) -> list[float]:
    """Return how contagious each person is, relative to the crowd's mean (1.0): hubs cause more."""
    raw = [(1.0 + count) ** POWER_OF_REACH for count in followers]
    mean = sum(raw) / len(raw) if raw else 1.0
    return [value / mean for value in raw]


def spread(wave: Wave, strength: Sequence[float], until: float, chance: Random) -> list[Event]:
    """Return the wave's events before `until` (minutes of the storm), in order of time.

    `strength` has one entry for each of the wave's people, in the order in which they come to speak.
    """
    waiting: list[tuple[float, int, int | None]] = []
    for seed in range(wave.seeds):
        at = wave.begins + wave.seeds_over * (seed + chance.random()) / wave.seeds
        heapq.heappush(waiting, (at, seed, None))
    drawn, spoken = wave.seeds, 0
    events: list[Event] = []
    while waiting:
        at, _, because = heapq.heappop(waiting)
        if at >= until:
            break
        spent = spoken / wave.people
        if spoken == wave.people or (because is not None and chance.random() < spent):
            continue
        if events and chance.random() < wave.again:
            who = events[chance.randrange(len(events))].who
        else:
            who, spoken = spoken, spoken + 1
        events.append(Event(at, who, because, spent))
        for _ in range(poisson(wave.contagion * strength[who], chance)):
            drawn += 1
            heapq.heappush(waiting, (at + _delay(wave, chance), drawn, len(events) - 1))
    return events


def _delay(wave: Wave, chance: Random) -> float:
    mean = wave.slow if chance.random() < wave.slow_share else wave.fast
    return chance.expovariate(1.0 / mean)


def poisson(mean: float, chance: Random) -> int:
    """Return a Poisson number, by Knuth's product of random numbers; large means are drawn in parts."""
    count = 0
    while mean > 30.0:
        count += poisson(30.0, chance)
        mean -= 30.0
    floor, product = exp(-mean), chance.random()
    while product > floor:
        count += 1
        product *= chance.random()
    return count
