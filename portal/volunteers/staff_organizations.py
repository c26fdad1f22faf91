"""Let staff keep the organisations that teams belong to."""

from flask import Response, flash, url_for

from portal.access import STAFF, WRITERS, actor, only, scope
from portal.activities.staff import bp
from portal.errors import Forbidden, Refused
from portal.i18n import _
from portal.stations import queries as stations
from portal.volunteers import organization_actions, queries
from portal.volunteers.forms import OrganizationForm
from portal.volunteers.models import Organization
from portal.volunteers.organization_actions import may_add
from portal.web.answers import go, page


@bp.get("/organizations/")
@only(*STAFF)
def organizations() -> Response:
    """List the organisations within one's scope."""
    return page(
        "staff/organizations.html",
        bodies=queries.organizations_in(scope()),
        teams=queries.teams_by_organization(scope()),
        may_write=actor().role in WRITERS,
        may_add=actor().role in WRITERS and may_add(actor()),
    )


@bp.get("/organizations/new")
@only(*WRITERS)
def new_organization() -> Response:
    """Offer an empty form; a station is told who adds one."""
    return _page(OrganizationForm(formdata=None), None, 200)


@bp.post("/organizations/new")
@only(*WRITERS)
def add_organization() -> Response:
    """Add an organisation."""
    if not may_add(actor()):
        raise Forbidden
    return _save(OrganizationForm(), None)


@bp.get("/organizations/<int:organization_id>/edit")
@only(*WRITERS)
def edit_organization(organization_id: int) -> Response:
    """Offer an organisation for change."""
    found, form = queries.organization(organization_id, scope()), OrganizationForm(formdata=None)
    form.show(found)
    return _page(form, found, 200)


@bp.post("/organizations/<int:organization_id>/edit")
@only(*WRITERS)
def save_organization(organization_id: int) -> Response:
    """Keep what an organisation is."""
    return _save(OrganizationForm(), queries.organization(organization_id, scope()))


def _save(form: OrganizationForm, found: Organization | None) -> Response:
    _offer(form)
    status = 422
    if form.validate():
        registered = form.registered.data if found is None or may_add(actor()) else found.registered
        try:
            organization_actions.save(
                found.id if found else None,
                organization_actions.Said(
                    name=form.name.data,
                    station_id=int(form.station.data),
                    registered=bool(registered),
                    contact=form.contact.data or "",
                    phone=form.phone.data or "",
                ),
                actor(),
                form.key.data or "",
            )
        except Refused as refusal:
            form.refuse(refusal.field, refusal.message)
            status = 409
        else:
            flash(_("The organisation is kept as described."))
            return go(url_for(".organizations"))
    return _page(form, found, status)


def _page(form: OrganizationForm, found: Organization | None, status: int) -> Response:
    _offer(form)
    return page("staff/organization.html", status, form=form, body=found, may_add=may_add(actor()))


def _offer(form: OrganizationForm) -> None:
    form.station.choices = [(str(one.id), one.short_name) for one in stations.stations_in(scope())]
