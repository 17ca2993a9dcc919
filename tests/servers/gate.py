"""A gate in front of a server: shut, it lets nobody in, and whoever was inside is cut off."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Gate:
    """Passes bytes on to the server behind it, as long as it is open."""

    def __init__(self, behind: str) -> None:
        host, _, port = behind.rpartition("://")[2].partition(":")
        self._behind = host, int(port)
        self._lines: set[socket.socket] = set()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        self._listen()

    @property
    def address(self) -> str:
        """Where those who listen come in."""
        return f"http://127.0.0.1:{self.port}"

    def open(self) -> None:
        """Let people in again."""
        self._door = socket.create_server(("127.0.0.1", self.port))
        self._listen()

    def shut(self) -> None:
        """Let nobody in, and cut everybody off."""
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for line in list(self._lines):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def _listen(self) -> None:
        threading.Thread(target=self._accept, args=(self._door,), daemon=True).start()

    def _accept(self, door: socket.socket) -> None:
        while True:
            try:
                outside, _ = door.accept()
                inside = socket.create_connection(self._behind)
            except OSError:
                return
            self._lines |= {outside, inside}
            for one, other in ((outside, inside), (inside, outside)):
                threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while piece := one.recv(65536):
                other.sendall(piece)
        for line in (one, other):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            self._lines.discard(line)


@contextmanager
def before(server: str) -> Iterator[Gate]:
    """A gate in front of `server`, open at first."""
    gate = Gate(server)
    try:
        yield gate
    finally:
        gate.shut()
