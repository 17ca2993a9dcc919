"""A server that says exactly these bytes, or does exactly this with the line: for rude and broken answers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


@contextmanager
def answering(answer: bytes | Callable[[socket.socket], None]) -> Iterator[str]:
    """Give every caller this answer once its question has come, then hang up. Yields the address."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=_serve, args=(door, answer), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            # Wakes the thread out of `accept`.
            door.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(door: socket.socket, answer: bytes | Callable[[socket.socket], None]) -> None:
    while True:
        try:
            line, _ = door.accept()
        except OSError:
            return
        # A caller that hangs up first is no fault here.
        with line, suppress(OSError):
            line.recv(65536)
            if callable(answer):
                answer(line)
            else:
                line.sendall(answer)


def http(body: bytes, status: str = "200 OK", **headers: str) -> bytes:
    """Return an answer with this body; its length is stated."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
