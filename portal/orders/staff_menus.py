"""Let staff keep the editions of the service menu and their items."""

from flask import Response, flash, request, url_for

from portal.access import STAFF, WRITERS, actor, only, scope
from portal.activities.staff import bp
from portal.clock import today
from portal.errors import Missing, Refused
from portal.i18n import _
from portal.orders import menu_items, menus
from portal.orders import menu_queries as queries
from portal.orders.editions import following_period, following_title
from portal.orders.menu_forms import ItemForm, MenuForm
from portal.orders.menu_items import Way
from portal.orders.menu_models import Menu, MenuItem
from portal.stations import queries as stations
from portal.web.answers import go, page
from portal.web.forms import Form
from portal.web.text import number_of


@bp.get("/menus/", endpoint="menus")
@only(*STAFF)
def menus_page() -> Response:
    """List the editions: one's own, and what others have out."""
    rows = queries.editions(scope())
    return page(
        "staff/menus.html",
        rows=rows,
        may_write=actor().role in WRITERS,
        today=today(),
    )


@bp.get("/menus/new")
@only(*WRITERS)
def new_menu() -> Response:
    """Offer a form for an edition, filled in as the one that follows the last."""
    form = MenuForm(formdata=None)
    form.offer(stations.stations_in(scope()))
    last = queries.last_edition(scope().station_id)
    if last is not None:
        form.title.data = following_title(last.title)
        form.starts_on.data, form.ends_on.data = following_period(last.starts_on, last.ends_on)
    return page("staff/menu_form.html", form=form, menu=None)


@bp.post("/menus/new")
@only(*WRITERS)
def make_menu() -> Response:
    """Begin an edition."""
    form = MenuForm()
    form.offer(stations.stations_in(scope()))
    if not form.validate():
        return page("staff/menu_form.html", 422, form=form, menu=None)
    menu_id = menus.make(int(form.station.data), form.edition(), actor(), form.key.data or "")
    flash(_("A draft is there. Add what can be ordered, then publish."))
    return go(url_for(".menu", menu_id=menu_id))


@bp.get("/menus/<int:menu_id>")
@only(*STAFF)
def menu(menu_id: int) -> Response:
    """Show an edition with its items and what can be done with it."""
    return _menu_page(menu_id)


def _menu_page(menu_id: int, status: int = 200, fault: str = "") -> Response:
    found = queries.menu(menu_id, scope())
    writes = actor().role in WRITERS and queries.may_change(found, scope())
    return page(
        "staff/menu.html",
        status,
        menu=found,
        items=queries.items_of(found),
        may_write=writes,
        draft_after=queries.draft_after(menu_id) if writes else None,
        today=today(),
        fault=fault,
    )


@bp.get("/menus/<int:menu_id>/preview")
@only(*STAFF)
def preview_menu(menu_id: int) -> Response:
    """Show an edition as residents will see it."""
    found = queries.menu(menu_id, scope())
    items = [item for item in queries.items_of(found) if not item.paused]
    return page("staff/menu_preview.html", menu=found, groups=queries.by_category(items))


@bp.get("/menus/<int:menu_id>/edit")
@only(*WRITERS)
def edit_menu(menu_id: int) -> Response:
    """Offer title, dates and words of an edition for change."""
    found = queries.menu(menu_id, scope(), to_change=True)
    form = MenuForm(formdata=None)
    form.offer([])
    form.show(found)
    return page("staff/menu_form.html", form=form, menu=found)


@bp.post("/menus/<int:menu_id>/edit")
@only(*WRITERS)
def save_menu(menu_id: int) -> Response:
    """Keep title, dates and words of an edition."""
    found = queries.menu(menu_id, scope(), to_change=True)
    form = MenuForm()
    form.offer([])
    status = 422
    if form.validate():
        try:
            menus.change(menu_id, number_of(form.version.data), form.edition(), actor())
        except Refused as refusal:
            form.refuse(refusal.field, refusal.message)
            status, found = 409, queries.menu(menu_id, scope(), to_change=True)
        else:
            flash(_("The edition is kept as described."))
            return go(url_for(".menu", menu_id=menu_id))
    return page("staff/menu_form.html", status, form=form, menu=found)


@bp.post("/menus/<int:menu_id>/publish")
@only(*WRITERS)
def publish_menu(menu_id: int) -> Response:
    """Publish an edition."""
    try:
        menus.publish(menu_id, actor())
    except Refused as refusal:
        return _menu_page(menu_id, 409, refusal.message)
    flash(_("The edition is out."))
    return go(url_for(".menu", menu_id=menu_id))


@bp.post("/menus/<int:menu_id>/copy")
@only(*WRITERS)
def copy_menu(menu_id: int) -> Response:
    """Copy an edition for the period after it."""
    try:
        copied = menus.copy(menu_id, actor())
    except Refused as refusal:
        return _menu_page(menu_id, 409, refusal.message)
    flash(_("Copied into a draft for the time after. Look it through, then publish."))
    return go(url_for(".menu", menu_id=copied))


@bp.get("/menus/<int:menu_id>/end")
@only(*WRITERS)
def confirm_end_menu(menu_id: int) -> Response:
    """Ask whether an edition is to end now."""
    return _ask(menu_id, "end")


@bp.post("/menus/<int:menu_id>/end")
@only(*WRITERS)
def end_menu(menu_id: int) -> Response:
    """End an edition."""
    try:
        menus.end(menu_id, actor())
    except Refused as refusal:
        return _menu_page(menu_id, 409, refusal.message)
    flash(_("The edition has ended. It takes no orders any more."))
    return go(url_for(".menu", menu_id=menu_id))


