"""Asking one server that speaks Mastodon's API, and putting its moods into known words.

Not every such server is Mastodon: codes differ (400 for 401 and 422), lists may come as they like, paths may
want a final slash, an error may come with status 200. So an answer is judged by all that it tells.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from accalmie.core.network import Trouble, Wrong
from accalmie.networks import web
from accalmie.networks.eventstream import EventLine, opened
from accalmie.networks.mastodon.status import entry_id, moment, words
from accalmie.networks.words import LONGEST_WAIT

Params = Sequence[tuple[str, str]]
#: What servers say, whatever the code, when it is the token that they do not like.
_TOKEN_WORDS = re.compile(r"token|unauthori[sz]ed|authenticat|invalid_grant|log ?in|sign ?in", re.I)
_SCOPE_WORDS = re.compile(r"scope", re.I)
#: Not an answer, good or bad: to ask again at once would only take longer.
_NOBODY_THERE = frozenset(
    {
        Wrong.UNREACHABLE,
        Wrong.TIMED_OUT,
        Wrong.NOT_FOUND_HOST,
        Wrong.TLS,
        Wrong.PRIVATE_ADDRESS,
        Wrong.TOO_SLOW,
    }
)


def base_address(typed: str) -> str:
    """Return the server's address out of what people type: a name, an address, a profile's page.

    "social.example", "https://social.example/@brand" and "brand@social.example" all are
    "https://social.example". Raises Trouble(BAD_ADDRESS).
    """
    text = typed.strip()
    if "://" not in text:
        text = "https://" + text.rpartition("@")[2] if "/" not in text else f"https://{text}"
    parts = web.parsed(text)
    if parts.userinfo:
        raise Trouble(Wrong.BAD_ADDRESS, web.shown(text))
    port = f":{parts.port}" if parts.port else ""
    host = parts.host if ":" not in parts.host else f"[{parts.host}]"
    return f"{parts.scheme}://{host}{port}"


class Server:
    """One server, asked with one token ("" asks as a stranger).

    `asking` and `streaming` are the ways out to the web; by default those of `web`, which check addresses.
    """

    def __init__(
        self,
        address: str,
        token: str,
        *,
        private_allowed: bool,
        asking: httpx.Client | None = None,
        streaming: httpx.Client | None = None,
    ) -> None:
        self.base = base_address(address)
        self.host = self.base.partition("://")[2]
        self.token = token.strip()
        self._asking = asking or web.client(private_allowed)
        self._streaming = streaming or asking or web.client(private_allowed, total_seconds=None)
        self._headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        self._account: str | None = None
        self._instance: Mapping[str, Any] | None = None

    def entries(self, path: str, params: Params = ()) -> tuple[list[Any], str | None]:
        """Return a page of a list, and the `max_id` of the page below it.

        "" for that means: the server says that there is none below; None: it does not say. Raises Trouble.
        """
        body, headers = self._read(path, params)
        if not isinstance(body, list):
            raise self._misread(path, body)
        if "link" not in headers:
            return body, None
        for link in headers["link"].split(","):
            if re.search(r'rel="?next"?', link):
                found = re.search(r"[?&]max_id=([^&>]+)", link)
                return body, found[1] if found else None
        return body, ""

    def thing(self, path: str, params: Params = ()) -> Mapping[str, Any]:
        """Return one object. Raises Trouble."""
        body, _ = self._read(path, params)
        if not isinstance(body, Mapping) or (set(body) <= {"error", "error_description", "details"}):
            raise self._misread(path, body)
        return body

    def account(self) -> Mapping[str, Any]:
        """Return the token's account. Raises Trouble."""
        return self.thing("/api/v1/accounts/verify_credentials")

    def own_id(self) -> str:
        """Return the id of the token's account, "" when the server does not tell."""
        if self._account is None:
            try:
                self._account = entry_id(self.account().get("id"))
            except Trouble as trouble:
                if not trouble.final:
                    return ""
                self._account = ""
        return self._account

    def instance(self) -> Mapping[str, Any]:
        """Return what the server says of itself, {} when it says nothing. Raises Trouble when nobody is there."""
        for path in ("/api/v2/instance", "/api/v1/instance"):
            if self._instance is not None:
                break
            try:
                self._instance = self.thing(path)
            except Trouble as trouble:
                if trouble.wrong in _NOBODY_THERE:
                    raise
        return self._instance or {}

    def line(self, path: str, params: Params, silence: timedelta) -> EventLine:
        """Return an open line of events. Raises Trouble, with REFUSED when there is no streaming here.

        The streaming may live on a host of its own, which the server names; the token is never sent from
        HTTPS to plain HTTP.
        """
        refused: Trouble | None = None
        for base in dict.fromkeys((self._streaming_base(), self.base)):
            url = str(httpx.URL(base + path, params=list(params)))
            try:
                return opened(self._streaming, url, self._headers, silence)
            except Trouble as trouble:
                refused = trouble
        assert refused is not None
        raise refused

    def _streaming_base(self) -> str:
        about = self.instance()
        newer = about.get("configuration")
        urls = newer.get("urls") if isinstance(newer, Mapping) else None
        older = about.get("urls")
        named = words(urls.get("streaming")) if isinstance(urls, Mapping) else ""
        named = named or (words(older.get("streaming_api")) if isinstance(older, Mapping) else "")
        parts = urlsplit(named)
        scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
        if scheme not in {"http", "https"} or not parts.netloc or "@" in parts.netloc:
            return self.base
        if scheme == "http" and self.base.startswith("https:"):
            return self.base
        return f"{scheme}://{parts.netloc}"

    def _read(self, path: str, params: Params) -> tuple[Any, Mapping[str, str]]:
        answer = self._fetch(path, params)
        if answer.status in {404, 405} and not path.endswith("/"):
            # Some servers know their paths only with a final slash.
            slashed = self._fetch(path + "/", params)
            answer = slashed if slashed.status not in {404, 405} else answer
        if not 200 <= answer.status < 300:
            raise self._refused(path, answer)
        return self._parsed(answer), answer.headers

    def _fetch(self, path: str, params: Params) -> web.Fetched:
        url = str(httpx.URL(self.base + path, params=list(params)))
        return web.fetch(self._asking, url, {**self._headers, "Accept": "application/json"})

    def _parsed(self, answer: web.Fetched) -> Any:
        where = web.shown(answer.url)
        text = answer.body.decode("utf-8", "replace").strip()
        if not text:
            raise Trouble(Wrong.BROKEN_ANSWER, where, "the answer is empty")
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            told = "the answer is a web page, not JSON" if text.startswith("<") else f"broken JSON: {error}"
            raise Trouble(Wrong.BROKEN_ANSWER, where, told) from error

    def _misread(self, path: str, body: Any) -> Trouble:
        told = _told(body) or f"the answer is not what was asked for ({type(body).__name__})"
        wrong = Wrong.WRONG_TOKEN if _told(body) and _TOKEN_WORDS.search(told) else Wrong.BROKEN_ANSWER
        return Trouble(wrong, self.base + path, told)

    def _refused(self, path: str, answer: web.Fetched) -> Trouble:
        try:
            told = _told(json.loads(answer.body))
        except (ValueError, RecursionError):
            told = ""
        told = told or f"HTTP {answer.status}"
        trouble = web.refused(answer.status, answer.headers, self.base + path, told)
        trouble.wait = trouble.wait or _until_reset(answer)
        if answer.status in {400, 401, 403, 422}:
            trouble.wrong = self._denied(path, answer.status, told)
        return trouble

    def _denied(self, path: str, status: int, told: str) -> Wrong:
        """Tell what a refusal is about: servers do not agree on the codes, so the words count first."""
        if _SCOPE_WORDS.search(told):
            return Wrong.MISSING_SCOPE
        if not self.token or status == 401 or _TOKEN_WORDS.search(told):
            return Wrong.WRONG_TOKEN
        if status == 403:
            return Wrong.MISSING_SCOPE
        if path.endswith("/verify_credentials"):
            return Wrong.WRONG_TOKEN
        try:
            self.account()
        except Trouble as trouble:
            return trouble.wrong if trouble.wrong == Wrong.WRONG_TOKEN else Wrong.REFUSED
        return Wrong.REFUSED


