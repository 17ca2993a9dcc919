"""One worker: its threads, its sign of life, and its end."""

from __future__ import annotations

import os
import signal
import socket
import threading
from datetime import UTC, datetime

import structlog
from django.db import connection

from accalmie.actions import drill, lease
from accalmie.core import reading
from accalmie.records import changes, work
from accalmie.records.models import SourceRecord
from accalmie.worker import measure
from accalmie.worker.alert import Alerting
from accalmie.worker.listen import Listening
from accalmie.worker.read_in import ReadingIn
from accalmie.worker.thread import Loop, guarded

log = structlog.get_logger()

BEAT_SECONDS = 4.0


def machine() -> str:
    """Return what the names of this machine's workers begin with."""
    return socket.gethostname()[:40]


def name() -> str:
    """Return a name that no other worker has."""
    return f"{machine()}-{os.getpid()}"


def gone(worker: str) -> bool:
    """Tell whether this is the name of a worker of this machine whose process is no more."""
    where, _, number = worker.rpartition("-")
    if where != machine() or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def beat(worker: str, started_at: datetime, now: datetime) -> None:
    """Say that this worker lives, and take over from those that do not."""
    if work.was_set_back(machine(), now):
        log.warning("clock_set_back", worker=worker)
        lease.begin_again(now)
    work.beat(worker, started_at, now)
    if dead := [name for name in lease.holders() if gone(name)]:
        log.warning("taken_over", worker=worker, sources=lease.take_back(dead))
    changes.forget(now)


def run(stop: threading.Event, worker: str) -> None:
    """Work until `stop` is set. Blocks."""
    started_at = datetime.now(UTC)
    measuring = Loop("measure", measure.step, 0.1, stop)
    listening = Listening(worker, stop, measuring.wake.set)
    reading_in = ReadingIn(worker, stop, measuring.wake.set)

    def live() -> bool:
        beat(worker, started_at, datetime.now(UTC))
        return False

    def begin() -> bool:
        # Another life of this worker may have had the same name: in a container numbers begin anew.
        lease.release_all(worker)
        return live()

    def play() -> bool:
        return drill.play_all(worker, datetime.now(UTC))

    loops = [
        Loop("beat", live, BEAT_SECONDS, stop),
        measuring,
        Loop("listen", listening.step, 0.5, stop),
        Loop("alert", Alerting(worker).step, 0.2, stop),
        Loop("read_in", reading_in.step, 1.0, stop),
        Loop("play", play, 0.5, stop),
    ]
    guarded("begin", begin)
    for loop in loops:
        loop.start()
    guarded("warm", warm)
    log.info("worker_started", worker=worker)
    stop.wait()
    listening.end()
    for loop in loops:
        loop.wake.set()
        loop.join(timeout=10)
    log.info("worker_ended", worker=worker)


def warm() -> bool:
    """Load lexicons and the language model before the first mention has to wait for them."""
    if SourceRecord.objects.filter(state=SourceRecord.LISTENING).exists():
        reading.read_many(["Guten Morgen", "Bonjour à tous", "Good morning", "Buenos días a todos"])
    connection.close()
    return False


def until_told(*, beside: bool = False) -> None:
    """Run a worker in the main thread until SIGINT or SIGTERM.

    `beside`: also until standard input is closed, that is, until the process that started it is gone.
    """
    stop = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stop.set())
    if beside:

        def watch() -> None:
            # Not through sys.stdin: its lock, held while reading, would stand in the way of our own end.
            while os.read(0, 1024):
                pass
            stop.set()

        threading.Thread(target=watch, daemon=True).start()
    run(stop, name())
