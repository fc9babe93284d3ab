"""Which factors a person has, who must have one, and the devices that are trusted."""

import base64
from datetime import date, datetime

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef

from pregonero import vault
from pregonero.errors import NotFound
from pregonero.people.models import Entity, Member, User
from pregonero.people.queries import memberships_of
from pregonero.people.roles import SECOND_FACTOR_ROLES
from pregonero.people.rules import may
from pregonero.people.security import totp
from pregonero.people.security.models import ApiToken, CodeApp, Device, FactorReset, OpenSession, RecoveryCode


def must_have_second_factor(user: User, *, today: date) -> bool:
    """Return whether a role that the user has today, in any entity, obliges to a second factor."""
    return any(SECOND_FACTOR_ROLES & member.roles_on(today) for member in memberships_of(user, today=today))


def confirmed_code_app(user: User) -> CodeApp | None:
    """Return the user's code application, or None when there is none or its first code is missing."""
    return CodeApp.objects.filter(user=user, confirmed_at__isnull=False).first()


def secret_to_confirm(user: User) -> str:
    """Return the key of the code application that waits for its first code, in clear text; "" when none waits."""
    app = CodeApp.objects.filter(user=user, confirmed_at__isnull=True).first()
    return vault.decrypt(app.encrypted_secret, context=app.encryption_context) if app else ""


def qr_image(secret: str, email: str) -> str:
    """Return the QR image of a key, as the address of an SVG that holds it whole."""
    svg: str = get_adapter().build_totp_svg(totp.provisioning_uri(secret, email))
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def has_code_app(user: User) -> bool:
    """Return whether the user has a confirmed code application."""
    return confirmed_code_app(user) is not None


def keys_of(user: User) -> list[Authenticator]:
    """Return the user's security keys and passkeys, the oldest first."""
    return list(Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).order_by("pk"))


def has_factor(user: User) -> bool:
    """Return whether the user has a confirmed second factor."""
    return has_code_app(user) or bool(keys_of(user))


def may_lose_factor(user: User, *, today: date) -> bool:
    """Return whether the user may remove a factor: not the last one of who must have one."""
    factors = len(keys_of(user)) + has_code_app(user)
    return factors > 1 or not must_have_second_factor(user, today=today)


def recovery_codes_left(user: User) -> int:
    """Return how many recovery codes were not used."""
    return RecoveryCode.objects.filter(user=user, used_at__isnull=True).count()


def is_enrolled(user: User) -> bool:
    """Return whether the user has a second factor, and was given recovery codes."""
    return has_factor(user) and RecoveryCode.objects.filter(user=user).exists()


def is_trusted(user: User, *, device_digest: str, now: datetime) -> bool:
    """Return whether a device skips the second factor of the user."""
    return Device.objects.filter(user=user, digest=device_digest, trusted_until__gt=now).exists()


def trusted_devices(user: User, *, now: datetime) -> list[Device]:
    """Return the devices that skip the second factor of the user, the one used last first."""
    return list(Device.objects.filter(user=user, trusted_until__gt=now).order_by("-last_used_at", "pk"))


def open_sessions(user: User, *, now: datetime) -> list[OpenSession]:
    """Return the user's sessions that have not ended, the one used last first."""
    stored = Session.objects.filter(session_key=OuterRef("key"), expire_date__gt=now)
    sessions = OpenSession.objects.filter(Exists(stored), user=user).select_related("device")
    return list(sessions.order_by("-last_used_at", "pk"))


def tokens_in_force(member: Member, *, now: datetime) -> list[ApiToken]:
    """Return the member's tokens that have not expired and nobody revoked, the newest first."""
    tokens = ApiToken.objects.filter(member=member, revoked_at__isnull=True, expires_at__gt=now)
    return list(tokens.order_by("-pk"))


def token_with(digest: str) -> ApiToken | None:
    """Return the token with a digest, in force or not, with its member; None for a text that was never one."""
    tokens = ApiToken.objects.select_related("member__entity", "member__user")
    return tokens.filter(digest=digest).first()


def get_token(*, member: Member, pk: int, now: datetime, for_update: bool = False) -> ApiToken:
    """Return a token of the member, or of somebody in the entity for who may end sessions. Raises `NotFound`."""
    tokens = ApiToken.objects.select_for_update(no_key=True, of=("self",)) if for_update else ApiToken.objects.all()
    tokens = tokens.select_related("member").filter(pk=pk, member__entity_id=member.entity_id)
    token = (tokens if may(member, "sessions.end", now=now) else tokens.filter(member=member)).first()
    if token is None:
        raise NotFound
    return token


def get_open_session(*, member: Member, pk: int, now: datetime) -> OpenSession:
    """Return a session of the member, or of somebody in the entity for who may end it; otherwise raise `NotFound`."""
    users = {member.user_id}
    if may(member, "sessions.end", now=now):
        users |= set(Member.objects.filter(entity_id=member.entity_id).values_list("user_id", flat=True))
    session = OpenSession.objects.select_related("device", "user").filter(pk=pk, user__in=users).first()
    if session is None:
        raise NotFound
    return session


def member_of_user(user: User, *, entity: Entity) -> Member:
    """Return the user's membership in the entity."""
    return Member.objects.get(user=user, entity=entity)


def waiting_reset(member: Member) -> FactorReset | None:
    """Return the open request to reset a member's second factor, or None."""
    waiting = FactorReset.objects.filter(member=member, ended_at__isnull=True)
    return waiting.select_related("asked_by").first()


def get_reset(*, member: Member, pk: int, for_update: bool = False) -> FactorReset:
    """Return a request to reset a second factor in the member's entity. Raises `NotFound` for any other."""
    resets = (
        FactorReset.objects.select_for_update(no_key=True, of=("self",)) if for_update else FactorReset.objects.all()
    )
    found = resets.select_related("member__user", "asked_by").filter(pk=pk, entity_id=member.entity_id).first()
    if found is None:
        raise NotFound
    return found
