"""Register entities and members, name stand-ins, send notices to members and record their receipts."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from procrastinate.contrib.django import app

from pregonero.errors import Conflict, Refused, WrongState
from pregonero.people import queries
from pregonero.people.models import Employment, Entity, Member, Notice, StandIn, User
from pregonero.people.roles import WITH_STAND_IN, Role
from pregonero.people.rules import check_may, check_may_edit_entity, check_may_name_stand_in, check_stand_in
from pregonero.records.actions import SYSTEM, ObjectRef, record


@transaction.atomic(durable=True)
def register_entity(
    *, slug: str, name: str, short_name: str, initials: str, official_domains: Iterable[str], now: datetime
) -> Entity:
    """Register an entity. The operator of the installation does it, so the actor of the event is the system."""
    entity = Entity.objects.create(
        slug=slug,
        name=name,
        short_name=short_name,
        initials=initials,
        official_domains=list(official_domains),
        registered_at=now,
    )
    record(entity_id=entity.pk, event_type="entity.registered", actor=SYSTEM, ref=entity.ref, at=now)
    return entity


@dataclass(frozen=True)
class EntityProfile:
    """How an entity presents itself; the fields of `Entity` with the same names."""

    name: str
    short_name: str
    initials: str
    arms_sha256: str = ""
    arms_alt: str = ""


@transaction.atomic(durable=True)
def edit_entity(*, entity: Entity, profile: EntityProfile, by: Member, now: datetime) -> Entity:
    """Change the entity's name, short name, initials and arms; without a change nothing is recorded."""
    entity = Entity.objects.select_for_update(no_key=True, of=("self",)).get(pk=entity.pk)
    check_may_edit_entity(by, entity, now=now)
    before = {name: getattr(entity, name) for name in asdict(profile)}
    changed = {name: value for name, value in asdict(profile).items() if before[name] != value}
    if not changed:
        return entity
    for name, value in changed.items():
        setattr(entity, name, value)
    entity.save(update_fields=list(changed))
    record(
        entity_id=entity.pk,
        event_type="entity.edited",
        actor=by.actor,
        ref=entity.ref,
        at=now,
        facts={name: {"before": before[name], "after": value} for name, value in changed.items()},
    )
    return entity


@transaction.atomic(durable=True)
def register_member(
    *,
    entity: Entity,
    email: str,
    password: str,
    name: str,
    roles: Iterable[Role],
    employment: Employment,
    ends_on: date | None = None,
    in_group: bool = True,
    by: Member | None,
    now: datetime,
) -> Member:
    """Register a member of the entity, who signs in by e-mail. `by` is None when the installation itself does it."""
    if by is not None:
        check_may(by, "people.manage", now=now)
    user = User.objects.filter(email__iexact=email).first() or _create_user(email, password)
    if Member.objects.filter(entity=entity, user=user).exists():
        raise Conflict(f"{email} ya está entre las personas de la entidad.")
    member = Member.objects.create(
        entity=entity,
        user=user,
        name=name,
        roles=[role.value for role in roles],
        employment=employment,
        ends_on=ends_on,
        in_group=in_group,
    )
    record(
        entity_id=entity.pk,
        event_type="member.registered",
        actor=by.actor if by else SYSTEM,
        ref=member.ref,
        at=now,
        facts={"roles": member.roles, "employment": employment, "ends_on": ends_on.isoformat() if ends_on else None},
    )
    return member


