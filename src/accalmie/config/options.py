"""Every setting: its name, default and meaning; read, checked, and refused with its remedy.

This module is imported before Django, and by `accalmie doctor`; it must stay light.
"""

from __future__ import annotations

import base64
import errno
import os
import secrets
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


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


#: Without the value, which may hold a password.
_NO_ADDRESS = "is neither empty nor postgresql://user:password@host:port/name"


def _database(value: str) -> str:
    if value in {"", "sqlite"}:
        return ""
    try:
        parts = urlsplit(value)
        named = parts.scheme in {"postgres", "postgresql"} and bool(parts.path.lstrip("/"))
        # A port that is no number is told when it is asked for.
        return "" if named and parts.port != 0 else _NO_ADDRESS
    except ValueError:
        return _NO_ADDRESS


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
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except OSError as error:
        raise _unwritable(folder, error) from None
    return folder


def _unwritable(folder: Path, error: OSError) -> WrongSetting:
    full = error.errno in {errno.ENOSPC, errno.EDQUOT}
    remedy = "Make room on its disk." if full else "Set ACCALMIE_DATA to a folder that you may write."
    return WrongSetting(
        f"accalmie.E001: ACCALMIE_DATA ({folder}) cannot be written: {error.strerror}. {remedy}"
    )


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
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise WrongSetting(
            f"accalmie.E006: {path} cannot be read: {error.strerror}. Change its rights."
        ) from None
    except UnicodeDecodeError:
        raise WrongSetting(f"accalmie.E006: {path} is not UTF-8 text. Write it again as such.") from None
    values = {}
    for count, line in enumerate(lines, 1):
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
    try:
        if not path.exists():
            _make_key(path)
        lines = path.read_text(encoding="ascii").split()
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EROFS}:
            raise _unwritable(folder, error) from None
        raise WrongSetting(
            f"accalmie.E007: {path} cannot be read: {error.strerror}. Give it to the user who runs this."
        ) from None
    except UnicodeDecodeError:
        lines = []
    if len(lines) != 2 or not _is_key(lines[1]):
        raise WrongSetting(f"accalmie.E005: {path} is damaged. Restore it from a backup. Without one, remove it: "
                           "a new one is made, and stored tokens and contacts must be entered again.")  # fmt: skip
    return lines[0], lines[1]


def _make_key(path: Path) -> None:
    """Make the key's file, whole or not at all: half of one would pass for a damaged one at the next start."""
    own, at_rest = secrets.token_urlsafe(48), base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{own}\n{at_rest}\n")
            file.flush()
            os.fsync(descriptor)
        # Of two processes that start at once, the first one's key stays.
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _is_key(text: str) -> bool:
    """Tell whether this can be the key of Fernet: 32 bytes in the alphabet for addresses."""
    try:
        return len(base64.b64decode(text, altchars=b"-_", validate=True)) == 32
    except ValueError:
        return False


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
        # What stands behind "?" (sslmode=require and the like) goes to the server's client.
        "OPTIONS": {"connect_timeout": 10, **dict(parse_qsl(parts.query))},
        "CONN_MAX_AGE": 60,
        # A server that was started anew must not cost each page its first answer.
        "CONN_HEALTH_CHECKS": True,
    }


def fail(error: WrongSetting) -> None:
    """Say what is wrong in one sentence and end with exit code 2."""
    print(f"accalmie: {error}", file=sys.stderr)
    raise SystemExit(2)
