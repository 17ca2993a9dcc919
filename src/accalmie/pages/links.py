"""Addresses that others wrote: which of them may become a link."""

from __future__ import annotations

from urllib.parse import urlsplit


def outward(url: str) -> str:
    """Return `url` if a browser may go there (http, https); "" for anything else, such as a script in a link."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return url.strip() if parts.scheme in {"http", "https"} and parts.hostname else ""
