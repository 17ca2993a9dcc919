"""Mastodon: nothing said is skipped, whatever the server; edits and deletions are noticed; faults have words."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accalmie.core.network import Batch, Streamer, Trouble, Wrong
from accalmie.networks import listener
from accalmie.networks.mastodon import MastodonListener, Probe, probe
from accalmie.networks.mastodon.place import Place
from accalmie.networks.mastodon.server import base_address
from accalmie.networks.mastodon.status import mention
from tests.servers import mastodon, plainspoken
from tests.servers.line import answering, http
from tests.servers.mastodon import Mastodon
from tests.servers.plainspoken import Plainspoken

PAYLOADS = Path(__file__).parents[2] / "../shared/data/platform-payloads/mastodon_exchanges.json"
JSON = "application/json"


@pytest.fixture(scope="module")
def one_server() -> Iterator[Mastodon]:
    with mastodon.running() as server:
        yield server


@pytest.fixture
def server(one_server: Mastodon) -> Mastodon:
    one_server.reset()
    return one_server


@pytest.fixture
def other() -> Iterator[Plainspoken]:
    with plainspoken.running() as server:
        yield server


def hashtag(address: str, tag: str = "north", token: str = "", **options: Any) -> MastodonListener:
    where = {"server": address, "what": "hashtag", "query": tag}
    return MastodonListener(where, token, private_allowed=True, **options)


def mentions(address: str, token: str = "brand-token", **options: Any) -> MastodonListener:
    return MastodonListener({"server": address, "what": "mentions"}, token, private_allowed=True, **options)


def search(address: str, words: str, token: str = "brand-token") -> MastodonListener:
    where = {"server": address, "what": "search", "query": words}
    return MastodonListener(where, token, private_allowed=True)


def everything(listening: MastodonListener, cursor: str) -> tuple[list[Any], str]:
    """Look until nothing more is waiting."""
    heard: list[Any] = []
    while True:
        batch = listening.poll(cursor)
        heard += batch.mentions
        cursor = batch.cursor
        if not batch.more:
            return heard, cursor


def texts(batch: Batch) -> list[str]:
    return [one.text for one in batch.mentions]


def until(batches: Iterator[Batch], wanted: Callable[[Batch], object]) -> Batch:
    """Take batches from a line until one is wanted; it gives an empty one at least every 20 s."""
    for _ in range(200):
        batch = next(batches)
        if wanted(batch):
            return batch
    raise AssertionError("it never came")


# Looking


@pytest.mark.claim("M4")
def test_the_first_look_takes_the_newest_and_the_next_what_is_new(server):
    server.post("alice", "Sold out again #north")
    listening = hashtag(server.address)
    first = listening.poll("")
    server.post("bob", "Nothing works at #North")
    second = listening.poll(first.cursor)
    assert (texts(first), texts(second)) == (["Sold out again #north"], ["Nothing works at #North"])
    third = listening.poll(second.cursor)
    assert (third.mentions, third.deleted, third.more) == ((), (), False)


@pytest.mark.claim("M4")
def test_nothing_is_skipped_however_much_was_said_meanwhile(server):
    cursor = hashtag(server.address).poll("").cursor
    said = [server.post("alice", f"Complaint {n} #north")["uri"] for n in range(101)]
    # A new listener for every look, as after a crash: the cursor alone carries what is known.
    heard, looks, more = [], 0, True
    while more:
        batch = hashtag(server.address).poll(cursor)
        heard += [one.native_id for one in batch.mentions]
        cursor, more, looks = batch.cursor, batch.more, looks + 1
    assert sorted(heard) == sorted(said)
    assert looks == 3


def test_what_comes_while_older_pages_are_fetched_is_not_skipped_either(server):
    listening = hashtag(server.address)
    cursor = listening.poll("").cursor
    said = [server.post("alice", f"Complaint {n} #north")["uri"] for n in range(60)]
    first = listening.poll(cursor)
    said += [server.post("bob", f"Late {n} #north")["uri"] for n in range(50)]
    heard, cursor = everything(listening, first.cursor)
    late, _ = everything(listening, cursor)
    assert sorted(one.native_id for one in [*first.mentions, *heard, *late]) == sorted(said)


@pytest.mark.claim("M4")
def test_a_mention_of_the_account_is_heard_and_a_private_message_is_not(server):
    server.post("alice", "@brand my order never came")
    server.post("alice", "@brand here is my address", visibility="direct")
    server.post("bob", "not about you")
    brand = server.ask("brand", "GET", "/api/v1/accounts/verify_credentials")["id"]
    server.ask("bob", "POST", f"/api/v1/accounts/{brand}/follow")
    heard = mentions(server.address).poll("")
    assert texts(heard) == ["@brand my order never came"]
    (one,) = heard.mentions
    assert one.author.key == f"alice@{server.host}"
    assert one.author.followers == 0
    assert abs(one.said_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert json.loads(one.raw)["content"] == "<p>@brand my order never came</p>"


def test_an_answer_names_what_it_answers(server):
    first = server.post("alice", "Broken #north")
    server.post("bob", "Mine too #north", in_reply_to_id=first["id"])
    heard = hashtag(server.address).poll("").mentions
    assert [one.in_reply_to for one in heard] == ["", first["uri"]]


@pytest.mark.claim("M4")
def test_a_search_finds_what_is_new_since_the_last_look(server):
    server.post("alice", "Nordwind is a disgrace")
    listening = search(server.address, "nordwind")
    first = listening.poll("")
    server.post("bob", "nordwind again, really")
    server.post("bob", "about the weather")
    second = listening.poll(first.cursor)
    assert texts(first) == ["Nordwind is a disgrace"]
    assert texts(second) == ["nordwind again, really"]
    assert listening.poll(second.cursor).mentions == ()


def test_a_search_that_cannot_reach_back_says_what_it_missed(server):
    # This server gives the newest 40 results, whatever page is asked for.
    listening = search(server.address, "nordwind")
    server.post("alice", "nordwind before")
    cursor = listening.poll("").cursor
    for n in range(45):
        server.post("bob", f"nordwind {n}")
    batch = listening.poll(cursor)
    assert len(batch.mentions) == 40
    (missed,) = batch.missed
    assert missed.until == min(one.said_at for one in batch.mentions)
    assert missed.since < missed.until


@pytest.mark.claim("M1c")
def test_an_edit_is_heard_again_with_its_new_words(server):
    own = server.post("alice", "Awful #north")["id"]
    listening = hashtag(server.address)
    first = listening.poll("")
    server.edit("alice", own, "Quite all right #north")
    second = hashtag(server.address).poll(first.cursor)
    assert texts(second) == ["Quite all right #north"]
    assert second.mentions[0].native_id == first.mentions[0].native_id
    assert listening.poll(second.cursor).mentions == ()


@pytest.mark.claim("M1c")
def test_a_deletion_is_noticed_when_looking_again(server):
    kept = server.post("alice", "I stay #north")
    gone = server.post("alice", "I regret this #north")
    cursor = hashtag(server.address).poll("").cursor
    server.delete("alice", gone["id"])
    batch = hashtag(server.address).poll(cursor)
    assert (batch.deleted, batch.mentions) == ((gone["uri"],), ())
    assert kept["uri"] not in batch.deleted
    assert hashtag(server.address).poll(batch.cursor).deleted == ()


def test_a_status_that_only_left_the_list_is_not_called_deleted(server):
    own = server.post("alice", "At first #north")["id"]
    cursor = hashtag(server.address).poll("").cursor
    # It stays, and is no longer found under the hashtag.
    server.fault("/api/v1/timelines/tag/*", {"type": "status", "status": 200, "body": []}, count=1)
    assert hashtag(server.address).poll(cursor).deleted == ()
    assert server.ask("bob", "GET", f"/api/v1/statuses/{own}")["id"] == own


# The open line


@pytest.mark.claim("M4")
def test_the_line_first_gives_what_was_said_before_it_and_nothing_twice(server):
    cursor = hashtag(server.address).poll("").cursor
    before = [server.post("alice", f"Before {n} #north")["uri"] for n in range(50)]
    heard: list[str] = []
    with closing(hashtag(server.address).stream(cursor)) as line:
        heard += [one.native_id for one in next(line).mentions]
        during = [server.post("bob", f"During {n} #north")["uri"] for n in range(5)]
        while len(heard) < 55:
            heard += [one.native_id for one in next(line).mentions]
        last = server.post("bob", "Last #north")["uri"]
        batch = until(line, lambda batch: batch.mentions)
    assert sorted(heard) == sorted(before + during)
    assert [one.native_id for one in batch.mentions] == [last]
    # And its cursor is one to go on from by looking.
    assert hashtag(server.address).poll(batch.cursor).mentions == ()


@pytest.mark.claim("M1c")
def test_the_line_tells_edits_and_deletions(server):
    with closing(hashtag(server.address).stream("")) as line:
        next(line)
        own = server.post("alice", "Awful #north")
        assert texts(until(line, lambda batch: batch.mentions)) == ["Awful #north"]
        server.edit("alice", own["id"], "Fine #north")
        edited = until(line, lambda batch: batch.mentions)
        server.delete("alice", own["id"])
        deleted = until(line, lambda batch: batch.deleted)
    assert [(one.native_id, one.text) for one in edited.mentions] == [(own["uri"], "Fine #north")]
    assert deleted.deleted == (own["uri"],)


def test_the_line_of_an_account_gives_mentions_alone(server):
    with closing(mentions(server.address).stream("")) as line:
        next(line)
        server.post("brand", "Our own words come by this line, too")
        server.post("alice", "@brand where is my order?")
        batch = until(line, lambda batch: batch.mentions)
        assert texts(batch) == ["@brand where is my order?"]
    assert mentions(server.address).poll(batch.cursor).mentions == ()


def test_a_listener_can_be_looked_at_and_streamed(server):
    made = listener("mastodon", {"server": server.address, "what": "mentions"}, "t", private_allowed=True)
    assert isinstance(made, Streamer)


def test_a_search_has_no_line(server):
    with pytest.raises(Trouble) as trouble:
        next(search(server.address, "x").stream(""))
    assert trouble.value.wrong == Wrong.REFUSED


def test_a_server_without_streaming_refuses_the_line_and_can_be_looked_at():
    with mastodon.running(streaming=False) as quiet:
        quiet.post("alice", "Awful #north")
        with pytest.raises(Trouble) as trouble:
            next(hashtag(quiet.address).stream(""))
        assert trouble.value.wrong == Wrong.REFUSED
        assert texts(hashtag(quiet.address).poll("")) == ["Awful #north"]


def test_while_the_line_cannot_be_opened_what_is_new_is_heard_all_the_same(server):
    cursor = hashtag(server.address).poll("").cursor
    server.fault("/api/v1/streaming/hashtag", {"type": "status", "status": 503})
    said = [server.post("alice", f"Complaint {n} #north")["uri"] for n in range(45)]
    heard: list[str] = []
    with pytest.raises(Trouble) as trouble:
        for batch in hashtag(server.address).stream(cursor):
            heard += [one.native_id for one in batch.mentions]
    assert trouble.value.wrong == Wrong.SERVER_FAULT
    assert sorted(heard) == sorted(said)


def test_a_line_whose_server_goes_down_breaks():
    with mastodon.running() as mortal:
        line = hashtag(mortal.address).stream("")
        next(line)
        mortal.kill()
        with pytest.raises(Trouble) as trouble:
            until(line, lambda batch: False)
    assert trouble.value.wrong in {Wrong.UNREACHABLE, Wrong.BROKEN_ANSWER}
    assert not trouble.value.final


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


@contextmanager
def scripted(speak: Callable[[socket.socket], None], lists: list[Any] | None = None) -> Iterator[str]:
    """A server whose lists are empty (or `lists`) and whose line says what the script says."""

    def answer(line: socket.socket, asked: bytes) -> None:
        path = asked.split(b" ", 2)[1]
        if b"/streaming/" in path:
            line.sendall(HEAD)
            speak(line)
        elif b"/timelines/" in path:
            line.sendall(http(json.dumps(lists or []).encode(), Content_Type=JSON))
        else:
            line.sendall(http(b"{}", "404 Not Found", Content_Type=JSON))

    with listening_server(answer) as address:
        yield address


@contextmanager
def listening_server(answer: Callable[[socket.socket, bytes], None]) -> Iterator[str]:
    """A server that answers each call on a thread of its own, by what was asked."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve(line: socket.socket) -> None:
            with line, suppress(OSError):
                answer(line, line.recv(65536))

        def accept() -> None:
            while True:
                try:
                    line, _ = door.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(line,), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            door.shutdown(socket.SHUT_RDWR)
            thread.join()


