"""Propose teams for an order: ranked, with every part of the score in words (product §5.3)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from portal.i18n import _, ngettext
from portal.orders.matching import (
    NEARLY,
    RATINGS_COUNT_FROM,
    SQUARELY,
    Candidate,
    Facts,
    Near,
    Part,
    Reason,
    ranked,
)
from portal.orders.matching_queries import facts_about_teams, teams_by_id
from portal.orders.models import Offer, OfferedHelp, OfferStatus, Order
from portal.volunteers.labels import KINDS
from portal.volunteers.models import Team

SHOWN = 3  # at first; all are a click away
SAID_NO = (OfferStatus.DECLINED, OfferStatus.EXPIRED)


@dataclass(frozen=True, slots=True)
class Said:
    """One part of a score in words; `mark` is "" for good, "z" for weak or unknown, "no" for missing."""

    words: str
    points: int
    most: int
    mark: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A team that could be asked, and what speaks for and against it."""

    team: Team
    members: int
    score: int
    reasons: tuple[Said, ...]
    offered: OfferedHelp | None  # its station, of the same cluster, has offered it
    before: Offer | None  # it was asked already and said no, or nothing


@dataclass(frozen=True, slots=True)
class Proposals:
    """The teams that are shown, the best first, and how many there are in all."""

    shown: Sequence[Proposal]
    all: int


def proposals(
    row: Order,
    offers: Sequence[Offer],
    helps: Sequence[OfferedHelp],
    everything: bool = False,
    chosen: Collection[int] = (),
) -> Proposals:
    """Rank the teams for an order, loaded with times, item and station; whoever said no comes last.

    Those that a neighbour has offered and those chosen already are shown in any case.
    """
    no = {one.team_id: one for one in offers if one.status in SAID_NO}
    offered = {one.team_id: one for one in helps}
    order = sorted(ranked(facts_about_teams(row), row.category), key=lambda one: one.facts.team_id in no)
    kept = [
        one
        for place, one in enumerate(order)
        if everything or place < SHOWN or one.facts.team_id in offered or one.facts.team_id in chosen
    ]
    teams = teams_by_id([one.facts.team_id for one in kept])
    shown = [
        Proposal(
            team=teams[one.facts.team_id],
            members=one.facts.members,
            score=one.score,
            reasons=tuple(_said(reason, one, row) for reason in one.reasons),
            offered=offered.get(one.facts.team_id),
            before=no.get(one.facts.team_id),
        )
        for one in kept
    ]
    return Proposals(shown, len(order))


def scores(row: Order) -> dict[int, int]:
    """Return the score of each team for an order, loaded with times and item."""
    return {one.facts.team_id: one.score for one in ranked(facts_about_teams(row), row.category)}


def _said(reason: Reason, one: Candidate, row: Order) -> Said:
    words = {
        Part.KIND: _kind,
        Part.SKILL: _skill,
        Part.NEAR: _near,
        Part.FREE: _free,
        Part.LOAD: _load,
        Part.RATINGS: _ratings,
    }[reason.part](one.facts, row)
    if not reason.points:
        mark = "no"
    else:
        mark = "" if 5 * reason.points >= 4 * reason.most and not _unknown(reason.part, one.facts) else "z"
    return Said(words, reason.points, reason.most, mark)


def _unknown(part: Part, facts: Facts) -> bool:
    if part is Part.FREE:
        return facts.asks_time and not facts.tell_time
    return part is Part.RATINGS and facts.rated < RATINGS_COUNT_FROM


def _kind(facts: Facts, row: Order) -> str:
    kind = KINDS[facts.kind]
    if facts.named:
        return _("The menu names this team: %(kind)s", kind=kind)
    if row.category is None:
        return _("What kind of service it is nobody has said yet: %(kind)s", kind=kind)
    if facts.kind in SQUARELY[row.category]:
        return _("The right kind: %(kind)s", kind=kind)
    if facts.kind in NEARLY[row.category]:
        return _("A kind close to it: %(kind)s", kind=kind)
    return _("Another kind: %(kind)s", kind=kind)


def _skill(facts: Facts, row: Order) -> str:
    if not facts.asks_skill or row.item is None:
        return _("No special skill is asked for")
    if not facts.skilled:
        return _("Skill %(skill)s: nobody has said so", skill=row.item.skill)
    return ngettext(
        "Skill %(skill)s: %(num)s person",
        "Skill %(skill)s: %(num)s people",
        facts.skilled,
        skill=row.item.skill,
    )


def _near(facts: Facts, row: Order) -> str:
    if facts.near is Near.HERE:
        return _("Same station: %(station)s", station=row.station.short_name)
    return _("Same cluster") if facts.near is Near.CLUSTER else _("Elsewhere in the network")


def _free(facts: Facts, row: Order) -> str:
    if not facts.asks_time:
        return _("Any time will do")
    if not facts.tell_time:
        return _("Wished times: nobody has said when they are free")
    if not facts.free:
        return _("Wished times: nobody is free")
    return ngettext(
        "Free at a wished time: %(num)s person", "Free at a wished time: %(num)s people", facts.free
    )


def _load(facts: Facts, row: Order) -> str:
    if not facts.in_hand:
        return _("No order in hand")
    return ngettext("%(num)s order in hand", "%(num)s orders in hand", facts.in_hand)


def _ratings(facts: Facts, row: Order) -> str:
    if facts.rated < RATINGS_COUNT_FROM:
        return ngettext(
            "%(num)s rating, too few: counted as middling",
            "%(num)s ratings, too few: counted as middling",
            facts.rated,
        )
    return _(
        "Ratings so far: %(satisfied)s of %(rated)s satisfied", satisfied=facts.satisfied, rated=facts.rated
    )
