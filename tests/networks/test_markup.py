"""Strangers' HTML becomes the text they meant: lines and addresses kept, nothing else let through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accalmie.networks.markup import Plain, plain


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\nThree"),
        ("no HTML  at all\n\n\n\nreally", "no HTML at all\n\nreally"),
        ("<p>&lt;b&gt; is &amp;lt;b&amp;gt;</p>", "<b> is &lt;b&gt;"),
        ("2 < 3 & 4 > 1", "2 < 3 & 4 > 1"),
        ("<script>steal()</script><style>p{}</style>Said", "Said"),
        ("<p>never <b>closed <i>at all", "never closed at all"),
        ("<ul><li>milk</li><li>bread</li></ul>", "milk\nbread"),
        ('<img src="x" onerror="steal()">Said', "Said"),
        ("\x00NUL and half \ud83d a character", "NUL and half � a character"),
        ('<a href="javascript:steal()">Click</a>', "Click"),
        ("", ""),
    ],
)
def test_html_becomes_the_text_that_was_meant(html, text):
    assert plain(html) == Plain(text)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("https://example.org/a/page", "https://example.org/a/page"),
        ("example.org/a/pa…", "https://example.org/a/page"),
        ("www.example.org/a...", "https://example.org/a/page"),
        ("your prize", "your prize (https://example.org/a/page)"),
        ("bank.example", "bank.example (https://example.org/a/page)"),
        ("", "https://example.org/a/page"),
    ],
)
def test_a_link_shows_where_it_leads(words, text):
    found = plain(f'<p>See <a href="https://example.org/a/page">{words}</a></p>')
    assert found == Plain(f"See {text}", ("https://example.org/a/page",))


def test_people_and_hashtags_are_words_and_no_links():
    found = plain(
        '<a href="https://b.example/@nord">@<span>nord</span></a> <a href="https://b.example/t/x">#x</a>'
    )
    assert found == Plain("@nord #x")


@given(st.text(alphabet="<>/ap&;=\"' \n\x00bhref:x-!", max_size=200))
def test_whatever_is_written_gives_text_that_can_be_kept(html):
    text = plain(html).text
    assert "\0" not in text
    assert text == text.strip()
    text.encode()
