"""Numenta's Twitter series and their scorer, from the developers' shared folder beside the repository."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from types import ModuleType
from typing import Any

from benchmarks.figure import SHARED

SCORER = SHARED / "bench" / "nab_score.py"
DATA = SHARED / "bench" / "nab" / "realTweets"
PEERS = SHARED / "bench" / "nab" / "peers.json"


@cache
def scorer() -> ModuleType:
    """Return the scorer's module. Raises FileNotFoundError where the shared folder is not."""
    if not SCORER.exists():
        raise FileNotFoundError(f"the benchmark's data are not here: {SCORER} is missing")
    spec = importlib.util.spec_from_file_location("nab_score", SCORER)
    assert spec
    assert spec.loader
    module = sys.modules["nab_score"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def benchmark() -> Any:
    """Return the series with their labels (the scorer's `Benchmark`)."""
    return scorer().Benchmark()
