"""The way out to the web: checked addresses, limits of time and size, and plain words for what went wrong.

`client` is for what we ask ourselves (httpx), `session` for libraries that ask through requests. Both
connect only to addresses that were checked at that moment, at every hop, and never through a proxy named
in the environment, which would dial for us unchecked.
"""

from __future__ import annotations

import errno
import socket
import ssl
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import httpcore
import httpx

from accalmie import __version__
from accalmie.core.network import Trouble, Wrong
from accalmie.networks.address import Lookup, checked_address, parsed, public, reachable, shown

if TYPE_CHECKING:
    import requests

__all__ = [
    "checked_address", "client", "connection_limits", "fetch", "in_words", "parsed", "public", "read_limited",
    "refused", "session", "shown",
]  # fmt: skip

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
#: A whole answer must be here within this. With the name look-up it stays below the minute of a `poll`.
TOTAL_SECONDS = 25.0
#: The largest answer that is read into memory, in bytes, unpacked.
LARGEST = 10 * 1024 * 1024
HOPS = 5
#: So many of a host's numbers are tried.
NUMBERS = 3
USER_AGENT = f"Accalmie/{__version__} (social listening; self-hosted)"
#: No server makes us wait longer than this, whatever it says.
LONGEST_WAIT = timedelta(days=1)


def client(
    private_allowed: bool = False,
    *,
    total_seconds: float | None = TOTAL_SECONDS,
    lookup: Lookup = socket.getaddrinfo,
) -> httpx.Client:
    """Return a client that goes to checked addresses only. Redirects are not followed: `fetch` does that.

    `total_seconds` bounds each connection as a whole; None is for streams that are meant to stay open.
    `lookup` finds a host's numbers. The client raises httpx's errors and Trouble; `in_words` makes a Trouble
    of either.
    """
    return httpx.Client(
        transport=_CheckedTransport(private_allowed, total_seconds, lookup),
        timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"},
        follow_redirects=False,
        trust_env=False,
    )


def session(private_allowed: bool = False) -> requests.Session:
    """Return a requests.Session under the same rules, for libraries that ask through requests.

    Answers that are not streamed are bounded in size (LARGEST) and time (TOTAL_SECONDS).
    """
    # requests is slow to load, and only some networks need it.
    from accalmie.networks.session import CheckedSession

    return CheckedSession(private_allowed)


class _CheckedTransport(httpx.HTTPTransport):
    def __init__(self, private_allowed: bool, total_seconds: float | None, lookup: Lookup) -> None:
        super().__init__(trust_env=False)
        # httpx has no argument for the network backend; httpcore, its engine, has. No connection is kept
        # for a second request, so that the total time is that of one question and its answer.
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(),
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
        for number in reachable(host, port, self._private_allowed, self._lookup)[:NUMBERS]:
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
    web: httpx.Client, url: str, headers: Mapping[str, str] | None = None, *, largest: int = LARGEST
) -> Fetched:
    """Ask for `url` by GET, follow at most HOPS redirects, and read the answer whole.

    Any status but a redirect is returned. Raises Trouble, and nothing else.
    """
    request = web.build_request("GET", parsed(url), headers=dict(headers or {}))
    moved_to, for_good, start = "", True, time.monotonic()
    try:
        for _ in range(HOPS + 1):
            response = web.send(request, stream=True, follow_redirects=False)
            try:
                if response.next_request is None:
                    left = max(TOTAL_SECONDS - (time.monotonic() - start), 1.0)
                    body = read_limited(response, largest, left)
                    return Fetched(response.status_code, response.headers, body, str(response.url), moved_to)
            finally:
                response.close()
            request = response.next_request
            target = str(parsed(str(request.url)))
            for_good = for_good and response.status_code in {301, 308}
            moved_to = target if for_good else moved_to
            if time.monotonic() - start > TOTAL_SECONDS:
                raise Trouble(Wrong.TOO_SLOW, shown(url))
        raise Trouble(Wrong.BROKEN_ANSWER, shown(url), "too many redirects")
    except Exception as error:
        raise in_words(error, url) from error


def read_limited(response: httpx.Response, largest: int = LARGEST, seconds: float = TOTAL_SECONDS) -> bytes:
    """Return the body of a streamed answer, unpacked. Raises Trouble(TOO_LARGE, TOO_SLOW) beyond a limit."""
    where = shown(str(response.url))
    packed = response.headers.get("Content-Encoding", "").strip().lower()
    return bounded(response.iter_raw(), packed, where, largest, seconds)


def bounded(pieces: Iterable[bytes], packed: str, where: str, largest: int, seconds: float) -> bytes:
    """Return the pieces as one, unpacked (`packed`: gzip, deflate or none), of at most `largest` bytes.

    Raises Trouble: TOO_LARGE, TOO_SLOW, BROKEN_ANSWER.
    """
    deadline = time.monotonic() + seconds
    body = bytearray()
    for piece in _unpacked(pieces, packed, where, largest):
        body += piece
        if len(body) > largest:
            raise Trouble(Wrong.TOO_LARGE, where, f"> {largest // 1024} KiB")
        if time.monotonic() > deadline:
            raise Trouble(Wrong.TOO_SLOW, where)
    return bytes(body)


