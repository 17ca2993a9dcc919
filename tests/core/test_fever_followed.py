"""What followed a message of ours: figures for before and after, and what may be said of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accalmie.core.fever.followed import AFTER, Around, Change, Said, changed, follow, said
from accalmie.core.fever.pulse import Pulse

AT = 60 * 24 * 365
DAY = 1440


def pulse(minute: int, critics: int = 0, others: int = 0, **fields: object) -> Pulse:
    """A minute in which so many different people criticised and so many others spoke."""
    voices = [(minute * 1000 + n) << 1 | (n < critics) for n in range(critics + others)]
    made = {"mentions": critics + others, "judged": critics + others, "negative": critics}
    return Pulse(minute, **(made | fields), voices=tuple(voices))


def each(since: int, until: int, critics: int, others: int = 0) -> list[Pulse]:
    return [pulse(minute, critics, others) for minute in range(since, until)]


def one(around: Around):
    (found,) = follow([AT], around)
    return found


@pytest.mark.claim("B9")
def test_each_stretch_is_counted_for_an_hour_of_it():
    pulses = [*each(AT - 60, AT, 4, 1), *each(AT, AT + 60, 2, 2), *each(AT + 60, AT + 720, 1, 3)]
    found = one(Around(pulses, AT + DAY))
    assert (found.before.critics, found.before.mentions, found.before.negative) == (240, 300, 0.8)
    assert [said.critics for said in found.after] == [120, 80, 65]
    assert [said.mentions for said in found.after] == [240, 240, 240]
    assert [said.negative for said in found.after] == [0.5, pytest.approx(1 / 3), pytest.approx(65 / 240)]
    assert found.change is Change.FELL


def test_the_minute_of_the_message_counts_as_after_it():
    found = one(Around([pulse(AT - 1, 1), pulse(AT, 2)], AT + 60))
    assert (found.before.critics, found.after[0].critics) == (1, 2)


def test_who_criticises_twice_within_an_hour_is_one_critic():
    same = [Pulse(AT + n, 1, judged=1, negative=1, voices=(7 << 1 | 1,)) for n in range(0, 180, 10)]
    found = one(Around(same, AT + DAY))
    assert [said.critics for said in found.after] == [1, 1, 0.25]
    assert found.after[0].mentions == 6


def test_of_counts_without_authors_each_negative_mention_is_a_critic():
    found = one(Around([Pulse(AT, 10, judged=10, negative=4)], AT + 60))
    assert found.after[0].critics == 4


def test_praise_and_insults_are_counted_too():
    found = one(Around([pulse(AT, 2, 2, positive=1, insults=1)], AT + 60))
    assert (found.after[0].positive, found.after[0].insults) == (0.25, 1)


def test_what_is_not_over_yet_is_not_told():
    found = one(Around(each(AT - 60, AT + 100, 1), AT + 100))
    assert [said is not None for said in found.after] == [True, False, False]
    assert found.last is found.after[0]
    assert one(Around([], AT + 59)).change is Change.NOT_YET


def test_without_any_tone_no_share_is_made_up():
    found = one(Around([Pulse(AT, 5)], AT + 60))
    assert found.after[0].negative is found.after[0].positive is None


def test_the_usual_of_a_stretch_is_that_of_its_hours_and_unknown_where_one_is():
    usual = {AT // 60 - 1: 10.0, AT // 60: 20.0, AT // 60 + 1: 40.0}
    around = Around([], AT + DAY, usual=usual, usual_negative=0.2)
    (found,) = follow([AT + 30], around)
    assert found.before.usual == 15
    assert found.usual_critics == 3
    assert [said.usual for said in found.after] == [30, None, None]
    (found,) = follow([AT + 30], Around([], AT + DAY, usual=usual))
    assert found.usual_critics is None


def test_another_message_within_the_stretch_is_told():
    first, second = follow([AT, AT + 100], Around([], AT))
    assert (first.again, second.again) == (AT + 100, None)
    first, _ = follow([AT, AT + 720], Around([], AT))
    assert first.again is None


def test_where_nobody_listened_nothing_is_concluded():
    pulses = each(AT - 60, AT, 9)
    assert one(Around(pulses, AT + 60)).change is Change.FELL
    found = one(Around(pulses, AT + 60, deaf=[(AT + 20, AT + 90)]))
    assert found.after[0].listened == pytest.approx(1 / 3)
    assert found.change is Change.UNHEARD


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (61, 40, Change.FELL),
        (61, 55, Change.SAME),
        (40, 61, Change.ROSE),
        (4, 1, Change.FEW),
        (0, 4, Change.FEW),
        (0, 30, Change.ROSE),
        (6, 4, Change.SAME),
        (1000, 900, Change.SAME),
    ],
)
def test_a_change_is_only_told_where_it_is_clear(before, after, change):
    assert changed(*(Said(0, 60, critics, critics, None, None, 0) for critics in (before, after))) is change


@given(st.lists(st.integers(-80, 800), max_size=40, unique=True), st.integers(1, 5))
def test_no_mention_is_lost_and_none_counted_twice(minutes, people):
    around = Around([pulse(AT + minute, people) for minute in sorted(minutes)], AT + DAY)
    found = one(around)
    for length, after in zip(AFTER, found.after, strict=True):
        inside = sum(1 for minute in minutes if 0 <= minute < length)
        assert after.mentions == pytest.approx(inside * people * 60 / length)
        assert after.critics == pytest.approx(inside * people * 60 / length), "each of them somebody else"
    assert said(AT - 60, AT, around) == found.before
