"""Crowds for the tests of the fever: people who talk about a brand, as pulses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from accalmie.core.alarm import AlarmState, Verdict, judge
from accalmie.core.fever.measure import State, run
from accalmie.core.fever.pulse import Measure, Pulse

#: A Monday, midnight UTC, 5 January 2026, in minutes.
MONDAY = 29_459_520
HOUR, DAY, WEEK = 60, 1440, 10080


def said(
    minute: int, negative: Iterable[int] = (), friendly: Iterable[int] = (), network: str = "mastodon"
) -> Pulse:
    """What these people, given as numbers, say in one minute, a mention each; a number twice is one person."""
    angry, kind = list(negative), list(friendly)
    voices = sorted([who << 1 | 1 for who in angry] + [who << 1 for who in kind])
    return Pulse(
        minute=minute,
        mentions=len(voices),
        judged=len(voices),
        negative=len(angry),
        positive=len(kind),
        channels={network: len(voices)} if voices else {},
        voices=tuple(voices),
    )


def people(count: int, first: int = 1_000_000) -> list[int]:
    """So many different people, none of whom spoke before."""
    return list(range(first, first + count))


def background(days: int, an_hour: int, angry_of_ten: int = 3, start: int = MONDAY) -> list[Pulse]:
    """A brand of which `an_hour` different people speak in every hour, evenly."""
    pulses = []
    for hour in range(days * 24):
        for number in range(an_hour):
            who = (hour * an_hour + number) % 50_000
            minute = start + hour * HOUR + number * HOUR // an_hour
            pulses.append(said(minute, [who]) if number * 7 % 10 < angry_of_ten else said(minute, (), [who]))
    return together(pulses)


def a_mention_a_day(days: int, start: int = MONDAY) -> list[Pulse]:
    """A tiny brand: one person a day, in the afternoon, every fourth of them angry."""
    said_at = [start + day * DAY + 14 * HOUR + day % 7 for day in range(days)]
    return [
        said(at, [day] if day % 4 == 0 else [], [] if day % 4 == 0 else [day])
        for day, at in enumerate(said_at)
    ]


def together(pulses: Iterable[Pulse]) -> list[Pulse]:
    """The pulses in order, those of the same minute merged."""
    from accalmie.core.fever.count import merge

    minutes: dict[int, Pulse] = {}
    for pulse in pulses:
        minutes[pulse.minute] = merge(minutes[pulse.minute], pulse) if pulse.minute in minutes else pulse
    return [minutes[minute] for minute in sorted(minutes)]


def measured(
    pulses: list[Pulse],
    until: int = 0,
    gaps: Iterable[tuple[int, int]] = (),
    start: int = MONDAY,
    state: State | None = None,
) -> list[Measure]:
    """All measures worth being kept, from `start` until six hours after the last pulse."""
    until = until or pulses[-1].minute + 6 * HOUR
    return [measure for measure, _ in run(state or State(), pulses, until, list(gaps), start)]


def verdicts(measures: Iterable[Measure], threshold: int = 3) -> Iterator[tuple[Verdict, Measure]]:
    """What the alarm makes of the measures."""
    alarm = AlarmState()
    for measure in measures:
        verdict, alarm = judge(alarm, measure, threshold=threshold)
        if verdict is not None:
            yield verdict, measure


def alarms(measures: Iterable[Measure], threshold: int = 3) -> list[Measure]:
    """The measures at which an alarm was raised."""
    return [measure for verdict, measure in verdicts(measures, threshold) if verdict is Verdict.RAISED]


def keys(measure: Measure) -> set[str]:
    """The keys of a measure's reasons."""
    return {reason.key for reason in measure.reasons}


def keys_against(measure: Measure) -> set[str]:
    """The keys of what speaks against a storm."""
    return {reason.key for reason in measure.against}
