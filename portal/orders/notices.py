"""Tell askers and team leaders what became of an order: through a channel, or by a call from the station."""

from sqlalchemy.orm import Session

from portal.clock import local
from portal.i18n import _, in_default_language, moment_label, short_day
from portal.messages.actions import tell
from portal.orders.models import Order
from portal.stations.shell import phone_channel
from portal.volunteers.models import Team, Volunteer
from portal.volunteers.shift_notices import about


def link_of(order_id: int) -> str:
    """Return where staff see the order that a message is about."""
    return f"/staff/orders/{order_id}"


def received(session: Session, order: Order) -> None:
    """Tell that the order is there; who orders sees it at once, so nobody calls for this."""
    with in_default_language():
        text = _("Your order “%(title)s” is in. Reference %(reference)s.", **_about(order))
    _tell_asker(session, order, "received", text, calls=False)


def sent_back(session: Session, order: Order, note: str) -> None:
    """Ask for a word more."""
    with in_default_language():
        text = _(
            "About your order “%(title)s” (%(reference)s) we need a word more: %(note)s. "
            "Please answer until %(day)s.",
            **_about(order),
            day=short_day(local(order.due_at).date()) if order.due_at else "",
            note=note.strip().rstrip("。.!！"),
        )
    _tell_asker(session, order, "sent_back", text)


def refused(session: Session, order: Order, note: str) -> None:
    """Tell that it cannot be done, and why."""
    with in_default_language():
        text = _(
            "Your order “%(title)s” (%(reference)s) cannot be done: %(note)s", **_about(order), note=note
        )
    _tell_asker(session, order, "refused", text)


def accepted(session: Session, order: Order, team: Team) -> None:
    """Tell that a team has taken it, and when it comes if that is settled."""
    with in_default_language():
        if order.starts_at is None:
            text = _(
                "%(team)s has taken your order “%(title)s” (%(reference)s) and rings you about the time.",
                **_about(order),
                team=team.name,
            )
        else:
            text = _(
                "%(team)s has taken your order “%(title)s” (%(reference)s) and comes on %(when)s.",
                **_about(order),
                team=team.name,
                when=moment_label(order.starts_at),
            )
    _tell_asker(session, order, "accepted", text)


def scheduled(session: Session, order: Order, word: str = "") -> None:
    """Tell when the team comes, with a word of theirs."""
    if order.starts_at is None:
        return
    with in_default_language():
        text = _(
            "Your order “%(title)s” (%(reference)s): the team comes on %(when)s.",
            **_about(order),
            when=moment_label(order.starts_at),
        )
    _tell_asker(session, order, "scheduled", f"{text} {word}".strip())


def date_off(session: Session, order: Order, reason: str) -> None:
    """Tell that the activity made of the order does not take place; another time is settled."""
    with in_default_language():
        text = _(
            "Your order “%(title)s” (%(reference)s): it does not take place on %(when)s. %(reason)s "
            "We settle another time and tell you.",
            **_about(order),
            when=moment_label(order.starts_at) if order.starts_at else "",
            reason=reason,
        )
    _tell_asker(session, order, "date_off", text)


def taken_back(session: Session, order: Order) -> None:
    """Tell the asker that another team is being looked for."""
    with in_default_language():
        text = _(
            "Your order “%(title)s” (%(reference)s): we are looking for another team and tell you.",
            **_about(order),
        )
    _tell_asker(session, order, "taken_back", text)


def cancelled(session: Session, order: Order, note: str) -> None:
    """Tell that the network cannot do it after all, and why."""
    with in_default_language():
        text = _("Your order “%(title)s” (%(reference)s) is cancelled: %(note)s", **_about(order), note=note)
    _tell_asker(session, order, "cancelled", text)


def please_rate(session: Session, order: Order, turn: int) -> None:
    """Ask for a rating, and remind: `turn` is 0 when the service is done, then 1, 2. Nobody calls for it."""
    with in_default_language():
        text = _(
            "“%(title)s” (%(reference)s) is done. Were you satisfied? Say so on the page of your order; "
            "you find it under “Mine” with your number and the reference.",
            **_about(order),
        )
    _tell_asker(session, order, f"please_rate:{turn}", text, calls=False)


def asked(session: Session, order: Order, team: Team, turn: int) -> None:
    """Ask the leader of a team whether it takes an order; `turn` is the id of the offer."""
    with in_default_language():
        text = _(
            "Would %(team)s take “%(title)s” (%(reference)s)? Please answer by %(when)s.",
            **_about(order),
            team=team.name,
            when=moment_label(order.due_at) if order.due_at else "",
        )
    tell_leader(session, order, team, f"asked:{turn}", text)


