"""Staff ask for volunteers on the page of a date, put people on and off, and see what lacks people."""

import pytest

from portal.access import Role
from tests.conftest import SignIn
from tests.make import Make

LACKS = "main a[href$='#shifts']"

pytestmark = pytest.mark.usefixtures("noon")


def test_staff_open_a_shift_put_somebody_on_and_cancel_it(sign_in: SignIn, make: Make) -> None:
    editor, occurrence_id = sign_in(Role.EDITOR, "s1"), make.occurrence()
    make.volunteer(name="林晓东")
    address = f"/staff/occurrences/{occurrence_id}"
    form = editor.get(address).form(f'form[action="{address}/shifts#shifts"]')
    page = form.fill(shift_role="引路", shift_head_count="1").submit()
    assert "引路" in page.text
    assert editor.get("/staff/").all(LACKS)
    page = page.follow('#shifts a[href*="shift="]')
    form = page.form('form[action*="/posts"]')
    assert form.fill(put_who="没有这个人").submit().status == 422
    page = form.fill(put_who="晓东").submit()
    assert "林晓东" in page.one("#shifts").text()
    assert not editor.get("/staff/").all(LACKS)
    form = page.form('form[action$="/withdraw#shifts"]')
    refused = form.submit()
    assert (refused.status, len(refused.all("#shifts .err"))) == (422, 1)
    assert not editor.get("/staff/").all(LACKS)
    page = form.fill(off_reason="病了").submit()
    assert editor.get("/staff/").all(LACKS)
    form = page.follow('#shifts a[href^="/staff/shifts/"]').form('form[action$="/cancel"]')
    assert form.submit().status == 422
    assert form.fill(off_reason="够了").submit().status == 200
    assert not editor.get("/staff/").all(LACKS)


def test_readers_see_shifts_and_change_nothing(sign_in: SignIn, make: Make) -> None:
    occurrence_id = make.occurrence()
    make.shift(occurrence_id, role="引路")
    page = sign_in(Role.AUDITOR, "s1").get(f"/staff/occurrences/{occurrence_id}")
    assert "引路" in page.text
    assert not page.all("#shifts form")
