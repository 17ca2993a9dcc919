"""Alerts to people, by mail, SMS or chat service, through Apprise.

Apprise knows some 180 services. What became of a message is told in four words (`Outcome`), and why in a
sentence of our own, in the reader's language; never the address, which holds secrets.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from accalmie.core.network import Trouble, Wrong
from accalmie.networks.address import reachable
from accalmie.networks.alert_carrier import Sending, apprise, asset, listening
from accalmie.phrasebook import say


@dataclass(frozen=True, slots=True)
class Sent:
    """The service took it."""


@dataclass(frozen=True, slots=True)
class TryLater:
    """It did not go out, and waiting may mend it. `wait`: not before this long, None leaves it to us."""

    why: str
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """It did not go out, and only a person can mend it."""

    why: str


@dataclass(frozen=True, slots=True)
class Uncertain:
    """The line broke while it was on its way: it may have gone out."""

    why: str


Outcome = Sent | TryLater | Refused | Uncertain

#: A sentence of phrasebook/sending.toml, by its key and what is to be filled in.
Words = Callable[..., str]

#: They show an alert on the desktop or in the log of the machine that sends it.
_OWN_MACHINE = frozenset({"dbus", "glib", "gnome", "kde", "macosx", "qt", "syslog", "windows"})
#: What is on the stack while nothing of the message has left: connecting, and what mail servers ask first.
_BEFORE = frozenset(
    {"create_connection", "_new_conn", "connect", "ehlo", "helo", "ehlo_or_helo_if_needed", "starttls",
     "login", "mail", "rcpt"}
)  # fmt: skip


def send(
    address: str, title: str, body: str, *, private_allowed: bool = False, language: str = "en"
) -> Outcome:
    """Send one message to an Apprise address and tell what became of it, in `language`. Raises nothing.

    `body` is plain text. Ends within `alert_carrier.LONGEST` seconds and a little.
    """
    wrong, service = _understood(address, language)
    if service is None:
        return Refused(wrong)
    name = str(service.service_name)
    # An address may ask for more patience, or for attempts of its own; both are the queue's to decide.
    service.retry = 0
    service.socket_connect_timeout = min(service.socket_connect_timeout, 15.0)
    service.socket_read_timeout = min(service.socket_read_timeout, 20.0)
    loaded = apprise()
    with listening(private_allowed) as sending:
        carrier = loaded.Apprise(asset=asset())
        carrier.add(service)
        result = carrier.notify(
            body=body,
            title=title,
            notify_type=loaded.NotifyType.WARNING,
            body_format=loaded.NotifyFormat.TEXT,
        )
    # Not what the result itself says: an address may call itself optional, and then a failure is none.
    attempts = [attempt for one in result for attempt in one.attempts]
    if any(attempts):
        return Sent()
    late = any(attempt.status.name == "TIMEOUT" for attempt in attempts)

    def words(key: str, **values: object) -> str:
        return say("sending", key, language, service=name, **values)

    return _judged(sending, words, late=late)


def check(address: str, language: str = "en", *, private_allowed: bool = False) -> str:
    """Return "", or one sentence on what is wrong with an address, as far as can be seen without sending."""
    wrong, service = _understood(address, language)
    if service is None:
        return wrong
    host = str(getattr(service, "smtp_host", "") or service.host or "")
    # In many addresses a token stands where others have the host; a token is not looked up anywhere.
    if private_allowed or not ("." in host or ":" in host or host == "localhost"):
        return ""
    try:
        reachable(host, service.port or 443, private_allowed)
    except Trouble as trouble:
        if trouble.wrong == Wrong.PRIVATE_ADDRESS:
            return say("sending", "private", language)
    return ""


def _understood(address: str, language: str) -> tuple[str, Any]:
    """Return Apprise's object for an address; or what is wrong with the address, and None."""
    loaded = apprise()
    scheme, found, _ = address.strip().partition("://")
    scheme = scheme.lower()
    if not found or not re.fullmatch(r"[a-z0-9_-]{2,}", scheme):
        return say("sending", "no_scheme", language), None
    with listening(private_allowed=False):
        known = loaded.plugins.N_MGR[scheme] if scheme in loaded.plugins.N_MGR else None  # noqa: SIM401
        usable = known is None or known.enabled
        service = loaded.Apprise.instantiate(address.strip(), asset()) if usable else None
    if scheme in _OWN_MACHINE:
        return say("sending", "own_machine", language, service=known.service_name if known else scheme), None
    if service is not None:
        return "", service
    if known is None:
        return say("sending", "unknown_service", language), None
    if not known.enabled:
        packages = known.requirements.get("packages_required") or "?"
        packages = ", ".join(packages) if isinstance(packages, list | tuple) else packages
        return say("sending", "not_installed", language, service=known.service_name, packages=packages), None
    return say("sending", "not_understood", language, service=known.service_name, help=known.setup_url), None


# From what was heard to an outcome


def _judged(sending: Sending, words: Words, *, late: bool) -> Outcome:
    if sending.stopped:
        return Refused(words("private"))
    if sending.some_sent:
        return Refused(words("only_some"))
    if late:
        return Uncertain(words("line_broke"))
    for told in reversed(sending.told):
        if found := re.search(r"\berror=(\d{3})\b", told):
            return _by_status(int(found[1]), words)
        if found := re.search(r"was refused: (\d{3})\b", told):
            return _by_mail_status(int(found[1]), words)
    if sending.errors:
        return _by_error(sending.errors[-1], words)
    return Refused(words("no_reason"))


def _by_status(status: int, words: Words) -> Outcome:
    if status in {401, 403}:
        return Refused(words("wrong_login"))
    if status == 429:
        return TryLater(words("too_many"))
    if status >= 500:
        return TryLater(words("server_fault", status=status))
    return (
        TryLater(words("later", status=status)) if status == 408 else Refused(words("refused", status=status))
    )


def _by_mail_status(status: int, words: Words) -> Outcome:
    """Of mail servers, 4xx asks to come again and 5xx is for good (RFC 5321, 4.2.1)."""
    if status in {530, 534, 535}:
        return Refused(words("wrong_login"))
    if status == 421 or 400 <= status < 500:
        return TryLater(words("later", status=status))
    return Refused(words("refused", status=status))


def _by_error(error: BaseException, words: Words) -> Outcome:
    chain = list(_chain(error))
    for link in chain:
        if isinstance(link, smtplib.SMTPRecipientsRefused):
            return _by_mail_status(max(code for code, _ in link.recipients.values()), words)
        if isinstance(link, smtplib.SMTPResponseException) and link.smtp_code > 0:
            return _by_mail_status(link.smtp_code, words)
        if isinstance(link, ssl.SSLCertVerificationError):
            return Refused(words("certificate"))
        if isinstance(link, socket.gaierror):
            return TryLater(words("not_found"))
    running = {frame.name for link in chain for frame in traceback.extract_tb(link.__traceback__)}
    if running & _BEFORE and "data" not in running:
        return TryLater(words("not_reached"))
    return Uncertain(words("line_broke"))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and those that it came from."""
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or link.__context__
