"""Pieces that complete a news item or a need: their versions, the authors, and the notes on them (D-1, P-4)."""

import hashlib
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from pregonero.media.models import Medium
from pregonero.newsroom.need_models import Need
from pregonero.people.models import Entity, Member
from pregonero.records.actions import ObjectRef

MOST_MILLE = 1000  # the right and bottom borders of a picture


class PieceKind(models.TextChoices):
    """The seven kinds of material that the procedure names (D-1)."""

    AUDIO = "AUDIO", "Audio"
    VIDEO = "VIDEO", "Video"
    REEL = "REEL", "Reel"
    PHOTOGRAPH = "PHOTOGRAPH", "Fotografía"
    DESIGN = "DESIGN", "Diseño"
    INFOGRAPHIC = "INFOGRAPHIC", "Infografía"
    GRAPHIC_PIECE = "GRAPHIC_PIECE", "Pieza gráfica"


AUDIOVISUAL = frozenset({PieceKind.AUDIO, PieceKind.VIDEO, PieceKind.REEL})


class PieceUse(models.TextChoices):
    """For whom a piece is made."""

    NETWORKS = "NETWORKS", "Para las redes"
    MEDIA = "MEDIA", "Para los medios"


class PieceState(models.TextChoices):
    """Where a piece is on its way to the publishers."""

    PREPARING = "PREPARING", "en preparación"
    REVIEW = "REVIEW", "por aprobar"
    CHANGES = "CHANGES", "por corregir"
    APPROVED = "APPROVED", "aprobada"
    SENT = "SENT", "enviada"
    WITHDRAWN = "WITHDRAWN", "retirada"


# A piece is approved, or sent, only with the row that says who did it (P-4, P-5).
APPROVED_BY_SOMEBODY = """
    IF NOT EXISTS (
        SELECT FROM newsroom_pieceversion v
        JOIN newsroom_approval a ON a.version_id = v.id
        LEFT JOIN people_actonbehalf act ON act.id = a.act_id
        LEFT JOIN newsroom_sending s ON s.approval_id = a.id
        WHERE v.piece_id = NEW.id AND COALESCE(act.verdict, '') <> 'DISPUTED'
        AND v.number = (SELECT max(last.number) FROM newsroom_pieceversion last WHERE last.piece_id = NEW.id)
        AND (NEW.state = 'APPROVED' OR s.id IS NOT NULL)
    ) THEN
        RAISE EXCEPTION 'pgtrigger: nobody approved or sent the last version (approved_by_somebody)';
    END IF;
    RETURN NEW;
"""


