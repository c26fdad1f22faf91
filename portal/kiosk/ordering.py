"""Let people order on a screen, for themselves, with a number and without a name or an address."""

from flask import Response, current_app, request, url_for

from portal.access import NOBODY
from portal.clock import today
from portal.errors import Refused
from portal.i18n import _, pgettext
from portal.kiosk import gate
from portal.kiosk.done import Done, done_page
from portal.kiosk.forms import ScreenOrderForm
from portal.kiosk.touch import code_for
from portal.kiosk.views import bp, screen_page
from portal.kiosk.walk_in import screen_within_limit
from portal.orders import consent, menu_queries, ordering, queries
from portal.orders.labels import PLACES
from portal.orders.menu_labels import time_in_words
from portal.orders.menu_models import MenuItem
from portal.orders.models import Order, Source
from portal.orders.own import own_link
from portal.stations.queries import in_language
from portal.web.by_phone import number_within_limit
from portal.web.shell import setting


@bp.get("/<slug:slug>/menu/<int:item_id>/order")
@gate.on_screen
def order_form(slug: str, item_id: int) -> Response:
    """Ask where and when, or say why it cannot be ordered now."""
    item = menu_queries.item(item_id)
    form = ScreenOrderForm(formdata=None)
    form.about(item, menu_queries.stations_of(item), slug)
    return _form_page(item, form, 200)


@bp.post("/<slug:slug>/menu/<int:item_id>/order")
@gate.on_screen
def order(slug: str, item_id: int) -> Response:
    """Take a key, go from one step to the other, or take the order, or show what is wrong with it."""
    item = menu_queries.item(item_id)
    form = ScreenOrderForm()
    form.about(item, menu_queries.stations_of(item), slug)
    pressed = request.form.get("do", "")
    if form.press(request.form.getlist("key")):
        return _form_page(item, form, 200, "who")
    if form.turn(request.form.get("by", "")) or pressed == "what":
        return _form_page(item, form, 200)
    if pressed == "who":
        form.validate()
        if form.fails_at_what:
            return _form_page(item, form, 422)
        form.forgive()
        return _form_page(item, form, 200, "who")
    return _take(item, form)


def _take(item: MenuItem, form: ScreenOrderForm) -> Response:
    if not screen_within_limit(form, "order"):
        return _form_page(item, form, 429, "who")
    if not form.validate():
        return _form_page(item, form, 422, "what" if form.fails_at_what else "who")
    if not number_within_limit(form, "order"):
        return _form_page(item, form, 429, "who")
    item_id = item.id
    try:
        receipt = ordering.order(
            form.wish(), consent.ORDER, Source.KIOSK, NOBODY, device="", key=form.key.data or ""
        )
    except Refused as refusal:
        item = form.item = menu_queries.item(item_id)  # what was read before the transaction is gone with it
        form.refuse(refusal.field, refusal.message)
        step = "what" if form.fails_at_what else "who"
        return _form_page(item, form, 422 if refusal.field else 409, step)
    return _done_page(queries.by_token(ordering.token_of(receipt.reference)))


def _form_page(item: MenuItem, form: ScreenOrderForm, status: int, step: str = "what") -> Response:
    slug = (request.view_args or {})["slug"]
    return screen_page(
        "kiosk/order.html",
        "form",
        status,
        form=form,
        item=item,
        step=step,
        reason=menu_queries.orderable(item, today()),
        back=url_for(".item", slug=slug, item_id=item.id),
        code=code_for(url_for("menu.item", item_id=item.id)),
        consent=consent.ORDER,
        privacy=current_app.config["PUBLIC_URL"] + url_for("registrations.privacy"),
    )


def _done_page(held: Order) -> Response:
    phone = held.station.phone or setting("HELP_PHONE")
    times = [time_in_words(one.day, one.part) for one in held.times]
    return done_page(
        Done(
            heading=_("Your order is in"),
            waits=False,
            what=held.title,
            reference=held.reference,
            called=pgettext("order", "Reference"),
            link=own_link(ordering.token_of(held.reference)),
            facts=[
                ("clock", _("When"), times or [_("Any time, just ring")]),
                (
                    "pin",
                    _("Where"),
                    [str(PLACES[held.place]), in_language(held.station.name, held.station.name_en)],
                ),
                ("who", _("For whom"), [held.name]),
            ],
            next=[
                _("Scan the code with your phone, or take a picture of it."),
                _("The station looks for the right team; the team rings you about the time."),
                _("When it is done, say on your own page how it was."),
            ],
            undo=_("Not needed any more? Withdraw it on your own page; or ring %(phone)s.", phone=phone)
            if phone
            else _("Not needed any more? Withdraw it on your own page, the code leads there."),
        )
    )
