"""What is usual for a topic: learnt hour by hour, slowly, and so that a storm does not teach itself.

Hours are whole hours of UTC, numbered since 1970; habits belong to the hour of day in the topic's own zone,
so the nights when the clocks change need no special care.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from functools import lru_cache
from math import exp, log, sqrt
from operator import mul
from typing import Any
from zoneinfo import ZoneInfo

from accalmie.core.fever.familiar import Familiar

#: Added to both sides of a ratio, so that a brand of one mention a day does not boil at the second one.
#: (The pseudo-count of the best detector on Numenta's Twitter series, bench/nab/findings.md.)
QUIET = 1.5
#: Known well enough to call something a storm: so many different hours with mentions within at least so many, or so
#: many days with as many mentions.
KNOWN_HOURS, KNOWN_SINCE, KNOWN_DAYS = 24, 48, 7
#: The level of mentions an hour follows the last four days, an hour's habit its last fourteen.
LEVEL_HOURS, SHAPE_DAYS = 96, 14
#: Before a weekend was heard: of ten brands on Twitter weekends had 0.43 to 0.83 of a weekday (bench/nab).
WEEKEND = 0.8
#: A first weekend that comes after so many hours teaches only what a weekend is.
FIRST_WEEKEND = 48
#: So many days of plain average an hour of day brings along before its own habit counts.
TRUST = 2.0
#: Shares (of negative ones, of critics) are remembered with this factor an hour: half after a week.
WEEK = 168
SHARE_MEMORY = 0.5 ** (1 / WEEK)
#: How much hours vary beyond chance is remembered for two weeks; before anything is known, as if so many hours had
#: shown a standard deviation of seven tenths of the usual.
RESTLESS_MEMORY = exp(-1 / (2 * WEEK))
RESTLESS_PRIOR, RESTLESS_PRIOR_HOURS, RESTLESS_MOST = 0.5, 48.0, 4.0
#: While learning, an hour with so many times the level is not a peak: the listening only begins.
BEGINS = 10
#: Of a calm hour at most so many times the expected is learnt, of a stormy one less.
CLIP, CLIP_MORE, CLIP_STORM, CLIP_STORM_MORE = 3.0, 3.0, 1.2, 1.0
#: A nearly empty hour where at least so many were expected is more likely an outage than silence.
SURELY_HEARD, OUTAGE = 4.0, 0.25
#: One famous author is not what is usual: of an hour at most so many times the usual reach is learnt.
REACH_CLIP = 10.0
#: So many hashtags are remembered; one is usual when it was in this share of the mentions, and so many of them.
HASHTAGS, HASHTAG_SHARE, HASHTAG_SAID = 8, 0.02, 2.0
#: Peaks are those of blocks of twelve hours.
BLOCK_HOURS = 12
#: How quickly usual peaks follow higher and lower ones; of one peak at most this much is learnt (a factor 3).
PEAKS_WAIT = 2
PEAK_UP, PEAK_DOWN, PEAK_STEP = 0.3, 0.04, log(3)


@lru_cache(maxsize=8192)
def local(hour: int, zone: str) -> tuple[int, bool]:
    """Return the hour of day, and whether it is weekend, where the topic's people live."""
    at = datetime.fromtimestamp(hour * 3600, UTC).astimezone(ZoneInfo(zone))
    return at.hour, at.weekday() >= 5


@dataclass(frozen=True, slots=True)
class Peaks:
    """How high the peaks of a topic usually are, as the logarithm of a ratio to its usual level.

    Counts of mentions have such heavy tails that a topic's own recent peaks say more than mean and deviation
    (bench/nab/findings.md). Of blocks of twelve hours the maximum is taken, and a high quantile of these
    maxima followed: quickly up, slowly down. So what happens every few days is usual, a storm a month is not.
    """

    height: float = log(2)
    seen: int = 0
    #: The running block: its highest ratio so far, and how many hours it has.
    top: float = 0.0
    hours: int = 0
    #: Closed blocks that are not yet learnt: a storm is not measured against its own peak.
    waiting: tuple[float, ...] = ()

    @property
    def ratio(self) -> float:
        """How many times the usual level a usual peak reaches."""
        return exp(self.height)

    def with_hour(self, ratio: float) -> Peaks:
        """Return the peaks when an hour's `ratio` to the usual level (1 is usual) is counted in."""
        top, hours = max(self.top, log(max(ratio, 1.0))), self.hours + 1
        if hours < BLOCK_HOURS:
            return replace(self, top=top, hours=hours)
        waiting = (*self.waiting, top)
        if len(waiting) <= PEAKS_WAIT:
            return Peaks(self.height, self.seen, waiting=waiting)
        step = min(waiting[0] - self.height, PEAK_STEP)
        weight = max(PEAK_UP if step > 0 else PEAK_DOWN, 1 / (self.seen + 5))
        return Peaks(self.height + weight * step, self.seen + 1, waiting=waiting[1:])

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Peaks:
        """Return the peaks out of their plain values."""
        return cls(**{**data, "waiting": tuple(data["waiting"])})


