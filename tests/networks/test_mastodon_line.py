"""Mastodon's open line: nothing twice, nothing lost, and a line that breaks says so."""

from __future__ import annotations

import socket
import threading
from contextlib import closing
from datetime import timedelta

import pytest

from accalmie.core.network import Streamer, Trouble, Wrong
from accalmie.networks import listener
from accalmie.networks.mastodon.place import Place
from tests.networks.mastodon_cast import event, hashtag, mentions, search, status, texts, until
from tests.servers import mastodon
from tests.servers.scripted import scripted


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


@pytest.mark.claim("M1c")
def test_a_deletion_after_a_restart_is_told_by_the_id_it_was_kept_under(server):
    own = server.post("alice", "Awful #north")
    cursor = hashtag(server.address).poll("").cursor
    with closing(hashtag(server.address).stream(cursor)) as line:
        next(line)
        server.delete("alice", own["id"])
        assert until(line, lambda batch: batch.deleted).deleted == (own["uri"],)


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
