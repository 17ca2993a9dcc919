"""The outside: places to listen to. No tables, no Django.

A new network: copy the nearest file and its test, and add it here.
"""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

from accalmie.core.network import Address, Field, Listener, SourceKind

KINDS: dict[str, SourceKind] = {
    "feed": SourceKind("feed", (Field("url", "url"),), every=timedelta(minutes=5)),
    "mastodon": SourceKind(
        "mastodon",
        (
            Field("server", "url"),
            Field("what", "choice", choices=("mentions", "hashtag", "search")),
            Field("query", required=False),
            Field("token", "secret", required=False),
        ),
        every=timedelta(minutes=1),
    ),
}

#: Where each kind's listener is. Its clients are heavy, so a module is loaded when it is first needed.
_PLACES = {"feed": ("feeds", "FeedListener"), "mastodon": ("mastodon", "MastodonListener")}


def listener(kind: str, address: Address, secret: str = "", *, private_allowed: bool = False) -> Listener:
    """Return what listens to `address`. Raises KeyError for a kind that is not in KINDS."""
    module, name = _PLACES[kind]
    made: Listener = getattr(import_module(f"{__name__}.{module}"), name)(
        address, secret, private_allowed=private_allowed
    )
    return made
