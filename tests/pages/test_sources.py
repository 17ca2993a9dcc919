"""Sources on the page: how each of them is, and adding one that is looked at before it is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accalmie.core.network import Wrong
from accalmie.pages.source_state import in_words
from accalmie.records.models import GapRecord, SourceRecord
from tests.cast import ada, ben, browser, htmx, olu, ravi
from tests.heard import LATER, NOON, source, topic
from tests.questions import asked
from tests.servers.line import answering, http

pytestmark = pytest.mark.django_db

FEED = http(
    b"""<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>
    <item><guid>1</guid><title>Aurelia is late</title><pubDate>Wed, 04 Mar 2026 12:00:00 GMT</pubDate></item>
    <item><guid>2</guid><title>Aurelia is fine</title><pubDate>Wed, 04 Mar 2026 12:01:00 GMT</pubDate></item>
    </channel></rss>""",
    Content_Type="application/rss+xml",
)


@pytest.fixture
def brand():
    return topic("Aurelia")


def page(address: str, person=ben) -> str:
    answer = browser(person()).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


# Adding


def test_one_chooses_between_every_kind_there_is(brand):
    shown = page(f"/topics/{brand.pk}/sources/add/")
    for part in ("add/feed/", "add/mastodon/", f"/topics/{brand.pk}/import/"):
        assert part in shown


@pytest.mark.claim("M4")
def test_a_feed_is_looked_at_and_kept(brand):
    with answering(FEED) as url:
        filled = {"url": f"{url}/news.xml", "only_matching": "on", "private_allowed": "on"}
        answer = browser(ada()).post(f"/topics/{brand.pk}/sources/add/feed/", filled, follow=True)
    kept = SourceRecord.objects.get()
    assert kept.address == {"url": f"{url}/news.xml"} and kept.name == "127.0.0.1"
    assert kept.only_matching and kept.private_allowed and kept.next_at is not None
    assert "It answers, and holds 2 entries just now." in answer.content.decode()


def test_what_is_no_feed_is_told_in_the_form_and_not_kept(brand):
    with answering(http(b"<html>no feed</html>", Content_Type="text/html")) as url:
        filled = {"url": url, "private_allowed": "on"}
        answer = browser(ada()).post(f"/topics/{brand.pk}/sources/add/feed/", filled)
    shown = answer.content.decode()
    assert 'role="alert" tabindex="-1" autofocus' in shown
    assert url in shown and "Keep it all the same" in shown
    assert not SourceRecord.objects.exists()


def test_what_does_not_answer_now_can_be_kept_all_the_same(brand):
    filled = {"url": "https://feed.invalid/x", "anyway": "1"}
    answer = browser(ben()).post(f"/topics/{brand.pk}/sources/add/feed/", filled)
    assert answer.status_code == 302
    assert SourceRecord.objects.get().address == {"url": "https://feed.invalid/x"}


def test_only_an_admin_lets_a_source_into_the_machines_own_network(brand):
    address = f"/topics/{brand.pk}/sources/add/feed/"
    assert "private_allowed" not in page(address)
    assert "private_allowed" in page(address, ada)
    with answering(FEED) as url:
        answer = browser(ben()).post(address, {"url": url, "private_allowed": "on"})
        assert answer.status_code == 200, "it was looked at, and refused"
        browser(ben()).post(address, {"url": url, "private_allowed": "on", "anyway": "1"})
    assert not SourceRecord.objects.get().private_allowed


@pytest.mark.parametrize(
    ("filled", "wrong"),
    [
        ({"server": "https://social.example", "what": "hashtag"}, "query"),
        ({"server": "https://social.example", "what": "search", "query": "x"}, "token"),
        ({"server": "https://social.example", "what": "mentions"}, "token"),
        ({"server": "", "what": "hashtag", "query": "x"}, "server"),
        ({"server": "https://social.example", "what": "gossip"}, "what"),
    ],
)
def test_what_a_choice_needs_besides_is_told_at_its_field(brand, filled, wrong):
    shown = browser(ben()).post(f"/topics/{brand.pk}/sources/add/mastodon/", filled).content.decode()
    assert f'id="id_{wrong}_error"' in shown
    assert not SourceRecord.objects.exists()


def test_a_kind_that_does_not_exist_is_not_found(brand):
    assert browser(ben()).get(f"/topics/{brand.pk}/sources/add/gossip/").status_code == 404


# Changing: secrets


@pytest.fixture
def account(brand):
    address = {"server": "https://social.invalid", "what": "mentions", "query": ""}
    return source(brand, name="our account", address=address, secret="token-of-ours", cursor="c1")


def test_a_stored_secret_is_never_shown_and_kept_when_left_empty(account):
    shown = page(f"/sources/{account.pk}/change/")
    assert "token-of-ours" not in shown and "One is stored." in shown
    filled = {**account.address, "name": "renamed", "token": "", "anyway": "1"}
    browser(ben()).post(f"/sources/{account.pk}/change/", filled)
    account.refresh_from_db()
    assert (account.name, account.secret, account.cursor) == ("renamed", "token-of-ours", "c1")


def test_a_new_secret_replaces_the_stored_one_and_is_not_sent_back(account):
    filled = {**account.address, "name": "", "token": "another-token"}
    shown = browser(ben()).post(f"/sources/{account.pk}/change/", filled).content.decode()
    assert "another-token" not in shown, "the server did not answer, the form is shown again"
    browser(ben()).post(f"/sources/{account.pk}/change/", filled | {"anyway": "1"})
    account.refresh_from_db()
    assert (account.name, account.secret) == ("Mentions on social.invalid", "another-token")


def test_who_may_not_allow_it_does_not_take_it_away_either(account):
    SourceRecord.objects.update(private_allowed=True)
    browser(ben()).post(f"/sources/{account.pk}/change/", {**account.address, "anyway": "1"})
    account.refresh_from_db()
    assert account.private_allowed


# How it is


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"mode": "stream"}, "Listening live"),
        ({"kind": "feed", "mode": "poll"}, "Listening, asks every 5 minutes"),
        ({"mode": "poll"}, "Listening, asks every minute"),
        ({}, "About to begin"),
        ({"state": "paused"}, "Paused"),
        ({"trouble": "timed_out", "trouble_where": "social.example"}, "In trouble, tried again by itself"),
        (
            {"state": "stopped", "trouble": "gone", "trouble_where": "x"},
            "Stopped: somebody must change something",
        ),
        ({"kind": "drill", "mode": "poll"}, "Playing"),
    ],
)
def test_each_state_has_its_words(brand, fields, told):
    assert in_words(source(brand, **fields), "en").state == told


@pytest.mark.parametrize("wrong", list(Wrong))
@pytest.mark.parametrize("language", ["en", "fr", "de"])
def test_every_trouble_is_told_in_plain_words(brand, wrong, language):
    one = source(brand, trouble=wrong.value, trouble_where="social.example", trouble_detail="HTTP 418")
    sentence = in_words(one, language).trouble
    assert len(sentence) > 20 and "{" not in sentence


def test_a_card_shows_when_it_heard_what_it_missed_and_where_it_goes_on(brand):
    one = source(brand, cursor="since-id-1", heard=1234, last_heard_at=NOON, last_looked_at=LATER)
    GapRecord.objects.create(source=one, since=NOON, until=LATER, why="down", filled=True)
    GapRecord.objects.create(source=one, since=NOON, until=LATER, why="window")
    GapRecord.objects.create(source=one, since=LATER, why="timed_out")
    shown = page(f"/topics/{brand.pk}/sources/")
    for part in (
        "1,234", "since-id-1", "Accalmie was not running", "fetched afterwards",
        "something may be missing", "still open",
    ):  # fmt: skip
        assert part in shown, part


def test_what_the_network_said_is_only_text(brand):
    source(
        brand,
        name="<b>x</b>",
        trouble="refused",
        trouble_where="<img src=x>",
        trouble_detail="<script>",
        cursor="<i>",
    )
    shown = page(f"/topics/{brand.pk}/sources/")
    for part in ("<b>x", "<img", "<script>", "<i>"):
        assert part not in shown


def test_a_card_can_be_fetched_alone(brand):
    one = source(brand)
    answer = htmx(olu()).get(f"/sources/{one.pk}/")
    assert answer.content.decode().strip().startswith(f'<article class="panel" id="source-{one.pk}"')
    assert browser(olu()).get(f"/sources/{one.pk}/")["Location"] == f"/topics/{brand.pk}/sources/"
    assert htmx(olu()).get("/sources/999/").status_code == 404


def test_no_source_yet_is_said(brand):
    assert "Nobody listens yet" in page(f"/topics/{brand.pk}/sources/")


def test_pause_resume_and_remove(brand):
    one = source(brand, trouble="timed_out", failures=7, heard=3)
    browser(ben()).post(f"/sources/{one.pk}/pause/")
    one.refresh_from_db()
    assert one.state == SourceRecord.PAUSED
    browser(ben()).post(f"/sources/{one.pk}/resume/")
    one.refresh_from_db()
    assert (one.state, one.failures) == (SourceRecord.LISTENING, 0)
    assert "that it heard stay" in page(f"/sources/{one.pk}/remove/")
    browser(ben()).post(f"/sources/{one.pk}/remove/")
    assert not SourceRecord.objects.exists()


# Who may


@pytest.mark.parametrize("person", [olu, ravi])
def test_who_only_looks_sees_the_sources_and_changes_none(brand, person):
    one = source(brand)
    theirs = browser(person())
    assert theirs.get(f"/topics/{brand.pk}/sources/").status_code == 200
    assert "/pause/" not in page(f"/topics/{brand.pk}/sources/", person)
    assert theirs.get(f"/topics/{brand.pk}/sources/add/").status_code == 403
    for door in (f"/topics/{brand.pk}/sources/add/feed/", *(f"/sources/{one.pk}/{d}/" for d in DOORS)):
        assert theirs.post(door).status_code == 403, door
    assert SourceRecord.objects.get().state == SourceRecord.LISTENING


DOORS = ("change", "pause", "resume", "remove")


def test_other_methods_are_refused(brand):
    for door in ("/sources/1/pause/", "/sources/1/resume/"):
        assert browser(ben()).get(door).status_code == 405
    for door in ("/sources/1/", "/topics/1/sources/", "/topics/1/sources/add/"):
        assert browser(ben()).post(door).status_code == 405


def test_the_questions_do_not_grow_with_sources_and_gaps(brand):
    source(brand)
    before = asked(browser(ben()), f"/topics/{brand.pk}/sources/")
    for number in range(6):
        one = source(brand, name=f"s{number}")
        for hour in range(12):
            since = NOON + timedelta(hours=hour)
            GapRecord.objects.create(source=one, since=since, until=since + timedelta(minutes=5), why="down")
    assert asked(browser(ben()), f"/topics/{brand.pk}/sources/") == before
    assert page(f"/topics/{brand.pk}/sources/").count("Accalmie was not running") == 6 * 8
