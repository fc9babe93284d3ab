"""Who writes to the entity's accounts. Their names are only here, where they can be erased (N-7)."""

from django.db import models
from django.urls import reverse

from pregonero.networks.base import ID_LENGTH
from pregonero.networks.registry import network_choices
from pregonero.people.models import Entity
from pregonero.records.actions import ObjectRef


class Contact(models.Model):
    """Who writes to the accounts, as their network names them. The name can be erased (N-7)."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    network = models.CharField(max_length=20, choices=network_choices)
    remote_id = models.CharField(max_length=ID_LENGTH)
    handle = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=200, blank=True)
    first_seen_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["entity", "network", "remote_id"], name="contact_once"),)

    def __str__(self) -> str:
        return self.name or (f"@{self.handle}" if self.handle else "Alguien")

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it: without the name (N-7)."""
        return ObjectRef("contact", self.pk, f"Persona en {self.get_network_display()}")

    def get_absolute_url(self) -> str:
        """Return the page of this person."""
        return reverse("inbox:contact", args=[self.pk])
