"""Feeds: asked politely of a real server, read whatever their state, and no stretch of silence unnoticed."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accalmie.core.network import Batch, Listener, Trouble, Wrong
from accalmie.networks import KINDS, feed_entries, listener
from accalmie.networks.feeds import FeedListener
from tests.servers import nginx
from tests.servers.line import answering, http

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
URL = "https://news.example/feed.xml"


def item(number: int, minutes_ago: int | None = 0, *, title: str = "", body: str = "", more: str = "") -> str:
    moment = NOON - timedelta(minutes=minutes_ago or 0)
    date = "" if minutes_ago is None else f"<pubDate>{moment:%a, %d %b %Y %H:%M:%S} GMT</pubDate>"
    return (
        f"<item><title>{title or f'Report {number}'}</title><guid>https://news.example/{number}</guid>"
        f"<link>https://news.example/{number}</link><description>{body}</description>{date}{more}</item>"
    )


def rss(*items: str, head: str = "") -> bytes:
    names = (
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0" {names}><channel>'
        f"<title>The News</title>{head}{''.join(items)}</channel></rss>"
    ).encode()


def listening(
    body: bytes,
    url: str = URL,
    *,
    status: int = 200,
    asked: list[httpx.Request] | None = None,
    **headers: str,
) -> FeedListener:
    """Return a listener whose server gives this answer."""

    def give(request: httpx.Request) -> httpx.Response:
        if asked is not None:
            asked.append(request)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.Response(status, stream=httpx.ByteStream(body), headers=named)

    web = httpx.Client(transport=httpx.MockTransport(give))
    return FeedListener({"url": url}, client=web, clock=lambda: NOON)


def poll(answer: bytes, cursor: str = "") -> Batch:
    return listening(answer).poll(cursor)


@pytest.fixture(scope="module")
def server() -> Iterator[nginx.Nginx]:
    with nginx.running() as running:
        yield running


def at(url: str) -> Listener:
    return listener("feed", {"url": url}, private_allowed=True)


# From a real server ---------------------------------------------------------------------------------------


@pytest.mark.claim("M4")
def test_a_feed_is_heard_once_and_then_only_asked_whether_it_changed(server):
    url = server.write("news.rss", rss(item(1, 20), item(2, 10), *(item(n, 30 + n) for n in range(3, 20))))
    feed = at(url)

    first = feed.poll("")
    again = feed.poll(first.cursor)
    server.write("news.rss", rss(item(21, 5), item(1, 20), item(2, 10, title="Report 2, corrected")))
    third = feed.poll(again.cursor)

    assert len(first.mentions) == 19
    assert first.mentions[-1].native_id == "127.0.0.1 https://news.example/2", "the oldest first"
    assert (again.mentions, again.missed) == ((), ())
    assert json.loads(first.cursor)["etag"].startswith('W/"'), "gzip makes nginx's validator weak"
    assert [m.text for m in third.mentions] == ["Report 2, corrected", "Report 21"]


def test_an_unchanged_feed_answers_304_and_says_nothing(server):
    url = server.write("quiet.rss", rss(item(1)))
    asked: list[int] = []
    web = httpx.Client(event_hooks={"response": [lambda answer: asked.append(answer.status_code)]})
    feed = FeedListener({"url": url}, client=web)

    feed.poll(feed.poll("").cursor)

    assert asked == [200, 304]


def test_a_feed_that_moved_for_good_says_where_to(server):
    server.write("here.rss", rss(item(1)))

    moved, found = (at(f"{server.address}/{way}/here.rss").poll("") for way in ("moved", "found"))

    assert (len(moved.mentions), moved.moved_to) == (1, f"{server.address}/here.rss")
    assert (len(found.mentions), found.moved_to) == (1, "")


@pytest.mark.parametrize(
    ("path", "wrong"),
    [("/gone/x", Wrong.GONE), ("/down/x", Wrong.SERVER_FAULT), ("/often/x", Wrong.RATE_LIMITED),
     ("/none.rss", Wrong.NOT_FOUND), ("/secret/x", Wrong.WRONG_TOKEN), ("/round/", Wrong.BROKEN_ANSWER)],
)  # fmt: skip
def test_a_feed_that_is_gone_or_down_says_so(server, path, wrong):
    with pytest.raises(Trouble) as caught:
        at(server.address + path).poll("")

    assert (caught.value.wrong, caught.value.where) == (wrong, server.address + path)


@pytest.mark.parametrize(
    ("status", "body", "wrong"),
    [(404, b"", Wrong.SERVER_FAULT), (403, b"", Wrong.SERVER_FAULT), (200, b"<html>back soon", Wrong.BROKEN_ANSWER),
     (410, b"", Wrong.GONE)],
)  # fmt: skip
def test_a_feed_that_was_there_is_not_given_up_for_one_bad_answer(status, body, wrong):
    cursor = poll(rss(item(1))).cursor

    with pytest.raises(Trouble) as first:
        listening(body, status=status).poll("")
    with pytest.raises(Trouble) as later:
        listening(body, status=status).poll(cursor)

    assert first.value.final
    assert (later.value.wrong, later.value.final) == (wrong, wrong == Wrong.GONE)


def test_a_feed_that_asks_to_be_left_alone_is(server):
    down = FeedListener({"url": f"{server.address}/down/x"}, private_allowed=True, clock=lambda: NOON)
    often = FeedListener({"url": f"{server.address}/often/x"}, private_allowed=True, clock=lambda: NOON)

    for feed in (down, often):
        with pytest.raises(Trouble) as caught:
            feed.poll("")
        assert caught.value.wait == timedelta(minutes=2)


def test_a_feed_on_the_own_network_needs_leave(server):
    url = server.write("inside.rss", rss(item(1)))

    with pytest.raises(Trouble) as caught:
        listener("feed", {"url": url}).poll("")

    assert caught.value.wrong == Wrong.PRIVATE_ADDRESS


def test_a_page_instead_of_a_feed_names_the_feed_that_it_has(server):
    page = b'<!doctype html><title>x</title><link href="/news.rss" type="application/rss+xml" rel="alternate"><p>x'
    url = server.write("page.html", page)

    with pytest.raises(Trouble) as caught:
        at(url).poll("")

    assert (caught.value.wrong, caught.value.detail) == (Wrong.NOT_A_FEED, f"{server.address}/news.rss")


def test_an_endless_feed_is_cut_and_told():
    def forever(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n\r\n" + rss()[:-16])
        while True:
            line.sendall(item(1).encode() * 1000)

    with answering(forever) as url, pytest.raises(Trouble) as caught:
        at(url).poll("")

    assert caught.value.wrong == Wrong.TOO_LARGE


def test_a_feed_whose_line_breaks_is_tried_again_not_taken_in_half():
    with answering(http(rss(item(1)))[:-100]) as url, pytest.raises(Trouble) as caught:
        at(url).poll("")

    assert (caught.value.wrong, caught.value.final) == (Wrong.BROKEN_ANSWER, False)


# What is in it --------------------------------------------------------------------------------------------


def test_an_entry_becomes_a_mention_of_plain_text():
    body = (
        "&lt;p&gt;Nord&amp;nbsp;&amp;amp; Co: #Ärger am Zoll&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;"
        "&lt;p&gt;Mehr &lt;a href='/more'&gt;hier&lt;/a&gt;, &lt;b&gt;bald&lt;/b&gt;&lt;/p&gt;"
    )
    more = "<dc:creator>Ada Autor</dc:creator>"
    batch = poll(rss(item(7, 90, title="Lärm", body=body, more=more), head="<language>de-CH</language>"))

    (mention,) = batch.mentions
    assert mention.text.startswith("Lärm\nNord & Co: #Ärger am Zoll")
    assert "alert" not in mention.text and "<" not in mention.text
    assert mention.links == ("https://news.example/more",)
    assert mention.hashtags == ("ärger",)
    assert (mention.network, mention.native_id) == ("feed", "news.example https://news.example/7")
    assert (mention.author.key, mention.author.name) == ("Ada Autor@news.example", "Ada Autor")
    assert (mention.url, mention.language) == ("https://news.example/7", "de")
    assert mention.said_at == NOON - timedelta(minutes=90)
    assert json.loads(mention.raw)["title"] == "Lärm"


def test_an_entry_without_id_date_or_title_is_still_heard():
    bare = rss(
        "<item><description>only this</description></item>", "<item><title>or this</title></item>", "<item/>"
    )

    first = poll(bare)
    again = poll(bare, first.cursor)

    assert sorted(m.text for m in first.mentions) == ["only this", "or this"]
    assert {m.said_at for m in first.mentions} == {NOON}, "a feed without dates counts as said when heard"
    assert {m.author.key for m in first.mentions} == {"news.example"}
    assert len({m.native_id for m in first.mentions}) == 2
    assert again.mentions == (), "the same entry keeps the name it was given"


def test_an_id_that_is_only_a_number_does_not_collide_with_another_feed_of_the_same_host():
    numbered = rss("<item><title>x</title><guid isPermaLink='false'>17</guid></item>")
    names = {
        listening(numbered, f"https://news.example/{path}").poll("").mentions[0].native_id
        for path in ("a", "b")
    }

    assert len(names) == 2


def test_atom_is_read_with_its_author_and_its_first_date():
    atom = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><title>Carnet</title><entry>
      <id>tag:carnet.example,2026:1</id><title type="text">Si a &lt; b</title><author><name>Zo\xc3\xa9</name></author>
      <published>2026-11-21T10:00:00+01:00</published><updated>2026-11-21T11:00:00Z</updated>
      <content type="html">&lt;p&gt;d\xc3\xa9j\xc3\xa0 vu&lt;/p&gt;</content></entry></feed>"""

    (mention,) = poll(atom).mentions

    assert mention.text == "Si a < b\ndéjà vu"
    assert mention.said_at == datetime(2026, 11, 21, 9, tzinfo=UTC)
    assert (mention.author.name, mention.language) == ("Zoé", "fr")


