"""What a member can do with a publication from its card in the calendar, in the state in which it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pregonero.outbox.models import Delivery, Hold
from pregonero.outbox.rules import can_still_be_cancelled
from pregonero.outbox.states import STOPPED, WAITING
from pregonero.people.models import Member
from pregonero.publishing import rules
from pregonero.publishing.models import Publication


@dataclass(frozen=True)
class CardActs:
    """The acts that the menu of a card offers; every card can be opened."""

    edit: bool = False
    move: bool = False
    pause: bool = False
    resume: bool = False
    cancel: bool = False
    duplicate: bool = False


def acts_on(
    publication: Publication, deliveries: Sequence[Delivery], hold: Hold | None, *, by: Member, now: datetime
) -> CardActs:
    """Return what a member may do with a publication now. `hold` is the open hold on it alone, if any."""
    states = {delivery.state for delivery in deliveries}
    is_unfinished = bool(states & {*WAITING, *STOPPED})
    return CardActs(
        edit=is_unfinished and rules.may_edit(by, publication, now=now),
        move=rules.may_move(by, publication, deliveries, now=now),
        pause=bool(states & set(WAITING)) and rules.may_pause_publication(by, publication, hold, now=now),
        resume=hold is not None and rules.may_resume(by, now=now),
        cancel=any(map(can_still_be_cancelled, deliveries)) and rules.may_cancel(by, publication, deliveries, now=now),
        duplicate=rules.may_duplicate(by, now=now),
    )
