"""nginx as a feed's web server: validators, 304, gzip, redirects and refusals as the world has them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_CONFIGURATION = """
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log {folder}/access.log;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  types {{ application/atom+xml atom; application/rss+xml rss; application/feed+json json; text/html html; }}
  gzip on; gzip_min_length 100; gzip_types application/atom+xml application/rss+xml application/feed+json;
  server {{
    listen 127.0.0.1:{port};
    root {folder}/www;
    location /slow/ {{ alias {folder}/www/; limit_rate 1k; gzip off; }}
    location /moved/ {{ rewrite ^/moved/(.*)$ /$1 permanent; }}
    location /found/ {{ rewrite ^/found/(.*)$ /$1 redirect; }}
    location /round/ {{ return 301 /round/; }}
    location /gone/ {{ return 410; }}
    location /down/ {{ add_header Retry-After 120 always; return 503; }}
    location /often/ {{ add_header Retry-After "Sat, 21 Nov 2026 12:02:00 GMT" always; return 429; }}
    location /secret/ {{ return 401; }}
  }}
}}
"""


class Nginx:
    """A running nginx. What is in its folder `www` is at its address."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder
        self.address = f"http://127.0.0.1:{port}"

    def write(self, name: str, content: bytes) -> str:
        """Put a file in place, whole at once, and return its address."""
        draft = self._folder / "draft"
        draft.write_bytes(content)
        draft.chmod(0o644)
        draft.rename(self._folder / "www" / name)
        return f"{self.address}/{name}"


@contextmanager
def running() -> Iterator[Nginx]:
    """Start nginx and stop it afterwards; skip the test, loudly, where there is none."""
    program = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if program is None:
        pytest.skip("nginx is not installed (Debian: nginx-light)")
    # Not in pytest's own folder, which other users, such as nginx's worker, must not enter.
    with tempfile.TemporaryDirectory(prefix="accalmie-nginx-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "www").mkdir()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        settings = folder / "nginx.conf"
        # Started by root, the worker must not be; started by anybody else, it cannot be anyone but them.
        user = "user nobody nogroup;" if os.getuid() == 0 else ""
        settings.write_text(_CONFIGURATION.format(user=user, folder=folder, port=port))
        call = [program, "-c", str(settings), "-e", str(folder / "error.log")]
        # It goes to the background once it listens, so there is nothing to wait for.
        subprocess.run(call, check=True, capture_output=True)
        try:
            yield Nginx(folder, port)
        finally:
            subprocess.run([*call, "-s", "stop"], check=True, capture_output=True)
