"""The watch list, what it brings, the topics that gather it, and the decisions on them (procedure 5.4)."""

import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Q
from django.urls import reverse

from pregonero.outbox.models import Hold
from pregonero.people.models import ActOnBehalf, Entity, Member
from pregonero.records.actions import ObjectRef

TOPIC_WORDS = SearchVector("title", "summary", config="spanish")


class WatchedRole(models.TextChoices):
    """The kind of source that the procedure names: media, accounts of the sector, allied guilds (T-1)."""

    MEDIUM = "MEDIUM", "medio"
    SECTOR = "SECTOR", "entidad del sector"
    GUILD = "GUILD", "gremio"


class WatchedState(models.TextChoices):
    """Whether a watched source is read."""

    ACTIVE = "ACTIVE", "activa"
    RETIRED = "RETIRED", "retirada"


class WatchedSource(models.Model):
    """A feed or a page that the networks' people follow.

    `kind` is the code of a polled `SourceKind` of the newsroom. `every_minutes` is the interval in use: it is halved
    when a reading brings something, and grows when nothing changed. `problem` is the error of the last reading.
    `is_confirmed` is false for what came in the starting list and nobody has looked at.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="watched_sources")
    kind = models.CharField(max_length=10)
    role = models.CharField(max_length=8, choices=WatchedRole.choices)
    name = models.CharField(max_length=120)
    address = models.URLField(max_length=500)
    options = models.JSONField(default=dict, blank=True)
    is_confirmed = models.BooleanField(default=True)
    state = models.CharField(max_length=8, choices=WatchedState.choices, default=WatchedState.ACTIVE)
    registered_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    registered_at = models.DateTimeField()
    every_minutes = models.PositiveSmallIntegerField(default=5)
    checked_at = models.DateTimeField(null=True)
    next_check_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)  # the last reading that brought something
    problem = models.CharField(max_length=300, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    etag = models.CharField(max_length=200, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    body_digest = models.CharField(max_length=64, blank=True)
    retired_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["entity", "address"], condition=Q(state=WatchedState.ACTIVE), name="watched_once"
            ),
            models.CheckConstraint(
                condition=Q(state=WatchedState.ACTIVE, retired_by__isnull=True, retired_at__isnull=True)
                | Q(state=WatchedState.RETIRED, retired_by__isnull=False, retired_at__isnull=False),
                name="watched_retired_by_somebody",
            ),
            models.CheckConstraint(condition=Q(every_minutes__gte=1), name="watched_pause_between_readings"),
        )
        indexes = (models.Index(fields=["next_check_at"], condition=Q(state=WatchedState.ACTIVE), name="watched_due"),)
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.FSM(name="states", field="state", transitions=[("ACTIVE", "RETIRED")]),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def ref(self) -> ObjectRef:
        """Return the reference that events store."""
        return ObjectRef("watched_source", self.pk, self.name)


class Topic(models.Model):
    """A matter that one or several sources tell. A topic that was merged points to the one that has its entries.

    The title is that of its first entry until somebody writes another.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="topics")
    title = models.CharField(max_length=300)
    summary = models.TextField(blank=True)
    started_at = models.DateTimeField()
    latest_at = models.DateTimeField()
    entry_count = models.PositiveIntegerField(default=0)
    source_count = models.PositiveIntegerField(default=0)
    relevance = models.PositiveSmallIntegerField(default=0)
    is_rising = models.BooleanField(default=False)
    rising_why = models.CharField(max_length=200, blank=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, related_name="merged", null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(merged_into=models.F("pk")), name="topic_not_merged_into_itself"),
        )
        indexes = (
            models.Index(fields=["entity", "-latest_at"], name="topic_latest"),
            GinIndex(TOPIC_WORDS, name="topic_words"),
        )
        triggers = (pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),)

    def __str__(self) -> str:
        return self.title

    @property
    def ref(self) -> ObjectRef:
        """Return the reference that events store."""
        return ObjectRef("topic", self.pk, self.title)

    def get_absolute_url(self) -> str:
        """Return the page of this topic."""
        return reverse("monitoring:topic", args=[self.pk])


class Entry(models.Model):
    """What a watched source published: its link, title and summary, as they were published.

    `at` is when it was published, or when it was found if its date is missing or in the future. `is_placed_by_hand`
    says that a person put it in its topic: the grouping leaves it there.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="entries")
    source = models.ForeignKey(WatchedSource, on_delete=models.PROTECT, related_name="entries")
    key = models.CharField(max_length=600)
    address = models.URLField(max_length=500)
    title = models.CharField(max_length=300)
    summary = models.TextField(blank=True)
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField(null=True)
    found_at = models.DateTimeField()
    at = models.DateTimeField()
    is_first_reading = models.BooleanField(default=False)
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="entries", null=True)
    is_placed_by_hand = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["entity", "key"], name="entry_once"),)
        indexes = (
            models.Index(fields=["topic", "at"], name="entry_of_topic"),
            models.Index(fields=["entity", "-at"], name="entry_latest"),
        )

    def __str__(self) -> str:
        return self.title


class EntryVersion(models.Model):
    """The text that an entry had before its source edited it without saying so."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="versions")
    title = models.CharField(max_length=300)
    summary = models.TextField(blank=True)
    replaced_at = models.DateTimeField()

    class Meta:
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return self.title


