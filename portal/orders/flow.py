"""Say which step leads an order from where to where, who may take it, and what it sets running.

The one table of product §5.3. portal.orders.door is the only place that moves an order, and it moves it
only by this table; tests read it, the history shows it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where an order stands; the codes are those of product §5.3."""

    DRAFT = "draft"  # 草稿, only at the staff desk
    SUBMITTED = "submitted"  # 待受理
    RETURNED = "returned"  # 退回补充
    ADMITTED = "admitted"  # 已受理
    OFFERED = "offered"  # 待接单
    ACCEPTED = "accepted"  # 已接单
    SCHEDULED = "scheduled"  # 已排期
    SERVING = "serving"  # 服务中
    RATING = "rating"  # 待评价
    FOLLOW_UP = "follow_up"  # 回访
    CLOSED = "closed"  # 办结
    REFUSED = "refused"  # 不予受理
    WITHDRAWN = "withdrawn"  # 已撤单
    CANCELLED = "cancelled"  # 已取消


ENDED = frozenset({State.CLOSED, State.REFUSED, State.WITHDRAWN, State.CANCELLED})
# From here on it is on the public list, and a team knows of it.
KNOWN = (
    State.OFFERED,
    State.ACCEPTED,
    State.SCHEDULED,
    State.SERVING,
    State.RATING,
    State.FOLLOW_UP,
    State.CLOSED,
)
BEFORE_SERVICE = (
    State.SUBMITTED,
    State.RETURNED,
    State.ADMITTED,
    State.OFFERED,
    State.ACCEPTED,
    State.SCHEDULED,
)
WITH_TEAM = (State.ACCEPTED, State.SCHEDULED, State.SERVING)


class Act(StrEnum):
    """What somebody does with an order."""

    DRAFT = "draft"
    SUBMIT = "submit"  # 点单
    ADMIT = "admit"  # 受理
    RETURN = "return"  # 退回补充
    ANSWER = "answer"  # 补充
    REFUSE = "refuse"  # 不予受理
    OFFER = "offer"  # 派单
    ACCEPT = "accept"  # 接单
    DECLINE = "decline"  # 退单
    ASK_NEXT = "ask_next"  # the next of the teams that were chosen to be asked in turn
    EXPIRE = "expire"  # nobody answered in time
    REDISPATCH = "redispatch"  # 改派
    SCHEDULE = "schedule"  # 排期
    START = "start"  # 开始服务
    COMPLETE = "complete"  # 服务完成
    RATE = "rate"  # 评单
    CALL_BACK = "call_back"  # rated badly: somebody rings
    CLOSE_UNRATED = "close_unrated"  # 未评价办结
    FINISH_CALL = "finish_call"  # 回访办结
    REOPEN = "reopen"  # 重新办理
    WITHDRAW = "withdraw"  # 撤单
    CANCEL = "cancel"  # 取消
    # These move nothing.
    ESCALATE = "escalate"  # late: it goes to the level above
    HURRY = "hurry"  # 催办
    REMIND = "remind"  # the asker is reminded to rate
    NOTE = "note"


class Who(StrEnum):
    """In which part somebody acts on an order."""

    ASKER = "asker"  # whoever holds the private link
    STATION = "station"  # writers in whose scope the order's station lies
    DISPATCH = "dispatch"  # writers of office and centre, within their scope (product §4)
    TEAM = "team"  # the leader of the team that is asked or has accepted
    MACHINE = "machine"  # jobs


class Reads(StrEnum):
    """Who reads the note of a step; staff in scope read all."""

    ALL = "all"  # the asker, the team, the stations of the cluster
    ASKER = "asker"  # only the asker
    TEAM = "team"  # the teams, not the asker
    STAFF = "staff"  # nobody else


