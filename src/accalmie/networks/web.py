"""The way out to the web: checked addresses, limits of time and size, and plain words for what went wrong.

`client` is an httpx client that connects only to addresses that were checked at that moment, at every hop, and
never through a proxy named in the environment, which would dial for us unchecked.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpcore
import httpx

from accalmie.core.network import Trouble, Wrong
from accalmie.networks import limits
from accalmie.networks.address import Lookup, checked_address, parsed, public, reachable, shown
from accalmie.networks.words import in_words, refused

__all__ = [
    "checked_address", "client", "fetch", "in_words", "parsed", "public", "read_limited", "refused", "shown",
]  # fmt: skip


def client(
    private_allowed: bool = False,
    *,
    total_seconds: float | None = limits.TOTAL_SECONDS,
    lookup: Lookup = socket.getaddrinfo,
) -> httpx.Client:
    """Return a client that goes to checked addresses only. Redirects are not followed: `fetch` does that.

    `total_seconds` bounds each connection as a whole; None is for streams that are meant to stay open.
    `lookup` finds a host's numbers. The client raises httpx's errors and Trouble; `in_words` makes a Trouble
    of either.
    """
    return httpx.Client(
        transport=_CheckedTransport(private_allowed, total_seconds, lookup),
        timeout=httpx.Timeout(limits.READ_SECONDS, connect=limits.CONNECT_SECONDS),
        headers={"User-Agent": limits.USER_AGENT, "Accept-Encoding": "gzip"},
        follow_redirects=False,
        trust_env=False,
    )


@cache
def _tls() -> ssl.SSLContext:
    """Return the rules for TLS with its certificates, which take a while to read."""
    return httpx.create_ssl_context()


class _CheckedTransport(httpx.HTTPTransport):
    def __init__(self, private_allowed: bool, total_seconds: float | None, lookup: Lookup) -> None:
        super().__init__(verify=_tls(), trust_env=False)
        # httpx has no argument for the network backend; httpcore, its engine, has. No connection is kept
        # for a second request, so that the total time is that of one question and its answer.
        self._pool = httpcore.ConnectionPool(
            ssl_context=_tls(),
            max_keepalive_connections=0,
            network_backend=_CheckedNetwork(private_allowed, total_seconds, lookup),
        )


class _CheckedNetwork(httpcore.NetworkBackend):
    """Resolves, checks, and dials what was checked: there is no second look-up to be lied to."""

    def __init__(self, private_allowed: bool, total_seconds: float | None, lookup: Lookup) -> None:
        self._private_allowed = private_allowed
        self._total_seconds = total_seconds
        self._lookup = lookup
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first checked number that answers; each has `timeout` seconds for it."""
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for number in reachable(host, port, self._private_allowed, self._lookup)[: limits.NUMBERS]:
            try:
                stream = self._plain.connect_tcp(number, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                if self._total_seconds is None:
                    return stream
                return _TimedStream(stream, host, time.monotonic() + self._total_seconds)
        raise failure


class _TimedStream(httpcore.NetworkStream):
    """A line that ends at a given moment, however slowly it drips."""

    def __init__(self, line: httpcore.NetworkStream, host: str, deadline: float) -> None:
        self._line = line
        self._host = host
        self._deadline = deadline

    def _within(self, timeout: float | None) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise Trouble(Wrong.TOO_SLOW, self._host)
        return left if timeout is None else min(left, timeout)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            return self._line.read(max_bytes, self._within(timeout))
        except httpcore.ReadTimeout:
            self._within(timeout)
            raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._line.write(buffer, self._within(timeout))

    def close(self) -> None:
        self._line.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secure = self._line.start_tls(ssl_context, server_hostname, self._within(timeout))
        return _TimedStream(secure, self._host, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._line.get_extra_info(info)


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer read whole. `url` is where it came from in the end."""

    status: int
    headers: httpx.Headers
    body: bytes
    url: str
    #: The last address that was reached by permanent redirects (301, 308) alone, else "".
    moved_to: str


def fetch(
    web: httpx.Client, url: str, headers: Mapping[str, str] | None = None, *, largest: int = limits.LARGEST
) -> Fetched:
    """Ask for `url` by GET, follow at most limits.HOPS redirects, and read the answer whole.

    Any status but a redirect is returned. Raises Trouble, and nothing else.
    """
    request = web.build_request("GET", parsed(url), headers=dict(headers or {}))
    moved_to, for_good, start = "", True, time.monotonic()
    try:
        for _ in range(limits.HOPS + 1):
            response = web.send(request, stream=True, follow_redirects=False)
            try:
                if response.next_request is None:
                    left = max(limits.TOTAL_SECONDS - (time.monotonic() - start), 1.0)
                    body = read_limited(response, largest, left)
                    return Fetched(response.status_code, response.headers, body, str(response.url), moved_to)
            finally:
                response.close()
            request = response.next_request
            target = str(parsed(str(request.url)))
            for_good = for_good and response.status_code in {301, 308}
            moved_to = target if for_good else moved_to
            if time.monotonic() - start > limits.TOTAL_SECONDS:
                raise Trouble(Wrong.TOO_SLOW, shown(url))
        raise Trouble(Wrong.BROKEN_ANSWER, shown(url), "too many redirects")
    except Exception as error:
        raise in_words(error, url) from error


def read_limited(
    response: httpx.Response, largest: int = limits.LARGEST, seconds: float = limits.TOTAL_SECONDS
) -> bytes:
    """Return the body of a streamed answer, unpacked. Raises Trouble(TOO_LARGE, TOO_SLOW) beyond a limit."""
    where = shown(str(response.url))
    packed = response.headers.get("Content-Encoding", "").strip().lower()
    return limits.bounded(response.iter_raw(), packed, where, largest, seconds)
