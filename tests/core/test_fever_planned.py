"""Laws of the fever in planned campaigns, whatever is said and wherever the walk was cut."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accalmie.core.fever.measure import State, run, settle, take
from accalmie.core.fever.pulse import Pulse
from tests.core.crowd import DAY, MONDAY, background, people, said, together

few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

START, END = MONDAY + 8 * DAY, MONDAY + 9 * DAY
KNOWN = settle(State(zone="Europe/Berlin"), background(8, 4), START, (), MONDAY)

person = st.integers(0, 40)
spoken = st.builds(
    said, st.integers(START, END - 1), st.lists(person, max_size=8), st.lists(person, max_size=8)
)
pulses = st.lists(spoken, max_size=30).map(lambda many: together(p for p in many if p.mentions))
campaigns = st.lists(
    st.tuples(st.integers(START - 90, END), st.integers(1, 700)), min_size=1, max_size=2
).map(lambda many: [(begin, begin + long, f"campaign {n}") for n, (begin, long) in enumerate(many)])


@few
@given(pulses, campaigns, st.integers(START, END), st.sampled_from([State(), KNOWN]))
def test_walking_in_two_pieces_equals_walking_at_once(coming, planned, cut, state):
    at_once = list(run(state, coming, END, (), START, planned))
    first = list(run(state, [p for p in coming if p.minute < cut], cut, (), START, planned))
    middle = first[-1][1] if first else state
    second = list(run(middle, [p for p in coming if p.minute >= cut], END, (), cut, planned))
    assert [measure for measure, _ in first + second] == [measure for measure, _ in at_once]
    probe = said(END + 60, people(5))
    ends = [(second or [(None, middle)])[-1][1], (at_once or [(None, state)])[-1][1]]
    assert take(ends[0], probe)[0] == take(ends[1], probe)[0]


@few
@given(pulses, campaigns, st.sampled_from([State(), KNOWN]))
def test_skipping_quiet_minutes_equals_taking_each_of_them(coming, planned, state):
    spoken = {pulse.minute: pulse for pulse in coming}
    walked = {measure.minute: measure for measure, _ in run(state, coming, END, (), START, planned)}
    for minute in range(START, END):
        campaign = next((name for begin, end, name in planned if begin <= minute < end), "")
        measure, state = take(state, spoken.get(minute, Pulse(minute, 0)), campaign=campaign)
        if minute in walked:
            assert walked[minute] == measure
        else:
            assert minute not in spoken


@few
@given(pulses, campaigns)
def test_a_campaign_never_makes_the_fever_hotter_while_it_lasts(coming, planned):
    without = {measure.minute: measure.fever for measure, _ in run(KNOWN, coming, END, (), START)}
    first = min(begin for begin, _, _ in planned)
    last = min(end for _, end, _ in planned)
    for measure, _ in run(KNOWN, coming, END, (), START, planned):
        if first <= measure.minute < last and measure.minute in without:
            assert measure.fever <= without[measure.minute]


def test_a_walk_cut_in_the_quiet_of_a_campaign_forgets_nothing_of_it():
    planned = [(START + 20, START + 700, "Spring sale")]
    coming = [said(START + 900, people(5))]
    for cut in (START + 30, START + 130, START + 720):
        at_once = list(run(KNOWN, coming, END, (), START, planned))
        first = list(run(KNOWN, [], cut, (), START, planned))
        second = list(run(first[-1][1] if first else KNOWN, coming, END, (), cut, planned))
        assert [measure for measure, _ in first + second] == [measure for measure, _ in at_once], cut - START
