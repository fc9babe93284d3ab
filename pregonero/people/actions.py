"""Register entities and members; send notices to members and record their receipts."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime

from allauth.account.models import EmailAddress
from django.db import transaction
from procrastinate.contrib.django import app

from pregonero.people import queries
from pregonero.people.models import Employment, Entity, Member, Notice, User
from pregonero.people.roles import Role
from pregonero.people.rules import check_may, check_may_edit_entity
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


def _create_user(email: str, password: str) -> User:
    user = User(email=email.lower())
    user.set_password(password)
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
