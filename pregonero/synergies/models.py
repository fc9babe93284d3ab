"""Contents that an office asks to support, and what was defined about them (procedure 5.2)."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from pregonero.media.models import Medium
from pregonero.newsroom.campaign_models import Campaign
from pregonero.people.models import Entity, Member
from pregonero.records.actions import ObjectRef

APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)


class SynergyWay(models.TextChoices):
    """How a synergy arrived."""

    MAIL = "MAIL", "por correo"
    CHAT = "CHAT", "por chat"
    FOLDER = "FOLDER", "en una carpeta compartida"
    CALL = "CALL", "por teléfono"


class SynergyState(models.TextChoices):
    """What was defined about a synergy."""

    RECEIVED = "RECEIVED", "por definir"
    SUPPORTED = "SUPPORTED", "con apoyo"
    LATER = "LATER", "para después"
    DECLINED = "DECLINED", "sin apoyo"


class Synergy(models.Model):
    """Contents that somebody asks this entity to support (S-1).

    `sender` is the office that sends it, usually the press office of the Presidency, and `beneficiary` the entity whose
    topic it is. `message` is what arrived, as it arrived. `window_from` and `window_to` are when it is asked to go out.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="synergies")
    sender = models.CharField(max_length=200)
    sender_contact = models.CharField(max_length=200, blank=True)
    beneficiary = models.CharField(max_length=200)
    topic = models.CharField(max_length=200)
    message = models.TextField(max_length=20_000, blank=True)
    link = models.URLField(max_length=500, blank=True)
    way = models.CharField(max_length=8, choices=SynergyWay.choices)
    received_at = models.DateTimeField()
    window_from = models.DateTimeField(null=True)
    window_to = models.DateTimeField(null=True)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="synergies", null=True)
    state = models.CharField(max_length=10, choices=SynergyState.choices, default=SynergyState.RECEIVED)
    look_again_on = models.DateField(null=True)
    registered_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    registered_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(window_from__isnull=True) | Q(window_to__isnull=True) | Q(window_to__gt=F("window_from")),
                name="synergy_window_in_order",
            ),
            models.CheckConstraint(
                condition=Q(state=SynergyState.LATER, look_again_on__isnull=False)
                | (~Q(state=SynergyState.LATER) & Q(look_again_on__isnull=True)),
                name="synergy_for_later_has_a_date",
            ),
        )
        indexes = (models.Index(fields=["entity", "state", "-received_at"], name="synergy_by_state"),)
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.FSM(
                name="states",
                field="state",
                transitions=[
                    ("RECEIVED", "SUPPORTED"),
                    ("RECEIVED", "LATER"),
                    ("RECEIVED", "DECLINED"),
                    ("LATER", "SUPPORTED"),
                    ("LATER", "DECLINED"),
                    ("SUPPORTED", "DECLINED"),
                    ("DECLINED", "SUPPORTED"),
                ],
            ),
        )

    def __str__(self) -> str:
        return self.topic

    @property
    def ref(self) -> ObjectRef:
        """Return the reference that events store."""
        return ObjectRef("synergy", self.pk, self.topic)

    def get_absolute_url(self) -> str:
        """Return the page of this synergy."""
        return reverse("synergies:synergy", args=[self.pk])


class SuggestedText(models.Model):
    """A text that the sender suggests. Several are kept, so that no two accounts say the same."""

    synergy = models.ForeignKey(Synergy, on_delete=models.PROTECT, related_name="texts")
    position = models.PositiveSmallIntegerField()
    text = models.TextField(max_length=4_000)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["synergy", "position"], name="suggested_text_position"),)
        triggers = (APPEND_ONLY,)

    def __str__(self) -> str:
        return self.text[:80]


class SynergyFile(models.Model):
    """A file that came with a synergy. `medium` is the picture or video that it holds, when publications can use it.

    It needs no approval of a piece: whoever sends it answers for it (S-1).
    """

    synergy = models.ForeignKey(Synergy, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    digest = models.CharField(max_length=64)
    medium = models.ForeignKey(Medium, on_delete=models.PROTECT, related_name="+", null=True)
    note = models.CharField(max_length=300, blank=True)  # why publications cannot use it

    class Meta:
        constraints = (models.UniqueConstraint(fields=["synergy", "digest"], name="synergy_file_once"),)
        triggers = (APPEND_ONLY,)

    def __str__(self) -> str:
        return self.name


class Definition(models.Model):
    """What one of the networks' people and the adviser or coordinator defined about a synergy (S-1).

    The last one is in force. `by` is the one of the two who wrote it down; the other was told.
    """

    synergy = models.ForeignKey(Synergy, on_delete=models.PROTECT, related_name="definitions")
    state = models.CharField(max_length=10, choices=SynergyState.choices)
    circumstances = models.CharField(max_length=500)
    affinity = models.CharField(max_length=500)
    look_again_on = models.DateField(null=True)
    networks_person = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    head = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(networks_person=F("head")), name="definition_of_two_people"),
            models.CheckConstraint(
                condition=Q(by=F("networks_person")) | Q(by=F("head")), name="definition_written_by_one_of_them"
            ),
            models.CheckConstraint(condition=~Q(state=SynergyState.RECEIVED), name="definition_defines"),
            models.CheckConstraint(condition=~Q(circumstances="") & ~Q(affinity=""), name="definition_says_why"),
        )
        indexes = (models.Index(fields=["synergy", "-at"], name="definition_latest"),)
        triggers = (APPEND_ONLY,)

    def __str__(self) -> str:
        return f"{self.networks_person} y {self.head}: {self.get_state_display()}"
