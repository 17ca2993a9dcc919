"""Which language a message is in."""

from __future__ import annotations

import pytest

from accalmie.core.reading.language import NAMED, UNDETERMINED, identify


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Bonjour, où est mon colis ?", "fr"),
        ("Scandaleux !", "fr"),
        ("Train en retard", "fr"),
        ("Where is my parcel", "en"),
        ("Disgusting", "en"),
        ("App down?", "en"),
        ("Wo bleibt mein Paket?", "de"),
        ("Unfassbar.", "de"),
        ("Geht nicht", "de"),
        ("Gracias por nada", "es"),
        ("Grazie mille a tutti", "it"),
        ("Muito obrigado pela ajuda", "pt"),
        ("Mijn pakket is niet aangekomen", "nl"),
        ("Gdzie jest moja paczka?", "pl"),
        ("أين طردي؟", "ar"),
        ("荷物はどこですか", "ja"),
        ("Где моя посылка?", "ru"),
        ("ye party kabhi nahi jeetegi kya", "hi"),
    ],
)
def test_languages_are_told_apart(text: str, language: str) -> None:
    assert identify(text) == language


@pytest.mark.parametrize("text", ["", " ", "😀", "123", "?!", "_", "…"])
def test_without_a_letter_no_language_is_named(text: str) -> None:
    assert identify(text) == identify(text, "fr") == UNDETERMINED


def test_the_networks_hint_settles_what_words_leave_open() -> None:
    assert identify("Super", "fr") == "fr"
    assert identify("Super", "de") == "de"
    assert identify("ok", "en-GB") == "en"
    assert identify("ok") == UNDETERMINED


def test_the_networks_hint_does_not_outvote_a_clear_sentence() -> None:
    assert identify("Je ne comprends pas pourquoi vous ne répondez jamais", "en") == "fr"
    assert identify("¿Por qué nadie contesta cuando llamo por teléfono?", "de") == "es"


def test_a_hint_that_is_no_language_of_ours_is_ignored() -> None:
    assert identify("Where is my parcel", "xx") == "en"
    assert "xx" not in NAMED


def test_a_word_of_another_language_does_not_turn_a_sentence() -> None:
    assert identify("Le feedback du customer service est vraiment trop long à venir") == "fr"
    assert identify("Das Update ist ein Fail, sorry, das geht so nicht") == "de"
