"""docs/claims.md and the tests say the same: each row names tests that there are, and each mark has its row."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from functools import cache

import pytest

from accalmie.cli import app
from accalmie.pages.urls import urlpatterns
from tests.house import documents

PAGE = "docs/claims.md"
SECTIONS = documents.sections(PAGE)
ROWS = documents.rows(SECTIONS["What works today"])
LATER = [row[0].strip("*") for row in documents.rows(SECTIONS["Later"])]
CLAIM, WHAT, ADDRESS, COMMAND, TESTS = range(5)


@cache
def marked() -> dict[str, dict[str, set[str]]]:
    """Return the tests with the mark of a claim: claim > file below tests > names."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for path in sorted((documents.HOME / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for mark in node.decorator_list:
                    if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.claim":
                        name = str(path.relative_to(documents.HOME / "tests"))
                        found[ast.literal_eval(mark.args[0])][name].add(node.name)
    return found


def named(row: list[str]) -> list[tuple[str, str]]:
    """Return the tests that a row names: "core/test_alarm.py: `test_a`, `test_b`; pages/..."."""
    found = []
    for part in row[TESTS].split(";"):
        file, _, tests = part.strip().partition(": ")
        found += [(file.strip("`"), test) for test in documents.code(tests)]
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0].strip('*')}, {row[1][:40]}")
def test_a_row_names_tests_that_there_are_and_that_carry_the_claim(row):
    tests = named(row)
    assert tests, "a claim without a test is none"
    for file, test in tests:
        assert test in marked()[row[CLAIM].strip("*")][file], f"{file} has no {test} with this mark"


def test_every_claim_that_a_test_proves_has_a_row():
    assert set(marked()) <= {row[CLAIM].strip("*") for row in ROWS}


def test_what_comes_later_is_not_claimed_today():
    assert not set(LATER) & {row[CLAIM].strip("*") for row in ROWS}
    assert len(set(LATER)) == len(LATER)


def test_the_claims_of_the_first_version_are_all_there():
    assert {"M4", "S1", "M7", "M1c"} <= {row[CLAIM].strip("*") for row in ROWS}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0].strip('*')}, {row[1][:40]}")
def test_a_row_names_pages_and_commands_that_there_are(row):
    shapes = {re.sub(r"<[^>]+>", "…", str(pattern.pattern)) for pattern in urlpatterns}
    assert {page.removeprefix("/") for page in documents.code(row[ADDRESS])} <= shapes
    commands = {command.name or command.callback.__name__ for command in app.registered_commands}  # type: ignore[union-attr]
    assert {told.split()[1] for told in documents.code(row[COMMAND])} <= commands
    assert documents.code(row[ADDRESS]) or documents.code(row[COMMAND]), "a person can come to it"
