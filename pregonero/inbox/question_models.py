"""What a message asks for: the versions of the rules, their trials, and what was learned (Q-4)."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse

from pregonero.inbox.states import Question
from pregonero.people.models import Entity, Member
from pregonero.records.actions import ObjectRef

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class QuestionRules(models.Model):
    """A version of the rules of questions, as somebody wrote it. It is in force only after a trial."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="question_rules")
    number = models.PositiveIntegerField()
    rules = models.JSONField()
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["entity", "number"], name="question_rules_once"),)
        triggers = (APPEND_ONLY,)

    def __str__(self) -> str:
        return f"reglas de preguntas, versión {self.number}"

    def get_absolute_url(self) -> str:
        """Return the page of this version."""
        return reverse("inbox:rules_version", args=[self.pk])

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("question_rules", self.pk, str(self))


class RulesTrial(models.Model):
    """What a version would change among the messages of the last 90 days, against the rules in force then.

    `moves` counts the changes as "BASIC>PQRSD"; `examples` has ids of messages, whose words can be erased (N-7).
    `compared_with` is the number of the version in force, 0 for the one that ships with the system. A person had
    decided `decided` of the changed ones: the earlier rules were right in `right_before`, these in `right_after`.
    """

    version = models.ForeignKey(QuestionRules, on_delete=models.PROTECT, related_name="trials")
    compared_with = models.PositiveIntegerField()
    messages = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    decided = models.PositiveIntegerField(default=0)
    right_before = models.PositiveIntegerField(default=0)
    right_after = models.PositiveIntegerField(default=0)
    moves = models.JSONField()
    examples = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(changed__lte=models.F("messages")), name="trial_changes_some_or_none"),
        )
        indexes = (models.Index(fields=["version", "-id"], name="trial_of_version"),)
        triggers = (APPEND_ONLY,)

    def __str__(self) -> str:
        return f"prueba de {self.version}"


class RulesEnactment(models.Model):
    """Putting a version in force; the latest row is in force. It names the trial that its author saw."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    trial = models.OneToOneField(RulesTrial, on_delete=models.PROTECT, related_name="enactment")
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["entity", "-id"], name="rules_in_force"),)
        triggers = (APPEND_ONLY,)

    def __str__(self) -> str:
        return f"vigencia de {self.trial.version}"


class QuestionDecision(models.Model):
    """What a person confirmed that a message asks for, and what had been proposed: what the model learns from."""

    message = models.ForeignKey("inbox.Message", on_delete=models.PROTECT, related_name="question_decisions")
    proposed = models.CharField(max_length=10, choices=Question.choices)
    question = models.CharField(max_length=10, choices=Question.choices)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["message", "-id"], name="question_of_message"),)
        triggers = (APPEND_ONLY,)

    def __str__(self) -> str:
        return f"decisión sobre {self.message_id}"


class TrainedModel(models.Model):
    """A version of the model of an entity, with its figures. Only the latest one keeps its weights (N-7).

    `recipe` names the code and the shipped phrases that it was trained with.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    weights = models.BinaryField(null=True)
    recipe = models.CharField(max_length=80)
    shipped = models.PositiveIntegerField()
    learned = models.PositiveIntegerField()
    figures = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["entity", "number"], name="trained_model_once"),)
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="only_its_weights_go",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("entity", "number", "recipe", "shipped", "learned", "figures", "at"),
            ),
        )

    def __str__(self) -> str:
        return f"modelo {self.number}"

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("trained_model", self.pk, f"Modelo de preguntas {self.number}")
