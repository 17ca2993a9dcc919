"""Listening to real servers while everything breaks: kill -9 at any moment, sources down, and two workers at once."""

from __future__ import annotations

import json
import random
import re
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta

import pytest
from benchmarks.mastodon_flood import flood, serving

from accalmie.phrasebook import LANGUAGES, say
from tests.journeys.installation import Installation, Running, wait
from tests.servers import gate
from tests.servers.line import http
from tests.servers.scripted import listening_server

#: Statuses a second while workers are killed, for how many seconds, and how long a worker lives at most.
RATE = 30
KILLED = {"work": (8, 2.5), "serve": (10, 5.0)}
FEED = (
    '<rss version="2.0"><channel><title>North</title><link>http://news.example/</link>{items}</channel></rss>'
)
ITEM = "<item><guid>http://news.example/{n}</guid><title>A word on #north, number {n}</title></item>"


@pytest.fixture(scope="module")
def social() -> Iterator[str]:
    """A server of Mastodon's API with two hundred people who can be made to publish."""
    with serving(accounts=200) as server:
        yield server


def hashtag(server: str, tag: str, **more: str) -> dict[str, object]:
    """A source that hears a hashtag; each test has its own."""
    address = {"server": server, "what": "hashtag", "query": tag}
    return {"kind": "mastodon", "name": tag, "address": address, "private_allowed": True, **more}


def feed(name: str, url: str) -> dict[str, object]:
    return {
        "kind": "feed",
        "name": name,
        "address": {"url": url},
        "private_allowed": True,
        "only_matching": False,
    }


def published(server: str, tag: str, count: float, seconds: float = 1, first: int = 0) -> int:
    """Let people publish so many statuses with the hashtag, within some seconds; return how many it were."""
    texts = ("My parcel from #{tag} is lost again {{n}}", "#{tag}, nobody answers us {{n}}")
    words = tuple(text.format(tag=tag) for text in texts)
    return flood(server, [], count / seconds, seconds, texts=words, first=first).posted


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def numbers(house: Installation) -> list[int]:
    """The numbers in the texts that were kept."""
    texts = house.rows("SELECT text FROM records_mentionrecord WHERE network = 'mastodon'")
    return sorted(int(re.search(r"(\d+)\D*$", text)[1]) for (text,) in texts)


def holds(house: Installation) -> bool:
    said = house.run("doctor").out
    return f"proof: {house.count('proofrecord'):,} entries, the chain holds" in said


# Kill -9


@pytest.mark.claim("M4")
@pytest.mark.usefixtures("surrounded")  # It has half a minute to wait meanwhile.
@pytest.mark.parametrize("command", KILLED)
def test_killed_again_and_again_while_listening_everything_is_heard_once(tmp_path, social, command):
    house = Installation(tmp_path)
    chance = random.Random(20261121)
    tag, (seconds, longest) = f"north{command}", KILLED[command]
    house.tables()
    house.topic("North", [hashtag(social, tag)], words=[f"#{tag}"])

    def call() -> list[object]:
        return ["work"] if command == "work" else ["serve", "--port", free_port()]

    with house.started("work"):
        wait(lambda: house.source(tag)["mode"] == "stream")
    with ThreadPoolExecutor(1) as beside:
        publishing = beside.submit(published, social, tag, RATE * seconds, seconds)
        killed = 0
        while not publishing.done():
            before = house.count("mentionrecord")
            running = house.launch(*call())
            if killed % 2:
                # After more was heard, else at any moment of its beginning.
                wait(lambda before=before: house.count("mentionrecord") > before or publishing.done())
            time.sleep(chance.uniform(0, longest / 2 if killed % 2 else longest))
            # The pages and their worker at one stroke, or the pages alone: then the worker notices.
            running.kill(whole=chance.random() < 0.7)
            killed += 1
        said = publishing.result()
    with house.started(*call()):
        wait(lambda: house.count("mentionrecord") >= said)
    assert killed >= 2
    assert set(house.sums().values()) == {said}
    assert numbers(house) == list(range(said))
    assert not house.count("gaprecord", "until IS NULL OR NOT filled"), "everything could be fetched"
    assert holds(house)


# Sources down


def drip(line: socket.socket) -> None:
    """A byte now and then, for ever."""
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n")
    while True:
        line.sendall(b"<")
        time.sleep(0.2)


def endless(line: socket.socket) -> None:
    """More and more, for ever."""
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n<rss>")
    while True:
        line.sendall(b"<item><title>again</title></item>" * 4096)


def silent(line: socket.socket) -> None:
    """Nothing at all, until the other side hangs up."""
    line.recv(1)


