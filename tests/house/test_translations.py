"""Every text of the pages is there in French and German, complete, and compiled."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import polib
import pytest

from tests.house import documents

PAGES = documents.HOME / "src" / "accalmie" / "pages"
#: Rooms below whose refusals are told on the pages too.
REFUSING = ("actions", "records")
TRANSLATIONS = ("fr", "de")
#: `django-admin makemessages` that also finds the texts in lazy(...), as the Makefile has it.
COLLECT = """
import sys
from django.core.management import execute_from_command_line
from django.core.management.commands.makemessages import Command
Command.xgettext_options.append("--keyword=lazy")
execute_from_command_line(sys.argv)
"""
Text = tuple[str, str, str]


def catalogue(language: str) -> Path:
    return PAGES / "locale" / language / "LC_MESSAGES" / "django.po"


@cache
def entries(language: str) -> dict[Text, polib.POEntry]:
    found = polib.pofile(str(catalogue(language)))
    return {of(entry): entry for entry in found if not entry.obsolete}


def of(entry: polib.POEntry) -> Text:
    """Return what makes a text the same text: its context, itself, and its plural."""
    return entry.msgctxt or "", entry.msgid, entry.msgid_plural or ""


def said(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> set[Text]:
    """Every text that the pages mark for translation, collected anew as `make messages` does."""
    if shutil.which("xgettext") is None:
        pytest.skip("GNU gettext is not installed (Debian: gettext)")
    copy = tmp_path_factory.mktemp("pages") / "pages"
    ignored = shutil.ignore_patterns("locale", "__pycache__", "static")
    shutil.copytree(PAGES, copy, ignore=ignored)
    for room in REFUSING:
        shutil.copytree(PAGES.parent / room, copy / room, ignore=ignored)
    (copy / "locale").mkdir()
    call = [
        sys.executable,
        "-P",
        "-c",
        COLLECT,
        "makemessages",
        "-l",
        "fr",
        "--no-location",
        "-e",
        "html,txt,py",
    ]
    plain = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run(call, cwd=copy, env=plain, check=True, capture_output=True)
    return {of(entry) for entry in polib.pofile(str(copy / "locale" / "fr" / "LC_MESSAGES" / "django.po"))}


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_every_text_of_the_pages_is_translated(written, language):
    missing = sorted(written - set(entries(language)))
    assert not missing, "run `make messages` and translate"
    untold = [
        text for text in sorted(written) if not all(part.strip() for part in said(entries(language)[text]))
    ]
    assert not untold
    assert not [text for text in written if entries(language)[text].fuzzy], (
        "guessed by gettext, seen by nobody"
    )


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_a_translation_fills_in_what_the_text_does(language):
    for text, entry in entries(language).items():
        wanted = blanks(entry.msgid) | blanks(entry.msgid_plural or "")
        for part in filter(None, said(entry)):
            # A language may leave out the figure in its singular ("une mention").
            assert blanks(part) <= wanted, text
            assert bool(entry.msgid_plural) or blanks(part) == wanted, text


def blanks(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]|%[sd]", text))


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_the_compiled_catalogue_is_up_to_date(language):
    compiled = polib.mofile(str(catalogue(language).with_suffix(".mo")))
    assert {of(entry): said(entry) for entry in compiled} == {
        text: said(entry) for text, entry in entries(language).items() if entry.translated()
    }, "run `make messages`"
