"""Whoever signs up for a whole course has a place, or a place in the queue, at each of its dates."""

from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.access import Role
from portal.activities import occurrences
from portal.activities.models import Activity, Occurrence, SignUp
from portal.db import db, transaction
from portal.errors import Missing, Refused
from portal.messages.models import Message
from portal.registrations import actions, course, desk, retention
from portal.registrations.arrival import AlreadyRegistered
from portal.registrations.course import CourseReceipt
from portal.registrations.links import token_of
from portal.registrations.models import Registration, RegistrationDevice, Status
from portal.registrations.party import Child, Source
from tests.browser import Browser, Page
from tests.conftest import SignIn
from tests.make import Make, span
from tests.registrations.test_race import wrongs

NAME, PHONE = "王小明", "13800004321"
DAY = 24 * 3600
SEATED, WAITS, GONE = Status.CONFIRMED, Status.WAITING, Status.CANCELLED


@pytest.fixture(autouse=True)
def midday(noon: time_machine.Traveller) -> time_machine.Traveller:
    return noon


def rows(app: Flask) -> list[Registration]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Registration).order_by(Registration.id)))


def stands(app: Flask, receipt: CourseReceipt) -> list[Status]:
    """List how a party stands at each date of its course."""
    with app.app_context():
        return list(
            db.session.scalars(
                sa.select(Registration.status)
                .join(Occurrence)
                .where(Registration.course_id == receipt.registration_id)
                .order_by(Occurrence.starts_at, Registration.id)
            )
        )


def taken(app: Flask, dates: list[int]) -> list[int]:
    with app.app_context():
        return [db.session.get_one(Occurrence, date).seats_taken for date in dates]


def sound(app: Flask, dates: list[int]) -> bool:
    with app.app_context():
        return [wrongs(date) for date in dates] == [[]] * len(dates)


def messages(app: Flask) -> Counter[str]:
    with app.app_context():
        return Counter(db.session.scalars(sa.select(Message.kind)))


def link(app: Flask, receipt: CourseReceipt | actions.Receipt) -> str:
    with app.app_context():
        return f"/registrations/{token_of(receipt.reference)}"


def add_date(app: Flask, make: Make, dates: list[int], days: int) -> int:
    """Add a published date to an activity, as staff will."""
    with app.app_context(), transaction() as session:
        like = session.get_one(Occurrence, dates[0])
        columns = {column.key: getattr(like, column.key) for column in Occurrence.__mapper__.columns}
        when = span(days)
        new = Occurrence(
            **columns
            | {"id": None, "starts_at": when.starts_at, "ends_at": when.ends_at, "seats_taken": 0}
            | {"parties_waiting": 0}
        )
        session.add(new)
        session.flush()
        return new.id


def form(browser: Browser, occurrence_id: int, query: str = "?course=1", **values: Any) -> Page:
    """Fill the form and send it; the answer is not followed."""
    typed: dict[str, Any] = {"name": NAME, "phone": PHONE, "consent": True} | values
    page = browser.get(f"/occurrences/{occurrence_id}/register{query}")
    return page.form().fill(**typed).submit(follow=False)


# Signing up


def test_a_course_is_a_place_at_each_of_its_dates_under_one_reference(app: Flask, make: Make) -> None:
    dates = make.course(4, seats=10)
    receipt = make.course_registration(dates[1], 2)
    assert (receipt.dates, receipt.waiting, receipt.new) == (4, 0, True)
    assert stands(app, receipt) == [SEATED] * 4
    assert taken(app, dates) == [2] * 4
    parties = rows(app)
    assert [one.occurrence_id for one in parties] == dates
    assert {one.course_id for one in parties} == {receipt.registration_id} == {parties[0].id}
    assert len({one.reference for one in parties}) == 4
    assert messages(app) == {"registration.course": 1}
    assert sound(app, dates)


def test_where_it_is_full_the_party_queues_and_only_there(app: Flask, make: Make) -> None:
    dates = make.course(4, seats=2, sign_up=SignUp.EITHER)
    make.registration(dates[1], 2)
    make.registration(dates[2], 1)
    make.registration(dates[2], 2)  # waits; whoever comes now comes after it, though a seat is free
    receipt = make.course_registration(dates[0])
    assert (receipt.dates, receipt.waiting) == (4, 2)
    assert stands(app, receipt) == [SEATED, WAITS, WAITS, SEATED]
    assert sound(app, dates)
    with app.app_context():
        [told] = db.session.scalars(sa.select(Message.text).where(Message.kind == "registration.course"))
    assert "4 场" in told
    assert receipt.reference in told
    assert "6 月 12 日，6 月 13 日" in told


