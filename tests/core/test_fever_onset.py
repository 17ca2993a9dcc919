"""The onset score: one mark for each burst of plain counts."""

from __future__ import annotations

import csv
import importlib.util
import math
import random
import sys
from pathlib import Path

import pytest

from accalmie.core.fever import onset

SHARED = Path(__file__).parents[2] / ".." / "shared" / "bench"


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
    assert any(2000 <= row < 2006 for row in found)
    assert any(2050 <= row < 2053 for row in found)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_of_three_quiet_weeks_at_most_three_rows_are_marked(seed):
    assert len(marks(calm(6000, seed))) <= 3


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


@pytest.mark.claim("M7")
def test_on_the_twitter_benchmark_it_is_level_with_the_best_detectors():
    """Numenta's Twitter series: the best published detector, ARTime, has 83.2 / 74.6 / 88.8 points."""
    if not (SHARED / "nab_score.py").exists():
        pytest.skip("the benchmark's data (../shared/bench) are not here")
    spec = importlib.util.spec_from_file_location("nab_score", SHARED / "nab_score.py")
    assert spec
    assert spec.loader
    nab = sys.modules["nab_score"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(nab)
    bench = nab.Benchmark()
    found = {}
    for name in bench.names:
        with (SHARED / "nab" / "realTweets" / name).open() as file:
            counts = [int(float(row["value"])) for row in csv.DictReader(file)]
        found[name] = nab.np.array(scores(counts))
    result = bench.score(found)

    assert result["standard"]["score"] >= 85
    assert result["reward_low_FP_rate"]["score"] >= 79
    assert result["reward_low_FN_rate"]["score"] >= 89
