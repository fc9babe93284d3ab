"""Entities, members and notices."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from pregonero.errors import NotFound
from pregonero.people.models import Entity, Member, Notice, StandIn, User
from pregonero.people.roles import COORDINATOR, NETWORKS_PEOPLE, Role


def get_entity(*, slug: str) -> Entity:
    """Return the entity with a slug; raise `NotFound` if there is none."""
    entity = Entity.objects.filter(slug=slug).first()
    if entity is None:
        raise NotFound(f"No hay una entidad «{slug}».")
    return entity


def entity_with_arms(*, sha256: str) -> Entity:
    """Return an entity whose arms are the file with this digest; raise `NotFound` if there is none."""
    entity = Entity.objects.filter(arms_sha256=sha256).order_by("pk").first()
    if entity is None:
        raise NotFound
    return entity


def only_entity() -> Entity | None:
    """Return the entity of this installation if it has only one."""
    entities = list(Entity.objects.order_by("pk")[:2])
    return entities[0] if len(entities) == 1 else None


def all_entities() -> list[Entity]:
    """Return every entity of this installation, by name."""
    return list(Entity.objects.order_by("name", "pk"))


def user_id_of(*, email: str) -> int | None:
    """Return the id of the user with an e-mail address, ignoring case, or None."""
    return User.objects.filter(email__iexact=email).values_list("pk", flat=True).first()


def memberships_of(user: User, *, today: date) -> QuerySet[Member]:
    """Return a user's current memberships, with their entities."""
    return Member.objects.filter(_current(today), user=user).select_related("entity").order_by("entity__name", "pk")


def members_with(entity: Entity, roles: Iterable[Role], *, today: date) -> list[Member]:
    """Return the entity's current members that have any of the roles."""
    wanted = [role.value for role in roles]
    absences = current_stand_ins(today=today).filter(member=OuterRef("pk"), role__in=wanted)
    has_role = Q(roles__overlap=wanted) | Exists(absences)
    return list(Member.objects.filter(_current(today), has_role, entity=entity).order_by("name", "pk"))


def current_stand_ins(*, today: date) -> QuerySet[StandIn]:
    """Return the stand-ins that give their role today. A role that somebody loses ends its stand-ins."""
    absent_is_current = Q(absent__ends_on__isnull=True) | Q(absent__ends_on__gte=today)
    return StandIn.objects.filter(absent_is_current, ended_at__isnull=True, starts_on__lte=today, ends_on__gte=today)


def _current(today: date) -> Q:
    return Q(ends_on__isnull=True) | Q(ends_on__gte=today)


def members_of(entity: Entity) -> list[Member]:
    """Return everybody who is or was a member of the entity, by name."""
    return list(Member.objects.filter(entity=entity).select_related("user").order_by("name", "pk"))


def get_member(*, member: Member, pk: int, for_update: bool = False) -> Member:
    """Return a member of the same entity; raise `NotFound` for another entity's."""
    members = Member.objects.select_for_update(no_key=True, of=("self",)) if for_update else Member.objects.all()
    found = members.select_related("user", "entity").filter(pk=pk, entity_id=member.entity_id).first()
    if found is None:
        raise NotFound
    return found


def stand_ins_since(entity: Entity, *, today: date) -> list[StandIn]:
    """Return the entity's stand-ins of today and later that nobody ended, the first one first."""
    stand_ins = StandIn.objects.filter(entity=entity, ended_at__isnull=True, ends_on__gte=today)
    return list(stand_ins.select_related("absent", "member").order_by("starts_on", "pk"))


def stand_ins_of(absent: Member, *, limit: int = 50) -> list[StandIn]:
    """Return who covered or will cover a person's absences, the latest first, also those that somebody ended."""
    stand_ins = StandIn.objects.filter(absent=absent).select_related("absent", "member", "ended_by")
    return list(stand_ins.order_by("-starts_on", "-pk")[:limit])


def get_stand_in(*, member: Member, pk: int, for_update: bool = False) -> StandIn:
    """Return a stand-in of the same entity; raise `NotFound` for another entity's."""
    stand_ins = StandIn.objects.select_for_update(no_key=True, of=("self",)) if for_update else StandIn.objects.all()
    found = stand_ins.select_related("absent", "member").filter(pk=pk, entity_id=member.entity_id).first()
    if found is None:
        raise NotFound
    return found


def networks_people(entity: Entity, *, today: date) -> list[Member]:
    """Return the community managers and digital strategists, who are responsible for the networks (5.1)."""
    return members_with(entity, NETWORKS_PEOPLE, today=today)


def networks_people_and_coordinators(entity: Entity, *, today: date) -> list[Member]:
    """Return the people responsible for the networks and the coordinators of the Group."""
    return members_with(entity, NETWORKS_PEOPLE | COORDINATOR, today=today)


def get_notice(*, member: Member, pk: int, for_update: bool = False) -> Notice:
    """Return a notice of this member; raise `NotFound` for another member's."""
    notices = Notice.objects.select_for_update(no_key=True, of=("self",)) if for_update else Notice.objects.all()
    notice = notices.filter(pk=pk, member=member).first()
    if notice is None:
        raise NotFound
    return notice


def entity_by_slug(slug: str) -> Entity:
    """Return an entity by its short name in addresses. Raises `NotFound`."""
    entity = Entity.objects.filter(slug=slug).first()
    if entity is None:
        raise NotFound
    return entity


def waiting_notices(member: Member, *, limit: int = 50) -> list[Notice]:
    """Return the member's notices that are not seen yet, newest first."""
    return list(Notice.objects.filter(member=member, seen_at__isnull=True).order_by("-created_at", "-pk")[:limit])


def latest_notices(member: Member, *, limit: int = 50) -> list[Notice]:
    """Return the member's latest notices, newest first, seen or not."""
    return list(Notice.objects.filter(member=member).order_by("-created_at", "-pk")[:limit])


def receipts_of(entity: Entity, *, kind: str, ref: str) -> list[Notice]:
    """Return the notices of a kind about an object, with their members and receipts (P-1)."""
    notices = Notice.objects.filter(entity=entity, kind=kind, ref=ref)
    return list(notices.select_related("member").order_by("member__name", "pk"))
