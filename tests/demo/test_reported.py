"""What the press has reported of the network is in every demo year, at its time of the year."""

from datetime import date, timedelta
from functools import cache
from itertools import pairwise

import pytest

from portal.activities.lunar import festival_day
from portal.demo.plan import Offering, demo_year

DAYS = [date(2026, 1, 1) + timedelta(days=number) for number in range(0, 6 * 365, 151)]
on_any_day = pytest.mark.parametrize("today", DAYS, ids=str)

# Title, key, station, category, series, audience, what the place is called.
REPORTED = [
    ("学生科学小实验", "center-science", "center", "science", None, "children", None),
    ("志愿者与小朋友一起做灯笼", "zhongqiu-lanterns", "s8", "culture", "zhongqiu", "children", None),
    ("到敬老院慰问老人", "chongyang-care-home", "center", "volunteering", "chongyang", "elderly", "敬老院"),
    ("文明交通劝导", "center-traffic", "center", "volunteering", None, "everyone", "主要交通路口"),
    ("迎新春 送春联", "chunjie-couplets", "office", "culture", "chunjie", "everyone", None),
    ("浓情五月天 感恩母亲节", "muqin-thanks", "office", "culture", "muqin", "everyone", None),
    ("移风易俗过清明 文明祭祀树新风", "qingming-custom", "office", "theory", "qingming", "everyone", None),
    ("银龄乐活 文化活动与义诊", "s2-silver", "s2", "fitness", None, "elderly", None),
    ("暑期托管班", "s5-summer-care", "s5", "education", None, "children", None),
    ("“侨见未来”夏令营", "center-camp", "center", "education", None, "children", None),
    ("红色观影", "s6-film", "s6", "theory", None, "everyone", None),
    ("防溺水安全宣传", "office-water-safety", "office", "education", None, "children", None),
    ("侨史展览", "center-exhibition", "center", "culture", None, "overseas", None),
    ("九一八主题党日", "s9-september-18", "s9", "theory", None, "party", None),
    ("“两清一灭”灭蚊行动", "office-mosquitoes", "office", "volunteering", None, "everyone", "各村（社区）"),
    ("护河清洁行动", "s5-river", "s5", "volunteering", None, "volunteers", "第五村饶堀河段"),
    ("门前三包 爱国卫生", "office-front-door", "office", "volunteering", None, "everyone", "主要街道"),
]


@cache
def years() -> list[tuple[Offering, ...]]:
    return [demo_year(today) for today in DAYS]


@pytest.mark.parametrize(("title", "key", "station", "category", "series", "audience", "place"), REPORTED)
def test_what_the_press_reported_is_in_every_year(
    title: str,
    key: str,
    station: str,
    category: str,
    series: str | None,
    audience: str,
    place: str | None,
) -> None:
    for year in years():
        (offering,) = [offering for offering in year if offering.key == key]
        assert offering.title == title
        assert (offering.station, offering.category, offering.series) == (station, category, series)
        assert audience in offering.audiences
        assert place is None or (offering.place and offering.place.name == place)
        assert offering.holdings


@on_any_day
def test_reported_things_come_when_the_press_said(today: date) -> None:
    offerings = {offering.key: offering for offering in demo_year(today)}
    for holding in offerings["s5-summer-care"].holdings:
        assert holding.starts.month in (7, 8)
        assert (holding.starts.weekday(), holding.ends.weekday()) == (0, 4)
    assert all((h.starts.month, h.starts.day) == (9, 18) for h in offerings["s9-september-18"].holdings)
    assert all((h.ends - h.starts).days == 4 for h in offerings["center-camp"].holdings)
    assert all((h.ends - h.starts).days >= 30 for h in offerings["center-exhibition"].holdings)
    for holding in offerings["zhongqiu-lanterns"].holdings:
        festival = festival_day("zhongqiu", holding.starts.year)
        assert festival
        assert 0 < (festival - holding.starts.date()).days < 7
    traffic = [h.starts.date() for h in offerings["center-traffic"].holdings]
    assert all((after - before).days in (7, 14) for before, after in pairwise(traffic))
    months = {(h.starts.year, h.starts.month) for h in offerings["office-front-door"].holdings}
    assert len(months) == len(offerings["office-front-door"].holdings)
