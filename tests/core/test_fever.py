"""The fever by example: brands, storms, and what only looks like one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from accalmie.core.fever.measure import State, run, settle, take
from accalmie.core.fever.pulse import Phase, Pulse
from tests.core.crowd import (
    DAY,
    HOUR,
    MONDAY,
    WEEK,
    a_mention_a_day,
    alarms,
    background,
    keys,
    keys_against,
    measured,
    people,
    said,
    together,
)

NIGHT = 3 * HOUR


def after(days: int) -> int:
    """Three in the morning after so many days."""
    return MONDAY + days * DAY + NIGHT


@pytest.mark.claim("S1")
def test_a_hundred_angry_people_alarm_a_brand_of_one_mention_a_day():
    burst = [said(after(14) + m, people(20, 10_000 + 20 * m)) for m in range(0, 50, 10)]
    measures = measured(a_mention_a_day(14) + burst)

    assert len(alarms(measures)) == 1
    hottest = max(measures, key=lambda m: m.fever)
    assert hottest.level == 5
    assert {"critics_usual", "many_people", "times_usual", "negative_share"} <= keys(hottest)


@pytest.mark.claim("S1")
def test_five_hundred_in_five_minutes_is_a_hurricane_for_a_tiny_brand():
    burst = [said(after(14) + m, people(100, 10_000 + 100 * m)) for m in range(5)]
    measures = measured(a_mention_a_day(14) + burst)

    assert max(m.level for m in measures) == 6
    assert max(m.fever for m in measures) == 42.0
    # Within the first of the five minutes people know that it is serious.
    assert alarms(measures)[0].minute == after(14)


@pytest.mark.parametrize(("critics", "storm"), [(1, False), (3, False), (5, True), (8, True)])
def test_a_tiny_brand_needs_some_five_different_angry_people(critics, storm):
    measures = measured([*a_mention_a_day(21), said(after(21), people(critics))])
    assert bool(alarms(measures)) is storm


@pytest.mark.claim("M7")
def test_one_person_who_writes_two_hundred_times_is_no_storm():
    noise = [said(after(14) + m, [7] * 20) for m in range(10)]
    measures = measured(a_mention_a_day(14) + noise)

    assert max(m.level for m in measures) <= 1
    assert "one_author" in keys_against(max(measures, key=lambda m: m.mentions_hour))


@pytest.mark.claim("M7")
def test_a_burst_of_three_automatic_accounts_is_no_alarm():
    bots = [said(after(14) + m, [1, 2, 3] * 5) for m in range(30)]
    measures = measured(together(background(14, 6) + bots))

    assert not alarms(measures)
    assert "few_people" in keys_against(max(measures, key=lambda m: m.mentions_hour))


@pytest.mark.claim("M7")
def test_a_friendly_post_that_goes_round_is_loud_but_not_angry():
    # Three of a hundred are read as negative: so many errors even good readings make.
    wave = [said(after(14) + m, people(3, 10_000 + 100 * m), people(97, 50_000 + 100 * m)) for m in range(60)]
    measures = measured(together(background(14, 10) + wave))

    loudest = max(measures, key=lambda m: m.mentions_hour)
    assert loudest.mentions_hour > 5000
    assert max(m.level for m in measures) == 2
    assert {"loud_not_angry", "mostly_friendly"} <= keys_against(loudest)
    assert not alarms(measures)


@pytest.mark.claim("M7")
def test_teasing_is_no_storm():
    wave = [
        Pulse(p.minute, p.mentions, p.judged, p.negative, teasing=p.mentions, voices=p.voices)
        for p in (said(after(14) + m, people(10, 10_000 + 10 * m)) for m in range(60))
    ]
    measures = measured(together(background(14, 10) + wave))

    assert max(m.level for m in measures) == 2
    assert "mostly_teasing" in keys_against(max(measures, key=lambda m: m.mentions_hour))


@pytest.mark.claim("M7")
def test_mostly_negative_is_normal_for_who_is_written_to_when_something_fails():
    measures = measured(background(14, 20, angry_of_ten=7))

    assert max(m.level for m in measures if m.known) == 0
    assert measures[-1].usual_negative == pytest.approx(0.7, abs=0.02)


def test_the_same_volume_in_a_much_worse_tone_is_noticed():
    worse = background(1, 20, angry_of_ten=10, start=MONDAY + 14 * DAY)
    measures = measured(together(background(14, 20, angry_of_ten=2) + worse))

    later = [m for m in measures if m.minute > MONDAY + 14 * DAY + 2 * HOUR]
    assert max(m.level for m in later) >= 3
    assert "negative_share" in keys(max(later, key=lambda m: m.fever))
    assert "times_usual" not in keys(max(later, key=lambda m: m.fever))


@pytest.mark.claim("S1")
def test_listening_that_begins_late_is_learnt_and_not_alarmed():
    # What American Airlines looks like in the airline file: four mentions in days, then ninety an hour.
    start = MONDAY + 5 * DAY
    trickle = [said(MONDAY + d * DAY + 300, [d]) for d in range(4)]
    measures = measured(trickle + background(3, 90, angry_of_ten=7, start=start))

    assert not alarms(measures)
    assert max(m.level for m in measures) <= 2
    unknown = [m for m in measures if not m.known]
    assert {m.phase for m in unknown} == {Phase.LEARNING}
    assert any("learning" in keys_against(m) for m in unknown)
    assert measures[-7].known
    assert measures[-7].expected == pytest.approx(90, rel=0.2)  # a weekend, taken for less


def test_a_storm_does_not_teach_itself_to_be_normal():
    storm = background(1, 200, angry_of_ten=10, start=MONDAY + 14 * DAY)
    before = settle(State(), background(14, 10), MONDAY + 14 * DAY, (), MONDAY)
    behind = settle(before, storm, MONDAY + 15 * DAY, (), MONDAY + 14 * DAY)

    assert before.usual.level == pytest.approx(10, rel=0.05)
    assert behind.usual.level < 13
    assert behind.standing.level >= 4


def test_what_lasts_for_weeks_becomes_normal():
    state = settle(State(), background(7, 10), MONDAY + WEEK, (), MONDAY)
    more = background(28, 40, start=MONDAY + WEEK)
    state = settle(state, more, MONDAY + 5 * WEEK, (), MONDAY + WEEK)

    assert state.usual.level == pytest.approx(40, rel=0.1)
    assert state.standing.level == 0


def test_bursts_that_come_every_day_are_usual_in_the_end():
    bursts = [
        said(MONDAY + day * DAY + 9 * HOUR + m, people(5, day * 5000 + m * 5))
        for day in range(3, 28)
        for m in range(30)
    ]
    measures = measured(together(background(28, 6) + bursts))

    first = [m for m in measures if m.minute < MONDAY + 6 * DAY]
    last = [m for m in measures if m.minute > MONDAY + 21 * DAY]
    assert alarms(first)
    assert not alarms(last)


def test_the_usual_follows_the_hour_of_the_day():
    busy = [p for p in background(21, 20) if 9 <= p.minute // 60 % 24 < 18]
    state = settle(State(), busy, MONDAY + 21 * DAY, (), MONDAY)
    day, night = (state.usual.expected_hour((MONDAY + 21 * DAY) // 60 + hour, "UTC") for hour in (12, 2))

    assert day == pytest.approx(20, rel=0.15)
    assert night < 3


def test_the_usual_knows_the_weekend():
    weekdays = [p for p in background(35, 20) if (p.minute - MONDAY) // DAY % 7 < 5]
    state = settle(State(), weekdays, MONDAY + 5 * WEEK, (), MONDAY)
    tuesday, sunday = (
        state.usual.expected_hour((MONDAY + 5 * WEEK + d * DAY) // 60 + 12, "UTC") for d in (1, 6)
    )

    assert sunday < 0.6 * tuesday


@pytest.mark.parametrize("change", ["2026-03-29", "2026-10-25"])
def test_habits_move_with_the_clock_when_summer_time_begins_and_ends(change):
    """A shop opens at nine in Paris, before and after the night in which the clocks change."""
    night = int(datetime.fromisoformat(change).replace(tzinfo=UTC).timestamp()) // 60
    start = night - 28 * DAY
    offset = {"2026-03-29": (1, 2), "2026-10-25": (2, 1)}[change]
    opens = {hour: hour % 24 + offset[hour // 24 >= 28] for hour in range(56 * 24)}
    busy = [p for p in background(56, 20, start=start) if 9 <= opens[(p.minute - start) // 60] < 18]
    busy = [p for p in busy if p.minute < night + 7 * DAY]
    measures = measured(busy, until=night + 7 * DAY, start=start, state=State(zone="Europe/Paris"))

    first_days = [m for m in measures if m.minute >= night]
    assert max(m.level for m in first_days) == 0
    in_utc = measured(busy, until=night + 7 * DAY, start=start, state=State(zone="UTC"))
    assert max(m.fever for m in first_days) <= max(m.fever for m in in_utc if m.minute >= night)


def test_a_gap_holds_the_level_and_teaches_nothing():
    storm = [said(after(14) + m, people(10, 10_000 + 10 * m)) for m in range(30)]
    gap = (after(14) + 30, after(14) + 30 + 8 * HOUR)
    measures = measured(
        together([p for p in background(15, 10) if p.minute < gap[0]] + storm), gap[1] + 5, [gap]
    )

    deaf = [m for m in measures if m.gap]
    stormy = max(m.level for m in measures)
    assert stormy >= 4
    assert {m.level for m in deaf} == {stormy}
    assert deaf[0].minute == gap[0]
    # Having just begun to listen again is not calm either.
    assert measures[-1].level == stormy

    start = State()
    before = settle(start, background(14, 10), MONDAY + 14 * DAY, (), MONDAY)
    behind = settle(
        before, [], MONDAY + 15 * DAY, [(MONDAY + 14 * DAY, MONDAY + 15 * DAY)], MONDAY + 14 * DAY
    )
    assert behind.usual.level == pytest.approx(before.usual.level, rel=0.01)


def test_listening_that_resumes_is_no_storm():
    """After a night without listening the missed mentions come all at once, dated now."""
    gap = (MONDAY + 14 * DAY, MONDAY + 14 * DAY + 6 * HOUR)
    missed = said(gap[1], people(18), people(42, 2_000_000))
    measures = measured([*background(14, 10), missed], gap[1] + HOUR, [gap])

    assert not alarms(measures)
    caught_up = next(m for m in measures if m.minute == gap[1])
    assert caught_up.level <= 2


def test_zeros_of_an_outage_that_nobody_marked_do_not_ruin_the_usual():
    resumed = MONDAY + 14 * DAY + 12 * HOUR
    state = settle(State(), background(14, 20), resumed, (), MONDAY)
    measures = measured(background(2, 20, start=resumed), start=resumed, state=state)

    assert state.usual.level > 17
    assert max(m.level for m in measures) == 0


@pytest.mark.claim("S1")
def test_grumbling_is_seen_before_the_storm():
    """Half as many again, hour after hour: no hour of it is a storm."""
    day = MONDAY + 14 * DAY
    more = [p for p in background(1, 20, angry_of_ten=10, start=day) if p.minute < day + 10 * HOUR]
    measures = measured(together(background(15, 40) + more), until=day + 10 * HOUR)

    before, slow = (
        [m for m in measures if m.known and m.minute < day],
        [m for m in measures if m.minute >= day],
    )
    assert {m.phase for m in before} == {Phase.CALM}
    grumbling = [m for m in slow if m.phase is Phase.GRUMBLING]
    assert grumbling
    assert grumbling[0].level < 3
    assert grumbling[0].minute <= day + 4 * HOUR
    assert "slow_rise" in {key for m in grumbling for key in keys(m)}


@pytest.mark.claim("S1")
def test_a_storm_rises_peaks_falls_and_is_calm_again_for_a_day():
    at = after(14)
    shape = [2, 4, 8, 16, 24, 30, 30, 30, 30, 30, 20, 14, 9, 6, 4, 3, 2, 2, 1, 1]
    storm, first = [], 100_000
    for tenth, count in enumerate(shape):
        for minute in range(10):
            storm.append(said(at + 10 * tenth + minute, people(count, first)))
            first += count
    measures = measured(together(background(17, 10) + storm))

    phases = [m.phase for m in measures if m.minute >= at]
    order = [phase for n, phase in enumerate(phases) if n == 0 or phases[n - 1] is not phase]
    storms = [phase for phase in order if phase not in {Phase.GRUMBLING, Phase.CALM}]
    assert storms == [Phase.RISING, Phase.PEAK, Phase.FALLING, Phase.CALM_AGAIN]
    calm = [m for m in measures if m.phase is Phase.CALM_AGAIN]
    assert calm[-1].minute - calm[0].minute == pytest.approx(DAY, abs=2 * HOUR)


def test_more_than_one_network_makes_it_worse_and_is_said():
    burst = people(60)
    alone = [said(after(14), burst)]
    both = together([said(after(14), burst[:30]), said(after(14), burst[30:], network="x")])
    one = max(measured(background(14, 10) + alone), key=lambda m: m.fever)
    two = max(measured(background(14, 10) + both), key=lambda m: m.fever)

    assert two.fever > one.fever
    assert "networks" in keys(two)
    assert "networks" not in keys(one)


def test_where_no_tone_is_known_volume_stands_in_for_it_when_it_lasts():
    """A burst of half an hour may be banter, an advert or an automatic account; what goes on is a storm."""
    quiet = [Pulse(MONDAY + n * 12, 2) for n in range(14 * DAY // 12)]

    def burst(minutes):
        return [Pulse(MONDAY + 14 * DAY + m, 20) for m in range(minutes)]

    assert not alarms(measured(quiet + burst(30)))
    (alarm,) = alarms(measured(quiet + burst(120)))
    assert alarm.minute < MONDAY + 14 * DAY + 60


def test_a_bucket_must_not_overlap_the_last_one():
    _, state = take(State(), Pulse(MONDAY, 1), minutes=5)
    with pytest.raises(ValueError, match="begins before"):
        take(state, Pulse(MONDAY + 4, 1))
    with pytest.raises(ValueError, match="1 to 60 minutes"):
        take(state, Pulse(MONDAY + 5, 1), minutes=61)


def test_a_zone_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="Mars/Olympus"):
        State(zone="Mars/Olympus")


def test_a_quiet_year_leaves_few_measures():
    year = list(run(State(), a_mention_a_day(365), MONDAY + 365 * DAY, (), MONDAY))
    assert len(year) < 10 * 365
