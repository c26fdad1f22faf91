"""Name what teams do and where memberships stand; the templates read the same names."""

from flask import Flask

from portal.i18n import lazy_gettext as _l
from portal.i18n import lazy_pgettext
from portal.volunteers.models import MembershipStatus, TeamKind
from portal.volunteers.queries import accounts_of_phone
from portal.volunteers.roll import Standing, Who

# In the order the network counts its kinds (8+N).
KINDS = {
    TeamKind.THEORY: lazy_pgettext("team kind", "Theory and policy talks"),
    TeamKind.CULTURE: lazy_pgettext("team kind", "Culture and arts"),
    TeamKind.EDUCATION: lazy_pgettext("team kind", "Help with learning"),
    TeamKind.HEALTH: lazy_pgettext("team kind", "Health and fitness"),
    TeamKind.SCIENCE: lazy_pgettext("team kind", "Popular science"),
    TeamKind.LAW: lazy_pgettext("team kind", "Legal help"),
    TeamKind.ENVIRONMENT: lazy_pgettext("team kind", "Hygiene and environment"),
    TeamKind.RELIEF: lazy_pgettext("team kind", "Help for those in need"),
    TeamKind.TRAFFIC: lazy_pgettext("team kind", "Road manners"),
    TeamKind.OVERSEAS: lazy_pgettext("team kind", "Care for returned overseas Chinese"),
    TeamKind.WATER_SAFETY: lazy_pgettext("team kind", "Safety at the water"),
}
MEMBERSHIPS = {
    MembershipStatus.ASKED: lazy_pgettext("membership", "asked to join"),
    MembershipStatus.MEMBER: lazy_pgettext("membership", "member"),
    MembershipStatus.REFUSED: lazy_pgettext("membership", "not taken"),
    MembershipStatus.LEFT: lazy_pgettext("membership", "has left"),
}


STANDINGS = {
    Standing.MEMBER: _l("In a team"),
    Standing.ASKED: _l("Asked to join"),
    Standing.LEFT: _l("Left altogether"),
}
WHOS = {
    Who.MINOR: _l("Under age"),
    Who.NO_LOGIN: _l("Without sign-in"),
    Who.IDLE: _l("No service for three years"),
}


def init_app(app: Flask) -> None:
    """Let the templates read the names, and volunteers sign in by their phone number."""
    app.extensions["other_names"] = (accounts_of_phone,)
    app.jinja_env.globals.update(TEAM_KINDS=KINDS, MEMBERSHIPS=MEMBERSHIPS)
