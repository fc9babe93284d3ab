"""Word lists: their versions, what they would have held and what they hold, and the lists of the networks (N-4)."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from pregonero.inbox.models import Message
from pregonero.moderation.list_states import KIND, TRANSITIONS, ListState
from pregonero.moderation.models.community import TEXT
from pregonero.networks.models import Account
from pregonero.people.models import Member
from pregonero.records.actions import ObjectRef


class WordListVersion(models.Model):
    """A version of an account's word list. `terms` is a list of [text, category, inside, note] and never changes.

    `trial` has the figures of its trial on the past, with ids of messages and no words of anybody (N-7). It is put in
    force by `asked_by`, and also by `confirmed_by` where it needs a second person. `watched_until` is how far it was
    compared with what arrives.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="word_lists")
    number = models.PositiveIntegerField()
    terms = models.JSONField()
    digest = models.CharField(max_length=64)
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=ListState.choices, default=ListState.WRITTEN)
    tried_at = models.DateTimeField(null=True)
    trial = models.JSONField(default=dict)
    needs_second_person = models.BooleanField(default=False)
    asked_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    confirmed_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    in_force_at = models.DateTimeField(null=True)
    watched_until = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["account", "number"], name="word_list_number_once"),
            models.UniqueConstraint(
                fields=["account"], condition=Q(state=ListState.IN_FORCE), name="word_list_one_in_force"
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(state__in=(ListState.SHADOW, ListState.ASKED)),
                name="word_list_one_in_shadow",
            ),
            models.CheckConstraint(condition=Q(reason__regex=TEXT), name="word_list_has_reason"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("asked_by")),
                name="word_list_second_person_is_another",
            ),
            models.CheckConstraint(
                condition=~Q(state=ListState.IN_FORCE)
                | Q(in_force_at__isnull=False, asked_by__isnull=False, needs_second_person=False)
                | Q(in_force_at__isnull=False, asked_by__isnull=False, confirmed_by__isnull=False),
                name="word_list_in_force_by_who_it_needs",
            ),
            models.CheckConstraint(
                condition=Q(state=ListState.WRITTEN) | Q(state=ListState.DISCARDED) | Q(tried_at__isnull=False),
                name="word_list_tried_first",
            ),
        )
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="written_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("account", "number", "terms", "digest", "reason", "by", "at"),
            ),
            pgtrigger.FSM(name="states", field="state", transitions=[(str(a), str(b)) for a, b in TRANSITIONS]),
        )

    def __str__(self) -> str:
        return f"lista de palabras de {self.account}, versión {self.number}"

    @property
    def ref(self) -> ObjectRef:
        """Return how records and decisions refer to it."""
        return ObjectRef(KIND, self.pk, f"Lista de palabras, versión {self.number}")

    def get_absolute_url(self) -> str:
        """Return the page of this version."""
        return reverse("moderation:word_list", args=[self.pk])


class WordListStep(models.Model):
    """A change of state of a version: who decided it and why. Without a person, its brake did."""

    version = models.ForeignKey(WordListVersion, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=10, choices=ListState.choices)
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField()

    class Meta:
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.get_state_display()}, {self.version}"


class ListHit(models.Model):
    """A comment that a version would hold, in shadow, or holds, in force. `acted` says which.

    `tried_at` is when it was tried to be held: until then a worker that ended in between does it.
    """

    version = models.ForeignKey(WordListVersion, on_delete=models.PROTECT, related_name="hits")
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="+")
    term = models.CharField(max_length=60)
    category = models.CharField(max_length=15)
    is_criticism = models.BooleanField()
    acted = models.BooleanField(default=False)
    tried_at = models.DateTimeField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["version", "message"], name="list_hit_once"),)
        indexes = (models.Index(fields=["version", "at"], name="list_hit_by_time"),)

    def __str__(self) -> str:
        return f"mensaje {self.message_id} en {self.version}"


class NetworkListReading(models.Model):
    """What a network has as its own word list, when it was last asked (FB-4). `words` is sorted."""

    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="network_word_list")
    words = models.JSONField(default=list)
    read_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)
    next_read_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"lista de la red de {self.account}"


class NetworkListWrite(models.Model):
    """An order to write a version as the network's own list, and what became of it (FB-4)."""

    SUBJECT_KIND = "network_word_list"

    version = models.ForeignKey(WordListVersion, on_delete=models.PROTECT, related_name="+")
    words = models.JSONField()
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        triggers = (pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"lista escrita en la red: {self.version}"

    @property
    def ref(self) -> ObjectRef:
        """Return how records and operations refer to it."""
        return ObjectRef(self.SUBJECT_KIND, self.pk, f"Lista de palabras en {self.version.account}")


class BlockedWordsReview(models.Model):
    """The monthly review of the blocked words of a YouTube account, signed (YT-3). `month` is its first day."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    month = models.DateField()
    version = models.ForeignKey(WordListVersion, on_delete=models.PROTECT, related_name="+")
    added = models.JSONField(default=list)
    removed = models.JSONField(default=list)
    digest = models.CharField(max_length=64)
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["account", "month"], name="blocked_words_review_once"),)
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"revisión de palabras de {self.account}, {self.month:%m/%Y}"

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("blocked_words_review", self.pk, f"Revisión de palabras bloqueadas de {self.month:%m/%Y}")
