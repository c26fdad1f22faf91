"""Rank teams for an order by fit, and say each reason: no black box, and a person decides (product §5.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.activities.models import Category
from portal.volunteers.models import TeamKind

RATINGS_COUNT_FROM = 5  # fewer say nothing, they count as middling


class Near(StrEnum):
    """How a team stands to the station of an order."""

    HERE = "here"  # at home there, or serves it
    CLUSTER = "cluster"  # at home at a station of the same cluster
    ELSEWHERE = "elsewhere"


class Part(StrEnum):
    """One part of a score."""

    KIND = "kind"
    SKILL = "skill"
    NEAR = "near"
    FREE = "free"
    LOAD = "load"
    RATINGS = "ratings"


MOST = {Part.KIND: 30, Part.SKILL: 20, Part.NEAR: 20, Part.FREE: 15, Part.LOAD: 10, Part.RATINGS: 5}

# Which kinds of team serve which platform: squarely, or nearly.
SQUARELY = {
    Category.THEORY: {TeamKind.THEORY, TeamKind.LAW, TeamKind.OVERSEAS},
    Category.EDUCATION: {TeamKind.EDUCATION, TeamKind.SCIENCE, TeamKind.LAW},
    Category.CULTURE: {TeamKind.CULTURE, TeamKind.OVERSEAS},
    Category.SCIENCE: {TeamKind.SCIENCE, TeamKind.HEALTH},
    Category.FITNESS: {TeamKind.HEALTH, TeamKind.CULTURE},
    Category.VOLUNTEERING: {
        TeamKind.RELIEF,
        TeamKind.ENVIRONMENT,
        TeamKind.TRAFFIC,
        TeamKind.OVERSEAS,
        TeamKind.WATER_SAFETY,
        TeamKind.HEALTH,
    },
}
NEARLY = {
    Category.THEORY: {TeamKind.EDUCATION, TeamKind.CULTURE},
    Category.EDUCATION: {TeamKind.CULTURE, TeamKind.THEORY},
    Category.CULTURE: {TeamKind.EDUCATION, TeamKind.THEORY},
    Category.SCIENCE: {TeamKind.EDUCATION, TeamKind.ENVIRONMENT},
    Category.FITNESS: {TeamKind.EDUCATION},
    Category.VOLUNTEERING: {TeamKind.CULTURE, TeamKind.EDUCATION, TeamKind.LAW, TeamKind.SCIENCE},
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a team beside an order."""

    team_id: int
    name: str
    kind: TeamKind
    named: bool  # by the item of the menu
    near: Near
    members: int
    skilled: int  # members with the skill that is asked for
    asks_skill: bool
    free: int  # members free at a wished time
    asks_time: bool
    tell_time: int  # members who say at all when they are free
    in_hand: int  # orders under way
    rated: int
    satisfied: int


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a score: points, of how many, and the count it rests on."""

    part: Part
    points: int
    count: int = 0

    @property
    def most(self) -> int:
        """Return how many points there were to have."""
        return MOST[self.part]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A team with its score of 100 and every reason for it."""

    facts: Facts
    reasons: tuple[Reason, ...]

    @property
    def score(self) -> int:
        """Return the sum of its parts."""
        return sum(reason.points for reason in self.reasons)

    def points(self, part: Part) -> int:
        """Return the points of one part."""
        return next(reason.points for reason in self.reasons if reason.part is part)


def judge(facts: Facts, category: Category | None) -> Candidate:
    """Score a team, part by part."""
    return Candidate(
        facts,
        (
            Reason(Part.KIND, _kind(facts, category)),
            Reason(Part.SKILL, _skill(facts), facts.skilled),
            Reason(Part.NEAR, {Near.HERE: 20, Near.CLUSTER: 12, Near.ELSEWHERE: 5}[facts.near]),
            Reason(Part.FREE, _free(facts), facts.free),
            Reason(Part.LOAD, max(10 - 4 * facts.in_hand, 0), facts.in_hand),
            Reason(Part.RATINGS, _ratings(facts), facts.rated),
        ),
    )


def _kind(facts: Facts, category: Category | None) -> int:
    if facts.named:
        return 30
    if category is None:
        return 10
    if facts.kind in SQUARELY[category]:
        return 25
    return 12 if facts.kind in NEARLY[category] else 0


def _skill(facts: Facts) -> int:
    if not facts.asks_skill:
        return 20
    return {0: 0, 1: 12, 2: 16}.get(facts.skilled, 20)


def _free(facts: Facts) -> int:
    if not facts.asks_time:
        return 15
    if not facts.tell_time:
        return 8  # nobody has said when: perhaps
    return {0: 0, 1: 10}.get(facts.free, 15)


def _ratings(facts: Facts) -> int:
    if facts.rated < RATINGS_COUNT_FROM:
        return 3
    return round(5 * facts.satisfied / facts.rated)


def ranked(teams: Sequence[Facts], category: Category | None) -> list[Candidate]:
    """Rank teams for an order: those of its own station and cluster first (product §2), then by score."""
    return sorted(
        (judge(facts, category) for facts in teams),
        key=lambda one: (one.facts.near is Near.ELSEWHERE, -one.score, one.facts.team_id),
    )
