"""A second server of Mastodon's API, unlike the first in all that one might come to rely on.

ULIDs for ids, final slashes on its paths, 400 where others say 401 or 422, no streaming, no filter of kinds,
no Link headers, no `min_id`, times without zones, rate limits as seconds since 1970, a version of its own.
`ignorant` serves the newest page whatever `max_id` asks for.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

PAGE = 20
START = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Plainspoken:
    """The server's contents, and what it was asked for."""

    def __init__(self, *, ignorant: bool = False) -> None:
        self.ignorant = ignorant
        self.statuses: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.limited_until: datetime | None = None
        self.address = ""

    def say(self, who: str, text: str, *, tag: str = "", kind: str = "mention") -> dict[str, Any]:
        """Add a status, one second after the one before."""
        count = len(self.statuses)
        own = f"01KAJ{count:021d}"
        status = {
            "id": own,
            "uri": f"https://remote.example/objects/{own}",
            "url": f"https://remote.example/notes/{own}",
            "created_at": (START + timedelta(seconds=count)).replace(tzinfo=None).isoformat(),
            "content": f"<p>{text}</p>",
            "account": {"id": "01A", "acct": f"{who}@remote.example", "username": who, "followers_count": 12},
            "tags": [{"name": tag}] if tag else [],
            "kind": kind,
            "visibility": "public",
        }
        self.statuses.append(status)
        return status

    def answer(self, path: str, query: dict[str, list[str]], token: str) -> tuple[int, Any]:
        """Return the status and the JSON of an answer."""
        if not path.endswith("/"):
            return 404, {"error": "no such page"}
        known = token == "Bearer brand-token"
        if token and not known:
            return 400, {"error": "invalid_request"}
        match path.strip("/").split("/"):
            case ["api", "v1", "instance"]:
                return 200, {"title": "Plainspoken", "version": "0.9 (compatible; Plainspoken)"}
            case ["api", "v1", "accounts", "verify_credentials"] if known:
                return 200, {"id": "01B", "acct": "brand", "username": "brand"}
            case ["api", "v1", "timelines", "tag", tag]:
                return 200, self._page(
                    query, [s for s in self.statuses if {"name": unquote(tag)} in s["tags"]]
                )
            case ["api", "v1", "notifications"] if known:
                if "types[]" in query:
                    return 400, {"error": "unknown parameter"}
                rows = [{"id": s["id"], "type": s["kind"], "status": s} for s in self.statuses]
                return 200, self._page(query, rows)
            case ["api", "v1", "statuses", own]:
                found = [s for s in self.statuses if s["id"] == own]
                return (200, found[0]) if found else (404, {"error": "gone"})
            case _:
                return 400 if not known else 404, {"error": "not possible"}

    def _page(self, query: dict[str, list[str]], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        below = query.get("max_id", ["~"])[0]
        older = [row for row in rows if self.ignorant or row["id"] < below]
        return older[::-1][:PAGE]


@contextmanager
def running(*, ignorant: bool = False) -> Iterator[Plainspoken]:
    """Start the server and stop it afterwards."""
    server = Plainspoken(ignorant=ignorant)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            server.asked.append(self.path)
            headers = {"Content-Type": "application/json"}
            if server.limited_until:
                status, body = 429, {"error": "slow down"}
                headers["X-RateLimit-Reset"] = str(int(server.limited_until.timestamp()))
            else:
                token = self.headers.get("Authorization", "")
                status, body = server.answer(parts.path, parse_qs(parts.query), token)
            content = json.dumps(body).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.address = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
