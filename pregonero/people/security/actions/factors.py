"""Enrol a second factor, use its codes, make recovery codes, and trust devices. Each act leaves its event."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from pregonero import vault
from pregonero.errors import NotFound, Refused
from pregonero.people.actions import notify
from pregonero.people.models import User
from pregonero.people.queries import memberships_of
from pregonero.people.security import queries, totp
from pregonero.people.security.models import CodeApp, Device, RecoveryCode
from pregonero.records.actions import Actor, ObjectRef, record

CODES = 10
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # without the letters and digits that look alike
CODE_LENGTH, GROUP = 12, 4  # 59 bits
# NIST SP 800-63B asks for a new sign-in with both factors at least every 30 days; half of that costs little.
TRUST = timedelta(days=14)
APP, RECOVERY, KEY = "code_app", "recovery_code", "key"


@transaction.atomic(durable=True)
def start_code_app(*, user: User, secret: str = "") -> str:
    """Store a key that waits for its first code, and return it; a key that waits already is returned again."""
    _lock(user)
    app = CodeApp.objects.filter(user=user).first()
    if app is not None and app.confirmed_at is not None:
        raise Refused("Ya tienes una aplicación de códigos. Quítala antes de activar otra.")
    if app is not None:
        return vault.decrypt(app.encrypted_secret, context=app.encryption_context)
    secret = secret or totp.new_secret()
    app = CodeApp(user=user)
    app.encrypted_secret = vault.encrypt(secret, context=app.encryption_context)
    app.save()
    return secret


@transaction.atomic(durable=True)
def confirm_code_app(*, user: User, code: str, now: datetime) -> bool:
    """Activate the code application if the code is right, and return whether it is."""
    app = _locked_app(user)
    if app is None or app.confirmed_at is not None or not _accept(app, code, now):
        return False
    app.confirmed_at = now
    app.save(update_fields=["confirmed_at"])
    record_for(user, "second_factor.added", now=now, facts={"factor": APP})
    return True


@transaction.atomic(durable=True)
def remove_code_app(*, user: User, now: datetime) -> None:
    """Remove the code application. Trusted devices ask for a factor again. Raises `Refused` for the last factor."""
    _lock(user)
    if queries.has_code_app(user) and not queries.may_lose_factor(user, today=timezone.localdate(now)):
        raise Refused("Es tu único segundo paso y tu rol lo exige: agrega antes una llave.")
    removed, _ = CodeApp.objects.filter(user=user).delete()
    if removed:
        forget_devices(user)
        record_for(user, "second_factor.removed", now=now, facts={"factor": APP})


def forget_devices(user: User) -> None:
    """Have every device of the user ask for the second factor again, inside the transaction of the act."""
    Device.objects.filter(user=user).update(trusted_until=None)


@transaction.atomic(durable=True)
def use_code(*, user: User, code: str, now: datetime) -> str:
    """Use up a code of the application or a recovery code; return its factor, or "" when it is wrong or was used."""
    app = _locked_app(user)
    if app is not None and app.confirmed_at is not None and _accept(app, code, now):
        return APP
    unused = RecoveryCode.objects.filter(user=user, digest=_digest(user, code), used_at__isnull=True)
    if not unused.update(used_at=now):  # two requests at once: the database lets one of them change the row
        return ""
    left = RecoveryCode.objects.filter(user=user, used_at__isnull=True).count()
    record_for(user, "recovery_code.used", now=now, facts={"left": left})
    return RECOVERY


@transaction.atomic(durable=True)
def make_recovery_codes(*, user: User, now: datetime) -> list[str]:
    """Replace the user's recovery codes, and return the new ones, which are not stored and cannot be shown again."""
    _lock(user)
    RecoveryCode.objects.filter(user=user).delete()
    codes = [_new_code() for _ in range(CODES)]
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(user, code), made_at=now) for code in codes)
    record_for(user, "recovery_codes.made", now=now, facts={"codes": CODES})
    return codes


@dataclass(frozen=True)
class Place:
    """Where somebody signs in: the name in the cookie of the device, what the device is, and its address."""

    cookie_name: str
    device: str
    address: str


