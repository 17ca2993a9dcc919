"""Every setting: its name, default and meaning; read, checked, and refused with its remedy.

This module is imported before Django, and by `accalmie doctor`; it must stay light.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit


class WrongSetting(Exception):
    """A setting cannot be used; the message says which, why, and the remedy."""


@dataclass(frozen=True, slots=True)
class Option:
    """One setting. `check` returns what is wrong with a value, or ""."""

    name: str
    default: str
    meaning: str
    check: Callable[[str], str] = lambda value: ""
    remedy: str = ""


def _yes_or_no(value: str) -> str:
    return "" if value in {"yes", "no"} else f"is {value!r}, neither yes nor no"


def _whole(low: int, high: int) -> Callable[[str], str]:
    def check(value: str) -> str:
        fits = value.isdecimal() and low <= int(value) <= high
        return "" if fits else f"is {value!r}, not a whole number from {low} to {high}"

    return check


def _database(value: str) -> str:
    if value in {"", "sqlite"}:
        return ""
    if urlsplit(value).scheme in {"postgres", "postgresql"}:
        return ""
    return f"is {value!r}, neither empty nor postgresql://user:password@host:port/name"


OPTIONS: tuple[Option, ...] = (
    Option("ACCALMIE_DATA", "", "The folder of everything that is kept. Default: ~/.local/share/accalmie"),
    Option("ACCALMIE_DATABASE", "", "postgresql://user:password@host:port/name; empty: SQLite in the data folder",
           _database, "Set it to a PostgreSQL address, or remove it to use SQLite."),
    Option("ACCALMIE_HOST", "127.0.0.1", "The address that the pages are served on"),
    Option("ACCALMIE_PORT", "8765", "The port that the pages are served on", _whole(1, 65535),
           "Set it to a free port such as 8765."),
    Option("ACCALMIE_HOSTS", "localhost,127.0.0.1,[::1]", "Names by which browsers may reach the pages"),
    Option("ACCALMIE_ORIGINS", "", "Full origins behind a proxy: https://crisis.example"),
    Option("ACCALMIE_HTTPS", "no", "yes when a proxy in front speaks HTTPS: cookies are then sent over HTTPS only",
           _yes_or_no, "Set it to yes or no."),
    Option("ACCALMIE_ALLOW_PRIVATE_NETWORK", "no", "yes lets sources reach this machine's own network",
           _yes_or_no, "Set it to yes or no."),
    Option("ACCALMIE_UPLOAD_LIMIT_MB", "2048", "The largest file that can be uploaded, in megabytes",
           _whole(1, 100_000), "Set it to a whole number of megabytes."),
    Option("ACCALMIE_DEBUG", "no", "yes shows errors in the browser; never where others can reach it",
           _yes_or_no, "Set it to yes or no."),
)  # fmt: skip


def data_folder(options: Mapping[str, str]) -> Path:
    """Return the data folder, made if it is not there. Raises WrongSetting when it cannot be written."""
    named = options.get("ACCALMIE_DATA", "")
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    folder = Path(named).expanduser() if named else Path(home) / "accalmie"
    try:
        for place in (folder, folder / "uploads", folder / "static"):
            place.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise WrongSetting(
            f"accalmie.E001: ACCALMIE_DATA ({folder}) cannot be written: {error.strerror}. "
            "Set ACCALMIE_DATA to a folder that you may write."
        ) from None
    return folder


def load(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return every setting's value: environment first, then `accalmie.env` in the data folder, then default.

    Raises WrongSetting, naming the setting and the remedy, for a value that cannot be used and for a name
    beginning with ACCALMIE_ that is not a setting (a typing mistake would otherwise pass unseen).
    """
    given = dict(os.environ if environment is None else environment)
    named = {k: v for k, v in given.items() if k.startswith("ACCALMIE_")}
    from_file = _read_file(data_folder(given) / "accalmie.env")
    known = {option.name for option in OPTIONS}
    for name in sorted((named.keys() | from_file.keys()) - known):
        raise WrongSetting(f"accalmie.E002: {name} is not a setting. Known are: {', '.join(sorted(known))}.")
    values = {o.name: named.get(o.name, from_file.get(o.name, o.default)) for o in OPTIONS}
    for option in OPTIONS:
        if wrong := option.check(values[option.name]):
            raise WrongSetting(f"accalmie.E003: {option.name} {wrong}. {option.remedy}")
    return values


def _read_file(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    values = {}
    for count, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals:
            raise WrongSetting(f"accalmie.E004: {path}, line {count}: no '=' in it. Write NAME=value.")
        values[name.strip()] = value.strip().strip("\"'")
    return values


def installation_key(folder: Path) -> tuple[str, str]:
    """Return Django's key and the key that encrypts secrets at rest, made at the first start (mode 0600)."""
    path = folder / "secret.key"
    if not path.exists():
        from cryptography.fernet import Fernet

        text = f"{secrets.token_urlsafe(48)}\n{Fernet.generate_key().decode()}\n"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
    lines = path.read_text().split()
    if len(lines) != 2:
        raise WrongSetting(f"accalmie.E005: {path} is damaged. Restore it from a backup; without it stored "
                           "tokens cannot be read.")  # fmt: skip
    return lines[0], lines[1]


def database(options: Mapping[str, str], folder: Path) -> dict[str, Any]:
    """Return Django's description of the database."""
    address = options["ACCALMIE_DATABASE"]
    if address in {"", "sqlite"}:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(folder / "accalmie.sqlite3"),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536; "
                "PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=67108864;",
            },
            "TEST": {"NAME": str(folder / "test.sqlite3")},
        }
    parts = urlsplit(address)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
    }


def fail(error: WrongSetting) -> None:
    """Say what is wrong in one sentence and end with exit code 2."""
    print(f"accalmie: {error}", file=sys.stderr)
    raise SystemExit(2)
