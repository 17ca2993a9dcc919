"""Signing in: in three languages, one's own password first, slowed down when somebody guesses."""

from __future__ import annotations

import re
from html import unescape

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import translation

from accalmie.pages.signin import SAID_BY_ALLAUTH
from accalmie.records.models import User
from tests.cast import ada, browser, mara

pytestmark = pytest.mark.django_db

LOGIN, PASSWORD = "/account/login/", "/account/password/change/"
OWN = "a-quiet-harbour"


@pytest.fixture(autouse=True)
def nobody_has_tried_before():
    cache.clear()


def newcomer(one_time: str = "k4te-w9xz-1234") -> User:
    """Somebody who was just invited."""
    return User.objects.create_user("noor", password=one_time, must_change_password=True)


def signed_in(name: str, password: str, client: Client | None = None, **extra: str) -> tuple[Client, object]:
    client = client or Client()
    return client, client.post(LOGIN, {"login": name, "password": password, **extra})


@pytest.mark.parametrize("address", ["/", "/topics/1/", "/drill/", "/search/", "/state/"])
def test_nobody_sees_anything_before_signing_in(address):
    answer = Client().get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith(LOGIN + "?next=")


def test_a_part_of_a_page_sends_the_whole_page_to_the_sign_in():
    answer = Client(headers={"HX-Request": "true"}).get("/state/")
    assert answer["HX-Redirect"].startswith(LOGIN)


@pytest.mark.parametrize("language", ["en", "fr", "de"])
def test_the_sign_in_follows_the_browsers_language(language):
    answer = Client(headers={"Accept-Language": f"{language}, en;q=0.1"}).get(LOGIN)
    assert f'<html lang="{language}"' in answer.content.decode()


def test_who_signs_in_goes_on_where_they_wanted_and_nowhere_else():
    User.objects.create_user("noor", password=OWN)
    assert signed_in("noor", OWN, next="/alarms/")[1]["Location"] == "/alarms/"
    assert signed_in("noor", OWN, next="https://evil.example/")[1]["Location"] == "/"


def test_a_wrong_password_does_not_say_whether_the_name_exists():
    User.objects.create_user("noor", password=OWN)
    known = signed_in("noor", "wrong")[1].content.decode()
    unknown = signed_in("nobody", "wrong")[1].content.decode()
    assert 'role="alert"' in known
    errors = [html.split('role="alert"')[1].split("</div>")[0] for html in (known, unknown)]
    assert errors[0] == errors[1]


def test_guessing_is_slowed_down_in_plain_words():
    User.objects.create_user("noor", password=OWN)
    client = Client()
    for _ in range(5):
        signed_in("noor", "wrong", client)
    html = signed_in("noor", OWN, client)[1].content.decode()
    assert "Too many failed login attempts" in html, "even the right one has to wait now"


def test_a_flood_from_one_place_is_turned_away():
    client = Client()
    answers = [client.post(LOGIN, {"login": f"person{n}", "password": "x"}).status_code for n in range(31)]
    assert answers[-1] == 429
    html = client.post(LOGIN, {"login": "x", "password": "x"}).content.decode()
    assert "Too many tries" in html and "Wait a minute" in html


# ── One's own password first ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("address", ["/", "/topics/1/", "/me/", "/team/", "/account/2fa/"])
def test_who_came_with_a_one_time_password_chooses_their_own_before_anything_else(address):
    newcomer()
    client, _ = signed_in("noor", "k4te-w9xz-1234")
    answer = client.get(address)
    assert (answer.status_code, answer["Location"]) == (302, PASSWORD)


def test_a_part_of_a_page_sends_them_there_too():
    client = browser(newcomer())
    assert client.get("/state/", headers={"HX-Request": "true"})["HX-Redirect"] == PASSWORD


def test_they_choose_it_without_entering_the_old_one_again_and_go_on():
    newcomer()
    client, _ = signed_in("noor", "k4te-w9xz-1234")
    html = client.get(PASSWORD).content.decode()
    assert "Choose your own password" in html
    assert "oldpassword" not in html
    assert 'class="nav"' not in html, "there is nowhere to go before"
    answer = client.post(PASSWORD, {"password1": OWN, "password2": OWN})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/").status_code == 200, "still signed in"
    person = User.objects.get(username="noor")
    assert person.check_password(OWN) and not person.must_change_password


