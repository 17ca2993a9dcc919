"""The wheel holds all that the program needs, and works from a fresh place."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from accalmie import __version__
from tests.house import documents

#: A first start out of the wheel: tables, the sign-in page, its style, each kind of text.
FIRST_START = """
from importlib.resources import files
from accalmie.cli import ground
ground.settings()
ground.tables()
import accalmie
from django.contrib.staticfiles import finders
from django.test import Client
from accalmie.phrasebook import say, table
answer = Client().get("/account/login/", headers={"host": "localhost", "accept-language": "fr"})
print(accalmie.__file__, answer.status_code, bool(finders.find("accalmie/accalmie.css")))
print(b"Mot de passe" in answer.content, say("levels", "name_4", "fr"), len(table("drill/outage.de")) > 0)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    call = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
    ]
    subprocess.run([*call, "--wheel-dir", str(folder), str(documents.HOME)], check=True, capture_output=True)
    return next(folder.glob("accalmie-*.whl"))


@pytest.fixture(scope="module")
def place(wheel, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder)
    return folder


def run(place: Path, data: Path, *arguments: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ACCALMIE_")}
    fresh = kept | {
        "PYTHONPATH": str(place), "ACCALMIE_DATA": str(data), "DJANGO_SETTINGS_MODULE": "accalmie.config.settings"
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, *arguments], cwd=data, env=fresh, check=True, capture_output=True, text=True
    )
    return done.stdout


def test_everything_that_is_kept_of_the_program_is_in_the_wheel(wheel):
    asked = ["git", "ls-files", "--cached", "src/accalmie"]
    tracked = subprocess.run(
        asked, cwd=documents.HOME, check=True, capture_output=True, text=True
    ).stdout.split()
    there = [name for name in tracked if (documents.HOME / name).exists()]
    with zipfile.ZipFile(wheel) as packed:
        assert {name.removeprefix("src/") for name in there} <= set(packed.namelist())
        assert any(name.endswith("licenses/LICENSE") for name in packed.namelist())


def test_the_command_starts_out_of_the_wheel(place, tmp_path):
    assert run(place, tmp_path, "-m", "accalmie", "--version").strip() == __version__
    assert "doctor" in run(place, tmp_path, "-m", "accalmie", "--help")
    entry = next(place.glob("accalmie-*.dist-info")) / "entry_points.txt"
    assert "accalmie = accalmie.config.command:main" in entry.read_text()


def test_a_fresh_place_has_its_tables_its_pages_and_its_words(place, tmp_path):
    first, second = run(place, tmp_path, "-c", FIRST_START).splitlines()
    file, status, style = first.split()
    assert Path(file).is_relative_to(place), "not the checkout"
    assert (status, style) == ("200", "True")
    assert second == "True vent fort True"
