"""Mastodon, looked at: nothing said is skipped, whatever the server; edits and deletions are noticed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from accalmie.core.network import Trouble, Wrong
from tests.networks.mastodon_cast import everything, hashtag, mentions, search, texts
from tests.servers import plainspoken


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
