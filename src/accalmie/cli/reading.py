"""`accalmie read`: messages in, readings out."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

import typer


def read(batch: str, out: str) -> int:
    """Read a batch of messages; return the exit code."""
    from accalmie.core.reading.batch import read_batch

    with ExitStack() as files:
        try:
            source: TextIO = sys.stdin
            if batch != "-":
                source = files.enter_context(Path(batch).open(encoding="utf-8", errors="replace"))
            target: TextIO = sys.stdout
            if out != "-":
                target = files.enter_context(Path(out).open("w", encoding="utf-8"))
        except OSError as error:
            typer.echo(f"accalmie: {error.filename}: {error.strerror}", err=True)
            return 2
        wrong = 0
        for answer in read_batch(source):
            if "error" in answer:
                wrong += 1
                typer.echo(f"accalmie: {batch}, {answer['error']}", err=True)
            else:
                target.write(json.dumps(answer, ensure_ascii=False) + "\n")
    return 2 if wrong else 0
