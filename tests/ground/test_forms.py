"""Fields take what people write, and say in words what they cannot take."""

from datetime import date, time

import pytest
from flask import Flask

from portal.web.forms import Day, Form, WallTime, count, line, paragraphs

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # no form asks it anything


class Sheet(Form):
    """One of each."""

    title = line("Title", 10, required="Please give it a title.")
    text = paragraphs("Text", 20)
    day = Day("Day")
    begins = WallTime("Begins")
    people = count("People", 1, 50)


def read(app: Flask, **typed: str) -> Sheet:
    with app.test_request_context(method="POST", data={"title": "讲座"} | typed):
        app.preprocess_request()
        form = Sheet(meta={"csrf": False})
        form.validate()
        return form


@pytest.mark.parametrize("typed", ["2026-06-01", "2026/6/1", "2026.06.01", " 2026-6-1 ", "２０２６-６-１"])
def test_a_date_is_read_as_people_write_it(app: Flask, typed: str) -> None:
    assert read(app, day=typed).day.data == date(2026, 6, 1)


@pytest.mark.parametrize(
    "typed", ["2026-02-30", "morgen", "1999-12-31", "2101-01-01", "2026-6", "9" * 5000, "²-²-²"]
)
def test_a_date_that_is_none_is_said_so(app: Flask, typed: str) -> None:
    assert read(app, day=typed).day.errors


@pytest.mark.parametrize("typed", ["9:30", "09:30", "９：３０", "09:30:00"])
def test_a_time_is_read_as_people_write_it(app: Flask, typed: str) -> None:
    assert read(app, begins=typed).begins.data == time(9, 30)


@pytest.mark.parametrize("typed", ["25:00", "9", "9:99", "half past nine", ":", "-1:00"])
def test_a_time_that_is_none_is_said_so(app: Flask, typed: str) -> None:
    assert read(app, begins=typed).begins.errors


@pytest.mark.parametrize(("typed", "number"), [("7", 7), ("１２", 12), (" 50 ", 50), ("", None)])
def test_a_number_is_read(app: Flask, typed: str, number: int | None) -> None:
    form = read(app, people=typed)
    assert (form.people.data, form.faults) == (number, [])


@pytest.mark.parametrize("typed", ["0", "51", "-3", "1.5", "seven", "9" * 5000, "²", str(2**63)])
def test_a_number_out_of_bounds_is_said_so(app: Flask, typed: str) -> None:
    assert [name for name, _message in read(app, people=typed).faults] == ["people"]


def test_what_cannot_be_seen_is_taken_out_and_said(app: Flask) -> None:
    form = read(app, title="讲\u202e座\x00")
    assert form.title.data == "讲座"
    assert form.title.errors
    assert read(app, title=form.title.data).faults == []


def test_white_space_is_no_title_and_a_long_one_is_measured(app: Flask) -> None:
    assert read(app, title=" \u3000 ").title.errors == ["Please give it a title."]
    assert "11" in read(app, title="讲" * 11).title.errors[0]
    assert read(app, title="讲\n座").title.data == "讲 座"


def test_every_form_has_a_key_of_its_own(app: Flask) -> None:
    with app.test_request_context():
        app.preprocess_request()
        keys = {Sheet(formdata=None).key.data for _ in range(5)}
    assert len(keys) == 5
