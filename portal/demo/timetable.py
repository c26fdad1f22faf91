"""Lay out the demo year: eleven months behind today, three months ahead, and a full day today."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from random import Random

from portal.demo.blueprints import Blueprint, EveryWeek, NowAndThen
from portal.demo.dates import days_between, eleven_months_before, fixed_dates, is_quiet, weekly_dates
from portal.demo.diary import Diary, Slot, times_near
from portal.demo.stations import station_profiles
from portal.demo.texts import BLUEPRINTS

COUNTED = 274  # holdings whose attendance is known
UNCOUNTED = 4  # holdings of the last days whose attendance the desk still asks for
AHEAD = timedelta(days=92)
WEEK = timedelta(days=7)
RECENT = timedelta(days=3)
TODAY_AT_LEAST = 8
STATIONS_TODAY = 6
EACH_WEEK = 2  # holdings of each station
WEEKS_AHEAD = 12
FOR_CHILDREN_ON_SATURDAY = 3
EVERY_SO_MANY_DAYS = 4  # one single date ahead
MORNING, AFTERNOON, EVENING = ("00:00", "12:00"), ("12:00", "18:00"), ("18:00", "24:00")
TWO_O_CLOCK = "14:00"

WEEKLY = tuple(b for b in BLUEPRINTS if isinstance(b.when, EveryWeek))
SINGLE = tuple(b for b in BLUEPRINTS if isinstance(b.when, NowAndThen) and b.status == "published")
DRAFTS = tuple(b for b in BLUEPRINTS if b.status == "draft")
BY_KEY = {b.key: b for b in BLUEPRINTS}

Test = Callable[[Blueprint], bool]


class Timetable:
    """When each offering is held, what was cancelled, and what nobody has counted yet."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.first = eleven_months_before(today)
        self.last = today + AHEAD
        self.slots: defaultdict[str, list[Slot]] = defaultdict(list)
        self.cancelled: dict[tuple[str, Slot], str] = {}
        self.uncounted: set[tuple[str, Slot]] = set()
        self._standing: defaultdict[date, list[tuple[Blueprint, Slot]]] = defaultdict(list)
        self._diary = Diary()
        for blueprint in BLUEPRINTS:
            if isinstance(blueprint.when, EveryWeek):
                self._diary.promise(blueprint, blueprint.when)
        self._place_fixed()
        earlier = self._place_classes()
        self._place_single()
        self._fill_saturday()
        self._fill_today()
        self._fill_weeks()
        self._leave_some_uncounted()
        self._place_drafts()
        self._reach_back(earlier)

    def counted(self) -> list[tuple[Blueprint, Slot]]:
        """Return what was held before today and counted, day by day."""
        return [
            (blueprint, slot)
            for day in days_between(self.first, self.today - timedelta(days=1))
            for blueprint, slot in self._on(day)
            if slot.last_day < self.today and (blueprint.key, slot) not in self.uncounted
        ]

    # What has its dates from the calendar

    def _place_fixed(self) -> None:
        for blueprint in BLUEPRINTS:
            when = blueprint.when
            if isinstance(when, EveryWeek | NowAndThen):
                continue
            for day in fixed_dates(when, self.first, self.last):
                for slot in times_near(Slot(day, when.start, when.end, when.length)):
                    if self._add(blueprint, slot):
                        break

    def _place_classes(self) -> dict[str, list[Slot]]:
        """Place each class from its last week on, and return its earlier weeks, the latest last."""
        earlier = {}
        for blueprint in WEEKLY:
            when = blueprint.when
            assert isinstance(when, EveryWeek)
            slots = [Slot(day, when.start, when.end) for day in weekly_dates(when, self.first, self.last)]
            now = sum(slot.day < self.today for slot in slots)
            for index, reason in when.cancelled:
                self.cancelled[blueprint.key, slots[now + index]] = reason
            oldest = min([0, *(index for index, _ in when.cancelled)]) - 1
            begin = 0 if when.always else max(0, now + oldest)
            for slot in slots[begin:]:
                self._write(blueprint, slot)
            earlier[blueprint.key] = slots[:begin]
        return earlier

    # Single dates

    def _place_single(self) -> None:
        length = (self.today - RECENT - self.first).days
        for blueprint in SINGLE:
            when = blueprint.when
            assert isinstance(when, NowAndThen)
            phase = Random(blueprint.key).random()  # noqa: S311 - the same demo every time
            for number in range(when.past):
                wished = self.first + timedelta(days=int((number + phase) * length / when.past))
                self._place_near(blueprint, wished, self.first, self.today - RECENT - timedelta(days=1))
        for number in range(2, AHEAD.days, EVERY_SO_MANY_DAYS):
            day = self.today + timedelta(days=number)
            if not is_quiet(day):
                self._invite(day, lambda _: True)

    def _place_drafts(self) -> None:
        for number, blueprint in enumerate(DRAFTS):
            wished = self.today + timedelta(days=10 + 8 * number)
            self._place_near(blueprint, wished, self.today + timedelta(days=1), self.last)

    def _place_near(self, blueprint: Blueprint, wished: date, first: date, last: date) -> None:
        for day in sorted(days_between(first, last), key=lambda day: abs(day - wished)):
            if not is_quiet(day) and self._add_single(blueprint, day):
                return

    def _invite(self, day: date, wanted: Test) -> bool:
        """Hold on that day, of the single offerings that are wanted, the one longest not held."""

        def nearness(blueprint: Blueprint) -> int:
            return -min((abs(slot.day - day).days for slot in self.slots[blueprint.key]), default=999)

        candidates = sorted(filter(wanted, SINGLE), key=nearness)
        return any(self._add_single(blueprint, day) for blueprint in candidates)

    def _add_single(self, blueprint: Blueprint, day: date) -> bool:
        when = blueprint.when
        assert isinstance(when, NowAndThen)
        if day.weekday() not in when.weekdays or day.month not in when.months:
            return False
        if any(slot.day == day for slot in self.slots[blueprint.key]):
            return False
        return self._add(blueprint, Slot(day, when.start, when.end))

    def _add(self, blueprint: Blueprint, slot: Slot) -> bool:
        if not self._diary.fits(blueprint, slot):
            return False
        self._diary.take(blueprint, slot)
        self._write(blueprint, slot)
        return True

    def _write(self, blueprint: Blueprint, slot: Slot) -> None:
        self.slots[blueprint.key].append(slot)
        if blueprint.status == "published" and (blueprint.key, slot) not in self.cancelled:
            self._standing[slot.day].append((blueprint, slot))

    # What people would miss

    def _fill_saturday(self) -> None:
        """See that children find something on the coming Saturday, and today if it is one."""
        for ahead in {(5 - self.today.weekday()) % 7, (4 - self.today.weekday()) % 7 + 1}:
            day = self.today + timedelta(days=ahead)
            while sum("children" in b.audiences for b, _ in self._on(day)) < FOR_CHILDREN_ON_SATURDAY:
                if not self._invite(day, lambda blueprint: "children" in blueprint.audiences):
                    break

    def _fill_today(self) -> None:
        if not any(slot.start <= TWO_O_CLOCK < slot.end for _, slot in self._on(self.today)):
            self._invite_at(lambda when: when.start <= TWO_O_CLOCK < when.end)
        for begins, ends in (EVENING, MORNING, AFTERNOON):
            if not any(begins <= slot.start < ends for _, slot in self._on(self.today)):
                self._invite_at(partial(_starts_within, begins, ends))
        while True:
            held = self._on(self.today)
            if len(held) >= TODAY_AT_LEAST and len({b.station for b, _ in held}) >= STATIONS_TODAY:
                return
            if not self._invite_at(lambda _: True):
                return

    def _invite_at(self, suits: Callable[[NowAndThen], bool]) -> bool:
        """Hold something today that suits, if possible at a station where nothing is on."""
        here = {blueprint.station for blueprint, _ in self._on(self.today)}

        def suitable(blueprint: Blueprint) -> bool:
            return isinstance(blueprint.when, NowAndThen) and suits(blueprint.when)

        return self._invite(self.today, lambda b: suitable(b) and b.station not in here) or self._invite(
            self.today, suitable
        )

    def _fill_weeks(self) -> None:
        """See that each station holds something in each week, counted from today and from Monday."""
        monday = self.today + timedelta(days=7 - self.today.weekday())
        begins = [day + WEEK * number for number in range(WEEKS_AHEAD) for day in (self.today, monday)]
        for begin in begins:
            for profile in station_profiles():
                self._fill_week(profile.slug, list(days_between(begin, begin + timedelta(days=6))))

    def _fill_week(self, station: str, days: list[date]) -> None:
        missing = EACH_WEEK - sum(b.station == station for day in days for b, _ in self._on(day))
        for day in sorted(days, key=lambda day: (is_quiet(day), len(self._on(day)))):
            if missing > 0 and day != self.today and self._invite(day, lambda b: b.station == station):
                missing -= 1

    # The past

    def _leave_some_uncounted(self) -> None:
        days = [self.today - timedelta(days=number) for number in (1, 2, 3)]

        def recent() -> list[tuple[Blueprint, Slot]]:
            return [(b, slot) for day in days for b, slot in self._on(day) if slot.day == slot.last_day]

        for day in days:
            if len(recent()) < UNCOUNTED:
                self._invite(day, lambda _: True)
        ordered = sorted(recent(), key=lambda held: (held[0].series is not None, -held[1].day.toordinal()))
        chosen: dict[str, tuple[str, Slot]] = {}
        for blueprint, slot in ordered:
            chosen.setdefault(blueprint.station, (blueprint.key, slot))
        self.uncounted.update(list(chosen.values())[:UNCOUNTED])
        for blueprint, slot in ordered:
            if len(self.uncounted) < UNCOUNTED:
                self.uncounted.add((blueprint.key, slot))

    def _reach_back(self, earlier: dict[str, list[Slot]]) -> None:
        """Let the classes begin earlier, the weightier the earlier, until enough has been held."""
        missing = COUNTED - len(self.counted())
        reached = dict.fromkeys(earlier, 0)
        weight = {b.key: b.when.weight for b in WEEKLY if isinstance(b.when, EveryWeek)}
        while missing > 0:
            key = min(filter(earlier.get, earlier), key=lambda key: (reached[key] + 1) / weight[key])
            self._write(BY_KEY[key], earlier[key].pop())
            reached[key] += 1
            missing -= 1

    def _on(self, day: date) -> list[tuple[Blueprint, Slot]]:
        """Return what begins on this day, is published and not cancelled."""
        return self._standing.get(day, [])


def _starts_within(begins: str, ends: str, when: NowAndThen) -> bool:
    return begins <= when.start < ends