def status(own: str = "7", **more: Any) -> dict[str, Any]:
    made = {
        "id": own, "uri": f"https://social.example/users/alice/statuses/{own}", "content": "<p>Awful</p>",
        "created_at": "2026-11-21T12:00:00.000Z", "account": {"acct": "alice@social.example"},
    }  # fmt: skip
    return {**made, **more}


def event(name: str, data: Any) -> bytes:
    return f"event: {name}\ndata: {data if isinstance(data, str) else json.dumps(data)}\n\n".encode()


def test_a_line_that_falls_silent_counts_as_broken():
    with scripted(lambda line: line.recv(1) and None) as address:
        line = hashtag(address, silence=timedelta(milliseconds=50)).stream("")
        with pytest.raises(Trouble) as trouble:
            until(line, lambda batch: False)
    assert trouble.value.wrong == Wrong.TIMED_OUT


def test_a_line_lives_by_its_heartbeats_alone():
    beats = threading.Event()

    def speak(line: socket.socket) -> None:
        for _ in range(20):
            line.sendall(b":thump\n\n")
            beats.wait(0.1)
        line.sendall(event("update", status()))
        line.recv(1)

    with (
        scripted(speak) as address,
        closing(hashtag(address, silence=timedelta(seconds=1.5)).stream("")) as line,
    ):
        assert texts(until(line, lambda batch: batch.mentions)) == ["Awful"]


