"""The labelled storms: the truth is what was laid upon the series, and the score rewards what it says."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from benchmarks.storm_brands import Array, Brand, real, simulated
from benchmarks.storm_decoys import Rows, passing
from benchmarks.storm_peers import PEERS, calm_threshold, scored, strengths
from benchmarks.storm_score import score, total
from benchmarks.storm_set import AFTERMATH, NAB, Case, cases
from benchmarks.storm_shapes import FEWEST, KINDS, Storm, by_rows, course, extra, truth
from benchmarks.storms import ours


@pytest.fixture(scope="module")
def tune() -> list[Case]:
    return cases("tune")


def chance() -> np.random.Generator:
    return np.random.default_rng(5)


def brand(median: float = 10.0, days: int = 42) -> Brand:
    return simulated(chance(), "brand", median, days)


def quiet(case: Case) -> Array:
    return np.zeros(len(case.values), dtype=int)


def perfect(case: Case) -> Array:
    level = quiet(case)
    for storm in case.storms:
        level[storm.onset : storm.end] = 3
    return level


# --- The truth


@pytest.mark.parametrize("minutes", [1, 5, 60])
@pytest.mark.parametrize("kind", KINDS)
def test_the_onset_is_the_first_row_with_half_the_usual_on_top(kind: str, minutes: int) -> None:
    on, begin = brand(), 25 * 1440 + 600
    plan = course(chance(), kind, float(on.local_hour()[begin]))
    added = extra(chance(), on, begin, plan)
    storm = truth(on, begin, plan, added, minutes)
    assert storm is not None
    rows, usual = by_rows(added, minutes), by_rows(on.usual, minutes)
    assert rows[storm.onset] >= 0.5 * usual[storm.onset]
    few = FEWEST * minutes / 60
    assert all(
        more < 0.5 * often or more < few
        for more, often in zip(rows[: storm.onset], usual[: storm.onset], strict=True)
    )
    assert rows[storm.peak] == rows.max()
    assert storm.begin <= storm.onset <= storm.peak < storm.end
    assert rows[storm.end] < 0.25 * usual[storm.end]
    assert not rows[: storm.begin].any()


def test_grumbling_goes_before_its_eruption() -> None:
    on, begin = brand(), 25 * 1440
    plan = course(chance(), "grumbling", float(on.local_hour()[begin]))
    storm = truth(on, begin, plan, extra(chance(), on, begin, plan), 5)
    assert storm is not None
    assert storm.eruption is not None
    assert storm.begin + 6 * 12 <= storm.eruption < storm.peak


def test_at_a_brand_that_hardly_anybody_names_some_ten_people_an_hour_make_a_storm() -> None:
    tiny, begin = brand(median=0.0035), 25 * 1440 + 600
    added = extra(chance(), tiny, begin, course(chance(), "sudden", float(tiny.local_hour()[begin])))
    assert 7 < by_rows(added, 60).max() < 20


def test_each_kind_of_storm_is_there_and_each_begins_after_three_weeks(tune: list[Case]) -> None:
    storms = [(case, storm) for case in tune for storm in case.storms]
    assert {storm.kind for _, storm in storms} == set(KINDS)
    assert all(storm.begin * case.minutes >= 21 * 1440 for case, storm in storms)


def test_two_storms_of_a_series_are_two_weeks_apart(tune: list[Case]) -> None:
    for case in tune:
        begins = [storm.begin * case.minutes for storm in case.storms]
        assert all(later - earlier >= 14 * 1440 for earlier, later in pairwise(begins))


def test_the_same_seeds_give_the_same_series_and_the_held_out_ones_others(tune: list[Case]) -> None:
    again, held = cases("tune"), cases("held")
    for one, two in zip(tune, again, strict=True):
        assert np.array_equal(one.values, two.values)
        assert one.storms == two.storms
        assert one.decoys == two.decoys
    assert [case.name for case in tune] == [case.name for case in held]
    simulations = [(a, b) for a, b in zip(tune, held, strict=True) if not a.real]
    assert not any(np.array_equal(one.values, two.values) for one, two in simulations)


def test_without_real_series_there_are_simulated_ones_alone() -> None:
    assert real(chance(), Path("nowhere")) == []


@pytest.mark.skipif(not NAB.exists(), reason="no ../shared/bench/nab")
def test_no_storm_of_ours_meets_a_real_event(tune: list[Case]) -> None:
    stormy = [case for case in tune if case.real and case.storms]
    assert stormy
    for case in stormy:
        for storm in case.storms:
            assert not any(begin < storm.end and storm.begin < end for begin, end in case.events)


@pytest.mark.skipif(not NAB.exists(), reason="no ../shared/bench/nab")
def test_minutes_of_a_real_series_sum_up_to_its_rows() -> None:
    apple = real(chance(), NAB)[0]
    with (NAB / "realTweets" / f"Twitter_volume_{apple.name}.csv").open() as file:
        written = [int(line.split(",")[1]) for line in file.readlines()[1:]]
    assert by_rows(apple.counts, 5).tolist() == written


# --- Decoys


def test_missing_rows_are_not_there_and_nothing_else_is_touched() -> None:
    rows = Rows.of(brand(), 5)
    as_it_was = rows.counts.copy()
    decoy = passing(chance(), "gap_missing", rows, 3000)
    gone = np.flatnonzero(~rows.there)
    assert gone[0] == 3000
    assert 12 <= len(gone) <= 96
    assert decoy.end == gone[-1] + 1 + 6 * 12
    assert np.array_equal(rows.counts, as_it_was)


def test_a_backlog_brings_what_was_missed_and_no_more() -> None:
    rows = Rows.of(brand(), 5)
    as_it_was = rows.counts.copy()
    passing(chance(), "backlog", rows, 3000)
    assert not np.array_equal(rows.counts, as_it_was)
    assert rows.counts.sum() == as_it_was.sum()


def test_teasing_is_gone_within_the_hour() -> None:
    rows = Rows.of(brand(), 5)
    as_it_was = rows.counts.copy()
    passing(chance(), "teasing", rows, 3000)
    louder = np.flatnonzero(rows.counts != as_it_was)
    assert louder[0] >= 3000
    assert louder[-1] <= 3000 + 12


# --- The score


def test_a_perfect_track_has_everything(tune: list[Case]) -> None:
    of = total(score(case, perfect(case)) for case in tune)
    assert (of.found, of.by_peak, of.off, of.median, of.rises) == (100, 100, 100, 0, 1)
    assert (of.false, of.warm, of.fallen) == (0, 0, 0)


def test_a_silent_track_finds_nothing_and_is_wrong_nowhere(tune: list[Case]) -> None:
    of = total(score(case, quiet(case)) for case in tune)
    assert (of.found, of.by_peak, of.heard, of.false, of.fallen) == (0, 0, 0, 0, 0)
    assert of.median == math.inf


def test_an_alarm_that_is_always_on_finds_nothing_and_falls_for_everything(tune: list[Case]) -> None:
    of = total(score(case, quiet(case) + 3) for case in tune)
    assert (of.found, of.heard, of.fallen, of.warm) == (0, 0, 100, 100)


def test_an_alarm_that_was_on_before_the_storm_has_to_rise_anew() -> None:
    case = one_storm()
    storm = case.storms[0]
    level = quiet(case)
    level[storm.begin - 50 : storm.end] = 3
    assert not score(case, level).answers[0].found
    level[storm.onset + 6 : storm.onset + 8] = 0
    assert score(case, level).answers[0].minutes == 40
    assert score(case, level).false == 1


def test_minutes_count_from_the_onset_and_an_alarm_in_the_grumbling_before_it_is_early() -> None:
    case = one_storm()
    storm = case.storms[0]
    level = quiet(case)
    level[storm.begin + 1 : storm.end] = 3
    early = score(case, level)
    assert early.answers[0].minutes == 0
    assert early.false == 0
    level[: storm.onset + 4] = 0
    assert score(case, level).answers[0].minutes == 20


def test_flapping_is_counted() -> None:
    case = one_storm()
    storm = case.storms[0]
    level = quiet(case)
    level[storm.onset : storm.end : 4] = 3
    assert score(case, level).answers[0].rises == math.ceil((storm.end - storm.onset) / 4)


def test_an_alarm_in_calm_weeks_is_false_and_the_first_three_days_are_for_learning() -> None:
    case = one_storm()
    level = quiet(case)
    level[100:120] = 3
    assert score(case, level).false == 0
    level[1000:1020] = 3
    assert score(case, level).false == 1
    assert score(case, level).warm == 20


def test_an_alarm_that_outlasts_its_storm_by_a_day_is_not_over() -> None:
    case = one_storm()
    storm = case.storms[0]
    level = quiet(case)
    day = AFTERMATH * 60 // case.minutes
    level[storm.onset : storm.end + day] = 3
    assert score(case, level).answers[0].off
    level[storm.onset : storm.end + day + 1] = 3
    assert not score(case, level).answers[0].off


def test_grumbling_counts_as_heard_by_its_phase_alone_unless_there_was_as_much_the_day_before() -> None:
    case = one_storm(eruption=True)
    storm = case.storms[0]
    phases = ["calm"] * len(case.values)
    phases[storm.begin + 3] = "grumbling"
    assert score(case, quiet(case), phases).answers[0].heard
    phases[storm.begin - 3] = "grumbling"
    assert not score(case, quiet(case), phases).answers[0].heard


def test_a_track_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="levels"):
        score(one_storm(), [0, 0, 0])


def one_storm(*, eruption: bool = False) -> Case:
    """Four weeks in rows of five minutes, a storm in the last of them."""
    rows = 28 * 288
    storm = Storm("sudden", 6500, 6510, 6530, 6700, 5.0)
    if eruption:
        storm = replace(storm, kind="grumbling", eruption=6505)
    stamps = np.datetime64("2026-03-01T00:00:00") + np.timedelta64(300, "s") * np.arange(rows)
    return Case("one", 5, 10.0, False, stamps, np.full(rows, 10), (storm,))


# --- Who is measured


def test_a_peer_gets_the_threshold_that_keeps_it_calm(tune: list[Case]) -> None:
    some = [case for case in tune if case.minutes == 60]
    found = [(case, strengths(PEERS["Meltwater's rule"], case)) for case in some]
    threshold = calm_threshold(found)
    assert total(scored(found, threshold)).false <= 1
    assert total(scored(found, threshold * 0.9)).false > 1


@pytest.mark.parametrize("name", list(PEERS))
def test_no_row_of_a_peer_depends_on_a_later_one(name: str) -> None:
    values = by_rows(brand().counts, 5)
    changed = values.copy()
    changed[9000:] *= 7
    before, after = PEERS[name](values, 5), PEERS[name](changed, 5)
    assert np.allclose(before[:9000], after[:9000])
    assert not np.allclose(before[9000:], after[9000:])


def test_ours_gives_a_level_and_a_phase_for_each_row_and_takes_a_gap() -> None:
    rows = Rows.of(brand(days=4), 60)
    there = np.ones(len(rows.counts), dtype=bool)
    there[40:45] = False
    stamps = np.datetime64("2026-03-01T00:00:00") + np.timedelta64(3600, "s") * np.arange(len(there))
    level, phases = ours(rows.counts[there], stamps[there], 60)
    assert phases is not None
    assert len(level) == len(phases) == there.sum()


def test_no_row_of_ours_depends_on_a_later_one() -> None:
    values = by_rows(brand(days=14).counts, 60)
    stamps = np.datetime64("2026-03-01T00:00:00") + np.timedelta64(3600, "s") * np.arange(len(values))
    values[200:] *= 9
    whole, phases = ours(values, stamps, 60)
    until, until_phases = ours(values[:200], stamps[:200], 60)
    assert np.array_equal(whole[:200], until)
    assert phases is not None
    assert phases[:200] == until_phases
    assert whole[200:].max() > until.max()
