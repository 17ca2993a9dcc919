"""The fever: its score on Numenta's Twitter series beside the best published detector, and its cost.

The scorer and the series lie beside the repository in the developers' shared folder; without it that part is
left out with a word.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figure import SHARED, Figure

NAMES = {"standard": "standard", "reward_low_FP_rate": "few false alarms", "reward_low_FN_rate": "few misses"}


def figures() -> list[Figure]:
    """Score the command's output, and time the live measure."""
    return [*_cost(), *(_nab() if (SHARED / "bench" / "nab").exists() else [])]


def _cost() -> list[Figure]:
    from accalmie.core.fever.measure import State, run
    from accalmie.core.fever.pulse import Pulse

    minutes = 14 * 1440
    pulses = [
        Pulse(n, 2, judged=2, channels={"mastodon": 2}, voices=(n % 997 << 1, n % 991 << 1))
        for n in range(minutes)
    ]
    begun = time.perf_counter()
    for _ in run(State(), pulses, minutes, (), 0):
        pass
    each = (time.perf_counter() - begun) / minutes * 1e6
    return [Figure("fever: one minute of a topic measured", f"{each:.0f} µs")]


def _nab() -> list[Figure]:
    data = SHARED / "bench" / "nab" / "realTweets"
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "realTweets"
        out.mkdir()
        for series in sorted(data.glob("*.csv")):
            command = [sys.executable, "-m", "accalmie", "fever", "--counts", str(series)]
            subprocess.run([*command, "--out", str(out / series.name)], check=True)
        scorer = [sys.executable, str(SHARED / "bench" / "nab_score.py"), "--results", str(out), "--json"]
        told = json.loads(subprocess.run(scorer, check=True, text=True, stdout=subprocess.PIPE).stdout)
    peers = json.loads((SHARED / "bench" / "nab" / "peers.json").read_text())
    return [
        Figure(
            f"fever: NAB's Twitter series, {NAMES[profile]} (held out)",
            f"{part['score']:.1f} ({part['held_out']:.1f})",
            beside=f"best published: {max(peer[profile] for peer in peers.values()):.1f}",
        )
        for profile, part in told["profiles"].items()
    ]
