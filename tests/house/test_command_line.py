"""The command line is a contract: every command, option, default and column is in its page, and nothing else is."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
import typer
from typer.testing import CliRunner

from accalmie.cli import app
from accalmie.core.drill import SCENARIOS
from accalmie.core.fever.pulse import Phase
from tests.house import documents

PAGE = "docs/command-line.md"
SECTIONS = documents.sections(PAGE)
GROUP = typer.main.get_command(app)
COMMANDS = dict(GROUP.commands)  # type: ignore[attr-defined]
#: Every command that has options, the program itself among them ("").
ALL = {"": GROUP, **COMMANDS}


def section(command: str) -> str:
    return SECTIONS[f"accalmie {command}".strip()]


def options(command: click.Command) -> dict[str, click.Option]:
    """Return what people can type, by its first name."""
    shown = (p for p in command.params if getattr(p, "param_type_name", "") == "option" and not p.hidden)
    return {option.opts[0]: option for option in shown}


def told(command: str) -> dict[str, list[str]]:
    """Return the rows of the table of options in a command's section."""
    return {row[0].strip("`"): row for row in documents.rows(section(command)) if row[0].startswith("`--")}


def columns(command: str) -> list[str]:
    """Return the words of the first column of the tables that are not about options, in order."""
    named = (row[0] for row in documents.rows(section(command)) if not row[0].startswith("`--"))
    return [word for cell in named for word in documents.code(cell)]


def test_every_command_has_its_section_and_no_other_has():
    assert set(SECTIONS) == {f"accalmie {name}".strip() for name in ALL}


@pytest.mark.parametrize("name", ALL)
def test_every_option_is_told_and_no_other(name):
    there = set(options(ALL[name])) - ({"--help"} if name else set())
    if not name:
        # Click adds it to every command by itself.
        there |= {"--help"}
    assert set(told(name)) == there


@pytest.mark.parametrize("name", COMMANDS)
def test_the_defaults_are_told_as_they_are(name):
    for option, row in told(name).items():
        found = options(COMMANDS[name])[option]
        if found.required:
            assert row[1] == "required"
        elif found.default and not found.is_flag:
            assert row[1] == f"`{found.default}`"


def test_what_the_page_calls_standard_works():
    for name in COMMANDS:
        assert CliRunner().invoke(app, [name, "--help"]).exit_code == 0
    assert CliRunner().invoke(app, ["--version"]).exit_code == 0
    assert CliRunner().invoke(app, ["nonsense"]).exit_code == 2
    assert CliRunner().invoke(app, ["import"]).exit_code == 2, "a file and a topic are missing"


def test_the_scenarios_are_those_that_there_are():
    assert re.findall(r"^\| `(\w+)` \|", section("drill").partition("| scenario |")[2], re.MULTILINE) == list(
        SCENARIOS
    )


def test_the_columns_of_a_drill_are_those_of_the_page(tmp_path):
    written = composed(tmp_path)
    prose = section("drill").partition("The columns: ")[2]
    named = [word for word in documents.code(prose) if word != "true"]
    assert list(json.loads(written.read_text(encoding="utf-8").splitlines()[0])) == named


def test_the_columns_of_the_fever_are_those_of_the_page(tmp_path):
    counts = tmp_path / "counts.csv"
    counts.write_text("timestamp,value\n2026-03-01T00:00,3\n2026-03-01T00:05,4\n", encoding="utf-8")
    answer = CliRunner().invoke(app, ["fever", "--counts", str(counts), "--out", "-"])
    assert next(csv.reader(io.StringIO(answer.stdout))) == columns("fever")


def test_the_keys_of_a_reading_are_those_of_the_page(tmp_path):
    batch = tmp_path / "in.jsonl"
    batch.write_text('{"id": 1, "text": "The tills are down again."}\n', encoding="utf-8")
    answer = CliRunner().invoke(app, ["read", "--batch", str(batch), "--out", "-"])
    assert set(json.loads(answer.stdout)) == set(columns("read"))


def test_the_keys_and_the_exit_code_of_a_replay_are_those_of_the_page(tmp_path):
    answer = CliRunner().invoke(app, ["watch", str(composed(tmp_path)), "--json"])
    lines = [json.loads(line) for line in answer.stdout.splitlines()]
    assert answer.exit_code == 1, "a storm was in it"
    assert all(list(line) == columns("watch") for line in lines)
    row = next(row for row in documents.rows(section("watch")) if row[0] == "`phase`")
    assert documents.code(row[1]) == [phase.value for phase in Phase]
    alarms = next(row for row in documents.rows(section("watch")) if row[0] == "`alarm`")
    assert {json.dumps(line["alarm"]) for line in lines} <= set(documents.code(alarms[1]))


def composed(folder: Path) -> Path:
    """Return a small brand's storm in a file."""
    from accalmie.cli.drill import drill

    file = folder / "drill.jsonl"
    assert drill("small_brand", 1, str(file), ends=datetime(2026, 3, 2, 21, tzinfo=UTC)) == 0
    return file