@dataclass(frozen=True, slots=True)
class Hour:
    """What a closed hour held. `critics`: how many different people criticised, as the fever counts them."""

    number: int
    mentions: float
    critics: float
    #: The highest ratio of critics to the usual within the hour, seen over any 60 minutes.
    crest: float = 0.0
    judged: int = 0
    negative: int = 0
    insults: int = 0
    reach: int = 0
    channels: Mapping[str, int] = field(default_factory=dict)
    people: Collection[int] = ()
    #: Mentions that say the same words as another one of the hour, and in how many each hashtag was.
    repeated: int = 0
    hashtags: Mapping[str, int] = field(default_factory=dict)
    #: The share of the hour in which somebody listened.
    listened: float = 1.0
    stormy: bool = False
    #: A campaign was planned for it: it says nothing of what is usual.
    planned: bool = False


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual, learnt so far. `level` is mentions an hour; `shape` what each hour of day is to it."""

    hours: int = 0
    heard: int = 0
    mentions: float = 0.0
    level: float = 0.0
    shape: tuple[float, ...] = (1.0,) * 24
    seen: tuple[int, ...] = (0,) * 24
    #: What a weekend is to weekdays; the running weekend is learnt only when it is over.
    weekend: float = WEEKEND
    weekends: int = 0
    weekend_said: float = 0.0
    weekend_awaited: float = 0.0
    #: The level when the running weekend began: it moves in some days, and would hide what a weekend is.
    friday: float = 0.0
    #: Slowly forgotten sums, for the shares of negative mentions, of critics and of insults, and for the reach of a
    #: mention; `voices` are all mentions.
    judged: float = 0.0
    negative: float = 0.0
    voices: float = 0.0
    critics: float = 0.0
    insults: float = 0.0
    reach: float = 0.0
    repeated: float = 0.0
    hashtags: Mapping[str, float] = field(default_factory=dict)
    #: The same of the different people of each hour, and of those who had not been heard in the days before.
    people: float = 0.0
    newcomers: float = 0.0
    familiar: Familiar = field(default_factory=Familiar)
    #: Sums for `restless`.
    varied: float = 0.0
    varied_hours: float = 0.0
    channels: Mapping[str, float] = field(default_factory=dict)
    volume_peaks: Peaks = field(default_factory=Peaks)
    critic_peaks: Peaks = field(default_factory=Peaks)

    @property
    def known(self) -> bool:
        """Whether enough is known to call something a storm."""
        if self.hours >= 24 * KNOWN_DAYS and self.mentions >= KNOWN_DAYS:
            return True
        return self.heard >= KNOWN_HOURS and self.hours >= KNOWN_SINCE

    @property
    def negative_share(self) -> float:
        """The usual share of negative ones among the mentions whose tone is known; 0 when none is."""
        return self.negative / self.judged if self.judged else 0.0

    @property
    def unread_weight(self) -> float:
        """How much of a critic a mention counts whose tone is not known.

        As the topic's others usually are; where tone was never known, volume stands in for it.
        """
        return self.negative_share if self.judged else 1.0

    @property
    def critic_share(self) -> float:
        """The usual number of critics for each mention."""
        return (self.critics + 0.5) / (self.voices + 1.0)

    @property
    def insult_share(self) -> float:
        """The usual share of insulting ones among all mentions."""
        return self.insults / self.voices if self.voices else 0.0

    @property
    def mean_reach(self) -> float:
        """The usual reach of a mention (whose reach is not known counts as nobody)."""
        return self.reach / self.voices if self.voices else 0.0

    @property
    def repeated_share(self) -> float:
        """The usual share of mentions that say the same words as another one of the same hour."""
        return self.repeated / self.voices if self.voices else 0.0

    def knows(self, hashtag: str) -> bool:
        """Tell whether the hashtag is usual here."""
        return self.hashtags.get(hashtag, 0.0) >= max(HASHTAG_SHARE * self.voices, HASHTAG_SAID)

    @property
    def newcomer_share(self) -> float:
        """The usual share of an hour's people who were not heard in the days before."""
        return self.newcomers / self.people if self.people else 0.0

    @property
    def restless(self) -> float:
        """The variance of the critics an hour beyond chance, in parts of the square of the usual number."""
        known = RESTLESS_PRIOR_HOURS * RESTLESS_PRIOR + self.varied
        return min(max(known / (RESTLESS_PRIOR_HOURS + self.varied_hours), 0.0), RESTLESS_MOST)

    def rate(self, minute: int, minutes: int, zone: str) -> float:
        """Return the mentions an hour that are expected in the middle of the bucket of `minutes` at `minute`.

        The expected number of an hour is that of its middle; in between it goes straight.
        """
        hour, into = divmod(minute + minutes / 2, 60)
        now = self.expected_hour(int(hour), zone)
        if minutes >= 60:
            return now
        beside = self.expected_hour(int(hour) + (1 if into >= 30 else -1), zone)
        return now + (beside - now) * abs(into - 30) / 60

    def expected_hour(self, hour: int, zone: str) -> float:
        """Return the mentions expected in the UTC hour `hour`."""
        slot, weekend = local(hour, zone)
        return self.level * self._habit(slot) * (self.weekend if weekend else 1.0)

    def _habit(self, slot: int) -> float:
        seen = self.seen[slot]
        return (TRUST + seen * self.shape[slot]) / (TRUST + seen)

    def expected(self, end: int, zone: str) -> float:
        """Return the mentions expected in the 60 minutes before the minute `end`."""
        hour, into = divmod(end, 60)
        before = self.expected_hour(hour - 1, zone)
        return before if not into else before + (self.expected_hour(hour, zone) - before) * into / 60

    def ceiling(self, expected: float) -> float:
        """Return the most mentions an hour that are still usual where `expected` are expected.

        Never below what usual peaks reach, nor below two deviations of counts whose variance is twice their
        mean (measured within hours: one to four times, bench/nab/findings.md).
        """
        by_peaks = (expected + QUIET) * self.volume_peaks.ratio - QUIET
        return max(by_peaks, expected + 2 * sqrt(2 * expected + 1))

    def with_hour(self, hour: Hour, zone: str) -> Usual:
        """Return what is usual once the closed `hour` is learnt. Where much was not listened to, nothing is."""
        if hour.listened < 0.75 or (hour.planned and self.known):
            return self
        said = hour.mentions / hour.listened
        if not self.known and self.hours and said > BEGINS * (self.level + 1):
            # What came before was not the usual level but a listening that had hardly begun.
            return Usual().with_hour(hour, zone)
        expected = self.expected_hour(hour.number, zone)
        learnt = self._clipped(said, expected, hour.stormy)
        grown = self._with_weekend(hour.number, learnt, zone)
        return replace(
            grown._with_level(hour.number, learnt, expected, zone),
            hours=self.hours + 1,
            heard=self.heard + (hour.mentions > 0),
            mentions=self.mentions + hour.mentions,
            familiar=self.familiar.with_hour(hour.number, hour.people),
            **(self._peaks(hour, said, expected) if self.known else {}),
            **({} if self.known and hour.stormy else self._shares(hour) | self._variation(hour, expected)),
        )

    def _clipped(self, said: float, expected: float, stormy: bool) -> float:
        if not self.known:
            return said
        most = CLIP_STORM * expected + CLIP_STORM_MORE if stormy else CLIP * expected + CLIP_MORE
        learnt = min(said, most)
        return max(learnt, OUTAGE * expected) if expected >= SURELY_HEARD else learnt

    def _with_level(self, hour: int, learnt: float, expected: float, zone: str) -> Usual:
        slot, weekend = local(hour, zone)
        if weekend and not self.weekends and self.hours >= FIRST_WEEKEND:
            return self  # the first weekend teaches only what a weekend is
        level = max(self.level + (learnt - expected) / min(self.hours + 1, LEVEL_HOURS), 0.0)
        seen = min(self.seen[slot] + 1, SHAPE_DAYS)
        factor = learnt / (level * (self.weekend if weekend else 1.0)) if level else 1.0
        habit = self.shape[slot] + (factor - self.shape[slot]) / seen
        shape = (*self.shape[:slot], habit, *self.shape[slot + 1 :])
        seens = (*self.seen[:slot], seen, *self.seen[slot + 1 :])
        if hour % 24 == 0:
            # Habits are relative to the level: in the mean they are 1, or both would share a change.
            mean = sum(map(mul, shape, seens)) / sum(seens)
            if mean > 0:
                level, shape = level * mean, tuple(habit / mean for habit in shape)
        return replace(self, level=level, shape=shape, seen=seens)

    def _with_weekend(self, hour: int, learnt: float, zone: str) -> Usual:
        slot, weekend = local(hour, zone)
        if weekend:
            friday = self.friday or self.level
            awaited = friday * self._habit(slot)
            return replace(
                self,
                friday=friday,
                weekend_said=self.weekend_said + learnt,
                weekend_awaited=self.weekend_awaited + awaited,
            )
        if not self.weekend_awaited:
            return self
        # Monday: the weekend is learnt, if weekdays were known to compare it with.
        fresh = replace(self, weekend_said=0.0, weekend_awaited=0.0, friday=0.0)
        if self.hours < 120 or not self.known:
            return fresh
        ratio = min(max(self.weekend_said / self.weekend_awaited, 0.3), 1.5)
        weekends = min(self.weekends + 1, 6)
        return replace(
            fresh, weekends=weekends, weekend=self.weekend + (ratio - self.weekend) / (weekends + 1)
        )

    def _peaks(self, hour: Hour, said: float, expected: float) -> dict[str, Any]:
        return {
            "volume_peaks": self.volume_peaks.with_hour((said + QUIET) / (expected + QUIET)),
            "critic_peaks": self.critic_peaks.with_hour(hour.crest),
        }

    def _shares(self, hour: Hour) -> dict[str, Any]:
        names = self.channels.keys() | hour.channels.keys()
        return {
            "judged": self.judged * SHARE_MEMORY + hour.judged,
            "negative": self.negative * SHARE_MEMORY + hour.negative,
            "voices": self.voices * SHARE_MEMORY + hour.mentions,
            "critics": self.critics * SHARE_MEMORY + hour.critics,
            "insults": self.insults * SHARE_MEMORY + hour.insults,
            "reach": self.reach * SHARE_MEMORY + self._reach(hour),
            "repeated": self.repeated * SHARE_MEMORY + hour.repeated,
            "hashtags": self._hashtags(hour),
            "people": self.people * SHARE_MEMORY + len(hour.people),
            "newcomers": self.newcomers * SHARE_MEMORY
            + self.familiar.strangers(hour.people) * len(hour.people),
            "channels": {
                name: usual
                for name in sorted(names)
                if (usual := self._channel(name, hour.channels.get(name, 0))) > 1e-6
            },
        }

    def _hashtags(self, hour: Hour) -> dict[str, float]:
        names = self.hashtags.keys() | hour.hashtags.keys()
        said = {
            name: self.hashtags.get(name, 0.0) * SHARE_MEMORY + hour.hashtags.get(name, 0) for name in names
        }
        most = sorted(said, key=lambda name: (-said[name], name))[:HASHTAGS]
        return {name: said[name] for name in sorted(most) if said[name] > 1e-3}

    def _reach(self, hour: Hour) -> float:
        if not self.known or not self.reach:
            return float(hour.reach)
        return min(hour.reach, REACH_CLIP * self.mean_reach * hour.mentions)

    def _variation(self, hour: Hour, expected: float) -> dict[str, float]:
        if self.heard < KNOWN_HOURS:
            return {}
        awaited = expected * self.critic_share
        beyond = min(hour.critics / hour.listened, 4 * awaited + 4) - awaited
        share = (beyond * beyond - awaited) / max(awaited, 0.5) ** 2
        weight = (awaited / (awaited + 1)) ** 2
        return {
            "varied": self.varied * RESTLESS_MEMORY + weight * min(max(share, -1.0), 9.0),
            "varied_hours": self.varied_hours * RESTLESS_MEMORY + weight,
        }

    def _channel(self, name: str, mentions: int) -> float:
        before = self.channels.get(name, 0.0)
        return before + (mentions - before) / min(self.hours + 1, WEEK)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        lists = {"shape": list(self.shape), "seen": list(self.seen)}
        return asdict(self) | lists | {"familiar": self.familiar.to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Usual:
        """Return what `to_json` gave, to the same numbers. Raises KeyError for what an older version gave."""
        if missing := {one.name for one in fields(cls)} - data.keys():
            raise KeyError(*missing)
        return cls(
            **{
                **data,
                "shape": tuple(data["shape"]),
                "seen": tuple(data["seen"]),
                "familiar": Familiar.from_json(data["familiar"]),
                "volume_peaks": Peaks.from_json(data["volume_peaks"]),
                "critic_peaks": Peaks.from_json(data["critic_peaks"]),
            }
        )
