"""Take the second factor away from somebody who lost it: one person asks, with the reason, and another one confirms."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction

from pregonero.errors import Conflict, Refused
from pregonero.people import queries as people
from pregonero.people.actions import notify
from pregonero.people.models import Member
from pregonero.people.rules import check_may
from pregonero.people.security import queries
from pregonero.people.security.actions.factors import forget_devices
from pregonero.people.security.actions.sessions import end_all_sessions
from pregonero.people.security.actions.tokens import revoke_tokens_of
from pregonero.people.security.models import CodeApp, FactorReset, RecoveryCode
from pregonero.records.actions import record

REASON_LIMIT = 300


@transaction.atomic(durable=True)
def ask_reset(*, member: Member, reason: str, by: Member, now: datetime) -> FactorReset:
    """Ask that a person's second factor be taken away; somebody else who may confirms it."""
    check_may(by, "second_factor.reset", now=now)
    member = people.get_member(member=by, pk=member.pk, for_update=True)
    if member.user_id == by.user_id:
        raise Refused("Lo tuyo lo pide otra persona.")
    if not reason.strip():
        raise Refused("Escribe por qué: qué perdió y cómo comprobaste que es esa persona.")
    if not queries.has_factor(member.user):
        raise Refused(f"{member} no tiene segundo paso: lo activa al entrar.")
    if FactorReset.objects.filter(member=member, ended_at__isnull=True).exists():
        raise Conflict("Ya se pidió: falta que otra persona lo confirme.")
    reset = FactorReset.objects.create(
        entity_id=member.entity_id, member=member, reason=reason, asked_by=by, asked_at=now
    )
    _record(reset, "second_factor.reset_asked", by, now)
    return reset


@transaction.atomic(durable=True)
def confirm_reset(*, reset: FactorReset, by: Member, now: datetime) -> FactorReset:
    """Take the second factor away, and end the person's sessions and tokens: they enrol again at their next sign-in."""
    reset = _end(reset, by, now, is_done=True)
    user = reset.member.user
    CodeApp.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    forget_devices(user)
    end_all_sessions(user)
    revoke_tokens_of(user, by=by, now=now)
    _record(reset, "second_factor.reset", by, now)
    notify(
        members=[reset.member],
        kind="second_factor.reset",
        ref=reset.ref,
        title="Tu segundo paso se quitó: activa otro",
        path="/mi-seguridad/",
        now=now,
        why=f"Lo pidió {reset.asked_by} y lo confirmó {by}. Si no fuiste tú quien avisó, habla con la coordinación.",
    )
    return reset


@transaction.atomic(durable=True)
def refuse_reset(*, reset: FactorReset, by: Member, now: datetime) -> FactorReset:
    """Leave the second factor as it is. Who asked may do it too."""
    reset = _end(reset, by, now, is_done=False)
    _record(reset, "second_factor.reset_refused", by, now)
    return reset


def _end(reset: FactorReset, by: Member, now: datetime, *, is_done: bool) -> FactorReset:
    check_may(by, "second_factor.reset", now=now)
    reset = queries.get_reset(member=by, pk=reset.pk, for_update=True)
    if reset.ended_at is not None:
        raise Conflict("Ya se decidió.")
    if is_done and by.user_id in (reset.asked_by.user_id, reset.member.user_id):
        raise Refused("Lo confirma otra persona: ni quien lo pidió ni quien lo perdió.")
    reset.ended_by, reset.ended_at, reset.is_done = by, now, is_done
    reset.save(update_fields=["ended_by", "ended_at", "is_done"])
    return reset


def _record(reset: FactorReset, event_type: str, by: Member, now: datetime) -> None:
    record(
        entity_id=reset.entity_id,
        event_type=event_type,
        actor=by.actor,
        ref=reset.member.ref,
        at=now,
        texts={"reason": reset.reason},
    )
