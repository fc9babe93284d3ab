"""The changes that a person makes to a publication, applied to its rows in memory. Nothing is saved here.

`PublicationChange` declares which fields of a publication are edited: saving, copying, comparing two versions and the
editor's form take them from `EDITED_FIELDS`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from pregonero.people.models import Member
from pregonero.publishing.models import Adaptation, Attachment, Publication


@dataclass(frozen=True)
class AttachmentWords:
    """What a person wrote of a picture or a video: its alternative text, or why it goes without it or its captions."""

    alt: str = ""
    alt_missing_because: str = ""
    captions_missing_because: str = ""


@dataclass(frozen=True)
class AdaptationChange:
    """What a person wrote for one account; `media`, by attachment id; one that is missing keeps its texts."""

    text: str
    title: str = ""
    skipped: bool = False
    skip_reason: str = ""
    format: str = ""
    parts: tuple[str, ...] = ()  # the further parts of a thread
    media: Mapping[int, AttachmentWords] = field(default_factory=dict)
    own_text: bool = True  # False: the text is the publication's, adapted to the network


@dataclass(frozen=True)
class PublicationChange:
    """What a person wrote for the whole publication, and for each account by its id."""

    why: str
    theme: str
    relevance: int
    link: str
    adaptations: Mapping[int, AdaptationChange] = field(default_factory=dict)
    text: str | None = None  # None leaves it as it is


EDITED_FIELDS = tuple(edited.name for edited in fields(PublicationChange) if edited.name != "adaptations")


def edited_values(publication: Publication) -> dict[str, Any]:
    """Return the values of the fields that a person edits."""
    return {name: getattr(publication, name) for name in EDITED_FIELDS}


def apply_general_change(publication: Publication, change: PublicationChange) -> None:
    """Apply the change of the whole publication to its row in memory."""
    for name in EDITED_FIELDS:
        value = getattr(change, name)
        if value is not None:
            setattr(publication, name, value.strip() if isinstance(value, str) else value)


def apply_change(adaptation: Adaptation, wanted: AdaptationChange, by: Member) -> None:
    """Apply the change of one account to its rows in memory. The person who wrote a reason is recorded with it."""
    adaptation.text, adaptation.title, adaptation.format = wanted.text, wanted.title, wanted.format
    adaptation.own_text = wanted.own_text
    if (adaptation.skipped, adaptation.skip_reason) != (wanted.skipped, wanted.skip_reason):
        adaptation.missing_medium = ""  # a person decided: what is added later does not change it
    adaptation.skipped, adaptation.skip_reason = wanted.skipped, wanted.skip_reason
    adaptation.parts = list(wanted.parts)
    for attachment in adaptation.media:
        words = wanted.media.get(attachment.pk)
        if words is None:
            continue
        attachment.alt = words.alt
        if attachment.alt_missing_because != words.alt_missing_because:
            attachment.alt_missing_because = words.alt_missing_because
            attachment.alt_missing_by = by if words.alt_missing_because else None
        if attachment.captions_missing_because != words.captions_missing_because:
            attachment.captions_missing_because = words.captions_missing_because
            attachment.captions_missing_by = by if words.captions_missing_because else None


def current_change(adaptation: Adaptation) -> AdaptationChange:
    """Return the present values of an adaptation as a change; applying it changes nothing."""
    return AdaptationChange(
        text=adaptation.text,
        own_text=adaptation.own_text,
        title=adaptation.title,
        skipped=adaptation.skipped,
        skip_reason=adaptation.skip_reason,
        format=adaptation.format,
        parts=tuple(adaptation.parts),
        media={attachment.pk: _words_of(attachment) for attachment in adaptation.media},
    )


def complete(adaptation: Adaptation, wanted: AdaptationChange) -> AdaptationChange:
    """Return a change with the texts of every attachment; those that were not sent keep their saved values."""
    present = current_change(adaptation).media
    return replace(wanted, media={pk: wanted.media.get(pk, words) for pk, words in present.items()})


def _words_of(attachment: Attachment) -> AttachmentWords:
    return AttachmentWords(attachment.alt, attachment.alt_missing_because, attachment.captions_missing_because)


def share_descriptions(
    changes: Mapping[int, AdaptationChange], adaptations: Iterable[Adaptation]
) -> dict[int, AdaptationChange]:
    """Return the changes with the texts of each file copied to the accounts where the same file has none.

    So a person writes a description, or the reason for no captions, once for each file.
    """
    attachments = {attachment.pk: attachment for adaptation in adaptations for attachment in adaptation.media}
    shared: dict[int, AttachmentWords] = {}
    for pk, words in (item for change in changes.values() for item in change.media.items()):
        medium = attachments[pk].medium_id
        known = shared.get(medium, AttachmentWords())
        shared[medium] = AttachmentWords(
            alt=known.alt or words.alt,
            captions_missing_because=known.captions_missing_because or words.captions_missing_because,
        )
    return {
        account: replace(
            change,
            media={
                pk: _completed(words, shared[attachments[pk].medium_id], attachments[pk])
                for pk, words in change.media.items()
            },
        )
        for account, change in changes.items()
    }


def _completed(words: AttachmentWords, shared: AttachmentWords, attachment: Attachment) -> AttachmentWords:
    """Return the texts, completed with those of another account where both the text and its substitute are missing."""
    alt = words.alt if words.alt_missing_because else words.alt or shared.alt
    reason = words.captions_missing_because
    if attachment.captions_id is None:
        reason = reason or shared.captions_missing_because
    return replace(words, alt=alt, captions_missing_because=reason)
