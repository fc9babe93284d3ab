"""Deliveries (one operation on one account), their attempts, what people hold, and what people post by hand."""

from datetime import UTC, datetime

import pgtrigger
from django.db import models
from django.db.models import F, Q

from pregonero.networks.base import ID_LENGTH, OperationKind
from pregonero.networks.models import Account
from pregonero.outbox.states import NOT_PUBLIC, PAIRS, PUBLIC, UNFINISHED, DeliveryState
from pregonero.people.models import Entity, Member
from pregonero.records.actions import ObjectRef

TOLERANCE_MINUTES = 60
NOT_YET = datetime(9999, 1, 1, tzinfo=UTC)
"""`ready_at` of a part whose previous part is not published: it has no due time of its own yet (rule 8)."""

PUBLIC_KINDS = (OperationKind.POST, OperationKind.COMMENT, OperationKind.REPLY, OperationKind.MESSAGE)
"""Kinds that put something new in front of people: at most one for each subject, account and position."""

VISIBILITY_KINDS = (OperationKind.HIDE, OperationKind.UNHIDE, OperationKind.HOLD_FOR_REVIEW)
"""Kinds that hide what others wrote, or show it again. The same change twice is one change."""

# A part is published under the previous part, so never before it. A part that a person, the clock or a refusal
# ended (CANCELLED, EXPIRED, REJECTED) was not published at all.
AFTER_PREVIOUS_PART = """
    IF NOT EXISTS (
        SELECT FROM outbox_delivery previous
        WHERE previous.id = NEW.follows_id AND previous.subject_kind = NEW.subject_kind
        AND previous.subject_id = NEW.subject_id AND previous.account_id = NEW.account_id
        AND previous.position = NEW.position - 1
        AND (NEW.state IN ('PLANNED', 'CANCELLED', 'EXPIRED', 'REJECTED')
             OR previous.state IN ('PUBLISHED', 'WITHDRAWN', 'RECTIFIED'))
    ) THEN
        RAISE EXCEPTION 'pgtrigger: a part of % goes out after the previous one (after_previous_part)', TG_TABLE_NAME;
    END IF;
    RETURN NEW;
"""


def kind_choices() -> list[tuple[str, str]]:
    """Return the kinds of operation as choices of a field."""
    return [(kind.value, kind.value) for kind in OperationKind]


