"""What a benchmark gives back: a figure, the goal, and what stands beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: The repository, and real data beside it, where there are any.
HOME = Path(__file__).resolve().parents[1]
SHARED = HOME.parent / "shared"


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table. `reached` is None where there is no goal."""

    what: str
    measured: str
    goal: str = ""
    beside: str = ""
    reached: bool | None = None

    def row(self) -> str:
        """Return it as a row of a Markdown table."""
        mark = {True: "yes", False: "**no**", None: ""}[self.reached]
        return f"| {self.what} | {self.measured} | {self.goal} | {mark} | {self.beside} |"


HEAD = "| what | measured | goal | reached | beside it |\n|---|---|---|---|---|"


def environment(data: Path, **more: str) -> dict[str, str]:
    """Return the environment of a process with a data folder of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ACCALMIE_")}
    return kept | {"ACCALMIE_DATA": str(data), "DJANGO_SETTINGS_MODULE": "accalmie.config.settings"} | more


def child(module: str, *arguments: object, data: Path, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run `python -m module` to its end in a process of its own; its standard output is returned."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.run(
        command, env=environment(data), cwd=HOME, check=True, text=True, stdout=subprocess.PIPE, **more
    )
