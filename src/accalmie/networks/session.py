"""A requests.Session under the rules of `web`: for Mastodon.py, which asks through requests."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from accalmie.core.network import Trouble, Wrong
from accalmie.networks import limits
from accalmie.networks.address import reachable, shown


class CheckedSession(requests.Session):
    """Goes to checked addresses only, at every hop; answers that are not streamed are bounded."""

    def __init__(self, private_allowed: bool = False, total_seconds: float = limits.TOTAL_SECONDS) -> None:
        super().__init__()
        rules = _Rules(private_allowed, total_seconds)
        self.trust_env = False
        self.max_redirects = limits.HOPS
        self.headers.update({"User-Agent": limits.USER_AGENT, "Accept-Encoding": "gzip"})
        # trust_env is off because of the proxies; a certificate authority of one's own stays possible.
        self.verify = os.environ.get("SSL_CERT_FILE") or True
        self.adapters.clear()
        self.mount("https://", _CheckedAdapter(rules))
        self.mount("http://", _CheckedAdapter(rules))


@dataclass(frozen=True, slots=True)
class _Rules:
    private_allowed: bool
    total_seconds: float


class _CheckedAdapter(HTTPAdapter):
    def __init__(self, rules: _Rules) -> None:
        self._rules = rules
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools dial through us."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": partial(_pool, HTTPConnectionPool, _Connection, self._rules),
            "https": partial(_pool, HTTPSConnectionPool, _SecureConnection, self._rules),
        }

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send it, with time-outs even where the caller named none, and read the answer within limits."""
        timeout = (limits.CONNECT_SECONDS, limits.READ_SECONDS) if timeout is None else timeout
        start = time.monotonic()
        response = super().send(request, True, timeout, verify, cert, None)
        # requests reads a redirect's body whole before it goes on, streamed or not.
        if stream and not response.is_redirect:
            return response
        try:
            left = max(self._rules.total_seconds - (time.monotonic() - start), 1.0)
            packed = response.headers.get("Content-Encoding", "").strip().lower()
            where = shown(response.url)
            # The two marks that requests itself sets once a body is read.
            response._content = limits.bounded(_pieces(response), packed, where, limits.LARGEST, left)
            response._content_consumed = True  # type: ignore[attr-defined]
        finally:
            # The body was taken raw, so the line cannot be used again.
            response.raw.close()
            response.raw.release_conn()
        return response


def _pieces(response: requests.Response) -> Iterator[bytes]:
    """Yield what comes as it comes: `read(n)` would wait for n bytes, however slowly they drip."""
    while piece := response.raw.read1(65536, decode_content=False):
        yield piece


def _pool(
    kind: Callable[..., Any], connection: Callable[..., Any], rules: _Rules, *args: Any, **kwargs: Any
) -> Any:
    pool = kind(*args, **kwargs)
    pool.ConnectionCls = partial(connection, rules=rules)
    return pool


class _Dialling:
    """What a connection of ours does differently from urllib3's."""

    def __init__(self, *args: Any, rules: _Rules, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rules = rules

    def _new_conn(self: Any) -> socket.socket:
        numbers = reachable(self._dns_host, self.port, self._rules.private_allowed)
        seconds = self.timeout if isinstance(self.timeout, int | float) else limits.CONNECT_SECONDS
        failure: Exception = NewConnectionError(self, "no address")
        for number in numbers[: limits.NUMBERS]:
            try:
                line = socket.create_connection((number, self.port), seconds)
            except TimeoutError as error:
                failure = ConnectTimeoutError(self, f"{number} did not answer in {seconds:g} s")
                failure.__cause__ = error
            except OSError as error:
                failure = NewConnectionError(self, f"{number}: {error}")
                failure.__cause__ = error
            else:
                line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return line
        raise failure

    def getresponse(self: Any) -> Any:
        """Wait for the head of the answer, but not for one that drips in for ever."""
        with _cut_off(self.sock, self.host, self._rules.total_seconds):
            return super().getresponse()  # type: ignore[misc]


class _Connection(_Dialling, HTTPConnection):
    pass


class _SecureConnection(_Dialling, HTTPSConnection):
    pass


@contextmanager
def _cut_off(line: socket.socket, host: str, seconds: float) -> Iterator[None]:
    """Shut the line down when the block takes too long: nothing else ends a read that always gets a byte."""
    late = threading.Event()

    def cut() -> None:
        late.set()
        # It may have been closed in the meantime.
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        # Half a head passes for a whole one when the line ends there, so there need not be an error.
        if late.is_set():
            raise Trouble(Wrong.TOO_SLOW, host)