def path_of(before: str, name: str) -> str:
    """Return a path with a name or an id in it, whatever characters that has."""
    return before + quote(name, safe="")


def _told(body: Any) -> str:
    """Return the server's own words out of an error's body."""
    if not isinstance(body, Mapping):
        return ""
    told = words(body.get("error_description")) or words(body.get("error")) or words(body.get("message"))
    return " ".join(told.split())[:200]


def _until_reset(answer: web.Fetched) -> timedelta | None:
    """Return how long the server wants to be left alone, by X-RateLimit-Reset: an ISO time, or a number.

    It is counted from the server's own clock where the answer tells it, since ours may differ.
    """
    said = answer.headers.get("x-ratelimit-reset", "").strip()
    if answer.status != 429 or not said:
        return None
    try:
        now = parsedate_to_datetime(answer.headers.get("date", ""))
        now = now if now.tzinfo else now.replace(tzinfo=UTC)
    except (ValueError, TypeError):
        now = datetime.now(UTC)
    if re.fullmatch(r"\d{1,15}(\.\d+)?", said):
        number = float(said)
        # Seconds from now, seconds since 1970, or milliseconds since 1970.
        epoch = number if number > 10**8 else now.timestamp() + number
        until = datetime.fromtimestamp(epoch / 1000 if epoch > 10**11 else epoch, UTC)
    else:
        until = moment(said)
    return min(max(until - now, timedelta(seconds=1)), LONGEST_WAIT)
