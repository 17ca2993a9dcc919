"""A PostgreSQL server for one test run, on loopback, in a folder of its own."""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path


def binaries() -> Path | None:
    """Return the folder that holds initdb, the newest version first; None when there is no server."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if found:
        return found[0].parent
    inpath = shutil.which("initdb")
    return Path(inpath).parent if inpath else None


def start() -> str:
    """Start a server and return its address. Ends the run with a loud reason where that is not possible."""
    bin = binaries()
    if bin is None:
        sys.exit(
            "tests: PostgreSQL's server is not installed (Debian: postgresql-15); install it to run these tests"
        )
    folder = Path(tempfile.mkdtemp(prefix="accalmie-postgresql-"))
    as_user = _ordinary_user(folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = folder / "data"
    _run(
        as_user,
        bin / "initdb",
        "-D",
        data,
        "-U",
        "accalmie",
        "--auth=trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    )
    with (data / "postgresql.conf").open("a") as settings:
        settings.write(
            f"\nlisten_addresses='127.0.0.1'\nport={port}\nunix_socket_directories=''\nfsync=off\n"
        )
    _run(as_user, bin / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "start")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(_run, as_user, bin / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    return f"postgresql://accalmie@127.0.0.1:{port}/postgres"


def _ordinary_user(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root: then another user runs it, and owns the folder."""
    if os.getuid() != 0:
        return []
    user = next(name for name in ("postgres", "nobody") if _exists(name))
    shutil.chown(folder, user)
    return ["runuser", "-u", user, "--"]


def _exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _run(as_user: list[str], *command: object) -> None:
    subprocess.run([*as_user, *map(str, command)], check=True, stdout=subprocess.DEVNULL, cwd="/")
