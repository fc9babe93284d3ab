"""Make room for a publication: move those too close to its hour, and itself if it is scheduled, as one act (P-2)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from pregonero.errors import Conflict, WrongState
from pregonero.people.models import Member
from pregonero.publishing import queries
from pregonero.publishing.actions.scheduling import move_locked
from pregonero.publishing.calendar_rules.room import Move
from pregonero.publishing.models import Publication, PublicationState


@transaction.atomic(durable=True)
def make_room(
    *, publication: Publication, at: datetime, moves: Sequence[Move], by: Member, now: datetime
) -> list[Publication]:
    """Move the publications that a person saw, each to its hour; one undo brings all of them back.

    A scheduled publication moves to `at` too; a draft is scheduled afterwards, in its editor. Raises `Conflict` if one
    of them is no longer where it was, and moves none.
    """
    if not moves:
        raise WrongState("No hay nada que correr: la hora ya tiene sitio.")
    by_publication = {move.publication: move for move in moves}
    locked = [
        queries.get_publication(member=by, pk=pk, for_update=True) for pk in sorted({publication.pk, *by_publication})
    ]
    group, moved = uuid4(), []
    for one in locked:
        move = by_publication.get(one.pk)
        if move is None:
            if one.state == PublicationState.PROGRAMMED and one.due_at != at:
                move_locked(one, at, by=by, now=now, group=group)
            continue
        if one.due_at != move.before:
            raise Conflict(f"«{one.title}» ya no está a las {move.before:%H:%M}: mira otra vez qué se corre.")
        move_locked(one, move.after, by=by, now=now, group=group, made_room_for=publication.number)
        moved.append(one)
    return moved
