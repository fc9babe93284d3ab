"""What is decided about comments, what proposes it, and what became of it at the network (N-3, N-4)."""

import uuid

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse

from pregonero.inbox.models import Message
from pregonero.moderation.models.community import TEXT, CommunityRule
from pregonero.moderation.states import RESTRICTS, Category, Effect, Verb, Visibility
from pregonero.networks.models import Account
from pregonero.people.models import Entity, Member
from pregonero.records.actions import ObjectRef

# A decision cites a rule that was in force, of its own entity, for the category of that rule.
CITES_RULE = """
    IF NOT EXISTS (
        SELECT FROM moderation_communityrule r JOIN moderation_rulesversion v ON v.id = r.version_id
        JOIN networks_account a ON a.id = NEW.account_id
        WHERE r.id = NEW.rule_id AND r.category = NEW.category AND v.in_force_at <= NEW.at AND v.entity_id = a.entity_id
    ) THEN
        RAISE EXCEPTION 'pgtrigger: a hiding cites a rule in force for its category (cites_rule)';
    END IF;
    RETURN NEW;
"""


class Wave(models.Model):
    """Many comments decided together by one filter, and undone as one."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    filter = models.CharField(max_length=300)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(undone_by__isnull=True, undone_at__isnull=True)
                | Q(undone_by__isnull=False, undone_at__isnull=False),
                name="wave_undone_by_and_at",
            ),
        )
        triggers = (pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"decisión en grupo {self.pk}"

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("wave", self.pk, f"Decisión en grupo {self.pk}")


class Decision(models.Model):
    """What was decided about a comment, by a person or by a rule of a list, and its effect at the network.

    `source_*` name by value the automatic rule that took it; then `by` is empty. `public_id` identifies it in open
    data, where neither the text nor a name goes.
    """

    SUBJECT_KIND = "decision"

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="decisions")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=uuid.uuid4, unique=True)
    verb = models.CharField(max_length=10, choices=Verb.choices)
    category = models.CharField(max_length=15, choices=Category.choices, blank=True)
    rule = models.ForeignKey(CommunityRule, on_delete=models.PROTECT, related_name="decisions", null=True)
    reason = models.CharField(max_length=500, blank=True)
    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, related_name="decisions", null=True)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    source_kind = models.CharField(max_length=30, blank=True)
    source_id = models.BigIntegerField(null=True)
    source_name = models.CharField(max_length=300, blank=True)
    was_detected = models.BooleanField(default=False)  # an automatic rule had proposed or held it
    seems_criticism = models.BooleanField(null=True)  # of what puts out of sight: by its words then, for figures (N-4)
    at = models.DateTimeField()
    effect = models.CharField(max_length=10, choices=Effect.choices, default=Effect.NONE)
    problem = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(verb__in=RESTRICTS, category__in=Category.values, rule__isnull=False, reason__regex=TEXT)
                | (~Q(verb__in=RESTRICTS) & Q(category="", rule__isnull=True)),
                name="decision_to_hide_has_category_rule_and_reason",
            ),
            models.CheckConstraint(
                condition=~Q(verb=Verb.RESTORE) | Q(reason__regex=TEXT), name="decision_to_restore_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(by__isnull=False, source_kind="", source_id__isnull=True, source_name="")
                | (Q(by__isnull=True, source_id__isnull=False) & ~Q(source_kind="") & ~Q(source_name="")),
                name="decision_by_person_or_rule",
            ),
            models.CheckConstraint(
                condition=~Q(effect=Effect.DONE) | Q(done_at__isnull=False), name="decision_done_has_time"
            ),
        )
        indexes = (
            models.Index(fields=["message", "-id"], name="decision_of_message"),
            models.Index(fields=["account", "at"], name="decision_of_account"),
            models.Index(fields=["source_kind", "source_id"], name="decision_of_source"),
        )
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="decided_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    *("message", "account", "public_id", "verb", "category", "rule", "reason", "wave", "by", "at"),
                    *("source_kind", "source_id", "source_name", "seems_criticism"),
                ),
            ),
            pgtrigger.Trigger(
                name="cites_rule",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.rule_id IS NOT NULL"),
                func=CITES_RULE,
            ),
        )

    def __str__(self) -> str:
        return f"decisión {self.pk}"

    @property
    def ref(self) -> ObjectRef:
        """Return how records and operations refer to it: without the text or the person's name (N-7)."""
        return ObjectRef(self.SUBJECT_KIND, self.pk, f"Moderación en {self.account}")

    def get_absolute_url(self) -> str:
        """Return the page of its comment."""
        return reverse("moderation:comment", args=[self.message_id])

    @property
    def effect_state(self) -> str:
        """Return the colour of its effect, as chips name it."""
        return {Effect.DONE: "ok", Effect.NONE: "ok", Effect.FAILED: "bad"}.get(Effect(self.effect), "wait")

    @property
    def who(self) -> str:
        """Return who took it: a person, or the automatic rule."""
        return str(self.by) if self.by_id else self.source_name


class ModeratedComment(models.Model):
    """The state of a comment about which something was decided: ours, and the network's.

    `is_hidden_there` is what the network last answered; None while it is not known. `check_at` is when the network is
    asked again, and `checks_made` how many times it disagreed since the latest decision.
    """

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="moderation")
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    visibility = models.CharField(max_length=10, choices=Visibility.choices)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    is_hidden_there = models.BooleanField(null=True)
    gone_at = models.DateTimeField(null=True)  # its author or the network removed it
    read_back_at = models.DateTimeField(null=True)
    check_at = models.DateTimeField(null=True)
    checks_made = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = (
            models.Index(fields=["entity", "visibility", "changed_at"], name="moderated_by_visibility"),
            models.Index(fields=["check_at"], condition=Q(check_at__isnull=False), name="moderated_to_check"),
        )
        triggers = (pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"comentario {self.message_id}"


class Proposal(models.Model):
    """An automatic rule proposes to hide a comment, with its category and why. A decision closes it."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="proposals")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    category = models.CharField(max_length=15, choices=Category.choices)
    why = models.CharField(max_length=300)
    source_kind = models.CharField(max_length=30)
    source_id = models.BigIntegerField()
    source_name = models.CharField(max_length=300)
    at = models.DateTimeField()
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="proposals", null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["message", "source_kind", "source_id"], name="proposal_once"),
            models.CheckConstraint(condition=Q(category__in=Category.values), name="proposal_category_is_on_the_list"),
        )
        indexes = (models.Index(fields=["account", "at"], condition=Q(decision__isnull=True), name="proposal_open"),)
        triggers = (pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"propuesta {self.pk}"


class Exposure(models.Model):
    """A person asked to see a comment that may hurt. Counted to take care of who moderates."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["member", "at"], name="exposure_of_member"),)

    def __str__(self) -> str:
        return f"comentario {self.message_id} visto por {self.member_id}"
