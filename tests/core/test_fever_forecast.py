"""The look ahead: it says what it does not know, and its bounds hold as often as they promise."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accalmie.core.fever.course import Heard, follow
from accalmie.core.fever.forecast import (
    AHEAD,
    FARTHEST,
    Chance,
    Forecast,
    Unsure,
    Way,
    look_ahead,
    morning,
)
from accalmie.core.fever.measure import State, take
from accalmie.core.fever.pulse import Phase, Pulse
from tests.core.storms import course, hours, quiet, storms

AS_USUAL = [(10.0, 19.0)] * FARTHEST


def seen(found, **fields) -> Forecast | Unsure:
    return look_ahead(found, AS_USUAL, **({"known": True, "listening": True} | fields))


RISING = (quiet(), hours(45, 70, 130, 260, 500))
FALLING = (quiet(), hours(150, 200, 110, 60, 45))


@pytest.mark.claim("S1")
def test_what_grows_doubles_and_what_falls_halves():
    up, down = seen(course(*RISING)), seen(course(*FALLING))
    assert isinstance(up, Forecast) and isinstance(down, Forecast)
    assert up.way is Way.UP and down.way is Way.DOWN
    assert up.turn is not None and 0.5 < up.turn.point < 3
    assert down.turn is not None and 0.5 < down.turn.point < 4
    assert down.usual_again is not None and down.usual_again.point < 12


def test_where_the_minutes_say_otherwise_the_way_is_not_clear():
    for made, phase in ((RISING, Phase.PEAK), (RISING, Phase.FALLING), (FALLING, Phase.RISING)):
        found = seen(course(*made), phase=phase)
        assert isinstance(found, Forecast) and found.way is Way.UNCLEAR and found.turn is None
    assert seen(course(*RISING), phase=Phase.RISING).way is Way.UP


@pytest.mark.claim("S1")
def test_too_early_to_say_is_said():
    assert seen(course(*FALLING), known=False) is Unsure.LEARNING
    assert seen(course(*FALLING), listening=False) is Unsure.DEAF
    assert seen(course(quiet())) is Unsure.CALM
    assert seen(course(quiet(), hours(80))) is Unsure.SHORT
    assert seen(course(quiet(expected=0.2), hours(6, 3, expected=0.2))) is Unsure.FEW
    gap = [*hours(80, 120), *hours(0, deaf=60), *hours(60)]
    assert seen(course(quiet(), gap)) is Unsure.GAP


def test_a_storm_of_its_own_past_teaches_how_fast_it_falls():
    slow = [*hours(200, *[190] * 8, 100, *[60] * 5, 30), *quiet(3)]
    before, taught = course(*FALLING), course(*[quiet(), slow] * 3, *FALLING)
    one, other = seen(before), seen(taught)
    assert isinstance(one, Forecast) and isinstance(other, Forecast)
    assert (one.own_storms, other.own_storms) == (0, 3)
    assert other.hours[2].mentions.point > one.hours[2].mentions.point


def test_what_was_not_heard_is_no_silence():
    before, after = hours(150, 200, 190), hours(160, 150, 140)
    silent = seen(course(quiet(), before, hours(0), after))
    deaf = seen(course(quiet(), before, hours(0, deaf=60), after))
    assert isinstance(silent, Forecast) and isinstance(deaf, Forecast)
    assert silent.way is Way.UP, "out of silence it grew"
    assert deaf.way is not Way.UP, "it stood still, as far as was heard"


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 3000), min_size=2, max_size=60),
    st.floats(0, 200),
    st.integers(0, 60),
)
def test_bounds_hold_the_figure_between_them(mentions, expected, minutes):
    stormy = hours(*mentions, expected=expected)
    stormy[-1] = Heard(stormy[-1].number, mentions[-1], expected=expected, minutes=max(minutes, 1), level=3)
    found = look_ahead(
        course(quiet(), stormy), [(expected, expected + 9)] * FARTHEST, known=True, listening=True
    )
    if isinstance(found, Unsure):
        return
    assert len(found.hours) == AHEAD
    for between in [*(one.mentions for one in found.hours), found.turn, found.usual_again]:
        if between is not None:
            assert 0 <= between.low <= between.point
            assert between.high is None or between.point <= between.high
    assert (found.turn is None) == (found.way is Way.UNCLEAR)


# ── Four times of five ────────────────────────────────────────────────────────────────────────────────────


def held(occasions) -> tuple[float, float]:
    """How often what came was within the band, and how often it was as usual again when that was said."""
    inside, again = [], []
    for found, awaited, came in occasions:
        ahead = look_ahead(found, awaited, known=True, listening=True)
        if isinstance(ahead, Unsure):
            continue
        for one, mentions in zip(ahead.hours, came, strict=False):
            assert one.mentions.high is not None
            inside.append(one.mentions.low <= mentions <= one.mentions.high)
        usual = [m <= top for m, (_, top) in zip(came, awaited, strict=False)]
        at = next((n for n in range(1, len(usual)) if usual[n - 1] and usual[n]), FARTHEST + 1)
        if ahead.usual_again is not None:
            latest = ahead.usual_again.high
            again.append(ahead.usual_again.low <= at and (latest is None or at <= latest))
    assert len(inside) > 500
    return sum(inside) / len(inside), sum(again) / len(again)


def invented():
    for heard, begin in storms(150, seed=7):
        for place in range(begin + 1, begin + 11, 3):
            known, rest = heard[: place + 1], heard[place + 1 :]
            awaited = [(one.expected, one.ceiling) for one in rest[:FARTHEST]]
            yield follow(known, (known[-1].number + 1) * 60), awaited, [one.mentions for one in rest]


@pytest.mark.claim("S1")
def test_the_bounds_hold_for_seven_to_nine_of_ten_invented_storms():
    inside, again = held(invented())
    assert 0.7 <= inside <= 0.9, inside
    assert again >= 0.7, again


TWEETS = Path(__file__).parents[2] / "../shared/bench/nab/realTweets"


def brands():
    """The bursts of real brands in counts: what was known at each stormy hour, and what came after it."""
    for file in sorted(TWEETS.glob("*.csv")):
        state, heard, usual = State(zone="America/New_York"), {}, {}
        with file.open() as lines:
            for row in csv.DictReader(lines):
                at = datetime.fromisoformat(row["timestamp"]).replace(tzinfo=UTC).timestamp()
                minute, said = int(at) // 300 * 5, int(float(row["value"]))
                measure, state = take(state, Pulse(minute, said), minutes=5)
                number = minute // 60
                mentions, level, _ = heard.get(number, (0, 0, Phase.CALM))
                heard[number] = mentions + said, max(level, measure.level), measure.phase
                usual[number] = state.usual
        told = [
            Heard(n, m, expected=(e := usual[n].expected_hour(n, state.zone)), ceiling=usual[n].ceiling(e),
                  level=level, phase=phase)
            for n, (m, level, phase) in sorted(heard.items())
        ]  # fmt: skip
        for place, one in enumerate(told[:-FARTHEST]):
            if one.stormy:
                future = [
                    usual[one.number].expected_hour(one.number + n, state.zone)
                    for n in range(1, FARTHEST + 1)
                ]
                awaited = [(e, usual[one.number].ceiling(e)) for e in future]
                known = told[max(place - 28 * 24, 0) : place + 1]
                yield follow(known, (one.number + 1) * 60), awaited, [h.mentions for h in told[place + 1 :]]


@pytest.mark.claim("S1")
@pytest.mark.skipif(not TWEETS.exists(), reason="the ten series of real brands are not beside the checkout")
def test_the_bounds_hold_for_seven_to_nine_of_ten_hours_of_real_bursts():
    inside, again = held(brands())
    assert 0.7 <= inside <= 0.9, inside
    assert again >= 0.7, again


# ── The next morning ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.claim("S1")
def test_what_is_still_up_in_the_evening_may_be_back_in_the_morning():
    still = [*hours(150, 200), *hours(60, 55, 50, negative=40, level=3)]
    up = morning(course(quiet(), still), usual_negative=0.2)
    calmed = morning(course(quiet(), hours(150, 200, 20, 10, 10, 10)), usual_negative=0.2)
    assert up is not None and calmed is not None
    assert up.chance is not Chance.LOW and {"still_up", "still_negative"} <= set(up.signs)
    assert calmed.chance is Chance.LOW and calmed.signs == ()
    assert (up.back, up.days) == (7, 24) and (calmed.back, calmed.days) == (5, 26), "of known brands"


def test_signs_together_make_it_likely_and_a_night_that_is_over_makes_it_none():
    waves = [*hours(150, 200, *[10] * 6), *hours(130, 120, 118, negative=90, level=3)]
    found = morning(course(quiet(), waves), usual_negative=0.2, unresolved=True)
    assert found is not None and found.chance is Chance.HIGH
    assert {"came_back", "unresolved", "not_halved"} <= set(found.signs)
    assert morning(course(quiet(), hours(150), hours(*[10] * 20)), usual_negative=0.2) is None
    assert morning(course(quiet()), usual_negative=0.2) is None


def test_own_storms_count_beside_the_known_ones():
    once = [*hours(150, *[10] * 30)]
    twice = [*hours(150, *[10] * 8, 150, *[10] * 30)]
    found = morning(course(quiet(), once, twice, hours(150, 10, 10, 10)), usual_negative=0.2)
    assert found is not None and (found.back, found.days) == (5 + 1, 26 + 2)
