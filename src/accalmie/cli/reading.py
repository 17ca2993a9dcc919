"""`accalmie read`: messages in, readings out."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from accalmie.cli import wrong


def read(batch: str, out: str) -> int:
    """Read a batch of messages; return the exit code."""
    try:
        with ExitStack() as files:
            if "-" not in {batch, out} and Path(out).exists() and Path(out).samefile(batch):
                return wrong.end(f"{out}: --out is the same file; choose another, it would be overwritten.")
            source = _given() if batch == "-" else files.enter_context(_opened(batch))
            target: TextIO = sys.stdout
            if out != "-":
                target = files.enter_context(Path(out).open("w", encoding="utf-8"))
            return _read(source, "standard input" if batch == "-" else batch, target)
    except BrokenPipeError:
        raise  # Whoever read us has seen enough.
    except OSError as error:
        return wrong.end(wrong.at(error, batch, out))


def _given() -> TextIO:
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    return sys.stdin


def _opened(batch: str) -> TextIO:
    return Path(batch).open(encoding="utf-8", errors="replace")


def _read(source: TextIO, name: str, target: TextIO) -> int:
    from accalmie.core.reading.batch import read_batch

    code = 0
    for answer in read_batch(source):
        if "error" in answer:
            code = wrong.end(f"{name}, {answer['error']}")
        else:
            target.write(json.dumps(answer, ensure_ascii=False) + "\n")
    target.flush()
    return code
