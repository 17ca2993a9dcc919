"""Trust is back when people speak as they did before the storm; too little said is told as that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accalmie.core.fever.trust import Trust, recovery, share
from tests.core.storms import course, hours, quiet, voices

REGULARS = range(100, 140)


def days(count: int, angry: int, of: int = 20, expected: float = 20.0) -> list:
    """Days in which regulars speak, so many of twenty of them negatively."""
    made = []
    for n in range(count * 24):
        who = [REGULARS[(n * of + k) % len(REGULARS)] for k in range(of)]
        # Each of them is negative now and then.
        negative = [each for k, each in enumerate(who) if (k + n) % 20 < angry]
        friendly = [each for k, each in enumerate(who) if (k + n) % 20 >= angry]
        made += hours(of, expected=expected, negative=len(negative), voices=voices(negative, friendly))
    return made


STORM = hours(200, 300, 150, expected=20.0, negative=180, voices=voices(range(1000, 1150)))


@pytest.mark.claim("B9")
def test_while_people_speak_more_negatively_than_before_trust_is_not_back():
    found = recovery(course(days(7, angry=4), STORM, days(2, angry=9)))
    assert found is not None and found.trust is Trust.NOT_YET and found.since is None
    before, now = found.everybody
    assert before.share == pytest.approx(0.2, abs=0.02) and now.share == pytest.approx(0.45, abs=0.02)
    then, again = found.returning
    assert then.of == again.of == len(REGULARS)
    assert again.low > then.high


@pytest.mark.claim("B9")
def test_when_they_meet_again_trust_is_back_and_since_when():
    found = recovery(course(days(7, angry=4), STORM, days(1, angry=9), days(3, angry=4)))
    assert found is not None and found.trust is Trust.BACK and found.since is not None
    made = course(days(7, angry=4), STORM, days(1, angry=9), days(3, angry=4))
    assert made.storm is not None
    assert 24 <= found.since - made.storm.end <= 48, "once the bad day has gone out of the last day"


@pytest.mark.claim("B9")
def test_those_who_come_back_angry_keep_trust_from_being_back():
    newcomers = hours(*[40] * 48, expected=20.0, negative=8, voices=voices([], range(5000, 5032)))
    angry = hours(10, expected=20.0, negative=10, voices=voices(REGULARS))
    found = recovery(course(days(7, angry=4), STORM, newcomers[:24], angry, newcomers[24:47]))
    assert found is not None and found.trust is Trust.NOT_YET
    assert found.returning[1].low > found.returning[0].high


@pytest.mark.claim("B9")
def test_too_little_said_is_no_forgiveness():
    found = recovery(course(days(7, angry=4), STORM, hours(*[0] * 72, expected=20.0)))
    assert found is not None and found.trust is Trust.UNKNOWN and found.since is None


def test_a_small_brand_is_given_up_to_a_week_to_speak():
    before = hours(*[1 if n % 4 == 0 else 0 for n in range(168)], expected=0.25, negative=0)
    stormy = hours(20, 30, expected=0.25, negative=15)
    later = hours(*[1 if n % 4 == 0 else 0 for n in range(140)], expected=0.25, negative=0)
    found = recovery(course(before, stormy, later))
    assert found is not None and found.trust is Trust.BACK
    assert found.everybody[1].of >= 30


def test_without_a_storm_or_while_it_runs_there_is_nothing_to_win_back():
    assert recovery(course(quiet())) is None
    assert recovery(course(quiet(), hours(90))) is None


@given(st.integers(0, 400), st.integers(1, 400))
def test_a_share_lies_within_its_bounds_and_more_said_makes_them_narrower(negative, of):
    negative = min(negative, of)
    few, many = share(negative, of), share(negative * 4, of * 4)
    assert 0 <= few.low <= few.share <= few.high <= 1
    assert many.high - many.low <= few.high - few.low
    assert share(0, 0).of == 0 and not share(0, 0).sure


@given(st.integers(0, 50), st.integers(51, 400))
def test_four_times_of_five_it_is_within_them(negative, of):
    found = share(negative, of)
    # Wilson's interval is where the observed share is just as far off as chance goes.
    for bound in (found.low, found.high):
        if 0 < bound < 1:
            assert abs(found.share - bound) == pytest.approx(
                1.2816 * (bound * (1 - bound) / of) ** 0.5, rel=1e-6
            )
