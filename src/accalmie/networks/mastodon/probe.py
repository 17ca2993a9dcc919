"""One look at a server when a source is made: whether it can be listened to, told at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import httpx

from accalmie.core.network import Address, Trouble, Wrong
from accalmie.networks.mastodon.server import Server
from accalmie.networks.mastodon.source import Source
from accalmie.networks.mastodon.status import author, words


@dataclass(frozen=True, slots=True)
class Probe:
    """What a source will listen to. `account` is "name@host", "" when asked as a stranger or not told."""

    account: str
    title: str
    streaming: bool


def probe(
    address: Address, secret: str, *, private_allowed: bool = False, client: httpx.Client | None = None
) -> Probe:
    """Return what is found at `address` with the token `secret`; reads once what will be listened to.

    Raises Trouble: WRONG_TOKEN, MISSING_SCOPE, NOT_FOUND, BROKEN_ANSWER (no such server), and what else can
    go wrong on the way.
    """
    server = Server(address.get("server", ""), secret, private_allowed=private_allowed, asking=client)
    source = Source.of(server, address)
    title = words(server.instance().get("title")) or server.host
    account = _account(server)
    if source.what == "search":
        source.found(0)
    else:
        source.page("")
    return Probe(account, title[:200], _streams(source))


def _account(server: Server) -> str:
    if not server.token:
        return ""
    try:
        return author(server.account(), server.host).key
    except Trouble as trouble:
        # A token may be allowed to read what we listen to and not whom it belongs to.
        if trouble.wrong == Wrong.MISSING_SCOPE:
            return ""
        raise


def _streams(source: Source) -> bool:
    try:
        path, params = source.channel()
        source.server.line(path, params, timedelta(seconds=15)).close()
    except Trouble:
        return False
    return True
