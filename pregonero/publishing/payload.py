"""What a publication sends on an account, part by part: the payloads that the outbox stores, and the posts to check."""

from pregonero.media.models import MediumKind
from pregonero.networks import base
from pregonero.networks.base import Capabilities, OperationKind
from pregonero.networks.previews import links_in
from pregonero.networks.registry import connector
from pregonero.outbox.payload import Payload, build_post, post_payload
from pregonero.publishing.models import Adaptation, Attachment, Publication


def texts_of(adaptation: Adaptation) -> list[str]:
    """Return the text of each part, in order: the adaptation's own, its further parts, and the link as a comment."""
    return [adaptation.text, *adaptation.parts, *([adaptation.publication.link] if adaptation.link_under else [])]


def payloads_of(adaptation: Adaptation) -> list[tuple[OperationKind, Payload]]:
    """Return the operation of each part of an adaptation, in order; only the first has media (rule 8)."""
    first, *further = texts_of(adaptation)
    capabilities = connector(adaptation.account.network).capabilities
    beside = capabilities.link_beside and not adaptation.link_under
    payloads = [
        post_payload(
            first,
            title=adaptation.title,
            link=adaptation.publication.link if beside else "",
            format=adaptation.format,
            card_title=_card_title(adaptation.publication, first, capabilities),
            media=[_media_entry(attachment) for attachment in adaptation.media],
        ),
        *(post_payload(text, card_title=_card_title(adaptation.publication, text, capabilities)) for text in further),
    ]
    kinds = [OperationKind.POST] * len(payloads)
    if adaptation.link_under:
        kinds[-1] = OperationKind.COMMENT
    return list(zip(kinds, payloads, strict=True))


def post_of(adaptation: Adaptation, position: int = 0) -> base.Post:
    """Return one part of an adaptation as its network's connector receives it."""
    _, payload = payloads_of(adaptation)[position]
    media = {
        medium.sha256: medium
        for attachment in adaptation.media
        for medium in (attachment.medium, attachment.captions, attachment.thumbnail)
        if medium is not None
    }
    return build_post(payload, media, network=adaptation.account.network)


def _card_title(publication: Publication, text: str, capabilities: Capabilities) -> str:
    """Return the title of the publication's source if the card that we send under a text is that of its page."""
    has_its_card = capabilities.builds_card and links_in(text)[:1] == [publication.link]
    return publication.source_name if has_its_card else ""


def _alt(attachment: Attachment) -> str:
    """Return the alternative text that goes with an attachment: pictures have one, videos have captions."""
    return attachment.alt if attachment.medium.kind == MediumKind.PICTURE else ""


def _media_entry(attachment: Attachment) -> dict[str, str]:
    files = {"sha256": attachment.medium, "captions": attachment.captions, "thumbnail": attachment.thumbnail}
    digests = {name: medium.sha256 for name, medium in files.items() if medium is not None}
    return {"alt": _alt(attachment), **digests}
