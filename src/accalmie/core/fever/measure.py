"""How hot it is: a topic's pulses, one after the other, against what is usual for it.

Pure arithmetic: no clock, no database. The live loop, a replay and Spark all call `take`, so a topic's fever
is the same number whichever of them measured it. `run` walks a stretch of time and skips what is quiet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from accalmie.core.fever.heat import (
    STRONGEST,
    Awaited,
    Heat,
    against,
    critics,
    degrees,
    evidence,
    feel,
    reasons,
)
from accalmie.core.fever.phase import Standing, grumbles, stand
from accalmie.core.fever.pulse import Measure, Phase, Pulse, Reason
from accalmie.core.fever.swell import Swell
from accalmie.core.fever.usual import Hour, Usual
from accalmie.core.fever.window import Window

#: When more of the trailing hour was not listened to, the level cannot fall: deaf is not calm.
DEAF_MINUTES = 15
#: What comes in the first hour after a gap may be from the gap: at most so many hours of it are awaited, until
#: that hour has left the trailing one.
BACKLOG_HOURS, BACKLOG_MINUTES = 6, 120
#: Closed hours looked at for a slow rise.
SLOW_HOURS = 6
#: Measures of quiet minutes are given every so many minutes while it is not calm.
EVERY = 5


@lru_cache(maxsize=1024)
def _known(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{zone!r} is not the name of a time zone") from error


@dataclass(frozen=True, slots=True)
class State:
    """All that must be remembered of a topic to go on measuring. `zone`: where its people live (IANA name).

    `hour` is the running hour (UTC, since 1970), None before the first pulse; `end` the minute up to which
    all is taken; `slow` the critics of the last closed hours, each with the number awaited; `deaf` the
    stretches of minutes, just past, in which nobody listened.
    """

    zone: str = "UTC"
    hour: int | None = None
    end: int = 0
    usual: Usual = field(default_factory=Usual)
    window: Window = field(default_factory=Window)
    standing: Standing = field(default_factory=Standing)
    swell: Swell = field(default_factory=Swell)
    slow: tuple[tuple[float, float], ...] = ()
    deaf: tuple[tuple[int, int], ...] = ()
    #: Part of the running hour lies in a planned campaign.
    planned: bool = False

    def __post_init__(self) -> None:
        """Raise ValueError for a zone that does not exist."""
        _known(self.zone)

    @property
    def idle(self) -> bool:
        """Whether nothing happens until the next pulse, but at full hours."""
        return (
            self.hour is not None
            and self.swell.still
            and not (self.window.pulses or self.standing.force or self.standing.level)
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        return {
            "zone": self.zone,
            "hour": self.hour,
            "end": self.end,
            "usual": self.usual.to_json(),
            "window": self.window.to_json(),
            "standing": asdict(self.standing) | {"phase": self.standing.phase.value},
            "swell": self.swell.to_json(),
            "slow": [list(hour) for hour in self.slow],
            "deaf": [list(stretch) for stretch in self.deaf],
            "planned": self.planned,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> State:
        """Return what `to_json` gave, to exactly the same numbers."""
        standing = data["standing"]
        return cls(
            zone=data["zone"],
            hour=data["hour"],
            end=data["end"],
            usual=Usual.from_json(data["usual"]),
            window=Window.from_json(data["window"]),
            standing=Standing(**{**standing, "phase": Phase(standing["phase"])}),
            swell=Swell.from_json(data["swell"]),
            slow=tuple((said, awaited) for said, awaited in data["slow"]),
            deaf=tuple((since, until) for since, until in data["deaf"]),
            planned=data["planned"],
        )


def take(
    state: State, pulse: Pulse, *, minutes: int = 1, gap: bool = False, campaign: str = ""
) -> tuple[Measure, State]:
    """Return how hot it is at the end of the bucket `pulse` of so many `minutes` (1 to 60), and the state then.

    Minutes between the last bucket and this one are taken as quiet. `gap`: nobody listened in this bucket.
    `campaign`: the name of what was planned for it, of which people are expected to speak: volume alone is then no
    storm, twice as many critics as else are awaited, and the hour teaches nothing.
    The running minute may be taken on trial as often as one likes, the state thrown away. Raises ValueError
    for a bucket that begins before the last one ended.
    """
    begin, end = pulse.minute, pulse.minute + minutes
    if not 1 <= minutes <= 60:
        raise ValueError(f"a bucket has 1 to 60 minutes, not {minutes}")
    if state.hour is not None and begin < state.end:
        raise ValueError(f"the bucket at minute {begin} begins before {state.end}, where the last one ended")
    state = _opened(state, begin)
    usual, before = state.usual, state.window.moved(end - 60)
    window = before.moved(end - 60, pulse)
    deaf = _deaf_until(state.deaf, begin, end, gap)
    awaited = _awaited(state, deaf, end, campaign)
    share = usual.critic_share * (2 if campaign else 1)
    swell = state.swell.heard(
        evidence(pulse, before, window, usual),
        usual.rate(begin, minutes, state.zone) * share * minutes / 60,
        minutes,
        usual.restless,
        deaf=gap,
    )
    heat = feel(window, usual, awaited, swell)
    if gap or (deaf and _overlap(deaf, end - 60, end) > DEAF_MINUTES):
        heat = replace(heat, force=max(heat.force, state.standing.force))
    standing = state.standing
    if not gap:
        standing = stand(standing, heat.force, heat.times, begin, known=usual.known)
    over = state.standing.storm and not standing.storm
    # The constructor, because this is the place that runs a million times; `replace` takes four times as long.
    after = State(
        state.zone, state.hour, end, usual, window, standing, swell,
        () if over else state.slow, deaf, state.planned or bool(campaign),
    )  # fmt: skip
    return _measure(after, heat, awaited, begin, gap), after


def _silent(state: State, until: int) -> State:
    """Return the state after the quiet minutes up to `until`: what was evidence of a storm fades."""
    swell, at, usual = state.swell, state.end, state.usual
    while at < until and not swell.still:
        rate = usual.rate(at, 1, state.zone) * usual.critic_share
        swell = swell.heard(0.0, rate / 60, 1, usual.restless, deaf=False)
        at += 1
    return state if swell is state.swell else replace(state, swell=swell, end=until)


def _opened(state: State, begin: int) -> State:
    """Return the state with all hours closed and learnt that ended before the bucket at `begin`."""
    now = begin // 60
    if state.hour is None:
        # The part of the first hour before the first bucket was not listened to.
        return replace(state, hour=now, end=begin, deaf=((now * 60, begin),) if begin % 60 else ())
    for hour in range(state.hour, now):
        state = _closed(_silent(state, (hour + 1) * 60), hour)
    return _silent(state, begin)


def _closed(state: State, hour: int) -> State:
    end = (hour + 1) * 60
    window = state.window.moved(end - 60)
    usual, zone = state.usual, state.zone
    listened = 1 - _overlap(state.deaf, end - 60, end) / 60
    people = critics(window, usual)
    learnt = Hour(
        number=hour,
        mentions=window.mentions,
        critics=people,
        crest=state.standing.crest,
        judged=window.judged,
        negative=window.negative,
        insults=window.insults,
        reach=window.reach,
        channels=window.channels,
        people=window.people.keys(),
        repeated=window.repeated,
        hashtags=window.hashtags,
        listened=listened,
        stormy=state.standing.storm,
        planned=state.planned,
    )
    slow, standing = state.slow, replace(state.standing, crest=0.0)
    if listened >= 0.75 and usual.known:
        awaited = usual.expected_hour(hour, zone) * usual.critic_share
        slow = (*slow, (people, awaited))[-SLOW_HOURS:]
        standing = replace(standing, grumbling=grumbles(slow, standing.grumbling))
    return replace(
        state, hour=hour + 1, window=window, usual=usual.with_hour(learnt, zone), slow=slow, standing=standing,
        swell=_day_over(state.swell, usual) if hour % 24 == 23 else state.swell, planned=False,
    )  # fmt: skip


def _day_over(swell: Swell, usual: Usual) -> Swell:
    """Return the swell after the last hour of a day (UTC): of the first days nothing is learnt."""
    return swell.with_day() if usual.known else replace(swell, day_top=0.0)


def _deaf_until(
    deaf: tuple[tuple[int, int], ...], begin: int, end: int, gap: bool
) -> tuple[tuple[int, int], ...]:
    """Return the deaf stretches that still matter, the new one joined to the last where they touch."""
    if deaf and deaf[0][1] < end - BACKLOG_MINUTES:
        deaf = tuple(stretch for stretch in deaf if stretch[1] >= end - BACKLOG_MINUTES)
    if not gap:
        return deaf
    if deaf and deaf[-1][1] == begin:
        return (*deaf[:-1], (deaf[-1][0], end))
    return (*deaf, (begin, end))


def _overlap(deaf: Sequence[tuple[int, int]], since: int, until: int) -> int:
    return sum(max(0, min(until, b) - max(since, a)) for a, b in deaf)


def _awaited(state: State, deaf: tuple[tuple[int, int], ...], end: int, campaign: str) -> Awaited:
    usual = state.usual
    mentions = usual.expected(end, state.zone)
    share = usual.critic_share * (2 if campaign else 1)
    backlog = 0.0
    if deaf:
        missed = sum(until - since for since, until in deaf)
        backlog = usual.level * share * min(missed / 60, BACKLOG_HOURS)
    return Awaited(mentions, mentions * share, backlog, state.slow, campaign)


def _measure(state: State, heat: Heat, awaited: Awaited, begin: int, gap: bool) -> Measure:
    window, usual, standing = state.window, state.usual, state.standing
    worth_telling = heat.force >= 0.5 or standing.level > 0
    why: tuple[Reason, ...] = ()
    why_not: tuple[Reason, ...] = ()
    if worth_telling or standing.phase is Phase.GRUMBLING:
        why = tuple(reasons(window, usual, awaited, heat, begin))
        if state.slow and (state.swell.filled >= 0.5 or standing.grumbling):
            said, expected = (round(sum(part)) for part in zip(*state.slow, strict=True))
            if said > expected:
                why += (Reason("slow_rise", {"critics": said, "awaited": expected}),)
    if worth_telling or window.mentions > usual.ceiling(awaited.mentions):
        why_not = tuple(against(window, usual, awaited, heat))
    return Measure(
        minute=begin,
        fever=degrees(standing.force),
        level=standing.level,
        phase=standing.phase,
        mentions_hour=window.mentions,
        authors_hour=len(window.people),
        negative_hour=window.negative,
        judged_hour=window.judged,
        expected=awaited.mentions,
        ceiling=usual.ceiling(awaited.mentions),
        usual_negative=usual.negative_share,
        known=usual.known,
        gap=gap,
        score=round(min(standing.force / STRONGEST, 1.0), 4),
        reasons=why,
        against=why_not,
    )


def run(
    state: State,
    pulses: Iterable[Pulse],
    until: int,
    gaps: Sequence[tuple[int, int]],
    start: int,
    campaigns: Sequence[tuple[int, int, str]] = (),
) -> Iterator[tuple[Measure, State]]:
    """Walk the minutes from `start` to `until`, exclusive; yield what is worth being kept, with the state then.

    `pulses` are in order of time, at most one a minute, none before `start`; `gaps` are stretches [since, until) of
    minutes in which nobody listened, `campaigns` stretches that were planned, with their names. Yields for minutes
    with a pulse, for quiet ones in which fever, level or phase changed or, while it is not calm, every fifth minute;
    and in a gap once an hour. Where the trailing hour is empty it goes on hour by hour. The last state yielded (or
    the one given) is all that the next walk needs, with `until` as its start: walking in pieces gives the same
    numbers as walking at once.
    """
    at = start
    coming = iter(pulses)
    pulse = next(coming, None)
    stretches = [(a, b) for a, b in sorted(gaps) if b > at and a < b]
    begins = {begin for begin, _, _ in campaigns}
    while at < until:
        while stretches and stretches[0][1] <= at:
            del stretches[0]
        deaf = bool(stretches) and stretches[0][0] <= at
        marks = [until, (at // 60 + 1) * 60]
        marks += [stretches[0][1 if deaf else 0]] if stretches else []
        now = pulse if pulse is not None and pulse.minute == at else None
        if now is not None:
            pulse = next(coming, None)
        elif pulse is not None:
            marks.append(pulse.minute)
        marks += [begin for begin in begins if begin > at]
        if now is None and not deaf and state.idle and at % 60 and at not in begins:
            at = min(marks)
            continue
        step = min(marks) - at if deaf and now is None else 1
        campaign = next((name for begin, end, name in campaigns if begin <= at < end), "")
        measure, after = take(state, now or Pulse(at, 0), minutes=step, gap=deaf, campaign=campaign)
        if now is not None or deaf or _worth(state, measure, after):
            yield measure, after
        state, at = after, at + step


def settle(
    state: State,
    pulses: Iterable[Pulse],
    until: int,
    gaps: Sequence[tuple[int, int]],
    start: int,
    campaigns: Sequence[tuple[int, int, str]] = (),
) -> State:
    """Return only the state that `run` leaves."""
    for _, after in run(state, pulses, until, gaps, start, campaigns):
        state = after
    return state


def _worth(before: State, measure: Measure, after: State) -> bool:
    """Tell whether the measure of a quiet minute is worth being kept: it must be when the standing changed."""
    if before.standing != after.standing or before.hour is None:
        return True
    if before.planned != after.planned or (after.planned and before.hour != after.hour):
        # Else a walk that goes on from here would not know of the campaign, and learn its hours.
        return True
    calm = measure.phase in {Phase.CALM, Phase.LEARNING} and measure.level == 0
    return not calm and measure.minute % EVERY == 0
