"""Decisions to rectify as a source of publications: the corrected publication plus the decision (N-1, N-2)."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from pregonero.media.models import Medium, MediumKind
from pregonero.people.models import Member
from pregonero.publishing.models import Attachment, Publication
from pregonero.publishing.rectification.actions import follow_original
from pregonero.publishing.rectification.queries import KIND, out_at
from pregonero.publishing.rectification.rectification_models import Rectification, Ruling
from pregonero.publishing.sources import Source, SourceLoader, SourceNoun, SourceStep
from pregonero.records.actions import ObjectRef

WHY_NOT = {"": "Todavía no se ha decidido si se rectifica.", Ruling.NO: "Se decidió no rectificar."}


class RectificationLoader(SourceLoader):
    """Loads rectifications. One may be published once somebody decided it."""

    noun = SourceNoun("rectificación", "decidida", is_feminine=True)

    def load(self, ids: Collection[int], *, entity_id: int) -> list[Source]:
        """Return the rectifications with these ids as sources."""
        return _sources(_rectifications_of(entity_id).filter(pk__in=ids))

    def unpublished(self, *, entity_id: int, limit: int) -> list[Source]:
        """Return those that were decided and have no publication, newest first."""
        made = Publication.objects.filter(entity_id=entity_id, source_kind=KIND, source_id=OuterRef("pk"))
        waiting = _rectifications_of(entity_id).filter(~Exists(made), ruling=Ruling.YES)
        return _sources(waiting.order_by("-decided_at", "-pk")[:limit])

    def steps(self, source: Source, *, entity_id: int) -> tuple[SourceStep, ...]:
        """Return the publication that is corrected, who asked for it and who decided it."""
        one = _rectifications_of(entity_id).filter(pk=source.id).first()
        if one is None:
            return ()
        path = reverse("reports:expediente", args=[one.publication_id])
        corrected = SourceStep(
            "Publicación que se rectifica",
            out_at(one.publication),
            f"«{one.publication}», {one.publication.number}{one.part_label and f', {one.part_label}'}.",
            link=path,
            link_text="Ver su expediente",
        )
        asked = SourceStep(
            "Petición de rectificación",
            one.asked_at,
            f"Por {one.get_way_display()}; la anotó {one.recorded_by}.",
            link=one.get_absolute_url(),
            link_text="Ver la petición",
        )
        if one.decided_at is None:
            return corrected, asked
        return corrected, asked, SourceStep("Decisión", one.decided_at, f"{one.decided_by}: {one.reason}")

    def belongs_to(self, source: Source, *, entity_id: int) -> tuple[ObjectRef, ...]:
        """Return the publication that is corrected."""
        one = _rectifications_of(entity_id).filter(pk=source.id).first()
        return (one.publication.ref,) if one else ()

    def on_drafted(self, source: Source, *, by: Member, now: datetime) -> None:
        """Give the draft the accounts, formats and files of the original."""
        follow_original(_rectifications_of(by.entity_id).get(pk=source.id), now=now)


def _sources(rectifications: QuerySet[Rectification]) -> list[Source]:
    """Return rectifications as sources, with the files of their originals, in two queries."""
    rows = list(rectifications)
    files = Attachment.objects.filter(adaptation__publication__in=[one.publication_id for one in rows])
    media: dict[tuple[int, str], Medium] = {}
    for attachment in files.select_related("adaptation", "medium").order_by("adaptation", "position", "pk"):
        media.setdefault((attachment.adaptation.publication_id, attachment.medium.kind), attachment.medium)
    return [_source(one, media) for one in rows]


def _source(one: Rectification, media: dict[tuple[int, str], Medium]) -> Source:
    original = one.publication
    return Source(
        kind=KIND,
        id=one.pk,
        title=f"Rectificación: {original.title}"[:300],
        noun=RectificationLoader.noun,
        address=one.get_absolute_url(),
        found_at=one.decided_at or one.recorded_at,
        summary=one.correction,
        link=original.link,
        theme=original.theme,
        reason=one.reason[:300],
        picture=media.get((original.pk, MediumKind.PICTURE)),
        video=media.get((original.pk, MediumKind.VIDEO)),
        note=one.reason,
        note_title=f"{one.decided_by} decidió {one.get_ruling_display()}:" if one.ruling else "",
        why_not=WHY_NOT.get(one.ruling, ""),
    )


def _rectifications_of(entity_id: int) -> QuerySet[Rectification]:
    rows = Rectification.objects.filter(entity_id=entity_id)
    return rows.select_related("publication", "recorded_by", "decided_by")
