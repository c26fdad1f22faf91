"""A date told to people: its poster, its picture, the text for a group, and the page with all of them."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image

from portal.access import Role
from portal.activities import announcements, occurrences, picture, posters, queries
from portal.activities.models import Activity, Audience, Occurrence, SignUp
from portal.db import transaction
from portal.stations.models import Station
from portal.web import lettering
from tests.browser import Browser, Page
from tests.conftest import SignIn
from tests.make import Make, each_week, span
from tests.statements import counted
from tests.web import qr

WORDS_END = picture.EDGE + picture.LEFT + 20  # right of it stands the code
pytestmark = pytest.mark.usefixtures("noon")

HOSTILE = (
    "🎉🎊👨‍👩‍👧",
    "重阳🎉登高，一起走走",
    "<script>alert(1)</script><b>粗</b>",
    "\u05e9\u05dc\u05d5\u05dd مرحبا 书法",
    "W" * 80,
    "长" * 80,
    "，" * 80,
    "（" * 80,
    "a " * 40,
    "е́о̂ combining",
    "𠮷野家的㙟头",
    "100% %s %d \\n",
)


def picture_of(page: Page) -> Image.Image:
    assert page.headers["Content-Type"] == "image/png"
    return Image.open(BytesIO(page.response.data))


def kept(instance: Path) -> list[Path]:
    return sorted((instance / "pictures").iterdir())


def rename(app: Flask, occurrence_id: int, title: str) -> None:
    """Give the activity of a date another title, also one that no form would take."""
    with app.app_context(), transaction() as session:
        activity_id = session.get_one(Occurrence, occurrence_id).activity_id
        session.execute(sa.update(Activity).where(Activity.id == activity_id).values(title=title[:80]))


def group_text(app: Flask, occurrence_id: int) -> str:
    with app.test_request_context("/?lang=en"):
        return announcements.text_for_group(queries.occurrence(occurrence_id))


# The picture


def test_the_picture_holds_a_code_that_leads_to_the_page_of_the_date(
    app: Flask, client: Browser, make: Make
) -> None:
    occurrence_id = make.occurrence()
    found = picture_of(client.get(f"/occurrences/{occurrence_id}/share.png"))
    assert found.size == (1000, 800)
    code = found.convert("L").crop((WORDS_END, picture.FOOT + 30, 1000, picture.FOOT + 300))
    assert qr.read(qr.of_picture(code)) == f"http://localhost/occurrences/{occurrence_id}"


def test_it_is_drawn_once_and_anew_after_a_change(
    app: Flask, client: Browser, make: Make, instance: Path
) -> None:
    occurrence_id = make.class_with_seats(title="书法班")
    place = f"/occurrences/{occurrence_id}/share.png"
    first = client.get(place).response.data
    drawn = [(path.name, path.stat().st_mtime_ns) for path in kept(instance)]
    make.registration(occurrence_id)  # somebody signs up: nothing of that stands in the picture
    assert client.get(place).response.data == first
    assert [(path.name, path.stat().st_mtime_ns) for path in kept(instance)] == drawn
    rename(app, occurrence_id, "剪纸班")
    assert client.get(place).response.data != first
    assert len(kept(instance)) == 1  # the old one is gone
    assert kept(instance)[0].name != drawn[0][0]


def test_whoever_has_the_picture_is_told_so(client: Browser, make: Make) -> None:
    place = f"/occurrences/{make.occurrence()}/share.png"
    first = client.get(place)
    assert first.headers["Cache-Control"] == "no-cache"
    tag = first.headers["ETag"]
    again = client.get(place, If_None_Match=tag)
    assert (again.status, again.response.data) == (304, b"")
    dated = client.get(f"{place}?v={tag.strip(chr(34))[:12]}")
    assert "immutable" in dated.headers["Cache-Control"]
    assert client.get(f"{place}?v=older").headers["Cache-Control"] == "no-cache"


def test_two_who_ask_at_once_both_get_it_whole(app: Flask, make: Make, instance: Path) -> None:
    place = f"/occurrences/{make.occurrence()}/share.png"
    with ThreadPoolExecutor(6) as crowd:
        answers = list(crowd.map(lambda _: app.test_client().get(place).data, range(6)))
    assert len(set(answers)) == 1
    Image.open(BytesIO(answers[0])).load()
    assert [path.suffix for path in kept(instance)] == [".png"]


@pytest.mark.parametrize("title", HOSTILE)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_title_breaks_picture_poster_or_text(app: Flask, client: Browser, make: Make, title: str) -> None:
    occurrence_id = make.occurrence()
    rename(app, occurrence_id, title)
    assert picture_of(client.get(f"/occurrences/{occurrence_id}/share.png")).size == (1000, 800)
    poster = client.get(f"/occurrences/{occurrence_id}/poster")
    assert "".join(poster.one("h1").text().split()) == "".join(title[:80].split())
    assert title[:80] in group_text(app, occurrence_id)


def test_a_cancelled_date_says_so_everywhere(app: Flask, client: Browser, make: Make) -> None:
    occurrence_id = make.occurrence(title="书法班")
    place = f"/occurrences/{occurrence_id}/share.png"
    before = client.get(place).response.data
    with app.app_context():
        occurrences.cancel(occurrence_id, "下大雨", make.actor())
    assert client.get(place).response.data != before
    off = client.get(f"/occurrences/{occurrence_id}/poster").one(".off").text()
    assert "已取消" in off
    assert "下大雨" in off
    text = group_text(app, occurrence_id)
    assert "取消了" in text
    assert "下大雨" in text
    assert "请您来" not in text


# Lines


@pytest.mark.parametrize("size", [44, 92])
def test_lines_are_broken_as_print_does_it(size: int) -> None:
    text = "重阳登高（走走），看看侨乡的老房子：“围龙屋”、番客楼，一起拍照 Photography workshop 2026"
    for room in range(size * 6, 900, 37):
        broken = lettering.lines(text, size, room)
        assert "".join(broken).replace(" ", "") == text.replace(" ", "")
        assert not [line for line in broken if line[0] in lettering.NOT_FIRST]
        assert not [line for line in broken if line[-1] in lettering.NOT_LAST]
        assert max(lettering.width(line, size) for line in broken) <= room or size * 6 > room


def test_a_word_is_torn_only_if_no_line_could_hold_it() -> None:
    assert lettering.lines("see Photography", 40, 260) == ["see", "Photography"]
    assert len(lettering.lines("W" * 80, 40, 300)) > 8


def test_what_no_font_draws_is_left_out() -> None:
    assert lettering.drawable("重阳🎉登高\u202e \n 一起走\u0301") == "重阳登高 一起走"
    assert lettering.drawable("\u05e9\u05dc\u05d5\u05dd 你好") == "你好"
    assert lettering.drawable("🎉") == ""


def test_a_title_breaks_rather_after_a_mark() -> None:
    _size, broken = lettering.fit("银龄义诊：测血压、查血糖", (100, 80), 900, 300)
    assert broken == ["银龄义诊：", "测血压、查血糖"]


def test_what_is_too_long_for_the_smallest_size_is_cut() -> None:
    size, broken = lettering.fit("长" * 80, (60, 40), 400, 110)
    assert (size, len(broken)) == (40, 2)
    assert broken[-1].endswith("…")
    assert lettering.width(broken[-1], 40) <= 400


# The poster


def test_a_poster_says_all_that_one_needs_to_come(app: Flask, client: Browser, make: Make) -> None:
    with app.app_context(), transaction() as session:
        session.get_one(Station, make.station()).phone = "0660-000 0001"
    occurrence_id = make.class_with_seats(
        title="写一封侨批",
        seats=30,
        audiences=(Audience.ELDERLY,),
        ages=(60, None),
        text="报个平安。\n再说。",
    )
    page = client.get(f"/occurrences/{occurrence_id}/poster")
    for words in (
        "2026 年 6 月",
        "11",
        "星期四",
        "10:00–11:00",
        "农历四月廿六",
        "榕树下",
        "30",
        "老年人",
        "60",
    ):
        assert words in page.text, words
    assert "0660-000 0001" in page.one(".go").text()
    assert page.one("h1 small").text() == "报个平安"
    assert page.one("meta[name=robots]").attributes["content"] == "noindex"


def test_a_festival_stands_on_poster_and_text(app: Flask, client: Browser, make: Make) -> None:
    occurrence_id = make.occurrence(when=span(9))  # 19 June 2026
    assert "端午节" in client.get(f"/occurrences/{occurrence_id}/poster").text
    assert "端午节" in group_text(app, occurrence_id)


def test_the_poster_of_all_dates_says_the_rule_and_the_next_ones(client: Browser, make: Make) -> None:
    activity_id = make.activity(repeats=each_week(6, count=8))
    dates = make.dates_of(activity_id)
    page = client.get(f"/occurrences/{dates[0]}/poster?all=1")
    assert "每星期二" in page.one(".rule").text()
    assert len(page.all(".next li")) == posters.NEXT_DATES
    assert not client.get(f"/occurrences/{dates[0]}/poster").all(".rule")
    alone = make.occurrence()
    assert not client.get(f"/occurrences/{alone}/poster?all=1").all(".next")


@pytest.mark.parametrize("asked", ["paper=a5", "paper=", "all=2"])
def test_a_poster_that_makes_no_sense_is_not_there(client: Browser, make: Make, asked: str) -> None:
    assert client.get(f"/occurrences/{make.occurrence()}/poster?{asked}").status == 404


def test_a_draft_tells_nobody_anything(client: Browser, sign_in: SignIn, make: Make, instance: Path) -> None:
    occurrence_id = make.occurrence(published=False)
    for place in ("poster", "share.png"):
        assert client.get(f"/occurrences/{occurrence_id}/{place}").status == 404
    editor = sign_in(Role.EDITOR, "s1")
    assert editor.get(f"/staff/occurrences/{occurrence_id}/outputs").status == 404
    assert not editor.get(f"/staff/occurrences/{occurrence_id}").all("a[href$='/outputs']")
    assert not (instance / "pictures").exists()


@pytest.mark.parametrize(
    ("title", "setting"),
    [
        ("写一封侨批", "v1"),
        ("银龄义诊：测血压、查血糖", "v2"),
        ("社区儿童夏令营开营仪式", "v1 torn"),
        ("长" * 26, "v3 torn"),
        ("长" * 28, "h1 torn"),
        ("长" * 80, "h3 torn"),
        ("Morning exercise", "h1"),
    ],
)
def test_a_title_is_set_as_large_as_it_fits(title: str, setting: str) -> None:
    assert posters.title_class(title) == setting


# The text, and the staff's page


def test_the_text_for_the_group_is_short_and_complete(app: Flask, make: Make) -> None:
    with app.app_context(), transaction() as session:
        session.get_one(Station, make.station()).phone = "0660-000 0001"
    occurrence_id = make.class_with_seats(title="书法班", seats=12, audiences=(Audience.CHILDREN,))
    make.registration(occurrence_id, people=2)
    text = group_text(app, occurrence_id)
    assert 4 <= len(text.splitlines()) <= 8
    for words in (
        "书法班",
        "6 月 11 日 星期四",
        "农历",
        "10:00–11:00",
        "榕树下",
        "10 个名额",
        "0660-000 0001",
    ):
        assert words in text, words
    assert f"http://localhost/occurrences/{occurrence_id}" in text
    assert "示例" not in text


def test_the_text_says_how_one_comes_as_things_stand(app: Flask, make: Make) -> None:
    assert "不用报名" in group_text(app, make.occurrence())
    full = make.class_with_seats(seats=1)
    make.registration(full)
    assert "候补" in group_text(app, full)
    assert "6 月 12 日 08:00" in group_text(app, make.class_with_seats(when=span(9), opens_days=7))
    assert "一期课" in group_text(app, make.course(sign_up=SignUp.COURSE)[0])
    assert "先报名" in group_text(app, make.class_with_seats(seats=None))


def test_staff_find_all_five_on_one_page(sign_in: SignIn, make: Make) -> None:
    occurrence_id = make.occurrence(title="书法班")
    editor = sign_in(Role.EDITOR, "s1")
    page = editor.get(f"/staff/occurrences/{occurrence_id}").follow("a[href$='/outputs']")
    assert "书法班" in page.one("textarea[readonly]").text()
    assert page.one("#board .ev .t").text() == "书法班"
    assert page.one("#page svg.qr")
    links = {node.attributes["href"] for node in page.all("main a")}
    assert {
        f"/occurrences/{occurrence_id}",
        f"/occurrences/{occurrence_id}/poster",
        f"/occurrences/{occurrence_id}/poster?paper=a3",
        "/stations/s1/sheet?span=week&paper=a4&on=2026-06-11",
    } <= links
    source = page.one("img").attributes["src"] or ""
    assert picture_of(editor.get(source)).size == (1000, 800)
    assert "immutable" in editor.get(source).headers["Cache-Control"]
    assert page.one("a[download]").attributes["href"] == source
    other = sign_in(Role.EDITOR, "s2")
    assert other.get(f"/staff/occurrences/{occurrence_id}/outputs").status == 404


def test_an_activity_leads_to_what_tells_of_its_next_date(sign_in: SignIn, make: Make) -> None:
    activity_id = make.activity(repeats=each_week(6, count=8))
    page = sign_in(Role.EDITOR, "s1").get(f"/staff/activities/{activity_id}")
    first = make.dates_of(activity_id)[0]
    assert page.one("a[href$='/outputs']").attributes["href"] == f"/staff/occurrences/{first}/outputs"
    assert page.one("a[href*='/poster']").attributes["href"] == f"/occurrences/{first}/poster?all=1"


def test_they_cost_the_same_with_little_and_with_much(
    app: Flask, client: Browser, sign_in: SignIn, make: Make
) -> None:
    costs = []
    editor = sign_in(Role.EDITOR, "s1")
    for count in (3, 60):
        first = make.dates_of(make.activity(repeats=each_week(6, count=count), cohosts=("s2", "s3")))[0]
        paid = []
        for browser, place in (
            (client, f"/occurrences/{first}/poster"),
            (client, f"/occurrences/{first}/poster?all=1"),
            (client, f"/occurrences/{first}/share.png"),
            (editor, f"/staff/occurrences/{first}/outputs"),
        ):
            browser.get(place)
            with counted(app) as statements:
                assert browser.get(place).status == 200
            paid.append(len(statements))
        costs.append(paid)
    assert costs[0] == costs[1]
    assert costs[0] == [4, 7, 4, 6]


def test_the_page_of_a_date_names_its_picture(client: Browser, make: Make) -> None:
    page = client.get(f"/occurrences/{make.occurrence()}")
    shown = page.one("meta[property='og:image']").attributes["content"] or ""
    assert picture_of(client.get(shown.removeprefix("http://localhost"))).size == (1000, 800)