RUDE = {
    "page": lambda line: line.sendall(http(b"<html><body>Welcome</body></html>", Content_Type="text/html")),
    "gone": lambda line: line.sendall(http(b"", "410 Gone")),
    "limited": lambda line: line.sendall(http(b"", "429 Too Many Requests", Retry_After="3600")),
    "drip": drip,
    "endless": endless,
    "silent": silent,
}  # fmt: skip
#: What each source suffers from, in the core's words.
TROUBLES = {
    "page": "not_a_feed",
    "gone": "gone",
    "limited": "rate_limited",
    "drip": "too_slow",
    "endless": "too_large",
    "silent": "timed_out",
    "closed": "unreachable",
    "fault": "server_fault",
    "cut": "broken_answer",
    "token": "wrong_token",
}


def rude(line: socket.socket, asked: bytes) -> None:
    RUDE[asked.split(b" ")[1].decode().strip("/")](line)


def faulty(line: socket.socket, asked: bytes) -> None:
    line.sendall(http(b"<html>Sorry</html>", "500 Internal Server Error", Content_Type="text/html"))


def cut(line: socket.socket, asked: bytes) -> None:
    """No streaming, and lists that break off."""
    if b"/timelines/" in asked:
        line.sendall(http(b'[{"id": "1", "content": "<p>Half a sta', Content_Type="application/json"))
    else:
        line.sendall(http(b"{}", "404 Not Found", Content_Type="application/json"))


@pytest.fixture(scope="module")
def surrounded(tmp_path_factory, social) -> Iterator[tuple[Installation, Running, Future[int]]]:
    """A worker that listens to one good source among ten that are not, where people go on publishing."""
    house = Installation(tmp_path_factory.mktemp("surrounded"))
    house.tables()
    with ExitStack() as servers:
        address = servers.enter_context(listening_server(rude))
        sources = [feed(name, f"{address}/{name}") for name in RUDE]
        sources.append(feed("closed", f"http://127.0.0.1:{free_port()}/feed"))
        for name, answer in (("fault", faulty), ("cut", cut)):
            sources.append(hashtag(servers.enter_context(listening_server(answer)), name))
        mine = {"server": social, "what": "mentions"}
        sources.append(hashtag("", "token") | {"address": mine, "secret": "no-such-token"})
        house.topic("South", [hashtag(social, "south"), *sources], words=["#south"])
        beside = servers.enter_context(ThreadPoolExecutor(1))
        worker = servers.enter_context(house.started("work"))
        wait(lambda: house.source("south")["mode"] == "stream")
        yield house, worker, beside.submit(published, social, "south", 60, 25)


@pytest.mark.claim("M4")
def test_nothing_that_is_wrong_with_a_source_stops_the_others(surrounded):
    house, worker, publishing = surrounded
    wait(lambda: all(house.source(name)["trouble"] for name in TROUBLES))
    said = publishing.result()
    wait(lambda: house.source("south")["heard"] == said)
    assert {name: house.source(name)["trouble"] for name in TROUBLES} == TROUBLES
    good = house.source("south")
    assert (good["trouble"], good["failures"]) == ("", 0)
    assert "fault" not in " ".join(re.findall(r"event='(\w+)'", worker.said)), worker.said


@pytest.mark.claim("M4")
@pytest.mark.parametrize("name", TROUBLES)
def test_each_trouble_is_told_in_three_languages_with_its_place(surrounded, name):
    house, _, _ = surrounded
    source = wait(lambda: house.source(name) if house.source(name)["trouble"] else None)
    values = {"where": source["trouble_where"], "detail": source["trouble_detail"]}
    told = {say("trouble", TROUBLES[name], language, **values) for language in LANGUAGES}
    assert len(told) == len(LANGUAGES)
    assert all(source["trouble_where"].startswith("http") and source["trouble_where"] in one for one in told)


def test_who_asks_to_be_left_alone_for_an_hour_is(surrounded):
    house, _, _ = surrounded
    wait(lambda: house.source("limited")["trouble"])
    ((next_at, trouble_since),) = house.rows(
        "SELECT next_at, trouble_since FROM records_sourcerecord WHERE name = 'limited'"
    )
    waited = datetime.fromisoformat(next_at) - datetime.fromisoformat(trouble_since)
    assert waited >= timedelta(hours=1)