class Clock(StrEnum):
    """A deadline that a step sets running."""

    ADMIT = "admit"
    WORD = "word"  # of the asker, who was asked for one
    DISPATCH = "dispatch"
    ANSWER = "answer"  # of the team
    CONTACT = "contact"
    SERVE = "serve"  # the end of the service, as scheduled
    RATE = "rate"
    CALL_BACK = "call_back"


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the table: an act leads from one of these states to another."""

    act: Act
    sources: tuple[State, ...]
    to: State
    who: tuple[Who, ...]
    note: bool = False  # whether it needs one
    reads: Reads = Reads.ALL
    clock: Clock | None = None


HANDS = (Who.STATION, Who.DISPATCH)
STEPS = (
    Step(Act.SUBMIT, (State.DRAFT,), State.SUBMITTED, (Who.STATION,), clock=Clock.ADMIT),
    Step(Act.ADMIT, (State.SUBMITTED,), State.ADMITTED, HANDS, clock=Clock.DISPATCH),
    Step(
        Act.RETURN,
        (State.SUBMITTED, State.ADMITTED),
        State.RETURNED,
        HANDS,
        note=True,
        clock=Clock.WORD,
    ),
    Step(Act.ANSWER, (State.RETURNED,), State.SUBMITTED, (Who.ASKER, *HANDS), note=True, clock=Clock.ADMIT),
    Step(Act.REFUSE, (State.SUBMITTED, State.ADMITTED), State.REFUSED, HANDS, note=True, reads=Reads.ASKER),
    Step(Act.OFFER, (State.ADMITTED,), State.OFFERED, (Who.DISPATCH,), reads=Reads.TEAM, clock=Clock.ANSWER),
    Step(Act.ACCEPT, (State.OFFERED,), State.ACCEPTED, (Who.TEAM, Who.DISPATCH), clock=Clock.CONTACT),
    Step(
        Act.DECLINE,
        (State.OFFERED,),
        State.ADMITTED,
        (Who.TEAM, Who.DISPATCH),
        note=True,
        reads=Reads.STAFF,
        clock=Clock.DISPATCH,
    ),
    Step(Act.EXPIRE, (State.OFFERED,), State.ADMITTED, (Who.MACHINE,), clock=Clock.DISPATCH),
    Step(
        Act.ASK_NEXT, (State.ADMITTED,), State.OFFERED, (Who.MACHINE,), reads=Reads.TEAM, clock=Clock.ANSWER
    ),
    Step(
        Act.REDISPATCH,
        (State.OFFERED, State.ACCEPTED, State.SCHEDULED),
        State.ADMITTED,
        (Who.DISPATCH,),
        note=True,
        reads=Reads.TEAM,
        clock=Clock.DISPATCH,
    ),
    Step(
        Act.SCHEDULE,
        (State.ACCEPTED, State.SCHEDULED),
        State.SCHEDULED,
        (Who.TEAM, *HANDS, Who.MACHINE),  # the machine: when the date that was made of it is moved
        clock=Clock.SERVE,
    ),
    Step(Act.START, (State.SCHEDULED,), State.SERVING, (Who.TEAM, Who.MACHINE), clock=Clock.SERVE),
    Step(
        Act.COMPLETE,
        (State.SCHEDULED, State.SERVING),
        State.RATING,
        (Who.TEAM, *HANDS),
        reads=Reads.STAFF,
        clock=Clock.RATE,
    ),
    Step(Act.RATE, (State.RATING,), State.CLOSED, (Who.ASKER, *HANDS), reads=Reads.STAFF),
    Step(
        Act.CALL_BACK,
        (State.RATING,),
        State.FOLLOW_UP,
        (Who.ASKER, *HANDS),
        reads=Reads.STAFF,
        clock=Clock.CALL_BACK,
    ),
    Step(Act.CLOSE_UNRATED, (State.RATING,), State.CLOSED, (Who.MACHINE,)),
    Step(Act.FINISH_CALL, (State.FOLLOW_UP,), State.CLOSED, HANDS, note=True, reads=Reads.STAFF),
    Step(Act.REOPEN, (State.CLOSED,), State.ADMITTED, (Who.ASKER, *HANDS), note=True, clock=Clock.DISPATCH),
    Step(Act.WITHDRAW, BEFORE_SERVICE, State.WITHDRAWN, (Who.ASKER, *HANDS)),
    Step(
        Act.CANCEL,
        (*BEFORE_SERVICE, State.SERVING),
        State.CANCELLED,
        (Who.DISPATCH, Who.MACHINE),  # the machine: when the word that was asked for never came
        note=True,
    ),
)
# What stands in the history and moves nothing, with who reads its note.
STILL = {Act.ESCALATE: Reads.ALL, Act.HURRY: Reads.ALL, Act.REMIND: Reads.ALL, Act.NOTE: Reads.STAFF}
BY_ACT = {step.act: step for step in STEPS}
READS = {step.act: step.reads for step in STEPS} | STILL | {Act.DRAFT: Reads.STAFF}


def steps_from(state: State, parts: Iterable[Who]) -> list[Step]:
    """List the steps that somebody in one of these parts may take from a state, as the table has them."""
    mine = set(parts)
    return [step for step in STEPS if state in step.sources and mine & set(step.who)]


def may(act: Act, state: State, parts: Iterable[Who]) -> bool:
    """Say whether somebody in one of these parts may do this from a state."""
    return any(step.act is act for step in steps_from(state, parts))