def not_any_more(session: Session, order: Order, team: Team, turn: int, note: str) -> None:
    """Tell the leader of a team that it need not go: withdrawn, cancelled, or given to another."""
    with in_default_language():
        text = _(
            "%(team)s need not go for “%(title)s” (%(reference)s) any more. %(note)s",
            **_about(order),
            team=team.name,
            note=note,
        )
    tell_leader(session, order, team, f"not_any_more:{turn}", text)


def hurried(session: Session, order: Order, team: Team, turn: int, note: str) -> None:
    """Ask the leader of a team to hurry; `turn` is the id of the step."""
    with in_default_language():
        text = _(
            "%(team)s, please see to “%(title)s” (%(reference)s). %(note)s",
            **_about(order),
            team=team.name,
            note=note,
        )
    tell_leader(session, order, team, f"hurried:{turn}", text)


def named(session: Session, order: Order, volunteer_id: int) -> None:
    """Tell a volunteer that they go for an order; where, their own page says from the day before on."""
    with in_default_language():
        text = _("You go for “%(title)s” on %(when)s. If you cannot, say so soon.", **_time_of(order))
    _tell_helper(session, order, volunteer_id, "named", text)


def time_changed(session: Session, order: Order, volunteer_id: int) -> None:
    """Tell a volunteer who goes for an order that the time has changed."""
    with in_default_language():
        text = _("“%(title)s” is on %(when)s now. If you cannot, say so soon.", **_time_of(order))
    _tell_helper(session, order, volunteer_id, "time_changed", text)


def not_needed(session: Session, order: Order, volunteer_id: int, why: str) -> None:
    """Tell a volunteer that they need not go for an order after all."""
    with in_default_language():
        text = _("You need not go for “%(title)s” on %(when)s. %(why)s", **_time_of(order), why=why)
    _tell_helper(session, order, volunteer_id, "not_needed", text.strip())


def cannot_come(session: Session, order: Order, team: Team, name: str, step_id: int) -> None:
    """Tell the leader of a team that somebody who was named cannot go."""
    with in_default_language():
        text = _("%(name)s cannot go for “%(title)s” on %(when)s.", **_time_of(order), name=name)
    tell_leader(session, order, team, f"cannot_come:{step_id}", text)


def _time_of(order: Order) -> dict[str, str]:
    return {"title": order.title, "when": moment_label(order.starts_at) if order.starts_at else ""}


def _tell_helper(session: Session, order: Order, volunteer_id: int, kind: str, text: str) -> None:
    volunteer = session.get_one(Volunteer, volunteer_id)
    channel = phone_channel()
    tell(
        session,
        kind=f"order.{kind}",
        dedupe=f"order:{order.id}:helper:{volunteer_id}:{kind}:{order.changed_at.isoformat()}",
        station_id=volunteer.station_id,
        recipient=volunteer.name,
        address=f"{channel}:volunteer/{volunteer.id}" if channel and volunteer.phone else "",
        text=text,
        link=link_of(order.id),
        about=about(volunteer.id),
    )


def _about(order: Order) -> dict[str, str]:
    return {"title": order.title, "reference": order.reference}


def tell_leader(session: Session, order: Order, team: Team, kind: str, text: str) -> None:
    """Tell the leader of a team; a team without one stands on the call list of its station."""
    leader = session.get(Volunteer, team.leader_id) if team.leader_id else None
    channel = phone_channel()
    tell(
        session,
        kind=f"order.{kind.split(':')[0]}",
        dedupe=f"order:{order.id}:team:{team.id}:{kind}",
        station_id=team.station_id,
        recipient=leader.name if leader else team.name,
        address=f"{channel}:volunteer/{leader.id}" if leader and channel and leader.phone else "",
        text=text,
        link=link_of(order.id),
        about=about(leader.id) if leader else "",
    )


def _tell_asker(session: Session, order: Order, kind: str, text: str, calls: bool = True) -> None:
    channel = phone_channel()
    tell(
        session,
        kind=f"order.{kind.split(':')[0]}",
        dedupe=f"order:{order.id}:{kind}:{order.changed_at.isoformat()}",
        station_id=order.station_id,
        recipient=order.name,
        address=f"{channel}:order/{order.id}" if channel and order.phone else "",
        text=text,
        link=link_of(order.id),
        calls=calls,
    )
