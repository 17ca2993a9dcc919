"""My own page: language, zone, ceiling of alerts, and addresses that are never shown again."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from accalmie.networks import alerts
from accalmie.pages.profile import EXAMPLES
from accalmie.records.models import ContactRecord
from tests.cast import ben, browser, olu
from tests.questions import asked

pytestmark = pytest.mark.django_db

#: Nothing listens on port 9 of this machine, and nothing on it may be reached.
ADDRESS = "json://127.0.0.1:9/secret-path"
PUBLIC = "tgram://123456789:abcdefg_hijklmnop/12315544/"


def test_settings_are_kept_and_hold_at_once():
    mine = browser(olu())
    answer = mine.post(
        "/me/", {"language": "fr", "zone": "America/Montreal", "alerts_per_hour": "3"}, follow=True
    )
    assert 'lang="fr"' in answer.content.decode()
    person = olu()
    assert (person.language, person.zone, person.alerts_per_hour) == ("fr", "America/Montreal", 3)


@pytest.mark.parametrize(
    "wrong",
    [{"zone": "Moon/Base"}, {"language": "xx"}, {"alerts_per_hour": "0"}, {"alerts_per_hour": "many"}],
)
def test_what_cannot_be_is_told_at_its_field(wrong):
    filled = {"language": "fr", "zone": "UTC", "alerts_per_hour": "3"}
    page = browser(olu()).post("/me/", filled | wrong).content.decode()
    (name,) = wrong
    assert f'id="id_{name}_error"' in page
    assert olu().language == "en"


def test_an_address_is_kept_encrypted_and_never_shown_again():
    mine = browser(olu())
    answer = mine.post("/me/contacts/add/", {"label": "my phone", "address": PUBLIC}, follow=True)
    contact = ContactRecord.objects.get()
    assert contact.person == olu() and contact.address == PUBLIC
    page = answer.content.decode()
    assert "my phone" in page and "Not tested yet" in page
    assert "abcdefg_hijklmnop" not in page


def test_an_address_that_is_none_is_told_at_its_field():
    page = browser(olu()).post("/me/contacts/add/", {"label": "x", "address": "no address"}).content.decode()
    assert 'id="id_address_error"' in page
    assert page.count("autofocus") == 1, "the error has the focus"
    assert not ContactRecord.objects.exists()


def test_an_address_on_our_own_network_is_refused():
    page = browser(olu()).post("/me/contacts/add/", {"label": "x", "address": ADDRESS}).content.decode()
    assert 'id="id_address_error"' in page
    assert not ContactRecord.objects.exists()


def test_a_test_that_does_not_go_out_says_why_and_keeps_the_secret():
    contact = ContactRecord.objects.create(person=olu(), label="chat", address=ADDRESS)
    page = browser(olu()).post(f"/me/contacts/{contact.pk}/test/", follow=True).content.decode()
    assert "The test was not sent:" in page
    assert "secret-path" not in page
    contact.refresh_from_db()
    assert contact.last_error


def test_nobody_touches_the_addresses_of_others():
    contact = ContactRecord.objects.create(person=ben(), label="mine", address=ADDRESS)
    theirs = browser(olu())
    assert theirs.post(f"/me/contacts/{contact.pk}/test/").status_code == 409
    theirs.post(f"/me/contacts/{contact.pk}/remove/")
    assert ContactRecord.objects.filter(pk=contact.pk).exists()
    browser(ben()).post(f"/me/contacts/{contact.pk}/remove/")
    assert not ContactRecord.objects.exists()


@pytest.mark.parametrize("door", ["add/", "1/remove/", "1/test/"])
def test_nothing_is_changed_by_looking(door):
    assert browser(olu()).get(f"/me/contacts/{door}").status_code == 405


def test_strangers_have_no_page():
    assert browser().get("/me/").status_code == 302


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_every_example_is_an_address_that_is_understood_once_it_is_filled_in(name, example):
    filled = (
        example.replace("AccountSid", "AC" + "a" * 32)
        .replace("AuthToken", "b" * 32)
        .replace("ApiKey", "a" * 8)
        .replace("ApiSecret", "b" * 16)
        .replace("TokenA/TokenB/TokenC", f"T{'A' * 8}/B{'B' * 8}/{'c' * 24}")
        .replace("workflow-id", "d" * 32)
        .replace("signature", "e" * 43)
        .replace("bot-token", "f" * 35)
        .replace("chat-id", "12345")
    )
    filled = re.sub(r"[a-z]+\.example", "example.org", filled)
    with translation.override("en"):
        assert alerts.check(filled, "en", private_allowed=True) == "", name


def test_the_questions_do_not_grow_with_the_addresses():
    mine = browser(olu())
    before = asked(mine, "/me/")
    for number in range(8):
        ContactRecord.objects.create(person=olu(), label=f"way {number}", address=ADDRESS)
    assert asked(mine, "/me/") == before
