"""The stations of the demo are complete, and say of themselves that they are invented."""

import re
from datetime import date, time
from itertools import combinations

from portal.demo.plan import demo_year, station_profiles

STATIONS = ("center", "office", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9")
ROOMS = {"morality", "volunteers", "library", "theory", "classroom", "culture", "science", "fitness"}
YEAR = demo_year(date(2026, 11, 24))

wall = time.fromisoformat


def test_every_node_of_the_network_has_its_profile_and_every_room_used_exists() -> None:
    profiles = station_profiles()
    assert tuple(profile.slug for profile in profiles) == STATIONS
    rooms = {(profile.slug, room.code) for profile in profiles for room in profile.rooms}
    assert {code for _, code in rooms} == ROOMS
    assert {(o.station, o.room) for o in YEAR if o.room} <= rooms
    assert len(rooms) == sum(len(profile.rooms) for profile in profiles)


def test_what_is_invented_says_so() -> None:
    for profile in station_profiles():
        assert "示例" in profile.address
        assert profile.contact.endswith("（示例）")
        assert re.fullmatch(r"0660-000 00\d\d", profile.phone)
        assert profile.intro
        assert profile.directions
    for place in {offering.place for offering in YEAR if offering.place}:
        assert place.address.endswith("（示例）")
        assert place.directions


def test_opening_hours_are_in_order() -> None:
    for profile in station_profiles():
        for hours in (profile.hours, *(room.hours for room in profile.rooms if room.hours)):
            assert all(day in range(7) and wall(opens) < wall(closes) for day, opens, closes in hours)
            for one, other in combinations(hours, 2):
                assert one[0] != other[0] or wall(one[2]) <= wall(other[1]) or wall(other[2]) <= wall(one[1])
