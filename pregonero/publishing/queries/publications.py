"""A publication's own parts: its texts, its link, and what is missing."""

from collections.abc import Iterable

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from pregonero.errors import Issue, NotFound
from pregonero.media.models import Medium
from pregonero.networks.models import Account
from pregonero.networks.queries import accounts_of
from pregonero.people.models import Member
from pregonero.publishing import rules
from pregonero.publishing.models import Adaptation, Attachment, LinkAcceptance, LinkCheck, Publication
from pregonero.publishing.pieces import piece_issues
from pregonero.publishing.sources import source_of
from pregonero.records.actions import ObjectRef

MAX_PUBLICATIONS = 50  # shown of one source


def with_media(adaptations: QuerySet[Adaptation]) -> QuerySet[Adaptation]:
    """Return the adaptations with everything that goes out with them: one query more, however many they are."""
    return adaptations.select_related("account", "publication").prefetch_related(_media())


def _media() -> "Prefetch[str]":
    with_files = Attachment.objects.select_related(
        "medium", "captions", "thumbnail", "alt_missing_by", "captions_missing_by"
    )
    return Prefetch("attachments", with_files.order_by("position"), to_attr="media")


def adaptations_of(publication: Publication) -> list[Adaptation]:
    """Return what a publication says on each account, in the register's order."""
    adaptations = Adaptation.objects.filter(publication=publication)
    return list(with_media(adaptations).order_by("account_id"))


def missing_accounts(publication: Publication) -> list[Account]:
    """Return the registered accounts, active or paused, that a publication has no adaptation for."""
    with_one = Adaptation.objects.filter(publication=publication).values("account_id")
    return list(accounts_of(publication.entity).exclude(pk__in=with_one))


def going_adaptations(publication: Publication) -> list[Adaptation]:
    """Return those of the accounts where it goes out."""
    return [adaptation for adaptation in adaptations_of(publication) if not adaptation.skipped]


def publications_of(source: ObjectRef, *, member: Member) -> list[Publication]:
    """Return the publications of a source in the member's entity, oldest first."""
    publications = Publication.objects.filter(entity_id=member.entity_id, source_kind=source.kind, source_id=source.id)
    return list(publications.order_by("pk")[:MAX_PUBLICATIONS])


def last_reason(source: ObjectRef, *, entity_id: int) -> str:
    """Return the reason of the last publication of a source, so that it is not asked again; empty if there is none."""
    publications = Publication.objects.filter(entity_id=entity_id, source_kind=source.kind, source_id=source.id)
    return publications.exclude(why="").order_by("-pk").values_list("why", flat=True).first() or ""


def latest_link_check(publication: Publication) -> LinkCheck | None:
    """Return what the link answered last."""
    return LinkCheck.objects.filter(publication=publication).order_by("-pk").first()


def latest_acceptance(publication: Publication) -> LinkAcceptance | None:
    """Return who answers for the link as it is now, if anybody."""
    acceptances = LinkAcceptance.objects.filter(publication=publication, address=publication.link)
    return acceptances.select_related("by").order_by("-pk").first()


def issues(publication: Publication) -> list[Issue]:
    """Return everything that is missing before a publication can go out."""
    adaptations = adaptations_of(publication)
    found = rules.issues_of(
        publication,
        adaptations,
        latest_link_check(publication),
        latest_acceptance(publication),
        present_media=source_media(publication, adaptations),
    )
    return [*found, *piece_issues(adaptations)]


def earlier_media(member: Member) -> QuerySet[Medium]:
    """Return the files of the entity's publications, the last ones used first, with their last `description`.

    Versions made for one network are left out.
    """
    uses = Attachment.objects.filter(medium=OuterRef("pk"), adaptation__publication__entity_id=member.entity_id)
    files = Medium.objects.filter(entity_id=member.entity_id).exclude(made_how__has_key="conversion")
    described = files.annotate(
        used=Subquery(uses.order_by("-pk").values("pk")[:1]),
        description=Coalesce(Subquery(uses.exclude(alt="").order_by("-pk").values("alt")[:1]), Value("")),
    )
    return described.filter(used__isnull=False).order_by("-used")


def get_earlier_medium(*, member: Member, pk: int) -> Medium:
    """Return a file of the entity's publications with its last `description`. Raises `NotFound` for any other."""
    medium = earlier_media(member).filter(pk=pk).first()
    if medium is None:
        raise NotFound
    return medium


def source_media(publication: Publication, adaptations: Iterable[Adaptation]) -> frozenset[str]:
    """Return the kinds of media that the source has now. It is read only if the lack of one omits an account."""
    if not any(adaptation.missing_medium for adaptation in adaptations):
        return frozenset()
    source = source_of(publication)
    return frozenset(medium.kind for medium in (source.picture, source.video) if medium is not None)
