"""Topics and people: made, changed, removed; a drill goes without a trace in what was kept."""

from __future__ import annotations

import pytest

from accalmie.actions import people, prove
from accalmie.actions import topic as topics
from accalmie.core.lifecycle import NotPossible
from accalmie.core.people import NoRight, Role
from accalmie.records import search
from accalmie.records.models import MentionRecord, MentionVersion, TopicRecord, User
from accalmie.records.search import Asked
from tests.heard import heard, topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def mara():
    return User.objects.create_user("mara", password="x", role=Role.LEAD)


def test_a_topic_is_made_and_its_maker_alerted(mara):
    made = topics.make(
        mara, name=" Aurelia  Air ", words=["Aurelia", " aurelia air", ""], zone="Europe/Berlin"
    )
    assert (made.name, made.words) == ("Aurelia Air", ["Aurelia", "aurelia air"])
    assert list(made.alerted.all()) == [mara]


@pytest.mark.parametrize(
    "fields",
    [{"name": ""}, {"name": "x" * 121}, {"zone": "Mars/Olympus"}, {"threshold": 0}, {"threshold": 7}],
)
def test_what_cannot_be_is_told(mara, fields):
    with pytest.raises(NotPossible):
        topics.make(mara, **({"name": "Aurelia", "words": ["a"]} | fields))


def test_two_topics_cannot_have_one_name(mara):
    topics.make(mara, name="Aurelia", words=["a"])
    with pytest.raises(NotPossible, match="named Aurelia"):
        topics.make(mara, name="Aurelia", words=["b"])


def test_removing_a_brand_keeps_what_was_said_and_frees_its_name(mara):
    brand = topic("Aurelia")
    heard(brand, "Aurelia is late")
    topics.remove(mara, brand.id)
    assert not TopicRecord.objects.exists()
    assert search.count(Asked("late")) == 1, "the words of others are never deleted"
    again = topics.make(mara, name="Aurelia", words=["Aurelia"])
    heard(again, "Aurelia is late")
    assert search.count(Asked(topic=again.id)) == 1
    assert search.count(Asked("late")) == 1


def test_removing_a_drill_takes_its_mentions_along_but_not_those_of_others(mara):
    one, two = topic("Aurelia", drill=True), topic("Borea")
    heard(one, "Aurelia and Borea", "Aurelia alone")
    heard(two, "Aurelia and Borea")
    topics.remove(mara, one.id)
    assert list(MentionRecord.objects.values_list("text", flat=True)) == ["Aurelia and Borea"]
    assert MentionVersion.objects.count() == 1
    assert search.count(Asked("aurelia")) == 1
    assert search.count(Asked(topic=one.id)) == 0
    assert prove.verify_all().broken_at is None


def test_an_author_cannot_remove_a_brand_but_a_drill():
    ben = User.objects.create_user("ben", password="x", role=Role.AUTHOR)
    with pytest.raises(NoRight):
        topics.remove(ben, topic("Aurelia").id)
    topics.remove(ben, topic("Practice", drill=True).id)
    assert TopicRecord.objects.count() == 1


def test_the_first_person_gets_a_new_one_time_password_until_they_chose_their_own():
    person, password = people.first()
    again, other = people.first()
    assert person == again and password and other and password != other
    again.refresh_from_db()
    assert again.check_password(other) and not again.check_password(password)
    User.objects.update(must_change_password=False)
    assert people.first()[1] == ""


def test_the_last_admin_stays_admin():
    admin, _ = people.first()
    with pytest.raises(NotPossible, match="last admin"):
        people.change_role(admin, admin.id, Role.VIEWER)
    with pytest.raises(NotPossible, match="last admin"):
        people.deactivate(admin, admin.id)
    other, _ = people.invite(admin, username="ada", role=Role.ADMIN)
    people.change_role(admin, other.id, Role.LEAD)


def test_only_an_admin_invites(mara):
    with pytest.raises(NoRight):
        people.invite(mara, username="eve", role=Role.ADMIN)


@pytest.mark.parametrize("name", ["", "with space", "mara", "MARA"])
def test_a_name_that_cannot_be_used_is_told(mara, name):
    admin = User.objects.create_user("ada", password="x", role=Role.ADMIN)
    with pytest.raises(NotPossible):
        people.invite(admin, username=name, role=Role.VIEWER)