@pytest.mark.claim("M4")
def test_what_was_said_while_a_server_was_down_is_fetched_when_it_is_back(tmp_path, social):
    house = Installation(tmp_path)
    house.tables()
    items = [ITEM.format(n=n) for n in range(3)]
    down = threading.Event()

    def news(line: socket.socket, asked: bytes) -> None:
        if down.is_set():
            faulty(line, asked)
        else:
            content = FEED.format(items="".join(items)).encode()
            line.sendall(http(content, Content_Type="application/rss+xml"))

    with gate.before(social) as way, listening_server(news) as address:
        ids = house.topic(
            "East", [hashtag(way.address, "east"), feed("news", f"{address}/feed")], words=["#east"]
        )
        with house.started("work"):
            wait(lambda: house.source("east")["mode"] == "stream" and house.source("news")["heard"] == 3)
            first = published(social, "east", 10)
            wait(lambda: house.source("east")["heard"] == first)
            way.shut()
            down.set()
            # "Try again now": a feed is looked at only every few minutes.
            house.ask(
                "from accalmie.actions import source\nsource.resume(User.objects.get(username='admin'), id)",
                id=ids["news"],
            )
            wait(lambda: house.source("east")["trouble"] and house.source("news")["trouble"])
            assert house.count("gaprecord", "until IS NULL") == 2
            missed = published(social, "east", 60, first=first)
            items += [ITEM.format(n=n) for n in range(3, 6)]
            way.open()
            down.clear()
            wait(
                lambda: house.source("east")["heard"] == first + missed and house.source("news")["heard"] == 6
            )
            wait(lambda: not house.source("east")["trouble"] and not house.source("news")["trouble"])
    assert numbers(house) == list(range(first + missed))
    assert house.count("gaprecord") == house.count("gaprecord", "until IS NOT NULL AND filled") == 2
    assert set(house.sums().values()) == {first + missed + 6}


# Two workers


#: Four quiet days, in which somebody says something mild every five minutes: without them nothing is unusual.
QUIET = """
from accalmie.actions.mention import take_in
from accalmie.core.mention import Author, Mention
from accalmie.core.network import Batch
about = TopicRecord.objects.get()
before = SourceRecord.objects.create(topic=about, kind="file", name="before", state="stopped", only_matching=False)
times = [now - timedelta(minutes=5 * n + 1) for n in range(4 * 288)]
said = [
    Mention("file", f"quiet-{n}", "A day with West", at, Author(f"person{n % 90}")) for n, at in enumerate(times)
]
take_in(before, Batch("1", tuple(said)), now)
who = User.objects.get(username="admin")
ContactRecord.objects.create(person=who, label="chat", address=chat)
"""


@pytest.mark.claim("M4")
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_two_workers_at_once_keep_everything_once_and_alert_once(tmp_path, social, database):
    alerts: list[str] = []

    def chat(line: socket.socket, asked: bytes) -> None:
        line.settimeout(1)
        with suppress(TimeoutError):
            while b"}" not in asked:
                asked += line.recv(65536)
        alerts.append(json.loads(asked[asked.index(b"{") :])["title"])
        line.sendall(http(b"{}"))

    def news(line: socket.socket, asked: bytes) -> None:
        content = FEED.format(items="".join(ITEM.format(n=n) for n in range(20))).encode()
        line.sendall(http(content, Content_Type="application/rss+xml"))

    house = Installation(tmp_path, database=own_postgresql(database), ACCALMIE_ALLOW_PRIVATE_NETWORK="yes")
    tag = f"west{database}"
    with ExitStack() as servers:
        service = servers.enter_context(listening_server(chat)).replace("http://", "json://")
        address = servers.enter_context(listening_server(news))
        feeds = [feed(f"news{n}", f"{address}/{n}") for n in range(6)]
        house.tables()
        house.topic("West", [hashtag(social, tag), *feeds], words=[f"#{tag}"])
        house.ask(QUIET, chat=f"{service}/")
        workers = [servers.enter_context(house.started("work")) for _ in range(2)]
        wait(lambda: house.source(tag)["mode"] == "stream")
        said = published(social, tag, 300, 3)
        wait(lambda: house.source(tag)["heard"] == said)
        wait(lambda: all(house.source(f"news{n}")["mode"] == "poll" for n in range(6)))
        wait(lambda: house.count("noticerecord", "what = 'raised' AND state = 'sent'"))
    told = "".join(worker.said for worker in workers)
    assert not re.search(r"locked|deadlock|fault|Traceback", told), told
    assert numbers(house) == list(range(said))
    # Six feeds with the same twenty entries, which name themselves by the same addresses.
    assert house.count("mentionrecord", "network = 'feed'") == 20
    assert set(house.sums().values()) == {said + 20 + 4 * 288}
    assert house.count("alarmrecord") == 1
    sent = house.rows("SELECT DISTINCT what, level FROM records_noticerecord WHERE state = 'sent'")
    assert len(alerts) == len(set(alerts)) == house.count("noticerecord", "attempts > 0") == len(sent)
    assert holds(house)


def own_postgresql(database: str) -> str:
    """A server of its own, for this run; "" for SQLite."""
    if database == "sqlite":
        return ""
    from tests.servers import postgresql

    return postgresql.start()
