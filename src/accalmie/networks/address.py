"""Which addresses we go to: public ones, unless an admin allowed the machine's own network.

A person types an address, and this machine goes there: it must not become their way into our own network
(server-side request forgery). What counts is the number that a name leads to at the moment of connecting,
so `reachable` is asked by the connection itself, and nothing looks the name up a second time.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from typing import Any

import httpx

from accalmie.core.network import Trouble, Wrong

#: As socket.getaddrinfo.
Lookup = Callable[..., list[Any]]
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
#: Answers of the resolver that mean: there is no such name. Others mean: nobody could be asked.
_NO_SUCH_NAME = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})


def public(address: str) -> bool:
    """Tell whether `address` (a number, IPv4 or IPv6) is one of the public internet.

    An IPv6 address that only wraps an IPv4 one (mapped, 6to4, NAT64) is as public as what it wraps.
    """
    number = ipaddress.ip_address(address)
    if isinstance(number, ipaddress.IPv6Address):
        wrapped = number.ipv4_mapped or number.sixtofour
        if number in _NAT64:
            wrapped = ipaddress.IPv4Address(int(number) & 0xFFFFFFFF)
        if wrapped is not None:
            return public(str(wrapped))
        if number not in _GLOBAL_UNICAST:
            return False
    return number.is_global and not number.is_multicast and not number.is_reserved


def reachable(host: str, port: int, private_allowed: bool, lookup: Lookup = socket.getaddrinfo) -> list[str]:
    """Return the numbers that `host` has now, in the resolver's order, all of them allowed.

    Raises Trouble: NOT_FOUND_HOST, UNREACHABLE (no resolver answered), BAD_ADDRESS, PRIVATE_ADDRESS (one
    private number among public ones is enough: it may be the one that is dialled).
    """
    try:
        found = lookup(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        wrong = Wrong.NOT_FOUND_HOST if error.errno in _NO_SUCH_NAME else Wrong.UNREACHABLE
        raise Trouble(wrong, host, error.strerror or "") from error
    except (UnicodeError, ValueError, OverflowError) as error:
        raise Trouble(Wrong.BAD_ADDRESS, host, str(error)) from error
    numbers = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not private_allowed:
        for number in numbers:
            if not public(number):
                raise Trouble(Wrong.PRIVATE_ADDRESS, host, number)
    return numbers


def parsed(url: str) -> httpx.URL:
    """Return `url` taken apart. Raises Trouble(BAD_ADDRESS) unless it is http or https with a host."""
    try:
        parts = httpx.URL(url.strip())
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise Trouble(Wrong.BAD_ADDRESS, url.strip()[:200], str(error)) from error
    if parts.scheme not in {"http", "https"} or not parts.host:
        raise Trouble(Wrong.BAD_ADDRESS, shown(url))
    return parts


def checked_address(url: str, private_allowed: bool = False) -> str:
    """Return the number that `url` leads to now.

    Raises Trouble: BAD_ADDRESS, PRIVATE_ADDRESS, NOT_FOUND_HOST, UNREACHABLE (no resolver answered).
    """
    parts = parsed(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        return reachable(parts.raw_host.decode("ascii"), port, private_allowed)[0]
    except Trouble as trouble:
        raise Trouble(trouble.wrong, shown(url), trouble.detail) from trouble


def shown(url: str) -> str:
    """Return `url` as it may be shown and logged: without the password in it, and not endless."""
    try:
        parts = httpx.URL(url.strip())
        if parts.userinfo:
            url = str(parts.copy_with(userinfo=b""))
    except (httpx.InvalidURL, UnicodeError, ValueError):
        # It cannot be taken apart, so whatever stands before an "@" may be a password.
        url = url.rpartition("@")[2]
    return url.strip()[:300]