def test_many_events_come_in_batches_of_at_most_two_hundred_and_none_is_lost():
    def speak(line: socket.socket) -> None:
        line.sendall(b"".join(event("update", status(str(1000 + n))) for n in range(900)))
        line.recv(1)

    heard: list[str] = []
    sizes: list[int] = []
    with scripted(speak) as address, closing(hashtag(address).stream("")) as line:
        while len(heard) < 900:
            batch = next(line)
            sizes.append(len(batch.mentions))
            heard += [one.native_id for one in batch.mentions]
    assert len(set(heard)) == 900
    assert max(sizes) <= 200


def test_an_event_that_cannot_be_read_is_fetched_the_other_way():
    def speak(line: socket.socket) -> None:
        line.sendall(event("update", '{"id": "8", "content": "cut sh') + event("update", status("9")))
        line.recv(1)

    with scripted(speak) as address, closing(hashtag(address).stream("")) as line:
        batch = until(line, lambda batch: batch.mentions)
    assert [one.native_id[-1] for one in batch.mentions] == ["9"]
    # The stretch is open again in the cursor, so that even after a crash it is fetched.
    assert [stretch.below for stretch in Place.read(batch.cursor).open] == [""]


def test_a_deletion_of_something_unknown_has_the_servers_own_id():
    def speak(line: socket.socket) -> None:
        line.sendall(event("delete", "4711"))
        line.recv(1)

    with scripted(speak) as address, closing(hashtag(address).stream("")) as line:
        batch = until(line, lambda batch: batch.deleted)
    assert batch.deleted == (f"4711@{address.removeprefix('http://')}",)


