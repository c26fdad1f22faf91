"""Hold what is offered and where, as plain values that forms fill and actions take."""

from dataclasses import dataclass

from portal.activities.models import Audience, Category, SignUp


@dataclass(frozen=True, slots=True)
class Content:
    """What is offered and to whom."""

    title: str
    text: str
    category: Category
    series_id: int | None
    audiences: tuple[Audience, ...]
    cohost_ids: tuple[int, ...]
    registration: bool
    party_max: int
    min_age: int | None
    max_age: int | None
    contact: str
    phone: str
    themes: str = ""
    opens_days: int | None = None  # registration opens so many days before; None: at once
    closes_minutes: int = 0  # and closes so many minutes before it begins
    sign_up: SignUp = SignUp.DATES  # of several dates
    team_id: int | None = None  # which team helps
    counts_hours: bool | None = None  # who helps does volunteer service (Order 67, Art. 19); None: as it was


@dataclass(frozen=True, slots=True)
class Where:
    """Where it takes place: a room, or a named place; and how many find room there (None: any number)."""

    room_id: int | None
    place_name: str
    place_address: str
    place_directions: str
    seats: int | None = None
