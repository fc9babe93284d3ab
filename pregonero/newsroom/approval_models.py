"""Approvals of pieces, what was sent back, what was sent to the publishers, and the links of guests (P-4, P-5)."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from pregonero.newsroom.piece_models import PieceVersion
from pregonero.people.models import ActOnBehalf, Member, Verdict
from pregonero.records.actions import ObjectRef

TEXT = r"\S"
APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)

# The lock of the piece orders two approvals, and an approval and a new version, also when they come by plain SQL.
APPROVAL_IS_OF_ITS_VERSION = """
    PERFORM 1 FROM newsroom_piece p JOIN newsroom_pieceversion v ON v.piece_id = p.id
    WHERE v.id = NEW.version_id FOR NO KEY UPDATE OF p;
    IF NOT EXISTS (SELECT FROM newsroom_pieceversion v WHERE v.id = NEW.version_id AND v.digest = NEW.digest) THEN
        RAISE EXCEPTION 'pgtrigger: the digest is not that of the version (digest_of_version)';
    END IF;
    IF EXISTS (
        SELECT FROM newsroom_pieceversion v JOIN newsroom_pieceversion later ON later.piece_id = v.piece_id
        WHERE v.id = NEW.version_id AND later.number > v.number
    ) THEN
        RAISE EXCEPTION 'pgtrigger: there is a later version (last_version)';
    END IF;
    IF EXISTS (
        SELECT FROM newsroom_approval a LEFT JOIN people_actonbehalf act ON act.id = a.act_id
        WHERE a.version_id = NEW.version_id AND COALESCE(act.verdict, '') <> 'DISPUTED'
    ) THEN
        RAISE EXCEPTION 'pgtrigger: the version is approved already (approved_once)';
    END IF;
    IF EXISTS (
        SELECT FROM newsroom_piecenote n
        WHERE n.version_id = NEW.version_id AND n.must_change AND n.resolved_at IS NULL
    ) THEN
        RAISE EXCEPTION 'pgtrigger: a note says that it must change (must_change)';
    END IF;
    RETURN NEW;
"""

# An author of any version of a piece judges none of them: who approves, who signs second, and whose act is recorded.
NOT_AN_AUTHOR = """
    IF EXISTS (
        SELECT FROM newsroom_pieceversion v
        JOIN newsroom_pieceversion own ON own.piece_id = v.piece_id
        JOIN newsroom_pieceauthor author ON author.version_id = own.id
        WHERE v.id = NEW.version_id AND author.member_id IN ({people})
    ) THEN
        RAISE EXCEPTION 'pgtrigger: an author does not approve their own piece (not_an_author)';
    END IF;
    RETURN NEW;