@transaction.atomic(durable=True)
def note_sign_in(*, user: User, place: Place, trust: bool, now: datetime) -> Device:
    """Record on which device the user signed in, and trust it for some days if they asked for it."""
    _lock(user)
    digest = device_digest(place.cookie_name)
    known = Device.objects.filter(user=user, digest=digest).first()
    is_new = known is None and Device.objects.filter(user=user).exists()
    device = known or Device(user=user, digest=digest, first_used_at=now)
    device.name, device.address, device.last_used_at = place.device, place.address, now
    if trust:
        device.trusted_until = now + TRUST
        record_for(user, "device.trusted", now=now, facts={"until": device.trusted_until.isoformat()})
    device.save()
    if is_new:
        _tell_new_device(device, now)
    return device


def _tell_new_device(device: Device, now: datetime) -> None:
    """Record a sign-in from a device that is not known, and tell the person in the product and by mail."""
    record_for(device.user, "sign_in.new_device", now=now, facts={"device": device.name})
    notify(
        members=memberships_of(device.user, today=timezone.localdate(now)),
        kind="sign_in.new_device",
        ref=ObjectRef("device", device.pk, device.name),
        title=f"Entraste desde un equipo nuevo: {device.name}",
        path="/mi-seguridad/",
        now=now,
        why=f"Dirección {device.address}. Si no fuiste tú, cierra esa sesión y cambia tu contraseña.",
    )


@transaction.atomic(durable=True)
def note_key_added(*, user: User, name: str, now: datetime) -> None:
    """Record that the user added a key."""
    record_for(user, "second_factor.added", now=now, facts={"factor": KEY}, texts={"name": name})


@transaction.atomic(durable=True)
def remove_key(*, user: User, pk: int, now: datetime) -> None:
    """Remove a key. Trusted devices ask for a factor again. Raises `Refused` for the last factor, and `NotFound`."""
    _lock(user)
    key = next((one for one in queries.keys_of(user) if one.pk == pk), None)
    if key is None:
        raise NotFound
    if not queries.may_lose_factor(user, today=timezone.localdate(now)):
        raise Refused("Es tu único segundo paso y tu rol lo exige: activa antes otro.")
    name = str(key)
    key.delete()
    forget_devices(user)
    record_for(user, "second_factor.removed", now=now, facts={"factor": KEY}, texts={"name": name})


def device_digest(cookie_name: str) -> str:
    """Return the digest of a device's random name, under which it is stored."""
    return hashlib.sha256(f"pregonero.device:{cookie_name}".encode()).hexdigest()


def record_for(
    user: User,
    event_type: str,
    *,
    now: datetime,
    facts: Mapping[str, Any],
    texts: Mapping[str, str] | None = None,
    actor: Actor | None = None,
) -> None:
    """Record an act on a person's sign-in, their own or of `actor`, in each entity that they belong to today."""
    for member in memberships_of(user, today=timezone.localdate(now)):
        record(
            entity_id=member.entity_id,
            event_type=event_type,
            actor=actor or member.actor,
            ref=member.ref,
            at=now,
            facts=facts,
            texts=texts or {},
        )


def _lock(user: User) -> None:
    User.objects.select_for_update(no_key=True, of=("self",)).get(pk=user.pk)


def _locked_app(user: User) -> CodeApp | None:
    return CodeApp.objects.select_for_update(no_key=True, of=("self",)).filter(user=user).first()


def _accept(app: CodeApp, code: str, now: datetime) -> bool:
    secret = vault.decrypt(app.encrypted_secret, context=app.encryption_context)
    step = totp.matching_step(secret, code, after=app.last_step, now=now)
    if step is None:
        return False
    app.last_step = step
    app.save(update_fields=["last_step"])
    return True


def _new_code() -> str:
    letters = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    return "-".join(letters[start : start + GROUP] for start in range(0, CODE_LENGTH, GROUP))


def _digest(user: User, code: str) -> str:
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return salted_hmac("pregonero.recovery_code", f"{user.pk}:{plain}", algorithm="sha256").hexdigest()