def test_dates_that_take_nobody_now_are_left_out(
    app: Flask, make: Make, midday: time_machine.Traveller
) -> None:
    spans = [span(0, "13:00", "14:00"), span(1), span(2), span(3)]
    dates = make.course(spans=spans, closes_minutes=120)
    with app.app_context():
        occurrences.cancel(dates[2], "台风", make.actor(Role.EDITOR, "s1"))
    receipt = make.course_registration(dates[0])
    assert [one.occurrence_id for one in rows(app)] == [dates[1], dates[3]]
    assert receipt.dates == 2
    midday.shift(4 * DAY)
    with pytest.raises(Refused):
        make.course_registration(dates[0])


def test_a_course_opens_with_its_first_date(
    app: Flask, make: Make, client: Browser, midday: time_machine.Traveller
) -> None:
    dates = make.course(spans=[span(5), span(12), span(19)], opens_days=3)
    page = client.get(f"/occurrences/{dates[2]}/register")
    assert not page.all("main form")
    assert "6 月 12 日 08:00" in page.one(".flash.warn").text()
    assert "6 月 12 日 08:00" in client.get(f"/occurrences/{dates[1]}").one("aside .box").text()
    with pytest.raises(Refused):
        make.course_registration(dates[0])
    midday.shift(3 * DAY)
    assert make.course_registration(dates[0]).dates == 3
    midday.shift(4 * DAY)  # the first is over, the second not open by itself yet
    assert make.course_registration(dates[0]).dates == 2


def test_only_a_course_is_signed_up_for_as_a_whole(app: Flask, make: Make) -> None:
    single, alone = make.course(3, sign_up=SignUp.DATES), make.course(1)
    for occurrence_id in (single[0], alone[0]):
        with pytest.raises(Refused):
            make.course_registration(occurrence_id)
        make.registration(occurrence_id)
    whole = make.course(3)
    with pytest.raises(Refused):
        make.registration(whole[0])
    with pytest.raises(Missing):
        make.course_registration(make.course(3, published=False)[0])
    make.registration(whole[0], source=Source.DESK, by=make.actor())
    make.registration(make.course(3, sign_up=SignUp.EITHER)[0])
    assert len(rows(app)) == 4


def test_a_party_larger_than_the_seats_of_one_date_is_refused_and_nothing_is_written(
    app: Flask, make: Make
) -> None:
    dates = make.course(3, seats=4)
    with app.app_context():
        desk.set_seats(dates[1], 2, "a small room", make.actor())
    with pytest.raises(Refused) as refusal:
        make.course_registration(dates[0], 3)
    assert refusal.value.field == "adults"
    assert rows(app) == []


def test_at_most_sixty_dates_are_signed_up_for_at_once(app: Flask, make: Make) -> None:
    dates = make.course(62)
    receipt = make.course_registration(dates[0])
    assert [one.occurrence_id for one in rows(app)] == dates[:60]
    with app.app_context():
        assert receipt.dates == 60


# Twice


def test_the_same_form_and_the_same_device_get_their_first_course_back(app: Flask, make: Make) -> None:
    dates = make.course(3)
    who: dict[str, Any] = {"name": NAME, "phone": PHONE}
    first = make.course_registration(dates[0], device="ours", key="a key", **who)
    for device, key, at in (("other", "a key", 0), ("ours", "another", 1), ("ours", "", 2)):
        again = make.course_registration(dates[at], device=device, key=key, **who)
        assert (again.new, again.reference) == (False, first.reference)
    with pytest.raises(AlreadyRegistered) as refusal:
        make.course_registration(dates[0], device="a stranger's", **who)
    assert first.reference not in refusal.value.message
    with pytest.raises(AlreadyRegistered, match=first.reference):
        make.course_registration(dates[0], source=Source.DESK, by=make.actor(), **who)
    assert len(rows(app)) == 3
    assert messages(app) == {"registration.course": 1}


