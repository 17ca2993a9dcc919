"""Apprise itself: loaded when first needed, overheard while it sends, and kept out of our own network.

Apprise answers yes or no; why not, it tells its log alone. And the host that it connects to is found by each
service's own code (a mail server by its domain, a chat server by a file on its web server, anything by a
redirect), so that no reading of an address can tell where it leads. Python's audit events are the one door
that every connection goes through, whoever makes it, at the moment it is made.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from accalmie.core.network import Trouble, Wrong
from accalmie.networks.address import public, reachable

#: Seconds after which a service is given up; below the lease of a notice.
LONGEST = 45.0


@dataclass(slots=True)
class Sending:
    """One message on its way: what is heard of it, and whether it was stopped at our own network."""

    private_allowed: bool
    #: What we were busy with ourselves when it began.
    before: BaseException | None = None
    stopped: bool = False
    #: Some of those that the address names have got it.
    some_sent: bool = False
    #: Warnings, which may hold secrets, and the errors that were being handled when they were logged.
    told: list[str] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)


_now: ContextVar[Sending | None] = ContextVar("alert on its way", default=None)


@contextmanager
def listening(private_allowed: bool) -> Iterator[Sending]:
    """Hear what Apprise says within the block, and let it out to the public internet only (or anywhere)."""
    sending = Sending(private_allowed, sys.exc_info()[1])
    token = _now.set(sending)
    try:
        yield sending
    finally:
        _now.reset(token)


class _Ear(logging.Handler):
    """Hears what Apprise logs while we send, with the error that it was handling at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        sending = _now.get()
        if sending is None:
            return
        error = sys.exc_info()[1]
        if error is not None and error is not sending.before and error not in sending.errors:
            sending.errors.append(error)
        if record.levelno >= logging.WARNING:
            sending.told.append(record.getMessage())
        elif record.levelno == logging.INFO and record.getMessage().startswith("Sent "):
            sending.some_sent = True


def _at_the_door(event: str, args: tuple[Any, ...]) -> None:
    """Stop what connects to our own network while an alert is sent that may not."""
    if event != "socket.connect" and event != "socket.sendto":
        return
    sending = _now.get()
    if sending is None or sending.private_allowed or _goes_public(args[1]):
        return
    sending.stopped = True
    raise Trouble(Wrong.PRIVATE_ADDRESS, "")


def _goes_public(target: object) -> bool:
    """Tell whether a socket's target is on the public internet. A file (Unix socket) is not."""
    if not isinstance(target, tuple):
        return False
    host, port = str(target[0]), int(target[1])
    try:
        return public(host)
    except ValueError:
        pass  # It is a name.
    try:
        return bool(reachable(host, port, private_allowed=False))
    except Trouble:
        return False


@cache
def apprise() -> Any:
    """Load Apprise (half a second, 60 MB), take its log to ourselves, and guard the door."""
    import apprise as loaded

    log = logging.getLogger("apprise")
    log.propagate = False
    log.setLevel(logging.DEBUG)
    log.addHandler(_Ear())
    # At DEBUG it writes addresses with the tokens in them.
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    sys.addaudithook(_at_the_door)
    return loaded


@cache
def asset() -> Any:
    """Return how Apprise is to behave: by our name, without its pictures, without files of its own."""
    return apprise().AppriseAsset(
        app_id="Accalmie", app_desc="Accalmie", app_url="", image_url_mask="", image_url_logo="",
        async_mode=False, service_timeout=LONGEST, allow_templates=False, pgp_autogen=False,
        pem_autogen=False, secure_logging=True,
    )  # fmt: skip
