"""How many are affected: from those who wrote to those who did not, as an interval that says what it rests on.

Four steps, each with its own uncertainty, and none of them hidden:

1. Those who wrote and were read as having a case of their own, corrected for what the reading overlooks and for
   what it takes for a case (Rogan, Gladen 1978, Am. J. Epidemiology 107, 71-76).
2. Those who would still write if it went on like this: the lower bound of Chao 1984, Scandinavian J. of
   Statistics 11, 265-270, from how many wrote in one hour only and how many in two.
3. Those who never write in public: divided by the share that does.
4. Never more than there are customers, where their number is known.

Each end takes the reading at its own worst; the share that writes, chance and what was not looked at err
independently of each other, so their logarithms add up as squares. Pure arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from math import ceil, exp, floor, log, log10, sqrt


@dataclass(frozen=True, slots=True)
class Span:
    """A figure that is not known exactly."""

    low: float
    likely: float
    high: float


#: Of the people with a case, so many are read as such at least once. Measured per author: 79 % on the airline
#: tweets of 2015 (75 to 83 % an airline), 76 to 100 % on invented storms; 70 % of single messages new to it.
FOUND = Span(0.65, 0.78, 0.9)
#: Of the people without one, so many are read as if they had one: 23 % on the airline tweets (14 to 31 %), where
#: the labels name topics and not cases; 0 to 19 % on invented storms.
WRONG = Span(0.05, 0.15, 0.25)
#: Of the people affected, so many write in public. Low: of a small problem 3 % complain at all (TARP: Goodman,
#: Newman, "Understand customer behavior and complaints", 2003). High: of a loss of 142 dollars 69 % complain
#: (same place), and 32 % of those who complain posted it (National Customer Rage Survey 2023, CCMC and Arizona
#: State University). Likely: the geometric middle; 7 % named a blog or network after trouble with a purchase
#: online (Harris Interactive for Tealeaf 2008).
WRITES = Span(0.03, 0.08, 0.22)
#: A share that a person gives may be wrong by this factor each way: it comes from another incident.
OWN_FIGURE = 1.5
#: Two-sided nine tenths of a normal error.
SURE = 1.645
#: Who complains in public once often leaves it at that, so people are less alike in writing again than Chao's
#: bound assumes: it may add half of those who wrote in one hour only, and no more.
MOST_UNSEEN = 0.5
#: When more of the mentions could not be read, nothing is estimated.
UNREADABLE = 0.5
#: When fewer could not be read, it is not worth a word.
UNREAD_TOLD = 0.05
#: In fewer hours, waiting tells more.
FEW_HOURS = 3


class State(Enum):
    """What can be said. COUNTS: only numbers of mentions are known. UNREAD: most of it could not be read."""

    SILENT = "silent"
    COUNTS = "counts"
    UNREAD = "unread"
    NOBODY = "nobody"
    ONE = "one"
    SOME = "some"


@dataclass(frozen=True, slots=True)
class Wrote:
    """Who wrote in a stretch of time, as far as it was looked at.

    `authors` are different people; `affected` those of them with a case of their own; `once` and `twice` the
    affected who wrote in exactly one and two of the `hours`; `mentions` and `unread` count messages, the
    latter those whose tone could not be read; `part` is the share of the stretch's mentions looked at.
    """

    mentions: int
    authors: int
    affected: int
    once: int = 0
    twice: int = 0
    hours: int = 1
    unread: int = 0
    part: float = 1.0

    def __post_init__(self) -> None:
        """Raise ValueError for numbers that cannot be."""
        whole = 0 <= self.once + self.twice <= self.affected <= self.authors <= self.mentions
        if not (whole and 0 <= self.unread <= self.mentions and 0 < self.part <= 1 and self.hours >= 1):
            raise ValueError(f"{self} cannot be")


@dataclass(frozen=True, slots=True)
class Known:
    """What the team knows: how many customers can be affected, and which share of the affected writes in public."""

    customers: int | None = None
    writing_share: float | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for numbers that cannot be."""
        if self.customers is not None and self.customers < 1:
            raise ValueError("known customers are one or more")
        if self.writing_share is not None and not 0 < self.writing_share <= 1:
            raise ValueError("a share that writes is above 0 and at most 1")


