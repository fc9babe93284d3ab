"""Who decides what about a topic (T-3), and which links may be republished."""

from datetime import datetime, timedelta

from pregonero.errors import NotAllowed, Refused, WrongState
from pregonero.monitoring.models import CrisisRoom, DecisionKind, Topic
from pregonero.people.models import Member
from pregonero.people.rules import as_question, check_may

PERMISSION_OF = {
    DecisionKind.REPUBLISH: "topic.republish",
    DecisionKind.NOTHING: "topic.republish",
    DecisionKind.STATEMENT: "topic.statement",
    DecisionKind.ANSWER: "topic.statement",
}
"""The networks' people republish or say nothing; the adviser or the coordinator define statements and answers (T-3)."""
LONGEST_DEADLINE = timedelta(days=30)


def check_may_decide(
    member: Member, topic: Topic, kind: DecisionKind, room: CrisisRoom | None = None, *, now: datetime
) -> None:
    """Raise unless the member may decide this about a topic that has not been merged into another.

    While a crisis room is open only its decider decides, and decides everything (T-4).
    """
    if room is None:
        check_may(member, PERMISSION_OF[kind], now=now)
    else:
        check_may(member, "topic.arrange", now=now)
        if member.pk != room.decider_id:
            raise NotAllowed(f"Mientras esté abierta la sala de crisis decide {room.decider}.")
    check_is_open(topic)


def check_is_open(topic: Topic) -> None:
    """Raise `WrongState` if the topic was merged into another one."""
    if topic.merged_into_id is not None:
        raise WrongState(f"Este tema se unió a «{topic.merged_into}»: decide allí.")


def check_deadline(kind: DecisionKind, due_at: datetime | None, *, now: datetime) -> None:
    """Raise unless the deadline is in the days to come; only saying nothing has none."""
    if kind == DecisionKind.NOTHING:
        return
    if due_at is None or due_at <= now:
        raise Refused("Elige hasta cuándo: un momento que no haya pasado.")
    if due_at > now + LONGEST_DEADLINE:
        raise Refused("Elige un momento de los próximos 30 días.")


SPOKEN = frozenset({DecisionKind.STATEMENT, DecisionKind.ANSWER})
"""The decisions that the *vocería* speaks: each has a statement."""

may_decide = as_question(check_may_decide)
