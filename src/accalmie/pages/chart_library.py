"""The chart library's script for browsers: Vega-Lite out of its wheel, made once, and kept in the data folder."""

from __future__ import annotations

import gzip
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage

#: Made in a process of its own: V8 takes some 120 MB, and would keep them.
MAKE = """
import json, sys
import vl_convert
locales = {"en": "en-GB", "fr": "fr-FR", "de": "de-DE"}
numbers = {code: vl_convert.get_format_locale(name) for code, name in locales.items()}
snippet = "window.accalmieCharts = {embed: vegaEmbed, numbers: %s};" % json.dumps(numbers)
sys.stdout.buffer.write(vl_convert.javascript_bundle(snippet).encode())
"""


@cache
def file_name() -> str:
    """Return the script's name; it changes with the library, so that browsers may keep it for ever."""
    seal = hashlib.sha256(f"{version('vl-convert-python')}|{MAKE}".encode()).hexdigest()
    return f"accalmie/charts-library.{seal[:12]}.js"


def folder() -> Path:
    """Return where scripts made here are kept."""
    return Path(settings.DATA) / "assets"


def made() -> Path:
    """Return the script's file, making it if it is not there (some two seconds)."""
    path = folder() / file_name()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        done = subprocess.run([sys.executable, "-c", MAKE], capture_output=True, check=True)
        _write(path.with_name(path.name + ".gz"), gzip.compress(done.stdout, 9))
        _write(path, done.stdout)
    return path


def _write(path: Path, content: bytes) -> None:
    # Two processes may start at once: each writes a file of its own, the last one stays.
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)


class LibraryFinder(BaseFinder):
    """Gives Django and WhiteNoise the script like any other static file."""

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        """Nothing can be set wrong."""
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> str | list[str]:  # type: ignore[override]
        """Return where the script is, when it is asked for."""
        found = [str(made())] if path == file_name() else []
        return found if find_all else (found[0] if found else [])

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[Any]:
        """Return the script, plain and packed, and the place it is in."""
        made()
        storage = FileSystemStorage(location=str(folder()))
        # The packed form is listed too: WhiteNoise gives it to browsers only if it has seen it.
        yield from ((file_name(), storage), (f"{file_name()}.gz", storage))
