"""The demonstration's boards: a notice that says it is an example, and no screen that would be silent."""

import pytest
import sqlalchemy as sa

from portal.clock import today
from portal.db import db
from portal.kiosk import queries
from portal.kiosk.models import Kiosk
from portal.stations.queries import below, root_id
from tests.demo.moments import on_any_day


@on_any_day
@pytest.mark.usefixtures("demo")
def test_a_notice_of_the_centre_stands_on_its_board_and_there_is_no_screen() -> None:
    [notice] = queries.notices_on([root_id()], today())
    assert "示例" in notice.text
    assert "示例" in notice.written_by
    assert notice.station_id in db.session.scalars(below(root_id())).all()
    assert db.session.scalar(sa.select(sa.func.count(Kiosk.id))) == 0
