"""Ask who somebody is."""

from wtforms import PasswordField, StringField
from wtforms.validators import Length

from portal.i18n import lazy_gettext as _l
from portal.web.forms import Form, WhiteSpaceCheck, line


class LoginForm(Form):
    """Name and password; every message comes from the view, so that none says which was wrong."""

    username = StringField(_l("User name or phone"), validators=[Length(max=200)])
    password = PasswordField(_l("Password"), validators=[Length(max=1000)])


class InvitationForm(Form):
    """What the first visit of a new account asks."""

    username = line(_l("User name"), 40, required=_l("Please choose a user name."))
    name = line(_l("Your name"), 40, required=_l("Please tell us your name."))
    password = PasswordField(_l("Password"), validators=[WhiteSpaceCheck(_l("Please choose a password."))])


class PasswordForm(Form):
    """A change of password."""

    old = PasswordField(
        _l("Present password"), validators=[WhiteSpaceCheck(_l("Please type your present password."))]
    )
    new = PasswordField(_l("New password"), validators=[WhiteSpaceCheck(_l("Please choose a password."))])
