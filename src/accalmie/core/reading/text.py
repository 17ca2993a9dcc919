"""From a message as it came to the words that can be read: quotations, links and names off, hashtags opened."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass

#: Nobody says what they want after so many characters; the rest of a longer text is not read.
LONGEST = 4_000

#: Forwarding, links, names and mail addresses: they carry no tone and no language.
_LEFT_OUT = re.compile(
    r"^\s*(?:RT|MT)\b\s*(?:@[\w.@-]+\s*:?)?|\bRT\s+(?=@)|(?:https?://|www\.)\S+|(?<!\w)http\b"
    r"|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]+|@\w+(?:[@.-]\w+)*:?"
)
_HASHTAG = re.compile(r"[##](\w+)")
_LABELS = re.compile(r"(?:\s*[##]\w+)+\s*$")
#: Where the words of "#ServiceClientNul" or "#BER2020fail" meet.
_SEAM = re.compile(
    r"(?<=[^\W\d_A-Z])(?=[A-ZÀ-ÖØ-Þ])|(?<=[A-ZÀ-ÖØ-Þ])(?=[A-ZÀ-ÖØ-Þ][^\W\dA-ZÀ-ÖØ-Þ_])|_|(?<=\D)(?=\d)|(?<=\d)(?=\D)"
)
#: In a mail everything from here on was written by somebody else, or is a signature.
_QUOTED_BELOW = re.compile(
    r"^(?:-{2,}\s*(?:Original Message|Message d'origine|Message original|Ursprüngliche Nachricht"
    r"|Forwarded message|Message transféré|Weitergeleitete Nachricht)\s*-{2,}"
    r"|(?:On|Le|Am)\b[^\n]{4,120}(?:wrote|a écrit|schrieb)\b[^\n]{0,80}:\s*|-- )$",
    re.MULTILINE,
)
_QUOTED_LINE = re.compile(r"^[ \t]*>(?![:.]).*$", re.MULTILINE)
#: What an export that was encoded once too often leaves behind: "can\\u2019t".
_ESCAPED = re.compile(r"(?:\\u[0-9a-fA-F]{4})+")
_DIGITS = re.compile(r"(?<!<)\d+")


@dataclass(frozen=True, slots=True)
class Plain:
    """A message made ready, in the writer's own letters, its hashtags opened."""

    words: str
    #: The words of the hashtags at its end: labels on a message, and not what it tells.
    labels: str
    #: Without hashtags: what the language is told by.
    sentence: str
    link: bool
    hashtags: int


def plain(text: str) -> Plain:
    """Return what of `text` is the writer's own words. Any string will do, broken ones too."""
    if len(text) > LONGEST:
        text = text[:LONGEST]
    if not text.isascii():
        text = (
            unicodedata.normalize("NFC", text)
            .replace("\u2019", "'")
            .replace("\u02bc", "'")
            .replace("\xa0", " ")
        )
    if "&" in text:
        text = html.unescape(text)
    if "\\u" in text:
        text = _ESCAPED.sub(_as_meant, text)
    if "\n" in text:
        text = _without_quotations(text)
    link = "http" in text or "www." in text
    if link or "@" in text or "RT" in text:
        text = _LEFT_OUT.sub(" ", text)
    if "#" not in text:
        return Plain(text, "", text, link, 0)
    sentence, hashtags = _HASHTAG.subn(" ", text)
    end = _LABELS.search(text)
    told = end.start() if end and sentence.strip() else len(text)
    return Plain(
        _HASHTAG.sub(_opened, text[:told]), _HASHTAG.sub(_opened, text[told:]), sentence, link, hashtags
    )


def normal(words: str) -> str:
    """Return `words` as the lexicons are looked up by: small letters, every number as "0"."""
    return _DIGITS.sub("0", words.lower())


def folded(word: str) -> str:
    """Return `word` without accents and umlauts, as it is typed in a hurry ("verspatet", "decu")."""
    bare = "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
    return bare.replace("œ", "oe").replace("æ", "ae").replace("ß", "ss")


def spelt_out(word: str) -> str:
    """Return `word` as Germans type it on a foreign keyboard ("verspaetet", "gruesse")."""
    return word.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss")


def _without_quotations(text: str) -> str:
    below = _QUOTED_BELOW.search(text)
    if below and text[: below.start()].strip():
        text = text[: below.start()]
    return _QUOTED_LINE.sub("", text) if ">" in text else text


def _as_meant(escaped: re.Match[str]) -> str:
    letters = "".join(chr(int(code, 16)) for code in escaped[0].split("\\u")[1:])
    return letters.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\u2019", "'")


def _opened(hashtag: re.Match[str]) -> str:
    return f" {_SEAM.sub(' ', hashtag[1])} "