def test_a_json_feed_is_read_too():
    feed = {
        "version": "https://jsonfeed.org/version/1.1", "title": "J", "language": "en",
        "items": [
            {"id": 5, "url": "/five", "title": "Five", "content_html": "<p>a &amp; <a href='https://b.example/'>b</a>",
             "date_published": "2026-11-21T12:30:00+01:00", "authors": [{"name": "Jo"}]},
            {"id": "6", "content_text": "a < b", "date_published": "soon"}, "nonsense",
        ],
    }  # fmt: skip
    five, six = poll(json.dumps(feed).encode()).mentions

    assert five.text.startswith("Five\na & b")
    assert (five.url, five.links) == ("https://news.example/five", ("https://b.example/",))
    assert (five.author.key, five.said_at) == ("Jo@news.example", NOON - timedelta(minutes=30))
    assert (six.text, six.said_at) == ("a < b", NOON)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_a_feed_may_be_written_in_any_encoding_or_lie_about_it(encoding):
    said = rss(item(1, title="Déjà für")).decode()

    honest = poll(said.replace("utf-8", encoding).encode(encoding))
    lying = poll(said.encode("windows-1252"))

    assert honest.mentions[0].text == "Déjà für"
    assert lying.mentions[0].text == "Déjà für"


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/xml",
        "text/html; charset=iso-8859-1",
        "application/rss+xml",
        "application/xml; charset=UTF-8",
    ],
)
def test_a_server_that_knows_nothing_of_encodings_spoils_no_text(kind):
    plain = rss(item(1, title="Déjà für", more="<dc:creator>Zoé</dc:creator>")).replace(
        b' encoding="utf-8"', b""
    )

    (mention,) = listening(plain, Content_Type=kind).poll("").mentions

    assert (mention.text, mention.author.name) == ("Déjà für", "Zoé")


