"""Run every benchmark and print one table: `make bench`, or `python -m benchmarks --rows 100000` for a short one."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import bench_fever, bench_import, bench_live, bench_pages, bench_reading, bench_rest, storms
from benchmarks.figure import HEAD, Figure


def main() -> None:
    """Measure, and print each row as soon as it is known."""
    asked = argparse.ArgumentParser(prog="benchmarks")
    asked.add_argument("--rows", type=int, default=1_000_000, help="mentions to import")
    asked.add_argument("--only", default="", help="import, pages, live, rest, reading, fever or storms")
    given = asked.parse_args()
    print(HEAD, flush=True)
    with tempfile.TemporaryDirectory(prefix="accalmie-bench-") as name:
        folder = Path(name)
        parts: dict[str, Callable[[], list[Figure]]] = {
            "rest": lambda: bench_rest.figures(folder / "rest"),
            "live": lambda: bench_live.figures(folder / "live"),
            "import": lambda: bench_import.figures(_made(folder / "import"), given.rows),
            "pages": lambda: bench_pages.figures(folder / "import"),
            "reading": bench_reading.figures,
            "fever": bench_fever.figures,
            "storms": storms.figures,
        }
        for part, measure in parts.items():
            wanted = not given.only or part == given.only or (part == "import" and given.only == "pages")
            for figure in measure() if wanted else ():
                print(figure.row(), flush=True)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


if __name__ == "__main__":
    main()
