"""Staff describe a shift in full, change it, take people off, and are told when its team is busy then."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError

from portal.access import Actor, Role
from portal.clock import local
from portal.db import db, transaction
from portal.errors import Missing, Refused
from portal.messages.models import Message
from portal.volunteers import posts, shifts
from portal.volunteers.models import Team, TeamStation
from portal.volunteers.shift_models import Shift, ShiftStatus
from tests.browser import Form, Page
from tests.conftest import SignIn
from tests.make import Make, span
from tests.volunteers.test_own_pages import enter, take

pytestmark = pytest.mark.usefixtures("noon")


def add_form(page: Page, occurrence_id: int) -> Form:
    return page.form(f'form[action="/staff/occurrences/{occurrence_id}/shifts#shifts"]')


def shift_of(app: Flask, occurrence_id: int) -> Shift:
    with app.app_context():
        return db.session.scalars(sa.select(Shift).where(Shift.occurrence_id == occurrence_id)).one()


def test_a_shift_is_described_in_full_on_a_day_of_its_date(app: Flask, sign_in: SignIn, make: Make) -> None:
    occurrence_id = make.occurrence(when=span(2, lasts=3))
    team_id, serving, foreign = make.team("s1"), make.team("s3"), make.team("s3")
    closed = make.team("s1", closed=True)
    with app.app_context(), transaction() as session:
        session.add(TeamStation(team_id=serving, station_id=make.station("s1")))
    page = sign_in(Role.EDITOR, "s1").get(f"/staff/occurrences/{occurrence_id}")
    offered = {one.attributes.get("value") for one in page.all("select[name=shift_team] option")}
    assert offered == {"", str(team_id), str(serving)}
    assert not {str(foreign), str(closed)} & offered
    form = add_form(page, occurrence_id)
    days = [one.attributes.get("value") or "" for one in page.all("select[name=shift_day] option")]
    assert len(days) == 5  # the eve and the day after, too
    wrong = form.fill(shift_role="引路", shift_min_age="130", shift_word="门口集合").submit()
    assert (wrong.status, wrong.value("shift_word")) == (422, "门口集合")
    assert add_form(wrong, occurrence_id).put("shift_team", str(foreign)).submit().status == 422
    assert add_form(wrong, occurrence_id).put("shift_day", "2026-01-01").submit().status == 422
    add_form(wrong, occurrence_id).fill(
        shift_min_age="16", shift_cut_off_hours="24", shift_team=str(team_id), shift_day=days[2]
    ).submit()
    made = shift_of(app, occurrence_id)
    assert (made.role, made.min_age, made.cut_off_hours, made.team_id) == ("引路", 16, 24, team_id)
    assert f"{local(made.starts_at).date()}" == days[2]


def test_a_team_that_is_busy_then_is_said_and_asked_for_only_with_a_tick(
    app: Flask, sign_in: SignIn, make: Make
) -> None:
    team_id = make.team("s1")
    make.shift(make.occurrence("s2", when=span(1, "09:00", "10:30")), team_id=team_id, role="扫街")
    occurrence_id = make.occurrence()
    editor = sign_in(Role.EDITOR, "s1")
    page = editor.get(f"/staff/occurrences/{occurrence_id}")
    assert not page.all("[name=shift_anyway]")
    form = add_form(page, occurrence_id).fill(shift_role="引路", shift_team=str(team_id))
    refused = form.submit()
    assert refused.status == 409
    said = refused.one("#shift_anyway-e").text()
    assert all(word in said for word in ("09:00", "10:30", "第二社区", "扫街"))
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Shift)) == 1
    assert add_form(refused, occurrence_id).fill(shift_anyway=True).submit().status == 200
    assert shift_of(app, occurrence_id).team_id == team_id


def test_a_team_is_busy_only_with_what_overlaps_and_takes_place(make: Make, app_context: None) -> None:
    editor, team_id = make.actor(Role.EDITOR, "center"), make.team()
    busy = make.shift(make.occurrence(when=span(1, "09:00", "10:30")), team_id=team_id)
    occurrence_id = make.occurrence()  # from ten to eleven
    other = make.shift(occurrence_id, team_id=team_id)
    row = db.session.get_one(Shift, other)
    wanted = shifts.Wanted("引路", row.starts_at, row.ends_at, 2, team_id)
    with pytest.raises(Refused) as refusal:
        shifts.make(occurrence_id, wanted, editor)
    assert refusal.value.field == "anyway"
    shifts.cancel(other, "够了", editor)
    with pytest.raises(Refused):
        shifts.make(occurrence_id, wanted, editor)
    later = replace(wanted, starts_at=wanted.starts_at + timedelta(minutes=30))
    made = shifts.make(occurrence_id, later, editor)
    with pytest.raises(Refused):
        shifts.change(made, wanted, editor)
    shifts.cancel(busy, "够了", editor)
    shifts.change(made, wanted, editor)
    assert shifts.make(occurrence_id, replace(wanted, team_id=make.team()), editor)
    assert shifts.make(occurrence_id, replace(wanted, team_id=None), editor)


def test_what_was_asked_for_all_the_same_is_not_asked_about_again(make: Make, app_context: None) -> None:
    editor, team_id = make.actor(Role.EDITOR, "center"), make.team()
    make.shift(team_id=team_id)
    shift_id = make.shift(team_id=team_id)
    row = db.session.get_one(Shift, shift_id)
    same = shifts.Wanted(row.role, row.starts_at, row.ends_at, 3, team_id, word="带水")
    shifts.change(shift_id, same, editor)
    with transaction() as session:
        session.get_one(Team, team_id).closed = True
    shifts.change(shift_id, replace(same, word="带伞"), editor)  # a team that closed keeps what it has
    with pytest.raises(Missing):
        shifts.make(db.session.get_one(Shift, shift_id).occurrence_id, same, editor)


def test_a_shift_is_changed_on_its_page(app: Flask, sign_in: SignIn, make: Make) -> None:
    occurrence_id = make.occurrence()
    shift_id = make.shift(
        occurrence_id, role="引路", skill="普通话", min_age=16, cut_off_hours=5, head_count=3
    )
    people = [make.volunteer(name=name, skills="普通话") for name in ("示例甲", "示例乙")]
    for person in people:
        take(app, shift_id, person)
    editor = sign_in(Role.EDITOR, "s1")
    page = editor.get(f"/staff/occurrences/{occurrence_id}").follow(f'a[href="/staff/shifts/{shift_id}"]')
    shown = {name: page.value(name) for name in ("role", "skill", "min_age", "cut_off_hours", "head_count")}
    assert shown == {
        "role": "引路",
        "skill": "普通话",
        "min_age": "16",
        "cut_off_hours": "5",
        "head_count": "3",
    }
    assert (page.value("starts"), page.value("ends")) == ("10:00", "11:00")
    assert "示例甲" in page.text
    form = page.form(f'form[action="/staff/shifts/{shift_id}"]')
    refused = form.fill(head_count="1", word="带水").submit()
    assert (refused.status, len(refused.all("#head_count-e"))) == (409, 1)
    assert refused.value("word") == "带水"
    assert form.fill(head_count="2", starts="09:30").submit().status == 200
    with app.app_context():
        told = db.session.scalars(sa.select(Message.recipient).where(Message.kind == "shift.changed"))
        assert sorted(told) == sorted(["示例甲", "示例乙"])
    assert shift_of(app, occurrence_id).head_count == 2
    reader = sign_in(Role.AUDITOR, "s1").get(f"/staff/shifts/{shift_id}")
    assert not reader.all("main form")


def test_a_cancelled_shift_says_when_and_why_to_those_who_had_taken_it(
    app: Flask, sign_in: SignIn, make: Make
) -> None:
    shift_id = make.shift()
    mine, other = make.volunteer(), make.volunteer()
    take(app, shift_id, mine)
    editor = sign_in(Role.EDITOR, "s1")
    form = editor.get(f"/staff/shifts/{shift_id}").form('form[action$="/cancel"]')
    assert form.submit().status == 422
    form.fill(off_reason="桥断了").submit()
    with app.app_context():
        row = db.session.get_one(Shift, shift_id)
        assert (row.cancel_reason, row.cancelled_at is not None) == ("桥断了", True)
    assert "桥断了" in enter(app, make, mine).get(f"/volunteer/shifts/{shift_id}").text
    assert "桥断了" not in enter(app, make, other).get(f"/volunteer/shifts/{shift_id}").text
    page = editor.get(f"/staff/shifts/{shift_id}")
    assert "桥断了" in page.text
    assert not page.all("main form")


def test_the_database_knows_no_cancelled_shift_without_its_time(make: Make, app_context: None) -> None:
    shift_id = make.shift()
    with pytest.raises(IntegrityError), transaction() as session:
        session.get_one(Shift, shift_id).status = ShiftStatus.CANCELLED


def test_whoever_is_taken_off_is_told_why(app: Flask, sign_in: SignIn, make: Make) -> None:
    occurrence_id = make.occurrence()
    shift_id = make.shift(occurrence_id)
    person = make.volunteer(name="示例甲")
    take(app, shift_id, person)
    by: Actor = make.actor(Role.EDITOR)
    with app.app_context(), pytest.raises(Refused) as refusal:
        posts.withdraw(shift_id, person, by)
    assert refusal.value.field == "reason"
    page = sign_in(Role.EDITOR, "s1").get(f"/staff/occurrences/{occurrence_id}")
    form = page.form('form[action*="/withdraw"]')
    assert form.submit().status == 422
    form.fill(off_reason="人够了").submit()
    with app.app_context():
        told = db.session.scalars(sa.select(Message.text).where(Message.kind == "shift.taken_off")).one()
        assert "人够了" in told
