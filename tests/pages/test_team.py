"""The team: an admin invites, gives roles, closes accounts; passwords are seen once."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accalmie.core.people import Role
from accalmie.records.models import ContactRecord, User
from tests.cast import ada, ben, browser, ines, mara, olu, ravi
from tests.questions import asked

pytestmark = pytest.mark.django_db

NEW = {"username": "noa", "email": "noa@brand.example", "role": str(Role.AUTHOR.value)}
DOORS = ("invite/", "1/role/", "1/deactivate/", "1/activate/", "1/password/")


def password_in(page: str) -> str:
    found = re.search(r'one-time">([^<]+)<', page)
    assert found
    return found[1]


def test_an_invitation_shows_a_password_once_that_really_signs_in():
    answer = browser(ada()).post("/team/invite/", NEW)
    password = password_in(answer.content.decode())
    assert "no-store" in answer["Cache-Control"]
    noa = User.objects.get(username="noa")
    assert noa.rank is Role.AUTHOR and noa.check_password(password)
    assert password not in browser(ada()).get("/team/").content.decode()
    signed_in = Client().post("/account/login/", {"login": "noa", "password": password}, follow=True)
    assert signed_in.redirect_chain[-1][0].startswith("/account/password/change/"), (
        "they choose their own first"
    )


def test_a_name_that_is_taken_is_told_at_its_field():
    ben()
    page = browser(ada()).post("/team/invite/", NEW | {"username": "BEN"}).content.decode()
    assert 'id="id_username_error"' in page
    assert User.objects.filter(username__iexact="ben").count() == 1


def test_a_role_is_changed_and_told():
    person = olu()
    answer = browser(ada()).post(f"/team/{person.pk}/role/", {"role": str(Role.LEAD.value)}, follow=True)
    assert "olu now has the role Lead." in answer.content.decode()
    person.refresh_from_db()
    assert person.rank is Role.LEAD


@pytest.mark.parametrize("role", ["", "6", "-1", "lead"])
def test_a_role_that_does_not_exist_is_refused(role):
    person = olu()
    assert browser(ada()).post(f"/team/{person.pk}/role/", {"role": role}).status_code == 409


def test_the_last_admin_stays():
    admin = ada()
    answer = browser(admin).post(f"/team/{admin.pk}/role/", {"role": "0"})
    assert answer.status_code == 409 and "last admin" in answer.content.decode()
    assert browser(admin).post(f"/team/{admin.pk}/deactivate/").status_code == 409


def test_a_closed_account_is_signed_out_and_can_be_opened_again():
    person = olu()
    theirs = browser(person)
    assert theirs.get("/alarms/").status_code == 200
    browser(ada()).post(f"/team/{person.pk}/deactivate/")
    assert theirs.get("/alarms/").status_code == 302
    assert "Closed" in browser(ada()).get("/team/").content.decode()
    browser(ada()).post(f"/team/{person.pk}/activate/")
    assert theirs.get("/alarms/").status_code == 200


def test_a_new_password_replaces_the_old_one():
    person = olu()
    answer = browser(ada()).post(f"/team/{person.pk}/password/")
    person.refresh_from_db()
    assert person.check_password(password_in(answer.content.decode()))
    assert person.must_change_password


@pytest.mark.parametrize("person", [mara, ines, ben, ravi, olu])
def test_only_admins_see_and_change_the_team(person):
    me = person()
    theirs = browser(me)
    assert theirs.get("/team/").status_code == 403
    for door in DOORS:
        assert theirs.post(f"/team/{door}", NEW).status_code == 403, door
    assert User.objects.count() == 1


@pytest.mark.parametrize("door", DOORS)
def test_nothing_is_changed_by_looking(door):
    assert browser(ada()).get(f"/team/{door}").status_code == 405


def test_each_role_is_explained():
    page = browser(ada()).get("/team/").content.decode()
    assert "Removes topics and chooses who is alerted." in page


def test_names_of_people_are_only_text():
    User.objects.create(username="<script>x</script>")
    assert "<script>x" not in browser(ada()).get("/team/").content.decode()


def test_the_questions_do_not_grow_with_the_team():
    admin = browser(ada())
    before = asked(admin, "/team/")
    for number in range(10):
        person = User.objects.create(username=f"p{number}")
        ContactRecord.objects.create(person=person, label="mail", address="mailto://x")
    assert asked(admin, "/team/") == before
