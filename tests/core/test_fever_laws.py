"""Laws of the fever, whatever is said."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accalmie.core.fever.count import merge
from accalmie.core.fever.heat import LADDER, climb, degrees
from accalmie.core.fever.measure import State, run, settle, take
from accalmie.core.fever.pulse import Pulse
from accalmie.core.fever.window import Window
from tests.core.crowd import DAY, HOUR, MONDAY, WEEK, background, people, said, together

few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])

person = st.integers(0, 40)
crowd = st.lists(person, max_size=8)


@st.composite
def one_pulse(draw, minute=None):
    """What a few people say in a minute, on one of two networks; some in a language that nobody reads."""
    angry, kind, unread = draw(crowd), draw(crowd), draw(st.lists(person, max_size=3))
    pulse = said(draw(st.integers(0, DAY)) if minute is None else minute, angry, kind,
                 draw(st.sampled_from(["mastodon", "x"])))  # fmt: skip
    other = Pulse(pulse.minute, len(unread), voices=tuple(sorted(who << 1 for who in unread)))
    insults = draw(st.integers(0, len(angry)))
    both = merge(pulse, other)
    words = draw(st.lists(st.sampled_from([1, 2, 2**32 - 1]), max_size=both.mentions))
    tags = draw(st.dictionaries(st.sampled_from(["shame", "brand"]), st.integers(1, 8), max_size=2))
    reach = draw(st.sampled_from([0, 30, 10**6]))
    return replace(both, insults=insults, echoes=tuple(sorted(words)), hashtags=tags, reach=reach)


pulses = st.lists(one_pulse(), max_size=40).map(
    lambda many: together(replace(p, minute=MONDAY + 8 * DAY + p.minute) for p in many if p.mentions)
)
gaps = st.lists(st.tuples(st.integers(0, DAY), st.integers(1, 600)), max_size=3).map(
    lambda many: [(MONDAY + 8 * DAY + at, MONDAY + 8 * DAY + at + long) for at, long in many]
)
KNOWN = settle(State(zone="Europe/Berlin"), background(8, 4), MONDAY + 8 * DAY, (), MONDAY)
START, END = MONDAY + 8 * DAY, MONDAY + 9 * DAY


@few
@given(pulses, gaps, st.sampled_from([State(), KNOWN]))
def test_a_state_restored_from_json_gives_exactly_the_same_numbers(coming, deaf, state):
    for measure, after in run(state, coming, END, deaf, START):
        restored = State.from_json(json.loads(json.dumps(after.to_json())))
        assert restored == after
        if measure.minute % 7 == 0:
            probe = said(after.end, people(3))
            assert take(restored, probe) == take(after, probe)


@few
@given(pulses, st.integers(1, 2 * DAY), st.sampled_from([State(), KNOWN]))
def test_a_gap_never_raises_the_level(coming, long, state):
    before = settle(state, coming, END, (), START)
    for measure, _ in run(before, (), END + long, [(END, END + long)], END):
        assert measure.gap and measure.level <= before.standing.level


@few
@given(pulses, gaps, st.integers(START, END), st.sampled_from([State(), KNOWN]))
def test_walking_in_two_pieces_equals_walking_at_once(coming, deaf, cut, state):
    at_once = list(run(state, coming, END, deaf, START))
    first = list(run(state, [p for p in coming if p.minute < cut], cut, deaf, START))
    middle = first[-1][1] if first else state
    second = list(run(middle, [p for p in coming if p.minute >= cut], END, deaf, cut))

    whole = {measure.minute: measure for measure, _ in at_once}
    pieces = {measure.minute: measure for measure, _ in first + second}
    # A gap is told once an hour, and anew at the cut.
    assert whole.keys() <= pieces.keys()
    assert all(pieces[minute].gap for minute in pieces.keys() - whole.keys())
    for minute, measure in whole.items():
        piece = pieces[minute]
        assert measure == piece or (
            measure.gap and (measure.fever, measure.level) == (piece.fever, piece.level)
        )
    probe = said(END, people(5))
    assert (
        take(second[-1][1] if second else middle, probe)[0]
        == take(at_once[-1][1] if at_once else state, probe)[0]
    )


@few
@given(pulses, st.sampled_from([State(), KNOWN]))
def test_skipping_quiet_minutes_equals_taking_each_of_them(coming, state):
    spoken = {pulse.minute: pulse for pulse in coming}
    walked = {measure.minute: measure for measure, _ in run(state, coming, END, (), START)}
    for minute in range(START, END):
        measure, state = take(state, spoken.get(minute, Pulse(minute, 0)))
        if minute in walked:
            assert walked[minute] == measure
        else:
            assert minute not in spoken


@few
@given(pulses, one_pulse(minute=END), st.integers(1, 30), st.booleans(), st.sampled_from([State(), KNOWN]))
def test_more_criticism_by_new_people_never_cools_the_fever(coming, now, more, unvoiced, state):
    state = settle(state, coming, END, (), START)
    worse = merge(now, said(END, people(more)))
    if unvoiced:
        # Where authors are not known each mention stands for one.
        now, worse = replace(now, voices=()), replace(worse, voices=())
    assert take(state, worse)[0].fever >= take(state, now)[0].fever
    assert take(state, worse)[0].level >= take(state, now)[0].level


@few
@given(pulses, st.lists(person, min_size=1, max_size=8))
def test_saying_it_again_does_not_make_more_critics(coming, angry):
    state = settle(KNOWN, coming, END, (), START)
    once, again = said(END, angry), said(END, angry * 5)
    assert take(state, again)[1].window.critics.keys() == take(state, once)[1].window.critics.keys()


@few
@given(pulses, gaps)
def test_nothing_is_remembered_of_a_minute_that_was_only_tried(coming, deaf):
    for _, state in run(KNOWN, coming, END, deaf, START):
        before = json.dumps(state.to_json())
        take(state, said(state.end, people(7)))
        assert json.dumps(state.to_json()) == before


@few
@given(pulses, st.integers(1, 8))
def test_the_same_weeks_later_give_the_same_fever(coming, weeks):
    later = [replace(pulse, minute=pulse.minute + weeks * WEEK) for pulse in coming]
    here = [(m.minute, m.fever, m.level, m.phase) for m, _ in run(State(), coming, END, (), START)]
    there = run(State(), later, END + weeks * WEEK, (), START + weeks * WEEK)
    assert here == [(m.minute - weeks * WEEK, m.fever, m.level, m.phase) for m, _ in there]


@pytest.mark.parametrize("times", [3, 12, 40])
def test_a_brand_ten_times_as_large_has_the_same_storm_ten_times_as_large(times):
    def hottest(size: int) -> float:
        state = settle(State(), background(14, 20 * size), MONDAY + 14 * DAY, (), MONDAY)
        storm = [
            said(MONDAY + 14 * DAY + m, people(times * size, 10**6 + m * 10**4)) for m in range(0, 60, 5)
        ]
        return max(m.fever for m, _ in run(state, storm, MONDAY + 14 * DAY + HOUR, (), MONDAY + 14 * DAY))

    # The small one is allowed a little less: few people may be chance.
    assert hottest(1) == pytest.approx(hottest(10), abs=0.6)


@given(st.floats(0, 500), st.floats(0, 500))
def test_the_ladder_only_rises(one, other):
    low, high = sorted((one, other))
    assert climb(low) <= climb(high)
    assert 36.6 <= degrees(climb(low)) <= degrees(climb(high)) <= 42.0


def test_each_rung_of_the_ladder_is_its_level():
    assert [climb(times) for times in LADDER] == pytest.approx([0, 1, 2, 3, 4, 5, 6])


@few
@given(st.lists(one_pulse(), max_size=15), st.integers(0, DAY))
def test_a_window_that_moves_counts_what_is_in_it(many, since):
    many = together(p for p in many if p.mentions)
    window = Window()
    for pulse in many:
        window = window.moved(pulse.minute - HOUR + 1, pulse)
    window = window.moved(since)
    inside = [p for p in many if p.minute > many[-1].minute - HOUR and p.minute >= since]

    assert window == Window.from_json(json.loads(json.dumps(window.to_json())))
    assert window.pulses == tuple(inside)
    assert window.mentions == sum(p.mentions for p in inside)
    assert window.critics.keys() == {v >> 1 for p in inside for v in p.voices if v & 1}
    assert window.people.keys() == {v >> 1 for p in inside for v in p.voices}
    words = [words for p in inside for words in p.echoes]
    assert window.repeated == sum(words.count(word) > 1 for word in words)
    tags = {tag for p in inside for tag in p.hashtags}
    assert window.hashtags == {tag: sum(p.hashtags.get(tag, 0) for p in inside) for tag in tags}
    assert window.reach == sum(p.reach for p in inside)
