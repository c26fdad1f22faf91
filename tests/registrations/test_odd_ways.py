"""What no page offers, and what comes too late: an answer that fits, and nothing half done."""

import pytest
import time_machine
from flask import Flask

from portal.access import Role
from portal.activities import actions as activities
from portal.activities import occurrences
from portal.db import db
from portal.errors import Missing, Refused
from portal.registrations import actions, desk, roll
from portal.registrations.links import token_of
from portal.registrations.models import Registration
from tests.browser import Browser
from tests.conftest import SignIn
from tests.make import Make, span

pytestmark = pytest.mark.usefixtures("noon")


def test_a_draft_has_no_seats_to_change_and_can_still_be_deleted(app: Flask, make: Make) -> None:
    editor = make.actor(Role.EDITOR, "s1")
    activity_id = make.activity(registration=True, seats=3, published=False)
    with app.app_context():
        with pytest.raises(Missing):
            desk.set_seats(make.dates_of(activity_id)[0], 5, "x", editor)
        activities.delete_draft(activity_id, editor)


@pytest.mark.parametrize(
    ("ages", "forged"), [((None, None), {"age_band": "zzz"}), ((60, None), {"children": "x"})]
)
def test_what_is_wrong_with_a_field_that_is_not_there_is_said_on_top(
    client: Browser, make: Make, ages: tuple[int | None, int | None], forged: dict[str, str]
) -> None:
    form = client.get(f"/occurrences/{make.class_with_seats(ages=ages)}/register").form()
    form.fill(name="王小明", phone="13800000001", consent="2026-11")
    for name, value in forged.items():
        form.put(name, value)
    page = form.submit(follow=False)
    assert (page.status, bool(page.one(".sum").text().strip())) == (422, True)
    assert not page.all(".sum a[href='#age_band'], .sum a[href='#children']")


@pytest.mark.parametrize("name", ["·", " . ", "··"])
def test_a_name_of_dots_is_no_name(client: Browser, make: Make, name: str) -> None:
    form = client.get(f"/occurrences/{make.class_with_seats()}/register").form()
    page = form.fill(name=name, phone="13800000001", consent="2026-11").submit(follow=False)
    assert page.status == 422


def test_whom_the_roll_has_seen_is_told_so_and_offered_no_change(
    app: Flask, client: Browser, make: Make, noon: time_machine.Traveller
) -> None:
    occurrence_id = make.class_with_seats(9, span(0, "12:30", "13:30"))
    receipt = make.registration(occurrence_id, people=2)
    with app.app_context():
        link = f"/registrations/{token_of(receipt.reference)}"
        roll.call_roll(occurrence_id, {receipt.registration_id: 2}, "", make.actor())
        with pytest.raises(Refused, match="点过名"):
            actions.shrink(receipt.registration_id, 1, 0)
    page = client.get(link)
    assert not page.all('a[href$="/cancel"], form[action$="/people"]')


def test_nobody_is_late_for_what_is_cancelled(app: Flask, make: Make) -> None:
    occurrence_id = make.class_with_seats(9, span(0, "20:00", "21:00"))
    receipt = make.registration(occurrence_id)
    with app.app_context():
        occurrences.cancel(occurrence_id, "停电", make.actor())
        with pytest.raises(Refused):
            actions.be_late(receipt.registration_id, 10)
        found = db.session.get(Registration, receipt.registration_id)
        assert found is not None
        assert found.late_minutes is None


def test_a_reason_typed_too_late_is_kept(make: Make, sign_in: SignIn, noon: time_machine.Traveller) -> None:
    receipt = make.registration(make.class_with_seats(9, span(0, "12:30", "13:30")))
    form = sign_in().get(f"/staff/registrations/{receipt.registration_id}").form('form[action$="/remove"]')
    noon.shift(3600)
    page = form.fill(remove_reason="来电说不来").submit(follow=False)
    assert (page.status, page.value("remove_reason")) == (409, "来电说不来")
    assert page.one(".sum").text().strip()


def test_an_old_form_sent_after_cancelling_leads_to_what_was_cancelled(
    app: Flask, client: Browser, make: Make
) -> None:
    form = client.get(f"/occurrences/{make.class_with_seats()}/register").form()
    form.fill(name="王小明", phone="13800000001", consent="2026-11")
    page = form.submit()
    page.browser.get(f"{page.path}/cancel").form().submit()
    again = form.submit()
    assert again.path == page.path
    assert again.all('a[href$="/register"]'), "and from there on to a new one"
    assert not again.all(".flash"), "nothing is said of having been signed up"