class DecisionKind(models.TextChoices):
    """What may be decided about a topic (T-3)."""

    REPUBLISH = "REPUBLISH", "republicar"
    STATEMENT = "STATEMENT", "comunicado"
    ANSWER = "ANSWER", "respuesta"
    NOTHING = "NOTHING", "no decir nada"


class Decision(models.Model):
    """What was decided about a topic, why, until when and by whom. The last one of a topic is in force.

    A decision to republish names the entry whose link goes out: that link is accepted by the name of who decided.
    """

    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=10, choices=DecisionKind.choices)
    reason = models.CharField(max_length=500)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+", null=True)
    due_at = models.DateTimeField(null=True)
    responsible = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(reason__regex=r"\S"), name="decision_has_reason"),
            models.CheckConstraint(
                condition=Q(kind=DecisionKind.REPUBLISH, entry__isnull=False)
                | (~Q(kind=DecisionKind.REPUBLISH) & Q(entry__isnull=True)),
                name="decision_republishes_an_entry",
            ),
            models.CheckConstraint(
                condition=Q(kind=DecisionKind.NOTHING, due_at__isnull=True)
                | (~Q(kind=DecisionKind.NOTHING) & Q(due_at__isnull=False)),
                name="decision_has_deadline",
            ),
        )
        indexes = (models.Index(fields=["topic", "-at"], name="decision_of_topic"),)
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.topic_id}"

    @property
    def ref(self) -> ObjectRef:
        """Return the reference that events and publications store."""
        return ObjectRef("topic_decision", self.pk, self.topic.title)


class Statement(models.Model):
    """The text of a statement or an answer that the *vocería* gives, from the facts to the word that approves it (T-3).

    `approval` is that word, recorded with its proof; from then on the text does not change.
    """

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="statement")
    spokesperson = models.CharField(max_length=120)
    facts = models.TextField(blank=True)
    text = models.TextField(max_length=5000, blank=True)
    written_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    written_at = models.DateTimeField(null=True)
    approval = models.OneToOneField(ActOnBehalf, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(text="", written_by__isnull=True, written_at__isnull=True)
                | (~Q(text="") & Q(written_by__isnull=False, written_at__isnull=False)),
                name="statement_written_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(approval__isnull=True) | ~Q(text=""), name="statement_approved_has_text"
            ),
        )
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="approved_is_final", operation=pgtrigger.Update, condition=pgtrigger.Q(old__approval__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.decision.get_kind_display()} de {self.spokesperson}"

    @property
    def ref(self) -> ObjectRef:
        """Return the reference that events and acts on behalf store."""
        return ObjectRef("statement", self.pk, self.decision.topic.title)

    def get_absolute_url(self) -> str:
        """Return the page of this statement."""
        return reverse("monitoring:statement", args=[self.pk])


class CrisisRoom(models.Model):
    """A crisis: publications stop, one person decides about every topic, and one line is agreed (T-4).

    `hold` is what stops the publications; answers go on. A room is opened and closed by somebody, with the reason.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="crisis_rooms")
    reason = models.CharField(max_length=300)
    decider = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    hold = models.OneToOneField(Hold, on_delete=models.PROTECT, related_name="+")
    opened_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closing = models.CharField(max_length=1000, blank=True)
    closed_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["entity"], condition=Q(closed_at__isnull=True), name="crisis_one_open"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True, closing="")
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(closing="")),
                name="crisis_closed_by_somebody_with_a_reason",
            ),
        )
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="closed_is_final", operation=pgtrigger.Update, condition=pgtrigger.Q(old__closed_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return self.reason

    @property
    def ref(self) -> ObjectRef:
        """Return the reference that events store."""
        return ObjectRef("crisis", self.pk, self.reason)

    def get_absolute_url(self) -> str:
        """Return the page of this room, which is its expediente."""
        return reverse("monitoring:crisis_room", args=[self.pk])


class CrisisEntry(models.Model):
    """A line of a crisis room's log: the agreed line, which replaces the one before, or a note of what happened."""

    class Kind(models.TextChoices):
        """What the entry is."""

        LINE = "LINE", "línea acordada"
        NOTE = "NOTE", "bitácora"

    room = models.ForeignKey(CrisisRoom, on_delete=models.PROTECT, related_name="log")
    kind = models.CharField(max_length=4, choices=Kind.choices)
    text = models.TextField(max_length=2000)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(text__regex=r"\S"), name="crisis_entry_has_text"),)
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return self.text


class Outcome(models.Model):
    """What came of a topic after it was decided, as a person writes it (T-3)."""

    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="outcomes")
    text = models.CharField(max_length=1000)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(text__regex=r"\S"), name="outcome_has_text"),)
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return self.text


class TopicChange(models.Model):
    """A person merged two topics or took entries out of one; `similarity` is what the grouping had measured.

    The changes are kept, and move the threshold of the grouping (T-2).
    """

    class Kind(models.TextChoices):
        """What the person did."""

        MERGE = "MERGE", "unió"
        SPLIT = "SPLIT", "separó"

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="changes")
    other = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="+")
    similarity = models.FloatField()
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.kind} {self.topic_id}"
