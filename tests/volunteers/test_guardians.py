"""What guardians agree to is kept with its version, taken back, and let go of when somebody comes of age."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.access import NOBODY, Role
from portal.audit.models import AuditEntry
from portal.clock import now, today
from portal.db import db
from portal.errors import Missing, OutOfDate, Refused
from portal.registrations import consent
from portal.volunteers import posts
from portal.volunteers.ages import last_birthday
from portal.volunteers.enrolment import NO_GUARDIAN, Guardian
from portal.volunteers.guardians import forget_guardians, note_consent, take_back
from portal.volunteers.models import Membership, MembershipStatus, Volunteer
from portal.volunteers.presence import Outcome, call_in
from portal.volunteers.shift_models import Shift
from tests.browser import Browser
from tests.conftest import SignIn
from tests.make import Make, span

pytestmark = pytest.mark.usefixtures("noon")

PARENT = Guardian("家长", "mother", "13800000009", "v1", "v1")


def born(years: int, days: int = 0) -> date:
    return today().replace(year=today().year - years) + timedelta(days=days)


def kept(volunteer_id: int) -> Volunteer:
    db.session.rollback()
    return db.session.get_one(Volunteer, volunteer_id)


def minor(make: Make, years: int = 16, **what: Any) -> int:
    given: dict[str, Any] = {
        "born_on": born(years),
        "guardian": "家长",
        "guardian_relation": "father",
        "guardian_phone": "13800000009",
        "guardian_consent": "v1",
        "guardian_consent_at": now(),
    }
    return make.volunteer(**given | what)


@pytest.mark.usefixtures("app_context")
def test_a_consent_taken_back_frees_the_shifts_and_lets_no_more_be_taken(make: Make) -> None:
    person, shift_id = minor(make), make.shift()
    posts.take(shift_id, person, None, NOBODY)
    with pytest.raises(Missing):
        take_back(person, "x", make.actor(Role.EDITOR, "s2"))
    assert take_back(person, "家长来电", make.actor()) is False
    young = kept(person)
    assert (young.guardian_consent, young.guardian_consent_at) == ("", None)
    assert (young.guardian_withdrew_at, young.left_at) == (now(), None)
    assert db.session.get_one(Shift, shift_id).taken == 0
    assert [row.status for row in db.session.scalars(sa.select(Membership))] == [MembershipStatus.MEMBER]
    with pytest.raises(Refused):
        posts.take(shift_id, person, None, NOBODY)
    with pytest.raises(OutOfDate):
        take_back(person, "又来电", make.actor())
    note_consent(person, PARENT, make.actor())
    assert (kept(person).guardian_consent, kept(person).guardian_withdrew_at) == ("v1", None)
    posts.take(shift_id, person, None, NOBODY)


@pytest.mark.usefixtures("app_context")
def test_a_child_whose_guardian_takes_it_back_leaves_altogether(make: Make) -> None:
    person = minor(make, 13, children_consent="v1")
    assert take_back(person, "家长来电", make.actor()) is True
    gone = kept(person)
    assert (gone.name, gone.guardian, gone.guardian_phone, gone.anonymised_at) == ("", "", None, now())


@pytest.mark.usefixtures("app_context")
def test_a_consent_is_written_down_whole_or_not_at_all(make: Make) -> None:
    person = make.volunteer(born_on=born(13))
    for wrong, at in (
        (NO_GUARDIAN, "guardian"),
        (replace(PARENT, consent=""), "guardian"),
        (replace(PARENT, children_consent=""), "consent_children"),
    ):
        with pytest.raises(Refused) as refused:
            note_consent(person, wrong, make.actor())
        assert refused.value.field == at
    with pytest.raises(Refused):
        note_consent(make.volunteer(), PARENT, make.actor())  # of age
    with pytest.raises(Missing):
        note_consent(person, PARENT, make.actor(Role.EDITOR, "s2"))
    assert kept(person).guardian_consent == ""
    note_consent(person, PARENT, make.actor())
    young = kept(person)
    assert (young.guardian, young.guardian_phone, young.children_consent) == ("家长", "13800000009", "v1")
    assert young.guardian_consent_at == now()


@pytest.mark.usefixtures("app_context")
def test_who_comes_of_age_has_no_guardian_any_more(make: Make) -> None:
    grown, young = minor(make, 18), minor(make, 18, born_on=born(18, 1))
    assert forget_guardians() == 1
    assert (kept(grown).guardian, kept(grown).guardian_phone, kept(grown).guardian_relation) == ("", None, "")
    assert kept(grown).guardian_consent == "v1"  # why the years before were right
    assert (kept(young).guardian, kept(young).guardian_phone) == ("家长", "13800000009")
    assert forget_guardians() == 0
    logged = sa.select(AuditEntry.detail).where(AuditEntry.action == "guardians.forgotten")
    assert db.session.scalars(logged).all() == ["1"]


def test_birthdays_on_the_29th_of_february(noon: time_machine.Traveller) -> None:
    assert last_birthday(18, date(2026, 2, 28)) == date(2008, 2, 28)
    assert last_birthday(18, date(2026, 3, 1)) == date(2008, 3, 1)
    assert last_birthday(18, date(2028, 2, 29)) == date(2010, 2, 28)
    assert last_birthday(4, date(2028, 2, 29)) == date(2024, 2, 29)


def test_joining_under_age_asks_for_the_guardian_and_keeps_what_was_typed(
    app: Flask, client: Browser, make: Make
) -> None:
    app.config["CHILDREN_OFFICER"] = "陈主任"
    form = client.get(f"/teams/{make.team()}/join").form()
    form.fill(name="小明", phone="13800000021", born_on=born(13).isoformat(), word="周末有空", consent=True)
    wrong = form.fill(guardian="王家长").submit()
    assert wrong.status == 422
    assert {node.attributes["href"] for node in wrong.all(".sum a")} == {
        "#guardian_relation",
        "#guardian_phone",
        "#consent_guardian",
        "#consent_children",
    }
    assert (wrong.value("name"), wrong.value("guardian"), wrong.value("word")) == (
        "小明",
        "王家长",
        "周末有空",
    )
    assert "陈主任" in wrong.text
    assert wrong.all('a[href="/privacy/children"]')
    right = wrong.form().fill(guardian_relation="mother", guardian_phone="138 0000 0009")
    done = right.fill(consent_guardian=True, consent_children=True).submit()
    assert "报给队里了" in done.text
    with app.app_context():
        young = db.session.scalars(sa.select(Volunteer).where(Volunteer.name == "小明")).one()
        assert (young.guardian, young.guardian_relation, young.guardian_phone) == (
            "王家长",
            "mother",
            "13800000009",
        )
        assert (young.guardian_consent, young.children_consent) == (
            consent.VOLUNTEER_MINOR,
            consent.CHILDREN,
        )


def test_who_is_too_young_is_told_to_let_a_parent_join(client: Browser, make: Make) -> None:
    form = client.get(f"/teams/{make.team()}/join").form()
    form.fill(name="小小", phone="13800000021", born_on=born(9).isoformat(), consent=True)
    form.fill(guardian="王家长", guardian_relation="mother", guardian_phone="13800000009")
    page = form.fill(consent_guardian=True, consent_children=True).submit()
    assert page.status == 409
    assert [node.attributes["href"] for node in page.all(".sum a")] == ["#born_on"]
    assert page.value("guardian") == "王家长"


def test_staff_note_both_on_the_page(app: Flask, sign_in: SignIn, make: Make) -> None:
    person = minor(make)
    editor = sign_in()
    page = editor.get(f"/staff/volunteers/{person}")
    assert "13800000009" not in page.text
    assert "138****0009" in page.text
    back = page.form('form[action$="/guardian/withdraw"]')
    assert back.submit().status == 422
    page = back.fill(reason="家长来电").submit()
    assert not page.all('form[action$="/guardian/withdraw"]')
    form = page.form('form[action$="/guardian"]')
    wrong = form.fill(guardian="王家长").submit()
    assert wrong.status == 422
    assert wrong.value("guardian") == "王家长"
    form = wrong.form('form[action$="/guardian"]')
    form.fill(guardian_relation="father", guardian_phone="13800000009", consent_guardian=True).submit()
    with app.app_context():
        assert db.session.get_one(Volunteer, person).guardian_consent == consent.VOLUNTEER_MINOR


def test_who_is_under_age_does_not_check_in_without_a_guardian(app_context: None, make: Make) -> None:
    young, allowed = minor(make, guardian_consent="", guardian_consent_at=None), minor(make)
    at = make.occurrence(when=span(0, "08:00", "18:00"))
    by = make.account().actor
    with pytest.raises(Refused, match="18"):
        call_in(at, young, now(), by)
    assert call_in(at, allowed, now(), by).outcome is Outcome.IN
