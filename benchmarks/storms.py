"""Storms and decoys, laid upon real and simulated brands: who finds them, how soon, and how calmly.

`python -m benchmarks.storms [--seeds tune|tune2|tune3|held] [--only ours|peers] [--by kind|size|step|background]`
prints a table. The figures that we quote are those of the seeds "held"; whoever builds the detector looks at
"tune" alone (and 2, 3).

    from benchmarks.storms import run, ours
    from benchmarks.storm_score import total
    print(total(run(ours, "tune")))          # any detect(values, timestamps, minutes) -> (levels, phases)
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, replace
from functools import cache

import numpy as np

from benchmarks.figure import Figure
from benchmarks.storm_brands import Array
from benchmarks.storm_decoys import PASSING, WHOLE
from benchmarks.storm_peers import PEERS, measured
from benchmarks.storm_score import Result, Sum, score, size, total
from benchmarks.storm_set import NAB, SETS, Case, cases
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
    known = [f"{value:.4g}" if value == value else "" for value in astuple(of)]
    return f"| {name} | " + " | ".join(known) + " |"


def parts(results: list[Result], by: str) -> dict[str, Sum]:
    """Return the figures of parts of the set: each kind of storm and decoy, or size, step, background."""
    if by == "kind":
        kinds = (*KINDS, *PASSING, *WHOLE)  # Calm time is of no kind.
        return {kind: replace(total(results, [kind]), false=math.nan, warm=math.nan) for kind in kinds}
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
    asked.add_argument("--seeds", choices=list(SETS), default="tune")
    asked.add_argument("--only", choices=["ours", "peers"], default="")
    asked.add_argument("--by", choices=["kind", "size", "step", "background"], action="append", default=[])
    given = asked.parse_args()
    print(HEAD, flush=True)
    if given.only != "peers":
        results = run(ours, given.seeds)
        print(row("**ours**", total(results)), flush=True)
        _print_parts(results, given.by)
    if given.only != "ours":
        for name, threshold, results in peers(given.seeds):
            print(row(f"{name} (above {threshold:.2f})", total(results)), flush=True)
            _print_parts(results, given.by)


def _print_parts(results: list[Result], by: list[str]) -> None:
    for what in by:
        for name, of in parts(results, what).items():
            print(row(f"{what}: {name}", of))


def peers(which: str) -> Iterator[tuple[str, float, list[Result]]]:
    """Yield the name of each peer, its threshold (found on the set "tune"), and its results on the set."""
    for name, peer in PEERS.items():
        yield name, *measured(peer, _cases("tune"), _cases(which))


def figures() -> list[Figure]:
    """Measure ours and the peers on the held-out seeds."""
    of = total(run(ours, "held"))
    others = {name: total(results) for name, _, results in peers("held")}
    where = "NAB's and simulated brands" if NAB.exists() else "simulated brands only: no ../shared/bench/nab"

    def figure(what: str, field: str, goal: float, unit: str = "", *, least: bool = False) -> Figure:
        value = getattr(of, field)
        beside = ", ".join(f"{name} {getattr(other, field):.3g}" for name, other in others.items())
        reached = value >= goal if least else value <= goal
        sign = "at least" if least else "at most"
        return Figure(
            f"storms: {what}", f"{value:.3g}{unit}", f"{sign} {goal:g}{unit}", beside, bool(reached)
        )

    return [
        Figure(f"storms: {of.storms} of them, {of.decoys} decoys", where),
        figure("found", "found", 85, " %", least=True),
        figure("found by the row of the peak", "by_peak", 60, " %", least=True),
        figure("from the onset to the alarm, median of all", "median", 105, " min"),
        figure("false alarms of a brand in four weeks", "false", 1),
        figure("decoys fallen for", "fallen", 7, " %"),
        figure("alarms for a storm", "rises", 1.3),
        figure("alarm over within a day of the end", "off", 95, " %", least=True),
        figure("grumbling heard before it erupts", "heard", 25, " %", least=True),
    ]


if __name__ == "__main__":
    main()
