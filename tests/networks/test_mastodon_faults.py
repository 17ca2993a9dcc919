"""What can go wrong with a Mastodon server, each with its word; and what is told when a source is made."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from accalmie.core.network import Trouble, Wrong
from accalmie.networks.mastodon import MastodonListener, Probe, probe
from accalmie.networks.mastodon.place import Place
from accalmie.networks.mastodon.server import base_address
from tests.networks.mastodon_cast import hashtag, mentions, status, texts
from tests.servers.line import answering, http
from tests.servers.scripted import JSON


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
