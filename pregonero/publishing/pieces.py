"""Approved pieces in publications: which ones the editor offers, and whether what goes out is what was approved (P-4).

No other module of publishing reads pieces.
"""

from collections.abc import Iterable, Sequence

from django.urls import reverse

from pregonero.errors import Issue, NotFound
from pregonero.media.models import MediumKind
from pregonero.networks.registry import connector
from pregonero.newsroom.approval_models import Approval, Sending
from pregonero.newsroom.approvals.links import approval_path
from pregonero.newsroom.approvals.post_texts import PostText
from pregonero.newsroom.approvals.queries import approvals_of_media, decided_for_news, pieces_among, sent_for_news
from pregonero.people.models import Entity, Member
from pregonero.people.queries import receipts_of
from pregonero.publishing.models import Adaptation, Attachment, Publication, PublicationState
from pregonero.publishing.sources import SourceStep

NEWS = "news"  # the kind of `News.ref`
MOST_TEXTS = 12


def offered_pieces(publication: Publication) -> list[Sending]:
    """Return the pieces of a publication's news item that were approved and sent, the last one first (P-5)."""
    if publication.source_kind != NEWS:
        return []
    return sent_for_news(publication.entity, publication.source_id)


def get_offered(*, publication: Publication, member: Member, pk: int) -> Sending:
    """Return a piece that the publication may take. Raises `NotFound` for any other."""
    offered = offered_pieces(publication) if publication.entity_id == member.entity_id else []
    sending = next((one for one in offered if one.pk == pk), None)
    if sending is None:
        raise NotFound("Esa pieza no está aprobada y enviada para esta noticia.")
    return sending


def piece_issues(adaptations: Iterable[Adaptation]) -> list[Issue]:
    """Return the files of pieces that were not approved and sent, or whose description is not the approved one."""
    attachments = [one for adaptation in adaptations if not adaptation.skipped for one in adaptation.media]
    files = {pk for one in attachments for pk in (one.medium_id, one.medium.made_from_id) if pk is not None}
    pieces = pieces_among(files) if files else set()
    approved = approvals_of_media(pieces) if pieces else {}
    found = [(one, _piece_of(one, pieces)) for one in attachments]
    return [issue for one, piece in found if piece is not None for issue in _issues(one, approved.get(piece, []))]


def _piece_of(attachment: Attachment, pieces: set[int]) -> int | None:
    """Return the file of a piece that an attachment is, or from which it was converted for a network."""
    return next((pk for pk in (attachment.medium_id, attachment.medium.made_from_id) if pk in pieces), None)


def _issues(attachment: Attachment, approvals: Sequence[Approval]) -> list[Issue]:
    account = attachment.adaptation.account
    field, at = f"account:{account.pk}:media:{attachment.position}", attachment.position
    label = connector(account.network).capabilities.label
    if not approvals:
        return [
            Issue(field, "piece_not_approved", f"El archivo {at} de {label} es una pieza sin aprobar o sin enviar.")
        ]
    texts = {approval.version.alt.strip() for approval in approvals}
    if attachment.medium.kind != MediumKind.PICTURE or "" in texts or attachment.alt.strip() in texts:
        return []
    text = (
        f"La descripción de la imagen {at} de {label} no es la aprobada: vuelve a ella o pide que la aprueben otra vez."
    )
    return [Issue(field, "piece_alt_changed", text)]


def piece_steps(entity: Entity, news: int) -> tuple[SourceStep, ...]:
    """Return the steps of a news item's approved pieces: made, approved and sent (M-1)."""
    return tuple(step for approval in decided_for_news(entity, news) for step in _steps(entity, approval))


def _steps(entity: Entity, approval: Approval) -> list[SourceStep]:
    version = approval.version
    path = approval_path(version.piece)
    made = f"{version.piece.title}, {version}, de {version.uploaded_by}."
    by = f"La aprobó {approval.who}, {approval.get_way_display()}."
    steps = [
        SourceStep("Pieza", version.uploaded_at, made, link=path, link_text="Ver la pieza"),
        SourceStep("Pieza aprobada", approval.at, f"{by} {approval.reason}".strip()),
    ]
    sending: Sending | None = getattr(approval, "sending", None)
    if sending is not None:
        kind, ref = f"piece.sent:{version.number}", version.piece.ref.reference
        receipts = tuple(receipts_of(entity, kind=kind, ref=ref))
        text = f"La envió {sending.by}. {sending.note}".strip()
        steps.append(SourceStep("Pieza enviada", sending.at, text, receipts=receipts))
    return steps


def texts_of_news(entity: Entity, news: int) -> list[PostText]:
    """Return what the publications of a news item say on each network, for the page where its pieces are approved."""
    adaptations = Adaptation.objects.filter(
        publication__entity=entity,
        publication__source_kind=NEWS,
        publication__source_id=news,
        skipped=False,
    ).exclude(publication__state=PublicationState.CANCELLED)
    rows = adaptations.exclude(text="").select_related("account", "publication").order_by("publication_id", "pk")
    return [
        PostText(
            adaptation.account.get_network_display(),
            adaptation.text,
            reverse("reports:expediente", args=[adaptation.publication_id]),
        )
        for adaptation in rows[:MOST_TEXTS]
    ]
