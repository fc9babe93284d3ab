"""What a person holds, and the handovers of those who leave."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from pregonero.controls.access_queries import administrator_links, administrators_of
from pregonero.controls.access_rules import ENDS_SOON_DAYS, MAY_ADMINISTER
from pregonero.controls.models import Control, Departure, DepartureStep, Finding, FindingState
from pregonero.controls.queries import due_for
from pregonero.errors import NotFound
from pregonero.inbox.models import Conversation, Promise
from pregonero.inbox.petitions import row_of
from pregonero.inbox.queries import petitions_of
from pregonero.inbox.states import ConversationState
from pregonero.networks.models import Administrator, Credential
from pregonero.networks.queries import accounts_of
from pregonero.people.models import Member, StandIn
from pregonero.people.queries import members_with
from pregonero.people.roles import Role
from pregonero.publishing.models import Publication, PublicationState

LEFT_LATELY = timedelta(days=60)


@dataclass(frozen=True)
class Holding:
    """Something that a person holds: what must be done, and where. `key` names it; `is_verified` as in the step."""

    key: str
    label: str
    path: str
    is_verified: bool


def holdings_of(member: Member, *, now: datetime) -> list[Holding]:
    """Return everything that a person holds now, at the networks and here."""
    return [*_at_networks(member), *_work_of(member, now), *_roles_of(member, timezone.localdate(now))]


def _at_networks(member: Member) -> Iterator[Holding]:
    accounts = list(accounts_of(member.entity))
    review = reverse("controls:access")
    for account in accounts:
        links, path = administrator_links(account), reverse("networks:account", args=[account.pk])
        for seen in administrators_of(account):
            link = links.get(seen.remote_id)
            if link and link.member_id == member.pk:
                yield Holding(f"admin:{account.pk}:{seen.remote_id}", f"Quítale en la red {account}.", review, False)
        if Credential.objects.filter(account=account, connected_by=member.name).exists():
            label = f"Conecta {account} otra vez: usa la autorización que dio {member}."
            yield Holding(f"token:{account.pk}", label, path, True)
        if MAY_ADMINISTER.intersection(member.roles):
            label = f"Cambia la contraseña de {account}, cierra sus sesiones y quita su teléfono del segundo paso."
            yield Holding(f"sessions:{account.pk}", label, path, False)
    registered = Administrator.objects.filter(account__in=accounts, member=member, until__isnull=True)
    for one in registered.select_related("account").order_by("account_id"):
        path = reverse("networks:account", args=[one.account_id])
        yield Holding(f"registered:{one.pk}", f"Anota hasta cuándo administró {one.account}.", path, True)
    recovery = Control.objects.filter(entity=member.entity, code="YT-1", retired_at__isnull=True).first()
    if recovery is not None and MAY_ADMINISTER.intersection(member.roles):
        label = "Comprueba que su celular no recupera la cuenta de YouTube (YT-1)."
        yield Holding("recovery", label, recovery.get_absolute_url(), False)
    if MAY_ADMINISTER.intersection(member.roles):
        label = "Recibe sus equipos y quítalos de los dispositivos conocidos."
        yield Holding("devices", label, reverse("controls:known"), False)


def _work_of(member: Member, now: datetime) -> Iterator[Holding]:
    drafts = Publication.objects.filter(edited_by=member, state=PublicationState.DRAFT).count()
    if drafts:
        label = f"Borradores que otra persona debe retomar o cancelar: {drafts}."
        yield Holding("drafts", label, reverse("publishing:publications"), True)
    conversations = Conversation.objects.filter(assignee=member).exclude(state=ConversationState.CLOSED).count()
    if conversations:
        yield Holding("conversations", f"Conversaciones por reasignar: {conversations}.", reverse("inbox:list"), True)
    promises = Promise.objects.filter(by=member, end="").count()
    if promises:
        label = f"Promesas que otra persona debe cumplir: {promises}."
        yield Holding("promises", label, reverse("inbox:list"), False)
    if Role.CITIZEN_RELATIONS in member.roles and (pending := _pending_petitions(member, timezone.localdate(now))):
        label = f"Peticiones en curso que otra persona debe llevar: {pending}."
        yield Holding("petitions", label, reverse("inbox:petitions"), False)
    controls = len(due_for(member, now=now))
    if controls:
        label = f"Controles que le tocan y están por revisar: {controls}."
        yield Holding("controls", label, reverse("controls:matrix"), True)
    findings = Finding.objects.filter(owner=member, state=FindingState.OPEN).count()
    if findings:
        label = f"Hallazgos que otra persona debe resolver: {findings}."
        yield Holding("findings", label, reverse("controls:findings"), True)


def _pending_petitions(member: Member, today: date) -> int:
    return sum(row_of(petition, today=today).count.ended_on is None for petition in petitions_of(member.entity))


def _roles_of(member: Member, today: date) -> Iterator[Holding]:
    path = member.get_absolute_url()
    involved = Q(member=member) | Q(absent=member)
    for one in StandIn.objects.filter(involved, ended_at__isnull=True, ends_on__gte=today).order_by("starts_on", "pk"):
        yield Holding(f"stand_in:{one.pk}", f"Termina el reemplazo: {one}.", path, True)
    for role in sorted(member.roles):
        others = members_with(member.entity, [Role(role)], today=today)
        if all(other.pk == member.pk for other in others):
            label = f"Nombra a otra persona: nadie más es {Role(role).label}."
            yield Holding(f"only:{role}", label, reverse("people:members"), True)
    if member.ends_on is None or member.ends_on > today:
        label = f"Pon hoy como su último día en Pregonero; pierde sus permisos ({member.role_labels})."
        yield Holding("membership", label, reverse("people:edit_member", args=[member.pk]), True)


def open_departure(member: Member) -> Departure | None:
    """Return the handover of a person that is under way."""
    return Departure.objects.filter(member=member, closed_at__isnull=True).select_related("member", "entity").first()


def last_departure(member: Member) -> Departure | None:
    """Return the latest departure of a member, open or closed, or None."""
    departures = Departure.objects.filter(member=member).select_related("member", "started_by", "closed_by")
    return departures.order_by("-started_at", "-pk").first()


def get_departure(*, by: Member, member: Member, for_update: bool = False) -> Departure:
    """Return the handover of a person of the same entity that is under way. Raises `NotFound`."""
    rows = Departure.objects.select_for_update(no_key=True, of=("self",)) if for_update else Departure.objects.all()
    found = rows.filter(member=member, entity_id=by.entity_id, closed_at__isnull=True).select_related("member").first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class StepRow:
    """A step of a handover: done by a person, seen by the system, or still to do."""

    step: DepartureStep
    is_done: bool


def steps_of(departure: Departure, held: list[Holding]) -> list[StepRow]:
    """Return the steps of a handover in order. What the system sees that is no longer held counts as done."""
    keys = {holding.key for holding in held}
    steps = departure.steps.select_related("done_by", "medium").order_by("pk")
    return [StepRow(step, step.done_at is not None or (step.is_verified and step.key not in keys)) for step in steps]


def open_departures(member: Member) -> QuerySet[Departure]:
    """Return the entity's handovers under way with `missing`, how many steps nobody has done, the oldest first."""
    departures = Departure.objects.filter(entity=member.entity, closed_at__isnull=True).select_related("member")
    missing = Count("steps", filter=Q(steps__done_at__isnull=True))
    return departures.annotate(missing=missing).order_by("started_at", "pk")


def leaving_without_handover(member: Member, *, day: date) -> list[Member]:
    """Return who leaves within thirty days, or left lately, and has no handover yet, the soonest first."""
    started = Departure.objects.filter(member=OuterRef("pk"), started_at__date__gt=day - LEFT_LATELY * 2)
    near = Q(ends_on__gte=day - LEFT_LATELY, ends_on__lte=day + timedelta(days=ENDS_SOON_DAYS))
    return list(Member.objects.filter(near, ~Exists(started), entity=member.entity).order_by("ends_on", "name", "pk"))
