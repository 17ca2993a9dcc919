"""The storm scale in three languages."""

from __future__ import annotations

import pytest

from accalmie.core.fever.pulse import Phase
from accalmie.core.fever.scale import LEVELS, level_meaning, level_name, phase_meaning, phase_name
from accalmie.phrasebook import LANGUAGES, table


@pytest.mark.claim("S1")
def test_the_levels_have_the_names_of_graf_and_schwede():
    assert [level_name(level, "de") for level in LEVELS] == [
        "Windstille", "leiser Zug", "schwache Brise", "frische Brise", "starker Wind", "Sturm", "Orkan",
    ]  # fmt: skip
    assert [level_name(level, "fr") for level in LEVELS] == [
        "calme", "très légère brise", "petite brise", "bonne brise", "vent fort", "tempête", "ouragan",
    ]  # fmt: skip
    assert level_name(6, "en") == "hurricane"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_level_and_phase_has_a_name_and_a_meaning_of_its_own(language):
    names = [level_name(level, language) for level in LEVELS] + [
        phase_name(phase, language) for phase in Phase
    ]
    meanings = [level_meaning(level, language) for level in LEVELS]
    meanings += [phase_meaning(phase, language) for phase in Phase]
    assert len(set(meanings)) == len(meanings) == 14
    assert all(names)


def test_a_phase_may_be_given_as_it_is_stored():
    assert phase_name("calm_again", "fr") == phase_name(Phase.CALM_AGAIN, "fr") == "retour au calme"


def test_levels_that_do_not_exist_are_not_named():
    with pytest.raises(KeyError):
        level_name(7, "en")


@pytest.mark.parametrize("name", ["levels", "phases"])
def test_the_words_are_complete_in_three_languages(name):
    assert all(set(entry) == set(LANGUAGES) for entry in table(name).values())
