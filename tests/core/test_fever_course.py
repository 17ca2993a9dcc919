"""The course of a storm: who is new, who criticises, where it is said, and where its waves begin and end."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from accalmie.core.fever.course import BEFORE_HOURS, begin_of, follow
from tests.core.storms import MONDAY, course, hour, hours, quiet, voices


def test_a_storm_and_its_waves_are_found():
    found = course(quiet(), hours(80, 120, 60, *[10] * 8, 70, 10))
    storm = found.storm
    assert storm is not None and storm.came_back and not storm.running
    assert [end - begin for begin, end in storm.waves] == [3, 1]
    assert found.peak is not None and found.peak.heard.mentions == 120
    assert len(found.in_storm) == 13


def test_a_day_of_calm_makes_it_another_storm():
    assert len(course(quiet(2), hours(80), quiet(1), hours(80)).storms) == 2
    assert len(course(quiet(2), hours(80), hours(*[10] * 23), hours(80)).storms) == 1


def test_who_has_not_spoken_in_the_week_before_is_new():
    week = quiet(7)
    week[10] = hour(MONDAY + 10, 2, voices=voices([1], [2]))
    stormy = [
        hour(MONDAY, 60, level=3, voices=voices([1, 3, 3, 4], [2, 5])),
        hour(MONDAY, 60, level=3, voices=voices([3, 6], [7])),
    ]
    first, second = course(week, stormy).in_storm
    assert (first.critics, first.new_authors) == (3, 3), "3, 4 and 5 are new; 1, 3 and 4 criticise"
    assert (second.critics, second.new_authors) == (2, 2)


def test_where_voices_were_not_read_nothing_is_said_of_them():
    assert course(quiet(), hours(80)).in_storm[0].new_authors is None


def test_who_spoke_longer_ago_than_a_week_counts_as_new():
    long_ago = hours(10, voices=voices([], [1]))
    stormy = [hour(MONDAY, 60, level=3, voices=voices([1]))]
    before = quiet(BEFORE_HOURS // 24)
    assert course(long_ago, before, stormy).in_storm[0].new_authors == 1
    assert course(before, long_ago, stormy).in_storm[0].new_authors == 0


def test_a_network_takes_part_when_clearly_more_than_usual_is_said_there():
    usual = quiet(2, channels={"mastodon": 10, "x": 1})
    stormy = [hour(MONDAY, 60, level=3, channels={"mastodon": 50, "x": 3, "bluesky": 7, "feed": 9})]
    found = course(usual, stormy).in_storm[0]
    assert found.networks == ("bluesky", "mastodon")
    assert found.heard.press == 9, "press and blogs are counted by themselves"


def test_the_running_hour_counts_as_if_it_went_on_like_that():
    running = hour(MONDAY, 20, 10.0, minutes=20)
    assert running.pace == 60
    assert running.above == hour(MONDAY, 60, 10.0).above


def test_nothing_heard_is_no_course():
    assert follow([], 0).storm is None and begin_of([]) is None
    assert follow([], 0).closed(3) == ()


@given(st.lists(st.integers(0, 200), min_size=1, max_size=80))
def test_hours_without_holes_in_order_and_storms_within_them(mentions):
    found = course(hours(*mentions))
    numbers = [one.number for one in found.hours]
    assert numbers == list(range(numbers[0], numbers[0] + len(mentions)))
    for storm in found.storms:
        assert numbers[0] <= storm.begin < storm.end <= numbers[-1] + 1
        assert storm.waves[0][0] == storm.begin and storm.waves[-1][1] == storm.end
    assert all(a.end + 24 <= b.begin for a, b in zip(found.storms, found.storms[1:], strict=False))