@dataclass(frozen=True, slots=True)
class Ground:
    """What an estimate rests on: a key of `phrasebook/affected.toml` and the figures of its sentence.

    Values whose names begin with `share` are shares (0 to 1), all others whole numbers.
    """

    key: str
    values: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many are affected: surely `at_least`, likely between `low` and `high`, most likely `likely`.

    `rests` says on what, `narrower` (keys of the same sentences) what would make the interval narrower.
    """

    state: State
    at_least: int = 0
    low: int = 0
    likely: int = 0
    high: int = 0
    rests: tuple[Ground, ...] = ()
    narrower: tuple[str, ...] = ()


def estimate(wrote: Wrote, known: Known | None = None) -> Estimate:
    """Return how many are affected, given who `wrote` and what is `known`."""
    known = known or Known()
    state = _state(wrote)
    if state in {State.SILENT, State.COUNTS, State.NOBODY}:
        return Estimate(state, rests=tuple(_read(wrote)))
    at_least = floor(max(wrote.affected - WRONG.high * wrote.authors, 0.0))
    if state is State.UNREAD:
        return Estimate(state, at_least, at_least, at_least, at_least, tuple(_read(wrote)), ("narrow_look",))
    with_case = _with_case(wrote)
    share = _share(known)
    interval = _interval(wrote, with_case, share)
    most = float("inf") if known.customers is None else max(known.customers, at_least)
    low, likely, high = (
        int(min(max(value, at_least), most))
        for value in (
            _rounded(interval.low, floor),
            _rounded(interval.likely, round),
            _rounded(interval.high, ceil),
        )
    )
    rests = (*_read(wrote), *_corrected(wrote, with_case, at_least), *_beyond(wrote, known, share, at_least))
    return Estimate(state, at_least, low, likely, high, rests, tuple(_narrower(wrote, known)))


def with_ground(estimate: Estimate, ground: Ground) -> Estimate:
    """Return the estimate with one more thing said of it; its numbers stay."""
    return replace(estimate, rests=(*estimate.rests, ground))


def _state(wrote: Wrote) -> State:
    if not wrote.mentions:
        return State.SILENT
    if not wrote.authors:
        return State.COUNTS
    if wrote.unread > UNREADABLE * wrote.mentions:
        return State.UNREAD
    if wrote.affected < 2:
        return State.ONE if wrote.affected else State.NOBODY
    return State.SOME


def true_share(told: float, found: float, wrong: float) -> float:
    """Return which share really is what a test tells of a share `told` (Rogan, Gladen 1978).

    `found`: how often it finds one who is; `wrong`: how often it says so of one who is not.
    """
    return min(max((told - wrong) / (found - wrong), 0.0), 1.0)


def _with_case(wrote: Wrote) -> Span:
    """Return how many of those who wrote have a case; low where the reading overlooks few and errs often."""
    people, told = wrote.authors, wrote.affected / wrote.authors
    return Span(
        people * true_share(told, FOUND.high, WRONG.high),
        people * true_share(told, FOUND.likely, WRONG.likely),
        people * true_share(told, FOUND.low, WRONG.low),
    )


def unseen(once: int, twice: int, hours: int) -> float:
    """Return how many more there are at least who write, were it to go on like this (Chao 1984, bias-corrected).

    Raised no further than by MOST_UNSEEN of `once`, so that it stays a lower bound of people who may be done.
    """
    most = MOST_UNSEEN * once
    return (hours - 1) / hours * min(once * (once - 1) / (2 * (twice + 1)), most)


def _share(known: Known) -> Span:
    if known.writing_share is None:
        return WRITES
    share = known.writing_share
    return Span(share / OWN_FIGURE, share, min(share * OWN_FIGURE, 1.0))


def _interval(wrote: Wrote, with_case: Span, share: Span) -> Span:
    """Return the interval of all who are affected, before rounding and bounds."""
    more = unseen(wrote.once, wrote.twice, wrote.hours) / wrote.affected
    # Of what was not looked at nobody may be new, or everybody: likely is the middle of the two.
    not_seen = sqrt(1 / wrote.part)
    for_each = (1 + more) * not_seen / share.likely
    chance = SURE**2 / wrote.affected + log(not_seen) ** 2
    down = exp(-sqrt(log(share.high / share.likely) ** 2 + chance))
    up = exp(sqrt(log(share.likely / share.low) ** 2 + chance))
    return Span(with_case.low * for_each * down, with_case.likely * for_each, with_case.high * for_each * up)


def _rounded(value: float, way: Callable[[float], float]) -> float:
    """Return two figures of a value, the rest rounded `way`: more would pretend to know."""
    if value < 1:
        return way(value)
    step = float(10 ** max(floor(log10(value)) - 1, 0))
    # What is left of a division must not push a round number to the next step.
    return way(round(value / step, 6)) * step


def _read(wrote: Wrote) -> list[Ground]:
    """Say what was seen."""
    grounds = []
    if wrote.authors:
        grounds.append(Ground("wrote", {"affected": wrote.affected, "authors": wrote.authors}))
    if wrote.unread > UNREAD_TOLD * wrote.mentions:
        grounds.append(Ground("unread_share", {"share": wrote.unread / wrote.mentions}))
    if wrote.part < 1:
        whole = round(wrote.mentions / wrote.part)
        grounds.append(Ground("part", {"looked": wrote.mentions, "mentions": whole}))
    return grounds


def _corrected(wrote: Wrote, with_case: Span, at_least: int) -> list[Ground]:
    """Say what the reading's errors and those still to come do to the number."""
    values = {
        "low": at_least,
        "high": round(with_case.high),
        "share_found": FOUND.likely,
        "share_wrong": WRONG.likely,
    }
    grounds = [Ground("reading_errs", values)]
    more = unseen(wrote.once, wrote.twice, wrote.hours)
    if more >= 1:
        grounds.append(Ground("unseen", {"once": wrote.once, "twice": wrote.twice, "more": floor(more)}))
    return grounds


def _beyond(wrote: Wrote, known: Known, share: Span, at_least: int) -> list[Ground]:
    """Say which share is taken to write, and what the known customers tell."""
    if known.writing_share is None:
        shares = {"share_low": share.low, "share_high": share.high, "share_likely": share.likely}
        grounds = [Ground("share_published", shares)]
    else:
        grounds = [Ground("share_given", {"share": known.writing_share})]
    if known.customers is None:
        return grounds
    if at_least > known.customers:
        return [*grounds, Ground("customers_exceeded", {"customers": known.customers, "at_least": at_least})]
    wrote_of_them = min(wrote.affected / known.customers, 1.0)
    return [*grounds, Ground("customers", {"customers": known.customers, "share": wrote_of_them})]


def _narrower(wrote: Wrote, known: Known) -> list[str]:
    wanted = []
    if known.customers is None:
        wanted.append("narrow_customers")
    if known.writing_share is None:
        wanted.append("narrow_share")
    if wrote.hours < FEW_HOURS:
        wanted.append("narrow_wait")
    return [*wanted, "narrow_look"]
