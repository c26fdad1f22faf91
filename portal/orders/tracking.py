"""Tell whoever ordered how far it is: five steps with dates, what happens now, until when, what went on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.clock import local, now, today
from portal.i18n import (
    _,
    clock_time,
    day_name,
    moment_label,
    pgettext,
    short_day,
    weekday_short,
)
from portal.orders.flow import BEFORE_SERVICE, Act, Reads, State
from portal.orders.labels import ACTS, GRADES
from portal.orders.models import Order, OrderStep, Place
from portal.orders.queries import note_for
from portal.stations.queries import in_language

# How many of the five steps are done in a state.
DONE = {
    State.SUBMITTED: 1,
    State.RETURNED: 1,
    State.ADMITTED: 1,
    State.OFFERED: 2,
    State.ACCEPTED: 3,
    State.SCHEDULED: 3,
    State.SERVING: 3,
    State.RATING: 4,
    State.FOLLOW_UP: 4,
    State.CLOSED: 4,
}
OFF = (State.REFUSED, State.WITHDRAWN, State.CANCELLED)
# Where nothing is asked of whoever looks, the page looks again by itself.
WAITS = (
    State.SUBMITTED,
    State.ADMITTED,
    State.OFFERED,
    State.ACCEPTED,
    State.SCHEDULED,
    State.SERVING,
    State.FOLLOW_UP,
)
ASKERS = (Act.SUBMIT, Act.ANSWER, Act.RATE, Act.CALL_BACK, Act.REOPEN, Act.WITHDRAW)
OFFERS = (Act.OFFER, Act.ASK_NEXT)
PASSED_ON = (Act.DECLINE, Act.EXPIRE, Act.REDISPATCH)
UNTOLD = (Act.DRAFT, Act.NOTE)  # what only staff read


@dataclass(frozen=True, slots=True)
class Mark:
    """One of the five steps: its character, its name, done or current, and when."""

    character: str
    label: str
    kind: str  # done, cur or empty
    when: str


@dataclass(frozen=True, slots=True)
class Line:
    """One step of the history as whoever ordered reads it."""

    title: str
    when: str
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class News:
    """What happens now: a kind of notice (ok, inf, warn or err2) and its sentences."""

    kind: str
    sentences: tuple[str, ...]


def moment_said(moment: datetime) -> str:
    """Say a moment as people do: today or tomorrow with its time, else the day."""
    day = local(moment).date()
    if 0 <= (day - today()).days <= 1:
        return _("%(day)s %(time)s", day=day_name(day), time=clock_time(moment))
    return moment_label(moment)


def until_said(moment: datetime) -> str:
    """Say a deadline in words: by the end of today, of tomorrow, of Wednesday, of 30 November."""
    day = local(moment).date()
    if day == today():
        return pgettext("deadline", "by the end of today")
    if day == today() + timedelta(days=1):
        return pgettext("deadline", "by the end of tomorrow")
    if day > today() and day.isocalendar()[:2] == today().isocalendar()[:2]:
        return pgettext("deadline", "by the end of %(day)s", day=weekday_short(day.weekday()))
    return pgettext("deadline", "by the end of %(day)s", day=short_day(day))


def service_said(order: Order) -> str:
    """Say when the team comes, as it was settled: 11 月 27 日 周五 9:00–10:00."""
    if order.starts_at is None or order.ends_at is None:
        return ""
    day = local(order.starts_at).date()
    return _(
        "%(day)s %(weekday)s %(begins)s–%(ends)s",
        day=short_day(day),
        weekday=weekday_short(day.weekday()),
        begins=clock_time(order.starts_at),
        ends=clock_time(order.ends_at),
    )


def is_late(order: Order) -> bool:
    """Say whether somebody of the network or a team should have acted by now."""
    waits = order.state in WAITS and order.state not in (State.SCHEDULED, State.SERVING)
    return waits and order.due_at is not None and order.due_at < now()


def latest_run(steps: Sequence[OrderStep]) -> list[OrderStep]:
    """Return the steps, the last first, since the order was made or last taken up again."""
    run: list[OrderStep] = []
    for step in steps:
        run.append(step)
        if step.act is Act.REOPEN:
            break
    return run


def marks(order: Order, steps: Sequence[OrderStep]) -> list[Mark]:
    """Return the five steps of an order, whose steps come the last first."""
    run = latest_run(steps)
    done, current = _reached(order, run)
    when = [
        moment_said(order.created_at),
        _at(run, OFFERS),
        _at(run, (Act.ACCEPT,)),
        moment_said(order.served_at) if order.served_at else "",
        moment_said(order.rated_at) if order.rated_at else "",
    ]
    found = []
    for place, (character, label) in enumerate(_names()):
        kind = "done" if place < done else "cur" if place == current else ""
        said = when[place] if place < done else _awaited(order) if place == current else ""
        found.append(Mark(character, label, kind, said))
    return found


def _names() -> list[tuple[str, str]]:
    return [
        (pgettext("step of an order, one character", "1"), pgettext("step of an order", "Ordered")),
        (pgettext("step of an order, one character", "2"), pgettext("step of an order", "Dispatched")),
        (pgettext("step of an order, one character", "3"), pgettext("step of an order", "Accepted")),
        (pgettext("step of an order, one character", "4"), pgettext("step of an order", "Served")),
        (pgettext("step of an order, one character", "5"), pgettext("step of an order", "Rated")),
    ]


def _reached(order: Order, run: Sequence[OrderStep]) -> tuple[int, int | None]:
    """Return how many steps are done, and the place of the current one if it goes on."""
    if order.state in OFF:
        before = next((step.before for step in run if step.after is order.state and step.before), None)
        return DONE.get(before, 1) if before else 1, None
    if order.state is State.CLOSED:
        return (5 if order.grade else 4), None
    return DONE.get(order.state, 1), DONE.get(order.state, 1)


def _at(run: Sequence[OrderStep], acts: Sequence[Act]) -> str:
    return next((moment_said(step.at) for step in run if step.act in acts), "")


def _awaited(order: Order) -> str:
    if order.state is State.SCHEDULED and order.starts_at:
        return moment_said(order.starts_at)
    words = {
        State.SUBMITTED: _("being looked at"),
        State.RETURNED: _("waits for your word"),
        State.ADMITTED: _("a team is looked for"),
        State.OFFERED: _("waits for an answer"),
        State.ACCEPTED: _("time to be settled"),
        State.SERVING: _("under way"),
        State.RATING: _("your turn"),
        State.FOLLOW_UP: _("we ring you"),
    }
    return words.get(order.state, "")


def news(order: Order, steps: Sequence[OrderStep]) -> News:
    """Say what happens now, and until when."""
    run = latest_run(steps)
    kind, sentences = NEWS[order.state](order, run)
    if is_late(order):
        kind = "warn"
        escalated = run[0].act is Act.ESCALATE if run else False
        sentences = [
            *sentences,
            _("This is later than promised; the level above knows and sees to it.")
            if escalated
            else _("This is later than promised; we are seeing to it. If it presses, ring the station."),
        ]
    return News(kind, tuple(filter(None, sentences)))


Said = tuple[str, list[str]]


def _submitted(order: Order, run: Sequence[OrderStep]) -> Said:
    station = in_language(order.station.name, order.station.name_en)
    if run[0].act is Act.ANSWER:
        return "inf", [_("Your word is there. %(station)s answers %(until)s.", **_who_until(order, station))]
    return "inf", [_("It is with %(station)s, who answer %(until)s.", **_who_until(order, station))]


def _who_until(order: Order, station: str) -> dict[str, str]:
    return {"station": station, "until": _until(order)}


def _until(order: Order) -> str:
    if order.due_at is None or order.due_at < now():  # a promise that is broken is not said again
        return _("soon")
    return until_said(order.due_at)


def _returned(order: Order, run: Sequence[OrderStep]) -> Said:
    said = [_("Before we go on we need a word more from you:"), _note(run, Act.RETURN)]
    if order.due_at is not None:
        day = short_day(local(order.due_at).date())
        said.append(
            _("You can answer until %(day)s; without a word by then the order is cancelled.", day=day)
        )
    return "warn", said


def _admitted(order: Order, run: Sequence[OrderStep]) -> Said:
    until = _until(order)
    if run[-1].act is Act.REOPEN and not any(step.act in OFFERS for step in run):
        return "inf", [_("It is taken up again. A team is asked %(until)s.", until=until)]
    if any(step.act in PASSED_ON for step in run):
        return "inf", [
            _("We are looking for another team that is free; it is asked %(until)s.", until=until),
            _("You need not order again."),
        ]
    return "inf", [
        _("It is admitted, and the right team is looked for; it is asked %(until)s.", until=until),
        _("Then we tell you who comes."),
    ]


def _offered(order: Order, run: Sequence[OrderStep]) -> Said:
    asked = [step for step in run if step.act in OFFERS]
    team = asked[0].team.name if asked and asked[0].team else ""
    first = (
        _("Now %(team)s is asked, which answers %(until)s.", team=team, until=_until(order))
        if len(asked) > 1
        else _("It has gone to %(team)s, which answers %(until)s.", team=team, until=_until(order))
    )
    return "inf", [
        first,
        _("Without an answer by then we ask another team; you need not order again."),
    ]


def _accepted(order: Order, run: Sequence[OrderStep]) -> Said:
    team = order.team.name if order.team else ""
    return "ok", [
        _("%(team)s has taken it, and rings you about the time %(until)s.", team=team, until=_until(order))
    ]


def _scheduled(order: Order, run: Sequence[OrderStep]) -> Said:
    given = {"team": order.team.name if order.team else "", "when": service_said(order)}
    if order.place is Place.STATION:
        station = in_language(order.station.short_name, order.station.short_name_en)
        settled = _("%(team)s waits for you at %(station)s: %(when)s.", station=station, **given)
    else:
        settled = _("%(team)s comes to you: %(when)s.", **given)
    return "ok", [settled, _("If that does not suit you after all, ring the station.")]


def _serving(order: Order, run: Sequence[OrderStep]) -> Said:
    team = order.team.name if order.team else ""
    return "ok", [
        _("%(team)s is at it today.", team=team),
        _("When it is done, you say here how it was."),
    ]


def _rating(order: Order, run: Sequence[OrderStep]) -> Said:
    until = short_day(local(order.due_at).date()) if order.due_at else ""
    return "ok", [
        _("The service is done. How was it? You can say so until %(day)s; one tap will do.", day=until)
    ]


def _follow_up(order: Order, run: Sequence[OrderStep]) -> Said:
    return "warn", [
        _(
            "Thank you for saying so frankly. Somebody rings you %(until)s, to put it right.",
            until=_until(order),
        )
    ]


def _closed(order: Order, run: Sequence[OrderStep]) -> Said:
    if order.grade is None:
        return "ok", [_("It is closed. If something is not right yet, tell us.")]
    if any(step.act is Act.FINISH_CALL for step in run):
        return "ok", [_("We have spoken with you, and it is closed. Thank you for telling us.")]
    return "ok", [_("It is closed. Thank you for your rating.")]


def _refused(order: Order, run: Sequence[OrderStep]) -> Said:
    return "err2", [
        _("We are sorry, this we cannot do:"),
        _note(run, Act.REFUSE),
        _("Ring the station, and we look for another way together."),
    ]


def _withdrawn(order: Order, run: Sequence[OrderStep]) -> Said:
    return "inf", [_("It is withdrawn. If you need it after all, just order again.")]


def _cancelled(order: Order, run: Sequence[OrderStep]) -> Said:
    return "err2", [
        _("We are sorry, it had to be cancelled:"),
        _note(run, Act.CANCEL),
        _("You need not do anything. To try another day, just order again."),
    ]


NEWS: dict[State, Callable[[Order, Sequence[OrderStep]], Said]] = {
    State.SUBMITTED: _submitted,
    State.RETURNED: _returned,
    State.ADMITTED: _admitted,
    State.OFFERED: _offered,
    State.ACCEPTED: _accepted,
    State.SCHEDULED: _scheduled,
    State.SERVING: _serving,
    State.RATING: _rating,
    State.FOLLOW_UP: _follow_up,
    State.CLOSED: _closed,
    State.REFUSED: _refused,
    State.WITHDRAWN: _withdrawn,
    State.CANCELLED: _cancelled,
}


def _note(run: Sequence[OrderStep], act: Act) -> str:
    return next((note_for(step, Reads.ASKER) for step in run if step.act is act), "")


def told(steps: Sequence[OrderStep]) -> list[Line]:
    """Return the history as whoever ordered reads it, the last first; no team is blamed in it."""
    return [
        Line(_title(step), moment_said(step.at), _by(step), note_for(step, Reads.ASKER))
        for step in steps
        if step.act not in UNTOLD
    ]


def _title(step: OrderStep) -> str:
    team = step.team.name if step.team else ""
    if step.act in OFFERS and team:
        return _("Dispatched to %(team)s", team=team)
    if step.act is Act.ACCEPT and team:
        return _("%(team)s has taken it", team=team)
    if step.act in (Act.DECLINE, Act.EXPIRE):
        return _("Not free at the time; another team is looked for")
    if step.grade is not None:
        return _("Rated: %(grade)s", grade=GRADES[step.grade])
    return str(ACTS[step.act])


def _by(step: OrderStep) -> str:
    if step.station is not None:
        station = in_language(step.station.short_name, step.station.short_name_en)
        return _("%(station)s %(name)s", station=station, name=step.who)
    return pgettext("who did it", "you") if step.act in ASKERS and not step.who else ""


def may_withdraw(order: Order) -> bool:
    """Say whether whoever ordered may still withdraw it."""
    return order.state in BEFORE_SERVICE


def may_reopen(order: Order, days: int) -> bool:
    """Say whether a closed order may still be taken up again."""
    closed = order.closed_at
    return order.state is State.CLOSED and closed is not None and closed >= now() - timedelta(days=days)