@transaction.atomic(durable=True)
def edit_member(
    *,
    member: Member,
    name: str,
    roles: Iterable[Role],
    employment: Employment,
    ends_on: date | None,
    in_group: bool,
    by: Member,
    now: datetime,
) -> Member:
    """Change a member's name, roles, employment or last day. A role that is taken away ends its stand-ins."""
    check_may(by, "people.manage", now=now)
    member = queries.get_member(member=by, pk=member.pk, for_update=True)
    today, before = timezone.localdate(now), {"roles": member.roles, "ends_on": _iso(member.ends_on)}
    member.name, member.roles, member.employment = name, [role.value for role in roles], employment
    member.ends_on, member.in_group = ends_on, in_group
    if employment == Employment.CONTRACTOR and ends_on is None:
        raise Refused("Escribe hasta cuándo va el contrato.")
    _check_somebody_coordinates(member, today)
    member.save(update_fields=["name", "roles", "employment", "ends_on", "in_group"])
    for stand_in in StandIn.objects.filter(absent=member, ended_at__isnull=True, ends_on__gte=today):
        if stand_in.role not in member.roles:
            _end_stand_in(stand_in, by, now)
    has_ended = ends_on is not None and ends_on <= today
    record(
        entity_id=member.entity_id,
        event_type="member.ended" if has_ended else "member.edited",
        actor=by.actor,
        ref=member.ref,
        at=now,
        facts={
            "before": before,
            "roles": member.roles,
            "employment": employment,
            "ends_on": _iso(ends_on),
            "in_group": in_group,
        },
    )
    return member


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _check_somebody_coordinates(changed: Member, today: date) -> None:
    """Raise when nobody would be left to manage people; locks the entity so that two cannot leave at once."""
    Entity.objects.select_for_update(no_key=True, of=("self",)).get(pk=changed.entity_id)
    if Role.COORDINATOR in changed.roles and (changed.ends_on is None or changed.ends_on > today):
        return
    others = Member.objects.filter(entity_id=changed.entity_id, roles__contains=[Role.COORDINATOR.value])
    if not others.exclude(pk=changed.pk).filter(Q(ends_on__isnull=True) | Q(ends_on__gt=today)).exists():
        raise Refused("Nadie quedaría en la coordinación: dale antes ese rol a otra persona.")


@dataclass(frozen=True)
class Absence:
    """The absence of an adviser or coordinator: the role to cover, its first and last day, and why."""

    role: Role
    starts_on: date
    ends_on: date
    reason: str = ""


@transaction.atomic(durable=True)
def name_stand_in(*, absent: Member, member: Member, absence: Absence, by: Member, now: datetime) -> StandIn:
    """Give the role of an absent adviser or coordinator to somebody else between two days."""
    absent = queries.get_member(member=by, pk=absent.pk, for_update=True)
    member = queries.get_member(member=by, pk=member.pk)
    check_may_name_stand_in(by, absent, now=now)
    if absence.role not in absent.roles or absence.role not in WITH_STAND_IN:
        raise Refused(f"{absent} no tiene ese rol.")
    check_stand_in(
        absent=absent,
        member=member,
        starts_on=absence.starts_on,
        ends_on=absence.ends_on,
        today=timezone.localdate(now),
    )
    same = StandIn.objects.filter(absent=absent, role=absence.role, ended_at__isnull=True)
    overlapping = same.filter(starts_on__lte=absence.ends_on, ends_on__gte=absence.starts_on).first()
    if overlapping is not None:
        raise Conflict(f"{overlapping.member} ya reemplaza a {absent} en esos días.")
    stand_in = StandIn.objects.create(
        entity_id=absent.entity_id,
        absent=absent,
        member=member,
        role=absence.role,
        starts_on=absence.starts_on,
        ends_on=absence.ends_on,
        reason=absence.reason,
        by=by,
        at=now,
    )
    _record_stand_in(stand_in, "stand_in.named", by, now)
    notify(
        members=[member],
        kind="stand_in.named",
        ref=stand_in.ref,
        title=f"Reemplazas a {absent} del {absence.starts_on:%d/%m/%Y} al {absence.ends_on:%d/%m/%Y}",
        path=absent.get_absolute_url(),
        now=now,
        why=f"Lo registró {by}.",
    )
    return stand_in


