"""Mentions in files: JSON Lines and CSV of any export, guessed, correctable, and streamed with their places.

`guess` looks at a file, `read` goes through it. Both take a path or an open file; `opened` makes one of a
path or of "-", the standard input.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from accalmie.networks.files.guess import guess
from accalmie.networks.files.layout import CAP, FIELDS, Layout, Unreadable, Why, sentence
from accalmie.networks.files.read import Row, read

__all__ = ["CAP", "FIELDS", "Layout", "Row", "Unreadable", "Why", "guess", "opened", "read", "sentence"]


@contextmanager
def opened(name: str, standard_input: BinaryIO | None = None) -> Iterator[BinaryIO]:
    """Open a file for `guess` and `read`, or the standard input for "-". Raises OSError."""
    if name == "-":
        # A buffer of its own, large enough to look at the beginning without taking it away.
        given: Any = standard_input or sys.stdin.buffer
        buffered = io.BufferedReader(getattr(given, "raw", given), 1 << 18)
        try:
            yield buffered
        finally:
            buffered.detach()
        return
    with open(name, "rb") as file:  # noqa: PTH123
        yield file
