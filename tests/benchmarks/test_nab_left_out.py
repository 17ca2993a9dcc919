"""Choosing without the series that is judged: the table of settings measures the very onset that is shipped."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from accalmie.core.fever import onset
from benchmarks import nab
from benchmarks import nab_left_out as left

here = pytest.mark.skipif(
    not nab.SCORER.exists(), reason="the benchmark's data (../shared/bench) are not here"
)


def table(effects: np.ndarray) -> left.Grid:
    """A table in which a setting has so many points on each series, at every level: 20 marks falling to none."""
    count = np.linspace(20, 0, len(left.LEVELS))
    marks = np.tile(count[None, :, None], (len(left.SETTINGS), 1, effects.shape[1]))
    points = np.tile(effects[:, None, :, None], (1, len(left.LEVELS), 1, 3))
    return left.Grid(points, marks, np.full(effects.shape[1], 7.0))


@pytest.fixture(scope="module")
def shipped():
    rows, _ = left.heights()
    surprises = left.surprises(*left.SHIPPED[:3])
    return [list(left.marks(s[:n], left.SHIPPED, onset.MARK)) for s, n in zip(surprises, rows, strict=True)]


@here
def test_the_shipped_setting_marks_the_rows_that_the_onset_marks(shipped):
    bench = nab.benchmark()
    for name, rows in zip(bench.names, shipped, strict=True):
        state = onset.begin(5)
        counts = bench.values[name].astype(int).tolist()
        assert rows == [row for row, count in enumerate(counts) if state.take(count) > 0]


@here
def test_points_are_those_of_the_scorer(shipped):
    bench = nab.benchmark()
    scores = {}
    for name, rows in zip(bench.names, shipped, strict=True):
        scores[name] = np.zeros(len(bench.values[name]))
        scores[name][rows] = 0.5
    told = [part["score"] for part in bench.score(scores, sys.float_info.min).values()]
    layouts = [bench.layouts[name] for name in bench.names]
    ours = sum(np.array(left.points(lay, rows)) for lay, rows in zip(layouts, shipped, strict=True))
    assert list(ours) == pytest.approx(told)


def test_chance_does_not_move_a_parameter_and_a_clear_gain_does():
    chance = np.random.default_rng(1)
    noise = chance.normal(size=(len(left.SETTINGS), 10))
    shorter = np.array([setting.block == left.CHOICES[0][0] for setting in left.SETTINGS])
    assert left.choose(table(noise), range(10), errors=4).setting == left.SHIPPED
    gain = left.choose(table(noise + 5.0 * shorter[:, None]), range(10), errors=4).setting
    assert gain == left.SHIPPED._replace(block=left.CHOICES[0][0])


def test_what_is_left_out_has_no_say():
    chance = np.random.default_rng(2)
    noise = chance.normal(size=(len(left.SETTINGS), 10))
    loud = noise.copy()
    loud[:, 3] += 1000 * np.array([setting.rest == left.CHOICES[4][2] for setting in left.SETTINGS])
    assert left.left_out(table(noise), 1)[3].setting == left.left_out(table(loud), 1)[3].setting
    assert left.left_out(table(loud), 0)[0].setting.rest == left.CHOICES[4][2]
