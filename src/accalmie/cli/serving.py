"""`serve`, `work` and `demo`: the pages and the workers."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime

import typer

from accalmie.cli import ground


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
    from accalmie.actions import people
    from accalmie.core.lifecycle import NotPossible

    person, _ = people.first()
    from accalmie.actions import drill

    try:
        topic = drill.start(person, scenario=scenario, seed=seed, speed=speed)
    except NotPossible as error:
        typer.echo(f"accalmie: {error}", err=True)
        return 2
    drill.play_all("demo", datetime.now(UTC))
    typer.echo(
        f"A drill is ready: {topic.name}. Start the pages with `accalmie serve`; it says how to sign in."
    )
    return 0


def serve(host: str, port: int, *, demo: bool) -> int:
    """Serve the pages and start a worker beside them."""
    ground.settings(every_event=True)
    ground.tables()
    from django.conf import settings

    from accalmie.actions import people
    from accalmie.pages import chart_library

    person, password = people.first()
    if demo:
        _drill_once(person)
    chart_library.made()
    host, port = host or settings.HOST, port or settings.PORT
    _hello(host, port, person.username, password)
    # uvicorn ends by the signal that it got: as an exception it lets us end the worker first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ended = threading.Event()
    keeper = threading.Thread(target=_keep_a_worker, args=(ended,), daemon=True)
    keeper.start()
    try:
        _pages(host, port)
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


def _pages(host: str, port: int) -> None:
    import uvicorn

    uvicorn.run(
        "accalmie.config.asgi:application", host=host, port=port, log_level="warning", access_log=False,
        timeout_graceful_shutdown=3, lifespan="off", proxy_headers=True,
    )  # fmt: skip


def _keep_a_worker(ended: threading.Event) -> None:
    """Keep one worker running as a child, and start another when it dies."""
    while not ended.is_set():
        # The pipe is never written to: it closes when this process ends, however it ends, and the worker notices.
        command = [sys.executable, "-m", "accalmie", "work", "--beside"]
        child = subprocess.Popen(command, stdin=subprocess.PIPE)
        while child.poll() is None and not ended.wait(0.5):
            pass
        if ended.is_set():
            _end(child)
            return
        typer.echo("accalmie: the worker ended; starting another", err=True)
        ended.wait(2)


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(timeout=12)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
