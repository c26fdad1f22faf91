"""“附近”: a calendar narrowed to a station widens to the stations of its cluster (联片)."""

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.db import db, transaction
from portal.stations.models import Cluster, ClusterMember, Station
from tests.activities.readers import entries_of, events_of
from tests.browser import Browser, Page
from tests.make import Make

pytestmark = pytest.mark.usefixtures("noon", "some")
CHIP = "附近也看"
OF_S4 = {"s4 的", "s2 的", "s1 和 s3 联办的"}


@pytest.fixture
def some(make: Make) -> None:
    """Let the lead of a cluster (s4), a member (s2) and stations outside of it (s1, s8) hold something."""
    for station in ("s4", "s2", "s1", "s8"):
        make.activity(station=station, title=f"{station} 的")
    make.activity(station="s1", title="s1 和 s3 联办的", cohosts=("s3",))


def titles(page: Page) -> set[str]:
    return {node.text() for node in page.all(".ev .t")}


def chips(page: Page) -> dict[str, str]:
    return {node.text(): node.attributes["href"] or "" for node in page.all(".quick a")}


def test_a_station_widens_to_its_cluster_and_goes_back(client: Browser) -> None:
    alone = client.get("/calendar?view=list&station=s4")
    assert titles(alone) == {"s4 的"}
    assert not alone.all(".quick .on")
    wide = client.get(chips(alone)[CHIP])
    assert wide.path == "/calendar?view=list&station=s4&nearby=1"
    assert titles(wide) == OF_S4
    assert [node.text() for node in wide.all(".quick .on")] == [CHIP]
    back = client.get(chips(wide)[CHIP])
    assert (back.path, titles(back)) == ("/calendar?view=list&station=s4", {"s4 的"})


def test_every_view_widens(client: Browser) -> None:
    for view in ("month", "week", "list"):
        assert titles(client.get(f"/calendar?view={view}&station=s2&nearby=1")) == OF_S4
    assert titles(client.get("/calendar?view=day&on=2026-06-11&station=s2&nearby=1")) == OF_S4


def test_what_other_stations_hold_says_whose_it_is(client: Browser) -> None:
    page = client.get("/calendar?view=list&station=s4&nearby=1")
    whose = {}
    for card in page.all(".ev"):
        [title], [station] = card.css(".t"), card.css(".st")
        whose[title.text()] = station.text(strip=True)[-4:]
    assert whose == {"s4 的": "第四社区", "s2 的": "第二社区", "s1 和 s3 联办的": "第一社区"}


def test_a_station_on_its_own_has_no_such_choice(client: Browser) -> None:
    for address in ("/calendar?view=list&station=s1", "/calendar?view=list&station=s1&nearby=1"):
        page = client.get(address)
        assert CHIP not in page.text
        assert titles(page) == {"s1 的", "s1 和 s3 联办的"}
        assert not [link for link in page.all("a") if "nearby" in (link.attributes["href"] or "")]
    everything = client.get("/calendar?view=list&nearby=1")
    assert len(titles(everything)) == 5
    assert CHIP not in everything.text


def test_a_cluster_whose_others_have_closed_widens_nothing(app: Flask, client: Browser) -> None:
    with app.app_context(), transaction() as session:
        session.execute(sa.update(Station).where(Station.slug.in_(["s2", "s3"])).values(closed=True))
    assert CHIP not in client.get("/calendar?station=s4").text


def test_whoever_is_in_two_clusters_sees_both(app: Flask, client: Browser, make: Make) -> None:
    with app.app_context(), transaction() as session:
        cluster_id = db.session.scalars(sa.select(Cluster.id).where(Cluster.slug == "s8")).one()
        session.add(ClusterMember(cluster_id=cluster_id, station_id=make.station("s4")))
    assert titles(client.get("/calendar?view=list&station=s4&nearby=1")) == OF_S4 | {"s8 的"}
    assert titles(client.get("/calendar?view=list&station=s2&nearby=1")) == OF_S4, (
        "not the clusters of clusters"
    )


def test_it_goes_together_with_the_other_filters(client: Browser) -> None:
    assert titles(client.get("/calendar?view=list&station=s4&nearby=1&q=s2")) == {"s2 的"}
    assert titles(client.get("/calendar?view=list&station=s4&nearby=1&category=fitness")) == set()
    assert titles(client.get("/calendar?view=list&station=s4&nearby=1&cluster=s8")) == set()


def test_links_and_the_form_carry_it_along_while_there_is_a_station(client: Browser) -> None:
    page = client.get("/calendar?station=s4&nearby=1")
    links = chips(page)
    assert links["今天"] == "/calendar?view=day&station=s4&nearby=1"
    assert links["有名额"] == "/calendar?station=s4&nearby=1&open=1"
    hrefs = {link.attributes["href"] for link in page.all("a, link[rel=alternate]")}
    assert {
        "/calendar?view=week&station=s4&nearby=1",
        "/calendar?on=2026-07-01&station=s4&nearby=1",
        "/calendar?view=list&station=s4&nearby=1&on=2026-06-11",
        "/calendar.ics?station=s4&nearby=1",
        "/calendar.atom?station=s4&nearby=1",
        "/calendar?station=s2&nearby=1",
        "/calendar",
    } <= hrefs
    assert page.one("#nearby").attributes["value"] == "1"
    assert "checked" in page.one("#nearby").attributes
    assert "选了 1 样" in page.one(".filter summary").text(), "it widens; the station alone narrows"
    assert "checked" not in client.get("/calendar?station=s4").one("#nearby").attributes


def test_feeds_widen_too(client: Browser) -> None:
    def summaries(address: str) -> set[str]:
        return {event.summary for event in events_of(client.get(address).response.data)}

    assert summaries("/calendar.ics?station=s4") == {"s4 的"}
    assert summaries("/calendar.ics?station=s4&nearby=1") == OF_S4
    assert summaries("/calendar.ics?station=s1&nearby=1") == {"s1 的", "s1 和 s3 联办的"}
    news = entries_of(client.get("/calendar.atom?station=s4&nearby=1").response.data)
    assert {entry.title for entry in news} == OF_S4


def test_a_value_that_means_nothing_is_said(client: Browser) -> None:
    page = client.get("/calendar?view=list&station=s4&nearby=2")
    assert page.status == 422
    assert page.all("[role=alert]")
    assert titles(page) == {"s4 的"}
    for feed in ("/calendar.ics", "/calendar.atom"):
        assert client.get(f"{feed}?station=s4&nearby=2").status == 404
    assert client.get("/calendar?station=s4&nearby=0").status == 200


def test_a_station_s_page_leads_to_what_is_nearby(client: Browser) -> None:
    link = "/calendar?view=list&station=s2&nearby=1"
    page = client.get("/stations/s2")
    [leading] = [node for node in page.all("a") if node.attributes["href"] == link]
    assert leading.text() == "附近站点的活动"
    assert titles(client.get(link)) == OF_S4
    quiet = client.get("/stations/s3")
    assert [node.text() for node in quiet.all(".rule a")][-1] == "附近站点的活动"
    assert "nearby" not in client.get("/stations/s1").response.text


def test_where_nothing_is_on_the_page_leads_nearby(client: Browser) -> None:
    [leading] = client.get("/stations/s9").all(".empty a")
    assert leading.attributes["href"] == "/calendar?view=list&station=s9&nearby=1"
    [everywhere] = client.get("/stations/s5").all(".empty a")
    assert everywhere.attributes["href"] == "/calendar?view=list"
