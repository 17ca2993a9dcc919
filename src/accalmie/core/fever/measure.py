"""How hot it is: a topic's pulses, one after the other, against what is usual for it.

Pure arithmetic: no clock, no database. The live loop, a replay and Spark all call `take`, so a topic's fever
is the same number whichever of them measured it. `run` walks a stretch of time and skips what is quiet.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from accalmie.core.fever.heat import STRONGEST, Awaited, Heat, against, critics, degrees, feel, reasons
from accalmie.core.fever.phase import Standing, grumbles, lasting, stand
from accalmie.core.fever.pulse import Measure, Phase, Pulse, Reason
from accalmie.core.fever.usual import Hour, Usual
from accalmie.core.fever.window import Window

#: When more of the trailing hour was not listened to, the level cannot fall: deaf is not calm.
DEAF_MINUTES = 15
#: What comes in the first hour after a gap may be from the gap: at most so many hours of it are awaited.
BACKLOG_HOURS = 6
#: Closed hours looked at for a slow rise.
SLOW_HOURS = 6
#: Measures of quiet minutes are given every so many minutes while it is not calm.
EVERY = 5


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
    slow: tuple[tuple[float, float], ...] = ()
    deaf: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        """Raise ValueError for a zone that does not exist."""
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"{self.zone!r} is not the name of a time zone") from error

    @property
    def idle(self) -> bool:
        """Whether nothing happens until the next pulse, but at full hours."""
        return not self.window.pulses and not self.standing.force and not self.standing.level

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        return {
            "zone": self.zone,
            "hour": self.hour,
            "end": self.end,
            "usual": self.usual.to_json(),
            "window": self.window.to_json(),
            "standing": asdict(self.standing) | {"phase": self.standing.phase.value},
            "slow": [list(hour) for hour in self.slow],
            "deaf": [list(stretch) for stretch in self.deaf],
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
            slow=tuple((said, awaited) for said, awaited in data["slow"]),
            deaf=tuple((since, until) for since, until in data["deaf"]),
        )


def take(state: State, pulse: Pulse, *, minutes: int = 1, gap: bool = False) -> tuple[Measure, State]:
    """Return how hot it is at the end of the bucket `pulse` of so many `minutes` (1 to 60), and the state then.

    Minutes between the last bucket and this one are taken as quiet. `gap`: nobody listened in this bucket.
    The running minute may be taken on trial as often as one likes, the state thrown away. Raises ValueError
    for a bucket that begins before the last one ended.
    """
    begin, end = pulse.minute, pulse.minute + minutes
    if not 1 <= minutes <= 60:
        raise ValueError(f"a bucket has 1 to 60 minutes, not {minutes}")
    if state.hour is not None and begin < state.end:
        raise ValueError(f"the bucket at minute {begin} begins before {state.end}, where the last one ended")
    state = _opened(state, begin)
    deaf = _deaf_until(state.deaf, begin, end, gap)
    window = state.window.moved(end - 60, pulse)
    awaited = _awaited(state, deaf, end)
    heat = feel(window, state.usual, awaited)
    if gap or (deaf and _overlap(deaf, end - 60, end) > DEAF_MINUTES):
        heat = replace(heat, force=max(heat.force, state.standing.force))
    standing = state.standing
    if not gap:
        storm = heat.force >= 2
        standing = stand(
            standing, heat.force, begin, known=state.usual.known,
            last=window.negative_since(end - 20, end) if storm else 0,
            previous=window.negative_since(end - 40, end - 20) if storm else 0,
        )  # fmt: skip
    over = state.standing.storm and not standing.storm
    slow = () if over else state.slow
    after = replace(state, end=end, window=window, standing=standing, slow=slow, deaf=deaf)
    return _measure(after, heat, awaited, begin, gap), after


def _opened(state: State, begin: int) -> State:
    """Return the state with all hours closed and learnt that ended before the bucket at `begin`."""
    now = begin // 60
    if state.hour is None:
        # The part of the first hour before the first bucket was not listened to.
        return replace(state, hour=now, end=begin, deaf=((now * 60, begin),) if begin % 60 else ())
    for hour in range(state.hour, now):
        state = _closed(state, hour)
    return state


def _closed(state: State, hour: int) -> State:
    end = (hour + 1) * 60
    window = state.window.moved(end - 60)
    usual, zone = state.usual, state.zone
    listened = 1 - _overlap(state.deaf, end - 60, end) / 60
    people = critics(window, usual)
    learnt = Hour(
        number=hour, mentions=window.mentions, critics=people, judged=window.judged, negative=window.negative,
        channels=window.channels, listened=listened, stormy=state.standing.storm,
    )  # fmt: skip
    slow, standing = state.slow, state.standing
    if listened >= 0.75 and usual.known:
        awaited = usual.expected_hour(hour, zone) * usual.critic_share
        slow = (*slow, (people, awaited))[-SLOW_HOURS:]
        standing = replace(standing, grumbling=grumbles(slow, standing.grumbling))
    return replace(
        state, hour=hour + 1, window=window, usual=usual.with_hour(learnt, zone), slow=slow, standing=standing
    )


def _deaf_until(
    deaf: tuple[tuple[int, int], ...], begin: int, end: int, gap: bool
) -> tuple[tuple[int, int], ...]:
    """Return the deaf stretches that still matter, the new one joined to the last where they touch."""
    if deaf and deaf[0][1] <= end - 120:
        deaf = tuple(stretch for stretch in deaf if stretch[1] > end - 120)
    if not gap:
        return deaf
    if deaf and deaf[-1][1] == begin:
        return (*deaf[:-1], (deaf[-1][0], end))
    return (*deaf, (begin, end))


def _overlap(deaf: Sequence[tuple[int, int]], since: int, until: int) -> int:
    return sum(max(0, min(until, b) - max(since, a)) for a, b in deaf)


def _awaited(state: State, deaf: tuple[tuple[int, int], ...], end: int) -> Awaited:
    usual = state.usual
    mentions = usual.expected(end, state.zone)
    share = usual.critic_share
    missed = sum(until - since for since, until in deaf if until > end - 60) if deaf else 0
    backlog = usual.level * share * min(missed / 60, BACKLOG_HOURS)
    return Awaited(mentions, mentions * share, backlog, lasting(state.slow))


def _measure(state: State, heat: Heat, awaited: Awaited, begin: int, gap: bool) -> Measure:
    window, usual, standing = state.window, state.usual, state.standing
    worth_telling = heat.force >= 0.5 or standing.level > 0
    why: tuple[Reason, ...] = ()
    why_not: tuple[Reason, ...] = ()
    if worth_telling or standing.phase is Phase.GRUMBLING:
        why = tuple(reasons(window, usual, awaited, heat, begin))
        if standing.grumbling and standing.phase is Phase.GRUMBLING:
            said, expected = (round(sum(part)) for part in zip(*state.slow, strict=True))
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
        score=round(standing.force / STRONGEST, 4),
        reasons=why,
        against=why_not,
    )


def run(
    state: State,
    pulses: Iterable[Pulse],
    until: int,
    gaps: Sequence[tuple[int, int]] = (),
    start: int | None = None,
) -> Generator[tuple[Measure, State], None, State]:
    """Walk the minutes from `start` (default: where the state ended) to `until`, exclusive.

    `pulses` are in order of time, at most one a minute, none before `start`; `gaps` are stretches [since,
    until) of minutes in which nobody listened. Yields for minutes with a pulse, and for quiet ones when the
    fever, level, phase or gap changed or, while it is not calm, every fifth minute. Where the trailing hour
    is empty it goes on hour by hour. Returns (as generators do) the state when all is taken; `settle` is for
    who wants only that.
    """
    at = state.end if start is None else start
    coming = iter(pulses)
    pulse = next(coming, None)
    stretches = [(a, b) for a, b in sorted(gaps) if b > at and a < b]
    while at < until:
        while stretches and stretches[0][1] <= at:
            del stretches[0]
        deaf = bool(stretches) and stretches[0][0] <= at
        step = 1
        if pulse is not None and pulse.minute == at:
            measure, after = take(state, pulse, gap=deaf)
            yield measure, after
            pulse = next(coming, None)
        elif deaf or (state.idle and at % 60 and state.hour is not None):
            marks = [until, (at // 60 + 1) * 60]
            marks += [pulse.minute] if pulse is not None else []
            marks += [stretches[0][1 if deaf else 0]] if stretches else []
            step, after = min(marks) - at, state
            if deaf:
                measure, after = take(state, Pulse(at, 0), minutes=step, gap=True)
                if not state.deaf or state.deaf[-1][1] != at:
                    yield measure, after
        else:
            measure, after = take(state, Pulse(at, 0))
            if _worth(state, measure):
                yield measure, after
        state, at = after, at + step
    return replace(state, end=max(state.end, until))


def settle(
    state: State,
    pulses: Iterable[Pulse],
    until: int,
    gaps: Sequence[tuple[int, int]] = (),
    start: int | None = None,
) -> State:
    """Return the state when all minutes before `until` are taken (see `run`)."""
    walk = run(state, pulses, until, gaps, start)
    while True:
        try:
            next(walk)
        except StopIteration as end:
            return cast(State, end.value)


def _worth(before: State, measure: Measure) -> bool:
    """Tell whether the measure of a quiet minute is worth being kept."""
    old = before.standing
    changed = (degrees(old.force), old.level, old.phase) != (measure.fever, measure.level, measure.phase)
    calm = measure.phase in {Phase.CALM, Phase.LEARNING} and measure.level == 0
    return changed or (not calm and measure.minute % EVERY == 0)
