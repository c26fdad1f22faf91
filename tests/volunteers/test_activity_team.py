"""The team that helps with an activity: offered, warned of, shown, copied."""

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.db import db, transaction
from portal.orders.flow import State
from portal.volunteers.activity_teams import ActivityTeam
from portal.volunteers.models import Team
from tests.browser import Browser, Form
from tests.conftest import SignIn
from tests.make import Make, span
from tests.orders.cases import case

pytestmark = pytest.mark.usefixtures("noon")

NEW = "/staff/activities/new"


def typed(editor: Browser, team_id: int) -> Form:
    form = editor.get(NEW).form("#post")
    return form.fill(
        title="太极班",
        category="fitness",
        first_day="2026-06-16",
        opens="07:30",
        closes="08:30",
        team=str(team_id),
    )


def offered(editor: Browser) -> list[str]:
    return [one.text().strip() for one in editor.get(NEW).all("#team option")][1:]


def test_teams_of_the_station_and_its_cluster_are_offered(app: Flask, sign_in: SignIn, make: Make) -> None:
    editor = sign_in(station="s4")
    assert not editor.get(NEW).all("#team")
    for station, name in (("s2", "邻站队"), ("s4", "本站队"), ("s8", "远站队")):
        make.team(station, name=name)
    assert offered(editor) == ["本站队", "邻站队"]


def test_a_team_with_something_else_to_do_is_a_warning_and_no_refusal(
    sign_in: SignIn, make: Make, client: Browser
) -> None:
    team_id = make.team("s1", name="示例太极队")
    busy = make.occurrence(title="量血压", when=span(6, "08:00", "09:00"))
    make.shift(busy, team_id=team_id)
    editor = sign_in()
    page = typed(editor, team_id).submit(intent="preview")
    assert [one.text().strip() for one in page.all("#preview .s-dates .pill")] == ["队伍那时有“量血压”"]
    page = page.form("#post").submit(intent="publish")
    assert "示例太极队" in page.text
    occurrence = page.one(".s-dates a").attributes["href"] or ""
    assert "示例太极队" in client.get(occurrence.replace("/staff", "")).one(".facts").text()
    # And it is what the team has to do when the next is posted, at another place.
    again = typed(editor, team_id).fill(title="另一场").submit(intent="preview")
    assert "太极班" in again.text or "量血压" in again.one("#preview .s-dates").text()
    copied = editor.get(f"{NEW}?copy={page.path.rsplit('/', 1)[1]}")
    assert copied.one("#team option[selected]").text().strip() == "示例太极队"


def test_a_team_that_is_closed_stays_with_what_it_helps_and_is_not_copied(
    app: Flask, sign_in: SignIn, make: Make
) -> None:
    team_id = make.team("s1", name="示例太极队")
    make.team("s1")
    editor = sign_in()
    page = typed(editor, team_id).submit(intent="draft")
    with app.app_context(), transaction() as session:
        session.get_one(Team, team_id).closed = True
    saved = editor.get(f"{page.path}/edit").form("#post").fill(title="太极").submit(intent="publish")
    assert "示例太极队" in saved.text
    words = editor.get(f"{page.path}/edit").form().fill(title="太极二十四式").submit()
    assert "示例太极队" in words.text
    copied = editor.get(f"{NEW}?copy={page.path.rsplit('/', 1)[1]}")
    assert "示例太极队" not in [one.text().strip() for one in copied.all("#team option")]
    gone = editor.get(f"{page.path}/edit").form().fill(team="").submit()
    assert "示例太极队" not in gone.text


def test_a_team_from_elsewhere_is_refused(app: Flask, sign_in: SignIn, make: Make) -> None:
    make.team("s1")
    theirs = make.team("s8")
    form = editor_form = sign_in().get(NEW).form("#post")
    form.fill(title="x", category="fitness", first_day="2026-06-16", opens="07:30", closes="08:30")
    assert editor_form.put("team", str(theirs)).submit(intent="draft").status == 422
    with app.app_context():
        assert db.session.scalars(sa.select(ActivityTeam)).all() == []


def test_a_service_that_the_team_has_settled_is_warned_of_too(
    app: Flask, sign_in: SignIn, make: Make
) -> None:
    made = case(app, make, State.SCHEDULED)  # from two to three in the afternoon
    editor = sign_in()
    form = typed(editor, made.team_id).fill(first_day="2026-06-10", opens="14:30", closes="15:30")
    page = form.submit(intent="preview")
    assert [one.text().strip() for one in page.all("#preview .s-dates .pill")] == [
        "队伍那时有“点单：教用手机”"
    ]
    clear = form.fill(opens="15:00", closes="16:00").submit(intent="preview")
    assert not clear.all("#preview .s-dates .pill")
