"""What the reading makes of messages: invented ones, labelled by hand, and the traps that such readers fall into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from accalmie.core.reading import Reading, Stance, Tone, read, read_many

NEGATIVE, NEUTRAL, POSITIVE = Tone.NEGATIVE, Tone.NEUTRAL, Tone.POSITIVE


@dataclass(frozen=True)
class Example:
    language: str
    tone: Tone
    stance: Stance
    flags: tuple[str, ...]
    text: str
    reading: Reading


def examples() -> list[Example]:
    lines = Path(__file__).with_name("reading_examples.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [
        Example(language, Tone(tone), Stance(stance), tuple(flags.split()), text, read(text))
        for language, tone, stance, flags, text in rows
    ]


@pytest.fixture(scope="module", name="told")
def told_fixture() -> list[Example]:
    return examples()


def share(right: Sequence[bool]) -> float:
    assert right
    return sum(right) / len(right)


def test_the_language_of_every_example_is_found(told: list[Example]) -> None:
    assert [one.text for one in told if one.reading.language != one.language] == []


@pytest.mark.parametrize("language", ["fr", "en", "de"])
def test_the_tone_of_nine_in_ten_examples_is_right_in_each_language(
    told: list[Example], language: str
) -> None:
    assert share([one.reading.tone is one.tone for one in told if one.language == language]) >= 0.9


@pytest.mark.claim("S2")
@pytest.mark.parametrize("language", ["fr", "en", "de"])
def test_hardly_anybody_who_needs_help_is_overlooked(told: list[Example], language: str) -> None:
    affected = [one for one in told if one.language == language and one.stance is Stance.AFFECTED]
    assert share([one.reading.stance is Stance.AFFECTED for one in affected]) >= 0.9


@pytest.mark.claim("S2")
@pytest.mark.parametrize("stance", [Stance.AFFECTED, Stance.LOUD, Stance.UNDERSTANDING])
def test_whoever_is_called_so_mostly_is(told: list[Example], stance: Stance) -> None:
    called = [one for one in told if one.reading.stance is stance]
    assert share([one.stance is stance for one in called]) >= 0.85


def test_insults_are_told_from_anger(told: list[Example]) -> None:
    said = [("i" in one.flags, one.reading.insult >= 0.5) for one in told]
    assert share([insult for insult, found in said if found]) >= 0.9
    assert share([found for insult, found in said if insult]) >= 0.9


@pytest.mark.claim("M7")
def test_a_joke_in_good_will_is_no_anger(told: list[Example]) -> None:
    jokes = [one for one in told if "t" in one.flags]
    assert share([one.reading.teasing >= 0.5 for one in jokes]) >= 0.75
    assert all(one.reading.stance is Stance.NONE for one in jokes)
    assert share([one.reading.teasing < 0.5 for one in told if "t" not in one.flags]) >= 0.97


@pytest.mark.claim("S11")
def test_the_customers_behind_a_customer_are_seen(told: list[Example]) -> None:
    pressed = [one for one in told if "d" in one.flags]
    assert share([one.reading.downstream >= 0.5 for one in pressed]) >= 0.8
    assert share([one.reading.downstream < 0.5 for one in told if "d" not in one.flags]) >= 0.98


def test_the_problem_of_most_of_the_affected_is_named(told: list[Example]) -> None:
    named = [(flag, one.reading.problem) for one in told for flag in one.flags if len(flag) > 1]
    assert share([problem == found for problem, found in named]) >= 0.75
    assert all(one.reading.problem is None for one in told if one.reading.stance is not Stance.AFFECTED)


@pytest.mark.parametrize(
    "text",
    [
        "Merci pour ma valise perdue",
        "Merci pour les deux heures de retard",
        "Thanks for losing my bag",
        "thanks for the 3 hour delay",
        "Great job losing my luggage again",
        "Danke für den verlorenen Koffer",
        "Vielen Dank für zwei Stunden Verspätung",
    ],
)
def test_thanks_for_a_failure_are_no_praise(text: str) -> None:
    assert read(text).tone is NEGATIVE


@pytest.mark.parametrize(
    "text",
    [
        "Mon colis a dix jours de retard, pouvez-vous m'aider ? Merci !",
        "Bonjour, toujours pas remboursée. Merci d'avance pour votre réponse, bonne journée.",
        "My parcel is ten days late, could you help me please? Thank you!",
        "Hello, still no refund. Many thanks in advance, kind regards",
        "Mein Paket ist seit zehn Tagen verspätet, könnt ihr mir helfen? Danke!",
        "Guten Tag, das Geld ist immer noch nicht da. Vielen Dank im Voraus und liebe Grüße",
    ],
)
def test_a_complaint_told_politely_is_a_complaint(text: str) -> None:
    reading = read(text)
    assert reading.tone is NEGATIVE
    assert reading.stance is Stance.AFFECTED


@pytest.mark.parametrize(
    ("text", "tone"),
    [
        ("Franchement pas mal du tout", POSITIVE),
        ("Je ne suis pas content du tout", NEGATIVE),
        ("Ça marche pas", NEGATIVE),
        ("Votre site ne fonctionne plus", NEGATIVE),
        ("Pas de souci, tout va bien", NEUTRAL),
        ("Aucun problème, livraison parfaite", POSITIVE),
        ("Jamais déçue par cette boutique", POSITIVE),
        ("Not bad at all", POSITIVE),
        ("I am not happy with this", NEGATIVE),
        ("Your website doesn't work", NEGATIVE),
        ("No problems so far, works perfectly", POSITIVE),
        ("I can't recommend this airline", NEGATIVE),
        ("Gar nicht schlecht", POSITIVE),
        ("Das ist nicht gut", NEGATIVE),
        ("Eure Seite funktioniert nicht", NEGATIVE),
        ("Keine Probleme, alles bestens", POSITIVE),
        ("Geht schon wieder nicht", NEGATIVE),
    ],
)
def test_a_not_turns_what_it_denies(text: str, tone: Tone) -> None:
    assert read(text).tone is tone


@pytest.mark.parametrize(
    ("plain", "hurried"),
    [
        ("Je suis très déçue, commande jamais reçue", "je suis tres decue, commande jamais recue"),
        ("C'est dégoûtant et scandaleux", "C EST DEGOUTANT ET SCANDALEUX"),
        ("Zug verspätet, Koffer beschädigt", "Zug verspaetet, Koffer beschaedigt"),
        ("Wirklich enttäuscht von euch", "wirklich enttauscht von euch"),
        ("Wunderschön und großartig", "wunderschoen und grossartig"),
    ],
)
def test_accents_left_out_in_a_hurry_change_nothing(plain: str, hurried: str) -> None:
    assert read(plain).tone is read(hurried).tone


def test_words_that_differ_by_their_accent_alone_stay_apart() -> None:
    assert read("Das ist schön").tone is POSITIVE
    assert read("Das ist schon da").tone is NEUTRAL


@pytest.mark.parametrize("text", ["Nuuuuul, vraiment nuuuul", "Soooo baaaaad", "Sooooo schleeeecht"])
def test_drawn_out_words_are_read(text: str) -> None:
    assert read(text).tone is NEGATIVE


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("#ServiceClientNul", "fr"),
        ("Bravo @marque #TrainEnRetard #HonteÀVous", "fr"),
        ("Waiting since noon #CustomerServiceFail #WorstAirlineEver", "en"),
        ("Seit Stunden nichts #SchlechterService", "de"),
    ],
)
def test_hashtags_are_opened_into_their_words(text: str, language: str) -> None:
    reading = read(text, language)
    assert (reading.language, reading.tone) == (language, NEGATIVE)


@pytest.mark.claim("S2")
def test_a_hashtag_at_the_end_makes_nobody_affected() -> None:
    assert read("Quelle honte, cette boîte. #Panne").stance is Stance.LOUD


@pytest.mark.parametrize(
    ("text", "tone"),
    [
        ("Nouvelle boutique 😍😍", POSITIVE),
        ("Encore vous 😡", NEGATIVE),
        ("New shop :)", POSITIVE),
        ("You again 👎", NEGATIVE),
        ("Der neue Laden ❤️", POSITIVE),
        ("Ihr schon wieder :(", NEGATIVE),
    ],
)
def test_pictures_and_faces_are_read(text: str, tone: Tone) -> None:
    assert read(text).tone is tone


def test_what_others_wrote_is_not_read() -> None:
    mail = (
        "Thank you, that was a great help!\n\n"
        "On Mon, 2 March 2026 at 10:14, Mara wrote:\n> This is a disgrace, I hate your service.\n> Never again!\n"
    )
    assert read(mail).tone is POSITIVE
    assert read("> C'est une honte, un scandale !\nMerci, votre réponse est parfaite.").tone is POSITIVE


def test_the_mark_of_a_retweet_and_names_are_not_read() -> None:
    assert read("RT @hate_awful_worst: The doors will open at eight").tone is NEUTRAL
    assert read("https://worst.example/horrible-disaster").tone is Tone.UNKNOWN


def test_a_mail_address_and_a_link_are_no_words() -> None:
    assert read("Écrivez à horrible.scandale@exemple.fr ou sur www.honte.example").tone is NEUTRAL


@pytest.mark.parametrize(
    ("text", "insult"),
    [
        ("Bande d'incapables", True),
        ("Allez vous faire foutre", True),
        ("Il m'a traité de connard devant tout le monde", False),
        ("J'attends comme un con depuis une heure", False),
        ("Putain, encore en retard", False),
        ("You absolute morons", True),
        ("Your agent called me an idiot", False),
        ("This fucking train is late again", False),
        ("I hope your company goes bust", False),
        ("Ihr seid alle Idioten", True),
        ("Der Schaffner hat mich als Idioten beschimpft", False),
        ("Scheiße, schon wieder verspätet", False),
        ("Verpisst euch", True),
    ],
)
def test_names_that_are_called_and_names_that_are_told(text: str, insult: bool) -> None:
    assert (read(text).insult >= 0.5) is insult


def test_what_happens_only_in_an_if_makes_nobody_affected() -> None:
    assert read("Si jamais mon colis arrivait cassé, que se passerait-il ?").stance is Stance.NONE
    assert read("What if my parcel arrives broken, would I get a refund?").stance is Stance.NONE
    assert read("Falls mein Paket kaputt ankäme, was wäre dann?").stance is Stance.NONE


def test_a_closed_case_is_not_affected() -> None:
    assert read("Merci, mon problème est réglé !").stance is Stance.NONE
    assert read("Thanks for the quick help, all sorted now").stance is Stance.NONE
    assert read("Danke, mein Paket ist heute angekommen").stance is Stance.NONE


@pytest.mark.parametrize(
    "text",
    ["¿Dónde está mi paquete?", "Il mio volo è stato cancellato, una vergogna", "Mijn trein is weer te laat"],
)
def test_a_language_that_we_do_not_read_is_named_and_left_unread(text: str) -> None:
    reading = read(text)
    assert reading.language not in ("fr", "en", "de", "und")
    assert reading.tone is Tone.UNKNOWN
    assert (reading.stance, reading.insult, reading.tone_scores) == (Stance.NONE, 0.0, {})


@pytest.mark.parametrize("text", ["", "   \n", "😡😡", "!!!", "https://example.org/a", "@brand", "12 345"])
def test_where_there_are_no_words_nothing_is_said(text: str) -> None:
    reading = read(text)
    assert (reading.language, reading.tone) == ("und", Tone.UNKNOWN)


def test_the_reading_says_which_words_spoke_for_it() -> None:
    reading = read("Merci, mais la commande est arrivée CASSÉE, quelle Honte")
    assert "CASSÉE" in reading.because
    assert "quelle Honte" in reading.because or "Honte" in reading.because
    assert read("La commande est arrivée").because == ()


def test_the_reading_says_which_model_made_it() -> None:
    assert read("Bonjour").model == read("¿Qué?").model == "rules-1"


def test_many_are_read_like_one() -> None:
    texts = [one.text for one in examples()[:20]] + ["", "¿Qué tal?"]
    assert read_many(texts) == [read(text) for text in texts]
    assert read_many(["Super", "Super"], ["fr", "de"]) == [read("Super", "fr"), read("Super", "de")]
    with pytest.raises(ValueError, match="shorter"):
        read_many(["Super", "Super"], ["fr"])
