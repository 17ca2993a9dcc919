"""An installation of its own for a test: a data folder, real processes, and a look into its database.

house = Installation(tmp_path)
ended = house.run("import", "mentions.jsonl", "--topic", "Aurelia")
with house.started("work") as worker:
    wait(lambda: house.one("SELECT count(*) FROM records_mentionrecord") == 12)
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parents[2]
#: Seconds that the test waits for what must come; only there to end a broken run.
PATIENCE = 90.0


def wait(until: Callable[[], object], seconds: float = PATIENCE) -> Any:
    """Wait for something that must come, and return it."""
    deadline = time.monotonic() + seconds
    while not (found := until()):
        assert time.monotonic() < deadline, "what was waited for did not come"
        time.sleep(0.05)
    return found


@dataclass(frozen=True)
class Ended:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """What it says went wrong: its one line that begins with the program's name."""
        lines = [line for line in self.err.splitlines() if line.startswith("accalmie: ")]
        assert len(lines) == 1, f"not one sentence: {self.err}"
        assert "Traceback" not in self.err + self.out
        return lines[0].removeprefix("accalmie: ")


@dataclass
class Running:
    """A process of the installation, with what it has said so far."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def said(self) -> str:
        """All that it wrote."""
        return self.log.read_text(errors="replace")

    def kill(self, *, whole: bool = True) -> None:
        """End it as a power cut would, with all that it started; or it alone."""
        if whole:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()


class Installation:
    """A data folder with its settings. `database` is a PostgreSQL address; without one it is SQLite's file."""

    def __init__(
        self, folder: Path, *, data: Path | None = None, database: str = "", **settings: str
    ) -> None:
        self.folder = folder
        self.data = data or folder / "data"
        self.database = database
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ACCALMIE_")}
        kept |= {"ACCALMIE_DATA": str(self.data), "DJANGO_SETTINGS_MODULE": "accalmie.config.settings"}
        self.environment = kept | settings | ({"ACCALMIE_DATABASE": database} if database else {})
        self._count = 0

    def run(
        self, *arguments: object, given: bytes | None = None, seconds: float = PATIENCE, **settings: str
    ) -> Ended:
        """Run a command to its end. `given` is its standard input."""
        asked = subprocess.run(
            [sys.executable, "-m", "accalmie", *map(str, arguments)], env=self.environment | settings,
            cwd=self.folder, input=given if given is not None else b"", capture_output=True, timeout=seconds,
        )  # fmt: skip
        return Ended(
            asked.returncode, asked.stdout.decode(errors="replace"), asked.stderr.decode(errors="replace")
        )

    def runs(self, *calls: Sequence[object]) -> list[Ended]:
        """Run many commands, one after the other, in one process: starting it takes most of a second."""
        said = self.ask(
            "from accalmie.cli import app\n"
            "from typer.testing import CliRunner\n"
            "ended = []\n"
            "for call in calls:\n"
            "    found = CliRunner().invoke(app, call)\n"
            "    if found.exception and not isinstance(found.exception, SystemExit): raise found.exception\n"
            "    ended.append((found.exit_code, found.stdout, found.stderr))\n"
            "print(json.dumps(ended))",
            calls=[[str(one) for one in call] for call in calls],
        )
        return [Ended(*one) for one in said]

    def launch(self, *arguments: object, log: Path | None = None) -> Running:
        """Start a command that goes on. The caller ends it (or use `started`)."""
        self._count += 1
        log = log or self.folder / f"{arguments[0]}-{self._count}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "accalmie", *map(str, arguments)], env=self.environment,
                cwd=self.folder, stdin=subprocess.PIPE, stdout=out, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip
        return Running(process, log)

    @contextmanager
    def started(self, *arguments: object, log: Path | None = None) -> Iterator[Running]:
        """Start a command that goes on, and end it afterwards."""
        running = self.launch(*arguments, log=log)
        try:
            yield running
        finally:
            running.process.terminate()
            try:
                running.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                running.kill()

    def ask(self, code: str, **values: Any) -> Any:
        """Run Python inside the installation, as the program itself would; return the JSON that it prints.

        `values` are names that the code can use; `now` and the records' models are there too.
        """
        head = (
            "import json, sys\nfrom accalmie.cli import ground; ground.settings()\n"
            "from datetime import UTC, datetime, timedelta\n"
            "from accalmie.records.models import *\n"
            "globals().update(json.loads(sys.stdin.read())); now = datetime.now(UTC)\n"
        )
        asked = subprocess.run(
            [sys.executable, "-c", head + code], env=self.environment, cwd=HOME,
            input=json.dumps(values, default=str), capture_output=True, text=True, timeout=PATIENCE,
        )  # fmt: skip
        assert asked.returncode == 0, asked.stderr
        return json.loads(asked.stdout.splitlines()[-1]) if asked.stdout.strip() else None

    def tables(self) -> None:
        """Make the tables and the first account."""
        self.ask("ground.tables()\nfrom accalmie.actions import people; people.first()")

    def topic(self, name: str, sources: Sequence[dict[str, Any]] = (), **fields: Any) -> dict[str, int]:
        """Make a topic with these sources (arguments of `actions.source.add`); return source name > its number."""
        made = self.ask(
            "from accalmie.actions import source, topic\n"
            "who = User.objects.get(username='admin')\n"
            "made = topic.make(who, name=name, **({'words': [name]} | fields))\n"
            "print(json.dumps({one['name']: source.add(who, made.id, **one).id for one in sources}))",
            name=name, fields=fields, sources=list(sources),
        )  # fmt: skip
        assert isinstance(made, dict)
        return made

    def rows(self, question: str) -> list[tuple[Any, ...]]:
        """Ask the database from outside; [] as long as its tables are not there."""
        if self.database:
            import psycopg

            with psycopg.connect(self.database) as store:
                return store.execute(question).fetchall()  # type: ignore[arg-type]
        file = self.data / "accalmie.sqlite3"
        look = f"file:{file}?mode=ro"
        with (
            suppress(sqlite3.OperationalError),
            closing(sqlite3.connect(look, uri=True, timeout=10)) as store,
        ):
            return store.execute(question).fetchall()
        return []

    def one(self, question: str) -> Any:
        """Return the one value that a question has for an answer; None when there is none."""
        found = self.rows(question)
        return found[0][0] if found else None

    def count(self, table: str, where: str = "") -> int:
        """Return how many rows a table has."""
        return self.one(f"SELECT count(*) FROM records_{table}" + (f" WHERE {where}" if where else "")) or 0

    def source(self, name: str) -> dict[str, Any]:
        """Return how a source is."""
        fields = (
            "state",
            "trouble",
            "trouble_where",
            "trouble_detail",
            "mode",
            "heard",
            "failures",
            "cursor",
        )
        found = self.rows(f"SELECT {', '.join(fields)} FROM records_sourcerecord WHERE name = '{name}'")
        return dict(zip(fields, found[0], strict=True))

    def sums(self) -> dict[str, int]:
        """Return how often what was heard stands in each place that must agree."""
        index = "SELECT count(*) FROM records_index"
        return {
            "mentions": self.count("mentionrecord"),
            "keys": self.one("SELECT count(DISTINCT key) FROM records_mentionrecord"),
            "versions": self.count("mentionversion", "what = 'heard'"),
            "hearings": self.count("hearingrecord"),
            "pulses": self.one("SELECT coalesce(sum(mentions), 0) FROM records_pulserecord"),
            "proof": self.count("proofrecord", "kind = 'heard'"),
            "heard": self.one("SELECT coalesce(sum(heard), 0) FROM records_sourcerecord"),
            "index": self.one(index),
        }
