"""Ask on a screen with keys for digits and none for letters: who comes or orders is called by the number."""

from collections.abc import Sequence
from typing import Any

from portal.activities.models import Occurrence
from portal.contact import MOBILE_DIGITS, phone_of
from portal.i18n import _, in_default_language
from portal.orders.forms import OrderForm
from portal.orders.menu_models import MenuItem
from portal.orders.models import ForWhom, Place
from portal.registrations.forms import RegistrationForm
from portal.registrations.rules import limits_of
from portal.stations.queries import StationCard, stations_shown

LONGEST = 12  # digits of a fixed line with its area code
SHORT_CODES = ("010", "02")  # area codes of three digits; all others have four
DIGITS = "0123456789"
WHAT = ("station", "people", "place", "times")  # what the first step of ordering asks


def called(phone: str) -> str:
    """Say what somebody is called at the roll who has given a number and no name, as 尾号5678."""
    with in_default_language():
        return _("Number ending %(digits)s", digits=phone[-4:])


def to_be_asked() -> str:
    """Say in place of an address that it is asked for by phone."""
    with in_default_language():
        return _("to be asked by phone")


class Keypad:
    """A phone number that is typed key by key, each of which may be a request of its own."""

    phone: Any
    name: Any

    @property
    def digits(self) -> str:
        """Return what has been typed."""
        return "".join(one for one in phone_of(self.phone.data or "") if one in DIGITS)[:LONGEST]

    @property
    def grouped(self) -> str:
        """Return it in groups, as numbers are read out."""
        typed = self.digits
        first = 4 if typed.startswith("0") and not typed.startswith(SHORT_CODES) else 3
        return f"{typed[:first]} {typed[first : first + 4]} {typed[first + 4 :]}".strip()

    @property
    def left(self) -> int:
        """Return how many digits a mobile number still lacks; of a fixed line nobody knows."""
        return 0 if self.digits.startswith("0") else max(0, MOBILE_DIGITS - len(self.digits))

    @property
    def longest(self) -> int:
        """Return how many digits are taken."""
        return LONGEST if self.digits.startswith("0") else MOBILE_DIGITS

    def press(self, keys: Sequence[str]) -> bool:
        """Take a key of the keypad; say whether one was pressed.

        `keys` is all that was sent as “key”: first what every form carries under that name, then the key.
        """
        key, typed = (keys[1] if len(keys) > 1 else ""), self.digits
        if key == "del":
            self.phone.data = typed[:-1]
        elif key == "clear":
            self.phone.data = ""
        elif len(key) == 1 and key in DIGITS:
            self.phone.data = (typed + key)[: self.longest]
        else:
            return False
        return True

    def call_by_number(self) -> None:
        """Fill in what somebody is called."""
        self.phone.data = self.digits
        self.name.data = called(self.digits)


def turned(value: int | None, by: str, least: int, most: int) -> int | None:
    """Return a number of people after a press on − or ＋ (`by`, as -1), within bounds; None for no press."""
    if by not in ("-10", "-1", "1", "10"):
        return None
    return max(least, min(most, (value or least) + int(by)))


class WalkInForm(Keypad, RegistrationForm):
    """Grown-ups who sign up on a screen; children need names and a guardian, so they are for the phone."""

    def about(self, found: Occurrence) -> None:
        """Fill in what there is to choose from at a date."""
        self.offer(limits_of(found.activity))
        self.most = min(self.limits.party_max, found.seats or self.limits.party_max)

    def turn(self, by: str) -> bool:
        """Take a press on − or ＋; say whether it was one."""
        people = turned(self.adults.data, by, 1, self.most)
        if people is not None:
            self.adults.data = people
        return people is not None

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Check what was typed, under the name that goes with the number."""
        self.call_by_number()
        return super().validate(*args, **kwargs)


class ScreenOrderForm(Keypad, OrderForm):
    """An order from a screen, of an item of the menu and for oneself; in two steps, what and who."""

    places: Sequence[StationCard] = ()  # where the item is on offer

    def about(self, item: MenuItem, places: Sequence[StationCard], here: str) -> None:
        """Fill in what there is to choose from; begin with the screen's own station, or the only one."""
        self.places = places
        slugs = [card.slug for card in places]
        if not self.is_submitted() and (here in slugs or len(slugs) == 1):
            self.station.data = here if here in slugs else slugs[0]
        self.offer(item, places, {card.slug: card.id for card in [*stations_shown(), *places]})

    def turn(self, by: str) -> bool:
        """Take a press on − or ＋; say whether it was one."""
        people = turned(self.people.data, by, self.least, self.most)
        if people is not None:
            self.people.data = people
        return people is not None

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Check what was typed, under the name that goes with the number; the address is asked by phone."""
        self.call_by_number()
        self.who.data = ForWhom.SELF.value
        home = self.goes_home and self.chosen_place is Place.HOME
        self.address.data = to_be_asked() if home else ""
        return super().validate(*args, **kwargs)

    @property
    def fails_at_what(self) -> bool:
        """Say whether something of the first step is at fault."""
        return any(self[name].errors for name in WHAT)
