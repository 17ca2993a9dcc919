"""Storms and decoys, laid upon real and simulated brands: who finds them, how soon, and how calmly.

`python -m benchmarks.storms [--seeds tune|held] [--only ours|peers] [--by kind|size|step|background]` prints a
table. The figures that we quote are those of the seeds "held"; whoever builds the detector looks at "tune".

    from benchmarks.storms import run, ours
    from benchmarks.storm_score import total
    print(total(run(ours, "tune")))          # any detect(values, timestamps, minutes) -> (levels, phases)
"""

from __future__ import annotations

import argparse
import dataclasses
import multiprocessing
from collections.abc import Callable, Iterable
from functools import cache

import numpy as np

from benchmarks.storm_brands import Array
from benchmarks.storm_decoys import PASSING, WHOLE
from benchmarks.storm_score import Result, Sum, score, size, total
from benchmarks.storm_set import Case, cases
from benchmarks.storm_shapes import KINDS

Detect = Callable[[Array, Array, int], tuple[Array, list[str] | None]]
PROCESSES = 2


def ours(values: Array, timestamps: Array, minutes: int) -> tuple[Array, list[str] | None]:
    """What `accalmie fever --counts` says of a series: the level and the phase of each row."""
    from accalmie.cli.fever import Counted, Series

    series = Series()
    levels = np.zeros(len(values), dtype=int)
    phases: list[str] = []
    seconds = timestamps.astype("datetime64[s]").astype(np.int64)
    for n, (at, count) in enumerate(zip(seconds.tolist(), values.tolist(), strict=True)):
        _, _, measure = series.take(Counted(n, "", float(at), count))
        levels[n] = measure.level
        phases.append(measure.phase.value)
    return levels, phases


def run(detect: Detect, which: str = "tune", chosen: Iterable[Case] | None = None) -> list[Result]:
    """Return what `detect` does on each case of the set (or on the chosen ones), longest series first.

    `detect` has to be a function of a module: it runs in processes of its own.
    """
    work = sorted(_cases(which) if chosen is None else chosen, key=lambda case: -len(case.values))
    with multiprocessing.Pool(PROCESSES) as pool:
        return pool.starmap(_one, [(detect, case) for case in work], chunksize=1)


@cache
def _cases(which: str) -> tuple[Case, ...]:
    return tuple(cases(which))


def _one(detect: Detect, case: Case) -> Result:
    levels, phases = detect(case.values, case.timestamps, case.minutes)
    return score(case, levels, phases)


HEAD = (
    "| | storms | found % | by the peak % | median, min | of those found | rises | off in a day % | "
    "grumbling heard % | false / 4 weeks | calm time at 3+, % | decoys | fallen for % |\n" + "|---" * 13 + "|"
)


def row(name: str, of: Sum) -> str:
    """Return the figures as a row of a Markdown table."""
    known = [f"{value:.4g}" if value == value else "" for value in dataclasses.astuple(of)]
    return f"| {name} | " + " | ".join(known) + " |"


def parts(results: list[Result], by: str) -> dict[str, Sum]:
    """Return the figures of parts of the set: each kind of storm and decoy, or size, step, background."""
    if by == "kind":
        return {kind: total(results, [kind]) for kind in (*KINDS, *PASSING, *WHOLE)}
    names: dict[str, Callable[[Result], str]] = {
        "size": size,
        "step": lambda result: f"{result.minutes} min",
        "background": lambda result: "real" if result.real else "simulated",
    }
    ordered = sorted(results, key=lambda result: (result.median, result.minutes))
    found = dict.fromkeys(names[by](result) for result in ordered)
    return {name: total(result for result in results if names[by](result) == name) for name in found}


def main() -> None:
    """Run what is asked for and print the tables."""
    asked = argparse.ArgumentParser(prog="benchmarks.storms")
    asked.add_argument("--seeds", choices=["tune", "held"], default="tune")
    asked.add_argument("--only", choices=["ours", "peers"], default="")
    asked.add_argument("--by", choices=["kind", "size", "step", "background"], action="append", default=[])
    given = asked.parse_args()
    print(HEAD, flush=True)
    if given.only != "peers":
        results = run(ours, given.seeds)
        print(row("**ours**", total(results)), flush=True)
        for by in given.by:
            for name, of in parts(results, by).items():
                print(row(f"{by}: {name}", of))


if __name__ == "__main__":
    main()
