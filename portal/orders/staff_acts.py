"""Let staff take an order on, step by step, as the table of portal.orders.flow allows."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, url_for

from portal.access import WRITERS, actor, only, scope
from portal.activities.staff import bp
from portal.errors import OutOfDate, Refused
from portal.i18n import _
from portal.orders import dispatching, ordering, rating, serving
from portal.orders.models import Grade
from portal.orders.queries import helpers_of
from portal.orders.queries import order as order_in_scope
from portal.orders.repeated import carry_out
from portal.orders.staff import order_page
from portal.orders.staff_forms import (
    AcceptForm,
    AdmitForm,
    CompleteForm,
    RateForm,
    RefuseForm,
    TimesForm,
    note_form,
)
from portal.web.answers import go
from portal.web.forms import Form


def do(name: str, order_id: int, form: Form, work: Callable[[], None], told: str) -> Response:
    """Carry out a form's act once and go back to the order; or show what is wrong, as it stands now.

    Who comes second is told who was quicker (409), and reads again what they had typed.
    """
    if not form.validate():
        return order_page(order_id, 422, **{name: form})
    try:
        carry_out(name, order_id, actor(), form.key.data or "", work)
    except OutOfDate as refusal:
        return order_page(order_id, 409, fault=refusal.message, typed=_typed(form))
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return order_page(order_id, 422 if refusal.field else 409, **{name: form})
    flash(told)
    return go(url_for(".order", order_id=order_id))


def _typed(form: Form) -> str:
    note: Any = form._fields.get("note") or form._fields.get("words")
    return (note.data or "") if note is not None else ""


def _with_note(name: str, order_id: int, work: Callable[[str], None], told: str) -> Response:
    form = note_form(name)
    return do(name, order_id, form, lambda: work(form.note.data or ""), told)


@bp.post("/orders/<int:order_id>/admit")
@only(*WRITERS)
def admit_order(order_id: int) -> Response:
    """Admit an order (受理)."""
    form = AdmitForm(prefix="admit_")
    form.offer(order_in_scope(order_id, scope()))

    def work() -> None:
        dispatching.admit(order_id, actor(), form.title.data or "", form.kind, form.note.data or "")

    return do("admit", order_id, form, work, _("Admitted. Now it is to be dispatched."))


@bp.post("/orders/<int:order_id>/back")
@only(*WRITERS)
def send_order_back(order_id: int) -> Response:
    """Ask the asker for a word more (退回补充)."""
    return _with_note(
        "back",
        order_id,
        lambda note: dispatching.send_back(order_id, note, actor()),
        _("Sent back. The asker is asked for a word more."),
    )


@bp.post("/orders/<int:order_id>/answer")
@only(*WRITERS)
def answer_for_asker(order_id: int) -> Response:
    """Write down the word that the asker adds on the phone (补充)."""
    return _with_note(
        "answer",
        order_id,
        lambda note: ordering.answer(order_id, note, actor()),
        _("Written down. It is to be admitted again."),
    )


@bp.post("/orders/<int:order_id>/refuse")
@only(*WRITERS)
def refuse_order(order_id: int) -> Response:
    """Refuse an order (不予受理)."""
    form = RefuseForm(prefix="refuse_")
    form.offer()
    return do(
        "refuse",
        order_id,
        form,
        lambda: dispatching.refuse(order_id, form.told, actor()),
        _("Refused. The asker is told why."),
    )


@bp.post("/orders/<int:order_id>/accept")
@only(*WRITERS)
def accept_for_team(order_id: int) -> Response:
    """Write down that the team said yes on the phone (接单)."""
    form = AcceptForm(prefix="accept_")
    form.offer(order_in_scope(order_id, scope()))

    def work() -> None:
        starts, ends = form.span
        serving.accept(order_id, actor(), None, starts, ends, form.note.data or "")

    return do("accept", order_id, form, work, _("The team has it. The asker is told."))


@bp.post("/orders/<int:order_id>/decline")
@only(*WRITERS)
def decline_for_team(order_id: int) -> Response:
    """Write down that the team said no on the phone (退单)."""
    return _with_note(
        "decline",
        order_id,
        lambda note: serving.decline(order_id, note, actor()),
        _("Written down: the team does not take it."),
    )


@bp.post("/orders/<int:order_id>/redispatch")
@only(*WRITERS)
def redispatch_order(order_id: int) -> Response:
    """Take an order back from its team, to dispatch it anew (改派)."""
    return _with_note(
        "redispatch",
        order_id,
        lambda note: dispatching.redispatch(order_id, note, actor()),
        _("Taken back. Choose another team."),
    )


@bp.post("/orders/<int:order_id>/schedule")
@only(*WRITERS)
def schedule_order(order_id: int) -> Response:
    """Settle when the team comes (排期)."""
    form = TimesForm(prefix="schedule_")
    found = order_in_scope(order_id, scope())
    form.offer(found)

    def work() -> None:
        starts, ends = form.span
        if starts is not None and ends is not None:
            serving.schedule(order_id, starts, ends, actor(), None, _coming(order_id), form.note.data or "")

    return do("schedule", order_id, form, work, _("The time is settled. The asker is told."))


def _coming(order_id: int) -> list[int]:
    # Who was to come stays named when staff only move the time.
    return [one.volunteer_id for one in helpers_of(order_id)]


@bp.post("/orders/<int:order_id>/complete")
@only(*WRITERS)
def complete_for_team(order_id: int) -> Response:
    """Write down what the team tells of a service that is done (服务完成)."""
    form = CompleteForm(prefix="complete_")
    form.offer(order_in_scope(order_id, scope()), [], [])

    def work() -> None:
        serving.complete(order_id, form.served.data or 0, form.tenths, form.note.data or "", actor())

    return do("complete", order_id, form, work, _("Done. The asker is asked how it was."))


@bp.post("/orders/<int:order_id>/rate")
@only(*WRITERS)
def rate_by_phone(order_id: int) -> Response:
    """Write down how the asker rates it on the phone (评单); it is marked as asked by phone."""
    form = RateForm(prefix="rate_")
    form.offer()
    return do(
        "rate",
        order_id,
        form,
        lambda: rating.rate(order_id, Grade(form.grade.data), form.words.data or "", actor()),
        _("Written down, marked as asked by phone."),
    )


@bp.post("/orders/<int:order_id>/call")
@only(*WRITERS)
def finish_call(order_id: int) -> Response:
    """Close an order after the follow-up call (回访)."""
    return _with_note(
        "call",
        order_id,
        lambda note: rating.finish_call(order_id, note, actor()),
        _("Called back and closed."),
    )


@bp.post("/orders/<int:order_id>/reopen")
@only(*WRITERS)
def reopen_order(order_id: int) -> Response:
    """Take a closed order up again (重新办理)."""
    return _with_note(
        "reopen",
        order_id,
        lambda note: ordering.reopen(order_id, note, actor()),
        _("Taken up again. Now it is to be dispatched."),
    )


@bp.post("/orders/<int:order_id>/withdraw")
@only(*WRITERS)
def withdraw_for_asker(order_id: int) -> Response:
    """Withdraw an order for its asker (撤单)."""
    return _with_note(
        "withdraw", order_id, lambda note: ordering.withdraw(order_id, note, actor()), _("Withdrawn.")
    )


@bp.post("/orders/<int:order_id>/cancel")
@only(*WRITERS)
def cancel_order(order_id: int) -> Response:
    """Cancel an order for the network (已取消)."""
    return _with_note(
        "cancel",
        order_id,
        lambda note: dispatching.cancel(order_id, note, actor()),
        _("Cancelled. The asker is told why."),
    )


@bp.post("/orders/<int:order_id>/hurry")
@only(*WRITERS)
def hurry_order(order_id: int) -> Response:
    """Ask whoever has to act to hurry (催办)."""
    return _with_note(
        "hurry",
        order_id,
        lambda note: dispatching.hurry(order_id, note, actor()),
        _("Asked to hurry; it stands in the history."),
    )


@bp.post("/orders/<int:order_id>/note")
@only(*WRITERS)
def note_on_order(order_id: int) -> Response:
    """Write a note that only staff read."""
    return _with_note("note", order_id, lambda note: dispatching.remark(order_id, note, actor()), _("Noted."))
