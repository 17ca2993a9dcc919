"""A line of server-sent events, read ahead by a thread of its own.

The thread only takes bytes apart and puts events into a queue, so that the line never waits for us while
what came is being stored (a server drops listeners that are slow). A line on which nothing comes, not even
the comment that servers send as a sign of life, counts as broken.
https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from accalmie.core.network import Trouble, Wrong
from accalmie.networks import limits, web

#: So many events wait for us at most; then the line does.
AHEAD = 10_000
#: The largest event, in bytes.
LARGEST = 2 * 1024 * 1024
#: Seconds for the line to open.
OPENING = 15.0
#: Codes by which a server says, in one way or another, that it has no such stream, or not for us.
NO_STREAM = frozenset({400, 401, 403, 404, 405, 406, 410, 422, 426, 501})


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its name ("message" when it has none) and its data, lines joined."""

    name: str
    data: str


class EventReader:
    """Takes bytes as they come and gives events as they are complete."""

    def __init__(self, largest: int = LARGEST) -> None:
        self._rest = b""
        self._name = ""
        self._data: list[str] = []
        self._size = 0
        self._largest = largest

    def feed(self, piece: bytes) -> list[Event]:
        """Return the events that `piece` completes. Raises ValueError when one grows too large."""
        # A CR at the end may be half of a CRLF: it waits for what follows.
        text = self._rest + piece
        held = b"\r" if text.endswith(b"\r") else b""
        text = text[: len(text) - len(held)].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, rest = text.split(b"\n")
        self._rest = rest + held
        events = [event for line in lines if (event := self._line(line)) is not None]
        if self._size + len(self._rest) > self._largest:
            raise ValueError(f"an event of more than {self._largest // 1024} KiB")
        return events

    def _line(self, line: bytes) -> Event | None:
        if not line:
            event = (
                Event(self._name or "message", "\n".join(self._data)) if self._data or self._name else None
            )
            self._name, self._data, self._size = "", [], 0
            return event
        field, _, value = line.decode("utf-8", "replace").partition(":")
        value = value.removeprefix(" ")
        self._size += len(line)
        if field == "event":
            self._name = value
        elif field == "data":
            self._data.append(value)
        return None


class EventLine:
    """An open line. Take events from it until it breaks, and close it."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self._where = web.shown(str(response.url))
        self._waiting: queue.Queue[Event | Trouble] = queue.Queue(AHEAD)
        self._closed = threading.Event()
        self._broken: Trouble | None = None
        self._thread = threading.Thread(target=self._read, name="events", daemon=True)
        self._thread.start()

    def take(self, first: float, more: float, most: int) -> list[Event]:
        """Return the events that come: wait `first` seconds for one, then `more` for up to `most`.

        Raises Trouble when the line is broken and everything that came before is taken.
        """
        events: list[Event] = []
        until = time.monotonic() + first
        while len(events) < most:
            event = self._next(until - time.monotonic())
            if event is None:
                break
            if not events:
                until = time.monotonic() + more
            events.append(event)
        if not events and self._broken is not None:
            raise self._broken
        return events

    def _next(self, wait: float) -> Event | None:
        if self._broken is not None:
            return None
        try:
            event = self._waiting.get(timeout=wait) if wait > 0 else self._waiting.get_nowait()
        except queue.Empty:
            return None
        if isinstance(event, Trouble):
            self._broken = event
            return None
        return event

    def close(self) -> None:
        """Hang up. The thread ends at once, wherever it waits."""
        self._closed.set()
        line = self._response.extensions.get("network_stream")
        open_socket = line.get_extra_info("socket") if line is not None else None
        if open_socket is not None:
            # Closing alone would not wake the thread that waits for the next byte.
            # An OSError: the other side was faster.
            with suppress(OSError):
                open_socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._response.close()

    def _read(self) -> None:
        reader = EventReader()
        try:
            for piece in self._response.iter_bytes():
                for event in reader.feed(piece):
                    self._put(event)
                if self._closed.is_set():
                    return
            end = Trouble(Wrong.UNREACHABLE, self._where, "the server ended the stream")
        except ValueError as error:
            end = Trouble(Wrong.TOO_LARGE, self._where, str(error))
        except Exception as error:
            end = web.in_words(error, self._where)
        if not self._closed.is_set():
            self._put(end)

    def _put(self, event: Event | Trouble) -> None:
        while not self._closed.is_set():
            try:
                self._waiting.put(event, timeout=1)
                return
            except queue.Full:
                continue


def opened(
    client: httpx.Client, url: str, headers: Mapping[str, str], silence: timedelta = timedelta(seconds=60)
) -> EventLine:
    """Return the open line at `url`; after `silence` without a byte it breaks. `client` must have no total time.

    Raises Trouble, with REFUSED when there is no such stream (whatever the server's words for that).
    """
    waits: dict[str, Any] = httpx.Timeout(OPENING, connect=limits.CONNECT_SECONDS).as_dict()
    wanted = {
        **headers,
        "Accept": "text/event-stream",
        "Accept-Encoding": "identity",
        "Cache-Control": "no-store",
    }
    request = client.build_request("GET", web.parsed(url), headers=wanted, extensions={"timeout": waits})
    try:
        for _ in range(limits.HOPS + 1):
            response = client.send(request, stream=True, follow_redirects=False)
            if response.next_request is None:
                _must_be_events(response, url)
                # From here on, the same wait is the longest silence.
                waits["read"] = silence.total_seconds()
                return EventLine(response)
            response.close()
            request = response.next_request
            request.extensions["timeout"] = waits
    except Exception as error:
        raise web.in_words(error, url) from error
    raise Trouble(Wrong.BROKEN_ANSWER, web.shown(url), "too many redirects")


def _must_be_events(response: httpx.Response, url: str) -> None:
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if response.status_code == 200 and kind == "text/event-stream":
        return
    response.close()
    if response.status_code in NO_STREAM or response.status_code < 300:
        told = f"HTTP {response.status_code}, {kind or 'no type'}: no stream of events"
        raise Trouble(Wrong.REFUSED, web.shown(url), told)
    raise web.refused(response.status_code, response.headers, url)