class Delivery(models.Model):
    """One operation on one account, done once at the network: a post, a part of a thread, a comment, a withdrawal.

    The subject is what the operation belongs to (a publication, an answer), by value. `payload` is the snapshot of
    what is sent (`payload.py`), and `fingerprint` its digest; before the send, `actions.schedule.replace` changes it.
    `target` is the network's id of what the operation acts on: the post to withdraw, the comment to answer.

    Most subjects have one part, at `position` 0. A thread has more, and so has a post whose link goes as its first
    comment: each further part `follows` the previous one, and waits until that one is published (rule 8).
    `prepared` is what `prepare` left at the network for the content whose fingerprint is `prepared_for`. `leased_by`
    and `leased_until` are the lease of the worker that prepares, sends or reconciles it; after it, others may go on.
    `prepare_at` is when preparing may start, and `ready_at` when it may be sent or reconciled: its due time, or later
    when the network asked to wait. `cancel_requested_reason` is why a person cancelled it during the send: if it was
    not published, it will not be. `superseded_attempt` is the last attempt without an answer that can no longer become
    a second post; `recheck_at` is when its network is asked again whether it took one late.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="deliveries")
    kind = models.CharField(max_length=20, choices=kind_choices, default=OperationKind.POST)
    subject_kind = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    subject_name = models.CharField(max_length=300)
    payload = models.JSONField(default=dict, blank=True)
    fingerprint = models.CharField(max_length=64)
    target = models.CharField(max_length=ID_LENGTH, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    follows = models.OneToOneField("self", on_delete=models.PROTECT, related_name="followed_by", null=True)
    state = models.CharField(max_length=12, choices=DeliveryState.choices, default=DeliveryState.PLANNED)
    due_at = models.DateTimeField()
    tolerance_minutes = models.PositiveSmallIntegerField(default=TOLERANCE_MINUTES)
    prepare_at = models.DateTimeField()
    ready_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    prepared = models.JSONField(default=dict, blank=True)
    prepared_for = models.CharField(max_length=64, blank=True)
    superseded_attempt = models.PositiveSmallIntegerField(default=0)
    recheck_at = models.DateTimeField(null=True)
    rechecks_made = models.PositiveSmallIntegerField(default=0)
    attempts_made = models.PositiveSmallIntegerField(default=0)
    checks_made = models.PositiveSmallIntegerField(default=0)
    leased_by = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True)
    reason_code = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    candidates = models.JSONField(default=list, blank=True)
    cancel_requested_reason = models.CharField(max_length=300, blank=True)
    remote_id = models.CharField(max_length=ID_LENGTH, blank=True)
    url = models.URLField(max_length=500, blank=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "account", "position"],
                condition=Q(kind__in=PUBLIC_KINDS),
                name="delivery_once",
            ),
            models.CheckConstraint(
                condition=Q(subject_id__gt=0) & ~Q(subject_kind="") & ~Q(subject_name=""), name="delivery_has_subject"
            ),
            models.CheckConstraint(
                condition=Q(position=0, follows__isnull=True) | Q(position__gt=0, follows__isnull=False),
                name="delivery_further_part_follows",
            ),
            models.UniqueConstraint(
                fields=["account", "target"],
                condition=Q(kind=OperationKind.WITHDRAW, state__in=UNFINISHED),
                name="delivery_one_open_withdrawal",
            ),
            # Two workers never change the same comment at once: the second change waits for the first one's outcome.
            models.UniqueConstraint(
                fields=["account", "target"],
                condition=Q(kind__in=VISIBILITY_KINDS, state__in=UNFINISHED),
                name="delivery_one_open_change",
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(kind=OperationKind.SET_WORD_LIST, state__in=UNFINISHED),
                name="delivery_one_open_word_list",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=VISIBILITY_KINDS) | ~Q(target=""), name="delivery_change_has_target"
            ),
            models.CheckConstraint(
                condition=~Q(kind=OperationKind.WITHDRAW) | ~Q(target=""), name="delivery_withdraw_has_target"
            ),
            models.UniqueConstraint(
                fields=["account", "remote_id"],
                condition=Q(kind__in=PUBLIC_KINDS) & ~Q(remote_id=""),
                name="delivery_post_once",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=PUBLIC, published_at__isnull=False) & ~Q(remote_id=""))
                | Q(state__in=NOT_PUBLIC, published_at__isnull=True, remote_id="", url=""),
                name="delivery_public_has_post",
            ),
            models.CheckConstraint(
                condition=Q(leased_by="", leased_until__isnull=True)
                | (~Q(leased_by="") & Q(leased_until__isnull=False)),
                name="delivery_leased_by_and_until",
            ),
            models.CheckConstraint(
                condition=~Q(state=DeliveryState.SENDING) | ~Q(leased_by=""), name="delivery_sending_is_leased"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("due_at")), name="delivery_expires_after_due"),
        )
        indexes = (
            models.Index(fields=["subject_kind", "subject_id"], name="delivery_of_subject"),
            models.Index(fields=["entity", "due_at"], name="delivery_by_hour"),
            models.Index(
                fields=["account", "ready_at"],
                condition=Q(state__in=[DeliveryState.PLANNED, DeliveryState.DUE]),
                name="delivery_waiting",
            ),
            models.Index(
                fields=["prepare_at"],
                condition=Q(state__in=[DeliveryState.PLANNED, DeliveryState.DUE], prepared_for=""),
                name="delivery_to_prepare",
            ),
            models.Index(fields=["ready_at"], condition=Q(state=DeliveryState.PLANNED), name="delivery_to_promote"),
            models.Index(fields=["account", "due_at", "id"], condition=Q(state="DUE"), name="delivery_in_order"),
            models.Index(fields=["recheck_at"], condition=Q(recheck_at__isnull=False), name="delivery_to_recheck"),
            models.Index(
                fields=["leased_until"],
                condition=Q(state__in=[DeliveryState.SENDING, DeliveryState.UNCERTAIN]),
                name="delivery_in_flight",
            ),
        )
        triggers = (
            pgtrigger.FSM(name="states", field="state", transitions=PAIRS),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="subject_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("subject_kind", "subject_id", "account", "kind", "position", "follows"),
            ),
            pgtrigger.Trigger(
                name="after_previous_part",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__follows__isnull=False),
                func=AFTER_PREVIOUS_PART,
            ),
            # A published post stays as it was published: its id, address, time and content never change again.
            pgtrigger.Protect(
                name="published_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.published_at IS NOT NULL AND "
                    "(OLD.remote_id, OLD.url, OLD.published_at, OLD.due_at, OLD.fingerprint, OLD.account_id) "
                    "IS DISTINCT FROM "
                    "(NEW.remote_id, NEW.url, NEW.published_at, NEW.due_at, NEW.fingerprint, NEW.account_id)"
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.subject_name} · {self.account}"

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        name = f"{self.account}, parte {self.position + 1}" if self.position else str(self.account)
        return ObjectRef("delivery", self.pk, name)

    @property
    def subject(self) -> ObjectRef:
        """Return what the operation belongs to."""
        return ObjectRef(self.subject_kind, self.subject_id, self.subject_name)

    @property
    def waits_for_previous_part(self) -> bool:
        """Return whether the part that it follows is not published: until then it has no due time of its own."""
        return self.ready_at == NOT_YET


class Outcome(models.TextChoices):
    """How an attempt ended, as far as its worker knows."""

    PUBLISHED = "PUBLISHED", "publicada"
    REJECTED = "REJECTED", "rechazada"
    DEFERRED = "DEFERRED", "aplazada"
    UNCERTAIN = "UNCERTAIN", "sin respuesta"


class Attempt(models.Model):
    """One commit call, stored before it is made (rule 1): what is sent, by which worker, and how it ended."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    worker = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64)
    content = models.JSONField()
    prepared = models.JSONField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    ended_at = models.DateTimeField(null=True)
    code = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["delivery", "number"], name="attempt_number_once"),
            models.UniqueConstraint(fields=["delivery"], condition=Q(outcome=""), name="attempt_one_open"),
            models.CheckConstraint(
                condition=Q(outcome="", ended_at__isnull=True) | (~Q(outcome="") & Q(ended_at__isnull=False)),
                name="attempt_ended_when",
            ),
        )
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="ended_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.outcome <> ''"),
            ),
            pgtrigger.Protect(
                name="sent_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "delivery", "number", "started_at", "worker", "fingerprint", "content", "prepared"
                ),
            ),
        )

    def __str__(self) -> str:
        return f"intento {self.number} de {self.delivery_id}"