@bp.get("/menus/<int:menu_id>/delete")
@only(*WRITERS)
def confirm_delete_menu(menu_id: int) -> Response:
    """Ask whether a draft should go for good."""
    return _ask(menu_id, "delete")


@bp.post("/menus/<int:menu_id>/delete")
@only(*WRITERS)
def delete_menu(menu_id: int) -> Response:
    """Delete a draft."""
    try:
        menus.delete_draft(menu_id, actor())
    except Refused as refusal:
        return _menu_page(menu_id, 409, refusal.message)
    flash(_("The draft is gone."))
    return go(url_for(".menus"))


def _ask(menu_id: int, what: str) -> Response:
    found = queries.menu(menu_id, scope(), to_change=True)
    return page("staff/menu_ask.html", menu=found, item=None, what=what, form=Form(formdata=None))


@bp.get("/menus/<int:menu_id>/items/new")
@only(*WRITERS)
def new_item(menu_id: int) -> Response:
    """Offer an empty form for an item."""
    found = queries.menu(menu_id, scope(), to_change=True)
    form = ItemForm(formdata=None)
    _offer(form, found)
    return _item_page(form, found)


@bp.post("/menus/<int:menu_id>/items/new")
@only(*WRITERS)
def add_item(menu_id: int) -> Response:
    """Put an item on an edition."""
    found = queries.menu(menu_id, scope(), to_change=True)
    form = ItemForm()
    _offer(form, found)
    status = 422
    if form.validate():
        try:
            menu_items.add(menu_id, form.service(), actor(), form.key.data or "")
        except Refused as refusal:
            form.refuse(refusal.field, refusal.message)
            status, found = 409, queries.menu(menu_id, scope(), to_change=True)
        else:
            flash(_("“%(title)s” is on the menu.", title=form.title.data))
            return go(url_for(".new_item" if _goes_on() else ".menu", menu_id=menu_id))
    return _item_page(form, found, status=status)


def _goes_on() -> bool:
    return request.form.get("intent") == "another"


@bp.get("/menu-items/<int:entry_id>")
@only(*WRITERS)
def edit_item(entry_id: int) -> Response:
    """Offer an item for change."""
    found = queries.item_to_change(entry_id, scope())
    form = ItemForm(formdata=None)
    _offer(form, found.menu)
    form.show(found)
    return _item_page(form, found.menu, found)


@bp.post("/menu-items/<int:entry_id>")
@only(*WRITERS)
def save_item(entry_id: int) -> Response:
    """Keep what is said of an item."""
    found = queries.item_to_change(entry_id, scope())
    form = ItemForm()
    _offer(form, found.menu)
    status, menu_id = 422, found.menu_id
    if form.validate():
        try:
            menu_items.change(entry_id, number_of(form.version.data), form.service(), actor())
        except Refused as refusal:
            form.refuse(refusal.field, refusal.message)
            status, found = 409, queries.item_to_change(entry_id, scope())
        else:
            flash(_("“%(title)s” is kept as described.", title=form.title.data))
            return go(url_for(".menu", menu_id=menu_id))
    return _item_page(form, found.menu, found, status)


def _offer(form: ItemForm, menu: Menu) -> None:
    form.offer(queries.stations_to_name(menu.station_id), queries.teams_to_name())


def _item_page(form: ItemForm, menu: Menu, item: MenuItem | None = None, status: int = 200) -> Response:
    return page("staff/menu_item.html", status, form=form, menu=menu, item=item)


@bp.post("/menu-items/<int:entry_id>/pause")
@only(*WRITERS)
def pause_item(entry_id: int) -> Response:
    """Let an item take no orders for now, or take them again."""
    intent = request.form.get("intent")
    found = queries.item_to_change(entry_id, scope())
    menu_id = found.menu_id
    if intent not in ("pause", "resume"):
        raise Missing
    try:
        menu_items.pause(entry_id, intent == "pause", actor())
    except Refused as refusal:
        return _menu_page(menu_id, 409, refusal.message)
    flash(_("Paused: it takes no orders for now.") if intent == "pause" else _("It can be ordered again."))
    return go(url_for(".menu", menu_id=menu_id, _anchor=f"i{entry_id}"))


@bp.post("/menu-items/<int:entry_id>/move")
@only(*WRITERS)
def move_item(entry_id: int) -> Response:
    """Move an item up or down within its category."""
    found = queries.item_to_change(entry_id, scope())
    menu_id = found.menu_id
    way = {one.value: one for one in Way}.get(request.form.get("way", ""))
    if way is None:
        raise Missing
    try:
        menu_items.move(entry_id, way, number_of(request.form.get("position")), actor())
    except Refused as refusal:
        return _menu_page(menu_id, 409, refusal.message)
    return go(url_for(".menu", menu_id=menu_id, _anchor=f"i{entry_id}"))


@bp.get("/menu-items/<int:entry_id>/remove")
@only(*WRITERS)
def confirm_remove_item(entry_id: int) -> Response:
    """Ask whether an item should go for good."""
    found = queries.item_to_change(entry_id, scope())
    what = "ordered" if queries.was_ordered(entry_id) else "remove"
    return page("staff/menu_ask.html", menu=found.menu, item=found, what=what, form=Form(formdata=None))


@bp.post("/menu-items/<int:entry_id>/remove")
@only(*WRITERS)
def remove_item(entry_id: int) -> Response:
    """Take an item off its edition."""
    menu_id = queries.item_to_change(entry_id, scope()).menu_id
    try:
        menu_items.remove(entry_id, actor())
    except Refused as refusal:
        return _menu_page(menu_id, 409, refusal.message)
    flash(_("It is off the menu."))
    return go(url_for(".menu", menu_id=menu_id))
