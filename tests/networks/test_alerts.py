"""Alerts: they arrive, they say why not, they stay out of our own network, and they keep secrets."""

from __future__ import annotations

import json
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.request import ProxyHandler, build_opener

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from accalmie.networks import alert_carrier, alerts
from accalmie.networks.alerts import Refused, Sent, TryLater, Uncertain
from tests.servers.line import answering

TITLE = "Nordwind: alarm, storm level 4 (storm)"
BODY = "- 19 times the usual for a Sunday 11 p.m.\n- 340 different people\n« 71 % négatif », 71 % übel"
SECRET = "s3cr3t-t0ken"


class Hook:
    """A web server that takes whatever is sent to it, and answers with one status."""

    def __init__(self, status: int) -> None:
        self.taken: list[dict[str, Any]] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.taken.append(json.loads(body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"


@contextmanager
def hook(status: int = 200) -> Iterator[Hook]:
    made = Hook(status)
    thread = threading.Thread(target=made.server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield made
    finally:
        made.server.shutdown()
        made.server.server_close()
        thread.join()


class Mailbox:
    """What a mail server does: `answer` is what it says to a recipient, `then` to the message itself."""

    def __init__(self, answer: str = "250 OK", then: str = "250 OK") -> None:
        self.answer = answer
        self.then = then
        self.mails: list[EmailMessage] = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        if not self.then:
            # It has the mail, and dies before it can say so.
            server.transport.abort()
        return self.then or "250 OK"


@contextmanager
def mail_server(box: Mailbox, **options: Any) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        controller.stop()


def mailto(host: str, login: str = "", more: str = "") -> str:
    name, _, port = host.partition(":")
    return f"mailto://{login}example.org:{port}?smtp={name}&mode=insecure&from=a@example.org&to=mara@example.org{more}"


def send(address: str, **options: Any) -> alerts.Outcome:
    return alerts.send(address, TITLE, BODY, **{"private_allowed": True, **options})


def test_an_alert_arrives_as_a_mail_with_every_character_of_it():
    box = Mailbox()
    with mail_server(box) as host:
        assert send(mailto(host)) == Sent()
    (mail,) = box.mails
    assert mail["Subject"] == TITLE
    assert mail["To"] == "mara@example.org"
    text = mail.get_body(("plain", "html")).get_content()
    assert "« 71 % négatif », 71 % übel" in text
    assert "340 different people" in text


def test_an_alert_arrives_at_a_web_hook():
    with hook() as taken:
        assert send(f"json://{taken.host}/alarm") == Sent()
    (message,) = taken.taken
    assert (message["title"], message["message"]) == (TITLE, BODY)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_with_a_fault_is_tried_later(status):
    with hook(status) as taken:
        outcome = send(f"json://{taken.host}/alarm")
    assert outcome == TryLater(f"JSON: the server has a fault (error {status}).")


def test_too_many_messages_are_tried_later():
    with hook(429) as taken:
        assert isinstance(send(f"json://{taken.host}/"), TryLater)


@pytest.mark.parametrize(
    ("status", "told"), [(401, "not accepted"), (403, "not accepted"), (404, "404"), (400, "400")]
)
def test_a_refusal_by_the_service_is_for_a_person_to_mend(status, told):
    with hook(status) as taken:
        outcome = send(f"json://{taken.host}/")
    assert isinstance(outcome, Refused)
    assert told in outcome.why


def test_a_server_that_is_not_there_is_tried_later():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{probe.getsockname()[1]}"
        assert send(f"json://{host}/") == TryLater("JSON: the server cannot be reached.")
        assert send(mailto(host)) == TryLater("E-Mail: the server cannot be reached.")


def test_a_server_whose_name_leads_nowhere_says_so():
    assert send("json://hooks.example.invalid/") == TryLater(
        "JSON: there is no server of that name. Check the address."
    )


def test_a_line_that_breaks_before_the_answer_is_uncertain():
    with answering(b"") as address:
        outcome = send(address.replace("http", "json"))
    assert outcome == Uncertain("JSON: the line broke when the message was on its way. It may have arrived.")


def test_a_mail_server_that_dies_with_the_mail_in_its_hands_is_uncertain():
    box = Mailbox(then="")
    with mail_server(box) as host:
        assert isinstance(send(mailto(host)), Uncertain)
    assert len(box.mails) == 1


@pytest.mark.parametrize(
    ("answer", "then", "kind"),
    [("451 4.7.1 greylisted", "", TryLater), ("550 5.1.1 no such person", "", Refused),
     ("250 OK", "452 4.2.2 mailbox full", TryLater), ("250 OK", "554 5.7.1 spam", Refused)],
)  # fmt: skip
def test_what_a_mail_server_answers_decides_whether_we_come_again(answer, then, kind):
    box = Mailbox(answer, then)
    with mail_server(box) as host:
        outcome = send(mailto(host))
    assert isinstance(outcome, kind)
    assert (then or answer)[:3] in outcome.why


def test_a_wrong_password_of_the_mail_server_is_named():
    def denied(*_: Any) -> AuthResult:
        return AuthResult(success=False, handled=False)

    with mail_server(Mailbox(), authenticator=denied, auth_required=True, auth_require_tls=False) as host:
        outcome = send(mailto(host, f"brand:{SECRET}@"))
    assert isinstance(outcome, Refused)
    assert "password" in outcome.why


@pytest.mark.parametrize("status", [200, 500])
def test_an_address_cannot_ask_for_attempts_of_its_own_nor_call_a_failure_a_success(status):
    with hook(status) as taken:
        outcome = send(f"json://{taken.host}/?retry=3&optional=yes&wait=0")
    assert len(taken.taken) == 1
    assert isinstance(outcome, Sent if status == 200 else TryLater)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0", "[::1]", "2130706433"])
def test_an_address_does_not_lead_into_our_own_network(host):
    with hook() as taken:
        port = taken.host.partition(":")[2]
        outcome = send(f"json://{host}:{port}/", private_allowed=False)
    assert taken.taken == []
    assert isinstance(outcome, Refused | TryLater)


def test_a_mail_server_that_hides_behind_a_public_domain_is_stopped_too():
    box = Mailbox()
    with mail_server(box) as host:
        outcome = send(mailto(host), private_allowed=False)
    assert box.mails == []
    assert isinstance(outcome, Refused)
    assert "own network" in outcome.why


def test_nothing_else_is_stopped_while_alerts_may_not_go_to_our_own_network():
    with hook() as taken, alert_carrier.listening(private_allowed=False):
        reached: list[int] = []

        def elsewhere() -> None:
            reached.append(build_opener(ProxyHandler({})).open(f"http://{taken.host}/").status)

        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
    assert reached == [200]


@pytest.mark.parametrize(
    ("target", "free"),
    [(("9.9.9.9", 443), True), (("2620:fe::fe", 443, 0, 0), True), (("10.1.2.3", 25), False),
     (("::1", 80, 0, 0), False), (("169.254.169.254", 80), False), (("localhost", 514), False),
     ("/run/dbus/system_bus_socket", False), (b"\0abstract", False)],
)  # fmt: skip
def test_the_door_is_open_to_the_internet_alone(target, free):
    assert alert_carrier._goes_public(target) is free


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("", "begins with its kind"),
        ("mara@example.org", "begins with its kind"),
        (f"carrierpigeon://{SECRET}@roof", "No known service"),
        (f"https://example.org/{SECRET}", "No known service"),
        (f"discord://{SECRET}", "https://appriseit.com/services/discord/"),
        ("json://", "https://appriseit.com/services/json/"),
        ("syslog://", "nobody sees it"),
        (f"json://brand:{SECRET}@127.0.0.1/", "own network"),
        (f"json://brand:{SECRET}@localhost/", "own network"),
        (f"mailto://brand:{SECRET}@example.org?smtp=192.168.1.1", "own network"),
    ],
)
def test_what_is_wrong_with_an_address_is_told_when_it_is_entered(address, told):
    sentence = alerts.check(address)
    assert told in sentence
    assert SECRET not in sentence


@pytest.mark.parametrize(
    "address",
    ["discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", "tgram://123456789:abcdefg_hijklmnop/12315544/",
     "mailto://brand:pw@9.9.9.9?from=a@example.org&to=mara@example.org", "json://9.9.9.9/alarm"],
)  # fmt: skip
def test_a_good_address_is_taken(address):
    assert alerts.check(address) == ""


def test_our_own_network_is_fine_where_an_administrator_allowed_it():
    assert alerts.check("json://127.0.0.1/", private_allowed=True) == ""


def test_it_speaks_the_readers_language():
    assert alerts.check("nordwind", "fr").startswith("Ce n’est pas une adresse d’alerte.")
    assert alerts.check("nordwind", "de").startswith("Das ist keine Adresse für Alarme.")
    with hook(500) as taken:
        french = alerts.send(f"json://{taken.host}/", TITLE, BODY, private_allowed=True, language="fr")
    assert french == TryLater("JSON\N{NO-BREAK SPACE}: le serveur est en panne (erreur 500).")


@contextmanager
def everything_logged() -> Iterator[list[str]]:
    """Hear what reaches the root of all logs. (caplog would hear what is kept from it, too.)"""
    heard: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(self.format(record))

    root, ear, level = logging.getLogger(), Ear(logging.DEBUG), logging.getLogger().level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    try:
        yield heard
    finally:
        root.removeHandler(ear)
        root.setLevel(level)


def test_no_secret_is_told_or_logged(capfd):
    with everything_logged() as logged, hook(500) as taken:
        logging.getLogger("elsewhere").debug("this is heard")
        outcomes = [
            send(f"json://brand:{SECRET}@{taken.host}/{SECRET}?+X-Token={SECRET}"),
            send(f"json://brand:{SECRET}@hooks.example.invalid/{SECRET}"),
            send(f"slack://{SECRET}"),
        ]
    assert len(taken.taken) == 1
    assert not any(isinstance(outcome, Sent) for outcome in outcomes)
    out, err = capfd.readouterr()
    for said in [*map(str, outcomes), *logged, out, err]:
        assert SECRET not in said
    assert "this is heard" in logged