def _unpacked(pieces: Iterable[bytes], packed: str, where: str, largest: int) -> Iterator[bytes]:
    """Yield the pieces unpacked, each at most a bit more than `largest`: a small gzip can hold gigabytes."""
    if packed in {"", "identity"}:
        yield from pieces
        return
    if packed not in {"gzip", "x-gzip", "deflate"}:
        raise Trouble(Wrong.BROKEN_ANSWER, where, f"Content-Encoding: {packed}")
    opener = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    try:
        for piece in pieces:
            yield opener.decompress(piece, largest + 1)
        yield opener.flush()
    except zlib.error as error:
        raise Trouble(Wrong.BROKEN_ANSWER, where, str(error)) from error


def connection_limits() -> tuple[float, float]:
    """Return the seconds to wait for a connection and for the next byte."""
    return CONNECT_SECONDS, READ_SECONDS


def refused(
    status: int, headers: Mapping[str, str], where: str, detail: str = "", now: datetime | None = None
) -> Trouble:
    """Return what an answer with this status means. `headers` may hold Retry-After, seconds or a date.

    `now` (with its zone) is what a date is counted from; None takes the clock.
    """
    wait = _wait(headers, now or datetime.now(UTC)) if status == 429 or status >= 500 else None
    return Trouble(_by_status(status), shown(where), detail or f"HTTP {status}", wait)


def _by_status(status: int) -> Wrong:
    known = {
        401: Wrong.WRONG_TOKEN, 403: Wrong.MISSING_SCOPE, 404: Wrong.NOT_FOUND, 408: Wrong.TIMED_OUT,
        410: Wrong.GONE, 429: Wrong.RATE_LIMITED,
    }  # fmt: skip
    if status in known:
        return known[status]
    if status >= 500:
        return Wrong.SERVER_FAULT
    return Wrong.REFUSED if status >= 400 else Wrong.BROKEN_ANSWER


def _wait(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    said = next((value for name, value in headers.items() if name.lower() == "retry-after"), "").strip()
    try:
        if said.isascii() and said.isdecimal():
            asked = timedelta(seconds=min(int(said), 10**9))
        else:
            until = parsedate_to_datetime(said)
            asked = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(asked, timedelta(0)), LONGEST_WAIT)


def in_words(error: BaseException, where: str) -> Trouble:
    """Return what `error` (of httpx, requests, TLS or the system) means, as a Trouble at `where`.

    A Trouble anywhere in the chain of causes comes back as it is, with the whole address in `where`.
    """
    where = shown(where)
    chain = list(_chain(error))
    for link in chain:
        if isinstance(link, Trouble):
            return Trouble(link.wrong, where or link.where, link.detail, link.wait)
    for link in chain:
        response = getattr(link, "response", None)
        status = getattr(response, "status_code", None)
        if isinstance(status, int) and status >= 400:
            return refused(status, getattr(response, "headers", {}), where)
    told = _told(chain[-1])
    for words in (_EXACT, _VAGUE):
        for link in chain:
            if isinstance(link, OSError) and link.errno in {errno.ENOSPC, errno.EDQUOT}:
                return Trouble(Wrong.DISK_FULL, where, told)
            if wrong := next((words[k.__name__] for k in type(link).__mro__ if k.__name__ in words), None):
                # What such an error tells us is the token itself.
                return Trouble(wrong, where, "" if wrong == Wrong.WRONG_TOKEN else told)
    return Trouble(Wrong.UNFORESEEN, where, f"{type(error).__name__}: {told}")


#: By name, so that requests and urllib3 need not be loaded to recognise their errors. The exact first,
#: wherever they are in the chain; then the vague ones that wrap them.
_EXACT = {
    "SSLError": Wrong.TLS,
    "CertificateError": Wrong.TLS,
    "gaierror": Wrong.NOT_FOUND_HOST,
    "NameResolutionError": Wrong.NOT_FOUND_HOST,
    "NewConnectionError": Wrong.UNREACHABLE,
    "TimeoutException": Wrong.TIMED_OUT,
    "Timeout": Wrong.TIMED_OUT,
    "TimeoutError": Wrong.TIMED_OUT,
    "UnsupportedProtocol": Wrong.BAD_ADDRESS,
    "LocalProtocolError": Wrong.WRONG_TOKEN,
    "InvalidHeader": Wrong.WRONG_TOKEN,
    "InvalidURL": Wrong.BAD_ADDRESS,
    "MissingSchema": Wrong.BAD_ADDRESS,
    "InvalidSchema": Wrong.BAD_ADDRESS,
    "TooManyRedirects": Wrong.BROKEN_ANSWER,
    "RemoteProtocolError": Wrong.BROKEN_ANSWER,
    "RemoteDisconnected": Wrong.BROKEN_ANSWER,
    "DecodingError": Wrong.BROKEN_ANSWER,
    "ContentDecodingError": Wrong.BROKEN_ANSWER,
    "ChunkedEncodingError": Wrong.BROKEN_ANSWER,
    "IncompleteRead": Wrong.BROKEN_ANSWER,
    "JSONDecodeError": Wrong.BROKEN_ANSWER,
    "UnicodeDecodeError": Wrong.BROKEN_ANSWER,
}
_VAGUE = {
    "TransportError": Wrong.UNREACHABLE,
    "ConnectionError": Wrong.UNREACHABLE,
}


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and what stands behind it, the outermost first."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        link = waiting.pop(0)
        if link is None or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        # urllib3 hands its reason on as an attribute or an argument, not as a cause.
        reasons = [getattr(link, "reason", None), *link.args]
        behind = link.__cause__ if link.__suppress_context__ else link.__context__
        waiting += [behind, *(r for r in reasons if isinstance(r, BaseException))]


def _told(error: BaseException) -> str:
    return str(error).replace("\n", " ").strip()[:200]
