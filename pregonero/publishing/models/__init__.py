"""What publishing keeps: publications and their deliveries, and the media that go with them."""

from pregonero.publishing.models.media import Attachment, MakingState, MediaConversion
from pregonero.publishing.models.publications import (
    AFTER_THE_ONE_ABOVE,
    NOT_YET,
    TOLERANCE_MINUTES,
    ZONE,
    Adaptation,
    Attempt,
    Delivery,
    LinkAcceptance,
    LinkCheck,
    Outcome,
    Publication,
    PublicationState,
    Relevance,
    SourceKind,
)

__all__ = [
    "AFTER_THE_ONE_ABOVE",
    "NOT_YET",
    "TOLERANCE_MINUTES",
    "ZONE",
    "Adaptation",
    "Attachment",
    "Attempt",
    "Delivery",
    "LinkAcceptance",
    "LinkCheck",
    "MakingState",
    "MediaConversion",
    "Outcome",
    "Publication",
    "PublicationState",
    "Relevance",
    "SourceKind",
]
