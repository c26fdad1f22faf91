"""Key back what was signed on paper: read the codes, compare them with the roll, save what was shown."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from portal.access import Actor
from portal.activities.models import Occurrence
from portal.db import transaction
from portal.errors import OutOfDate, Refused
from portal.i18n import _, ngettext
from portal.registrations import queries, rows
from portal.registrations import roll as calling
from portal.registrations.models import Registration, Status

BETWEEN = re.compile(r"[\s,;、。]+")
EQUALS = re.compile(r"\s*[=:]\s*")
ENTRY = re.compile(r"([A-Z][0-9]*)(?:=([0-9]{1,3}))?")


@dataclass(slots=True)
class Paper:
    """What was typed: people per row code (None: all of the party), walk-ins, and what cannot be read."""

    people: dict[str, int | None] = field(default_factory=dict)
    walk_ins: int | None = None
    unread: list[str] = field(default_factory=list)
    twice: set[str] = field(default_factory=set)  # codes with two different numbers of people


def entries(typed: str) -> list[str]:
    """Cut what was typed into entries like A07 or B12=3, in the form of codes."""
    text = EQUALS.sub("=", unicodedata.normalize("NFKC", typed))
    return [rows.plain(entry) for entry in BETWEEN.split(text) if entry]


def read(typed: str) -> Paper:
    """Read what was typed; a code typed twice counts once, but each plain X is one person more."""
    paper = Paper()
    walk_ins: dict[str, int] = {}
    for number, entry in enumerate(entries(typed)):
        found = ENTRY.fullmatch(entry)
        if found is None:
            paper.unread.append(entry)
            continue
        code, people = found[1], int(found[2]) if found[2] else None
        if code[0] == rows.WALK_IN:
            walk_ins[code if len(code) > 1 else f"X {number}"] = 1 if people is None else people
        elif code in paper.people and paper.people[code] != people:
            paper.twice.add(code)
        else:
            paper.people[code] = people
    if walk_ins:
        paper.walk_ins = sum(walk_ins.values())
    return paper


def mended(typed: str, wrong: str, right: str) -> str:
    """Put the code that was meant in the place of a mistyped one; how many came stays."""
    entry = re.compile(rf"{re.escape(wrong)}(?==|$)")
    return " ".join(entry.sub(right, one) if one.startswith(wrong) else one for one in entries(typed))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the comparison, in words; the tone is gone for a fault and few for what needs a look."""

    code: str
    name: str
    stands: str
    paper: str
    noted: str
    tone: str
    near: tuple[tuple[str, str], ...] = ()  # (code, name) of whom it may have been


