"""Words found in a text: marked whatever their accents, and never a way to smuggle HTML in."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from accalmie.pages.marked import Piece, difference, found, positive_words, shortened


def marked(text: str, *words: str) -> str:
    return "".join(f"[{piece.text}]" if piece.how else piece.text for piece in found(text, words))


def test_words_are_found_whatever_their_accents_and_case():
    assert marked("La FIÈVRE monte, la fievre tombe", "fièvre") == "La [FIÈVRE] monte, la [fievre] tombe"
    assert marked("Die Straße", "strasse") == "Die [Straße]"


def test_only_whole_words_are_found():
    assert marked("airport air", "air") == "airport [air]"


def test_a_phrase_is_found_across_signs_and_line_ends():
    assert marked("lost my\nparcel", "my parcel") == "lost [my\nparcel]"


def test_the_longer_phrase_wins():
    assert marked("lost my parcel", "my", "my parcel") == "lost [my parcel]"


@given(st.text(), st.lists(st.text(max_size=8), max_size=4))
def test_nothing_is_lost_or_added_whatever_is_looked_for(text, words):
    assert "".join(piece.text for piece in found(text, words)) == text


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_difference_holds_both_texts(before, after):
    pieces = difference(before, after)
    assert "".join(piece.text for piece in pieces if piece.how != "gone") == after
    assert "".join(piece.text for piece in pieces if piece.how != "added") == before


def test_a_difference_of_long_texts_does_not_take_for_ever():
    pieces = difference("a b " * 40_000, "b a " * 40_000)
    assert [piece.how for piece in pieces] == ["gone", "added"]


@given(st.text(max_size=80), st.integers(1, 90))
def test_a_shortened_text_says_so(text, most):
    whole = "".join(piece.text for piece in shortened([Piece(text)] if text else [], most))
    assert whole == text if len(text) <= most else whole.endswith("…") and len(whole) <= most + 1


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ('parcel "lost my" -letter', ["parcel", "lost my"]),
        ("parcel OR letter", ["parcel", "letter"]),
        ('-"not this" that', ["that"]),
        ("", []),
    ],
)
def test_what_is_excluded_is_not_marked(query, words):
    assert positive_words(query) == words


def test_a_marked_text_is_escaped_piece_by_piece():
    pieces = found('<script>alert(1)</script> <b onclick="x">parcel</b>', ["script", "parcel"])
    html = render_to_string("pages/_pieces.html", {"pieces": pieces})
    assert html.strip() == (
        "&lt;<mark>script</mark>&gt;alert(1)&lt;/<mark>script</mark>&gt; "
        "&lt;b onclick=&quot;x&quot;&gt;<mark>parcel</mark>&lt;/b&gt;"
    )