def test_what_came_before_the_line_broke_is_given_first():
    def speak(line: socket.socket) -> None:
        line.sendall(event("update", status("5")) + b"event: update\ndata: {")

    with scripted(speak) as address:
        line = hashtag(address).stream("")
        assert texts(until(line, lambda batch: batch.mentions)) == ["Awful"]
        with pytest.raises(Trouble):
            until(line, lambda batch: False)


def test_an_endless_event_breaks_the_line():
    def speak(line: socket.socket) -> None:
        line.sendall(b"data: ")
        while True:
            line.sendall(b"x" * 65536)

    with scripted(speak) as address, pytest.raises(Trouble) as trouble:
        until(hashtag(address).stream(""), lambda batch: False)
    assert trouble.value.wrong == Wrong.TOO_LARGE


# Another server of the same API


@pytest.mark.claim("M4")
def test_a_hashtag_on_another_kind_of_server_is_heard_whole(other):
    other.say("alice", "the first", tag="north")
    listening = hashtag(other.address)
    cursor = listening.poll("").cursor
    said = [other.say("bob", f"Complaint {n}", tag="north")["uri"] for n in range(61)]
    heard, cursor = everything(listening, cursor)
    assert sorted(one.native_id for one in heard) == sorted(said)
    assert heard[0].author.key == "bob@remote.example"
    assert heard[0].said_at.tzinfo == UTC
    assert everything(listening, cursor)[0] == []


