"""The whole house, really started: `accalmie serve` on a free port, with a data folder of its own.

with started(tmp_path, demo=True) as house:
    page.goto(house.address)
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

#: Seconds until it must have said where it is.
PATIENCE = 60


@dataclass(frozen=True)
class House:
    """Where it is, and how one signs in the first time; "" once somebody has chosen an own password."""

    address: str
    name: str
    one_time: str
    log: Path


@contextmanager
def started(folder: Path, *, demo: bool = False) -> Iterator[House]:
    """Start it, wait until it answers, and end it with everything it started."""
    port = _free_port()
    log = folder / "serve.log"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ACCALMIE_")}
    clean.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "-m", "accalmie", "serve", "--port", str(port), *(["--demo"] if demo else [])]
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, env={**clean, "ACCALMIE_DATA": str(folder / "data")}, stdout=out, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
    try:
        said = _wait(process, port, log)
        asked = re.search(r"Sign in as\s+(\S+)\s+one-time password\s+(\S+)", said)
        name, one_time = asked.groups() if asked else ("", "")
        yield House(f"http://localhost:{port}", name, one_time, log)
    finally:
        # Its own session: the worker that it started ends with it, whatever happened.
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=15)
        finally:
            _end_rest(process.pid)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> str:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise RuntimeError(f"it ended with {process.returncode}: {log.read_text()}")
        # The port is taken before anything else; only then it is prepared, and says how to sign in.
        if "Stop with Ctrl+C" in log.read_text() and _answers(port):
            return log.read_text()
        time.sleep(0.1)
    raise RuntimeError(f"it does not answer: {log.read_text()}")


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _end_rest(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])
