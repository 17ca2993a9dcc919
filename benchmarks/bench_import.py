"""Reading in a million mentions: deduplicated, read, measured, indexed, proved; beside a bare insert of them.

python -m benchmarks.bench_import DATA_FOLDER ROWS     one import, figures as JSON
"""

from __future__ import annotations

import json
import resource
import sqlite3
import sys
import time
from pathlib import Path

from benchmarks.figure import Figure, child
from benchmarks.invented import write

LAP = 100_000
TOPIC = "Benchmark"


def figures(folder: Path, rows: int) -> list[Figure]:
    """Run the import in a process of its own, then the bare insert, and compare."""
    file = folder / "mentions.jsonl"
    write(file, rows)
    told = json.loads(child("benchmarks.bench_import", folder, rows, data=folder).stdout.splitlines()[-1])
    bare = bare_insert(file, folder / "bare.sqlite3")
    rate = rows / told["seconds"]
    slowing = told["laps"][-1] / told["laps"][0]
    name = f"import of {rows:,} mentions"
    return [
        Figure(
            f"{name}, a second", f"{rate:,.0f}", "3,000", f"bare insert: {rows / bare:,.0f}", rate >= 3000
        ),
        Figure("the last 100,000 against the first", f"{slowing:.2f} times", "1.3 times", "", slowing <= 1.3),
        Figure("memory of the import", f"{told['megabytes']:.0f} MB", "500 MB", "", told["megabytes"] < 500),
        Figure(
            "the import against a bare insert of the same rows and index",
            f"{told['seconds'] / bare:.1f} times",
        ),
    ]


def bare_insert(file: Path, database: Path) -> float:
    """Insert the same rows with the same full-text index through Python's sqlite3; return the seconds."""
    database.unlink(missing_ok=True)
    store = sqlite3.connect(database, isolation_level=None)
    store.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;"
        "CREATE TABLE mention (id INTEGER PRIMARY KEY, key TEXT UNIQUE, said TEXT, author TEXT, text TEXT, raw TEXT);"
        "CREATE VIRTUAL TABLE words USING fts5(body, content='', tokenize='unicode61 remove_diacritics 2');"
    )
    begun = time.perf_counter()
    rows: list[tuple[object, ...]] = []
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            row = json.loads(line)
            rows.append((number, row["id"], row["created_at"], row["author"], row["text"], line))
            if len(rows) == 2000:
                _insert(store, rows)
                rows = []
    _insert(store, rows)
    store.close()
    return time.perf_counter() - begun


def _insert(store: sqlite3.Connection, rows: list[tuple[object, ...]]) -> None:
    store.execute("BEGIN IMMEDIATE")
    store.executemany("INSERT INTO mention VALUES (?, ?, ?, ?, ?, ?)", rows)
    store.executemany("INSERT INTO words(rowid, body) VALUES (?, ?)", [(row[0], row[4]) for row in rows])
    store.execute("COMMIT")


def run(folder: Path, rows: int) -> dict[str, object]:
    """Import as `accalmie import` does, noting the time of each hundred thousand."""
    from accalmie.cli import ground

    ground.settings()
    ground.tables()
    from datetime import UTC, datetime

    from accalmie.actions import fever, people, topic, upload
    from accalmie.networks import files

    who, _ = people.first()
    made = topic.make(who, name=TOPIC, words=[TOPIC])
    path = folder / "mentions.jsonl"
    layout = files.guess(path)
    begun = time.perf_counter()
    record = upload.begin(who, made.id, path=path, name=path.name, mapping=layout.to_json(), waiting=False)
    laps, lap, passed = [], time.perf_counter(), LAP
    for state in upload.read_in(record, files.read(path, layout), None):
        if state.kept >= passed:
            laps.append(time.perf_counter() - lap)
            lap, passed = time.perf_counter(), passed + LAP
    fever.measure(made.id, datetime.now(UTC))
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": time.perf_counter() - begun, "laps": laps or [1.0], "megabytes": megabytes}


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]), int(sys.argv[2]))))