def test_mentions_on_a_server_that_knows_no_filter_of_kinds(other):
    other.say("alice", "I follow you", kind="follow")
    other.say("bob", "Where is my order?")
    assert texts(mentions(other.address).poll("")) == ["Where is my order?"]


def test_another_kind_of_server_has_no_line(other):
    with pytest.raises(Trouble) as trouble:
        next(mentions(other.address).stream(""))
    assert trouble.value.wrong == Wrong.REFUSED


def test_a_wrong_token_is_known_though_the_server_calls_it_400(other):
    with pytest.raises(Trouble) as trouble:
        mentions(other.address, "wrong").poll("")
    assert trouble.value.wrong == Wrong.WRONG_TOKEN


def test_a_rate_limit_in_seconds_since_1970_is_waited_for(other):
    other.limited_until = datetime.now(UTC) + timedelta(minutes=4)
    with pytest.raises(Trouble) as trouble:
        hashtag(other.address).poll("")
    assert trouble.value.wrong == Wrong.RATE_LIMITED
    assert timedelta(minutes=3) < trouble.value.wait < timedelta(minutes=5)


def test_a_deletion_on_another_kind_of_server_is_noticed(other):
    gone = other.say("alice", "I regret this", tag="north")
    cursor = hashtag(other.address).poll("").cursor
    other.statuses.remove(gone)
    assert hashtag(other.address).poll(cursor).deleted == (gone["uri"],)


def test_a_server_that_gives_only_its_newest_page_leaves_a_gap_that_is_told():
    with plainspoken.running(ignorant=True) as server:
        first = server.say("alice", "the first", tag="north")
        listening = hashtag(server.address)
        cursor = listening.poll("").cursor
        for n in range(30):
            server.say("bob", f"Complaint {n}", tag="north")
        batches = [listening.poll(cursor)]
        while batches[-1].more:
            batches.append(listening.poll(batches[-1].cursor))
    assert sum(len(batch.mentions) for batch in batches) == 20
    (missed,) = [one for batch in batches for one in batch.missed]
    assert missed.since == datetime.fromisoformat(first["created_at"]).replace(tzinfo=UTC)
    assert missed.until == plainspoken.START + timedelta(seconds=11)


# What can go wrong


def trouble_of(answer: bytes | Callable[[socket.socket], None], token: str = "") -> Trouble:
    with answering(answer) as address, pytest.raises(Trouble) as trouble:
        (mentions(address, token) if token else hashtag(address)).poll("")
    return trouble.value


