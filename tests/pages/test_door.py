"""The door of every page: signed in, with the right, by a method that it knows, and told in plain words why not."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from accalmie.core.lifecycle import NotPossible
from accalmie.core.people import Do, NoRight
from accalmie.pages.door import page
from tests.cast import ada, ben, browser, htmx, olu

pytestmark = pytest.mark.django_db


def test_a_stranger_is_sent_to_sign_in_and_comes_back():
    answer = browser().get("/search/?q=parcel")
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=/search/%3Fq%3Dparcel")


def test_a_fragment_sends_the_whole_page_to_sign_in():
    answer = browser().get("/alarms/", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert answer["HX-Redirect"].startswith("/account/login/")


def test_a_method_that_the_page_does_not_know_is_refused_before_anything_else():
    answer = browser().delete("/search/")
    assert (answer.status_code, answer["Allow"]) == (405, "GET")


def test_a_missing_right_is_told_with_the_role_that_carries_it():
    answer = browser(olu()).get("/team/")
    assert answer.status_code == 403
    assert "needs the role Admin" in answer.content.decode()


def test_the_refusal_is_in_the_readers_language():
    person = olu()
    person.language = "de"
    person.save()
    assert 'lang="de"' in browser(person).get("/team/").content.decode()


@pytest.mark.parametrize(
    ("refusal", "status"), [(NotPossible("somebody was faster"), 409), (NoRight(Do.LISTEN), 403)]
)
def test_what_an_action_refuses_is_a_page_of_its_own(refusal, status):
    @page("POST")
    def view(request):
        raise refusal

    request = RequestFactory().post("/")
    request.user = ben()
    request.session = {}
    answer = view(request)
    assert answer.status_code == status
    if status == 409:
        assert "Somebody was faster." in answer.content.decode()


def test_head_is_as_good_as_get():
    @page("GET")
    def view(request):
        return HttpResponse("here")

    request = RequestFactory().head("/")
    request.user = ben()
    assert view(request).status_code == 200


def test_an_admin_comes_in_everywhere():
    for address in ("/team/", "/me/", "/search/", "/search/most/", "/alarms/", "/proof/", "/topics/new/"):
        assert browser(ada()).get(address).status_code == 200, address


def test_every_page_keeps_its_own_answers_out_of_caches():
    assert "no-store" in htmx(ada()).get("/team/")["Cache-Control"]
