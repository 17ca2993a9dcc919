"""A stretch of measures made short for being played back, without losing what changed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from accalmie.core.fever.pulse import Measure, Phase
from accalmie.core.fever.replay import at, changes, filled, thinned


def one(
    minute: int, level: int = 0, fever: float = 37.0, said: int = 3, phase: Phase = Phase.CALM
) -> Measure:
    return Measure(
        minute=minute, fever=fever, level=level, phase=phase, mentions_hour=said, authors_hour=said,
        negative_hour=said, judged_hour=said, expected=1.0, ceiling=3.0, usual_negative=0.3, known=True,
    )  # fmt: skip


def test_an_hour_after_the_last_word_the_hour_is_empty():
    seen = filled([one(0), one(200)], until=230)
    assert [(m.minute, m.mentions_hour, m.fever) for m in seen] == [
        (0, 3, 37.0),
        (60, 0, 36.6),
        (200, 3, 37.0),
    ]


def test_what_is_no_calm_is_held_until_it_is_measured_again():
    assert len(filled([one(0, 2, phase=Phase.GRUMBLING), one(200)], until=230)) == 2


def test_the_last_measure_holds_until_the_next():
    seen = [one(10), one(20, level=2)]
    assert at(seen, 9) is None
    assert at(seen, 19) is seen[0]
    assert at(seen, 20) is at(seen, 999) is seen[1]


def test_of_a_quiet_piece_the_hottest_minute_is_kept():
    seen = [one(minute, fever=39.0 if minute == 57 else 37.0) for minute in range(1000)]
    kept = thinned(seen, 50)
    assert len(kept) <= 50
    assert 57 in {m.minute for m in kept}


course = st.lists(
    st.tuples(st.integers(1, 30), st.integers(0, 6), st.floats(36, 41), st.sampled_from(list(Phase))),
    min_size=1, max_size=300,
)  # fmt: skip


@given(course, st.integers(2, 60), st.sets(st.integers(0, 3000), max_size=5))
def test_no_change_is_lost_whatever_the_number_of_points(steps, most, keep):
    minute, seen = 0, []
    for wait, level, fever, phase in steps:
        minute += wait
        seen.append(one(minute, level, fever, phase=phase))
    kept = thinned(seen, most, keep)
    minutes = [m.minute for m in kept]
    assert minutes == sorted(set(minutes))
    assert kept[0] is seen[0] and kept[-1] is seen[-1]
    assert [(m.minute, m.level, m.phase) for m in changes(kept)] == [
        (m.minute, m.level, m.phase) for m in changes(seen)
    ]
    assert {m.minute for m in seen if m.minute in keep} <= set(minutes)
    assert len(kept) <= max(most, 2 + len(changes(seen)) + len(keep))
