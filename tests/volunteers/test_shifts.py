"""Shifts are taken, waited for and left, and follow what becomes of their date."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine

from portal.access import NOBODY, Actor, Role
from portal.activities import occurrences
from portal.activities.content import Where
from portal.activities.models import Occurrence
from portal.clock import now
from portal.contact import phone_index
from portal.db import db, transaction
from portal.errors import Missing, OutOfDate, Refused
from portal.messages.models import Message, MessageStatus
from portal.volunteers import posts, shift_queries, shifts
from portal.volunteers.models import Membership, MembershipStatus, Volunteer
from portal.volunteers.shift_models import Post, PostStatus, Shift, ShiftStatus
from portal.volunteers.shift_rules import has_time
from tests.make import Make, span

pytestmark = pytest.mark.usefixtures("noon", "app_context")

CONFIRMED, WAITING, WITHDRAWN = PostStatus.CONFIRMED, PostStatus.WAITING, PostStatus.WITHDRAWN


def take(shift_id: int, volunteer_id: int, team_id: int | None = None, **how: Any) -> PostStatus:
    return posts.take(shift_id, volunteer_id, team_id, how.pop("by", NOBODY), **how).status


def standing(shift_id: int) -> tuple[int, int]:
    """Return taken and waiting, after seeing that they fit the rows."""
    db.session.rollback()
    shift = db.session.get_one(Shift, shift_id)
    counts = {
        status: db.session.scalar(
            sa.select(sa.func.count()).where(Post.shift_id == shift_id, Post.status == status)
        )
        for status in (CONFIRMED, WAITING)
    }
    assert (shift.taken, shift.waiting) == (counts[CONFIRMED], counts[WAITING])
    return shift.taken, shift.waiting


def status_of(shift_id: int, volunteer_id: int) -> PostStatus | None:
    db.session.rollback()
    found = shift_queries.post_of(shift_id, volunteer_id)
    return found.status if found else None


def told(kind: str) -> list[str]:
    """Return to whom messages of a kind went, in order."""
    wanted = sa.select(Message.recipient).where(Message.kind == f"shift.{kind}").order_by(Message.id)
    return list(db.session.scalars(wanted))


def name_of(volunteer_id: int) -> str:
    return db.session.get_one(Volunteer, volunteer_id).name


def wanted_of(shift_id: int) -> shifts.Wanted:
    shift = db.session.get_one(Shift, shift_id)
    return shifts.Wanted(
        shift.role, shift.starts_at, shift.ends_at, shift.head_count, shift.team_id, shift.min_age
    )


@pytest.fixture
def editor(make: Make) -> Actor:
    return make.actor(Role.EDITOR, "s1")


# Taking and waiting


def test_whoever_comes_after_the_last_place_waits(make: Make) -> None:
    shift_id = make.shift(head_count=2)
    people = [make.volunteer() for _ in range(4)]
    assert [take(shift_id, one) for one in people] == [CONFIRMED, CONFIRMED, WAITING, WAITING]
    assert standing(shift_id) == (2, 2)


def test_taking_it_twice_changes_nothing(make: Make) -> None:
    shift_id, person = make.shift(), make.volunteer()
    first = posts.take(shift_id, person, None, NOBODY, key="k")
    again = posts.take(shift_id, person, None, NOBODY, key="k")
    other_form = posts.take(shift_id, person, None, NOBODY, key="l")
    assert first.new
    assert (again.new, other_form.new) == (False, False)
    assert first.post_id == again.post_id == other_form.post_id
    assert standing(shift_id) == (1, 0)


def test_the_same_form_again_after_withdrawing_does_not_take_it_again(make: Make) -> None:
    shift_id, person = make.shift(), make.volunteer()
    posts.take(shift_id, person, None, NOBODY, key="k")
    posts.withdraw(shift_id, person, NOBODY)
    assert posts.take(shift_id, person, None, NOBODY, key="k").status is WITHDRAWN
    assert posts.take(shift_id, person, None, NOBODY, key="l").status is CONFIRMED
    assert standing(shift_id) == (1, 0)


def test_what_comes_free_goes_to_the_first_who_waits_and_they_are_told(make: Make) -> None:
    shift_id = make.shift(head_count=1)
    people = [make.volunteer() for _ in range(3)]
    for one in people:
        take(shift_id, one)
    posts.withdraw(shift_id, people[0], NOBODY)
    assert [status_of(shift_id, one) for one in people] == [None, CONFIRMED, WAITING]
    assert standing(shift_id) == (1, 1)
    assert told("promoted") == [name_of(people[1])]
    assert take(shift_id, people[0]) is WAITING
    posts.withdraw(shift_id, people[1], NOBODY)
    assert [status_of(shift_id, one) for one in people] == [WAITING, None, CONFIRMED]


def test_withdrawing_twice_changes_nothing_and_never_having_taken_it_is_missing(make: Make) -> None:
    shift_id, person = make.shift(), make.volunteer()
    with pytest.raises(Missing):
        posts.withdraw(shift_id, person, NOBODY)
    take(shift_id, person)
    posts.withdraw(shift_id, person, NOBODY)
    posts.withdraw(shift_id, person, NOBODY)
    assert standing(shift_id) == (0, 0)


def test_one_withdraws_until_so_many_hours_before_but_leaves_a_queue_at_any_time(
    make: Make, noon: time_machine.Traveller
) -> None:
    shift_id = make.shift(head_count=1, cut_off_hours=3)  # tomorrow at ten
    first, second = make.volunteer(), make.volunteer()
    take(shift_id, first)
    take(shift_id, second)
    noon.move_to(now() + timedelta(hours=19, minutes=1))
    with pytest.raises(Refused, match="3"):
        posts.withdraw(shift_id, first, NOBODY)
    posts.withdraw(shift_id, second, NOBODY)
    assert standing(shift_id) == (1, 0)
    posts.withdraw(shift_id, first, make.actor(Role.EDITOR), "病了")
    assert standing(shift_id) == (0, 0)
    assert told("taken_off") == [name_of(first)]


def test_nobody_withdraws_once_it_has_begun(make: Make, noon: time_machine.Traveller) -> None:
    shift_id, person = make.shift(), make.volunteer()
    take(shift_id, person)
    noon.move_to(now() + timedelta(hours=22))
    for by in (NOBODY, make.actor(Role.EDITOR)):
        with pytest.raises(Refused):
            posts.withdraw(shift_id, person, by)


# What is refused


@pytest.mark.parametrize("hours", [22, 24])
def test_a_shift_that_has_begun_or_is_over_is_not_taken(
    make: Make, noon: time_machine.Traveller, hours: int
) -> None:
    shift_id, person = make.shift(), make.volunteer()
    noon.move_to(now() + timedelta(hours=hours))
    with pytest.raises(Refused):
        take(shift_id, person)


def test_a_cancelled_shift_is_not_taken(make: Make, editor: Actor) -> None:
    shift_id, person = make.shift(), make.volunteer()
    shifts.cancel(shift_id, "够了", editor)
    with pytest.raises(OutOfDate):
        take(shift_id, person)
    occurrence_id = make.occurrence()
    other = make.shift(occurrence_id)
    occurrences.cancel(occurrence_id, "下雨", editor)
    with pytest.raises(OutOfDate):
        take(other, person)


def test_who_is_too_young_on_that_day_is_refused(make: Make) -> None:
    shift_id = make.shift(min_age=18)  # tomorrow, 11 June 2026
    with pytest.raises(Refused, match="18"):
        take(shift_id, make.volunteer(born_on=date(2008, 6, 12), guardian_consent="v1", guardian="x"))
    assert take(shift_id, make.volunteer(born_on=date(2008, 6, 11))) is CONFIRMED


def test_under_age_one_needs_the_consent_of_a_guardian(make: Make) -> None:
    shift_id = make.shift()
    with pytest.raises(Refused, match="18"):
        take(shift_id, make.volunteer(born_on=date(2010, 1, 1)))
    agreed = make.volunteer(born_on=date(2010, 1, 1), guardian="x", guardian_consent="v1")
    assert take(shift_id, agreed) is CONFIRMED


def test_a_skill_that_is_needed_must_be_there(make: Make) -> None:
    shift_id = make.shift(skill="理发 普通话")
    with pytest.raises(Refused, match="理发"):
        take(shift_id, make.volunteer(skills="理发师 普通话"))
    assert take(shift_id, make.volunteer(skills="普通话 拍照 理发")) is CONFIRMED


def test_only_members_of_a_team_that_fits_take_it(make: Make) -> None:
    team, other = make.team(), make.team()
    shift_id, anyones = make.shift(team_id=team), make.shift()
    stranger = make.volunteer(other)
    with pytest.raises(Refused):
        take(shift_id, stranger)
    with pytest.raises(Refused):
        take(anyones, stranger, team)
    assert take(anyones, stranger, other) is CONFIRMED
    member = make.volunteer(team)
    assert take(shift_id, member) is CONFIRMED
    post = shift_queries.post_of(shift_id, member)
    assert post is not None
    assert post.team_id == team


def test_who_only_asked_to_join_takes_nothing(make: Make) -> None:
    shift_id, person = make.shift(), make.volunteer()
    with transaction() as session:
        row = session.scalars(sa.select(Membership).where(Membership.volunteer_id == person)).one()
        row.status, row.decided_at = MembershipStatus.ASKED, None
    with pytest.raises(Refused):
        take(shift_id, person)


def test_who_has_left_and_what_is_a_draft_are_not_there(make: Make) -> None:
    with pytest.raises(Missing):
        take(make.shift(), make.volunteer(left_at=now()))
    with pytest.raises(Missing):
        take(2**40, make.volunteer())
    with pytest.raises(Missing):
        take(make.shift(), 2**40)


def test_nobody_is_on_two_shifts_at_once_but_one_after_the_other(make: Make) -> None:
    early = make.shift(make.occurrence(when=span(1, "09:00", "10:00")))
    within = make.shift(make.occurrence(when=span(1, "09:30", "10:30")))
    after = make.shift(make.occurrence(when=span(1, "10:00", "11:00")))
    person = make.volunteer()
    take(early, person)
    with pytest.raises(Refused, match="09:00"):
        take(within, person)
    assert take(after, person) is CONFIRMED
    posts.withdraw(early, person, NOBODY)
    posts.withdraw(after, person, NOBODY)
    assert take(within, person) is CONFIRMED
    before = make.shift(make.occurrence(when=span(1, "08:00", "09:00")))
    assert take(before, person) is CONFIRMED


def test_waiting_counts_as_being_there_and_what_is_cancelled_does_not(make: Make, editor: Actor) -> None:
    occurrence_id = make.occurrence()
    full, other = make.shift(occurrence_id, head_count=1), make.shift()
    person = make.volunteer()
    take(full, make.volunteer())
    assert take(full, person) is WAITING
    with pytest.raises(Refused):
        take(other, person)
    occurrences.cancel(occurrence_id, "下雨", editor)
    assert take(other, person) is CONFIRMED


def test_staff_put_somebody_on_two_shifts_only_with_a_reason(make: Make, editor: Actor) -> None:
    one, other, person = make.shift(), make.shift(), make.volunteer()
    assert take(one, person, by=editor) is CONFIRMED
    with pytest.raises(Refused) as refusal:
        take(other, person, by=editor)
    assert refusal.value.field == "overlap_reason"
    assert take(other, person, by=editor, overlap_reason="两个摊位挨着") is CONFIRMED
    post = shift_queries.post_of(other, person)
    assert post is not None
    assert (post.overlap_reason, post.entered_by) == ("两个摊位挨着", editor.name)
    assert told("put_on") == [name_of(person)] * 2


def test_a_volunteer_gives_no_reason_of_their_own_to_overlap(make: Make) -> None:
    one, other, person = make.shift(), make.shift(), make.volunteer()
    take(one, person)
    with pytest.raises(Refused):
        take(other, person, overlap_reason="我可以")


def test_staff_reach_only_their_own_stations(make: Make, editor: Actor) -> None:
    with pytest.raises(Missing):
        take(make.shift(station="s2"), make.volunteer(), by=editor)
    with pytest.raises(Missing):
        take(make.shift(), make.volunteer(station="s2"), by=editor)


def test_who_also_attends_is_only_warned_of(make: Make) -> None:
    occurrence_id = make.class_with_seats()
    person = make.volunteer(name="示例甲", phone="13800001111", phone_index=phone_index("13800001111"))
    make.registration(occurrence_id, name="示例甲", phone="13800001111")
    taken = posts.take(make.shift(occurrence_id), person, None, NOBODY)
    assert (taken.status, taken.attends) == (CONFIRMED, True)
    assert not posts.take(make.shift(), make.volunteer(), None, NOBODY).attends


# Staff's side of a shift


def test_the_same_form_makes_one_shift(make: Make, editor: Actor) -> None:
    occurrence_id = make.occurrence()
    wanted = wanted_of(make.shift(occurrence_id))
    made = {shifts.make(occurrence_id, wanted, editor, "k") for _ in range(2)}
    assert len(made) == 1
    assert len(shift_queries.shifts_of(occurrence_id)) == 2


def test_a_shift_makes_sense_at_its_date(make: Make, editor: Actor) -> None:
    occurrence_id = make.occurrence()
    good = wanted_of(make.shift(occurrence_id))
    wrong = {
        "ends": replace(good, ends_at=good.starts_at),
        "starts": replace(good, starts_at=good.starts_at - timedelta(hours=25)),
        "head_count": replace(good, head_count=0),
    }
    for field, wanted in wrong.items():
        with pytest.raises(Refused) as refusal:
            shifts.make(occurrence_id, wanted, editor)
        assert refusal.value.field == field
    with pytest.raises(Missing):
        shifts.make(occurrence_id, replace(good, team_id=2**40), editor)
    with pytest.raises(Missing):
        shifts.make(make.occurrence("s2"), good, editor)
    with pytest.raises(Refused):
        shifts.make(make.occurrence(published=False), good, editor)
    occurrences.cancel(occurrence_id, "下雨", editor)
    with pytest.raises(Refused):
        shifts.make(occurrence_id, good, editor)


def test_the_head_count_never_falls_below_who_is_on_it_and_more_places_go_to_the_queue(
    make: Make, editor: Actor
) -> None:
    shift_id = make.shift(head_count=2)
    people = [make.volunteer() for _ in range(4)]
    for one in people:
        take(shift_id, one)
    with pytest.raises(Refused) as refusal:
        shifts.change(shift_id, replace(wanted_of(shift_id), head_count=1), editor)
    assert refusal.value.field == "head_count"
    shifts.change(shift_id, replace(wanted_of(shift_id), head_count=3), editor)
    assert standing(shift_id) == (3, 1)
    assert told("promoted") == [name_of(people[2])]
    assert told("changed") == []


def test_another_time_is_told_to_those_on_it(make: Make, editor: Actor) -> None:
    shift_id, person = make.shift(), make.volunteer()
    take(shift_id, person)
    wanted = wanted_of(shift_id)
    shifts.change(shift_id, replace(wanted, starts_at=wanted.starts_at - timedelta(minutes=30)), editor)
    assert told("changed") == [name_of(person)]
    with pytest.raises(Missing):
        shifts.change(shift_id, wanted, make.actor(Role.EDITOR, "s2"))


def test_a_cancelled_shift_tells_everybody_once_and_keeps_who_took_it(make: Make, editor: Actor) -> None:
    shift_id = make.shift(head_count=1)
    people = [make.volunteer(), make.volunteer()]
    for one in people:
        take(shift_id, one)
    with pytest.raises(Missing):
        shifts.cancel(shift_id, "够了", make.actor(Role.EDITOR, "s2"))
    shifts.cancel(shift_id, "够了", editor)
    assert told("called_off") == [name_of(one) for one in people]
    assert standing(shift_id) == (1, 1)
    for again in (shifts.cancel, lambda *given: shifts.change(given[0], wanted_of(given[0]), given[2])):
        with pytest.raises(OutOfDate):
            again(shift_id, "够了", editor)


# What becomes of the date


def test_a_date_that_moves_takes_its_shifts_along(make: Make, editor: Actor) -> None:
    occurrence_id = make.occurrence()
    occurrence = db.session.get_one(Occurrence, occurrence_id)
    shift_id = make.shift(occurrence_id, starts_at=occurrence.starts_at - timedelta(minutes=30))
    person = make.volunteer()
    take(shift_id, person)
    began, ended = (lambda shift: (shift.starts_at, shift.ends_at))(db.session.get_one(Shift, shift_id))
    where = Where(None, "榕树下", "", "")
    when = span(3, "14:00", "15:30")
    occurrences.move(occurrence_id, occurrence.sequence, when, where, editor, "停电")
    db.session.rollback()
    shift, moved = db.session.get_one(Shift, shift_id), timedelta(days=2, hours=4)
    assert (shift.starts_at, shift.ends_at) == (began + moved, ended + moved)
    message = db.session.scalars(sa.select(Message).where(Message.kind == "shift.changed")).one()
    assert message.recipient == name_of(person)
    assert message.text.endswith("停电")
    assert status_of(shift_id, person) is CONFIRMED


def test_a_cancelled_date_keeps_its_shifts_and_restoring_fills_what_came_free(
    make: Make, editor: Actor
) -> None:
    occurrence_id = make.occurrence()
    shift_id = make.shift(occurrence_id, head_count=1)
    people = [make.volunteer() for _ in range(3)]
    for one in people:
        take(shift_id, one)
    occurrences.cancel(occurrence_id, "下雨", editor)
    assert told("called_off") == [name_of(one) for one in people]
    assert standing(shift_id) == (1, 2)
    posts.withdraw(shift_id, people[0], NOBODY)
    assert standing(shift_id) == (0, 2)
    assert told("promoted") == []
    occurrences.restore(occurrence_id, editor)
    assert told("takes_place") == [name_of(one) for one in people[1:]]
    assert standing(shift_id) == (1, 1)
    assert told("promoted") == [name_of(people[1])]


def test_whom_no_channel_reaches_somebody_calls(make: Make, editor: Actor, app: Any) -> None:
    app.config["PHONE_CHANNEL"] = "log"
    occurrence_id = make.occurrence()
    shift_id = make.shift(occurrence_id)
    with_phone = make.volunteer(phone="13800001111", phone_index=phone_index("13800001111"))
    without = make.volunteer()
    for one in (with_phone, without):
        take(shift_id, one)
    found = shift_queries.concerned_volunteers([occurrence_id])[occurrence_id]
    assert (found.people, found.by_message, found.by_call) == (2, 1, 1)
    occurrences.cancel(occurrence_id, "下雨", editor)
    rows = db.session.execute(
        sa.select(Message.recipient, Message.status, Message.address).where(
            Message.kind == "shift.called_off"
        )
    ).all()
    assert {tuple(row) for row in rows} == {
        (name_of(with_phone), MessageStatus.WAITING, f"log:volunteer/{with_phone}"),
        (name_of(without), MessageStatus.TO_CALL, ""),
    }


def test_a_cancelled_shift_is_not_told_again_when_its_date_is(make: Make, editor: Actor) -> None:
    occurrence_id = make.occurrence()
    shift_id, person = make.shift(occurrence_id), make.volunteer()
    take(shift_id, person)
    shifts.cancel(shift_id, "够了", editor)
    assert db.session.get_one(Shift, shift_id).status is ShiftStatus.CANCELLED
    assert shift_queries.concerned_volunteers([occurrence_id]) == {}
    occurrences.cancel(occurrence_id, "下雨", editor)
    assert len(told("called_off")) == 1


# What is offered


def test_offers_fit_and_come_from_near_to_far(make: Make) -> None:
    team = make.team("s4")
    far = make.shift(station="s9")
    own = make.shift(make.occurrence("s4", when=span(3)))
    neighbour = make.shift(make.occurrence("s8", when=span(2)))
    make.shift(skill="理发")
    make.shift(min_age=60)
    make.shift(team_id=make.team())
    make.shift(make.occurrence(when=span(40)))
    taken = make.shift(make.occurrence(when=span(4)))
    make.shift(make.occurrence(when=span(4)))  # collides
    full = make.shift(head_count=1)
    take(full, make.volunteer())
    person = make.volunteer(team, station="s4")
    take(taken, person)
    volunteer = db.session.get_one(Volunteer, person)
    mine = shift_queries.own_posts(person, now())
    assert [post.shift_id for post in mine] == [taken]
    found = [(offer.shift.id, offer.near) for offer in shift_queries.offers(volunteer, mine)]
    assert found[0] == (own, 0)
    assert {one for one, _near in found} == {own, neighbour, far}
    assert [near for _one, near in found] == sorted(near for _one, near in found)


def test_time_is_looked_at_by_parts_of_the_week() -> None:
    wednesday = datetime(2026, 6, 10, 9)  # noqa: DTZ001 - only the wall clock matters
    morning, afternoon = 1 << 2 * 3, 1 << 2 * 3 + 1
    noon, one = wednesday.replace(hour=12), wednesday.replace(hour=13)
    assert has_time(0, wednesday, one)
    assert has_time(morning, wednesday, noon)
    assert not has_time(morning, wednesday, one)
    assert has_time(morning | afternoon, wednesday, one)
    assert not has_time(afternoon, wednesday, noon)


def test_shifts_at_risk_are_those_of_the_next_days_that_lack_people(make: Make, editor: Actor) -> None:
    lacking = make.shift(make.occurrence(when=span(2)))
    sooner = make.shift()
    full = make.shift(head_count=1)
    take(full, make.volunteer())
    make.shift(make.occurrence(when=span(9)))
    make.shift(station="s2")
    shifts.cancel(make.shift(), "够了", editor)
    assert editor.scope is not None
    assert [one.id for one in shift_queries.at_risk(editor.scope)] == [sooner, lacking]
