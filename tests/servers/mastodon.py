"""mastodon_mock as a brand's Mastodon server: REST, streaming and faults on order, with three accounts."""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

_CONFIGURATION = """
title = "Social of the North"
[server]
host = "127.0.0.1"
port = {port}
[auth]
permissive = false
enforce_scopes = true
[streaming]
enabled = {streaming}
heartbeat_seconds = {heartbeat}
"""
_ACCOUNT = """
[[seed.accounts]]
username = "{name}"
access_token = "{name}-token"
"""
ACCOUNTS = ("brand", "alice", "bob")


class Mastodon:
    """A running server. Accounts are brand, alice and bob; the token of each is "name-token"."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.host = f"127.0.0.1:{port}"
        self.address = f"http://{self.host}"
        self._process = process
        self._client = httpx.Client(base_url=self.address, trust_env=False, timeout=20)

    def ask(self, who: str, method: str, path: str, **content: Any) -> Any:
        """Make a call as somebody and return the answer's JSON."""
        headers = {"Authorization": f"Bearer {who}-token"}
        answer = self._client.request(method, path, headers=headers, **content)
        answer.raise_for_status()
        return answer.json()

    def post(self, who: str, text: str, **more: Any) -> dict[str, Any]:
        """Publish a status and return it."""
        status: dict[str, Any] = self.ask(who, "POST", "/api/v1/statuses", json={"status": text, **more})
        return status

    def edit(self, who: str, status: str, text: str) -> None:
        """Change a status's words."""
        self.ask(who, "PUT", f"/api/v1/statuses/{status}", json={"status": text})

    def delete(self, who: str, status: str) -> None:
        """Delete a status."""
        self.ask(who, "DELETE", f"/api/v1/statuses/{status}")

    def boost(self, who: str, status: str) -> dict[str, Any]:
        """Boost a status and return the boost."""
        boost: dict[str, Any] = self.ask(who, "POST", f"/api/v1/statuses/{status}/reblog")
        return boost

    def fault(self, path: str, effect: dict[str, Any], count: int | None = None) -> None:
        """Let calls to this path ("*" stands for anything) meet with a fault, the next `count` or all."""
        rule = {"match": {"path": path}, "effect": effect, "count": count}
        self._client.post("/api/v1/_mock/faults", json=rule).raise_for_status()

    def reset(self) -> None:
        """Forget all statuses and faults."""
        self._client.delete("/api/v1/_mock/faults").raise_for_status()
        self._client.post("/api/v1/_mock/reset").raise_for_status()

    def kill(self) -> None:
        """End it in the middle of whatever it does, as a server that breaks down."""
        self._process.kill()
        self._process.wait()


@contextmanager
def running(*, streaming: bool = True, heartbeat: float = 1.0) -> Iterator[Mastodon]:
    """Start mastodon_mock and stop it afterwards; skip the test, loudly, where it is not installed."""
    if importlib.util.find_spec("mastodon_mock") is None:
        pytest.skip("mastodon_mock is not installed (pip install mastodon_mock==0.6.1)")
    with tempfile.TemporaryDirectory(prefix="accalmie-mastodon-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        settings = _CONFIGURATION.format(port=port, streaming=str(streaming).lower(), heartbeat=heartbeat)
        (folder / "mock.toml").write_text(settings + "".join(_ACCOUNT.format(name=who) for who in ACCOUNTS))
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "mastodon_mock", "serve", "--config", str(folder / "mock.toml"),
                 "--in-memory", "--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"],
                cwd=folder, stdout=log, stderr=log, env={**os.environ, "TMPDIR": name},
            )  # fmt: skip
        try:
            _wait_until_up(port, process, folder / "log")
            yield Mastodon(port, process)
        finally:
            # Asked nicely, it would first wait for its streams to end.
            process.kill()
            process.wait()


def _wait_until_up(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"mastodon_mock did not start:\n{log.read_text()[-2000:]}")
            time.sleep(0.1)