def refusal(status: str, error: str = "", **headers: str) -> bytes:
    body = json.dumps({"error": error}).encode() if error else b"<html>"
    return http(body, status, Content_Type=JSON, **headers)


@pytest.mark.parametrize(
    ("answer", "token", "wrong"),
    [
        (refusal("401 Unauthorized", "The access token is invalid"), "t", Wrong.WRONG_TOKEN),
        (refusal("400 Bad Request", "The access token was revoked"), "t", Wrong.WRONG_TOKEN),
        (refusal("422 Unprocessable", "This method requires an authenticated user"), "", Wrong.WRONG_TOKEN),
        (refusal("403 Forbidden", "This action is outside the authorized scopes"), "t", Wrong.MISSING_SCOPE),
        (refusal("404 Not Found", "Record not found"), "", Wrong.NOT_FOUND),
        (refusal("410 Gone"), "", Wrong.GONE),
        (refusal("429 Too Many Requests"), "", Wrong.RATE_LIMITED),
        (refusal("500 Internal Server Error"), "", Wrong.SERVER_FAULT),
        (refusal("502 Bad Gateway"), "", Wrong.SERVER_FAULT),
        (http(b'[{"id": "1", "content": "cut sh', Content_Type=JSON), "", Wrong.BROKEN_ANSWER),
        (http(b"<!doctype html><title>Welcome</title>", Content_Type="text/html"), "", Wrong.BROKEN_ANSWER),
        (http(b"", Content_Type=JSON), "", Wrong.BROKEN_ANSWER),
        (http(b'{"statuses": []}', Content_Type=JSON), "", Wrong.BROKEN_ANSWER),
        (http(b'["no", "statuses"]', Content_Type=JSON), "", Wrong.BROKEN_ANSWER),
        (http(b"[" * 100_000, Content_Type=JSON), "", Wrong.BROKEN_ANSWER),
        (http(b'{"error": "The access token is invalid"}', Content_Type=JSON), "t", Wrong.WRONG_TOKEN),
        (b"", "", Wrong.BROKEN_ANSWER),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n[", "", Wrong.BROKEN_ANSWER),
    ],
)
def test_every_fault_has_its_word(answer, token, wrong):
    trouble = trouble_of(answer, token)
    assert trouble.wrong == wrong
    assert trouble.where.startswith("http://127.0.0.1:")


def test_a_server_that_is_not_there_is_unreachable():
    with socket.socket() as probed:
        probed.bind(("127.0.0.1", 0))
        with pytest.raises(Trouble) as trouble:
            hashtag(f"http://127.0.0.1:{probed.getsockname()[1]}").poll("")
    assert trouble.value.wrong == Wrong.UNREACHABLE


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "120"}, 120),
        ({"X-RateLimit-Reset": "2026-11-21T12:05:00.000000Z"}, 300),
        ({"X-RateLimit-Reset": str(int(datetime(2026, 11, 21, 12, 5, tzinfo=UTC).timestamp()))}, 300),
        ({"X-RateLimit-Reset": str(int(datetime(2026, 11, 21, 12, 5, tzinfo=UTC).timestamp()) * 1000)}, 300),
        ({"X-RateLimit-Reset": "300"}, 300),
        ({"X-RateLimit-Reset": "2026-11-21T11:00:00Z"}, 1),
        ({"X-RateLimit-Reset": "2056-11-21T11:00:00Z"}, 86400),
    ],
)
def test_a_rate_limit_is_waited_for_as_the_servers_own_clock_says(headers, wait):
    noon = format_datetime(datetime(2026, 11, 21, 12, tzinfo=UTC), usegmt=True)
    trouble = trouble_of(http(b"{}", "429 Too Many Requests", Date=noon, **headers))
    assert trouble.wait == timedelta(seconds=wait)


