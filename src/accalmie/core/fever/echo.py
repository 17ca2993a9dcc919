"""What a mention shares with others: its words as one number, and its hashtags."""

from __future__ import annotations

import re
from hashlib import blake2b

#: Fewer words than these ("thank you very much" has four) are said alike by chance.
WORDS = 4
#: Longer hashtags are nothing that people type.
LONGEST = 60
_ADDRESS_OR_NAME = re.compile(r"https?://\S+|www\.\S+|@[\w.@-]+")
_WORD = re.compile(r"[^\W\d_]+")
_HASHTAG = re.compile(rf"(?<![\w&])#(\w{{2,{LONGEST}}})(?!\w)")


def phrase(text: str) -> int | None:
    """Return the words of `text` as 32 bits, the same for the same words; None for too few of them.

    Addresses, @names, figures, signs and case make no difference, nor the "RT" before what is forwarded.
    """
    plain = _ADDRESS_OR_NAME.sub(" ", text) if "@" in text or "http" in text or "www." in text else text
    words = _WORD.findall(plain.casefold())
    if words and words[0] == "rt":
        del words[0]
    if len(words) < WORDS:
        return None
    return int.from_bytes(blake2b(" ".join(words).encode("utf-8", "surrogatepass"), digest_size=4).digest())


def hashtags(text: str) -> set[str]:
    """Return the hashtags in `text`, lower case and without their sign; those of figures alone are none."""
    if "#" not in text:
        return set()
    plain = _ADDRESS_OR_NAME.sub(" ", text)
    return {tag for tag in map(str.casefold, _HASHTAG.findall(plain)) if not tag.isdecimal()}
