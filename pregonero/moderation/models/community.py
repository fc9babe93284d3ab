"""The community rules of an entity: versions, their rules, and the checklist of T-475 of 2024."""

import pgtrigger
from django.db import models
from django.db.models import Q

from pregonero.moderation.states import Category, Criterion
from pregonero.people.models import Entity, Member
from pregonero.records.actions import ObjectRef

# A version is put in force once, with its rules and its four criteria; from then on nothing of it changes.
COMPLETE = """
    IF (SELECT count(*) FROM moderation_criterioncheck c WHERE c.version_id = NEW.id) < 4
        OR NOT EXISTS (SELECT FROM moderation_communityrule r WHERE r.version_id = NEW.id)
    THEN
        RAISE EXCEPTION 'pgtrigger: a version needs rules and the four criteria of T-475 of 2024 (complete)';
    END IF;
    RETURN NEW;
"""
ONLY_IN_DRAFT = """
    IF EXISTS (
        SELECT FROM moderation_rulesversion v
        WHERE v.id = COALESCE(NEW.version_id, OLD.version_id) AND v.in_force_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'pgtrigger: a version in force does not change (only_in_draft)';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
"""
TEXT = r"\S"


class RulesVersion(models.Model):
    """A version of an entity's community rules. The one in force is the last that somebody put in force."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    introduction = models.TextField()
    reason = models.CharField(max_length=300)
    written_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    in_force_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    in_force_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["entity", "number"], name="rules_version_number_once"),
            models.UniqueConstraint(
                fields=["entity"], condition=Q(in_force_at__isnull=True), name="rules_version_one_draft"
            ),
            models.CheckConstraint(
                condition=Q(introduction__regex=TEXT) & Q(reason__regex=TEXT), name="rules_version_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(in_force_by__isnull=True, in_force_at__isnull=True)
                | Q(in_force_by__isnull=False, in_force_at__isnull=False),
                name="rules_version_in_force_by_and_at",
            ),
        )
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="in_force_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.in_force_at IS NOT NULL"),
            ),
            pgtrigger.Trigger(
                name="complete",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.in_force_at IS NOT NULL"),
                func=COMPLETE,
            ),
        )

    def __str__(self) -> str:
        return f"reglas de la comunidad, versión {self.number}"

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("rules_version", self.pk, f"Reglas de la comunidad, versión {self.number}")

    @property
    def is_draft(self) -> bool:
        """Return whether nobody has put it in force."""
        return self.in_force_at is None


class CommunityRule(models.Model):
    """One rule of a version: its number, the category of what it does not allow, and its words."""

    version = models.ForeignKey(RulesVersion, on_delete=models.PROTECT, related_name="rules")
    number = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=15, choices=Category.choices)
    title = models.CharField(max_length=120)
    text = models.TextField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["version", "number"], name="community_rule_number_once"),
            models.CheckConstraint(
                condition=Q(category__in=Category.values), name="community_rule_category_is_on_the_list"
            ),
            models.CheckConstraint(
                condition=Q(title__regex=TEXT) & Q(text__regex=TEXT), name="community_rule_has_text"
            ),
        )
        triggers = (
            pgtrigger.Trigger(
                name="only_in_draft",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=ONLY_IN_DRAFT,
            ),
        )

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"

    @property
    def citation(self) -> str:
        """Return how a decision cites it: number, title and version."""
        return f"Regla {self.number}, «{self.title}», versión {self.version.number}"


class CriterionCheck(models.Model):
    """How a version meets one criterion of T-475 of 2024, and who says so."""

    version = models.ForeignKey(RulesVersion, on_delete=models.PROTECT, related_name="checks")
    criterion = models.CharField(max_length=20, choices=Criterion.choices)
    note = models.CharField(max_length=500)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["version", "criterion"], name="criterion_check_once"),
            models.CheckConstraint(
                condition=Q(criterion__in=Criterion.values) & Q(note__regex=TEXT), name="criterion_check_says_how"
            ),
        )
        triggers = (
            pgtrigger.Trigger(
                name="only_in_draft",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=ONLY_IN_DRAFT,
            ),
        )

    def __str__(self) -> str:
        return self.get_criterion_display()
