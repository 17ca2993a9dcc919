"""From the Mastodon server to an open page, and to an alert that is out: seconds, at 200 mentions a second.

A real Mastodon API server publishes, `accalmie serve` listens, Chromium holds the topic's page open, and a web
server on loopback is the chat service that is alerted. `python -m benchmarks.bench_live setup PORT SERVER`
prepares a round in a process of its own.
"""

from __future__ import annotations

import json
import re
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from benchmarks import mastodon_flood
from benchmarks.figure import HOME, Figure, environment

RATE, SECONDS, ROUNDS = 200, 20, 3
GOAL_SECONDS = 2.0
#: Notes, whenever the page changes, the highest number among the texts on it.
WATCH = """() => {
  window.seen = [];
  const look = () => {
    const texts = [...document.querySelectorAll('#mentions .mention-text')].map(p => p.textContent.trim());
    const numbers = texts.map(text => /(\\d+)$/.exec(text)).filter(Boolean).map(found => Number(found[1]));
    if (numbers.length) window.seen.push([Date.now(), Math.max(...numbers)]);
  };
  new MutationObserver(look).observe(document.body, {childList: true, subtree: true});
}"""


def figures(folder: Path) -> list[Figure]:
    """Play the rounds; pool what was seen on the page, and take the slowest alert."""
    on_page: list[float] = []
    alarms: list[float] = []
    for number in range(ROUNDS):
        waits, alarm = _round(folder / str(number))
        on_page += waits
        alarms.append(alarm)
    p95 = statistics.quantiles(on_page, n=20)[-1]
    slowest = max(alarms)
    goal = f"{GOAL_SECONDS:.0f} s"
    return [
        Figure(f"from the server to an open page, 95 %, at {RATE} a second", f"{p95:.2f} s", goal,
               f"median {statistics.median(on_page):.2f} s, {len(on_page):,} mentions", p95 <= GOAL_SECONDS),
        Figure(f"from the mention that makes the alarm to the alert, slowest of {ROUNDS}", f"{slowest:.2f} s", goal,
               f"fastest {min(alarms):.2f} s", slowest <= GOAL_SECONDS),
    ]  # fmt: skip


def _round(folder: Path) -> tuple[list[float], float]:
    folder.mkdir(parents=True)
    with mastodon_flood.serving() as server, _chat() as (chat, alerts):
        more = {"ACCALMIE_ALLOW_PRIVATE_NETWORK": "yes"}
        call = [sys.executable, "-m", "benchmarks.bench_live", "setup", str(chat), server]
        told = subprocess.run(
            call, env=environment(folder, **more), cwd=HOME, check=True, text=True, stdout=subprocess.PIPE
        )
        ready = json.loads(told.stdout.splitlines()[-1])
        with _serving(folder, more) as port:
            _wait(lambda: _ask(folder, "SELECT count(*) FROM records_sourcerecord WHERE mode = 'stream'"))
            with _page(port, ready) as page:
                page.evaluate(WATCH)
                mastodon_flood.flood(server, [], RATE, SECONDS)
                page.wait_for_timeout(4000)
                seen = page.evaluate("() => window.seen")
    return _on_page(folder, seen), _alarm(folder, ready["topic"], alerts)


def _on_page(folder: Path, seen: list[list[float]]) -> list[float]:
    """Return how long each mention was on its way until it, or a later one, was on the page."""
    said = _said(folder)
    waits, reached = [], -1
    for at, number in seen:
        for each in range(reached + 1, int(number) + 1):
            if each in said:
                waits.append(at / 1000 - said[each])
        reached = max(reached, int(number))
    missing = [number for number in said if number > reached]
    if missing:
        sys.exit(f"{len(missing)} of {len(said)} mentions never came to the page: {seen[-5:]}")
    return waits


def _said(folder: Path) -> dict[int, float]:
    """Return when each numbered mention was said, by the server's own clock."""
    with sqlite3.connect(folder / "accalmie.sqlite3") as store:
        rows = store.execute(
            "SELECT id, text FROM records_mentionrecord WHERE network = 'mastodon'"
        ).fetchall()
    numbered = ((re.search(r"(\d+)$", text.strip()), id) for id, text in rows)
    return {int(found[1]): (id >> 18) / 1000 for found, id in numbered if found}


def _alarm(folder: Path, topic: int, alerts: list[float]) -> float:
    """Return the seconds from the mention with which the level passes the threshold to the first alert."""
    call = [sys.executable, "-m", "benchmarks.bench_live", "moment", str(topic)]
    told = subprocess.run(
        call, env=environment(folder), cwd=HOME, check=True, text=True, stdout=subprocess.PIPE
    )
    if not alerts:
        sys.exit("no alert came")
    return alerts[0] - float(told.stdout.splitlines()[-1])


