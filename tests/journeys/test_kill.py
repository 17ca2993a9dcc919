"""kill -9 at any moment of an import: nothing is lost, nothing is counted twice, the proof holds."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.heard import NOON

ROWS = 24_000
REPEATED = 400
KILLS = 10
HOME = Path(__file__).resolve().parents[2]


def environment(data: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ACCALMIE_")}
    return kept | {"ACCALMIE_DATA": str(data), "DJANGO_SETTINGS_MODULE": "accalmie.config.settings"}


@pytest.fixture
def file(tmp_path):
    """Mentions of which some come twice, far from each other."""
    path = tmp_path / "mentions.jsonl"
    numbers = [*range(ROWS), *range(0, ROWS, ROWS // REPEATED)]
    with path.open("w") as out:
        for number in numbers:
            at = NOON.timestamp() + number * 30
            row = {
                "id": number,
                "created_at": at,
                "author": f"p{number % 900}",
                "text": f"Aurelia is late {number}",
            }
            out.write(json.dumps(row) + "\n")
    return path


def start(data: Path, file: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "accalmie", "import", str(file), "--topic", "Aurelia"]
    return subprocess.Popen(
        command, env=environment(data), cwd=HOME, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def kept(data: Path) -> int:
    """How many mentions are stored, seen from outside."""
    try:
        with sqlite3.connect(f"file:{data / 'accalmie.sqlite3'}?mode=ro", uri=True, timeout=5) as store:
            return store.execute("SELECT count(*) FROM records_mentionrecord").fetchone()[0]
    except sqlite3.OperationalError:
        return 0


@pytest.mark.claim("M4")
def test_an_import_that_is_killed_again_and_again_keeps_everything_once(tmp_path, file):
    data = tmp_path / "data"
    chance = random.Random(20260304)
    killed = 0
    for _ in range(KILLS):
        before = kept(data)
        process = start(data, file)
        # Killed after some more was stored, then at a moment that nobody chose.
        while process.poll() is None and kept(data) <= before:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.35))
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        killed += 1
    assert start(data, file).wait(timeout=120) == 0
    assert killed >= 3, "the import ended before it could be killed: make the file longer"
    with sqlite3.connect(data / "accalmie.sqlite3") as store:

        def one(question: str) -> int:
            return store.execute(question).fetchone()[0]

        assert one("SELECT count(*) FROM records_mentionrecord") == ROWS
        assert one("SELECT count(*) FROM records_hearingrecord") == ROWS
        assert one("SELECT count(*) FROM records_mentionversion") == ROWS
        assert one("SELECT sum(mentions) FROM records_pulserecord") == ROWS
        assert one("SELECT count(*) FROM records_index WHERE records_index MATCH 'late'") == ROWS
        assert one("SELECT count(*) FROM records_proofrecord") == ROWS
        assert one("SELECT sum(kept) FROM records_importrecord") == ROWS
        assert one("SELECT sum(repeated) FROM records_importrecord") == REPEATED
    checked = subprocess.run(
        [sys.executable, "-m", "accalmie", "doctor"],
        env=environment(data),
        cwd=HOME,
        capture_output=True,
        text=True,
    )
    assert f"proof: {ROWS:,} entries, the chain holds" in checked.stdout
