"""How the publications of some news items stand, for the list of news and for the person who informed them."""

from collections.abc import Collection

from django.urls import reverse
from django.utils import timezone

from pregonero.newsroom.followups import Followup
from pregonero.outbox.models import Hold
from pregonero.publishing.models import Publication, PublicationState
from pregonero.publishing.queries.publication_list import threads_of
from pregonero.publishing.situation import situation_of

PLANNED = "programada"  # as `situation_of` says it


def followups_of(news: Collection[int]) -> dict[int, Followup]:
    """Return how the last publication of each news item stands, in three queries."""
    publications = Publication.objects.filter(source_kind="news", source_id__in=news).select_related("edited_by")
    kept = publications.exclude(state=PublicationState.CANCELLED).order_by("pk")
    last = {publication.source_id: publication for publication in kept}
    ids = [publication.pk for publication in last.values()]
    threads = threads_of(ids)
    holds = Hold.objects.filter(subject_kind="publication", subject_id__in=ids, released_at__isnull=True)
    held = set(holds.values_list("subject_id", flat=True))
    found = {}
    for news_id, publication in last.items():
        if publication.state == PublicationState.DRAFT:
            path = reverse("publishing:editor", args=[publication.pk])
            found[news_id] = Followup("plan", f"borrador de {publication.edited_by.name}", path, is_draft=True)
            continue
        mine = list(threads.get(publication.pk, {}).values())
        state, label = situation_of(publication, mine, is_held=publication.pk in held)
        if label == PLANNED and publication.due_at is not None:
            label = f"sale el {timezone.localtime(publication.due_at):%d/%m a las %H:%M}"
        found[news_id] = Followup(state, label, reverse("reports:expediente", args=[publication.pk]))
    return found
