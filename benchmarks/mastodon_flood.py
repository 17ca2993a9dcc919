"""mastodon_mock, made to publish two hundred statuses a second.

Its REST takes some 70 posts a second, most of it spent on the way in. So the same app is run with one path
more, by which it publishes with its own code: rows in its database, its serializers, its event bus, its
streams. What listens sees no difference. `python -m benchmarks.mastodon_flood` measures both ways, and what
our listener hears of it.
"""

from __future__ import annotations

import argparse
import itertools
import json
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from benchmarks.figure import HOME

TAG = "north"
#: Published together, in one transaction.
TOGETHER = 10
#: A status's words; "{n}" becomes its number.
TEXTS = (
    "My parcel from #north is lost again, nobody answers. {n}",
    "Colis perdu par #north, aucune réponse depuis trois jours. {n}",
    "Mein Paket von #north ist weg, und niemand antwortet. {n}",
    "#north what a shame, I want my money back {n}",
    "Honte à #north, remboursez-nous ! {n}",
    "#north, das ist eine Frechheit! {n}",
    "To be fair, #north said they are working on it {n}",
    "Courage à l’équipe de #north, ça arrive {n}",
    "Weiß jemand, was bei #north los ist? {n}",
)


@dataclass(frozen=True, slots=True)
class Flooded:
    """What was published: how many, in how long, and how late the latest was against its schedule."""

    posted: int
    seconds: float
    latest_seconds: float

    @property
    def rate(self) -> float:
        """Statuses a second."""
        return self.posted / self.seconds


def flood(
    base_url: str,
    tokens: Sequence[str],
    rate: float,
    seconds: float,
    texts: Sequence[str] = TEXTS,
    first: int = 0,
) -> Flooded:
    """Publish `rate` statuses a second for `seconds` on the server at `base_url`, and tell what came of it.

    On a server of `serving` by its own path; on any other by REST, each token posting in turn from a thread
    of its own, as fast as it can but not faster than asked. Numbers begin at `first`.
    """
    asked = {"rate": rate, "seconds": seconds, "texts": list(texts), "first": first}
    with httpx.Client(base_url=base_url, timeout=seconds + 120, trust_env=False) as client:
        answer = client.post("/api/v1/_flood", json=asked)
    if answer.status_code in {404, 405}:
        return _by_rest(base_url, tokens, rate, seconds, texts, first)
    return Flooded(**answer.raise_for_status().json())


