"""Who administers each account at its network, and who of the entity each is, as the coordinator says it."""

import pgtrigger
from django.db import models
from django.db.models import Q

from pregonero.networks.models import Account
from pregonero.people.models import Member


class AdministratorSeen(models.Model):
    """Somebody who administered an account when a check asked its network."""

    check_made = models.ForeignKey("controls.Check", on_delete=models.PROTECT, related_name="administrators")
    remote_id = models.CharField(max_length=120)
    name = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["check_made", "remote_id"], name="administrator_seen_once"),)
        triggers = (
            pgtrigger.Protect(name="no_update", operation=pgtrigger.Update),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return self.name or self.remote_id


class AdministratorLink(models.Model):
    """Who an administrator is, by the network's id: a person of the entity, or our own system user. The newest counts.

    Networks give ids of their own, which say nothing of who the person is at the entity.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="administrator_links")
    remote_id = models.CharField(max_length=120)
    name = models.CharField(max_length=200, blank=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="administers", null=True)
    is_own_system_user = models.BooleanField(default=False)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(member__isnull=True) | Q(is_own_system_user=False), name="administrator_link_of_one"
            ),
        )
        indexes = (models.Index(fields=["account", "remote_id", "-at"], name="administrator_link_latest"),)
        triggers = (
            pgtrigger.Protect(name="no_update", operation=pgtrigger.Update),
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return self.name or self.remote_id
