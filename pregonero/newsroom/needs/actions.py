"""Ask for a need, decide it, and tie to it the news that tells it (M-1)."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from pregonero.errors import NotFound, Refused, WrongState
from pregonero.newsroom.models import News
from pregonero.newsroom.need_models import Need, NeedFile, NeedKind, NeedState
from pregonero.newsroom.needs import queries
from pregonero.newsroom.needs.rules import check_files
from pregonero.newsroom.queries import get_news
from pregonero.people.actions import notify
from pregonero.people.models import Entity, Member
from pregonero.people.queries import members_with
from pregonero.people.roles import GROUP_HEADS, NETWORKS_PEOPLE
from pregonero.people.rules import check_may
from pregonero.records.actions import Actor, record

OUTSIDE = Actor(kind="area", id=None, name="Un área, en la página para pedir")


@dataclass(frozen=True)
class NeedRequest:
    """What an area asks: what to tell, why it interests citizens, for whom, for when, and who answers for it."""

    kind: NeedKind
    title: str
    what: str
    why: str
    audience: str
    wanted_on: date | None
    area: str
    contact_name: str
    contact: str


@dataclass(frozen=True)
class AttachedFile:
    """A file that comes with a need."""

    name: str
    content: bytes


@transaction.atomic(durable=True)
def ask_need(
    *, entity: Entity, request: NeedRequest, files: Sequence[AttachedFile] = (), by: Member | None, now: datetime
) -> Need:
    """Store what an area asks, and tell the Group. `by` is None for whoever asks without an account."""
    if by is not None:
        check_may(by, "need.ask", now=now)
        if by.entity_id != entity.pk:
            raise NotFound
    check_files((file.name, len(file.content)) for file in files)
    need = Need.objects.create(
        entity=entity, code=secrets.token_urlsafe(32), asked_by=by, asked_at=now, **asdict(request)
    )
    digests = {hashlib.sha256(file.content).hexdigest(): file for file in files}
    NeedFile.objects.bulk_create(
        NeedFile(need=need, name=file.name[:200], content=file.content, digest=digest)
        for digest, file in digests.items()
    )
    record(
        entity_id=entity.pk,
        event_type="need.asked",
        actor=by.actor if by else OUTSIDE,
        ref=need.ref,
        at=now,
        facts={"kind": need.kind, "area": need.area, "files": sorted(digests)},
        texts={"what": need.what, "why": need.why},
    )
    deciding = members_with(entity, NETWORKS_PEOPLE | GROUP_HEADS, today=timezone.localdate(now))
    notify(
        members=[member for member in deciding if member != by],
        kind="need.asked",
        ref=need.ref,
        title=f"{need.area} pide contar: {need.title}",
        path=need.get_absolute_url(),
        now=now,
        why=f"Para el {need.wanted_on:%d/%m/%Y}." if need.wanted_on else "",
    )
    return need


@transaction.atomic(durable=True)
def decide_need(
    *, need: Need, state: NeedState, answer: str, look_again_on: date | None, by: Member, now: datetime
) -> Need:
    """Accept a need, leave it for a later day, or decline it, with the answer that whoever asked reads."""
    need = queries.get_need(member=by, pk=need.pk, for_update=True)
    check_may(by, "need.decide", now=now)
    if state in (NeedState.ASKED, need.state):
        raise WrongState(f"La necesidad ya está {need.get_state_display()}.")
    if not answer.strip():
        raise Refused("Escribe la respuesta: la lee quien pidió.")
    if state == NeedState.LATER and (look_again_on is None or look_again_on <= timezone.localdate(now)):
        raise Refused("Elige el día en que el Grupo la vuelve a mirar: uno que no haya pasado.")
    need.state, need.answer = state, answer.strip()[:500]
    need.look_again_on = look_again_on if state == NeedState.LATER else None
    need.decided_by, need.decided_at = by, now
    need.save(update_fields=["state", "answer", "look_again_on", "decided_by", "decided_at"])
    event = record(
        entity_id=need.entity_id,
        event_type="need.decided",
        actor=by.actor,
        ref=need.ref,
        at=now,
        facts={"state": need.state, "look_again_on": str(need.look_again_on or "")},
        texts={"answer": need.answer},
    )
    if need.asked_by is not None and need.asked_by_id != by.pk:
        notify(
            members=[need.asked_by],
            kind=f"need.decided:{event.pk}",  # a later decision tells them again
            ref=need.ref,
            title=f"Tu pedido «{need.title}»: {need.get_state_display()}",
            path=need.get_absolute_url(),
            now=now,
            why=need.answer,
        )
    return need


@transaction.atomic(durable=True)
def tie_news(*, need: Need, news: News, by: Member, now: datetime) -> News:
    """Say that a news item tells an accepted need, so that the need is the first step of its publications."""
    need = queries.get_need(member=by, pk=need.pk, for_update=True)
    check_may(by, "need.decide", now=now)
    if need.state != NeedState.ACCEPTED:
        raise WrongState("Primero acepta la necesidad.")
    news = get_news(member=by, pk=news.pk, for_update=True)
    if news.need_id is not None:
        raise WrongState("Esa noticia ya cuenta una necesidad.")
    news.need = need
    news.save(update_fields=["need"])
    record(entity_id=need.entity_id, event_type="need.told", actor=by.actor, ref=need.ref, at=now, related=[news.ref])
    return news
