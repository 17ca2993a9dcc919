"""An alarm seen from afterwards: when its storm began, what was heard before, and how early it could have come.

Pure arithmetic over the measures that were kept. Nothing here is known at the time: it is for the people who
look back, and it never changes what was told then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accalmie.core.alarm import AlarmState, Verdict, judge
from accalmie.core.fever.pulse import Measure, Phase

#: An hour without a word is an empty one: what was above the usual before it is over.
HOUR = 60
#: Above the usual is half of it on top, and so many critics at least: one or two angry people are no onset.
HALF, FEW = 0.5, 1.5


@dataclass(frozen=True, slots=True)
class Hindsight:
    """What can be said of an alarm afterwards. Times are minutes since 1970; None where there was none.

    `onset` is the first minute from which the critics stayed above the usual; `grumbling` when grumbling was
    first heard on the way to the storm; `reached` the first minute of each level on that way and in the storm;
    `lower` when the alarm would have been raised with the threshold `lower_threshold`; `peak` the hottest.
    """

    raised: int
    onset: int | None
    grumbling: int | None
    reached: tuple[tuple[int, int], ...]
    lower_threshold: int
    lower: int | None
    peak: int
    peak_level: int

    @property
    def gained(self) -> int:
        """How many minutes earlier the lower threshold would have been."""
        return max(self.raised - self.lower, 0) if self.lower is not None else 0


def look_back(measures: Sequence[Measure], raised: int, *, threshold: int) -> Hindsight:
    """Return what can be said of the alarm raised at minute `raised` with this `threshold`.

    `measures` are those of the storm in order of time, and of the hours before it (a day is enough).
    """
    before = [one for one in measures if one.minute <= raised]
    onset, grumbling = _onset(before), _grumbling(before)
    begin = min(at for at in (onset, grumbling, raised) if at is not None)
    storm = [one for one in measures if one.minute >= begin]
    reached: dict[int, int] = {}
    for one in storm:
        for level in range(1, one.level + 1):
            reached.setdefault(level, one.minute)
    hottest = max(
        (one for one in storm if one.minute >= raised),
        key=lambda one: (one.level, one.fever, -one.minute),
        default=None,
    )
    return Hindsight(
        raised=raised,
        onset=onset,
        grumbling=grumbling,
        reached=tuple(sorted(reached.items())),
        lower_threshold=threshold - 1,
        lower=would_raise(before, threshold - 1) if threshold > 1 else None,
        peak=hottest.minute if hottest else raised,
        peak_level=hottest.level if hottest else 0,
    )


def would_raise(measures: Iterable[Measure], threshold: int) -> int | None:
    """Return since when an alarm with this threshold stands at the end of `measures`; None if none does.

    An alarm that was cleared before and came back with the same storm stands since it came back.
    """
    alarm, since = AlarmState(), None
    for one in measures:
        stood = alarm.active
        _verdict, alarm = judge(alarm, one, threshold=threshold)
        since = one.minute if alarm.active and not stood else since
    return since if alarm.active else None


def grown(measures: Iterable[Measure], raised: int, level: int, cleared: int | None) -> list[tuple[int, int]]:
    """Return when an alarm, raised at minute `raised` and `level`, grew beyond what was told, and to what."""
    found: list[tuple[int, int]] = []
    for one in measures:
        if one.minute > raised and (cleared is None or one.minute <= cleared) and one.level > level:
            level = one.level
            found.append((one.minute, level))
    return found


def _above(one: Measure) -> bool:
    """Tell whether clearly more critics than usual spoke in the hour that ends there."""
    said, awaited = float(one.mentions_hour), one.expected
    if one.judged_hour:
        said, awaited = float(one.negative_hour), one.expected * one.usual_negative
    return said >= awaited + max(HALF * awaited, FEW)


def _onset(before: Iterable[Measure]) -> int | None:
    since: int | None = None
    last: int | None = None
    for one in before:
        if last is not None and one.minute - last > HOUR:
            since = None
        last = one.minute
        # A minute in which nobody listened says neither yes nor no.
        if not one.gap:
            since = (one.minute if since is None else since) if _above(one) else None
    return since


def _grumbling(before: Iterable[Measure]) -> int | None:
    """Return since when it grumbled; less than an hour of calm in between is no calm."""
    since: int | None = None
    calm: int | None = None
    for one in before:
        if calm is not None and one.minute - calm >= HOUR:
            since = None
        if one.phase in {Phase.CALM, Phase.CALM_AGAIN, Phase.LEARNING}:
            calm = one.minute if calm is None else calm
            continue
        calm = None
        if one.phase is Phase.GRUMBLING and since is None:
            since = one.minute
    return since


@dataclass(frozen=True, slots=True)
class Told:
    """An alarm as people know it: the minute and level at which it was raised, and when it was cleared."""

    at: int
    level: int
    cleared: int | None = None


@dataclass(frozen=True, slots=True)
class Raise:
    """When an alarm is raised if all is measured anew, and at what level."""

    at: int
    level: int


def raises(measures: Iterable[Measure], alarm: AlarmState, threshold: int) -> list[Raise]:
    """Return each raise in these measures, for an alarm that stood so before them."""
    found: list[Raise] = []
    for one in measures:
        verdict, alarm = judge(alarm, one, threshold=threshold)
        if verdict is Verdict.RAISED:
            found.append(Raise(one.minute, one.level))
    return found


def match(told: Sequence[Told], anew: Sequence[Raise], *, near: int) -> list[tuple[Told, Raise | None]]:
    """Return each alarm that was told with the raise that is the same storm's; None where there is none.

    Measured anew, a storm is the same when it is raised at most `near` minutes away from the told one, or
    before that was cleared. Each raise belongs to the told alarm that is nearest to it.
    """
    nearest: dict[int, Raise] = {}
    for one in sorted(anew, key=lambda one: one.at):
        fitting = [n for n, alarm in enumerate(told) if _same(alarm, one, near)]
        if fitting:
            nearest.setdefault(min(fitting, key=lambda n: abs(told[n].at - one.at)), one)
    return [(alarm, nearest.get(n)) for n, alarm in enumerate(told)]


def _same(told: Told, anew: Raise, near: int) -> bool:
    ends = told.at if told.cleared is None else max(told.cleared, told.at)
    return told.at - near <= anew.at <= ends + near
