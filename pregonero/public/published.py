"""What an entity published on its networks, as anybody may search it (R-4)."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.search import CombinedSearchQuery, SearchVectorField
from django.db.models import Exists, Func, OuterRef, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils import timezone

from pregonero.errors import Issue
from pregonero.networks.base import OperationKind
from pregonero.networks.registry import network_choices
from pregonero.outbox.models import Delivery
from pregonero.outbox.states import PUBLIC, DeliveryState
from pregonero.people.models import Entity
from pregonero.publishing.models import PublicationWords
from pregonero.publishing.queries.search import WordQuery, words_query

PAGE_SIZE = 30
MOST_PAGES = 200  # further back one goes by month: skipping millions of rows takes seconds
LONGEST = 200  # characters of a search
CHANGED = (DeliveryState.RECTIFIED, DeliveryState.WITHDRAWN)


@dataclass(frozen=True)
class PublishedFilter:
    """The criteria of a search: words, a month, a network, only what was rectified or withdrawn, and a page."""

    text: str = ""
    first: datetime | None = None
    last: datetime | None = None  # exclusive
    network: str = ""
    is_changed: bool = False
    page: int = 1


def read_filter(values: dict[str, str]) -> tuple[PublishedFilter, list[Issue]]:
    """Return the filter of a query string and what is wrong in it, in Spanish; a wrong criterion is left out."""
    issues = []
    text = values.get("q", "").replace("\0", "").strip()
    if len(text) > LONGEST:
        issues.append(Issue("q", "too_long", f"Escribe máximo {LONGEST} caracteres para buscar."))
        text = ""
    network = values.get("red", "")
    if network and network not in dict(network_choices()):
        issues.append(Issue("red", "unknown", "Elige una red de la lista."))
        network = ""
    first = last = None
    if month := values.get("mes", ""):
        first, last = _month(month)
        if first is None:
            issues.append(Issue("mes", "invalid", "Escribe el mes como 2026-11."))
    page, number = 1, values.get("pagina", "1")
    if number.isascii() and number.isdecimal() and len(number) < len(str(MOST_PAGES)) + 1 and int(number) <= MOST_PAGES:
        page = max(1, int(number))
    else:
        issues.append(
            Issue("pagina", "invalid", f"Se muestran {MOST_PAGES} páginas. Para ir más atrás, elige un mes o una red.")
        )
    changed = values.get("cambios", "") == "1"
    return PublishedFilter(text, first, last, network, changed, page), issues


def published_posts(entity: Entity, wanted: PublishedFilter | None = None) -> QuerySet[Delivery]:
    """Return what the entity published that matches, the newest first: one for each account. The caller slices it."""
    wanted = wanted or PublishedFilter()
    posts = Delivery.objects.filter(
        entity=entity, subject_kind="publication", kind=OperationKind.POST, position=0, state__in=PUBLIC
    ).select_related("account")
    if wanted.network:
        posts = posts.filter(account__network=wanted.network)
    if wanted.is_changed:
        posts = posts.filter(state__in=CHANGED)
    if wanted.first is not None:
        posts = posts.filter(published_at__gte=wanted.first)
    if wanted.last is not None:
        posts = posts.filter(published_at__lt=wanted.last)
    if wanted.text:
        query = words_query(wanted.text)
        if query is None:
            return posts.none()
        # The index also has words that were never published, such as the reason: each post found is read again.
        indexed = PublicationWords.objects.filter(pk=OuterRef("subject_id"), vector=query)
        posts = posts.filter(Exists(indexed), Exists(_parts_saying(query)))
    return posts.order_by("-published_at", "-pk")


def _parts_saying(query: WordQuery | CombinedSearchQuery) -> QuerySet[Delivery]:
    """Return the public parts of a post, outside this query, of which the title and the text that went out match."""
    parts = Delivery.objects.filter(
        subject_kind="publication",
        subject_id=OuterRef("subject_id"),
        account=OuterRef("account"),
        kind=OperationKind.POST,
        state__in=PUBLIC,
    )
    empty, space = (Value(said, output_field=TextField()) for said in ("", " "))
    title, text = (Coalesce(KeyTextTransform(name, "payload"), empty) for name in ("title", "text"))
    said = Concat(Cast("subject_name", TextField()), space, title, space, text)
    return parts.annotate(said=Func(said, function="publishing_words", output_field=SearchVectorField())).filter(
        said=query
    )


def text_of(post: Delivery) -> str:
    """Return the text of a post as it was sent."""
    return str(post.payload.get("text") or post.payload.get("title") or post.subject_name)


def _month(written: str) -> tuple[datetime | None, datetime | None]:
    try:
        first = datetime.strptime(written, "%Y-%m").replace(tzinfo=timezone.get_current_timezone())
        return first, first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    except ValueError:
        return None, None
