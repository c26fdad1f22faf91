"""Sign in, sign out, take up an invitation, change one's password."""

from flask import Blueprint, Response, flash, request, url_for
from flask_login import current_user

from portal.access import STAFF, Role, actor, only, public
from portal.accounts import actions, login, passwords, queries
from portal.accounts.forms import InvitationForm, LoginForm, PasswordForm
from portal.accounts.queries import SignedIn
from portal.errors import Missing, Refused
from portal.i18n import _, ngettext
from portal.web.answers import by_itself, go, page, safe_path, wants_part
from portal.web.errors import problem, resend_page, typed
from portal.web.form_session import begin_anew
from portal.web.limits import forgive, hit, left
from portal.web.text import without_unseen

bp = Blueprint("accounts", __name__)

# Slow down, never lock: five wrong passwords for one name from one address, then a pause.
TRIES = "5 per 15 minutes"
TRIES_PER_NAME = "50 per 15 minutes"
KEPT = "typed:"


@bp.get("/login")
@public
def login_page() -> Response:
    """Ask for name and password."""
    if current_user.is_authenticated:
        return go(home_of(actor().role))
    return page(
        "accounts/login.html", form=LoginForm(formdata=None), next=safe_path(request.args.get("next"))
    )


@bp.post("/login")
@public
def sign_in() -> Response:
    """Check name and password; carry on with what an ended session had interrupted."""
    form = LoginForm()
    username = without_unseen(form.username.data or "").strip()[:200]
    whom = (username.casefold(), request.remote_addr or "")
    back, kept = safe_path(request.form.get("next")), carried()
    if not (hit(TRIES, "login", *whom) and hit(TRIES_PER_NAME, "login", whom[0])):
        minutes = max(1, -(-left(TRIES, "login", *whom)[1] // 60))
        form.refuse(
            None,
            ngettext(
                "Too many tries. Please wait %(num)s minute.",
                "Too many tries. Please wait %(num)s minutes.",
                minutes,
            ),
        )
        return page("accounts/login.html", 429, form=form, next=back, kept=kept)
    named = queries.accounts_named(username) if form.validate() else []
    usable = [one for one in named if one.disabled_at is None]
    typed_password = form.password.data or ""
    account = next((one for one in usable if passwords.matches(typed_password, one.password_hash)), None)
    if not usable:
        passwords.matches(typed_password, None)  # takes as long, so that nobody learns which names there are
    if account is None:
        actions.log_failed_sign_in(named[0].id if len(named) == 1 else None)
        more = left(TRIES, "login", *whom)[0]
        form.refuse(None, _("User name or password is wrong."))
        return page("accounts/login.html", 422, form=form, next=back, kept=kept, more=more)
    account_id, role = account.id, account.role
    forgive(TRIES, "login", *whom)
    token = actions.sign_in(account_id, login.hours_of(role))
    begin_anew()  # a form token from before the sign-in is worth nothing after it
    if kept and back:
        return login.set_cookie(resend_page(back, kept, 200), token, role)
    return login.set_cookie(go(back or home_of(role)), token, role)


def carried() -> list[tuple[str, str]]:
    """List the fields of an interrupted form that the login form carries along."""
    return [
        (name.removeprefix(KEPT), value)
        for name, value in request.form.items(multi=True)
        if name.startswith(KEPT)
    ]


def home_of(role: Role | None) -> str:
    """Return where somebody of this role begins."""
    if role in STAFF:
        return url_for("staff.today")
    return url_for("volunteer.home") if role in (Role.VOLUNTEER, Role.LEADER) else "/"


def ask_to_sign_in(_error: Exception) -> Response:
    """Ask the signed-out to sign in, keeping the way back and whatever they had typed."""
    here = request.full_path if request.query_string else request.path
    if by_itself():
        said = _("You have signed out or in anew meanwhile. Nothing typed is lost: press a button to go on.")
        return problem(401, said)
    if request.method == "GET":
        return go(url_for("accounts.login_page", next=here))
    response = page(
        "accounts/login.html",
        422 if wants_part() else 401,
        form=LoginForm(formdata=None),
        next=here,
        kept=list(typed()),
    )
    if wants_part():
        response.headers["HX-Retarget"] = "body"
        response.headers["HX-Reswap"] = "innerHTML"
    return response


@bp.post("/logout")
@public
def sign_out() -> Response:
    """End this session on the server and in the browser."""
    if current_user.is_authenticated:
        person: SignedIn = current_user._get_current_object()
        actions.sign_out(person.session_hash, person.actor)
    begin_anew()
    return login.drop_cookie(go("/"))


@bp.get("/invitation/<token>")
@public
def invitation(token: str) -> Response:
    """Show what account the link makes and ask for the rest."""
    promised = queries.open_invitation(token)
    if promised is None:
        raise Missing
    return page(
        "accounts/invitation.html", form=InvitationForm(formdata=None), role=promised[0], station=promised[1]
    )


@bp.post("/invitation/<token>")
@public
def accept(token: str) -> Response:
    """Make the account and sign it in."""
    promised = queries.open_invitation(token)
    if promised is None:
        raise Missing
    form = InvitationForm()
    if form.validate():
        try:
            account_id = actions.accept_invitation(
                token, form.username.data, form.name.data, form.password.data
            )
        except Refused as refusal:
            form.refuse(refusal.field, refusal.message)
        else:
            opened = actions.sign_in(account_id, login.hours_of(promised[0]))
            begin_anew()
            return login.set_cookie(go(home_of(promised[0])), opened, promised[0])
    return page("accounts/invitation.html", 422, form=form, role=promised[0], station=promised[1])


@bp.get("/staff/account")
@only(*STAFF)
def own_account() -> Response:
    """Show one's own account."""
    return page("accounts/own.html", form=PasswordForm(formdata=None))


@bp.post("/staff/account")
@only(*STAFF)
def change_password() -> Response:
    """Change one's own password."""
    form = PasswordForm()
    if form.validate():
        person: SignedIn = current_user._get_current_object()
        try:
            actions.change_password(
                int(person.get_id()), form.old.data, form.new.data, person.session_hash, person.actor
            )
        except Refused as refusal:
            form.refuse(refusal.field, refusal.message)
        else:
            flash(_("Your password is changed. Other devices have been signed out."))
            return go(url_for("accounts.own_account"))
    return page("accounts/own.html", 422, form=form)
