"""`serve` and its worker: they start together, a dead worker is replaced, and none is left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

HOME = Path(__file__).resolve().parents[2]


def environment(data: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ACCALMIE_")}
    return kept | {"ACCALMIE_DATA": str(data), "DJANGO_SETTINGS_MODULE": "accalmie.config.settings"}


def wait(until: Callable[[], object], seconds: float = 60) -> object:
    """Wait for something that must come; the limit is only there to end a broken run."""
    deadline = time.monotonic() + seconds
    while not (found := until()):
        assert time.monotonic() < deadline, "what was waited for did not come"
        time.sleep(0.05)
    return found


class Served:
    """A running `accalmie serve` with a data folder of its own."""

    def __init__(self, data: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = (data.parent / "serve.log").open("w+")
        command = [sys.executable, "-m", "accalmie", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, env=environment(data), cwd=HOME, stdout=self.log, stderr=self.log
        )
        wait(self.answers)

    def answers(self) -> bool:
        assert self.process.poll() is None, "serve ended by itself"
        try:
            return (
                httpx.get(f"http://127.0.0.1:{self.port}/account/login/", trust_env=False).status_code == 200
            )
        except httpx.TransportError:
            return False

    def workers(self) -> list[int]:
        found = []
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            with contextlib.suppress(FileNotFoundError):  # a thread that has just ended
                found += [int(pid) for pid in (task / "children").read_text().split()]
        return [pid for pid in found if b"work" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")]


def alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


@pytest.fixture
def served(tmp_path):
    server = Served(tmp_path / "data")
    yield server
    if server.process.poll() is None:
        server.process.kill()
    server.process.wait()
    server.log.close()


pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks at /proc: Linux only")


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_worker_is_left_behind(served, sign):
    worker = wait(served.workers)[0]
    served.process.send_signal(sign)
    served.process.wait(timeout=30)
    wait(lambda: not alive(worker), 30)


def test_a_worker_that_dies_is_replaced(served):
    first = wait(served.workers)[0]
    os.kill(first, signal.SIGKILL)
    second = wait(lambda: [pid for pid in served.workers() if pid != first])[0]
    assert second != first
