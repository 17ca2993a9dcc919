"""At rest: the memory of `serve` with its worker, and how long `accalmie --help` takes."""

from __future__ import annotations

import signal
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.figure import HOME, Figure, environment

SETTLED_SECONDS = 20


def figures(folder: Path) -> list[Figure]:
    """Start `serve` on an empty installation, wait until it rests, add up its processes; time `--help`."""
    megabytes = rest(folder / "empty")
    playing = rest(folder / "drill", "--demo")
    seconds = help_seconds(folder)
    bare = python_seconds()
    return [
        Figure(
            "memory at rest of `serve` with its worker",
            f"{megabytes:.0f} MB",
            "250 MB",
            f"{playing:.0f} MB while a drill is played",
            megabytes < 250,
        ),
        Figure(
            "`accalmie --help`", f"{seconds:.2f} s", "0.4 s", f"an empty Python: {bare:.2f} s", seconds < 0.4
        ),
    ]


def rest(folder: Path, *more: str) -> float:
    """Return the megabytes (proportional set size) of serve and its worker, after it has settled."""
    folder.mkdir(parents=True, exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "accalmie", "serve", "--port", str(port), *more]
    served = subprocess.Popen(
        command, env=environment(folder), cwd=HOME, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _answers(port)
        time.sleep(SETTLED_SECONDS)
        return sum(_proportional(pid) for pid in [served.pid, *_children(served.pid)]) / 1024
    finally:
        served.send_signal(signal.SIGTERM)
        served.wait(timeout=30)


def _answers(port: int) -> None:
    import httpx

    for _ in range(240):
        try:
            httpx.get(f"http://127.0.0.1:{port}/account/login/", timeout=2)
        except httpx.TransportError:
            time.sleep(0.25)
        else:
            return
    sys.exit("serve did not answer within a minute")


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    own = [int(child) for child in listed]
    # The worker is started by a thread: its children are listed under that thread.
    for task in Path(f"/proc/{pid}/task").iterdir():
        own += [int(child) for child in (task / "children").read_text().split()]
    unique = list(dict.fromkeys(own))
    return unique + [grandchild for child in unique for grandchild in _children(child)]


def _proportional(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def help_seconds(folder: Path) -> float:
    """Return the median wall time of `accalmie --help`."""
    return _median([sys.executable, "-m", "accalmie", "--help"], environment(folder))


def python_seconds() -> float:
    """Return the median wall time of a Python that does nothing."""
    return _median([sys.executable, "-c", ""], None)


def _median(command: list[str], env: dict[str, str] | None) -> float:
    times = []
    for _ in range(9):
        begun = time.perf_counter()
        subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL, cwd=HOME)
        times.append(time.perf_counter() - begun)
    return statistics.median(times)
