"""A status, as servers of Mastodon's API describe it, becomes a mention. Nothing in it is believed blindly."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from accalmie.core.mention import EPOCH, Author, Mention
from accalmie.networks.markup import plain, tidy

NETWORK = "mastodon"
#: Longer ones are not kept as an id: the tables have room for 500 characters with the network's name.
LONGEST_ID = 400


def mention(status: Mapping[str, Any], host: str) -> Mention:
    """Return the mention that `status` is; `host` is the server it came from.

    A boost (reblog) is a mention of its own that forwards another; its words are those of the other. A date
    that cannot be read is given as 1970, which counts as "said when heard".
    """
    boosted = status.get("reblog") if isinstance(status.get("reblog"), Mapping) else None
    said = boosted or status
    body = plain(words(said.get("content")))
    warning = tidy(words(said.get("spoiler_text")))
    return Mention(
        network=NETWORK,
        native_id=native_id(status, host),
        text="\n\n".join(part for part in (warning, body.text) if part),
        said_at=moment(status.get("created_at")),
        author=author(status.get("account"), host),
        url=words(status.get("url")) or words(said.get("url")) or web_address(status.get("uri")),
        language=language(said.get("language")),
        in_reply_to=local_id(status.get("in_reply_to_id"), host),
        forwards=native_id(boosted, host) if boosted else "",
        shares=count(said.get("reblogs_count")) or 0,
        links=body.links,
        hashtags=tuple(dict.fromkeys(_hashtags(said.get("tags")))),
        raw=raw(status),
    )


def native_id(status: Mapping[str, Any], host: str) -> str:
    """Return the id that a status has on every server alike: its `uri`; else its local id with the host."""
    uri = words(status.get("uri")).strip()
    if ":" in uri and len(uri) <= LONGEST_ID:
        return uri
    return local_id(status.get("id"), host)


def local_id(value: object, host: str) -> str:
    """Return what stands for a status of which only the server's own id is known, "" for none."""
    own = entry_id(value)
    return f"{own}@{host}" if own else ""


def entry_id(value: object) -> str:
    """Return an id as text. Most servers write it as text, some as a number."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return tidy(str(value))[:LONGEST_ID]


def author(account: object, host: str) -> Author:
    """Return who spoke: "name@host" wherever it is seen from, as far as the server tells."""
    if not isinstance(account, Mapping):
        return Author(f"unknown@{host}")
    name = words(account.get("acct")) or words(account.get("username")) or "unknown"
    key = name if "@" in name else f"{name}@{host}"
    shown = tidy(words(account.get("display_name"))) or words(account.get("username"))
    return Author(key[:300], shown[:300], words(account.get("url")), count(account.get("followers_count")))


def moment(value: object) -> datetime:
    """Return a time as UTC; 1970 for one that cannot be read. A time without a zone is UTC."""
    try:
        at = datetime.fromisoformat(words(value))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return EPOCH


def language(value: object) -> str:
    """Return the language as ISO 639-1 ("pt-BR" is "pt"), "" where it is not told or not of two letters."""
    first = words(value).replace("_", "-").partition("-")[0].lower()
    return first if len(first) == 2 and first.isascii() and first.isalpha() else ""


def count(value: object) -> int | None:
    """Return a count that a table can hold, None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        return None
    return min(value, 2**31 - 1)


def words(value: object) -> str:
    """Return text as it is, "" for anything else."""
    return value.replace("\x00", "") if isinstance(value, str) else ""


def web_address(value: object) -> str:
    """Return an address that a browser can open, else ""."""
    return words(value) if urlsplit(words(value)).scheme in {"http", "https"} else ""


def raw(status: Mapping[str, Any]) -> str:
    """Return the payload as JSON text, in the order it came."""
    text = json.dumps(status, ensure_ascii=False, separators=(",", ":"))
    # Half a character, escaped in JSON, can be kept only as it was escaped.
    return text if _encodes(text) else json.dumps(status, separators=(",", ":"))


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _hashtags(tags: object) -> Iterator[str]:
    for tag in tags if isinstance(tags, list) else []:
        name = words(tag.get("name")) if isinstance(tag, Mapping) else words(tag)
        if name := tidy(name).lstrip("#").lower():
            yield name
