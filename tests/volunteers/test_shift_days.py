"""Who serves on the eve of a date, or the day after, checks in and has hours as on the day itself."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.access import NOBODY, Actor, Role, Scope
from portal.clock import ZONE, now, today
from portal.db import db, transaction
from portal.errors import Refused
from portal.volunteers import hours, hours_due, hours_queries, posts, presence, shifts
from portal.volunteers.models import Membership, MembershipStatus
from portal.volunteers.presence import Outcome
from portal.volunteers.shift_models import Presence, ServiceRecord
from tests.browser import Browser
from tests.conftest import SignIn
from tests.make import Make, span
from tests.volunteers.test_own_pages import enter as opened

Clock = time_machine.Traveller
NOON = datetime(2026, 6, 10, 12, tzinfo=ZONE)  # of the eve


@pytest.fixture
def clock() -> Iterator[Clock]:
    with time_machine.travel(NOON - timedelta(days=1), tick=False) as traveller:
        yield traveller


def at(clocks: str, days: int = 0) -> datetime:
    hour, minute = clocks.split(":")
    return NOON.replace(hour=int(hour), minute=int(minute)) + timedelta(days=days)


@pytest.fixture
def fair(make: Make, clock: Clock) -> int:
    """Return a date tomorrow from ten to eleven, as seen on its eve."""
    return make.occurrence(when=span(2), title="元宵灯会")


def add(make: Make, occurrence_id: int, starts: datetime, ends: datetime, team_id: int | None = None) -> int:
    return make.shift(occurrence_id, starts_at=starts, ends_at=ends, team_id=team_id)


def typed(occurrence_id: int, volunteer: int) -> Outcome:
    db.session.rollback()
    return presence.check(presence.code_at(occurrence_id, now()), volunteer, NOBODY).outcome


def test_who_clears_away_the_day_after_lacks_nothing_while_they_are_at_it(
    make: Make, clock: Clock, fair: int, app_context: None
) -> None:
    person = make.volunteer(make.team())
    shift_id = add(make, fair, at("09:00", 2), at("10:30", 2))
    posts.take(shift_id, person, None, NOBODY)
    clock.move_to(at("08:30", 2))  # the date itself was over the day before
    assert hours_due.without_hours(fair) == []
    with pytest.raises(Refused):
        presence.note_absent(fair, person, True, make.actor())
    typed(fair, person)
    everywhere = Scope(make.station("center"), everything=True)
    assert hours_queries.open_pairs(everywhere) == []
    assert hours_due.desk(everywhere).pairs.number == 0
    clock.move_to(at("10:31", 2))
    assert [pair.volunteer_id for pair in hours_queries.open_pairs(everywhere)] == [person]
    assert hours_due.desk(everywhere).pairs.number == 1


def test_a_shift_on_the_eve_is_entered_in_the_form(
    app: Flask, make: Make, clock: Clock, fair: int, sign_in: SignIn
) -> None:
    editor = sign_in(Role.EDITOR, "s1")
    form = editor.get(f"/staff/occurrences/{fair}").form('form[action$="/shifts#shifts"]')
    days = [one.attributes["value"] for one in form.node.css("#shift_day option")]
    assert days == ["2026-06-10", "2026-06-11", "2026-06-12"]
    assert dict(form.fields)["shift_day"] == "2026-06-11"


def is_good(clock: Clock, make: Make, occurrence_id: int, moment: datetime) -> bool:
    """Say whether the code of a date, and a roll call, check somebody in at a moment; both or neither."""
    clock.move_to(moment)
    good = []
    for way in ("code", "roll"):
        try:
            if way == "code":
                typed(occurrence_id, make.volunteer())
            else:
                presence.call_in(occurrence_id, make.volunteer(), now(), make.actor())
        except Refused:
            good.append(False)
        else:
            good.append(True)
    assert good[0] is good[1]
    return good[0]


@pytest.mark.usefixtures("app_context")
def test_who_sets_up_on_the_eve_checks_in_and_out_and_has_hours(make: Make, fair: int, clock: Clock) -> None:
    shift_id, volunteer = add(make, fair, at("14:00"), at("17:00")), make.volunteer()
    posts.take(shift_id, volunteer, None, NOBODY)
    clock.move_to(at("13:55"))
    assert typed(fair, volunteer) is Outcome.IN
    clock.move_to(at("17:01"))
    assert typed(fair, volunteer) is Outcome.OUT
    (row,) = db.session.scalars(sa.select(ServiceRecord))
    assert (row.day, row.tenths, row.occurrence_id) == (at("14:00").date(), 31, fair)
    (pair,) = db.session.scalars(sa.select(Presence))
    assert pair.shift_id == shift_id
    clock.move_to(at("12:00", 40))
    assert hours_due.unsettled(make.scope()) == []


@pytest.mark.usefixtures("app_context")
@pytest.mark.parametrize(
    ("moment", "good"),
    [
        (at("12:59"), False),
        (at("13:00"), True),
        (at("23:59"), True),
        (at("00:00", 1), False),
        (at("08:59", 1), False),
        (at("09:00", 1), True),
        (at("23:59", 1), True),
        (at("00:00", 2), False),
        (at("14:00", -1), False),
    ],
)
def test_a_code_is_good_from_an_hour_before_the_shift_until_its_day_ends(
    make: Make, fair: int, clock: Clock, moment: datetime, good: bool
) -> None:
    add(make, fair, at("14:00"), at("17:00"))
    assert is_good(clock, make, fair, moment) is good


@pytest.mark.usefixtures("app_context")
@pytest.mark.parametrize(
    ("starts", "ends", "moment", "good"),
    [
        (at("22:00"), at("00:00", 1), at("00:00", 1), False),  # ends at midnight: nothing of the next day
        (at("22:00"), at("00:30", 1), at("00:00", 1), True),  # goes on
        (at("00:30", 1), at("02:00", 1), at("23:45"), False),  # never the day before
        (at("00:30", 1), at("02:00", 1), at("00:00", 1), True),
        (at("07:00", 1), at("09:00", 1), at("06:00", 1), True),  # hours before it begins, on the day itself
        (at("07:00", 1), at("09:00", 1), at("05:59", 1), False),
        (at("08:00", 2), at("09:00", 2), at("07:00", 2), True),  # to clear away
        (at("08:00", 2), at("09:00", 2), at("06:59", 2), False),
    ],
)
def test_midnight_parts_the_days_of_a_shift(
    make: Make, fair: int, clock: Clock, starts: datetime, ends: datetime, moment: datetime, good: bool
) -> None:
    add(make, fair, starts, ends)
    assert is_good(clock, make, fair, moment) is good


@pytest.mark.usefixtures("app_context")
def test_a_code_of_the_eve_is_not_good_on_the_day(make: Make, fair: int, clock: Clock) -> None:
    add(make, fair, at("22:00"), at("01:00", 1))
    clock.move_to(at("23:59"))
    code = presence.code_at(fair, now())
    clock.shift(timedelta(minutes=2))
    with pytest.raises(Refused):
        presence.check(code, make.volunteer(), NOBODY)


@pytest.mark.usefixtures("app_context")
def test_a_cancelled_shift_and_one_of_another_date_open_nothing(make: Make, fair: int, clock: Clock) -> None:
    shifts.cancel(add(make, fair, at("14:00"), at("17:00")), "下雨", make.actor())
    add(make, make.occurrence(when=span(2)), at("14:00"), at("17:00"))
    assert not is_good(clock, make, fair, at("14:00"))
    with pytest.raises(Refused):
        write_down(make, fair, at("14:00").date(), make.account().actor)


def write_down(make: Make, occurrence_id: int, day: date, by: Actor) -> None:
    volunteer = make.volunteer()
    team_id = hours_queries.teams_ever(volunteer)[0].id
    hours.enter(volunteer, occurrence_id, team_id, day, 10, "忘了签到", "合影", by)


@pytest.mark.usefixtures("app_context")
def test_hours_are_written_down_for_the_days_of_its_shifts_alone(make: Make, fair: int, clock: Clock) -> None:
    add(make, fair, at("14:00"), at("17:00"))
    by = make.account().actor
    clock.move_to(at("18:00"))
    assert [one.id for one in hours_queries.dates_begun(make.scope())] == [fair]
    write_down(make, fair, today(), by)
    clock.move_to(at("18:00", 3))
    write_down(make, fair, at("14:00").date(), by)
    write_down(make, fair, at("14:00", 1).date(), by)
    for days in (-1, 2):
        with pytest.raises(Refused):
            write_down(make, fair, at("14:00", days).date(), by)


@pytest.mark.usefixtures("app_context")
def test_who_has_posts_on_both_days_serves_for_the_team_of_the_day(
    make: Make, fair: int, clock: Clock
) -> None:
    first, second = make.team(), make.team("s2")
    volunteer = make.volunteer(first)
    with transaction() as session:
        moments = {"asked_at": now(), "decided_at": now(), "decided_by": "test"}
        member = MembershipStatus.MEMBER
        session.add(Membership(team_id=second, volunteer_id=volunteer, status=member, **moments))
    for team_id, starts in ((first, at("14:00")), (second, at("10:00", 1))):
        shift_id = add(make, fair, starts, starts + timedelta(hours=1), team_id)
        posts.take(shift_id, volunteer, None, NOBODY)
    for moment in (at("14:00"), at("10:00", 1)):
        clock.move_to(moment)
        assert typed(fair, volunteer) is Outcome.IN
    rows = db.session.scalars(sa.select(Presence).order_by(Presence.day))
    assert [row.team_id for row in rows] == [first, second]


def test_the_pages_show_the_code_and_the_roll_on_the_eve(
    app: Flask, make: Make, sign_in: SignIn, fair: int, clock: Clock
) -> None:
    team_id = make.team()
    leader_id, member = make.volunteer(team_id, leads=True), make.volunteer(team_id, name="黄明")
    shift_id = add(make, fair, at("14:00"), at("17:00"), team_id)
    with app.app_context():
        posts.take(shift_id, member, None, NOBODY)
    clock.move_to(at("12:30"))
    page = sign_in().get(f"/staff/occurrences/{fair}/check-in")
    assert not page.all(".code")
    assert "13:00" in page.one(".flash").text()
    clock.move_to(at("14:05"))
    assert sign_in().get(f"/staff/occurrences/{fair}/check-in").one(".code").text()
    leader: Browser = opened(app, make, leader_id, Role.LEADER)
    page = leader.get(f"/volunteer/teams/{team_id}/shifts/{shift_id}")
    page = page.follow(f'a[href$="/dates/{fair}"]')
    page.form('li form[action$="/in"]').submit()
    assert "14:05" in sign_in().get(f"/staff/occurrences/{fair}/check-in").one(".s-rows").text()
