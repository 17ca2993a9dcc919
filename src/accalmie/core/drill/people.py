"""The cast: invented people, shops and media with accounts on example domains."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from math import exp, log
from random import Random

from accalmie.core.mention import Author, folded
from accalmie.phrasebook import table

#: Followers are log-normal: half of the people have fewer than this ...
USUAL_FOLLOWERS = 170
#: ... with this spread of the logarithm; about one in ninety is a hub instead.
SPREAD = 1.4
HUB = 1 / 90
HUB_FOLLOWERS = (20_000, 400_000)

#: The invented servers of each network.
SERVERS = {
    "mastodon": ("social.example", "ville.example", "marktplatz.example", "toot.example"),
    "bluesky": ("sky.example",),
    "x": ("x.example",),
    "facebook": ("book.example",),
}
#: These do not tell how many follow.
UNCOUNTED = ("facebook", "feed")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with one account, who writes in one language."""

    author: Author
    network: str
    language: str


def followers(chance: Random) -> int:
    """Return how many follow somebody: a few hubs have most of the reach, as on real networks."""
    if chance.random() < HUB:
        return hub(chance)
    return min(int(chance.lognormvariate(log(USUAL_FOLLOWERS), SPREAD)), HUB_FOLLOWERS[0])


def hub(chance: Random) -> int:
    """Return the followers of a hub."""
    low, high = HUB_FOLLOWERS
    return int(exp(chance.uniform(log(low), log(high))))


@dataclass(slots=True)
class Cast:
    """Gives out people, each with a handle of their own."""

    chance: Random
    _handles: set[str] = field(default_factory=set)

    def person(self, network: str, language: str, reach: int, trade: float = 0.0) -> Person:
        """Return a new person; with probability `trade` it is a shop's account."""
        if network == "feed":
            return self.medium(language)
        names = table("drill/people")[language]
        pick = self.chance.choice
        if self.chance.random() < trade:
            name = handle = pick(names["trade"])
        else:
            first, last = pick(names["first"]), pick(names["last"])
            name = f"{first} {last}"
            handle = pick(
                (f"{first}.{last}", f"{first}_{last[:1]}", f"{first}{last}", pick(names["nick"]), first)
            )
            if self.chance.random() < 0.2:
                name = pick((first, handle, f"{first} {last[:1]}."))
        handle = self._own(_plain(handle))
        server = pick(SERVERS[network])
        url = f"https://{server}/@{handle}" if network == "mastodon" else f"https://{server}/{handle}"
        known = None if network in UNCOUNTED else reach
        return Person(Author(f"{handle}@{server}", name, url, known), network, language)

    def medium(self, language: str) -> Person:
        """Return an invented newspaper or magazine, heard through its feed."""
        name = self.chance.choice(table("drill/people")[language]["media"])
        site = f"{_plain(name).replace('.', '-')}.example"
        return Person(Author(site, name, f"https://{site}/", None), "feed", language)

    def _own(self, handle: str) -> str:
        own = handle
        while own in self._handles:
            own = f"{handle}{self.chance.randrange(2, 9999)}"
        self._handles.add(own)
        return own


def _plain(name: str) -> str:
    """Return `name` as a handle can hold it: lower case Latin letters, digits, dots and underscores."""
    plain = folded(name).replace("ı", "i").replace("œ", "oe").replace("&", "and")
    return re.sub(r"[^a-z0-9_.]+", ".", plain).strip(".")