def test_a_fault_that_passes_leaves_nothing_behind(server):
    listening = hashtag(server.address)
    cursor = listening.poll("").cursor
    server.post("alice", "Awful #north")
    for effect in ({"type": "status", "status": 500}, {"type": "malformed"}, {"type": "ratelimit"}):
        server.fault("/api/v1/timelines/tag/*", effect, count=1)
        with pytest.raises(Trouble) as trouble:
            listening.poll(cursor)
        assert not trouble.value.final
    assert texts(listening.poll(cursor)) == ["Awful #north"]


def test_one_status_that_cannot_be_read_hides_no_other():
    rows = [{"id": None}, status("3"), {"id": "2", "content": 7, "account": "nobody", "tags": {"a": 1}}, None]
    with answering(http(json.dumps(rows).encode(), Content_Type=JSON)) as address:
        heard = hashtag(address).poll("").mentions
    assert [one.text for one in heard] == ["", "Awful"]


def test_a_listener_that_may_not_enter_our_own_network_does_not(server):
    listening = MastodonListener({"server": server.address, "what": "hashtag", "query": "north"})
    for look in (lambda: listening.poll(""), lambda: next(listening.stream(""))):
        with pytest.raises(Trouble) as trouble:
            look()
        assert trouble.value.wrong == Wrong.PRIVATE_ADDRESS


def test_a_cursor_that_is_not_ours_is_told():
    for cursor in ("{}", "4711", '{"newest":1', "[]"):
        with pytest.raises(Trouble) as trouble:
            Place.read(cursor)
        assert trouble.value.wrong == Wrong.UNFORESEEN


# When a source is made


def test_a_probe_names_the_account_and_the_server(server):
    for what, query, streaming in (
        ("mentions", "", True),
        ("hashtag", "#north", True),
        ("search", "north", False),
    ):
        where = {"server": server.address, "what": what, "query": query}
        assert probe(where, "brand-token", private_allowed=True) == Probe(
            f"brand@{server.host}", "Social of the North", streaming
        )


def test_a_probe_of_another_kind_of_server(other):
    where = {"server": other.address, "what": "mentions"}
    host = other.address.removeprefix("http://")
    assert probe(where, "brand-token", private_allowed=True) == Probe(f"brand@{host}", "Plainspoken", False)


@pytest.mark.parametrize(("what", "query"), [("mentions", ""), ("hashtag", "north"), ("search", "north")])
def test_a_wrong_token_is_told_at_once(server, what, query):
    with pytest.raises(Trouble) as trouble:
        probe({"server": server.address, "what": what, "query": query}, "wrong", private_allowed=True)
    assert trouble.value.wrong == Wrong.WRONG_TOKEN
    assert "wrong" not in trouble.value.where


def test_a_token_that_may_not_read_is_told_at_once(server):
    grant = {"grant_type": "client_credentials", "scope": "write"}
    token = server.ask("brand", "POST", "/oauth/token", data=grant)["access_token"]
    with pytest.raises(Trouble) as trouble:
        probe({"server": server.address, "what": "mentions"}, token, private_allowed=True)
    assert trouble.value.wrong == Wrong.MISSING_SCOPE


def test_what_needs_a_token_says_so_before_anybody_is_asked():
    for what in ("mentions", "search"):
        with pytest.raises(Trouble) as trouble:
            MastodonListener({"server": "social.example", "what": what, "query": "x"})
        assert trouble.value.wrong == Wrong.WRONG_TOKEN


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("social.example", "https://social.example"),
        (" https://social.example/ ", "https://social.example"),
        ("https://social.example/@brand", "https://social.example"),
        ("@brand@social.example", "https://social.example"),
        ("http://127.0.0.1:3000/", "http://127.0.0.1:3000"),
        ("http://[::1]:3000", "http://[::1]:3000"),
    ],
)
def test_a_servers_address_is_understood_as_people_type_it(typed, address):
    assert base_address(typed) == address