def _by_rest(
    base_url: str, tokens: Sequence[str], rate: float, seconds: float, texts: Sequence[str], first: int
) -> Flooded:
    begun = time.monotonic()
    numbers = itertools.count()
    late: list[float] = []

    def post(token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=base_url, headers=headers, timeout=30, trust_env=False) as client:
            for n in numbers:
                due = begun + n / rate
                if n >= rate * seconds or time.monotonic() > begun + seconds:
                    return
                time.sleep(max(due - time.monotonic(), 0))
                words = texts[n % len(texts)].format(n=first + n)
                client.post("/api/v1/statuses", json={"status": words}).raise_for_status()
                late.append(time.monotonic() - due)

    threads = [threading.Thread(target=post, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Flooded(len(late), time.monotonic() - begun, max(late, default=0.0))


@contextmanager
def serving(accounts: int = 300) -> Iterator[str]:
    """Run the server in a process of its own, with brand, alice, bob and so many others. Yields its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    call = [sys.executable, "-m", "benchmarks.mastodon_flood", "serve", str(port), str(accounts)]
    process = subprocess.Popen(call, cwd=HOME)
    try:
        _wait_until_up(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_up(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
    sys.exit("the server did not start")


def serve(port: int, accounts: int) -> None:
    """Run mastodon_mock on this port with the path /api/v1/_flood, until told to stop."""
    import uvicorn
    from mastodon_mock import config as settings
    from mastodon_mock.app import create_app

    names = ["brand", "alice", "bob", *(f"person{n}" for n in range(accounts))]
    seeded = [settings.SeedAccount(username=name, access_token=f"{name}-token") for name in names]
    configuration = settings.MastodonMockConfig(
        domain=f"127.0.0.1:{port}",
        url_scheme="http",
        title="Flood",
        streaming=settings.StreamingConfig(heartbeat_seconds=5.0, queue_maxsize=20_000),
        seed=settings.SeedConfig(accounts=seeded),
    )
    app = create_app(configuration)

    def pour(asked: dict[str, Any]) -> dict[str, Any]:
        return asdict(_pour(app, configuration, **asked))

    app.post("/api/v1/_flood")(pour)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", timeout_graceful_shutdown=2)


def _pour(
    app: Any, configuration: Any, rate: float, seconds: float, texts: Sequence[str], first: int
) -> Flooded:
    """Publish by the app's own code, TOGETHER at a time, each group when it is due."""
    from mastodon_mock.db.models import Account
    from mastodon_mock.routers.statuses import _create_status_from_params
    from mastodon_mock.serializers.statuses import serialize_status_list
    from mastodon_mock.streaming import publish
    from mastodon_mock.streaming_events import _status_channels, flush_stream_notifications
    from sqlalchemy import select

    total, late = round(rate * seconds), 0.0
    with closing(app.state.session_factory()) as session:
        authors = list(session.scalars(select(Account).where(Account.username.like("person%"))))
        begun = time.monotonic()
        for start in range(0, total, TOGETHER):
            numbers = range(start, min(start + TOGETHER, total))
            due = begun + (numbers[-1] + 1) / rate
            time.sleep(max(due - time.monotonic(), 0))
            statuses = [
                _create_status_from_params(
                    session, authors[n % len(authors)], {"status": texts[n % len(texts)].format(n=first + n)}
                )
                for n in numbers
            ]
            session.commit()
            for status, told in zip(
                statuses, serialize_status_list(session, statuses, configuration, None), strict=True
            ):
                publish(app, "update", told, _status_channels(session, status))
            flush_stream_notifications(app, session, configuration)
            late = max(late, time.monotonic() - due)
        return Flooded(total, time.monotonic() - begun, late)


def measure(rate: float, seconds: float) -> None:
    """Print what each way gives, and how soon and how completely our listener hears it."""
    with serving() as address:
        by_rest = _by_rest(address, ["alice-token", "bob-token", "person0-token"], 1000, 5, TEXTS, 0)
        print(f"by REST, as fast as it goes: {by_rest.rate:.0f} a second", flush=True)
        call = [
            sys.executable,
            "-m",
            "benchmarks.mastodon_flood",
            "hear",
            address,
            str(round(rate * seconds)),
        ]
        hearing = subprocess.Popen(call, cwd=HOME, stdout=subprocess.PIPE, text=True)
        assert hearing.stdout is not None
        hearing.stdout.readline()
        made = flood(address, [], rate, seconds)
        heard = json.loads(hearing.stdout.readline())
        hearing.wait()
    print(
        f"by its own code: {made.posted} at {made.rate:.0f} a second, latest {made.latest_seconds:.3f} s late"
    )
    print(
        f"heard: {heard['heard']}; from said to heard: median {heard['median']:.3f} s, 95 % within "
        f"{heard['p95']:.3f} s, at most {heard['most']:.3f} s; {heard['cpu']:.2f} ms of processor each"
    )


def hear(address: str, wanted: int) -> None:
    """Listen by stream until `wanted` statuses came; print how long each was on its way."""
    from accalmie.networks.mastodon import MastodonListener

    where = {"server": address, "what": "hashtag", "query": TAG}
    listening = MastodonListener(where, private_allowed=True)
    with closing(listening.stream(listening.poll("").cursor)) as line:
        next(line)
        print("ready", flush=True)
        processor = time.process_time()
        waits: list[float] = []
        ids: set[str] = set()
        deadline = time.monotonic() + 120
        while len(ids) < wanted and time.monotonic() < deadline:
            batch = next(line)
            now = datetime.now(UTC)
            waits += [(now - one.said_at).total_seconds() for one in batch.mentions]
            ids |= {one.native_id for one in batch.mentions}
    waits.sort()
    cost = (time.process_time() - processor) / max(len(ids), 1) * 1000
    told = {"heard": len(ids), "median": statistics.median(waits), "p95": waits[int(len(waits) * 0.95)]}
    print(json.dumps({**told, "most": waits[-1], "cpu": cost}), flush=True)


if __name__ == "__main__":
    asked = argparse.ArgumentParser(prog="benchmarks.mastodon_flood")
    asked.add_argument("do", nargs="*", help="nothing, serve PORT ACCOUNTS, or hear ADDRESS COUNT")
    asked.add_argument("--rate", type=float, default=200)
    asked.add_argument("--seconds", type=float, default=30)
    given = asked.parse_args()
    match given.do:
        case ["serve", port, accounts]:
            serve(int(port), int(accounts))
        case ["hear", address, count]:
            hear(address, int(count))
        case _:
            measure(given.rate, given.seconds)
