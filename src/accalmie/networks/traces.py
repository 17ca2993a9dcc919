"""The links and hashtags that stand in a plain text, where a network does not name them itself."""

from __future__ import annotations

import re

_LINK = re.compile(r"https?://[^\s<>\"'\]}|]+", re.IGNORECASE)
_HASHTAG = re.compile(r"(?<![\w&/#])#(\w*[^\W\d_]\w*)")


def links_in(text: str) -> tuple[str, ...]:
    """Return the web addresses written in plain `text`, each once, without the full stop behind them."""
    return tuple(dict.fromkeys(_end(link) for link in _LINK.findall(text)))


def hashtags_in(text: str) -> tuple[str, ...]:
    """Return the hashtags in `text` without their "#", in lower case, each once."""
    return tuple(dict.fromkeys(tag.lower() for tag in _HASHTAG.findall(text)))


def _end(link: str) -> str:
    link = link.rstrip(".,;:!?…")
    # "(see https://example.org/a)" but "https://example.org/a_(b)".
    return link[:-1] if link.endswith(")") and "(" not in link else link