def test_a_single_date_signed_up_before_becomes_part_of_the_course(app: Flask, make: Make) -> None:
    dates = make.course(3, seats=4, sign_up=SignUp.EITHER)
    who: dict[str, Any] = {"name": NAME, "phone": PHONE}
    single = make.registration(dates[1], 2, device="ours", **who)
    with pytest.raises(AlreadyRegistered):
        make.course_registration(dates[0], device="a stranger's", **who)
    receipt = make.course_registration(dates[0], 3, device="ours", **who)
    parties = {one.occurrence_id: one for one in rows(app)}
    assert parties[dates[1]].id == single.registration_id
    assert {one.course_id for one in parties.values()} == {receipt.registration_id}
    assert [parties[date].people for date in dates] == [3, 2, 3]
    assert sound(app, dates)
    with app.app_context():
        listed = db.session.scalars(sa.select(RegistrationDevice.registration_id)).all()
    assert listed == [receipt.registration_id]
    later = make.registration(dates[2], device="ours", **who)
    assert (later.new, later.reference) == (False, receipt.reference)


def test_staff_take_single_dates_into_the_course(app: Flask, make: Make) -> None:
    dates = make.course(3)
    who: dict[str, Any] = {"name": NAME, "phone": PHONE, "source": Source.PHONE, "by": make.actor()}
    make.registration(dates[2], **who)
    receipt = make.course_registration(dates[0], **who)
    assert {one.course_id for one in rows(app)} == {receipt.registration_id}
    with pytest.raises(Missing):
        make.course_registration(dates[0], source=Source.PHONE, by=make.actor(Role.EDITOR, "s2"), name="别人")


# Changing


def test_leaving_the_course_moves_the_queue_up_at_each_date(app: Flask, make: Make) -> None:
    dates = make.course(3, seats=2, sign_up=SignUp.EITHER)
    receipt = make.course_registration(dates[0], 2)
    waiting = make.course_registration(dates[0], 2)
    assert stands(app, waiting) == [WAITS] * 3
    with app.app_context():
        assert course.leave(receipt.registration_id) == 3
        assert course.leave(receipt.registration_id) == 0
    assert (stands(app, receipt), stands(app, waiting)) == ([GONE] * 3, [SEATED] * 3)
    assert messages(app)["registration.promoted"] == 3
    assert sound(app, dates)


def test_leaving_midway_keeps_what_has_begun(app: Flask, make: Make, midday: time_machine.Traveller) -> None:
    dates = make.course(3)
    receipt = make.course_registration(dates[0])
    midday.shift(DAY)
    with app.app_context():
        assert course.leave(receipt.registration_id) == 2
    assert stands(app, receipt) == [SEATED, GONE, GONE]
    with app.app_context(), pytest.raises(Refused):
        course.leave(receipt.registration_id)
    assert sound(app, dates)


def test_one_date_is_missed_and_come_back_to_at_the_end_of_the_queue(
    app: Flask, make: Make, client: Browser
) -> None:
    dates = make.course(3, seats=2)
    receipt, waiting = make.course_registration(dates[0], 2), make.course_registration(dates[0])
    own = link(app, receipt)
    page = client.get(own).browser.get(f"{own}/cancel?date={dates[1]}")
    assert "6 月 12 日" in page.text
    assert receipt.reference in page.text
    page = page.form().submit()
    assert stands(app, receipt) == [SEATED, GONE, SEATED]
    assert stands(app, waiting) == [WAITS, SEATED, WAITS]
    back = page.form('.dates form[action$="/dates"]').submit()
    assert back.status == 200
    assert stands(app, receipt) == [SEATED, GONE, WAITS, SEATED]
    assert len(back.all("#dates .dates li")) == 3
    assert sound(app, dates)


def test_fewer_come_to_all_dates_still_to_come(
    app: Flask, make: Make, client: Browser, midday: time_machine.Traveller
) -> None:
    dates = make.course(3, seats=3)
    receipt, waiting = make.course_registration(dates[0], 3), make.course_registration(dates[0])
    midday.shift(DAY)
    page = client.get(link(app, receipt)).form('form[action$="/people"]').fill(adults="2").submit()
    assert page.status == 200
    assert taken(app, dates) == [3, 3, 3]
    assert stands(app, waiting) == [WAITS, SEATED, SEATED]
    for adults in ("3", "0", "", "x"):
        refused = page.form('form[action$="/people"]').put("adults", adults).submit(follow=False)
        assert (refused.status, bool(refused.one(".sum").text())) == (422, True)
    assert sound(app, dates)