class Piece(models.Model):
    """A piece that completes exactly one news item or need. `number` identifies it in its entity.

    A piece without versions is being prepared; each new version asks for approval again. `speaker` is who speaks in an
    audiovisual piece.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="pieces")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=14, choices=PieceKind.choices)
    use = models.CharField(max_length=10, choices=PieceUse.choices, default=PieceUse.NETWORKS)
    speaker = models.CharField(max_length=160, blank=True)
    credits = models.CharField(max_length=300, blank=True)
    news = models.ForeignKey("newsroom.News", on_delete=models.PROTECT, related_name="pieces", null=True)
    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="pieces", null=True)
    state = models.CharField(max_length=10, choices=PieceState.choices, default=PieceState.PREPARING)
    created_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["entity", "number"], name="piece_number_once"),
            models.CheckConstraint(
                condition=Q(news__isnull=False, need__isnull=True) | Q(news__isnull=True, need__isnull=False),
                name="piece_of_one_news_or_need",
            ),
        )
        indexes = (models.Index(fields=["entity", "state", "-created_at"], name="piece_by_state"),)
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="made_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("entity", "number", "news", "need", "created_by", "created_at"),
            ),
            pgtrigger.Trigger(
                name="approved_by_somebody",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.state IN ('APPROVED', 'SENT')"),
                func=APPROVED_BY_SOMEBODY,
            ),
            pgtrigger.FSM(
                name="states",
                field="state",
                transitions=[
                    ("PREPARING", "REVIEW"),
                    ("REVIEW", "CHANGES"),
                    ("REVIEW", "APPROVED"),
                    ("CHANGES", "REVIEW"),
                    ("CHANGES", "APPROVED"),
                    ("APPROVED", "REVIEW"),
                    ("APPROVED", "CHANGES"),
                    ("APPROVED", "SENT"),
                    ("SENT", "REVIEW"),
                    ("SENT", "CHANGES"),
                    ("PREPARING", "WITHDRAWN"),
                    ("REVIEW", "WITHDRAWN"),
                    ("CHANGES", "WITHDRAWN"),
                    ("APPROVED", "WITHDRAWN"),
                    ("SENT", "WITHDRAWN"),
                ],
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def reference(self) -> str:
        """Return the number as people say it, such as "PZ-14"."""
        return f"PZ-{self.number}"

    @property
    def ref(self) -> ObjectRef:
        """Return the reference that events store."""
        return ObjectRef("piece", self.pk, f"{self.reference}, {self.title}")

    @property
    def is_audiovisual(self) -> bool:
        """Return whether somebody may speak in it."""
        return self.kind in AUDIOVISUAL

    def get_absolute_url(self) -> str:
        """Return the page of this piece."""
        return reverse("newsroom:piece", args=[self.pk])


class PieceVersion(models.Model):
    """A version of a piece: a file, its alternative text, and what makes it accessible. It never changes (P-4).

    `digest` is the SHA-256 of the file's SHA-256 in hexadecimal, a line feed, and the alternative text in UTF-8: what
    an approval is bound to. `cover` is the picture with which an audio goes out.
    """

    piece = models.ForeignKey(Piece, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    medium = models.ForeignKey(Medium, on_delete=models.PROTECT, related_name="+")
    alt = models.CharField(max_length=1000, blank=True)
    transcript = models.TextField(max_length=100_000, blank=True)
    captions = models.ForeignKey(Medium, on_delete=models.PROTECT, related_name="+", null=True)
    cover = models.ForeignKey(Medium, on_delete=models.PROTECT, related_name="+", null=True)
    digest = models.CharField(max_length=64)
    what_changed = models.CharField(max_length=500, blank=True)
    uploaded_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["piece", "number"], name="piece_version_once"),
            models.CheckConstraint(condition=Q(digest__regex="^[0-9a-f]{64}$"), name="piece_version_has_digest"),
        )
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"versión {self.number}"

    @property
    def ref(self) -> ObjectRef:
        """Return the reference that events store."""
        return ObjectRef("piece_version", self.pk, str(self))


def version_digest(sha256: str, alt: str) -> str:
    """Return the digest of a file, named by its SHA-256 in hexadecimal, together with its alternative text."""
    return hashlib.sha256(f"{sha256}\n{alt}".encode()).hexdigest()


class PieceAuthor(models.Model):
    """An author of a version: whoever uploaded it, and whoever is named as an author. Authors never approve it."""

    version = models.ForeignKey(PieceVersion, on_delete=models.PROTECT, related_name="authors")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["version", "member"], name="piece_author_once"),)
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return str(self.member)


class NoteQuerySet(models.QuerySet["PieceNote"]):
    """Filters of notes."""

    def pending(self) -> Self:
        """Return the notes that nobody has resolved."""
        return self.filter(resolved_at__isnull=True)


class PieceNote(models.Model):
    """A note on a version: on the whole, on a spot, or on a range of seconds. It is pending until resolved.

    `x` and `y` are thousandths of the width and of the height from the top left corner. A pending note that
    `must_change` blocks approval. A new version carries the pending notes of the previous one: there `carried_from` is
    the note that asked, and resolving it answers "¿se corrigió?".
    """

    version = models.ForeignKey(PieceVersion, on_delete=models.PROTECT, related_name="notes")
    text = models.CharField(max_length=1000)
    x = models.PositiveSmallIntegerField(null=True)
    y = models.PositiveSmallIntegerField(null=True)
    from_second = models.FloatField(null=True)
    to_second = models.FloatField(null=True)
    must_change = models.BooleanField(default=False)
    written_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    carried_from = models.ForeignKey("self", on_delete=models.PROTECT, related_name="carried", null=True)
    resolved_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    resolved_at = models.DateTimeField(null=True)

    objects = NoteQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(x__isnull=True, y__isnull=True) | Q(x__lte=MOST_MILLE, y__lte=MOST_MILLE),
                name="piece_note_spot_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(from_second__isnull=True, to_second__isnull=True)
                | Q(from_second__gte=0, to_second__gte=F("from_second")),
                name="piece_note_range_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(resolved_by__isnull=True, resolved_at__isnull=True)
                | Q(resolved_by__isnull=False, resolved_at__isnull=False),
                name="piece_note_resolved_by_somebody",
            ),
            models.UniqueConstraint(fields=["version", "carried_from"], name="piece_note_carried_once"),
        )
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="made_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "version",
                    "text",
                    "x",
                    "y",
                    "from_second",
                    "to_second",
                    "must_change",
                    "written_by",
                    "written_at",
                    "carried_from",
                ),
            ),
        )

    def __str__(self) -> str:
        return self.text