@transaction.atomic(durable=True)
def end_stand_in(*, stand_in: StandIn, by: Member, now: datetime) -> StandIn:
    """End a stand-in before its last day."""
    stand_in = queries.get_stand_in(member=by, pk=stand_in.pk, for_update=True)
    check_may_name_stand_in(by, stand_in.absent, now=now)
    if stand_in.ended_at is not None or stand_in.ends_on < timezone.localdate(now):
        raise WrongState("Ese reemplazo ya terminó.")
    return _end_stand_in(stand_in, by, now)


def _end_stand_in(stand_in: StandIn, by: Member, now: datetime) -> StandIn:
    stand_in.ended_by, stand_in.ended_at = by, now
    stand_in.save(update_fields=["ended_by", "ended_at"])
    _record_stand_in(stand_in, "stand_in.ended", by, now)
    return stand_in


def _record_stand_in(stand_in: StandIn, event_type: str, by: Member, now: datetime) -> None:
    record(
        entity_id=stand_in.entity_id,
        event_type=event_type,
        actor=by.actor,
        ref=stand_in.ref,
        at=now,
        related=[stand_in.absent.ref, stand_in.member.ref],
        facts={
            "role": stand_in.role,
            "starts_on": stand_in.starts_on.isoformat(),
            "ends_on": stand_in.ends_on.isoformat(),
        },
        texts={"reason": stand_in.reason},
    )


def _create_user(email: str, password: str) -> User:
    user = User(email=email.lower())
    user.set_password(password or None)  # without one, the person chooses it with the link of `invitation_link`
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


def notify(
    *, members: Iterable[Member], kind: str, ref: ObjectRef, title: str, path: str, now: datetime, why: str = ""
) -> list[Notice]:
    """Create a notice for each member, inside the transaction of the act that it is about (P-1).

    A member gets one notice of each kind about an object. A job sends it by mail if a mail server is configured.
    Return the notices that were created.
    """
    notices = []
    for member in members:
        notice, created = Notice.objects.get_or_create(
            member=member,
            kind=kind,
            ref=ref.reference,
            defaults={
                "entity_id": member.entity_id,
                "title": title[:300],
                "why": why[:300],
                "path": path,
                "created_at": now,
            },
        )
        if created:
            app.configure_task("people.mail_notice").defer(notice_id=notice.pk)
            notices.append(notice)
    return notices


@transaction.atomic(durable=True)
def see_notice(*, notice: Notice, by: Member, now: datetime) -> Notice:
    """Record that the member saw the notice. A second call changes nothing."""
    notice = queries.get_notice(member=by, pk=notice.pk, for_update=True)
    _mark_seen(notice, by, now)
    return notice


@transaction.atomic(durable=True)
def see_all_notices(*, by: Member, now: datetime) -> None:
    """Record that the member saw each of their notices that were not seen yet."""
    for notice in (
        Notice.objects.select_for_update(no_key=True, of=("self",))
        .filter(member=by, seen_at__isnull=True)
        .order_by("pk")
    ):
        _mark_seen(notice, by, now)


def mark_seen(*, kind: str, ref: ObjectRef, by: Member, now: datetime) -> None:
    """Record that a member who acts on an object has seen its notice, inside the transaction of the act (P-1)."""
    notices = Notice.objects.select_for_update(no_key=True, of=("self",)).filter(
        member=by, kind=kind, ref=ref.reference
    )
    for notice in notices:
        _mark_seen(notice, by, now)


def _mark_seen(notice: Notice, by: Member, now: datetime) -> None:
    if notice.seen_at is None:
        notice.seen_at = max(now, notice.created_at)
        notice.save(update_fields=["seen_at"])
        record(
            entity_id=by.entity_id,
            event_type="notice.seen",
            actor=by.actor,
            ref=ObjectRef("notice", notice.pk, notice.title),
            at=now,
            related=[ObjectRef.parse(notice.ref)],
        )


@transaction.atomic(durable=True)
def mark_mailed(*, notice_id: int, now: datetime) -> None:
    """Record that a notice was sent by mail."""
    Notice.objects.filter(pk=notice_id, mailed_at__isnull=True).update(mailed_at=now)
