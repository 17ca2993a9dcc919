"""The program `accalmie`: the command line, with a wrong setting told in one sentence."""

from __future__ import annotations

import os

from accalmie.cli import app
from accalmie.config.options import WrongSetting, fail


def main() -> None:
    """Run the command that was typed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "accalmie.config.settings")
    try:
        app()
    except WrongSetting as error:
        fail(error)
