"""What the core reads of the languages: lexicons and prepared sentences, in French, English and German.

Each table is a TOML file beside this one. Tables of sentences have one entry for each key, with `fr`, `en`
and `de`; `say` fills in the blanks.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "fr", "de")


@cache
def table(name: str) -> dict[str, Any]:
    """Return the table `name` (a path below this folder without its ending), read once.

    Raises FileNotFoundError for a table that does not exist.
    """
    return tomllib.loads(files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def say(name: str, key: str, language: str, /, **values: object) -> str:
    """Return the sentence `key` of the table `name` in `language` (English where we lack it), filled in."""
    entry = table(name)[key]
    return str(entry.get(language[:2], entry["en"])).format(**values)
