"""`serve`, `work` and `demo`: the pages and the workers."""

from __future__ import annotations

import errno
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from accalmie.cli import ground, wrong

if TYPE_CHECKING:
    from accalmie.records.models import User


def work(*, beside: bool = False) -> int:
    """Run a worker until it is told to stop; `beside`: or until whoever started it is gone."""
    ground.settings(every_event=True)
    ground.tables()
    from accalmie.worker.run import until_told

    until_told(beside=beside)
    return 0


def demo(scenario: str, seed: int, speed: float) -> int:
    """Begin a drill, with a first account if there is none."""
    ground.settings()
    ground.tables()
    from accalmie.actions import drill, people
    from accalmie.core.lifecycle import NotPossible

    try:
        with wrong.told():
            topic = drill.start(people.foremost(), scenario=scenario, seed=seed, speed=speed)
            drill.play_all("demo", datetime.now(UTC))
    except NotPossible as error:
        return wrong.end(str(error))
    typer.echo(
        f"A drill is ready: {topic.name}. Start the pages with `accalmie serve`; it says how to sign in."
    )
    return 0


def serve(host: str, port: int, *, demo: bool) -> int:
    """Serve the pages and start a worker beside them."""
    ground.settings(every_event=True)
    from django.conf import settings

    host, port = host or settings.HOST, port or settings.PORT
    # Before anything else: a second start must not make a new one-time password in passing.
    with _door(host, port) as door:
        ground.tables()
        with wrong.told():
            person, password = _prepared(demo=demo)
        _hello(host, port, person.username, password)
        return _serve(door, host, port)


def _prepared(*, demo: bool) -> tuple[User, str]:
    from accalmie.actions import people
    from accalmie.pages import chart_library

    person, password = people.first()
    if demo:
        _drill_once(person)
    chart_library.made()
    return person, password


def _door(host: str, port: int) -> socket.socket:
    """Take the port. What prevents it is told in one sentence, with exit code 2."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OverflowError:
        sentence = f"{port} is no port. Choose one from 1 to 65535 with --port."
    except OSError as error:
        sentence = {
            errno.EADDRINUSE: f"port {port} is taken by another program. "
            "End that, or choose another port with --port.",
            errno.EACCES: f"port {port} is kept for the system's administrator. "
            "Choose one above 1023 with --port.",
        }.get(
            error.errno or 0,
            f"pages cannot be served on {host} ({error.strerror or error}). "
            "Choose an address of this machine with --host, such as 127.0.0.1.",
        )
    raise SystemExit(wrong.end(sentence))


def _serve(door: socket.socket, host: str, port: int) -> int:
    # uvicorn ends by the signal that it got: as an exception it lets us end the worker first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ended = threading.Event()
    keeper = threading.Thread(target=_keep_a_worker, args=(ended,), daemon=True)
    keeper.start()
    try:
        _pages(door, host, port)
    finally:
        ended.set()
        keeper.join(timeout=15)
    return 0


def _drill_once(person: object) -> None:
    """Begin a drill on an installation that never had a topic."""
    from accalmie.actions import drill
    from accalmie.records.models import TimelineEntry, TopicRecord

    if TopicRecord.objects.exists() or TimelineEntry.objects.filter(what="topic_made").exists():
        return
    drill.start(person, scenario="outage", seed=1, speed=60.0)  # type: ignore[arg-type]


def _hello(host: str, port: int, name: str, password: str) -> None:
    address = f"http://{'localhost' if host in {'127.0.0.1', '0.0.0.0', '::1', '::'} else host}:{port}/"  # noqa: S104
    typer.echo(f"\n  Accalmie is at  {address}")
    if password:
        typer.echo(f"  Sign in as      {name}\n  one-time password  {password}")
        typer.echo("  (you choose your own at once; until then each start prints a new one)")
    typer.echo("  Stop with Ctrl+C; everything is kept.\n")


def _pages(door: socket.socket, host: str, port: int) -> None:
    import uvicorn

    configuration = uvicorn.Config(
        "accalmie.config.asgi:application", host=host, port=port, log_level="warning", access_log=False,
        timeout_graceful_shutdown=3, lifespan="off", proxy_headers=True,
    )  # fmt: skip
    with suppress(KeyboardInterrupt):
        uvicorn.Server(configuration).run(sockets=[door])


def _keep_a_worker(ended: threading.Event) -> None:
    """Keep one worker running as a child, and start another when it dies."""
    while not ended.is_set():
        # The pipe is never written to: it closes when this process ends, however it ends, and the worker notices.
        command = [sys.executable, "-m", "accalmie", "work", "--beside"]
        try:
            child = subprocess.Popen(command, stdin=subprocess.PIPE)
        except OSError as error:
            _say(f"the worker cannot be started ({error.strerror}); it is tried again")
            ended.wait(5)
            continue
        while child.poll() is None and not ended.wait(0.5):
            pass
        if ended.is_set():
            _end(child)
            return
        _say("the worker ended; starting another")
        ended.wait(2)


def _say(sentence: str) -> None:
    # A log on a full disk must not keep a worker from being started.
    with suppress(OSError):
        typer.echo(f"accalmie: {sentence}", err=True)


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(timeout=12)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
