"""HTML that strangers wrote, as the plain text they meant: lines kept, full addresses kept, nothing else.

nh3 (ammonia) first reduces it to well-formed HTML with a handful of harmless tags, whatever was broken or
hidden in it; only that is then turned into text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlsplit

import nh3

_BLOCKS = frozenset({"p", "div", "blockquote", "ul", "ol", "pre", "h1", "h2", "h3", "h4", "h5", "h6"})
_TAGS = set(_BLOCKS | {"a", "br", "li"})
#: What is said in these is meant for machines.
_UNSAID = {"script", "style", "template", "noscript", "title", "head"}
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Plain:
    """The text, and the addresses that it links to (not those of people and hashtags), in order, once each."""

    text: str
    links: tuple[str, ...] = ()


def plain(html: str) -> Plain:
    """Return `html` as plain text. A link whose words are not its address has it behind, in parentheses."""
    if "<" not in html and "&" not in html:
        return Plain(tidy(html))
    reader = _Reader()
    reader.feed(
        nh3.clean(
            html,
            tags=_TAGS,
            clean_content_tags=_UNSAID,
            attributes={"a": {"href"}},
            url_schemes={"http", "https"},
            link_rel=None,
        )
    )
    reader.close()
    return Plain(tidy("".join(reader.parts)), tuple(dict.fromkeys(reader.links)))


def tidy(text: str) -> str:
    """Return `text` without what no table can store (NUL, halves of characters) and without empty stretches."""
    text = _UNKEEPABLE.sub(lambda found: "" if found[0] == "\x00" else "\ufffd", text)
    text = re.sub(r"[^\S\n]+", " ", text.replace("\r\n", "\n").replace("\r", "\n"))
    return re.sub(r" ?\n ?", "\n", re.sub(r"(?: ?\n){3,}", "\n\n", text)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.links: list[str] = []
        self._address = ""
        self._words_from = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._address = dict(attrs).get("href") or ""
            self._words_from = len(self.parts)
        elif tag in {"br", "li"}:
            self.parts.append("\n")
        elif tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n\n")
        elif tag == "a" and self._address:
            self._link("".join(self.parts[self._words_from :]).strip(), self._address)
            self._address = ""

    def handle_data(self, data: str) -> None:
        # A line's end in the source is a space on the page.
        self.parts.append(re.sub(r"\s+", " ", data))

    def _link(self, words: str, address: str) -> None:
        if words.startswith(("@", "#")):
            return
        self.links.append(address)
        if _same(words, address):
            self.parts[self._words_from :] = [address]
        else:
            self.parts.append(f" ({address})")


def _same(words: str, address: str) -> bool:
    """Tell whether a link's words are its address, whole or cut short ("example.org/a…")."""
    shown = words.rstrip("…").removesuffix("...").casefold()
    parts = urlsplit(address)
    bare = address.casefold().removeprefix(f"{parts.scheme}://").removeprefix("www.")
    if "." not in shown:
        return not shown
    return address.casefold().startswith(shown) or bare.startswith(shown.removeprefix("www."))