def test_a_feed_cut_off_in_the_middle_gives_its_whole_entries_and_comes_again():
    whole = rss(item(1, 30), item(2, 20), item(3, 10))
    cut = whole[: whole.rindex(b"Report 3") + 4]

    batch = listening(cut, ETag='"half"').poll("")

    assert [m.text for m in batch.mentions] == ["Report 1", "Report 2"]
    assert json.loads(batch.cursor)["etag"] == "", "the rest must come, so the validator is not kept"


@given(st.integers(0, 900))
@settings(max_examples=60, deadline=None)
def test_wherever_a_feed_breaks_off_no_entry_is_taken_in_half(length):
    whole = rss(item(1, 30, body="one"), item(2, 20, body="two"), item(3, 10, body="three"))
    complete = {m.text for m in poll(whole).mentions}

    try:
        heard = {m.text for m in poll(whole[:length]).mentions}
    except Trouble as trouble:
        assert trouble.wrong == Wrong.BROKEN_ANSWER, "not a final word: the next look may bring it whole"
    else:
        assert heard <= complete


@pytest.mark.parametrize(
    "junk", [b"hello", b"\x00\x01\xff", b"{}", b"[1]", b"{" * 100_000, b"<a/>", b"%PDF-1.7"]
)
def test_what_is_no_feed_is_told_so(junk):
    with pytest.raises(Trouble) as caught:
        poll(junk)

    assert (caught.value.wrong, caught.value.where) == (Wrong.NOT_A_FEED, URL)


