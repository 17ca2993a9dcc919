"""One alarm for one storm, and its reasons in words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accalmie.core.alarm import CALM_FOR, SAME_STORM, AlarmState, Verdict, judge, sentence
from accalmie.core.fever.pulse import Measure, Phase
from accalmie.phrasebook import LANGUAGES, table

RAISED, HELD, GROWN, CLEARED = Verdict.RAISED, Verdict.HELD, Verdict.GROWN, Verdict.CLEARED


def measure(minute: int, level: int, *, known: bool = True, gap: bool = False) -> Measure:
    return Measure(
        minute, 36.6 + 0.9 * level, level, Phase.PEAK, 9, 9, 9, 9, 1.0, 4.0, 0.2, known=known, gap=gap
    )


def told(levels, threshold=3, step=10, alarm=None):
    """The verdicts of one measure every ten minutes."""
    alarm, verdicts = alarm or AlarmState(), []
    for number, level in enumerate(levels):
        verdict, alarm = judge(alarm, measure(number * step, level), threshold=threshold)
        verdicts.append(verdict)
    return verdicts


@pytest.mark.claim("M7")
def test_one_storm_is_one_alarm():
    verdicts = told([0, 2, 3, 3, 2, 3, 2, 3, 2, 2, 3])
    assert verdicts == [None, None, RAISED] + [HELD] * 8


@pytest.mark.claim("S1")
def test_it_is_told_again_only_when_the_storm_grows_beyond_what_was_told():
    verdicts = told([3, 4, 3, 4, 5, 4, 6])
    assert verdicts == [RAISED, GROWN, HELD, HELD, GROWN, HELD, GROWN]


def test_it_is_cleared_after_an_hour_two_levels_below_the_threshold():
    calm = CALM_FOR // 10
    assert told([3] + [1] * calm)[-1] is HELD
    assert told([3] + [1] * (calm + 1))[-1] is CLEARED
    # Level 2 is not calm enough, and begins the hour anew.
    assert CLEARED not in told([3] + [2] * 50)
    assert told([3] + [1] * calm + [2] + [1] * calm)[-1] is HELD


def test_a_storm_that_is_back_soon_is_held_and_not_told_again():
    cleared = [3] + [1] * (CALM_FOR // 10 + 1)
    soon = SAME_STORM // 10 - 1
    assert told(cleared + [0] * soon + [3])[-1] is HELD
    assert told(cleared + [0] * soon + [4])[-1] is GROWN
    assert told(cleared + [0] * (soon + 2) + [3])[-1] is RAISED


@pytest.mark.parametrize("level", range(7))
def test_nothing_is_raised_while_too_little_is_known_or_nobody_listened(level):
    assert judge(AlarmState(), measure(0, level, known=False), threshold=1)[0] is None
    assert judge(AlarmState(), measure(0, level, gap=True), threshold=1)[0] is None


def test_a_gap_in_listening_holds_the_alarm_however_long_it_is():
    _, alarm = judge(AlarmState(), measure(0, 4), threshold=3)
    for minute in range(10, 2000, 10):
        verdict, alarm = judge(alarm, measure(minute, 0, gap=True), threshold=3)
        assert verdict is HELD
    # And the hour of calm begins when somebody listens again.
    verdict, alarm = judge(alarm, measure(2000, 0), threshold=3)
    assert verdict is HELD
    assert judge(alarm, measure(2000 + CALM_FOR, 0), threshold=3)[0] is CLEARED


levels = st.lists(st.integers(0, 6), max_size=80)


@given(levels, st.integers(1, 6))
def test_raised_and_cleared_take_turns_and_no_level_is_told_twice(sequence, threshold):
    active, highest = False, 0
    for verdict, level in zip(told(sequence, threshold), sequence, strict=True):
        match verdict:
            case Verdict.RAISED:
                assert not active
                assert level >= threshold
                active, highest = True, level
            case Verdict.GROWN:
                assert level > highest
                active, highest = True, level
            case Verdict.HELD:
                active = True
            case Verdict.CLEARED:
                assert active
                active = False
            case None:
                assert not active
                assert level < threshold


@given(levels, st.integers(1, 6))
def test_a_restored_alarm_goes_on_as_if_nothing_had_been(sequence, threshold):
    alarm = AlarmState()
    for number, level in enumerate(sequence):
        restored = AlarmState.from_json(json.loads(json.dumps(alarm.to_json())))
        assert restored == alarm
        _, alarm = judge(restored, measure(number * 10, level), threshold=threshold)
    assert AlarmState.from_json({}) == AlarmState()


@pytest.mark.claim("M7")
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "19 times the usual for a Sunday 11 p.m."),
        ("fr", "19 fois le niveau habituel d’un dimanche à 23\u00a0h"),
        ("de", "19-mal so viel wie an einem Sonntag um 23 Uhr üblich"),
        ("pt", "19 times the usual for a Sunday 11 p.m."),
    ],
)
def test_a_reason_names_weekday_and_hour_in_the_readers_zone(language, words):
    from datetime import UTC, datetime

    at = int(datetime(2026, 3, 1, 22, 10, tzinfo=UTC).timestamp()) // 60
    assert sentence("times_usual", {"times": 19.2, "minute": at}, language, "Europe/Paris") == words


@pytest.mark.parametrize(
    ("language", "share", "people", "times"),
    [
        ("en", "71%", "12,340", "3.4"),
        ("fr", "71\u202f%", "12\u202f340", "3,4"),
        ("de", "71\u00a0%", "12.340", "3,4"),
    ],
)
def test_figures_are_written_as_readers_write_them(language, share, people, times):
    assert share in sentence("negative_share", {"share": 0.712, "usual": 0.22}, language).replace(
        "\u00a0%", share[2:]
    )
    assert people in sentence("many_people", {"people": 12340}, language)
    assert times in sentence("critics_usual", {"critics": 12, "times": 3.4}, language)


def test_every_reason_has_its_sentence_in_three_languages():
    for key, entry in table("reasons").items():
        assert set(entry) == set(LANGUAGES), key
        blanks = [{part.split("}")[0] for part in entry[one].split("{")[1:]} for one in LANGUAGES]
        assert blanks[0] == blanks[1] == blanks[2], key
