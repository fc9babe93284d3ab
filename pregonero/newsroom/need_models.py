"""Needs of the areas, and the files that come with them (M-1)."""

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse

from pregonero.newsroom.campaign_models import Campaign
from pregonero.newsroom.search import NEED_WORDS
from pregonero.people.models import Entity, Member
from pregonero.records.actions import ObjectRef


class NeedKind(models.TextChoices):
    """The six kinds of contents that the procedure names (section 1)."""

    NEWS = "NEWS", "Noticia"
    ACHIEVEMENT = "ACHIEVEMENT", "Logro"
    POLICY = "POLICY", "Política"
    PLAN = "PLAN", "Plan"
    PROGRAMME = "PROGRAMME", "Programa"
    PROJECT = "PROJECT", "Proyecto"


class NeedState(models.TextChoices):
    """What was decided about a need."""

    ASKED = "ASKED", "por decidir"
    ACCEPTED = "ACCEPTED", "aceptada"
    LATER = "LATER", "para después"
    DECLINED = "DECLINED", "no sale"


class Need(models.Model):
    """What an area asks to be told to citizens, and what the Group decided (M-1).

    Whoever asks may have no account: `code` is the secret part of the address where they read the `answer`. News that
    tell it point to it.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="needs")
    kind = models.CharField(max_length=12, choices=NeedKind.choices)
    title = models.CharField(max_length=200)
    what = models.TextField(max_length=4000)
    why = models.CharField(max_length=500)
    audience = models.CharField(max_length=200)
    wanted_on = models.DateField(null=True)
    area = models.CharField(max_length=120)
    contact_name = models.CharField(max_length=120)
    contact = models.CharField(max_length=200)
    code = models.CharField(max_length=43, unique=True)
    asked_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=NeedState.choices, default=NeedState.ASKED)
    answer = models.CharField(max_length=500, blank=True)
    look_again_on = models.DateField(null=True)
    decided_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField(null=True)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="needs", null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state=NeedState.ASKED, decided_by__isnull=True, decided_at__isnull=True, answer="")
                | (~Q(state=NeedState.ASKED) & Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(answer="")),
                name="need_decided_by_somebody_with_an_answer",
            ),
            models.CheckConstraint(
                condition=Q(state=NeedState.LATER, look_again_on__isnull=False)
                | (~Q(state=NeedState.LATER) & Q(look_again_on__isnull=True)),
                name="need_for_later_has_a_date",
            ),
        )
        indexes = (
            models.Index(fields=["entity", "state", "-asked_at"], name="need_by_state"),
            GinIndex(NEED_WORDS, name="need_words"),
        )
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.FSM(
                name="states",
                field="state",
                transitions=[
                    ("ASKED", "ACCEPTED"),
                    ("ASKED", "LATER"),
                    ("ASKED", "DECLINED"),
                    ("LATER", "ACCEPTED"),
                    ("LATER", "DECLINED"),
                    ("ACCEPTED", "LATER"),
                    ("ACCEPTED", "DECLINED"),
                    ("DECLINED", "ACCEPTED"),
                    ("DECLINED", "LATER"),
                ],
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def ref(self) -> ObjectRef:
        """Return the reference that events store."""
        return ObjectRef("need", self.pk, self.title)

    def get_absolute_url(self) -> str:
        """Return the page of this need."""
        return reverse("newsroom:need", args=[self.pk])


class NeedFile(models.Model):
    """A file that came with a need. It is only downloaded: nobody has looked into what it holds."""

    need = models.ForeignKey(Need, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["need", "digest"], name="need_file_once"),)
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return self.name
