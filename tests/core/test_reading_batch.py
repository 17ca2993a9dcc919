"""`accalmie read --batch`: JSON lines in, readings out, and a sentence for each broken line."""

from __future__ import annotations

import json

import pytest

from accalmie.core.reading.batch import read_batch

KEYS = [
    "id", "language", "tone", "tone_scores", "insult", "stance", "stance_scores", "teasing", "downstream", "problem",
]  # fmt: skip


def test_a_line_gives_the_reading_that_scripts_rely_on() -> None:
    (row,) = read_batch(['{"id": "a", "text": "My parcel is late again"}\n'])

    assert list(row) == KEYS
    assert (row["id"], row["language"], row["tone"], row["stance"]) == ("a", "en", "negative", "affected")
    assert row["problem"] == "delivery"
    assert set(row["tone_scores"]) == {"negative", "neutral", "positive"}
    assert set(row["stance_scores"]) == {"affected", "loud", "understanding", "none"}
    assert json.loads(json.dumps(row)) == row


def test_a_language_that_we_do_not_read_gives_a_row_too() -> None:
    (row,) = read_batch(['{"id": 7, "text": "¿Dónde está mi paquete?"}'])
    assert (row["id"], row["language"], row["tone"], row["stance"]) == (7, "es", "unknown", "none")


def test_the_hint_of_a_line_is_used() -> None:
    rows = read_batch(
        ['{"id": 1, "text": "Super", "lang": "de"}', '{"id": 2, "text": "Super", "lang": "fr"}']
    )
    assert [row["language"] for row in rows] == ["de", "fr"]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("{", "not JSON"),
        ("nonsense", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"id": ' + "9" * 5000 + ', "text": "x"}', "not JSON"),
        ("[1, 2]", "a JSON list"),
        ("12", "a JSON number"),
        ('{"text": "x"}', '"id" is missing'),
        ('{"id": null, "text": "x"}', '"id" is a null'),
        ('{"id": true, "text": "x"}', '"id" is a truth value'),
        ('{"id": 1.5, "text": "x"}', '"id" is a number'),
        ('{"id": "\\ud800", "text": "x"}', "half a character"),
        ('{"id": 1}', '"text" is missing'),
        ('{"id": 1, "text": ["x"]}', '"text" is a list'),
    ],
)
def test_a_broken_line_is_told_with_its_place_and_remedy_and_the_rest_is_read(line: str, what: str) -> None:
    rows = list(read_batch(['{"id": 1, "text": "Hello"}', "", line, '{"id": 2, "text": "Hello"}']))

    assert [row.get("id") for row in rows] == [1, None, 2]
    assert set(rows[1]) == {"line", "error"}
    assert rows[1]["line"] == 3
    assert rows[1]["error"].startswith(f"line 3: {what}") or what in rows[1]["error"]
    assert rows[1]["error"].endswith(".")
    assert "\n" not in rows[1]["error"]


def test_a_mark_at_the_beginning_of_a_file_is_no_fault() -> None:
    (row,) = read_batch(['\ufeff{"id": 1, "text": "Hello there"}\r\n'])
    assert row["id"] == 1


def test_lines_are_read_as_they_come() -> None:
    def endless():
        while True:
            yield '{"id": 1, "text": "Hello"}'

    assert next(iter(read_batch(endless())))["id"] == 1
