"""Proof: an append-only chain of hashes, in which nothing can be changed or left out unseen.

Each link is sha256(previous link | sequence | moment | kind | ref | digest of the content). Whoever holds
a later link can tell whether an earlier entry was altered (Haber and Stornetta 1991).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

#: The link before the first.
GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to prove. `ref` names it ("mention:mastodon:123"), `digest` is sha256 of its content, hex."""

    seq: int
    at: datetime
    kind: str
    ref: str
    digest: str


def digest(*parts: str) -> str:
    """Return the sha256 of the parts, each with its length before it, so that no two lists collide."""
    seal = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        seal.update(len(data).to_bytes(8))
        seal.update(data)
    return seal.hexdigest()


def link(before: str, entry: Entry) -> str:
    """Return the chain's link for `entry`, given the link `before` it. `entry.at` must know its zone."""
    moment = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    line = f"{before}|{entry.seq}|{moment}|{entry.kind}|{entry.ref}|{entry.digest}"
    return hashlib.sha256(line.encode("utf-8", "surrogatepass")).hexdigest()
