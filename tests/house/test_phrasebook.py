"""Sentences of the phrasebook: all in three languages with the same blanks, all that are asked for there."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from accalmie.core.fever import scale
from accalmie.core.fever.pulse import Phase
from accalmie.core.network import Wrong
from accalmie.phrasebook import LANGUAGES, table
from tests.house import documents

SOURCE = documents.HOME / "src" / "accalmie"
BOOK = SOURCE / "phrasebook"
TABLES = (*sorted(file.stem for file in BOOK.glob("*.toml")), "drill/scenarios")
ENTRIES = [(name, key) for name in TABLES for key in table(name)]


def blanks(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize(("name", "key"), ENTRIES)
def test_every_sentence_is_there_in_three_languages_with_the_same_blanks(name, key):
    entry = table(name)[key]
    assert set(entry) == set(LANGUAGES)
    assert blanks(entry["en"]) == blanks(entry["fr"]) == blanks(entry["de"])
    assert all(sentence.strip() for sentence in entry.values())
    assert "'" not in entry["fr"].replace("jq -c '.[]'", ""), "the French apostrophe is typographic"


# What the program asks for


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def calls(name: str, room: str = "") -> Iterator[ast.Call]:
    """Yield every call of `name` (a function, or the last part of one) in a room."""
    for path in sorted((SOURCE / room).rglob("*.py")):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call):
                called = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                if called == name:
                    yield node


def literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def keys(name: str, room: str, at: int = 0) -> dict[str, list[ast.Call]]:
    """Return the keys that stand as text at this place of the calls of `name`, each with its calls."""
    found: dict[str, list[ast.Call]] = {}
    for call in calls(name, room):
        if len(call.args) > at and (key := literal(call.args[at])) is not None:
            found.setdefault(key, []).append(call)
    return found


NOTED = keys("note", "actions")
# `changes.note("topic", ...)` tells open pages, not people.
NOTED = {key: found for key, found in NOTED.items() if any(call.keywords for call in found)}
REASONS = keys("Reason", "core")


def test_everything_that_happens_has_its_sentence_and_every_sentence_happens():
    assert set(NOTED) == set(table("timeline"))


@pytest.mark.parametrize("key", NOTED)
def test_a_sentence_of_the_timeline_is_given_what_it_says(key):
    for call in NOTED[key]:
        given = {keyword.arg for keyword in call.keywords} - {"who", "alarm"}
        assert blanks(table("timeline")[key]["en"]) <= given


def test_every_reason_has_its_sentence_and_every_sentence_is_a_reason():
    assert set(REASONS) == set(table("reasons"))


@pytest.mark.parametrize("key", REASONS)
def test_a_reason_is_given_the_figures_that_it_says(key):
    for call in REASONS[key]:
        wanted = blanks(table("reasons")[key]["en"]) - {"when"}
        if len(call.args) > 1 and isinstance(call.args[1], ast.Dict):
            assert wanted == {literal(name) for name in call.args[1].keys if name} - {"minute"}
        elif len(call.args) == 1:
            assert not wanted


def test_every_trouble_and_every_gap_has_its_sentence():
    assert {wrong.value for wrong in Wrong} <= set(table("trouble"))
    assert {f"gap_{wrong.value}" for wrong in Wrong} <= set(table("trouble"))


def test_whatever_is_wrong_with_a_file_has_its_sentence():
    asked = (
        set(keys("Why", "networks")) | set(keys("fail", "worker", at=1)) | set(keys("fail", "actions", at=1))
    )
    assert asked
    assert asked <= set(table("trouble"))


def test_whatever_becomes_of_an_alert_has_its_sentence():
    asked = set(keys("words", "networks"))
    assert asked
    assert asked <= set(table("sending"))


def test_what_is_said_by_name_is_there():
    for call in calls("say"):
        name, key = (literal(argument) for argument in call.args[:2])
        if name is not None and key is not None:
            assert key in table(name), f"{name}.toml lacks {key}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_level_and_phase_has_a_name_and_a_meaning_of_its_own(language):
    levels = [scale.level_name(level, language) for level in scale.LEVELS]
    phases = [scale.phase_name(phase, language) for phase in Phase]
    assert len(set(levels)) == len(levels) and len(set(phases)) == len(phases)
    assert all(scale.level_meaning(level, language) for level in scale.LEVELS)
    assert all(scale.phase_meaning(phase, language) for phase in Phase)
