"""The documents, taken apart for the tests that hold them to the program."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
DOCS = HOME / "docs"


@cache
def text(name: str) -> str:
    """Return a document, by its path from the repository's top."""
    return (HOME / name).read_text(encoding="utf-8")


def everything() -> list[Path]:
    """Return every document for people."""
    return sorted([*HOME.glob("*.md"), *DOCS.rglob("*.md")])


def sections(name: str, level: int = 2) -> dict[str, str]:
    """Return what stands under each heading of this level, by the heading's words."""
    parts = re.split(rf"^{'#' * level} (.+)$", text(name), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def rows(part: str) -> list[list[str]]:
    """Return the rows of every table in a text, without heads and rules, each as its cells."""
    lines = [line.strip() for line in part.splitlines()]
    found = []
    for at, line in enumerate(lines):
        ruled = at + 1 < len(lines) and re.fullmatch(r"\|[-| :]+\|", lines[at + 1])
        if line.startswith("|") and not ruled and not re.fullmatch(r"\|[-| :]+\|", line):
            found.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return found


def code(part: str) -> list[str]:
    """Return everything that stands in backticks."""
    return re.findall(r"`([^`\n]+)`", part)