@pytest.mark.parametrize(
    "typed", ["", "ftp://social.example", "https://", "https://me:secret@social.example"]
)
def test_an_address_that_is_none_is_told(typed):
    with pytest.raises(Trouble) as trouble:
        base_address(typed)
    assert trouble.value.wrong == Wrong.BAD_ADDRESS
    assert "secret" not in str(trouble.value)


# A status becomes a mention


def test_a_status_as_mastodon_gives_it():
    one = mention(
        {
            "id": "109", "created_at": "2026-11-21T13:51:42.823+01:00", "uri": "https://a.example/users/zoe/statuses/9",
            "url": "https://a.example/@zoe/9", "spoiler_text": "Colère", "language": "pt-BR", "reblogs_count": 7,
            "content": '<p>Honte à <span class="h-card"><a href="https://b.example/@nord" class="u-url mention">@<span>'
            'nord</span></a></span> ! <a href="https://b.example/tags/Nord" class="mention hashtag" rel="tag">#<span>'
            'Nord</span></a></p><p>Voir <a href="https://www.example.org/a/very/long/page"><span class="invisible">'
            'https://www.</span><span class="ellipsis">example.org/a/ve</span><span class="invisible">ry/long/page'
            "</span></a><br>&amp; pleurer</p>",
            "tags": [{"name": "Nord"}], "in_reply_to_id": "12",
            "account": {"acct": "zoe", "display_name": "Zoé 🌊", "followers_count": 40},
        },
        "a.example",
    )  # fmt: skip
    assert (
        one.text
        == "Colère\n\nHonte à @nord ! #Nord\n\nVoir https://www.example.org/a/very/long/page\n& pleurer"
    )
    assert one.said_at == datetime(2026, 11, 21, 12, 51, 42, 823000, tzinfo=UTC)
    assert (one.author.key, one.author.name, one.author.followers) == ("zoe@a.example", "Zoé 🌊", 40)
    assert (one.native_id, one.in_reply_to) == ("https://a.example/users/zoe/statuses/9", "12@a.example")
    assert (one.language, one.shares, one.hashtags) == ("pt", 7, ("nord",))
    assert one.links == ("https://www.example.org/a/very/long/page",)


def test_a_boost_is_a_mention_that_forwards_another():
    one = mention(
        status("8", content="", reblog=status("7", content="<p>Awful</p>", reblogs_count=3)), "a.example"
    )
    assert one.text == "Awful"
    assert (one.native_id[-1], one.forwards[-1], one.shares) == ("8", "7", 3)


def test_the_same_status_seen_from_two_servers_is_one_mention():
    here = mention(status("7"), "a.example")
    there = mention({**status("7"), "id": "990"}, "b.example")
    assert (here.native_id, here.author.key) == (there.native_id, there.author.key)
    assert mention(status("7", uri=""), "a.example").native_id == "7@a.example"


def test_the_payloads_of_a_real_server_are_read():
    if not PAYLOADS.exists():
        pytest.skip(f"{PAYLOADS} is not here")
    exchanges = json.loads(PAYLOADS.read_text())
    for exchange in exchanges["test_notifications_mentions_only"]:
        if exchange["path"].startswith("/api/v1/notifications?"):
            (row,) = exchange["body"]
            one = mention(row["status"], "localhost:3000")
            assert one.text == "@mastodonpy_test hello!"
            assert one.author.key == "admin@localhost:3000"
            assert one.native_id.endswith("/statuses/117020577157693549")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = (
    "id", "uri", "url", "content", "spoiler_text", "created_at", "edited_at", "account", "tags", "language",
    "in_reply_to_id", "reblog", "reblogs_count", "mentions", "visibility",
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), anything))
def test_no_status_is_so_odd_that_it_cannot_be_kept(odd):
    one = mention(odd, "a.example")
    for text in (
        one.text,
        one.native_id,
        one.author.key,
        one.author.name,
        one.url,
        one.raw,
        *one.hashtags,
        *one.links,
    ):
        assert "\0" not in text
        text.encode()
    assert one.said_at.tzinfo == UTC