def test_dates_added_later_are_offered_and_joined_only_when_wished(
    app: Flask, make: Make, client: Browser
) -> None:
    dates = make.course(2)
    kids = (Child("豆豆", 7),)
    who: dict[str, Any] = {"children": 1, "kids": kids, "guardian": "王妈妈", "guardian_relation": "mother"}
    receipt = make.course_registration(dates[0], 1, **who)
    assert not client.get(link(app, receipt)).all("#dates form.box")
    more = [add_date(app, make, dates, days) for days in (5, 6)]
    assert stands(app, receipt) == [SEATED] * 2
    page = client.get(link(app, receipt))
    assert len(page.all("#dates form.box .dates li")) == 2
    page = page.form("#dates form.box").submit()
    assert len(page.all("#dates > .dates li")) == 4
    assert not page.all("#dates form.box")
    assert stands(app, receipt) == [SEATED] * 4
    assert {one.children_names for one in rows(app)} == {"豆豆 7"}
    assert {one.guardian_consent for one in rows(app)} == {"test"}
    assert messages(app) == {"registration.course": 2}
    assert sound(app, dates + more)
    with app.app_context(), pytest.raises(Refused):
        course.join(receipt.registration_id)
    with app.app_context():
        course.leave(receipt.registration_id)
    add_date(app, make, dates, 7)
    with app.app_context(), pytest.raises(Refused):
        course.join(receipt.registration_id)


# The pages


@pytest.mark.parametrize("way", list(SignUp))
def test_the_buttons_of_a_date_say_what_one_signs_up_for(make: Make, client: Browser, way: SignUp) -> None:
    dates = make.course(8, sign_up=way)
    links = [
        (node.attributes["href"], node.text().strip())
        for node in client.get(f"/occurrences/{dates[2]}").all("aside .box .acts a")
    ]
    single, whole = f"/occurrences/{dates[2]}/register", f"/occurrences/{dates[2]}/register?course=1"
    assert (
        links
        == {
            SignUp.DATES: [(single, "报名")],
            SignUp.COURSE: [(whole, "报名整个课程（8 场）")],
            SignUp.EITHER: [(single, "只报这一场"), (whole, "报名整个课程（8 场）")],
        }[way]
    )


def test_after_its_first_dates_a_course_can_still_be_entered_from_their_pages(
    make: Make, client: Browser, midday: time_machine.Traveller
) -> None:
    dates = make.course(4)
    midday.shift(2 * DAY)
    assert "2 场" in client.get(f"/occurrences/{dates[0]}").one('aside .box a[href$="course=1"]').text()
    assert form(client, dates[0]).status == 303


def test_the_one_form_signs_up_for_the_course_and_lists_its_dates(
    app: Flask, make: Make, client: Browser
) -> None:
    dates = make.course(4, seats=6)
    make.course_registration(dates[0], 4)
    with app.app_context():
        desk.set_seats(dates[3], 4, "a small room", make.actor())
    page = client.get(f"/occurrences/{dates[0]}/register")  # also without course=1
    said = [node.text().strip() for node in page.all(".dates .pill")]
    assert said == ["剩 2 个名额"] * 3 + ["已满，先排候补"]
    answer = form(client, dates[0], "")
    own = client.get(answer.location)
    parties = [one for one in rows(app) if one.name == NAME]
    assert own.one("output#reference").text() == parties[0].reference
    assert [one.status for one in parties] == [SEATED] * 3 + [WAITS]
    hidden = {one.reference for one in parties[1:]}
    assert not [reference for reference in hidden if reference in own.response.text]
    assert NAME not in own.text
    slip = client.get(f"{answer.location}/slip")
    assert len(slip.all(".slip .dates li")) == 4
    assert not [reference for reference in hidden if reference in slip.response.text]


def test_a_fault_keeps_the_course_and_all_that_was_typed(app: Flask, make: Make, client: Browser) -> None:
    dates = make.course(3, sign_up=SignUp.EITHER)
    page = form(client, dates[0], phone="1380000", adults="2")
    assert (page.status, page.value("course"), page.value("adults")) == (422, "1", "2")
    assert page.one("#phone-e").text().strip()
    assert len(page.all(".dates li")) == 3
    assert rows(app) == []
    again = page.form().fill(phone=PHONE)
    assert [again.submit(follow=False).status for _ in range(2)] == [303, 303]
    assert len(rows(app)) == 3
    assert form(client, dates[0], "", name="王二").status == 303
    assert len(rows(app)) == 4