@dataclass(slots=True)
class Comparison:
    """How paper and roll differ, and what saving would write."""

    rows: list[Row] = field(default_factory=list)
    same: int = 0  # parties for which both say the same
    marks: dict[int, int] = field(default_factory=dict)  # people by registration
    walk_ins: int | None = None
    facts: list[tuple[object, ...]] = field(default_factory=list)  # what the rows were made of

    @property
    def faults(self) -> int:
        """Count what has to be mended first."""
        return sum(row.tone == "gone" for row in self.rows)

    @property
    def changes(self) -> int:
        """Count what saving would write."""
        return len(self.marks) + (self.walk_ins is not None)

    @property
    def differences(self) -> int:
        """Count what needs a look, faults aside."""
        return sum(row.tone == "few" for row in self.rows)

    @property
    def seal(self) -> str:
        """Return a short text that is the same as long as the comparison is."""
        return hashlib.sha256(repr(self.facts).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class RollNow:
    """The roll of a date as it stands: all parties, also those that left, their codes, the walk-ins."""

    parties: Sequence[Registration]
    codes: Mapping[int, str]
    walk_ins: int

    def by_code(self) -> dict[str, Registration]:
        """Map row codes to the parties that are at this date."""
        return {self.codes[party.id]: party for party in self.parties if party.id in self.codes}


def roll_of(occurrence: Occurrence) -> RollNow:
    """Return the roll of a date."""
    parties = queries.parties_of(occurrence.id, cancelled=True)
    return RollNow(parties, queries.codes_of(occurrence.id), occurrence.walk_ins)


def compare(paper: Paper, roll: RollNow, others_absent: bool) -> Comparison:
    """Compare paper and roll; `others_absent`: whoever is not on paper and not called did not come."""
    found, parties = Comparison(), roll.by_code()
    for entry in paper.unread:
        _fault(found, entry, "", _("cannot be read"))
    for code, people in paper.people.items():
        _compare_party(found, code, people, paper, roll, parties)
    if paper.walk_ins is not None:
        _compare_walk_ins(found, paper.walk_ins, roll.walk_ins)
    if others_absent:
        _add_others(found, paper, parties)
    found.rows.sort(key=lambda row: ("gone", "few", "").index(row.tone))
    return found


def _fault(found: Comparison, code: str, name: str, why: str, near: Sequence[tuple[str, str]] = ()) -> None:
    found.facts.append((code, why))
    found.rows.append(Row(code, name, why, "", _("mend it first"), "gone", tuple(near)))


def _compare_party(
    found: Comparison,
    code: str,
    people: int | None,
    paper: Paper,
    roll: RollNow,
    parties: Mapping[str, Registration],
) -> None:
    party = parties.get(code)
    if party is None:
        moved = code in roll.codes.values()
        offered = [] if moved else rows.nearest(code, [one for one, who in parties.items() if _seated(who)])
        why = _("was moved to another date") if moved else _("there is no such code")
        _fault(found, code, "", why, [(one, parties[one].name) for one in offered])
        return
    why = _why_not(party, people, code in paper.twice)
    if why:
        _fault(found, code, party.name, why)
        return
    came = party.people if people is None else people
    if party.came == came:
        found.same += 1
        found.facts.append((code, party.id, came))
        return
    _mark(found, code, party, came, came_words(came))


def _why_not(party: Registration, people: int | None, twice: bool) -> str:
    """Say why what stands on paper cannot be noted; empty if it can."""
    if party.status is Status.WAITING:
        return _("waits for a seat; count who came as X=%(people)s", people=people or party.people)
    if party.status is Status.CANCELLED:
        return _("has cancelled; count who came as X=%(people)s", people=people or party.people)
    if twice:
        return _("stands there twice with different numbers")
    if people is not None and people > party.people:
        more = people - party.people
        return ngettext(
            "only %(num)s is signed up; add X=%(more)s for the others",
            "only %(num)s are signed up; add X=%(more)s for the others",
            party.people,
            more=more,
        )
    return ""


def _mark(found: Comparison, code: str, party: Registration, came: int, on_paper: str) -> None:
    as_expected = party.came is None and came == party.people
    found.marks[party.id] = came
    found.facts.append((code, party.id, party.came, party.people, came))
    noted = ngettext("note %(num)s here", "note %(num)s here", came) if came else _("note them absent")
    found.rows.append(Row(code, party.name, stands(party), on_paper, noted, "" if as_expected else "few"))


def _compare_walk_ins(found: Comparison, on_paper: int, counted: int) -> None:
    found.facts.append((rows.WALK_IN, counted, on_paper))
    if on_paper == counted:
        found.same += 1
        return
    found.walk_ins = on_paper
    people = ngettext("%(num)s person", "%(num)s people", on_paper)
    found.rows.append(
        Row(
            rows.WALK_IN,
            _("Walk-ins"),
            ngettext("%(num)s person", "%(num)s people", counted),
            people,
            _("count %(people)s", people=people),
            "few" if counted else "",
        )
    )


def _add_others(found: Comparison, paper: Paper, parties: Mapping[str, Registration]) -> None:
    """Note as absent whoever is neither on paper nor called; who was called here stays so, and is shown."""
    for code, party in parties.items():
        if code in paper.people or not _seated(party):
            continue
        if party.came is None:
            _mark(found, code, party, 0, _("not there"))
        elif party.came:
            found.facts.append((code, party.id, party.came))
            found.rows.append(
                Row(code, party.name, stands(party), _("not there"), _("stays as it is"), "few")
            )
        else:
            found.same += 1


def _seated(party: Registration) -> bool:
    return party.status.has_seat


def stands(party: Registration) -> str:
    """Say how a party stands on the roll."""
    if party.came is None:
        return ngettext("%(num)s signed up, not called", "%(num)s signed up, not called", party.people)
    return came_words(party.came)


def came_words(people: int) -> str:
    """Say how many came, or that nobody did."""
    return ngettext("%(num)s here", "%(num)s here", people) if people else _("not here")


def look(occurrence: Occurrence, typed: str, others_absent: bool) -> Comparison:
    """Compare what was typed with the roll as it stands now.

    Raises:
        Missing, Refused: the roll of this date cannot be called now.
    """
    calling.check_roll(occurrence)
    return compare(read(typed), roll_of(occurrence), others_absent)


def key_in(occurrence_id: int, typed: str, others_absent: bool, seal: str, by: Actor) -> calling.Roll:
    """Write down what stands on paper, all of it or nothing; `seal` is that of the comparison that was shown.

    Raises:
        Missing: there is no such occurrence within the actor's scope.
        OutOfDate: somebody has called the roll otherwise since it was shown.
        Refused: something has to be mended first, or the roll cannot be called now.
    """
    with transaction() as session:
        occurrence = calling.for_roll(session, occurrence_id, by)
        found = compare(read(typed), roll_of(occurrence), others_absent)
        if found.seal != seal:
            raise OutOfDate(_("This is not what was shown: the roll or the codes have changed. Look again."))
        if found.faults:
            raise Refused(_("Mend what is marked first; nothing has been saved."))
        if found.walk_ins is not None:
            calling.count_walk_ins(occurrence_id, found.walk_ins - occurrence.walk_ins, by)
        return calling.call_roll(occurrence_id, found.marks, "", by)
