"""An alarm seen from afterwards: when it began, what grumbled before, how early it could have been raised."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accalmie.core.alarm import SAME_STORM, AlarmState
from accalmie.core.fever.hindsight import Raise, Told, grown, look_back, match, raises, would_raise
from accalmie.core.fever.pulse import Measure, Phase
from tests.core.crowd import DAY, HOUR, MONDAY, alarms, background, measured, people, said, together

AT = MONDAY + 14 * DAY + 14 * HOUR


def storm(wave: list[int], first: int = 100_000) -> list:
    """So many angry people in each minute of ten, one ten after the other."""
    spoken = []
    for tenth, count in enumerate(wave):
        for minute in range(10):
            spoken.append(said(AT + 10 * tenth + minute, people(count, first)))
            first += count
    return spoken


@pytest.fixture(scope="module")
def seen() -> list[Measure]:
    """A fortnight of an ordinary brand, then a storm that comes slowly and goes again."""
    wave = [1, 1, 1, 2, 2, 3, 4, 8, 16, 24, 30, 30, 20, 10, 5, 2, 1, 0]
    return measured(together(background(15, 20) + storm(wave)), until=AT + 20 * HOUR)


@pytest.mark.claim("S1")
def test_the_storm_began_before_the_alarm_and_peaked_after_it(seen):
    raised = alarms(seen)[0]
    back = look_back(seen, raised.minute, threshold=3)
    assert AT <= back.onset <= raised.minute
    assert back.peak > raised.minute
    assert back.peak_level == max(one.level for one in seen)
    levels = dict(back.reached)
    assert levels[3] == raised.minute
    assert levels[1] <= levels[2] <= levels[3]


@pytest.mark.claim("S1")
def test_a_lower_threshold_would_have_told_it_earlier(seen):
    raised = alarms(seen)[0]
    back = look_back(seen, raised.minute, threshold=3)
    assert back.lower_threshold == 2
    assert back.lower == alarms(seen, threshold=2)[0].minute
    assert back.gained == raised.minute - back.lower > 0


def test_when_the_usual_is_kept_nothing_began():
    calm = measured(background(15, 20))
    back = look_back(calm, calm[-1].minute, threshold=3)
    assert (back.onset, back.grumbling, back.lower, back.reached) == (None, None, None, ())


@pytest.mark.claim("S1")
def test_grumbling_was_heard_before():
    day = MONDAY + 14 * DAY
    more = [p for p in background(1, 20, angry_of_ten=10, start=day) if p.minute < AT]
    burst = storm([30, 30, 30])
    seen = measured(together(background(15, 40) + more + burst), until=AT + HOUR)
    back = look_back(seen, next(one for one in alarms(seen) if one.minute >= day).minute, threshold=3)
    heard = next(one.minute for one in seen if one.minute >= day and one.phase is Phase.GRUMBLING)
    assert back.grumbling == heard < back.raised


def one(minute: int, level: int = 0, phase: Phase = Phase.CALM, critics: int = 0, **fields) -> Measure:
    figures = {
        "fever": 36.6 + level, "mentions_hour": critics, "authors_hour": critics, "negative_hour": critics,
        "judged_hour": critics, "expected": 2.0, "ceiling": 5.0, "usual_negative": 0.5, "known": True,
    }  # fmt: skip
    return Measure(minute=minute, level=level, phase=phase, **(figures | fields))


def test_an_hour_of_calm_ends_the_grumbling_that_led_to_nothing():
    quiet = one(100, phase=Phase.CALM)
    stale = [one(0, 2, Phase.GRUMBLING, 9), quiet, one(161, 3, Phase.RISING, 20)]
    fresh = [one(0, 2, Phase.GRUMBLING, 9), quiet, one(159, 3, Phase.RISING, 20)]
    assert look_back(stale, 161, threshold=3).grumbling is None
    assert look_back(fresh, 159, threshold=3).grumbling == 0


def test_a_silent_hour_ends_what_was_above_the_usual_and_a_gap_does_not():
    silent = [one(0, critics=9), one(61, critics=9), one(70, 3, Phase.RISING, 20)]
    deaf = [one(0, critics=9), one(50, critics=0, gap=True), one(100, 3, Phase.RISING, 20)]
    assert look_back(silent, 70, threshold=3).onset == 61
    assert look_back(deaf, 100, threshold=3).onset == 0


def test_what_was_cleared_hours_before_is_not_how_early_it_would_have_been_told():
    bump, calm = one(0, 2, Phase.GRUMBLING, 9), [one(minute, 0) for minute in range(10, 90, 5)]
    storm = [one(300, 2, Phase.GRUMBLING, 9), one(310, 3, Phase.RISING, 20)]
    assert would_raise([bump, *calm, *storm], 2) == 300


def test_it_grew_when_it_passed_what_was_told_and_not_after_it_was_cleared():
    levels = [3, 3, 4, 3, 4, 5, 2, 6]
    seen = [one(minute, level, Phase.RISING, 20) for minute, level in enumerate(levels)]
    assert grown(seen, 0, 3, cleared=6) == [(2, 4), (5, 5)]
    assert grown(seen, 0, 3, cleared=None) == [(2, 4), (5, 5), (7, 6)]


steps = st.lists(st.tuples(st.integers(1, 90), st.integers(0, 6), st.booleans()), min_size=1, max_size=60)


@given(steps)
@settings(deadline=None)
def test_a_lower_threshold_is_never_later(course):
    minute, seen = 0, []
    for wait, level, deaf in course:
        minute += wait
        seen.append(one(minute, level, Phase.RISING if level > 2 else Phase.CALM, level * 4, gap=deaf))
    times = [would_raise(seen, threshold) for threshold in (1, 2, 3, 4)]
    for lower, higher in pairwise(times):
        if higher is not None:
            assert lower is not None and lower <= higher
    last = seen[-1].minute
    back = look_back(seen, last, threshold=3)
    reached = [at for _level, at in back.reached]
    assert reached == sorted(reached)
    assert back.onset is None or back.onset <= last
    assert [level for level, _at in back.reached] == list(range(1, len(back.reached) + 1))


# ── Told, and measured anew ───────────────────────────────────────────────────────────────────────────────


def test_a_storm_measured_anew_is_the_same_one_when_it_is_near():
    told = [Told(1000, 3, cleared=1200), Told(3000, 4)]
    anew = [Raise(990, 4), Raise(9000, 3)]
    assert match(told, anew, near=SAME_STORM) == [(told[0], anew[0]), (told[1], None)]


def test_the_raises_are_those_of_the_alarm(seen):
    assert [one.at for one in raises(seen, AlarmState(), 3)] == [one.minute for one in alarms(seen)]


@given(st.lists(st.integers(0, 20_000), max_size=8, unique=True))
def test_what_is_measured_again_as_it_was_is_no_other_alarm(minutes):
    told = [Told(at, 3, cleared=at + 10) for at in sorted(minutes)]
    pairs = match(told, [Raise(alarm.at, alarm.level) for alarm in told], near=SAME_STORM)
    assert [(alarm, (anew.at, anew.level)) for alarm, anew in pairs] == [
        (one, (one.at, one.level)) for one in told
    ]
