"""Publications: drafts, what they say on each account, and their plan (P-2, P-3)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from pregonero.api.bodies import FormBody, check_form
from pregonero.api.edit_body import EditBody, form_data
from pregonero.api.gate import ApiRequest
from pregonero.api.operations import CREATED, reading, writing
from pregonero.api.pages import Page, PageQuery, page_of
from pregonero.errors import NotFound
from pregonero.networks.registry import network_choices
from pregonero.outbox.models import Delivery
from pregonero.outbox.queries.deliveries import by_account, deliveries_of
from pregonero.people.models import Member
from pregonero.people.rules import check_may
from pregonero.publishing import actions, link_check, queries
from pregonero.publishing.editor import editor_of
from pregonero.publishing.forms import MinuteForm, ReasonForm, StartForm, change_of
from pregonero.publishing.models import Adaptation, Publication, PublicationState
from pregonero.publishing.queries.search import STATES, PublicationFilter, find_publications
from pregonero.publishing.sources import is_registered
from pregonero.publishing.threads import thread_label
from pregonero.records.actions import ObjectRef

router = Router(tags=["Publicaciones"])
WORDS_LIMIT = 200


class PublicationFields(Schema):
    """What is said of any publication. `source` is what it tells, such as "news:7"."""

    id: int
    number: str
    source: str
    title: str
    state: PublicationState
    due_at: datetime | None
    relevance: int
    theme: str
    revision: int


class PublicationOut(PublicationFields):
    """A publication."""

    @staticmethod
    def resolve_source(publication: Publication) -> str:
        """Return the reference of its source."""
        return publication.source_ref.reference


class AccountTextOut(Schema):
    """What a publication says on one account, and how it stands there; `state` is empty before it is scheduled."""

    account_id: int
    network: str
    text: str
    title: str
    parts: list[str]
    skipped: bool
    skip_reason: str
    state: str
    url: str


class IssueOut(Schema):
    """Something to correct before it can go out."""

    field: str
    key: str
    text: str


class WholePublicationOut(PublicationFields):
    """A publication with its texts, and with what is missing."""

    text: str
    why: str
    link: str
    accounts: list[AccountTextOut]
    issues: list[IssueOut]


class PublicationsQuery(PageQuery):
    """Which publications are asked."""

    q: str = Field("", max_length=WORDS_LIMIT, description="Palabras que se buscan.")
    state: str = Field("", description="Uno de los estados de la página.", json_schema_extra={"enum": ["", *STATES]})
    network: str = Field("", json_schema_extra={"enum": ["", *dict(network_choices())]})
    first: date | None = None
    last: date | None = None


class StartBody(FormBody[StartForm]):
    """De qué sale la publicación: la noticia u otra fuente, como «news:7»."""

    form_class = StartForm
    left_out = frozenset({"key", "hour"})


class MinuteBody(FormBody[MinuteForm]):
    """El día y la hora en que sale, en Bogotá."""

    form_class = MinuteForm

    @classmethod
    def build(cls, values: dict[str, Any]) -> MinuteForm:
        """Return the form, which compares the minute with now."""
        return MinuteForm(values, now=timezone.now())  # type: ignore[arg-type]


class ReasonBody(FormBody[ReasonForm]):
    """La razón, que queda en el expediente."""

    form_class = ReasonForm


@router.get("", **reading("publications.read", Page[PublicationOut], "Ver las publicaciones"))
def list_publications(request: ApiRequest, query: Query[PublicationsQuery]) -> dict[str, Any]:
    """Return the publications that match, by pages."""
    wanted = PublicationFilter(
        text=query.q.replace("\0", "").strip(),
        state=query.state,
        network=query.network,
        first=query.first,
        last=query.last,
    )
    return page_of(find_publications(request.member.entity, wanted), query)


@router.post("", **writing("publications.write", WholePublicationOut, "Empezar una publicación", status=CREATED))
def draft_publication(request: ApiRequest, payload: StartBody) -> dict[str, Any]:
    """Draft a publication of a source."""
    source = ObjectRef.parse(payload.form.cleaned_data["source"])
    if not is_registered(source.kind):
        raise NotFound
    publication = actions.draft_publication(source=source, key=uuid4(), by=request.member, now=timezone.now())
    return _whole(publication.pk, request.member)


@router.get("/{pk}", **reading("publications.read", WholePublicationOut, "Ver una publicación"))
def show_publication(request: ApiRequest, pk: int) -> dict[str, Any]:
    """Return a publication with its texts and with what is missing."""
    return _whole(pk, request.member)


@router.post("/{pk}/edits", **writing("publications.write", WholePublicationOut, "Guardar los textos"))
def edit_publication(request: ApiRequest, pk: int, payload: EditBody) -> dict[str, Any]:
    """Save what a publication says, through the forms of the editor."""
    member, now = request.member, timezone.now()
    publication = queries.get_publication(member=member, pk=pk)
    check_may(member, "publication.compose", now=now)
    data = form_data(payload, publication, queries.adaptations_of(publication))
    page = editor_of(member=member, pk=pk, now=now, data=data)
    check_form(page.general)
    for part in page.parts:
        for form in (part.form, *part.form.attachments):
            check_form(form, place=f"account:{part.adaptation.account_id}:")
    change = change_of(page.general, [part.form for part in page.parts])
    actions.edit_publication(publication=publication, change=change, revision=payload.revision, by=member, now=now)
    return _whole(pk, member)


@router.post("/{pk}/schedule", **writing("publications.write", WholePublicationOut, "Programar, o cambiar la hora"))
def schedule_publication(request: ApiRequest, pk: int, payload: MinuteBody) -> dict[str, Any]:
    """Give a publication its minute; its link is read before."""
    member, now = request.member, timezone.now()
    publication = queries.get_publication(member=member, pk=pk)
    check_may(member, "publication.program", now=now)
    link_check.refresh_link(publication, now=now)
    actions.give_minute(publication=publication, due_at=payload.form.due_at(), by=member, now=now)
    return _whole(pk, member)


@router.post("/{pk}/cancellation", **writing("publications.write", WholePublicationOut, "Cancelar lo que no ha salido"))
def cancel_publication(request: ApiRequest, pk: int, payload: ReasonBody) -> dict[str, Any]:
    """Cancel what of a publication has not gone out."""
    member = request.member
    publication = queries.get_publication(member=member, pk=pk)
    actions.cancel_publication(
        publication=publication, reason=payload.form.cleaned_data["reason"], by=member, now=timezone.now()
    )
    return _whole(pk, member)


def _whole(pk: int, member: Member) -> dict[str, Any]:
    """Return a publication as it is stored, with its texts and with what is missing."""
    publication = queries.get_publication(member=member, pk=pk)
    threads = by_account(deliveries_of(publication.ref))
    accounts = [
        _account(adaptation, threads.get(adaptation.account_id, []))
        for adaptation in queries.adaptations_of(publication)
    ]
    own = {name: getattr(publication, name) for name in ("text", "why", "link")}
    issues = [{"field": issue.field, "key": issue.key, "text": issue.text} for issue in queries.issues(publication)]
    return PublicationOut.from_orm(publication).dict() | own | {"accounts": accounts, "issues": issues}


def _account(adaptation: Adaptation, thread: Sequence[Delivery]) -> dict[str, Any]:
    """Return what a publication says on one account, and how its thread stands."""
    names = ("account_id", "text", "title", "parts", "skipped", "skip_reason")
    said = {name: getattr(adaptation, name) for name in names}
    return said | {
        "network": adaptation.account.network,
        "state": thread_label(thread) if thread else "",
        "url": thread[0].url if thread else "",
    }
