"""What an error or a status means, in the words the core knows."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from accalmie.core.network import Trouble, Wrong
from accalmie.networks.address import shown
from accalmie.phrasebook import say, table

#: No server makes us wait longer than this, whatever it says.
LONGEST_WAIT = timedelta(days=1)


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


def sentence(wrong: str, where: str, detail: str, language: str) -> str:
    """Return a trouble (a value of Wrong) for people: what, where, and how to mend it."""
    key = f"{wrong}_detail" if detail and f"{wrong}_detail" in table("trouble") else wrong
    return say("trouble", key, language, where=where, detail=detail).replace(" ()", "").strip()


def gap(why: str, language: str) -> str:
    """Return why nobody listened (`GapRecord.why`), to stand after "from ... to ..."; unknown words as they are."""
    key = f"gap_{why}"
    return say("trouble", key, language) if key in table("trouble") else why


def in_words(error: BaseException, where: str) -> Trouble:
    """Return what `error` (of httpx, TLS or the system) means, as a Trouble at `where`.

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


#: By name, since httpx and httpcore have errors of the same names. The exact first, wherever they are in the
#: chain; then the vague ones that wrap them.
_EXACT = {
    "SSLError": Wrong.TLS,
    "CertificateError": Wrong.TLS,
    "gaierror": Wrong.NOT_FOUND_HOST,
    "TimeoutException": Wrong.TIMED_OUT,
    "TimeoutError": Wrong.TIMED_OUT,
    "UnsupportedProtocol": Wrong.BAD_ADDRESS,
    "LocalProtocolError": Wrong.WRONG_TOKEN,
    "InvalidURL": Wrong.BAD_ADDRESS,
    "TooManyRedirects": Wrong.BROKEN_ANSWER,
    "RemoteProtocolError": Wrong.BROKEN_ANSWER,
    "DecodingError": Wrong.BROKEN_ANSWER,
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
        behind = link.__cause__ if link.__suppress_context__ else link.__context__
        # Some hand their reason on as an argument, not as a cause.
        waiting += [behind, *(reason for reason in link.args if isinstance(reason, BaseException))]


def _told(error: BaseException) -> str:
    return str(error).replace("\n", " ").strip()[:200]
