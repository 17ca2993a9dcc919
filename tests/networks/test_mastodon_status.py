"""A status becomes a mention: the same from every server, whatever is in it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accalmie.networks.mastodon.status import mention
from tests.networks.mastodon_cast import status

PAYLOADS = Path(__file__).parents[2] / "../shared/data/platform-payloads/mastodon_exchanges.json"


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