def test_mine_shows_a_course_once_by_its_next_date(
    app: Flask, make: Make, client: Browser, midday: time_machine.Traveller
) -> None:
    dates = make.course(4)
    own = form(client, dates[0]).location
    form(client, make.class_with_seats(), "")
    page = client.get("/mine")
    assert [node.attributes["href"] for node in page.all(".ev a")].count(
        own.removeprefix("http://localhost")
    ) == 1
    assert len(page.all(".ev a")) == 2
    assert "整个课程，4 场" in page.text
    midday.shift(2 * DAY)
    page = client.get("/mine")
    assert page.all(".day")[0].css_first("h3 b").text() == "13"  # type: ignore[union-attr]
    assert "整个课程，2 场" in page.text
    page = client.get(f"/occurrences/{dates[3]}/register")
    assert own.endswith(page.one(".flash:not(.warn) a").attributes["href"] or "none")


def test_any_reference_of_the_course_with_the_phone_finds_the_whole(
    app: Flask, make: Make, client: Browser
) -> None:
    dates = make.course(3)
    own = form(client, dates[0]).location
    for one in rows(app):
        other = Browser(app)
        found = other.get("/mine").form("form.box").fill(phone=PHONE, code=one.reference).submit(follow=False)
        assert found.location == own
        assert len(other.get("/mine").all(".ev")) == 1


def test_the_whole_course_is_left_only_after_a_question(app: Flask, make: Make, client: Browser) -> None:
    dates = make.course(3)
    own = form(client, dates[0]).location
    page = client.get(own).follow('.todo a[href$="/cancel"]')
    assert len(page.all(".dates li")) == 3
    assert {one.status for one in rows(app)} == {SEATED}
    left = page.form().submit()
    assert {one.status for one in rows(app)} == {GONE}
    assert left.all('aside a[href*="course=1"]')
    assert client.get(f"{own}/cancel", follow=False).status == 303
    assert client.get(f"{own}/cancel?date={dates[0]}", follow=False).status == 303
    assert client.get(f"{own}/cancel?date={make.class_with_seats()}").status == 404
    assert "已取消" in client.get("/mine").text


def test_a_link_lives_as_long_as_the_last_date_and_who_comes_late_says_so_for_today(
    app: Flask, make: Make, client: Browser, midday: time_machine.Traveller
) -> None:
    dates = make.course(spans=[span(1), span(50)])
    receipt = make.course_registration(dates[0])
    midday.shift(50 * DAY - 6 * 3600)
    page = client.get(link(app, receipt))
    page.form('form[action$="/late"]').submit(minutes="20")
    assert [one.late_minutes for one in rows(app)] == [None, 20]
    midday.shift(30 * DAY)
    assert client.get(link(app, receipt)).status == 200
    midday.shift(DAY)
    assert client.get(link(app, receipt)).status == 404


def test_names_of_a_course_go_with_its_last_date(
    app: Flask, make: Make, midday: time_machine.Traveller
) -> None:
    dates = make.course(spans=[span(1), span(50)])
    make.course_registration(dates[0], name=NAME)
    make.course_registration(dates[0], name="王二")
    with app.app_context():
        midday.shift(100 * DAY)
        assert retention.forget_parties() == 0
        midday.shift(45 * DAY)
        assert retention.forget_parties() == 4
    dates = make.course(spans=[span(1), span(2), span(50)])
    make.course_registration(dates[1], name=NAME)
    with app.app_context():
        midday.shift(93 * DAY)
        assert retention.forget_parties() == 1
        wanted = sa.select(Registration.name).where(Registration.occurrence_id.in_(dates))
        names = db.session.scalars(wanted.order_by(Registration.id)).all()
        assert names == [NAME, "", NAME]


def test_whoever_asks_is_deleted_from_the_whole_course(app: Flask, make: Make) -> None:
    dates = make.course(3, seats=1, sign_up=SignUp.EITHER)
    receipt = make.course_registration(dates[0])
    waiting = make.course_registration(dates[0])
    with app.app_context():
        with pytest.raises(Missing):
            retention.erase(receipt.registration_id, "asked", make.actor(Role.EDITOR, "s2"))
        middle = rows(app)[1].id
        retention.erase(middle, "asked", make.actor())
    assert stands(app, waiting) == [SEATED] * 3
    assert [one.name for one in rows(app)][:3] == [""] * 3
    assert sound(app, dates)