"""


def not_an_author(people: str) -> pgtrigger.Trigger:
    """Return the trigger that refuses a row whose `people`, columns of it or queries, wrote a version of the piece."""
    return pgtrigger.Trigger(
        name="not_an_author",
        operation=pgtrigger.Insert,
        when=pgtrigger.Before,
        func=NOT_AN_AUTHOR.format(people=people),
    )


class ApprovalWay(models.TextChoices):
    """How a version was approved."""

    HERE = "HERE", "aquí"
    NEIGHBOUR = "NEIGHBOUR", "en Producción y difusión de materiales periodísticos"
    URGENT = "URGENT", "por la vía urgente"


class Approval(models.Model):
    """The approval of one version of a piece, bound to the digest of its file and its alternative text (P-4).

    `by` is who approved it here, who recorded the act of the neighbouring procedure, or who asked for the urgent way,
    where `second` is the other person who signed. A recorded act that its person does not recognise approves nothing.
    """

    version = models.ForeignKey(PieceVersion, on_delete=models.PROTECT, related_name="approvals")
    digest = models.CharField(max_length=64)
    way = models.CharField(max_length=10, choices=ApprovalWay.choices)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)
    second = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    reason = models.CharField(max_length=300, blank=True)
    act = models.OneToOneField(ActOnBehalf, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(way=ApprovalWay.HERE, second__isnull=True, reason="", act__isnull=True)
                | Q(way=ApprovalWay.NEIGHBOUR, second__isnull=True, reason="", act__isnull=False)
                | Q(way=ApprovalWay.URGENT, second__isnull=False, reason__regex=TEXT, act__isnull=True),
                name="approval_of_its_way",
            ),
            models.CheckConstraint(condition=~Q(by=F("second")), name="approval_signed_by_two"),
        )
        indexes = (models.Index(fields=["version", "-id"], name="approval_of_version"),)
        triggers = (
            APPEND_ONLY,
            not_an_author(
                "NEW.by_id, NEW.second_id, (SELECT act.person_id FROM people_actonbehalf act WHERE act.id = NEW.act_id)"
            ),
            pgtrigger.Trigger(
                name="of_its_version",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=APPROVAL_IS_OF_ITS_VERSION,
            ),
        )

    def __str__(self) -> str:
        return f"aprobación de la {self.version}"

    @property
    def is_in_force(self) -> bool:
        """Return whether it approves: an act that its person does not recognise approves nothing."""
        return self.act is None or self.act.verdict != Verdict.DISPUTED

    @property
    def waits_for_confirmation(self) -> bool:
        """Return whether the person whose act was recorded has not said yet that it is theirs."""
        return self.act is not None and self.act.person_id is not None and not self.act.verdict

    @property
    def who(self) -> str:
        """Return who approved it, in Spanish."""
        if self.act is not None:
            return f"{self.act.person_name}, {self.act.get_office_display()}"
        return f"{self.by} y {self.second}" if self.second is not None else str(self.by)


class UrgentRequest(models.Model):
    """Somebody asks to approve a version without an adviser or the coordinator: a second person must sign (P-4)."""

    version = models.OneToOneField(PieceVersion, on_delete=models.PROTECT, related_name="urgent_request")
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=300)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(reason__regex=TEXT), name="urgent_request_has_reason"),)
        triggers = (APPEND_ONLY, not_an_author("NEW.by_id"))

    def __str__(self) -> str:
        return f"vía urgente de la {self.version}"


class SendBack(models.Model):
    """A version that an adviser or the coordinator sent back to its authors, with what must change."""

    version = models.OneToOneField(PieceVersion, on_delete=models.PROTECT, related_name="send_back")
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    note = models.CharField(max_length=1000)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(note__regex=TEXT), name="send_back_has_note"),)
        triggers = (APPEND_ONLY,)

    def __str__(self) -> str:
        return f"devolución de la {self.version}"


class Sending(models.Model):
    """An approved version that a named adviser or coordinator sent to the publishers (P-5)."""

    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, related_name="sending")
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        triggers = (APPEND_ONLY,)

    def __str__(self) -> str:
        return f"envío de la {self.approval.version}"


class GuestLink(models.Model):
    """An address at which whoever speaks in a version sees it without an account, until `expires_at`.

    Only the SHA-256 of the secret part of the address is stored, so that nobody who reads the database can open it.
    """

    version = models.ForeignKey(PieceVersion, on_delete=models.PROTECT, related_name="guest_links")
    name = models.CharField(max_length=160)
    code_digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    revoked_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(expires_at__gt=F("at")), name="guest_link_expires_later"),
            models.CheckConstraint(
                condition=Q(revoked_by__isnull=True, revoked_at__isnull=True)
                | Q(revoked_by__isnull=False, revoked_at__isnull=False),
                name="guest_link_revoked_by_somebody",
            ),
        )
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="only_revoked",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("version", "name", "code_digest", "expires_at", "by", "at"),
            ),
            pgtrigger.Protect(
                name="revoked_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__revoked_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"enlace de {self.name}"

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it: without the name of the guest (N-7)."""
        return ObjectRef("guest_link", self.pk, f"Invitación a ver la {self.version}")

    def get_absolute_url(self) -> str:
        """Return the page of the piece, where the people inside see its answers."""
        return reverse("newsroom:approval", args=[self.version.piece_id])


class GuestAnswer(models.Model):
    """What a guest said of a version: a note, or that they agree."""

    link = models.ForeignKey(GuestLink, on_delete=models.PROTECT, related_name="answers")
    agrees = models.BooleanField()
    text = models.CharField(max_length=1000, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(agrees=True) | Q(text__regex=TEXT), name="guest_answer_says_something"),
            models.UniqueConstraint(fields=["link"], condition=Q(agrees=True), name="guest_agrees_once"),
        )
        triggers = (pgtrigger.Protect(name="no_update", operation=pgtrigger.Update),)

    def __str__(self) -> str:
        return "de acuerdo" if self.agrees else self.text
