"""Read the State Council's notice on days off, and keep what it says beside what the library knows.

The library (chinesecalendar) brings the years it was released with; what is entered here goes before it, year
by year. Every process looks anew once a minute, so that a notice entered at one desk shows everywhere.
"""

import csv
import io
import re
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from portal.access import Actor
from portal.activities import lunar
from portal.activities.lunar import OfficialDay
from portal.activities.models import OfficialDate
from portal.activities.repeating import compare_with_days_off
from portal.audit.actions import record
from portal.clock import now
from portal.db import db, take_name, transaction
from portal.errors import Forbidden

LOOKS_AGAIN = 60.0  # seconds
MOST_DAYS = 120
KINDS = {"off": OfficialDay.OFF, "work": OfficialDay.WORK, "休": OfficialDay.OFF, "班": OfficialDay.WORK}

DAY = r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:\([^)]*\))?"
RANGE = re.compile(DAY + r"(?:至|到|-|—|~)" + DAY)
SINGLE = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日(?:\([^)]*\))?")
NAME = re.compile(r"^\s*(?:[一二三四五六七八九十]+[、.]|\d+[、.])?\s*([^:,，。]{1,20}):")


@dataclass(frozen=True, slots=True)
class Named:
    """One day that a notice names: off or to be worked, and for which holiday."""

    day: date
    kind: OfficialDay
    name: str


def read_notice(text: str, year: int) -> tuple[list[Named], list[str]]:
    """Read a pasted notice; return the days of a year that it names, and the sentences that yet give none.

    A holiday may begin in the year before, or a day be made up for there: those days are not of this year.
    """
    found: dict[date, Named] = {}
    faults = []
    name = ""
    for sentence in re.split(r"[。;\n]", unicodedata.normalize("NFKC", text)):
        named = NAME.search(sentence)
        name = named.group(1).strip() if named else name
        kind = OfficialDay.WORK if "上班" in sentence else OfficialDay.OFF if "放假" in sentence else None
        if kind is None:
            continue
        days = _days_in(sentence, year)
        if not days:
            faults.append(sentence.strip()[:60])
        found |= {day: Named(day, kind, name) for day in days}
    return [found[day] for day in sorted(found)], faults


def _days_in(sentence: str, year: int) -> list[date]:
    days: list[date] = []
    rest = sentence
    for hit in RANGE.finditer(sentence):
        year1, month1, day1, year2, month2, day2 = hit.groups()
        month = int(month1 or month2 or 0)
        first = _date(int(year1 or year), month, int(day1))
        last = _date(int(year2 or year1 or year), int(month2 or month), int(day2))
        if first is not None and last is not None and timedelta(0) <= last - first <= timedelta(days=31):
            days += [first + timedelta(days=number) for number in range((last - first).days + 1)]
        rest = rest.replace(hit.group(), " ")
    days += [
        day
        for hit in SINGLE.finditer(rest)
        if (day := _date(int(hit.group(1) or year), int(hit.group(2)), int(hit.group(3)))) is not None
    ]
    return [day for day in days if day.year == year]


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_csv(text: str, year: int) -> tuple[list[Named], list[str]]:
    """Read lines of date, off or work (休 or 班), name; return the days, and the lines that are none."""
    found: dict[date, Named] = {}
    faults = []
    for row in csv.reader(io.StringIO(text)):
        if not any(cell.strip() for cell in row):
            continue
        cells = [cell.strip() for cell in [*row, "", ""]]
        try:
            day = date.fromisoformat(cells[0].replace("/", "-"))
        except ValueError:
            faults.append(",".join(row)[:60])
            continue
        kind = KINDS.get(cells[1].lower())
        if kind is None or day.year != year:
            faults.append(",".join(row)[:60])
            continue
        found[day] = Named(day, kind, cells[2][:20])
    return [found[day] for day in sorted(found)], faults


def take_over(year: int, days: Sequence[Named], by: Actor) -> None:
    """Let these days be all that is official in a year, instead of what was entered before.

    Raises:
        Forbidden: only who sees the whole network may say so, since it holds for every station.
    """
    if by.scope is None or not by.scope.everything:
        raise Forbidden
    with transaction() as session:
        take_name(session, f"holidays:{year}")
        session.execute(
            sa.delete(OfficialDate).where(
                OfficialDate.day >= date(year, 1, 1), OfficialDate.day <= date(year, 12, 31)
            )
        )
        session.add_all(
            OfficialDate(day=one.day, kind=one.kind, name=one.name, entered_by=by.name, entered_at=now())
            for one in days[:MOST_DAYS]
        )
        record(session, by, "holidays.entered", "year", year, detail=f"{len(days)} days")
    look_again()
    compare_with_days_off()


def look_again() -> None:
    """Read what was entered, for this process."""
    rows = db.session.execute(sa.select(OfficialDate.day, OfficialDate.kind)).all()
    lunar.enter_official_days({row.day: row.kind for row in rows})


def init_app(app: Flask) -> None:
    """Look again once a minute, before a request."""
    app.extensions["holidays_due"] = 0.0
    lunar.enter_official_days({})  # another app of this process may have had others

    @app.before_request
    def keep_fresh() -> None:
        if time.monotonic() < app.extensions["holidays_due"]:
            return
        app.extensions["holidays_due"] = time.monotonic() + LOOKS_AGAIN
        try:
            look_again()
        except SQLAlchemyError:  # the page itself says that the database is down
            db.session.rollback()
