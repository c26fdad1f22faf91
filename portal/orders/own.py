"""Let whoever holds the private link of an order follow it, answer, rate, withdraw and take it up again."""

from collections.abc import Sequence
from typing import Any

from flask import Response, current_app, flash, request, url_for

from portal.access import public
from portal.clock import today
from portal.contact import mask_name, mask_phone
from portal.errors import OutOfDate, Refused
from portal.i18n import _
from portal.orders import ordering, queries, rating, tracking
from portal.orders.flow import ENDED, State
from portal.orders.forms import AnswerForm, RatingForm, ReopenForm
from portal.orders.models import Grade, Order, OrderStep
from portal.orders.views import bp
from portal.registrations.kept import Kept
from portal.web.answers import go, page, show, wants_part
from portal.web.csrf import may_compress
from portal.web.forms import Form
from portal.web.qr import qr_path


@bp.get("/orders/<token>")
@public
def order_page(token: str) -> Response:
    """Show how far the order is; asked again by itself (`seen`), only what is new."""
    found = queries.by_token(token)
    steps = queries.steps_of(found.id)
    if wants_part() and request.args.get("seen") == _seen(found, steps):
        return Response(status=204)
    return _order_page(token, found, steps, 200)


def _seen(order: Order, steps: Sequence[OrderStep]) -> str:
    """Say by what one knows whether the page says anything new: its words change with the days, too."""
    last = steps[0].id if steps else 0
    return f"{last}.{today().toordinal()}.{tracking.is_late(order):d}"


def _order_page(
    token: str, order: Order, steps: Sequence[OrderStep], status: int, form: Form | None = None
) -> Response:
    # Whoever can make a browser ask for this page knows its secret already: it stands in the address.
    may_compress()
    return show(
        "orders/order.html",
        "order",
        status,
        token=token,
        form=form or _form_for(order),
        seen=_seen(order, steps),
        polls=order.state in tracking.WAITS,
        fresh=len(steps) == 1 and order.state is State.SUBMITTED,
        marks=tracking.marks(order, steps),
        news=tracking.news(order, steps),
        log=tracking.told(steps),
        may_withdraw=tracking.may_withdraw(order),
        may_reopen=tracking.may_reopen(order, current_app.config["ORDER_REOPEN_DAYS"]),
        over=order.state in ENDED,
        **_about(token, order),
    )


def _form_for(order: Order) -> Form | None:
    """Return the form that whoever ordered may fill in now, empty."""
    if order.state is State.RETURNED:
        return AnswerForm(formdata=None)
    if order.state is State.RATING:
        form = RatingForm(formdata=None)
        form.offer()
        return form
    if order.state is State.CLOSED:
        return ReopenForm(formdata=None)
    return None


def _about(token: str, order: Order) -> dict[str, Any]:
    """Return what every private page of an order shows of it."""
    return {
        "order": order,
        "station": order.station,
        "title": order.title or _("Small wish"),
        "name": mask_name(order.name),
        "phone": mask_phone(order.phone or ""),
        "service": tracking.service_said(order),
        "qr": qr_path(own_link(token)),
    }


def own_link(token: str) -> str:
    """Return the full address of a private link."""
    return str(current_app.config["PUBLIC_URL"]) + url_for("orders.order_page", token=token)


@bp.get("/orders/<token>/slip")
@public
def slip(token: str) -> Response:
    """Show the slip to print: large type, reference, code."""
    may_compress()
    return page("orders/slip.html", token=token, **_about(token, queries.by_token(token)))


@bp.get("/orders/<token>/withdraw")
@public
def confirm_withdraw(token: str) -> Response:
    """Ask whether the order is really withdrawn."""
    found = queries.by_token(token)
    if found.state is State.WITHDRAWN:
        return go(url_for(".order_page", token=token))
    return page(
        "orders/withdraw.html",
        token=token,
        form=Form(formdata=None),
        may_withdraw=tracking.may_withdraw(found),
        **_about(token, found),
    )


@bp.post("/orders/<token>/withdraw")
@public
def withdraw(token: str) -> Response:
    """Withdraw the order."""
    found = queries.by_token(token)
    try:
        ordering.withdraw(found.id)
    except OutOfDate:
        flash(_("It has begun or is over, so it can no longer be withdrawn here. Please ring the station."))
    else:
        flash(_("Withdrawn. Nobody comes for it now."))
    return go(url_for(".order_page", token=token))


@bp.post("/orders/<token>/answer")
@public
def answer(token: str) -> Response:
    """Take the word more that was asked for."""
    found = queries.by_token(token)
    form = AnswerForm()
    if not form.validate():
        return _again(token, found, form, State.RETURNED)
    try:
        ordering.answer(found.id, form.answer.data)
    except OutOfDate as refusal:
        flash(refusal.message)
    else:
        flash(_("Thank you. We go on with it."))
    return go(url_for(".order_page", token=token))


@bp.post("/orders/<token>/rating")
@public
def rate(token: str) -> Response:
    """Take the rating."""
    found = queries.by_token(token)
    form = RatingForm()
    form.offer()
    if not form.validate():
        return _again(token, found, form, State.RATING)
    try:
        rating.rate(found.id, Grade(form.grade.data), form.words.data or "")
    except OutOfDate:
        rated = queries.by_token(token).grade is not None
        flash(
            _("You have rated it already; the first rating counts.")
            if rated
            else _("It cannot be rated now.")
        )
    else:
        flash(_("Thank you. Your rating is noted."))
    return go(url_for(".order_page", token=token))


@bp.post("/orders/<token>/reopen")
@public
def reopen(token: str) -> Response:
    """Take a closed order up again."""
    found = queries.by_token(token)
    form = ReopenForm()
    if not form.validate():
        return _again(token, found, form, State.CLOSED)
    try:
        ordering.reopen(found.id, form.why.data)
    except OutOfDate as refusal:
        flash(refusal.message)
    except Refused as refusal:
        form.refuse("why", refusal.message)
        return _again(token, found, form, State.CLOSED)
    else:
        flash(_("Taken up again. You need not order anew."))
    return go(url_for(".order_page", token=token))


def _again(token: str, order: Order, form: Form, state: State) -> Response:
    """Show the page with a form that has faults; if the order has moved on, without the form."""
    if order.state is not state:
        return go(url_for(".order_page", token=token))
    return _order_page(token, order, queries.steps_of(order.id), 422, form)


def _under_mine(device: str) -> dict[str, Any] | None:
    found = queries.of_device(device)
    rows = [(one, ordering.token_of(one.reference)) for one in found]
    if not rows:
        return None
    return {
        "orders": [row for row in rows if row[0].state not in ENDED],
        "ended": [row for row in rows if row[0].state in ENDED],
    }


def _find(phone: str, reference: str, device: str) -> str:
    found = queries.by_phone_and_reference(phone, reference)
    if found is None:
        return ""
    ordering.adopt(found.id, device)
    return url_for("orders.order_page", token=ordering.token_of(found.reference))


KEPT = Kept("orders/mine.html", _under_mine, _find, ordering.forget_device)
