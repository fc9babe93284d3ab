"""Synergies as a source of publications: one is published once it has been defined that it has support (N-1, S-1)."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils import timezone

from pregonero.media.models import Medium, MediumKind
from pregonero.people.actions import mark_seen
from pregonero.people.models import Member
from pregonero.publishing.actions.links import accept_link_of_source
from pregonero.publishing.models import Publication
from pregonero.publishing.sources import Source, SourceLoader, SourceNoun, SourceStep
from pregonero.records.actions import ObjectRef
from pregonero.synergies.models import Definition, SuggestedText, Synergy, SynergyFile, SynergyState

KIND = "synergy"  # the kind of `Synergy.ref`
WHY_NOT = {
    SynergyState.RECEIVED: "Esta sinergia todavía no se ha definido con la asesoría o la coordinación.",
    SynergyState.LATER: "Se definió dejar esta sinergia para después.",
    SynergyState.DECLINED: "Se definió no apoyar esta sinergia.",
}


class SynergyLoader(SourceLoader):
    """Loads synergies, with their suggested texts and their files."""

    noun = SourceNoun("sinergia", "con apoyo", is_feminine=True)
    needs_link = False  # a synergy may be a text or a piece

    def load(self, ids: Collection[int], *, entity_id: int) -> list[Source]:
        """Return the synergies with these ids as sources."""
        return [source_from(synergy) for synergy in _synergies_of(entity_id).filter(pk__in=ids)]

    def unpublished(self, *, entity_id: int, limit: int) -> list[Source]:
        """Return the supported synergies that have no publication, newest first."""
        made = Publication.objects.filter(entity_id=entity_id, source_kind=KIND, source_id=OuterRef("pk"))
        waiting = _synergies_of(entity_id).filter(~Exists(made), state=SynergyState.SUPPORTED)
        return [source_from(synergy) for synergy in waiting.order_by("-received_at", "-pk")[:limit]]

    def steps(self, source: Source, *, entity_id: int) -> tuple[SourceStep, ...]:
        """Return when the synergy arrived, and who defined what about it."""
        synergy = _synergies_of(entity_id).filter(pk=source.id).first()
        if synergy is None:
            return ()
        arrived = SourceStep(
            "Sinergia recibida",
            synergy.received_at,
            f"La envió {synergy.sender}, {synergy.get_way_display()}, en favor de {synergy.beneficiary}.",
            link=synergy.get_absolute_url(),
            link_text="Ver la sinergia",
            noticed_at=synergy.registered_at,
        )
        return (arrived, *(_defined_step(one) for one in reversed(synergy.definitions.all())))

    def belongs_to(self, source: Source, *, entity_id: int) -> tuple[ObjectRef, ...]:
        """Return its campaign, if it has one."""
        synergy = Synergy.objects.filter(pk=source.id, entity_id=entity_id).select_related("campaign").first()
        return (synergy.campaign.ref,) if synergy is not None and synergy.campaign is not None else ()

    def on_drafted(self, source: Source, *, by: Member, now: datetime) -> None:
        """Mark the notice of the synergy as seen, and accept its link by the name of who defined it for the Group."""
        mark_seen(kind="synergy.received", ref=source.ref, by=by, now=now)
        definition = Definition.objects.filter(synergy=source.id).select_related("head").order_by("-at", "-pk").first()
        if source.link and definition is not None:
            accept_link_of_source(
                source=source.ref, address=source.link, reason=definition.circumstances, by=definition.head, now=now
            )


def _defined_step(definition: Definition) -> SourceStep:
    text = (
        f"La definieron {definition.networks_person} y {definition.head}. "
        f"Coyuntura: {definition.circumstances} Afinidad: {definition.affinity}"
    )
    return SourceStep(f"Sinergia {definition.get_state_display()}", definition.at, text)


def source_from(synergy: Synergy) -> Source:
    """Return a synergy as a source. It must have been loaded by `_synergies_of`."""
    texts = [each.text for each in synergy.texts.all()]
    media = [file.medium for file in synergy.files.all() if file.medium is not None]
    definition = next(iter(synergy.definitions.all()), None)
    return Source(
        kind=KIND,
        id=synergy.pk,
        title=synergy.topic,
        noun=SynergyLoader.noun,
        address=synergy.get_absolute_url(),
        found_at=synergy.received_at,
        summary=texts[0] if texts else "",
        link=synergy.link,
        theme=synergy.beneficiary,
        reason=definition.circumstances if definition else "",
        picture=_first(media, MediumKind.PICTURE),
        video=_first(media, MediumKind.VIDEO),
        note="\n\n".join([*_window_note(synergy), *texts]),
        note_title=f"Lo que sugiere {synergy.sender}:",
        why_not=WHY_NOT.get(SynergyState(synergy.state), ""),
        campaign=synergy.campaign.name if synergy.campaign else "",
        hashtags=tuple(synergy.campaign.hashtags) if synergy.campaign else (),
    )


def _first(media: list[Medium], kind: MediumKind) -> Medium | None:
    return next((medium for medium in media if medium.kind == kind), None)


def _window_note(synergy: Synergy) -> list[str]:
    """Return in a sentence when it is asked to go out."""
    times = [("desde", synergy.window_from), ("hasta", synergy.window_to)]
    said = [f"{word} el {timezone.localtime(at):%d/%m/%Y a las %H:%M}" for word, at in times if at is not None]
    return [f"Piden que salga {' y '.join(said)}."] if said else []


def _synergies_of(entity_id: int) -> QuerySet[Synergy]:
    latest = Definition.objects.select_related("networks_person", "head").order_by("-at", "-pk")
    files = SynergyFile.objects.defer("content").select_related("medium").order_by("pk")
    return (
        Synergy.objects.filter(entity_id=entity_id)
        .select_related("campaign")
        .prefetch_related(
            Prefetch("definitions", latest),
            Prefetch("files", files),
            Prefetch("texts", SuggestedText.objects.order_by("position")),
        )
    )