def test_a_feed_cannot_read_our_files_or_fill_our_memory():
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 20}">' for n in range(1, 9))
    doctype = f'<!DOCTYPE rss [<!ENTITY l0 "ha"><!ENTITY f SYSTEM "file:///etc/passwd">{laughs}]>'
    body = rss(item(1, title="a&f;&l8;b")).replace(b"<rss", doctype.encode() + b"<rss", 1)

    try:
        words = "".join(m.text for m in poll(body).mentions)
    except Trouble as trouble:
        words = trouble.detail

    assert "root:" not in words and len(words) < 10_000


@given(st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_random_bytes_are_a_trouble_never_a_crash(junk):
    with pytest.raises(Trouble):
        feed_entries.read(junk, {}, URL)


# Manners and gaps -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "wait"),
    [("", None), ("<ttl>30</ttl>", timedelta(minutes=30)), ("<ttl>1440</ttl>", timedelta(hours=1)),
     ("<ttl>0.01</ttl>", timedelta(minutes=1)), ("<ttl>often</ttl>", None),
     ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", timedelta(minutes=15)),
     ("<sy:updatePeriod> daily </sy:updatePeriod>", timedelta(hours=1)),
     ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", None)],
)  # fmt: skip
def test_a_feed_that_says_how_often_it_changes_is_asked_so_often(head, wait):
    batch = poll(rss(item(1), head=head))
    unchanged = listening(b"", status=304).poll(batch.cursor)

    assert batch.wait == wait
    assert unchanged.wait == wait


def test_validators_go_back_exactly_as_they_came_and_only_to_their_address():
    asked: list[httpx.Request] = []

    cursor = listening(rss(item(1)), asked=asked, ETag='W/"a,b"', Last_Modified="whenever").poll("").cursor
    listening(b"", status=304, asked=asked).poll(cursor)
    listening(rss(), "https://other.example/feed", asked=asked).poll(cursor)

    names = ("If-None-Match", "If-Modified-Since")
    assert [[r.headers.get(n) for n in names] for r in asked] == [
        [None, None], ['W/"a,b"', "whenever"], [None, None],
    ]  # fmt: skip


def test_a_window_without_any_known_entry_is_a_gap():
    first = poll(rss(item(1, 300), item(2, 240)))
    later = poll(rss(item(8, 20), item(9, 10)), first.cursor)

    (gap,) = later.missed
    assert (gap.since, gap.until) == (NOON - timedelta(minutes=240), NOON - timedelta(minutes=20))


@pytest.mark.parametrize(
    ("now", "why"),
    [(rss(item(2, 240), item(9, 10)), "a known entry is still there: nothing can have fallen out"),
     (rss(item(8, 280), item(9, 10)), "it reaches back behind the newest known one"),
     (rss(), "an empty window says nothing"),
     (rss(item(1, 300), item(2, 240)), "nothing is new")],
)  # fmt: skip
def test_no_gap_where_nothing_can_have_been_missed(now, why):
    first = poll(rss(item(1, 300), item(2, 240)))

    assert poll(now, first.cursor).missed == (), why


def test_the_first_look_is_no_gap():
    assert poll(rss(item(8, 20))).missed == ()


def test_an_entry_from_the_future_hides_no_gap():
    first = poll(rss(item(1, -5000)))
    second = listening(rss(item(2, -30)))

    assert json.loads(first.cursor)["newest"] == NOON.isoformat()
    assert second.poll(first.cursor).missed == (), "both count as said now"


@pytest.mark.parametrize("cursor", ["not json", "[]", '{"other": 1}', '{"seen": '])
def test_a_damaged_cursor_begins_again(cursor):
    assert len(poll(rss(item(1)), cursor).mentions) == 1


def test_every_kind_names_its_fields_and_feeds_need_only_an_address():
    assert [f.name for f in KINDS["feed"].fields] == ["url"]
    assert {f.name: f.required for f in KINDS["mastodon"].fields} == {
        "server": True, "what": True, "query": False, "token": False,
    }  # fmt: skip
    with pytest.raises(Trouble):
        listener("feed", {"url": "no address"})