class Hold(models.Model):
    """A person holds one subject, or everything of the entity, until somebody releases it (rule 9).

    Without `subject_id` it holds every subject of `subject_kind`, and without both it holds everything. Screens call it
    a pause («en pausa»).
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    subject_kind = models.CharField(max_length=30, blank=True)
    subject_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    released_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["entity", "subject_kind", "subject_id"],
                condition=Q(released_at__isnull=True),
                nulls_distinct=False,
                name="hold_of_subject_once",
            ),
            models.CheckConstraint(
                condition=Q(subject_id__isnull=True) | ~Q(subject_kind=""), name="hold_of_subject_has_its_kind"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="hold_has_reason"),
            models.CheckConstraint(
                condition=Q(released_by__isnull=True, released_at__isnull=True)
                | Q(released_by__isnull=False, released_at__gte=F("at")),
                name="hold_released_by_and_when",
            ),
        )
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="made_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("entity", "subject_kind", "subject_id", "reason", "by", "at"),
            ),
        )

    def __str__(self) -> str:
        return f"pausa de {self.subject_kind} {self.subject_id or ''}" if self.subject_kind else "pausa de todo"


class ManualPost(models.Model):
    """A person posted it at the network by hand (Q-6): who, when, at which address, and whether it was read back."""

    delivery = models.OneToOneField(Delivery, on_delete=models.PROTECT, related_name="manual_post")
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    address = models.URLField(max_length=500)
    read_back = models.BooleanField()
    same_text = models.BooleanField(null=True)
    why_unread = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(read_back=True, why_unread="") | (Q(read_back=False) & ~Q(why_unread="")),
                name="manual_post_read_or_why_not",
            ),
        )
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.delivery_id} a mano, por {self.by_id}"
