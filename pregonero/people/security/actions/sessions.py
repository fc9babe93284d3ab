"""Open, follow and end the sessions of a person. Ending one leaves its event."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import transaction

from pregonero.people.models import Member, User
from pregonero.people.security import queries
from pregonero.people.security.actions.factors import forget_devices, record_for
from pregonero.people.security.models import Device, OpenSession


@transaction.atomic(durable=True)
def open_session(*, user: User, device: Device, key: str, now: datetime) -> OpenSession:
    """List a session that has just begun; `key` is the digest under which it is stored."""
    OpenSession.objects.filter(user=user).exclude(key__in=Session.objects.values("session_key")).delete()
    return OpenSession.objects.create(
        user=user, device=device, key=key, address=device.address, started_at=now, last_used_at=now
    )


@transaction.atomic(durable=True)
def touch_session(*, open_session_id: int, key: str, address: str, now: datetime) -> None:
    """Note when and from which address a session was used last."""
    OpenSession.objects.filter(pk=open_session_id, key=key).update(last_used_at=now, address=address)


@transaction.atomic(durable=True)
def end_session(*, session: OpenSession, by: Member, now: datetime) -> None:
    """End a session of one's own, or of somebody in the entity for who may. It ends at its next request."""
    session = queries.get_open_session(member=by, pk=session.pk, now=now)
    _end([session])
    record_for(session.user, "session.ended", now=now, facts={"device": session.device.name}, actor=by.actor)


@transaction.atomic(durable=True)
def end_other_sessions(*, user: User, but: int | None, now: datetime) -> int:
    """End every session of the user but one, and have every device ask for the second factor. Return how many."""
    ended = _end_all(user, but)
    forget_devices(user)
    record_for(user, "session.others_ended", now=now, facts={"sessions": ended})
    return ended


@transaction.atomic(durable=True)
def note_new_password(*, user: User, open_session_id: int | None, key: str, now: datetime) -> None:
    """End the other sessions of a user whose password is new. Django gave the session that stays another key."""
    if open_session_id is not None and key:
        OpenSession.objects.filter(pk=open_session_id, user=user).update(key=key)
    ended = _end_all(user, open_session_id)
    forget_devices(user)
    record_for(user, "password.changed", now=now, facts={"sessions": ended})


def end_all_sessions(user: User) -> int:
    """End every session of the user, inside the transaction of the act. Return how many."""
    return _end_all(user, None)


def _end_all(user: User, but: int | None) -> int:
    sessions = OpenSession.objects.filter(user=user)
    return _end(sessions if but is None else sessions.exclude(pk=but))


def _end(sessions: Iterable[OpenSession]) -> int:
    sessions = list(sessions)
    Session.objects.filter(session_key__in=[session.key for session in sessions]).delete()
    OpenSession.objects.filter(pk__in=[session.pk for session in sessions]).delete()
    return len(sessions)