@pytest.mark.parametrize(
    ("chosen", "again", "why"),
    [
        ("k4te-w9xz-1234", "k4te-w9xz-1234", "This is the one-time password"),
        ("short", "short", "too short"),
        ("password123", "password123", "too common"),
        (OWN, "another-harbour", "same password"),
    ],
)
def test_what_others_know_or_guess_is_not_a_password_of_ones_own(chosen, again, why):
    newcomer()
    client, _ = signed_in("noor", "k4te-w9xz-1234")
    answer = client.post(PASSWORD, {"password1": chosen, "password2": again})
    assert why in answer.content.decode()
    assert User.objects.get(username="noor").must_change_password


def test_they_may_leave_instead():
    newcomer()
    client, _ = signed_in("noor", "k4te-w9xz-1234")
    client.post("/account/logout/")
    assert client.get(PASSWORD)["Location"].startswith(LOGIN)


def test_whoever_changes_their_password_later_says_the_old_one_and_other_browsers_are_signed_out():
    User.objects.create_user("noor", password=OWN)
    here, _ = signed_in("noor", OWN)
    there, _ = signed_in("noor", OWN)
    new = {"password1": "another-harbour", "password2": "another-harbour"}
    assert here.post(PASSWORD, {"oldpassword": "wrong", **new}).status_code == 200
    assert here.post(PASSWORD, {"oldpassword": OWN, **new}).status_code == 302
    assert here.get("/").status_code == 200
    assert there.get("/").status_code == 302


# ── What there is not ─────────────────────────────────────────────────────────────────────────────────────


def test_nobody_signs_up():
    client = Client()
    assert "given by an admin" in client.get("/account/signup/").content.decode()
    client.post("/account/signup/", {"username": "eve", "password1": OWN, "password2": OWN})
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "address",
    [
        "email/", "confirm-email/", "confirm-email/abc/", "password/set/", "password/reset/",
        "password/reset/done/", "password/reset/key/1-abc/", "password/reset/key/done/", "login/code/confirm/",
    ],
)  # fmt: skip
def test_what_the_house_has_no_use_for_is_not_there(address):
    noor = User.objects.create_user("noor", email="noor@brand.example", password=OWN)
    for client in (Client(), browser(noor)):
        assert client.get(f"/account/{address}").status_code == 404
        assert client.post(f"/account/{address}", {"email": "noor@brand.example"}).status_code == 404
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("language", "familiar", "polite"), [("de", " deine", "Ihr "), ("fr", "pseudo", "nom d’utilisateur")]
)
def test_people_are_addressed_as_everywhere_in_the_house(language, familiar, polite):
    with translation.override(language):
        said = [str(text) for text in SAID_BY_ALLAUTH]
    assert not [text for text in said if re.search(r"\b(du|dein\w*|versuche|tu|ton|pseudo\w*)\b", text, re.I)]
    assert any(polite in text for text in said) and not any(familiar in text for text in said)
    User.objects.create_user("noor", password=OWN)
    client = Client(headers={"Accept-Language": language})
    html = unescape(signed_in("noor", "wrong", client)[1].content.decode())
    with translation.override(language):
        assert str(SAID_BY_ALLAUTH[3]) in html


def test_signing_out_needs_a_click_and_ends_the_session():
    client = browser(mara())
    assert client.get("/account/logout/").status_code == 200
    assert client.get("/").status_code == 200
    client.post("/account/logout/")
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("address", ["/account/2fa/", "/account/reauthenticate/"])
def test_the_other_account_pages_are_in_the_house_too(address):
    answer = browser(ada()).get(address, follow=True)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert 'class="wordmark"' in html and "<h1" in html


def test_a_second_step_is_asked_for_when_it_was_set_up():
    noor = User.objects.create_user("noor", password=OWN)
    Authenticator.objects.create(user=noor, type=Authenticator.Type.TOTP, data={"secret": "JBSWY3DPEHPK3PXP"})
    client, answer = signed_in("noor", OWN)
    assert answer["Location"].startswith("/account/2fa/authenticate/")
    assert client.get("/").status_code == 302
    assert 'autocomplete="one-time-code"' in client.get(answer["Location"]).content.decode()
