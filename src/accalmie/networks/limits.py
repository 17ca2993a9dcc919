"""How long and how much, and who asks: no answer from outside may hold us up for ever, or fill the memory."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterable, Iterator

from accalmie import __version__
from accalmie.core.network import Trouble, Wrong

CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
#: A whole answer must be here within this. With the name look-up it stays below the minute of a `poll`.
TOTAL_SECONDS = 25.0
#: The largest answer that is read into memory, in bytes, unpacked.
LARGEST = 10 * 1024 * 1024
HOPS = 5
#: So many of a host's numbers are tried.
NUMBERS = 3
#: How we introduce ourselves, so that a server's operator knows who asks.
USER_AGENT = f"Accalmie/{__version__} (social listening; self-hosted)"


def bounded(pieces: Iterable[bytes], packed: str, where: str, largest: int, seconds: float) -> bytes:
    """Return the pieces as one, unpacked (`packed`: gzip, deflate or none), of at most `largest` bytes.

    Raises Trouble: TOO_LARGE, TOO_SLOW, BROKEN_ANSWER.
    """
    deadline = time.monotonic() + seconds
    body = bytearray()
    for piece in _unpacked(pieces, packed, where, largest):
        body += piece
        if len(body) > largest:
            raise Trouble(Wrong.TOO_LARGE, where, f"> {largest // 1024} KiB")
        if time.monotonic() > deadline:
            raise Trouble(Wrong.TOO_SLOW, where)
    return bytes(body)


def _unpacked(pieces: Iterable[bytes], packed: str, where: str, largest: int) -> Iterator[bytes]:
    """Yield the pieces unpacked, each at most a bit more than `largest`: a small gzip can hold gigabytes."""
    if packed in {"", "identity"}:
        yield from pieces
        return
    if packed not in {"gzip", "x-gzip", "deflate"}:
        raise Trouble(Wrong.BROKEN_ANSWER, where, f"Content-Encoding: {packed}")
    opener = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    try:
        for piece in pieces:
            yield opener.decompress(piece, largest + 1)
        yield opener.flush()
    except zlib.error as error:
        raise Trouble(Wrong.BROKEN_ANSWER, where, str(error)) from error