def _ask(folder: Path, question: str) -> Any:
    with sqlite3.connect(folder / "accalmie.sqlite3", timeout=20) as store:
        return store.execute(question).fetchone()[0]


def _wait(until: Any, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not until():
        if time.monotonic() > deadline:
            sys.exit("what was waited for did not come")
        time.sleep(0.1)


@contextmanager
def _chat() -> Iterator[tuple[int, list[float]]]:
    """A chat service on loopback that notes when it is called."""
    alerts: list[float] = []

    class Chat(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            alerts.append(time.time())
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Chat)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port, alerts
    finally:
        server.shutdown()


@contextmanager
def _serving(folder: Path, more: dict[str, str]) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    call = [sys.executable, "-m", "accalmie", "serve", "--port", str(port)]
    with (folder / "serve.log").open("w") as log:
        process = subprocess.Popen(call, env=environment(folder, **more), cwd=HOME, stdout=log, stderr=log)
    try:
        _wait(lambda: _open(port))
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


@contextmanager
def _page(port: int, ready: dict[str, Any]) -> Iterator[Any]:
    """The topic's page in Chromium, signed in."""
    from playwright.sync_api import sync_playwright

    address = f"http://127.0.0.1:{port}"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        context = browser.new_context()
        context.add_cookies([{"name": "accalmie_session", "value": ready["session"], "url": address}])
        page = context.new_page()
        page.goto(f"{address}/topics/{ready['topic']}/?range=6h")
        page.wait_for_timeout(2000)
        yield page
        browser.close()


def setup(chat: int, server: str) -> dict[str, Any]:
    """Make a topic that has been listened to for four quiet days, its source, and a person who is alerted."""
    from accalmie.cli import ground

    ground.settings()
    ground.tables()
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from accalmie.actions import fever, people, source, topic
    from accalmie.actions.mention import take_in
    from accalmie.core.mention import Author, Mention
    from accalmie.core.network import Batch
    from accalmie.records.models import ContactRecord, User

    who, _ = people.first()
    User.objects.update(must_change_password=False)
    who.refresh_from_db()
    ContactRecord.objects.create(person=who, label="chat", address=f"json://127.0.0.1:{chat}/alert")
    made = topic.make(who, name="North", words=["north"], zone="UTC")
    now = datetime.now(UTC)
    file = source.add(who, made.id, kind="file", name="before", address={}, only_matching=False)
    file.__class__.objects.filter(pk=file.pk).update(state="stopped")
    quiet = [
        Mention("feed", f"before-{n}", "A day at North, tell us about it",
                now - timedelta(minutes=6 * (960 - n)), Author(f"before{n % 300}@example.org"))
        for n in range(960)
    ]  # fmt: skip
    take_in(file, Batch("1", tuple(quiet)), now)
    fever.measure(made.id, now)
    address = {"server": server, "what": "hashtag", "query": mastodon_flood.TAG}
    source.add(who, made.id, kind="mastodon", name="flood", address=address, private_allowed=True)
    session = SessionStore()
    session[SESSION_KEY] = str(who.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = who.get_session_auth_hash()
    session.save()
    return {"topic": made.id, "session": session.session_key}


def moment(topic_id: int) -> float:
    """Return when the mention was said with which the alarm had to be raised (Unix time), by counting anew."""
    from accalmie.cli import ground

    ground.settings()
    from accalmie.core.alarm import AlarmState, Verdict, judge
    from accalmie.core.fever import count
    from accalmie.core.fever.measure import State, run
    from accalmie.core.mention import time_of
    from accalmie.records import keep
    from accalmie.records.models import MentionRecord, TopicRecord

    topic = TopicRecord.objects.get(pk=topic_id)
    rows = list(MentionRecord.objects.filter(hearings__topic=topic).order_by("id"))

    def raised(upto: int) -> bool:
        counts: dict[int, count.Count] = {}
        for row in rows[:upto]:
            count.add(counts, time_of(row.id), row.author_key, row.network, keep.reading_of(row), row.reach)
        pulses = count.pulses(counts)
        alarm, state = AlarmState(), State(zone=topic.zone)
        for measure, _ in run(state, pulses, pulses[-1].minute + 1, (), pulses[0].minute):
            verdict, alarm = judge(alarm, measure, threshold=topic.threshold)
            if verdict is Verdict.RAISED:
                return True
        return False

    low, high = 0, len(rows)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if raised(middle) else (middle, high)
    return time_of(rows[high - 1].id).timestamp()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["setup", chat, server]:
            print(json.dumps(setup(int(chat), server)))
        case ["moment", topic]:
            print(moment(int(topic)))
