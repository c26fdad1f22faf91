"""Name the portal's own codes in words for people."""

from flask import Flask

from portal.access import Role
from portal.activities.models import ActivityStatus, Audience, Category, CountSource, SignUp
from portal.i18n import lazy_gettext, lazy_pgettext

CATEGORIES = {
    Category.THEORY: lazy_gettext("Talks and theory"),
    Category.EDUCATION: lazy_gettext("Learning"),
    Category.CULTURE: lazy_gettext("Culture"),
    Category.SCIENCE: lazy_gettext("Science and technology"),
    Category.FITNESS: lazy_gettext("Sport and health"),
    Category.VOLUNTEERING: lazy_gettext("Volunteering"),
}
AUDIENCES = {
    Audience.EVERYONE: lazy_gettext("Everyone"),
    Audience.ELDERLY: lazy_gettext("Older people"),
    Audience.CHILDREN: lazy_gettext("Children and parents"),
    Audience.OVERSEAS: lazy_gettext("Returned overseas Chinese"),
    Audience.VOLUNTEERS: lazy_gettext("Volunteers"),
    Audience.PARTY: lazy_gettext("Party members"),
}
STATUSES = {
    ActivityStatus.DRAFT: lazy_pgettext("activity", "Draft"),
    ActivityStatus.PUBLISHED: lazy_pgettext("activity", "Published"),
    ActivityStatus.CANCELLED: lazy_pgettext("activity", "Cancelled"),
}
SIGN_UPS = {
    SignUp.DATES: lazy_gettext("each date on its own"),
    SignUp.COURSE: lazy_gettext("the whole course at once"),
    SignUp.EITHER: lazy_gettext("both are possible"),
}
SOURCES = {
    CountSource.ROLL_CALL: lazy_gettext("by roll-call"),
    CountSource.COUNTED: lazy_gettext("counted"),
}
ROLES = {
    Role.VOLUNTEER: lazy_gettext("Volunteer"),
    Role.LEADER: lazy_gettext("Team leader"),
    Role.EDITOR: lazy_gettext("Editor"),
    Role.REVIEWER: lazy_gettext("Reviewer"),
    Role.MANAGER: lazy_gettext("Manager"),
    Role.AUDITOR: lazy_gettext("Auditor"),
}


def init_app(app: Flask) -> None:
    """Give templates the labels."""
    app.jinja_env.globals.update(
        CATEGORIES=CATEGORIES,
        AUDIENCES=AUDIENCES,
        SIGN_UPS=SIGN_UPS,
        STATUSES=STATUSES,
        SOURCES=SOURCES,
        ROLES=ROLES,
    )
