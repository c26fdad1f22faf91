"""Hold every setting of the portal: its default, its environment variable, what it means.

The README's table of settings is checked against SETTINGS by a test.
"""

import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting, named alike in the environment and in app.config."""

    name: str
    default: str
    meaning: str


SETTINGS = (
    Setting("DATABASE_URL", "", "`postgresql://…` for PostgreSQL; empty for SQLite in the instance folder"),
    Setting("INSTANCE", "instance", "folder of the database, keys and built files"),
    Setting("BIND", "127.0.0.1:8000", "address and port the start command serves on"),
    Setting("WEB_CONCURRENCY", "", "worker processes; empty for one per core, at most 4"),
    Setting("THREADS", "4", "threads per worker, also the size of its database pool"),
    Setting("JOBS", "here", "`external` when a timer of yours calls `flask --app wsgi jobs run` each minute"),
    Setting("SECRET_KEY", "", "signs forms; empty for a key made once in the instance folder (mode 0600)"),
    Setting(
        "DATA_KEYS",
        "",
        "seal phone numbers and children's names; comma separated, the first seals, all open; "
        "empty for a key made once in the instance folder (mode 0600)",
    ),
    Setting(
        "INDEX_KEY",
        "",
        "finds a sealed phone number again and makes private links; never change it; empty for one made once",
    ),
    Setting(
        "PUBLIC_URL",
        "",
        "how the portal is reached from outside, for QR codes, feeds and links; empty for BIND",
    ),
    Setting("TRUSTED_HOSTS", "", "host names answered to, comma separated; empty for any"),
    Setting("PROXIES", "0", "reverse proxies in front whose X-Forwarded-* headers are believed"),
    Setting("SECURE_COOKIES", "", "`1` or `0`; empty for 1 when PUBLIC_URL is https"),
    Setting(
        "CALENDAR_DOMAIN",
        "huaqiao.example",
        "right side of calendar UIDs; never change it once feeds are in use",
    ),
    Setting(
        "PHONE_CHANNEL",
        "",
        "channel that reaches a resident's phone; `log` writes to the log only; empty: staff call",
    ),
    Setting(
        "KEEP_REGISTRATIONS_DAYS",
        "90",
        "names and phone numbers go so long after the activity, or after a room was used",
    ),
    Setting("KEEP_ORDERS_DAYS", "180", "names, numbers and addresses go so long after an order has ended"),
    Setting("KEEP_ADDRESSES_DAYS", "30", "the address of an order goes so long after it has ended"),
    Setting("ORDER_ADMIT_DAYS", "1", "working days until an order is admitted"),
    Setting(
        "ORDER_RETURNED_DAYS",
        "14",
        "days until an order is cancelled whose asker gives no word, and an untouched draft deleted",
    ),
    Setting("ORDER_DISPATCH_DAYS", "1", "working days until an admitted order is dispatched"),
    Setting("ORDER_ANSWER_DAYS", "2", "working days until a team has answered"),
    Setting("ORDER_CONTACT_DAYS", "1", "working days until the team that accepted has settled a time"),
    Setting("ORDER_RATING_DAYS", "7", "days after the service until an order is closed without a rating"),
    Setting("ORDER_CALL_BACK_DAYS", "1", "working days until somebody has called back after a bad rating"),
    Setting("ORDER_REOPEN_DAYS", "7", "days in which a closed order can be taken up again"),
    Setting("STAFF_IDLE_MINUTES", "120", "staff are signed out after so long without a click"),
    Setting("STAFF_SESSION_HOURS", "12", "staff are signed out after so long in any case"),
    Setting("VOLUNTEER_SESSION_DAYS", "30", "volunteers are signed out after so long"),
    Setting("VOLUNTEER_OF_AGE", "18", "below this age a volunteer needs a guardian's consent"),
    Setting("VOLUNTEER_CHILD", "14", "below this age the rules for children's data hold for volunteers, too"),
    Setting("VOLUNTEER_YOUNGEST", "10", "below this age nobody is a volunteer of their own: a parent joins"),
    Setting("INVITE_HOURS", "72", "how long a one-time link for a new account is good"),
    Setting("HOST_NAME", "华侨管理区新时代文明实践中心", "主办单位 in the footer"),
    Setting("HELP_PHONE", "", "telephone in the footer and on error pages"),
    Setting("HELP_HOURS", "", "when somebody answers that telephone"),
    Setting(
        "CHILDREN_OFFICER", "", "who answers for children's data: name and how to reach; empty for the host"
    ),
    Setting("ICP_RECORD", "", "粤ICP备 number (of the subject) in the footer"),
    Setting("POLICE_RECORD", "", "公安备案 number in the footer"),
)
ORDER_DAYS = (
    "KEEP_ORDERS_DAYS",
    "KEEP_ADDRESSES_DAYS",
    *(one.name for one in SETTINGS if one.name.startswith("ORDER_")),
)
TIME_ZONE = "Asia/Shanghai"


def read_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Take each setting from the environment, or its default."""
    return {setting.name: environ.get(setting.name, setting.default) for setting in SETTINGS}


