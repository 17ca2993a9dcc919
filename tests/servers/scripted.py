"""A server of Mastodon's API whose open line says exactly what a script says."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from tests.servers.line import http

JSON = "application/json"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


@contextmanager
def scripted(speak: Callable[[socket.socket], None], lists: list[Any] | None = None) -> Iterator[str]:
    """A server whose lists are empty (or `lists`) and whose line says what the script says."""

    def answer(line: socket.socket, asked: bytes) -> None:
        path = asked.split(b" ", 2)[1]
        if b"/streaming/" in path:
            line.sendall(HEAD)
            speak(line)
        elif b"/timelines/" in path:
            line.sendall(http(json.dumps(lists or []).encode(), Content_Type=JSON))
        else:
            line.sendall(http(b"{}", "404 Not Found", Content_Type=JSON))

    with listening_server(answer) as address:
        yield address


@contextmanager
def listening_server(answer: Callable[[socket.socket, bytes], None]) -> Iterator[str]:
    """A server that answers each call on a thread of its own, by what was asked."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve(line: socket.socket) -> None:
            with line, suppress(OSError):
                answer(line, line.recv(65536))

        def accept() -> None:
            while True:
                try:
                    line, _ = door.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(line,), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            door.shutdown(socket.SHUT_RDWR)
            thread.join()
