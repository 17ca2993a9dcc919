"""The onset score: one mark for each burst of plain counts."""

from __future__ import annotations

import importlib.util
import json
import math
import random
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accalmie.core.fever import onset
from accalmie.core.fever.onset_many import Onsets

SHARED = Path(__file__).parents[2] / ".." / "shared" / "bench"


few = settings(max_examples=30, deadline=None)

#: Hours of a small brand, with hours in which everything may happen; a day and an hour are only learnt from.
usual_hours = st.lists(st.integers(0, 9), min_size=30, max_size=60)
wild_hours = st.lists(st.integers(0, 100_000), max_size=30)
series = st.builds(lambda calm, wild, after: calm + wild + after, usual_hours, wild_hours, usual_hours)


def scores(counts: list[int], minutes: float = 5) -> list[float]:
    state, found = onset.begin(minutes), []
    for count in counts:
        score, state = onset.take(state, count)
        found.append(score)
    return found


def calm(rows: int, seed: int = 1) -> list[int]:
    """Counts of a brand with busy days and quiet nights, and hours that differ."""
    chance = random.Random(seed)
    found = []
    for hour in range(rows // 12 + 1):
        usual = 6 * (1 - 0.7 * math.cos(hour % 24 / 12 * math.pi)) * chance.lognormvariate(0, 0.4)
        found += [int(usual * chance.lognormvariate(0, 0.3)) for _ in range(12)]
    return found[:rows]


def marks(counts: list[int]) -> list[int]:
    return [row for row, score in enumerate(scores(counts)) if score > 0]


def test_a_burst_is_marked_where_it_begins_and_not_row_by_row():
    counts = calm(3000)
    counts[2000:2040] = [60] * 40
    found = marks(counts)
    assert 2000 <= found[0] <= 2002
    assert len(found) <= 2


def test_what_gets_much_worse_is_marked_again():
    counts = calm(3000)
    counts[2000:2100] = [40] * 50 + [4000] * 50
    found = marks(counts)
    # 40 is a little above the peaks of every day: only that it lasts tells it apart.
    assert 2000 <= found[0] < 2012
    assert found[1] == 2050
    assert len(found) <= 3


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_of_three_quiet_weeks_at_most_three_rows_are_marked(seed):
    assert len(marks(calm(6000, seed))) <= 3


def test_one_or_two_mentions_are_no_burst_however_rare_they_are():
    counts = [0] * 4000
    for row in (1000, 2000, 2001, 3000):
        counts[row] = 1
    assert marks(counts) == []
    counts[3500] = 12
    assert marks(counts) == [3500]


def test_a_score_needs_only_the_rows_before_it():
    counts = calm(2500)
    counts[2000] = 300
    assert scores(counts)[:2001] == scores(counts[:2001])


@pytest.mark.parametrize("minutes", [0.5, 1, 5, 15, 60, 1440])
def test_other_spacings_work_too(minutes):
    counts = calm(4000)
    counts[3500] = 60_000
    found = scores(counts, minutes)
    assert 0 < found[3500] <= 1
    assert all(0 <= score <= 1 for score in found)


def test_the_first_day_is_only_learnt_from():
    counts = calm(300)
    counts[200] = 5000
    assert max(scores(counts)) == 0


@few
@given(series, st.data())
def test_no_row_depends_on_a_later_one(counts, data):
    cut = data.draw(st.integers(0, len(counts)))
    assert scores(counts, 60)[:cut] == scores(counts[:cut], 60)


@few
@given(series, st.sampled_from([20, 60, 180]), st.data())
def test_a_restart_in_between_changes_nothing(counts, minutes, data):
    cuts = data.draw(st.sets(st.integers(0, len(counts))))
    state, found = onset.begin(minutes), []
    for row, count in enumerate(counts):
        if row in cuts:
            state = onset.Onset.from_json(json.loads(json.dumps(state.to_json())))
        found.append(state.take(count))
    assert found == scores(counts, minutes)


@pytest.mark.parametrize("minutes", [0.5, 1, 5, 60])
def test_the_state_is_less_than_a_kilobyte_and_comes_back_byte_for_byte(minutes):
    state = onset.begin(minutes)
    for row, count in enumerate(calm(12_000)):
        state.take(count)
        if row % 97 == 0:
            saved = state.to_bytes()
            assert len(saved) <= 1000
            assert onset.Onset.from_bytes(saved).to_bytes() == saved


@pytest.mark.parametrize("cut", [0, 10, 32, 45, 200, -1])
def test_bytes_that_are_not_a_state_are_refused(cut):
    state = onset.begin(5)
    for count in calm(1000):
        state.take(count)
    with pytest.raises(ValueError, match="not the state of a series"):
        onset.Onset.from_bytes(state.to_bytes()[:cut])


@pytest.mark.parametrize("minutes", [0, -5, math.inf, math.nan])
def test_rows_must_be_apart(minutes):
    with pytest.raises(ValueError, match="minutes apart"):
        onset.begin(minutes)


@few
@given(st.lists(series, min_size=1, max_size=4), st.sampled_from([20, 60, 180]), st.data())
def test_many_series_at_once_have_the_numbers_of_each_alone(several, minutes, data):
    rows = min(map(len, several))
    cut = data.draw(st.integers(0, rows))
    alone = [onset.begin(minutes) for _ in several]
    expected = [
        [state.take(count) for count in counts[:cut]] for state, counts in zip(alone, several, strict=True)
    ]
    many = Onsets(minutes, len(several))
    table = np.array([counts[:rows] for counts in several]).T
    found = [many.take(counts) for counts in table[:cut]]
    # Half of the way together, then from what was gathered, or each alone out of what went together.
    gathered, parted = Onsets.gather(alone), [many.one(n) for n in range(len(several))]
    for counts in table[cut:]:
        together = many.take(counts)
        found.append(together)
        assert gathered.take(counts) == pytest.approx(together, abs=1e-9)
        assert [
            state.take(count) for state, count in zip(parted, counts.tolist(), strict=True)
        ] == pytest.approx(list(together), abs=1e-9)
    for state, counts, row in zip(alone, several, expected, strict=True):
        row += [state.take(count) for count in counts[cut:rows]]
    assert pytest.approx(np.array(expected), abs=1e-9) == np.array(found).reshape(rows, -1).T


def test_many_series_of_weeks_have_the_numbers_of_each_alone():
    table = np.array([calm(4000, seed) for seed in range(5)])
    table[2, 3000:3010] = 500
    table[3, 2000] = 4000
    many = Onsets(5, len(table))
    found = np.array([many.take(counts) for counts in table.T]).T
    assert found == pytest.approx(np.array([scores(counts.tolist()) for counts in table]), abs=1e-9)
    assert found[2, 3000] > 0
    assert found[3, 2000] > 0


def test_only_series_that_began_together_are_gathered():
    late, early = onset.begin(5), onset.begin(5)
    early.take(1)
    with pytest.raises(ValueError, match="began together"):
        Onsets.gather([late, early])


def test_the_same_mentions_in_finer_rows_begin_in_the_same_minutes():
    chance = random.Random(4)
    counts = calm(4000)
    counts[3000:3040] = [150] * 40
    minutely = [0] * (5 * len(counts))
    for row, count in enumerate(counts):
        for _ in range(count):
            minutely[5 * row + chance.randrange(5)] += 1
    first = next(row for row, score in enumerate(scores(minutely, 1)) if score > 0)
    assert abs(first - 5 * marks(counts)[0]) <= 5


@pytest.mark.claim("M7")
def test_on_the_twitter_benchmark_it_is_ahead_of_the_published_detectors():
    """Numenta's Twitter series: the best published detector, ARTime, has 83.2 / 74.6 / 88.8 points."""
    if not (SHARED / "nab_score.py").exists():
        pytest.skip("the benchmark's data (../shared/bench) are not here")
    spec = importlib.util.spec_from_file_location("nab_score", SHARED / "nab_score.py")
    assert spec
    assert spec.loader
    nab = sys.modules["nab_score"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(nab)
    bench = nab.Benchmark()
    found = {name: np.array(scores(bench.values[name].astype(int).tolist())) for name in bench.names}
    result = bench.score(found)
    shipped = bench.details(found, sys.float_info.min)

    assert result["standard"]["score"] >= 86
    assert result["reward_low_FP_rate"]["score"] >= 80
    assert result["reward_low_FN_rate"]["score"] >= 90
    assert result["standard"]["held_out"] >= 82
    assert result["reward_low_FP_rate"]["held_out"] >= 72
    assert sum(credit is not None for file in shipped for credit in file["windows"]) >= 32
    assert sum(file["false_rows"] for file in shipped) <= 40
