"""Say who would like to come, as plain values that an action can take."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

GROWN_UP = 18  # who is younger counts as a child of the party
OF_AGE_FOR_CONSENT = 14  # below, the guardian consents (PIPL Art. 31)

# Not \d, which takes the digits of other scripts.
CHILD = re.compile(r"(.*?)[\s,，、:：]*([0-9]{1,3})\s*(?:周岁|岁|years?|yrs?)?\s*")


class Source(StrEnum):
    """How a registration came in."""

    WEB = "web"
    PHONE = "phone"
    DESK = "desk"
    KIOSK = "kiosk"

    @property
    def by_staff(self) -> bool:
        """Say whether staff wrote it down for somebody."""
        return self in (Source.PHONE, Source.DESK)


class AgeBand(StrEnum):
    """How old the grown-ups of a party are, asked only where an activity has limits."""

    UNDER_14 = "under_14"
    FROM_14 = "14_17"
    FROM_18 = "18_59"
    FROM_60 = "60_up"

    @property
    def ages(self) -> tuple[int, int]:
        """Return (youngest, oldest)."""
        return {"under_14": (0, 13), "14_17": (14, 17), "18_59": (18, 59), "60_up": (60, 150)}[self.value]

    def within(self, limits: "Limits") -> bool:
        """Say whether somebody of this band may come."""
        youngest, oldest = self.ages
        return youngest <= limits.oldest and oldest >= limits.youngest


@dataclass(frozen=True, slots=True)
class Limits:
    """Whom an activity is for, by age in years; and how many may sign up in one party."""

    min_age: int | None
    max_age: int | None
    party_max: int

    @property
    def youngest(self) -> int:
        """Return the lowest age that may come."""
        return self.min_age or 0

    @property
    def oldest(self) -> int:
        """Return the highest age that may come."""
        return 150 if self.max_age is None else self.max_age

    @property
    def for_children(self) -> bool:
        """Say whether children may be signed up."""
        return self.youngest < GROWN_UP

    @property
    def only_for_children(self) -> bool:
        """Say whether grown-ups come only to accompany."""
        return self.oldest < GROWN_UP

    @property
    def asks_age(self) -> bool:
        """Say whether a grown-up has to say how old they are."""
        return self.youngest > OF_AGE_FOR_CONSENT or (self.max_age is not None and not self.only_for_children)


@dataclass(frozen=True, slots=True)
class Child:
    """What a child is called (称呼) and how old it is."""

    called: str
    age: int


@dataclass(frozen=True, slots=True)
class Party:
    """One party: who signs up, and how many come. The person signing up may be none of them."""

    name: str
    phone: str  # normalised by phone_of(); empty when taken at the desk without one
    adults: int
    children: int = 0
    kids: tuple[Child, ...] = ()
    guardian: str = ""
    guardian_relation: str = ""
    age_band: AgeBand | None = None
    note: str = ""

    @property
    def people(self) -> int:
        """Return how many seats the party takes."""
        return self.adults + self.children


@dataclass(frozen=True, slots=True)
class Consent:
    """What was agreed to: versions of the texts shown (empty: not asked), and whether photos may be taken."""

    version: str
    guardian_version: str = ""
    photo: bool = False


def read_children(lines: str) -> tuple[list[Child], list[str]]:
    """Read lines like “Ming 7” or “Hong, 9”; return the children and the lines that name none or no age."""
    kids, faults = [], []
    for line in filter(None, map(str.strip, unicodedata.normalize("NFKC", lines).split("\n"))):
        found = CHILD.fullmatch(line)
        called = found.group(1).strip() if found else ""
        if found and called and int(found.group(2)) < GROWN_UP:
            kids.append(Child(called, int(found.group(2))))
        else:
            faults.append(line)
    return kids, faults


def write_children(kids: tuple[Child, ...]) -> str:
    """Write children as read_children() reads them."""
    return "\n".join(f"{child.called} {child.age}" for child in kids)
