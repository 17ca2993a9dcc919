"""The way out: only public addresses, whatever they are called; nothing endless; plain words for faults."""

from __future__ import annotations

import gzip
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accalmie.core.network import Trouble, Wrong
from accalmie.networks import web
from tests.servers.line import answering, http

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def ask(url: str, *, private_allowed: bool = True, seconds: float = 5) -> bytes:
    return web.fetch(web.client(private_allowed, total_seconds=seconds), url).body


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.8", "172.16.3.4", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
        "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "fec0::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "2002:7f00:1::", "2002:c0a8:101::",
        "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::808:808", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)  # fmt: skip
def test_an_address_of_the_machines_own_network_is_not_public(address):
    assert not web.public(address)


@pytest.mark.parametrize(
    "address",
    ["93.184.215.14", "9.9.9.9", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:9.9.9.9",
     "2002:909:909::", "64:ff9b::909:909"],
)  # fmt: skip
def test_an_address_of_the_internet_is_public(address):
    assert web.public(address)


@given(st.ip_addresses(v=4))
def test_a_wrapped_address_is_as_public_as_what_it_wraps(inner):
    number = int(inner)
    mapped, sixtofour = f"::ffff:{inner}", f"2002:{number >> 16:x}:{number & 0xFFFF:x}::"
    nat64 = f"64:ff9b::{number >> 16:x}:{number & 0xFFFF:x}"

    assert {web.public(a) for a in (mapped, sixtofour, nat64)} == {web.public(str(inner))}


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "http://localhost/", "http://2130706433/", "http://0x7f.1/", "http://[::1]/",
     "http://[::ffff:10.0.0.1]/", "http://169.254.169.254/latest/meta-data/", "http://0/",
     "https://ada:secret@127.0.0.1/"],
)  # fmt: skip
def test_nobody_reaches_the_machines_own_network_under_any_name(url):
    with pytest.raises(Trouble) as caught:
        ask(url, private_allowed=False)

    assert caught.value.wrong == Wrong.PRIVATE_ADDRESS
    assert caught.value.final
    assert "secret" not in str(caught.value)


def test_a_redirect_to_the_own_network_is_checked_like_the_first_address():
    # 127.0.0.1 is reached with leave; where it sends us is judged anew, so a scheme is refused there too.
    with (
        answering(http(b"", "302 Found", Location="file:///etc/passwd")) as url,
        pytest.raises(Trouble) as caught,
    ):
        ask(url)

    assert caught.value.wrong == Wrong.BAD_ADDRESS


def test_every_hop_is_looked_up_and_checked_by_itself():
    asked = []

    def lookup(host, port, **_):
        asked.append(host)
        if host == "second.example":
            raise Trouble(Wrong.PRIVATE_ADDRESS, host, "as the check at the second hop would say")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    with answering(http(b"", "302 Found", Location="http://second.example/")) as url:
        port = url.rpartition(":")[2]
        with pytest.raises(Trouble) as caught:
            web.fetch(web.client(True, lookup=lookup), f"http://first.example:{port}/")

    assert caught.value.wrong == Wrong.PRIVATE_ADDRESS
    assert asked == ["first.example", "second.example"]