def flask_config(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Build app.config from the environment; make the instance folder and key when they are missing."""
    settings = read_settings(environ)
    instance = (ROOT / settings["INSTANCE"]).resolve()
    instance.mkdir(mode=0o750, parents=True, exist_ok=True)
    public_url = settings["PUBLIC_URL"].rstrip("/") or f"http://{settings['BIND']}"
    https = public_url.startswith("https://")
    secure = (settings["SECURE_COOKIES"] or str(int(https))) == "1"
    return settings | {
        "INSTANCE": str(instance),
        "PUBLIC_URL": public_url,
        "PROXIES": int(settings["PROXIES"]),
        "THREADS": int(settings["THREADS"]),
        "STAFF_IDLE_MINUTES": int(settings["STAFF_IDLE_MINUTES"]),
        "STAFF_SESSION_HOURS": int(settings["STAFF_SESSION_HOURS"]),
        "VOLUNTEER_SESSION_DAYS": int(settings["VOLUNTEER_SESSION_DAYS"]),
        "VOLUNTEER_OF_AGE": int(settings["VOLUNTEER_OF_AGE"]),
        "VOLUNTEER_CHILD": int(settings["VOLUNTEER_CHILD"]),
        "VOLUNTEER_YOUNGEST": int(settings["VOLUNTEER_YOUNGEST"]),
        "INVITE_HOURS": int(settings["INVITE_HOURS"]),
        "KEEP_REGISTRATIONS_DAYS": int(settings["KEEP_REGISTRATIONS_DAYS"]),
        **{name: int(settings[name]) for name in ORDER_DAYS},
        "DATA_KEYS": [key.strip() for key in settings["DATA_KEYS"].split(",") if key.strip()]
        or [kept_key(instance / "data_key")],
        "INDEX_KEY": settings["INDEX_KEY"] or kept_key(instance / "index_key"),
        "SECRET_KEY": settings["SECRET_KEY"] or kept_key(instance / "secret_key"),
        "SQLALCHEMY_DATABASE_URI": database_url(settings["DATABASE_URL"], instance),
        "TRUSTED_HOSTS": [host.strip() for host in settings["TRUSTED_HOSTS"].split(",") if host.strip()]
        or None,
        "SECURE_COOKIES": secure,
        # The signed cookie holds the form token of the visitor and short notices, nothing else.
        "SESSION_COOKIE_NAME": "form",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,  # bound to the session; long forms must not die of age
        "WTF_CSRF_CHECK_DEFAULT": True,
        "MAX_CONTENT_LENGTH": 2 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        "MAX_FORM_PARTS": 2000,
        "BABEL_DEFAULT_LOCALE": "zh_Hans",
        "BABEL_DEFAULT_TIMEZONE": TIME_ZONE,
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "portal" / "translations"),
    }


def database_url(url: str, instance: Path) -> str:
    """Say where the data is: the given PostgreSQL address, or a file in the instance folder."""
    if not url:
        return f"sqlite:///{instance / 'portal.db'}"
    if url.startswith("postgres://"):  # what many hosts still hand out; SQLAlchemy refuses it
        url = "postgresql://" + url.removeprefix("postgres://")
    return url


def kept_key(path: Path) -> str:
    """Read the key in this file, made at the first call and readable by the owner only."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        # A link appears whole or not at all, so of two starts at once neither reads half a key.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text()
