"""Make a token for a program, count its requests, and revoke it. Making and revoking leave their events."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce

from pregonero.errors import NotAllowed, Refused, WrongState
from pregonero.people.actions import notify
from pregonero.people.models import Member, User
from pregonero.people.security import queries
from pregonero.people.security.models import ApiToken
from pregonero.people.security.scopes import SCOPES
from pregonero.records.actions import record

PREFIX = "prg_"  # so that a scanner of secrets recognises one that somebody pasted where it does not belong
START = 8  # characters that the page shows, prefix included
MOST_TOKENS = 20  # in force, of one person
LONGEST = timedelta(days=365)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class TokenPlan:
    """What a person asks of a token: the program that will use it, its scopes, and how long it lives."""

    name: str
    scopes: Sequence[str]
    lifetime: timedelta


@dataclass(frozen=True)
class RequestCount:
    """The requests of a token in the minute that runs, this one included, and when the minute ends."""

    requests: int
    ends_at: datetime


@transaction.atomic(durable=True)
def make_token(*, plan: TokenPlan, by: Member, now: datetime) -> tuple[ApiToken, str]:
    """Make a token for a program that acts for `by`. Return it with its text, which is not stored: it is shown once."""
    User.objects.select_for_update(no_key=True, of=("self",)).get(pk=by.user_id)
    if by.is_outside:
        raise NotAllowed("Los tokens son para la gente del Grupo y de la entidad que trabaja con él.")
    if not plan.scopes or not SCOPES.keys() >= set(plan.scopes):
        raise Refused("Elige para qué sirve el token.")
    if not timedelta() < plan.lifetime <= LONGEST:
        raise Refused(f"Un token dura como máximo {LONGEST.days} días.")
    if len(queries.tokens_in_force(by, now=now)) >= MOST_TOKENS:
        raise WrongState(f"Ya tienes {MOST_TOKENS} tokens: quita alguno que no se use.")
    text = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        member=by,
        name=plan.name,
        start=text[:START],
        digest=digest_of(text),
        scopes=[scope for scope in SCOPES if scope in plan.scopes],
        made_at=now,
        expires_at=now + plan.lifetime,
    )
    record(
        entity_id=by.entity_id,
        event_type="api_token.made",
        actor=by.actor,
        ref=token.ref,
        at=now,
        facts={"scopes": token.scopes, "expires_at": token.expires_at.isoformat()},
    )
    notify(
        members=[by],
        kind="api_token.made",
        ref=token.ref,
        title=f"Hiciste un token para «{token}»",
        path="/mi-seguridad/",
        now=now,
        why="Un programa puede actuar por ti con él. Si no fuiste tú, quítalo y cambia tu contraseña.",
    )
    return token, text


@transaction.atomic(durable=True)
def revoke_token(*, token: ApiToken, by: Member, now: datetime) -> ApiToken:
    """Revoke a token of one's own, or of somebody in the entity for who may end sessions."""
    token = queries.get_token(member=by, pk=token.pk, now=now, for_update=True)
    if token.revoked_at is not None:
        raise WrongState("Ese token ya se había quitado.")
    _revoke(token, by, now)
    return token


def revoke_tokens_of(user: User, *, by: Member, now: datetime) -> None:
    """Revoke every token of a person, inside the transaction of the act that takes away their way to sign in."""
    tokens = ApiToken.objects.select_for_update(no_key=True, of=("self",)).select_related("member")
    for token in tokens.filter(member__user=user, revoked_at__isnull=True).order_by("pk"):
        _revoke(token, by, now)


def _revoke(token: ApiToken, by: Member, now: datetime) -> None:
    token.revoked_by, token.revoked_at = by, now
    token.save(update_fields=["revoked_by", "revoked_at"])
    record(
        entity_id=token.member.entity_id,
        event_type="api_token.revoked",
        actor=by.actor,
        ref=token.ref,
        at=now,
        related=[token.member.ref],
    )


@transaction.atomic(durable=True)
def count_request(*, token: ApiToken, address: str, now: datetime) -> RequestCount:
    """Note that a token is used, and return how many requests it made in the minute that runs.

    One UPDATE counts, so that requests at the same time are each counted.
    """
    runs = When(minute_at__gt=now - MINUTE, then=F("minute_at"))
    counted = When(minute_at__gt=now - MINUTE, then=F("minute_requests") + 1)
    rows = ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True)
    rows.update(
        minute_at=Case(runs, default=Value(now)),
        minute_requests=Case(counted, default=Value(1)),
        last_used_at=now,
        last_used_from=address,
    )
    requests, minute = rows.values_list("minute_requests", Coalesce("minute_at", Value(now))).first() or (1, now)
    return RequestCount(requests, minute + MINUTE)


def digest_of(text: str) -> str:
    """Return the digest of a token, under which it is stored. Its 256 random bits need no salt."""
    return hashlib.sha256(text.encode()).hexdigest()
