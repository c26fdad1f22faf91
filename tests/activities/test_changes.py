"""What becomes of dates when their rule changes: known cases of each kind, and what holds for all of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from portal.activities import lunar
from portal.activities.changes import (
    Fate,
    Made,
    Step,
    Target,
    digest,
    in_step,
    next_meant,
    period_of,
    plan,
    shifted,
)
from portal.activities.dates import Span
from portal.activities.lunar import OfficialDay
from portal.activities.recurrence import Found, Holidays, Kind, MakeUp, Rule, Skip, check, expand, takes_place
from portal.activities.recurrences import Repeats
from portal.errors import Refused

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
LONG = timedelta(days=1100)
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)
TEN, ELEVEN = time(10), time(11)
OFF, WORK = OfficialDay.OFF, OfficialDay.WORK


def on(text: str) -> date:
    return date.fromisoformat(f"2026-{text}" if len(text) == 5 else text)


def never(day: date) -> OfficialDay | None:
    return None


def same(day: date) -> date:
    return day


def now_and_then(day: date) -> OfficialDay | None:
    """Be off on every eleventh day, three days in a row, and make up for it on every nineteenth."""
    if day.toordinal() % 11 in (0, 1, 2) and day.toordinal() % 5:
        return OFF
    return WORK if day.toordinal() % 19 == 0 else None


def rule(kind: Kind, starts_on: str, **parts: Any) -> Rule:
    made = Rule(kind, on(starts_on), **parts)
    check(made)
    return made


def repeats(of: Rule, opens: time = TEN, closes: time = ELEVEN) -> Repeats:
    return Repeats(of, opens, closes)


def made_by(of: Repeats, last: date, fixed: str = "", people: str = "", official: Any = never) -> list[Made]:
    """Return the dates a rule has made up to a day; those fixed and those with people by month and day."""
    found = [one for one in expand(of.rule, of.rule.starts_on, last, official) if not one.skipped]
    return [
        Made(
            number,
            one.meant,
            of.span_on(one.day),
            f"{one.meant:%m-%d}" in fixed.split(),
            f"{one.meant:%m-%d}" in people.split(),
        )
        for number, one in enumerate(found, 1)
    ]


def planned(
    made: Sequence[Made],
    new: Repeats,
    last: str = "12-31",
    target: Target = same,
    kinds: tuple[Kind, ...] = (),
    keep: bool = True,
    official: Any = never,
    elsewhere: tuple[int, ...] = (),
) -> list[Step]:
    found = expand(new.rule, new.rule.starts_on, on(last), official)
    return plan(made, new, found, target, period_of(new.rule.kind, *kinds), elsewhere, keep)


def said(steps: Sequence[Step]) -> list[str]:
    """Write steps down as “06-16 moves 06-17”."""
    return [
        " ".join(
            [
                f"{step.was.first:%m-%d}" if step.was else "",
                step.fate.value,
                f"{step.becomes.first:%m-%d}" if step.becomes and step.becomes != step.was else "",
            ]
        ).strip()
        for step in steps
    ]


TUESDAYS = rule(Kind.WEEKLY, "06-16", weekdays=(TUESDAY,), count=4)  # 16, 23, 30 June, 7 July


# What becomes of each


def test_the_same_rule_changes_nothing() -> None:
    made = made_by(repeats(TUESDAYS), on("12-31"))
    assert said(planned(made, repeats(TUESDAYS))) == [
        "06-16 stays",
        "06-23 stays",
        "06-30 stays",
        "07-07 stays",
    ]


def test_other_hours_or_another_place_move_every_date_on_its_day() -> None:
    made = made_by(repeats(TUESDAYS), on("12-31"))
    steps = planned(made, repeats(TUESDAYS, time(15), time(16)))
    assert {step.fate for step in steps} == {Fate.MOVES}
    assert [step.becomes for step in steps] == [
        Span(one.meant, one.meant, time(15), time(16)) for one in made
    ]
    elsewhere = planned(made, repeats(TUESDAYS), elsewhere=(2,))
    assert said(elsewhere) == ["06-16 stays", "06-23 moves", "06-30 stays", "07-07 stays"]


def test_what_was_changed_by_hand_stays_and_is_not_made_again() -> None:
    made = made_by(repeats(TUESDAYS), on("12-31"), fixed="06-23")
    changed, target = shifted(TUESDAYS, on("06-16"), on("06-17"))
    steps = planned(made, repeats(changed), target=target)
    assert said(steps) == ["06-16 moves 06-17", "06-23 by_hand", "06-30 moves 07-01", "07-07 moves 07-08"]
    assert steps[1].meant == on("06-24")


def test_another_weekday_makes_nothing_beside_what_was_changed_by_hand() -> None:
    thursdays = replace(TUESDAYS, weekdays=(THURSDAY,))
    made = made_by(repeats(TUESDAYS), on("12-31"), fixed="06-23")
    steps = planned(made, repeats(thursdays))
    assert "06-23 by_hand" in said(steps)
    assert not [step for step in steps if step.fate is Fate.NEW]


def test_another_weekday_takes_each_date_to_that_of_its_own_week() -> None:
    thursdays = replace(TUESDAYS, weekdays=(THURSDAY,))
    made = made_by(repeats(TUESDAYS), on("12-31"))
    assert said(planned(made, repeats(thursdays))) == [
        "06-16 moves 06-18",
        "06-23 moves 06-25",
        "06-30 moves 07-02",
        "07-07 moves 07-09",
    ]


def test_more_weekdays_bring_new_dates_and_fewer_end_some() -> None:
    made = made_by(repeats(TUESDAYS), on("12-31"))
    twice = replace(TUESDAYS, weekdays=(TUESDAY, FRIDAY))
    assert said(planned(made, repeats(twice), last="06-26")[:4]) == [
        "06-16 stays",
        "new 06-19",
        "06-23 stays",
        "new 06-26",
    ]
    fortnightly = replace(TUESDAYS, interval=2, count=2)
    assert said(planned(made, repeats(fortnightly))) == [
        "06-16 stays",
        "06-23 gone",
        "06-30 stays",
        "07-07 gone",
    ]


def test_where_people_are_signed_up_it_is_held_all_the_same_or_cancelled() -> None:
    made = made_by(repeats(TUESDAYS), on("12-31"), people="06-16 06-23")
    fortnightly = repeats(replace(TUESDAYS, interval=2, count=2))
    kept = planned(made, fortnightly)
    assert said(kept) == ["06-16 stays", "06-23 kept", "06-30 stays", "07-07 gone"]
    assert (kept[1].becomes, kept[1].meant) == (made[1].when, None)
    assert said(planned(made, fortnightly, keep=False))[1] == "06-23 gone"


def test_a_day_off_skips_a_date_or_moves_it_and_says_why() -> None:
    def off(day: date) -> OfficialDay | None:
        return {on("06-23"): OFF, on("06-30"): WORK}.get(day)

    made = made_by(repeats(TUESDAYS), on("12-31"), people="06-30")
    skip = replace(TUESDAYS, holidays=Holidays.SKIP, make_up=MakeUp.SKIP, count=None, ends_on=on("07-07"))
    steps = planned(made, repeats(skip), official=off)
    assert said(steps) == ["06-16 stays", "06-23 gone", "06-30 kept", "07-07 stays"]
    assert [step.why for step in steps] == [None, Skip.HOLIDAY, Skip.MAKE_UP, None]
    move = replace(TUESDAYS, holidays=Holidays.MOVE)
    assert said(planned(made, repeats(move), official=off))[1] == "06-23 moves 06-24"
    keep = replace(TUESDAYS, holidays=Holidays.KEEP)
    assert said(planned(made, repeats(keep), official=off))[1] == "06-23 stays"


def test_a_date_that_waits_for_a_free_day_stays_the_same_date() -> None:
    def off(day: date) -> OfficialDay | None:
        return OFF if day == on("06-23") else None

    move = replace(TUESDAYS, holidays=Holidays.MOVE)
    made = made_by(repeats(move), on("12-31"), official=off)
    assert (made[1].meant, made[1].when.first) == (on("06-23"), on("06-24"))
    changed, target = shifted(move, on("06-16"), on("06-17"))
    steps = planned(made, repeats(changed), target=target, official=off)
    assert said(steps)[1] == "06-24 stays"
    assert steps[1].meant == on("06-24")


def test_what_is_left_out_is_not_made_and_ends_what_was_there() -> None:
    made = made_by(repeats(TUESDAYS), on("12-31"))
    without = replace(TUESDAYS, exceptions=frozenset({on("06-30")}), count=3)
    steps = planned(made, repeats(without))
    assert said(steps) == ["06-16 stays", "06-23 stays", "06-30 gone", "07-07 stays"]
    assert steps[2].why is Skip.EXCEPTION


def test_dates_of_two_rules_that_become_the_same_day_are_one() -> None:
    made = made_by(repeats(TUESDAYS), on("06-16"))
    twin = Made(9, on("06-16"), Span(on("06-17"), on("06-17"), TEN, ELEVEN), False, True)
    steps = planned([*made, twin], repeats(replace(TUESDAYS, count=1)))
    assert said(steps) == ["06-16 stays", "06-17 kept"]


def test_steps_come_in_the_order_of_their_days() -> None:
    made = made_by(repeats(TUESDAYS), on("12-31"), people="07-07")
    steps = planned(made, repeats(replace(TUESDAYS, weekdays=(MONDAY,), count=3)), kinds=(Kind.WEEKLY,))
    assert [step.day for step in steps] == sorted(step.day for step in steps)


def test_the_digest_tells_every_other_plan_apart() -> None:
    made = made_by(repeats(TUESDAYS), on("12-31"), people="06-23")
    fortnightly = repeats(replace(TUESDAYS, interval=2, count=2))
    plans = [
        planned(made, repeats(TUESDAYS)),
        planned(made, repeats(TUESDAYS, time(15), time(16))),
        planned(made, repeats(TUESDAYS, TEN, time(12))),
        planned(made[1:], repeats(TUESDAYS)),
        planned(made, repeats(TUESDAYS), elsewhere=(1,)),
        planned(made, repeats(TUESDAYS), elsewhere=(2,)),
        planned(made, fortnightly),
        planned(made, fortnightly, keep=False),
        planned([replace(made[0], fixed=True), *made[1:]], repeats(TUESDAYS)),
        [],
    ]
    assert len({digest(steps) for steps in plans}) == len(plans)
    assert digest(planned(made, repeats(TUESDAYS))) == digest(plans[0])
    assert digest(plans[0], "this room") != digest(plans[0], "another room")


# The rule that means another day instead

SHIFTS: list[tuple[Rule, str, str, dict[str, Any]]] = [
    (TUESDAYS, "06-16", "06-18", {"weekdays": (THURSDAY,)}),
    (TUESDAYS, "06-16", "06-25", {"weekdays": (THURSDAY,)}),
    (
        rule(Kind.WEEKLY, "06-09", weekdays=(TUESDAY, FRIDAY)),
        "06-16",
        "06-15",
        {"weekdays": (MONDAY, FRIDAY)},
    ),
    (
        rule(Kind.WEEKLY, "06-09", weekdays=(TUESDAY,), interval=2),
        "06-23",
        "07-02",
        {"weekdays": (THURSDAY,)},
    ),
    (rule(Kind.MONTHLY_DAY, "06-05", month_day=5), "07-05", "07-08", {"month_day": 8}),
    (rule(Kind.MONTHLY_DAY, "06-01", month_day=-1), "06-30", "06-29", {"month_day": 29}),
    (rule(Kind.MONTHLY_DAY, "06-01", month_day=-1), "06-30", "07-31", {"month_day": -1}),
    (rule(Kind.MONTHLY_DAY, "06-01", month_day=30), "06-30", "07-31", {"month_day": 31}),
    (
        rule(Kind.MONTHLY_WEEKDAY, "06-01", nth=2, weekday=SATURDAY),
        "06-13",
        "06-16",
        {"nth": 3, "weekday": TUESDAY},
    ),
    (
        rule(Kind.MONTHLY_WEEKDAY, "06-01", nth=-1, weekday=SATURDAY),
        "06-27",
        "06-28",
        {"nth": -1, "weekday": SUNDAY},
    ),
    (
        rule(Kind.MONTHLY_WEEKDAY, "06-01", nth=-1, weekday=SATURDAY),
        "06-27",
        "06-20",
        {"nth": 3, "weekday": SATURDAY},
    ),
    (rule(Kind.YEARLY_DAY, "03-05", month=3, month_day=5), "03-05", "04-01", {"month": 4, "month_day": 1}),
    (rule(Kind.YEARLY_DAY, "02-01", month=2, month_day=-1), "02-28", "03-31", {"month": 3, "month_day": -1}),
    (rule(Kind.YEARLY_LUNAR, "09-01", lunar_month=8, lunar_day=15), "09-25", "09-24", {"offset_days": -1}),
    (rule(Kind.YEARLY_TERM, "04-01", term="qingming"), "04-05", "04-07", {"offset_days": 2}),
    (
        rule(Kind.YEARLY_TERM, "03-01", term="qingming", before_weekday=SATURDAY),
        "04-04",
        "04-03",
        {"before_weekday": FRIDAY},
    ),
    (
        rule(Kind.DATES, "06-16", dates=(on("06-16"), on("07-01"), on("08-03"))),
        "07-01",
        "07-02",
        {"dates": (on("07-02"), on("08-04"))},
    ),
]


@pytest.mark.parametrize(
    ("old", "meant", "to", "parts"), SHIFTS, ids=[f"{row[0].kind} {row[1]} to {row[2]}" for row in SHIFTS]
)
def test_a_rule_of_each_kind_goes_where_one_of_its_dates_goes(
    old: Rule, meant: str, to: str, parts: dict[str, Any]
) -> None:
    changed, target = shifted(old, on(meant), on(to))
    month = changed.month  # a part that is read only of some kinds
    assert changed == replace(old, **{"starts_on": on(to), "month": month} | parts)
    assert target(on(meant)) == on(to)
    bare = replace(changed, ends_on=None, count=None)
    assert on(to) in takes_place(expand(bare, on(to), on(to), never))


@pytest.mark.parametrize(
    ("old", "meant", "to"),
    [
        (rule(Kind.WEEKLY, "06-09", weekdays=(TUESDAY, FRIDAY)), "06-16", "06-19"),  # on it already
        (rule(Kind.WEEKLY, "06-09", weekdays=(TUESDAY, FRIDAY), interval=2), "06-09", "06-15"),
        (TUESDAYS, "06-17", "06-18"),  # it does not mean that day
        (TUESDAYS, "06-17", "06-17"),
        (rule(Kind.MONTHLY_DAY, "06-01", month_day=5), "06-20", "06-20"),
        (rule(Kind.MONTHLY_WEEKDAY, "06-01", nth=2, weekday=SATURDAY), "06-20", "06-20"),
        (rule(Kind.YEARLY_DAY, "03-05", month=3, month_day=5), "04-01", "04-01"),
        (rule(Kind.DATES, "06-16", dates=(on("06-16"),)), "06-17", "06-18"),
        (rule(Kind.YEARLY_TERM, "04-01", term="qingming", offset_days=60), "06-04", "06-05"),
        (rule(Kind.YEARLY_TERM, "03-01", term="qingming", before_weekday=SATURDAY), "04-04", "04-06"),
    ],
)
def test_where_there_is_no_such_rule_it_says_so(old: Rule, meant: str, to: str) -> None:
    with pytest.raises(Refused) as refused:
        shifted(old, on(meant), on(to))
    assert refused.value.field == "first_day"


def test_only_the_weekday_that_is_moved_moves() -> None:
    _changed, target = shifted(
        rule(Kind.WEEKLY, "06-09", weekdays=(TUESDAY, FRIDAY)), on("06-16"), on("06-17")
    )
    assert [target(on(day)) for day in ("06-16", "06-19", "06-23")] == [on("06-17"), on("06-19"), on("06-24")]


def test_a_day_is_alone_in_its_week_month_or_year() -> None:
    assert period_of(Kind.WEEKLY)(on("06-21")) == on("06-15")
    assert period_of(Kind.WEEKLY, Kind.DATES)(on("06-15")) == on("06-15")
    assert period_of(Kind.MONTHLY_DAY, Kind.WEEKLY)(on("06-21")) == on("06-01")
    assert period_of(Kind.WEEKLY, Kind.MONTHLY_WEEKDAY)(on("06-21")) == on("06-01")
    for kind in (Kind.YEARLY_DAY, Kind.YEARLY_LUNAR, Kind.YEARLY_TERM):
        assert period_of(Kind.WEEKLY, kind)(on("06-21")) == on("01-01")
    assert period_of(Kind.DATES)(on("06-21")) == on("06-21")


def test_a_rule_keeps_step_with_its_weeks_months_and_years() -> None:
    fortnightly = rule(Kind.WEEKLY, "06-09", weekdays=(TUESDAY,), interval=2)
    assert in_step(fortnightly, on("06-23"), on("06-23")) == on("06-23")
    assert in_step(fortnightly, on("06-16"), on("06-23")) == on("06-14")
    assert in_step(fortnightly, on("06-10"), on("07-07")) == on("06-10")
    quarterly = rule(Kind.MONTHLY_DAY, "01-05", month_day=5, interval=3)
    assert in_step(quarterly, on("06-10"), on("07-05")) == on("04-30")
    leap = rule(Kind.YEARLY_DAY, "2020-02-29", month=2, month_day=29, interval=4)
    assert in_step(leap, on("06-10"), on("2028-02-29")) == on("06-10")
    assert in_step(fortnightly, on("06-30"), on("06-23")) == on("06-23")


def test_the_next_day_meant_is_one_of_the_rules_own() -> None:
    ended = replace(TUESDAYS, count=1, extra=frozenset({on("06-18")}))
    assert next_meant(ended, on("06-18")) == on("06-23")
    assert next_meant(ended, on("06-23")) == on("06-23")
    assert next_meant(rule(Kind.DATES, "06-16", dates=(on("06-16"),)), on("06-20")) == on("06-20")


# What holds for every rule


def rules() -> st.SearchStrategy[Rule]:
    starts = st.dates(date(2025, 12, 1), date(2026, 12, 31))
    weekdays = st.lists(st.integers(0, 6), min_size=1, max_size=5, unique=True).map(tuple)
    kinds: dict[Kind, dict[str, st.SearchStrategy[Any]]] = {
        Kind.WEEKLY: {"weekdays": weekdays, "interval": st.integers(1, 4)},
        Kind.MONTHLY_DAY: {"month_day": st.sampled_from((-1, *range(1, 32))), "interval": st.integers(1, 4)},
        Kind.MONTHLY_WEEKDAY: {"nth": st.sampled_from((-1, 1, 2, 3, 4, 5)), "weekday": st.integers(0, 6)},
        Kind.YEARLY_DAY: {"month": st.integers(1, 12), "month_day": st.sampled_from((-1, 1, 15, 28))},
        Kind.YEARLY_LUNAR: {
            "lunar_month": st.integers(1, 12),
            "lunar_day": st.sampled_from((-1, 1, 15, 29)),
            "before_weekday": st.one_of(st.none(), st.integers(0, 6)),
        },
        Kind.YEARLY_TERM: {"term": st.sampled_from(lunar.TERMS), "offset_days": st.integers(-50, 50)},
        Kind.DATES: {},
    }
    listed = st.lists(st.integers(0, 300), min_size=1, max_size=20, unique=True)

    def finish(made: Rule, days: list[int], ends: str, number: int) -> Rule:
        if made.kind is Kind.DATES:
            made = replace(made, dates=tuple(made.starts_on + day * DAY for day in sorted(days)))
        if ends == "count":
            made = replace(made, count=number)
        if ends == "day":
            made = replace(made, ends_on=made.starts_on + 20 * number * DAY)
        return made

    def built(kind: Kind) -> st.SearchStrategy[Rule]:
        return st.builds(
            finish,
            st.builds(
                Rule,
                st.just(kind),
                starts,
                holidays=st.sampled_from(Holidays),
                make_up=st.sampled_from(MakeUp),
                **kinds[kind],
            ),
            listed,
            st.sampled_from(("open", "open", "count", "day")),
            st.integers(1, 20),
        )

    return st.sampled_from(Kind).flatmap(built)


def is_sound(of: Rule) -> bool:
    try:
        check(of)
    except Refused:
        return False
    return True


RULES = rules().filter(is_sound)
HANDS = st.lists(st.sampled_from(("", "", "fixed", "people", "both")), min_size=1, max_size=30)


def with_hands(of: Repeats, hands: list[str]) -> list[Made]:
    """Return what a rule makes within some years, in part changed by hand, in part with people."""
    found = [
        one
        for one in expand(of.rule, of.rule.starts_on, of.rule.starts_on + LONG, now_and_then)
        if one.skipped is None
    ]
    made = []
    for number, one in enumerate(found):
        hand = hands[number % len(hands)]
        fixed, when = hand in ("fixed", "both"), of.span_on(one.day)
        if fixed and number % 2:
            when = Span(one.day + DAY, one.day + DAY, time(19), time(20))
        made.append(Made(number + 1, one.meant, when, fixed, hand in ("people", "both")))
    return made


def hold(made: list[Made], new: Repeats, found: list[Found], steps: list[Step], keep: bool) -> None:
    """Check what is true of every plan."""
    assert sorted(step.id for step in steps if step.id is not None) == [one.id for one in made]
    by_id = {step.id: step for step in steps if step.id is not None}
    for one in made:
        step = by_id[one.id]
        assert step.was == one.when
        assert one.fixed == (step.fate is Fate.BY_HAND)
        if one.fixed:
            assert step.becomes == one.when
        if step.fate is Fate.KEPT:
            assert one.people
            assert keep
            assert step.becomes == one.when
        if step.fate is Fate.GONE:
            assert not (one.people and keep)
    meant = {one.meant: one for one in found}
    for step in steps:
        if step.fate in (Fate.MOVES, Fate.STAYS, Fate.NEW):
            assert step.meant is not None
            to = meant[step.meant]
            assert to.skipped is None
            assert step.becomes == new.span_on(to.day)
        if step.fate is Fate.STAYS:
            assert step.becomes == step.was
        if step.fate in (Fate.KEPT, Fate.GONE):
            assert step.meant is None
    by_rule = [
        step.becomes.first
        for step in steps
        if step.becomes and step.fate in (Fate.MOVES, Fate.STAYS, Fate.NEW)
    ]
    assert len(by_rule) == len({*by_rule})
    named = [step.meant for step in steps if step.meant is not None]
    assert len(named) == len({*named})
    # Whatever the new rule holds is held, by the rule or by a hand.
    assert {one.meant for one in found if one.skipped is None} <= {*named}


@settings(deadline=None, max_examples=150)
@given(RULES, HANDS, st.integers(-20, 20), st.integers(0, 30), st.booleans())
def test_a_shifted_row_loses_nothing_and_goes_only_where_its_rule_means(
    old: Rule, hands: list[str], by: int, which: int, keep: bool
) -> None:
    before = repeats(old)
    made = with_hands(before, hands)
    meant = [one.meant for one in made if not one.fixed]
    assume(meant)
    since = meant[which % len(meant)]
    made = [one for one in made if one.meant >= since]
    try:
        changed, target = shifted(old, since, since + by * DAY)
    except Refused:
        assume(False)
    changed = replace(changed, ends_on=None, count=None)
    after = repeats(changed, time(15), time(16))
    found = expand(changed, changed.starts_on, since + LONG, now_and_then)
    hold(
        made,
        after,
        found,
        plan(made, after, found, target, period_of(old.kind, changed.kind), (), keep),
        keep,
    )


@settings(deadline=None, max_examples=100)
@given(RULES, RULES, HANDS, st.booleans())
def test_any_other_rule_loses_nothing_and_goes_only_where_it_means(
    old: Rule, new: Rule, hands: list[str], keep: bool
) -> None:
    made = with_hands(repeats(old), hands)
    after = repeats(new)
    found = expand(new, new.starts_on, new.starts_on + LONG, now_and_then)
    steps = plan(made, after, found, same, period_of(old.kind, new.kind), (), keep)
    hold(made, after, found, steps, keep)
    assert all(earlier.day <= later.day for earlier, later in pairwise(steps))


@settings(deadline=None, max_examples=150)
@given(RULES, st.integers(-20, 20))
def test_shifted_there_and_back_it_means_the_same_days(old: Rule, by: int) -> None:
    old = replace(old, ends_on=None, count=None)
    first = next(one.meant for one in expand(old, old.starts_on, old.starts_on + 2 * LONG, never))
    try:
        there, target = shifted(old, first, first + by * DAY)
        back, home = shifted(there, first + by * DAY, first)
    except Refused:
        assume(False)
    # The last day, once it is another, is that day of the month from then on.
    assume((old.month_day == -1) == (there.month_day == -1) and (old.nth == -1) == (there.nth == -1))
    assert home(target(first)) == first
    until = first + 2 * LONG
    assert expand(back, first, until, never) == expand(replace(old, starts_on=first), first, until, never)
