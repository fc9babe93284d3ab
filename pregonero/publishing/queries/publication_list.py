"""The rows of the page Publicaciones: each publication with its networks, state, picture and matching words."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.search import SearchHeadline
from django.db.models import Q

from pregonero.media.models import Medium, MediumKind
from pregonero.networks.models import Account
from pregonero.outbox.models import PUBLIC_KINDS, Delivery, Hold
from pregonero.outbox.queries.deliveries import of_subjects
from pregonero.outbox.rules import can_still_be_cancelled
from pregonero.outbox.states import TINTS, DeliveryState
from pregonero.publishing.models import Adaptation, Attachment, Publication, PublicationState
from pregonero.publishing.queries.search import words_query
from pregonero.publishing.situation import situation_of, trouble_in
from pregonero.publishing.threads import current_delivery, thread_label, threads_in

MARK, END = "\x02", "\x03"  # around each word that was found; no text that a person writes has them
MOST_OTHER_WORDS = 4


@dataclass(frozen=True)
class AccountMark:
    """How a publication stands on one account; `state` is as the component `c-net` takes it."""

    account: Account
    state: str
    word: str


@dataclass(frozen=True)
class PublicationRow:
    """A publication in the list. In `title` and `fragment`, each word that was found is between `MARK` and `END`."""

    publication: Publication
    title: str
    fragment: str  # of a text on a network, when the title has none of the words
    marks: tuple[AccountMark, ...]
    state: str
    label: str
    picture: Medium | None
    can_be_cancelled: bool

    @property
    def at(self) -> datetime | None:
        """Return when it goes or went out; None without a time."""
        return self.publication.due_at

    @property
    def found_words(self) -> list[str]:
        """Return the words of its title and fragment that were found."""
        pieces = f"{self.title} {self.fragment}".split(MARK)[1:]
        return [piece.partition(END)[0] for piece in pieces]


def rows_of(publications: Sequence[Publication], text: str = "") -> list[PublicationRow]:
    """Return the rows of some publications of one entity, in order. The number of queries is constant."""
    ids = [publication.pk for publication in publications]
    adaptations = _by_publication(ids)
    threads = threads_of(ids)
    holds = Hold.objects.filter(subject_kind="publication", subject_id__in=ids, released_at__isnull=True)
    held = set(holds.values_list("subject_id", flat=True))
    pictures = _pictures_of(ids)
    titles, fragments = _marked(ids, text)
    rows = []
    for publication in publications:
        mine = threads.get(publication.pk, {})
        state, label = situation_of(publication, list(mine.values()), is_held=publication.pk in held)
        if state == "bad":
            label = trouble_in(mine.values()) or label
        own = adaptations[publication.pk]
        marks = tuple(_mark(adaptation, mine.get(adaptation.account_id, [])) for adaptation in own)
        rows.append(
            PublicationRow(
                publication,
                titles.get(publication.pk, publication.title),
                fragments.get(publication.pk, ""),
                marks,
                state,
                label,
                pictures.get(publication.pk),
                _can_be_cancelled(publication, mine.values()),
            )
        )
    return rows


def other_words(rows: Sequence[PublicationRow], text: str) -> list[str]:
    """Return the matching words that differ from the words of the search, such as «exportadoras»."""
    found = {word.lower() for row in rows for word in row.found_words}
    return sorted(found - set(text.lower().split()))[:MOST_OTHER_WORDS]


def _by_publication(ids: Sequence[int]) -> dict[int, list[Adaptation]]:
    found: dict[int, list[Adaptation]] = defaultdict(list)
    adaptations = Adaptation.objects.filter(publication__in=ids).select_related("account")
    for adaptation in adaptations.defer("text", "parts").order_by("account_id"):
        found[adaptation.publication_id].append(adaptation)
    return found


def threads_of(ids: Sequence[int]) -> dict[int, dict[int, list[Delivery]]]:
    """Return the deliveries of each publication by account."""
    deliveries = Delivery.objects.filter(of_subjects("publication", ids), kind__in=PUBLIC_KINDS).select_related(
        "account"
    )
    found: dict[int, dict[int, list[Delivery]]] = defaultdict(dict)
    for thread in threads_in(deliveries.defer("payload", "prepared", "candidates").order_by("pk")):
        found[thread[0].subject_id][thread[0].account_id] = thread
    return found


def _mark(adaptation: Adaptation, thread: Sequence[Delivery]) -> AccountMark:
    if not thread:
        state, word = ("off", "no va en esta red") if adaptation.skipped else ("", "sin programar")
        return AccountMark(adaptation.account, state, word)
    state = TINTS.get(DeliveryState(current_delivery(thread).state), "")
    return AccountMark(adaptation.account, state, thread_label(thread))


def _can_be_cancelled(publication: Publication, threads: Iterable[Sequence[Delivery]]) -> bool:
    """Return whether cancelling it would stop anything: a draft, or what has not gone out."""
    if publication.state == PublicationState.DRAFT:
        return True
    return any(can_still_be_cancelled(delivery) for thread in threads for delivery in thread)


def _pictures_of(ids: Sequence[int]) -> dict[int, Medium]:
    """Return the first picture of each publication, or the thumbnail of its first video that has one."""
    attachments = Attachment.objects.filter(
        Q(medium__kind=MediumKind.PICTURE) | Q(thumbnail__isnull=False),
        adaptation__publication__in=ids,
        adaptation__skipped=False,
    ).select_related("medium", "thumbnail", "adaptation")
    first = attachments.order_by("adaptation__publication_id", "adaptation__account_id", "position", "pk")
    return {
        attachment.adaptation.publication_id: attachment.thumbnail or attachment.medium
        for attachment in first.distinct("adaptation__publication_id")
    }


def _marked(ids: Sequence[int], text: str) -> tuple[dict[int, str], dict[int, str]]:
    """Return the titles with the words that were found, and a fragment of a text where the title has none of them."""
    query = words_query(text)
    if query is None or not ids:
        return {}, {}
    whole = SearchHeadline("title", query, config="spanish", start_sel=MARK, stop_sel=END, highlight_all=True)
    publications = Publication.objects.filter(pk__in=ids).annotate(marked=whole).order_by("pk")
    titles = {publication.pk: publication.marked for publication in publications}
    rest = [pk for pk, title in titles.items() if MARK not in title]
    part = SearchHeadline("text", query, config="spanish", start_sel=MARK, stop_sel=END, max_words=22, min_words=10)
    adaptations = Adaptation.objects.filter(publication__in=rest, skipped=False).annotate(marked=part)
    fragments: dict[int, str] = {}
    for pk, fragment in adaptations.order_by("pk").values_list("publication_id", "marked"):
        if MARK in fragment:
            fragments.setdefault(pk, fragment)
    return titles, fragments