# Staff


def test_staff_sign_up_for_the_course_or_for_a_date_and_see_which(
    app: Flask, make: Make, sign_in: SignIn
) -> None:
    dates = make.course(3)
    editor = sign_in(Role.EDITOR, "s1")
    page = editor.get(f"/staff/occurrences/{dates[1]}")
    add = page.form("form[action*='/registrations#']").fill(add_name="蔡阿婆", add_consent=True)
    assert ("add_course", "1") in add.fields, "ticked where it is a course"
    page = add.submit()
    assert "3 场" in page.one(".flash").text()
    assert len(page.all("#course li")) == 3
    first = rows(app)[0].reference
    assert first in page.one("header").text()
    page = editor.get(f"/staff/occurrences/{dates[2]}")
    assert "整个课程" in page.one("table").text()
    single = page.form("form[action*='/registrations#']").fill(
        add_name="林阿公", add_consent=True, add_course=""
    )
    single.submit()
    assert [one.course_id is None for one in rows(app)] == [False] * 3 + [True]
    # At the door they show the reference of the course.
    found = editor.get(f"/staff/occurrences/{dates[2]}").form("form.s-find").fill(q=first).submit()
    assert [node.text() for node in found.all("tbody th a")] == ["蔡阿婆"]


def test_the_code_of_a_course_leads_staff_to_the_party_of_today(
    app: Flask, make: Make, sign_in: SignIn, midday: time_machine.Traveller
) -> None:
    dates = make.course(3)
    receipt = make.course_registration(dates[0])
    midday.shift(2 * DAY - 2 * 3600)
    page = sign_in(Role.EDITOR, "s1").get(link(app, receipt)).follow("section.box a")
    assert page.path == f"/staff/registrations/{rows(app)[1].id}"
    page.form("form[action$='/roll-call']").submit()
    assert stands(app, receipt) == [SEATED, Status.ATTENDED, SEATED]


def test_staff_cancel_one_date_unless_they_tick_the_whole_course(
    app: Flask, make: Make, sign_in: SignIn
) -> None:
    dates = make.course(3)
    receipt, other = make.course_registration(dates[0]), make.course_registration(dates[0])
    editor = sign_in(Role.EDITOR, "s1")
    middle = [one.id for one in rows(app) if one.occurrence_id == dates[1]]
    page = editor.get(f"/staff/registrations/{middle[0]}").form("form[action$='/remove']")
    page.fill(remove_reason="来电").submit()
    assert stands(app, receipt) == [SEATED, GONE, SEATED]
    page = editor.get(f"/staff/registrations/{middle[1]}").form("form[action$='/remove']")
    page.fill(remove_reason="来电", remove_whole=True).submit()
    assert stands(app, other) == [GONE] * 3
    told = messages(app)
    assert (told["registration.removed"], told["registration.removed_from_course"]) == (1, 1)
    assert sound(app, dates)
    with app.app_context(), pytest.raises(Missing):
        course.remove(middle[0], "x", make.actor(Role.EDITOR, "s2"))


def test_messages_about_a_date_name_the_reference_of_the_course(app: Flask, make: Make) -> None:
    dates = make.course(2, seats=1)
    receipt, waiting = make.course_registration(dates[0]), make.course_registration(dates[0])
    with app.app_context():
        actions.cancel(rows(app)[1].id)
        [told] = db.session.scalars(sa.select(Message.text).where(Message.kind == "registration.promoted"))
    assert waiting.reference in told
    assert receipt.reference not in told


def test_staff_choose_how_one_signs_up_and_find_it_again(app: Flask, make: Make, sign_in: SignIn) -> None:
    activity_id = make.activity(spans=[span(1), span(2)], registration=True)
    editor = sign_in(Role.EDITOR, "s1")
    page = editor.get(f"/staff/activities/{activity_id}/edit")
    page.form().fill(sign_up="either").submit()
    with app.app_context():
        assert db.session.get_one(Activity, activity_id).sign_up is SignUp.EITHER
    page = editor.get(f"/staff/activities/{activity_id}/edit")
    assert page.one("[name=sign_up][checked]").attributes["value"] == "either"
    assert page.form().put("sign_up", "all").submit().status == 422
    assert ("sign_up", "either") in editor.get(f"/staff/activities/new?copy={activity_id}").form(
        "#post"
    ).fields