def test_the_connection_goes_to_the_number_that_was_checked():
    answers = iter(["127.0.0.1", "10.0.0.1"])

    def lookup(host, port, **_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    with answering(lambda line: line.sendall(http(b"here"))) as url:
        port = url.rpartition(":")[2]
        got = web.fetch(web.client(True, lookup=lookup), f"http://feed.example:{port}/").body

    assert got == b"here"
    assert next(answers) == "10.0.0.1", "a name that changes its mind is not asked twice"


def test_one_private_number_among_public_ones_is_refused():
    def lookup(host, port, **_):
        return [(0, 0, 0, "", (number, port)) for number in ("9.9.9.9", "10.0.0.1")]

    with pytest.raises(Trouble) as caught:
        web.fetch(web.client(lookup=lookup), "http://two.example/")

    assert caught.value.wrong == Wrong.PRIVATE_ADDRESS


def test_a_proxy_in_the_environment_is_not_trusted(monkeypatch):
    with answering(http(b"through the proxy")) as proxy, answering(http(b"directly")) as url:
        monkeypatch.setenv("HTTP_PROXY", proxy)
        monkeypatch.setenv("http_proxy", proxy)

        assert ask(url) == b"directly"


@pytest.mark.parametrize(
    "url", ["ftp://a.example/", "nonsense", "http://", "http://[::1", "", "file:///etc/passwd"]
)
def test_what_is_no_web_address_is_told_so(url):
    with pytest.raises(Trouble) as caught:
        web.checked_address(url)

    assert caught.value.wrong == Wrong.BAD_ADDRESS


def test_the_address_that_was_checked_is_returned():
    assert web.checked_address("http://127.0.0.1:8080/a", private_allowed=True) == "127.0.0.1"
    with pytest.raises(Trouble) as caught:
        web.checked_address("http://localhost/")
    assert caught.value.wrong == Wrong.PRIVATE_ADDRESS


def test_a_name_that_does_not_exist_is_told_so():
    with pytest.raises(Trouble) as caught:
        ask("http://nowhere.invalid/")

    # Without any resolver (no network at all), it is not the name's fault.
    assert caught.value.wrong in {Wrong.NOT_FOUND_HOST, Wrong.UNREACHABLE}


def test_no_such_name_and_no_resolver_are_two_things():
    def nobody(*_, **__):
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    def no_such(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    for lookup, wrong in ((nobody, Wrong.UNREACHABLE), (no_such, Wrong.NOT_FOUND_HOST)):
        with pytest.raises(Trouble) as caught:
            web.fetch(web.client(lookup=lookup), "http://a.example/")
        assert caught.value.wrong == wrong


def test_a_server_that_is_not_there_is_unreachable():
    with answering(b"") as url:
        pass

    with pytest.raises(Trouble) as caught:
        ask(url)
    assert (caught.value.wrong, caught.value.where) == (Wrong.UNREACHABLE, url)


def test_a_server_that_hangs_up_gave_a_broken_answer():
    with answering(b"") as url, pytest.raises(Trouble) as caught:
        ask(url)

    assert caught.value.wrong == Wrong.BROKEN_ANSWER


def test_an_answer_that_breaks_off_is_broken():
    with answering(http(b"x" * 1000)[:-400]) as url, pytest.raises(Trouble) as caught:
        ask(url)

    assert caught.value.wrong == Wrong.BROKEN_ANSWER


def test_a_server_without_tls_is_told_so():
    with answering(b"this is no handshake\n" * 20) as url, pytest.raises(Trouble) as caught:
        ask(url.replace("http:", "https:"))

    assert caught.value.wrong == Wrong.TLS


def forever(line: socket.socket) -> None:
    """Say something as long as somebody listens."""
    line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        line.sendall(b"na " * 10_000)


def test_an_endless_answer_is_cut_at_the_limit():
    with answering(forever) as url, pytest.raises(Trouble) as caught:
        ask(url)

    assert caught.value.wrong == Wrong.TOO_LARGE


def drip(head: bytes) -> Callable[[socket.socket], None]:
    """Say `head`, then a byte now and then until the caller has hung up."""

    def answer(line: socket.socket) -> None:
        line.sendall(head)
        line.settimeout(0.02)
        while True:
            line.sendall(b"a")
            with suppress(TimeoutError):
                if not line.recv(1):
                    return

    return answer


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_an_answer_that_drips_in_for_ever_is_too_slow(head):
    with answering(drip(head)) as url, pytest.raises(Trouble) as caught:
        ask(url, seconds=0.3)

    assert caught.value.wrong == Wrong.TOO_SLOW


def test_a_small_packet_that_unpacks_to_gigabytes_is_cut_at_the_limit():
    bomb = gzip.compress(bytes(200_000_000), compresslevel=1)

    with answering(http(bomb, Content_Encoding="gzip")) as url, pytest.raises(Trouble) as caught:
        ask(url)

    assert caught.value.wrong == Wrong.TOO_LARGE


def test_packed_answers_are_unpacked_and_broken_ones_told():
    packed = gzip.compress(b"much said " * 1000)
    with answering(http(packed, Content_Encoding="gzip")) as url:
        assert ask(url) == b"much said " * 1000
    with answering(http(b"no gzip at all", Content_Encoding="gzip")) as url, pytest.raises(Trouble) as caught:
        ask(url)
    assert caught.value.wrong == Wrong.BROKEN_ANSWER


def test_redirects_in_a_circle_end():
    with answering(http(b"", "301 Moved Permanently", Location="/")) as url, pytest.raises(Trouble) as caught:
        ask(url)

    assert caught.value.wrong == Wrong.BROKEN_ANSWER


def test_an_endless_redirect_does_not_fill_the_memory():
    sent = []

    def answer(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 301 Moved Permanently\r\nLocation: /\r\n\r\n")
        for _ in range(10_000):
            line.sendall(bytes(10_000))
            sent.append(10_000)

    with answering(answer) as url, pytest.raises(Trouble) as caught:
        ask(url)

    assert caught.value.wrong in {Wrong.TOO_LARGE, Wrong.BROKEN_ANSWER}
    assert sum(sent) < 50_000_000, "read to its end, 100 MB would have come"


@pytest.mark.parametrize(
    ("status", "wrong"),
    [(400, Wrong.REFUSED), (401, Wrong.WRONG_TOKEN), (403, Wrong.MISSING_SCOPE), (404, Wrong.NOT_FOUND),
     (408, Wrong.TIMED_OUT), (410, Wrong.GONE), (422, Wrong.REFUSED), (429, Wrong.RATE_LIMITED),
     (500, Wrong.SERVER_FAULT), (502, Wrong.SERVER_FAULT), (503, Wrong.SERVER_FAULT), (304, Wrong.BROKEN_ANSWER)],
)  # fmt: skip
def test_each_refusal_has_its_word(status, wrong):
    assert web.refused(status, {}, "https://a.example/").wrong == wrong

    if status >= 400:
        answer = httpx.Response(status, request=httpx.Request("GET", "https://a.example/"))
        try:
            answer.raise_for_status()
        except httpx.HTTPStatusError as error:
            assert web.in_words(error, "https://a.example/").wrong == wrong


@pytest.mark.parametrize(
    ("said", "wait"),
    [("120", timedelta(minutes=2)), (" 7 ", timedelta(seconds=7)),
     ("Sat, 21 Nov 2026 12:02:00 GMT", timedelta(minutes=2)), ("Sat, 21 Nov 2026 11:00:00 GMT", timedelta(0)),
     ("999999999999", timedelta(days=1)), ("-5", None), ("soon", None), ("", None), ("٣", None)],
)  # fmt: skip
def test_how_long_to_stay_away_is_read_in_seconds_and_as_a_date(said, wait):
    for status in (429, 503):
        assert web.refused(status, {"retry-after": said}, "https://a.example/", now=NOON).wait == wait
    assert web.refused(404, {"retry-after": said}, "https://a.example/", now=NOON).wait is None


def test_errors_of_the_system_have_their_words_too():
    where = "https://a.example/"

    assert web.in_words(OSError(28, "No space left on device"), where).wrong == Wrong.DISK_FULL
    assert web.in_words(ssl.SSLCertVerificationError("expired"), where).wrong == Wrong.TLS
    assert web.in_words(TimeoutError(), where).wrong == Wrong.TIMED_OUT
    assert web.in_words(httpx.ConnectTimeout("late"), where).wrong == Wrong.TIMED_OUT
    assert web.in_words(ConnectionResetError(104, "reset"), where).wrong == Wrong.UNREACHABLE
    told = web.in_words(KeyError("surprise"), where)
    assert (told.wrong, "KeyError" in told.detail) == (Wrong.UNFORESEEN, True)


def test_trouble_deep_in_a_librarys_error_is_found():
    try:
        try:
            raise Trouble(Wrong.PRIVATE_ADDRESS, "localhost", "127.0.0.1")
        except Trouble as error:
            raise RuntimeError("the library lost its words") from error
    except RuntimeError as error:
        found = web.in_words(error, "http://localhost/api")

    assert (found.wrong, found.where) == (Wrong.PRIVATE_ADDRESS, "http://localhost/api")


def test_a_token_that_cannot_be_sent_is_not_shown():
    with answering(http(b"")) as url, pytest.raises(httpx.LocalProtocolError) as caught:
        web.client(True).get(url, headers={"Authorization": "Bearer hush\nhush"})

    told = web.in_words(caught.value, "http://127.0.0.1/")
    assert told.wrong == Wrong.WRONG_TOKEN
    assert "hush" not in str(told)
