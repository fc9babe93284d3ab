"""Conversations with citizens: what they wrote, what was decided about it, and what was answered (5.3, Q-1 to Q-3).

People's words and names are only in `Contact`, `Message` and `MessageVersion`, where they can be erased (N-7). Records
keep digests and acts.
"""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse

from pregonero.inbox.composer_models import (
    Draft,
    Label,
    Presence,
    SavedAnswer,
    SavedAnswerVersion,
    TextLinkAcceptance,
    TextLinkCheck,
)
from pregonero.inbox.contact_models import Contact
from pregonero.inbox.note_models import Note, PressDeadline, ReservedNote
from pregonero.inbox.person_models import ContactJoin, Promise
from pregonero.inbox.petition_models import LegalDate, Petition, PetitionPacket, PetitionStep, Priority
from pregonero.inbox.question_models import (
    QuestionDecision,
    QuestionRules,
    RulesEnactment,
    RulesTrial,
    TrainedModel,
)
from pregonero.inbox.states import BESIDE, REFERRED, AnswerKind, AnswerState, ConversationState, Question
from pregonero.inbox.stream_models import DeliveredItem, HubSubscription, LiveConnection, Stream, WebhookNotice
from pregonero.networks.base import ID_LENGTH
from pregonero.networks.interactions import InteractionKind
from pregonero.networks.models import Account
from pregonero.people.models import Entity, Member
from pregonero.records.actions import ObjectRef

__all__ = [
    "Answer", "Contact", "ContactJoin", "Conversation", "CorrectionWaiver", "DeliveredItem", "Draft",
    "HubSubscription", "Label", "LegalDate", "LiveConnection", "Message", "MessageVersion", "Note", "Petition",
    "PetitionPacket", "PetitionStep", "PqrsdParameters", "Presence", "PressDeadline", "Priority", "Promise",
    "QuestionDecision", "QuestionRules", "ReservedNote", "RulesEnactment", "RulesTrial", "SavedAnswer",
    "SavedAnswerVersion", "Stream", "TextLinkAcceptance", "TextLinkCheck", "TrainedModel", "WebhookNotice",
]  # fmt: skip

# What is sent to PQRSD is only redirected: the people of the networks do not answer its substance.
ONLY_REDIRECT = """
    IF NEW.kind IN ('ANSWER', 'CORRECTION') AND EXISTS (
        SELECT FROM inbox_conversation conversation
        WHERE conversation.id = NEW.conversation_id AND conversation.question IN ('PQRSD', 'PETITION')
    ) THEN
        RAISE EXCEPTION 'pgtrigger: a matter of PQRSD is only redirected (only_redirect)';
    END IF;
    RETURN NEW;
"""


class Conversation(models.Model):
    """What one person and the entity wrote to each other in one place: a comment and its replies, a mention.

    `thread_id` is the network's id of its first message. The subject is the publication that it is under, by value.
    `revision` grows with everything that changes it, so that an answer written for an earlier state is not sent.
    `question_by` is empty while the question is only proposed.
    """

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="conversations")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="conversations")
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in InteractionKind])
    thread_id = models.CharField(max_length=ID_LENGTH)
    post_id = models.CharField(max_length=ID_LENGTH, blank=True)
    subject_kind = models.CharField(max_length=30, blank=True)
    subject_id = models.BigIntegerField(null=True)
    subject_name = models.CharField(max_length=300, blank=True)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="conversations")
    state = models.CharField(max_length=10, choices=ConversationState.choices, default=ConversationState.OPEN)
    revision = models.PositiveIntegerField(default=1)
    question = models.CharField(max_length=10, choices=Question.choices)
    question_why = models.CharField(max_length=300)
    question_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    assignee = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", null=True)
    snoozed_until = models.DateTimeField(null=True)
    labels = models.ManyToManyField(Label, related_name="conversations")
    waiting_since = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["account", "thread_id"], name="conversation_once"),
            models.CheckConstraint(
                condition=Q(subject_kind="", subject_id__isnull=True, subject_name="")
                | (~Q(subject_kind="") & Q(subject_id__isnull=False) & ~Q(subject_name="")),
                name="conversation_has_whole_subject_or_none",
            ),
        )
        indexes = (
            models.Index(fields=["entity", "state", "-last_at"], name="conversation_by_state"),
            models.Index(fields=["entity", "state", "waiting_since", "id"], name="conversation_waiting"),
            models.Index(fields=["account", "state", "waiting_since", "id"], name="conversation_of_account"),
            models.Index(
                fields=["entity", "snoozed_until"],
                condition=Q(snoozed_until__isnull=False),
                name="conversation_snoozed",
            ),
            models.Index(
                fields=["assignee", "state", "waiting_since"],
                condition=Q(assignee__isnull=False),
                name="conversation_of_assignee",
            ),
            models.Index(fields=["subject_kind", "subject_id"], name="conversation_of_subject"),
            models.Index(fields=["contact", "-last_at"], name="conversation_of_contact"),
        )
        triggers = (pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"conversación {self.pk}"

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it: by its place, never by the person's name (N-7)."""
        return ObjectRef("conversation", self.pk, f"Conversación {self.pk} en {self.account}")

    @property
    def subject(self) -> ObjectRef | None:
        """Return the publication that it is under, or None."""
        return ObjectRef(self.subject_kind, self.subject_id, self.subject_name) if self.subject_id else None

    @property
    def is_private(self) -> bool:
        """Return whether it is of private messages, which no publication has under it."""
        return self.kind == InteractionKind.MESSAGE

    @property
    def is_confirmed(self) -> bool:
        """Return whether a person confirmed what it asks for."""
        return self.question_by_id is not None

    @property
    def is_referred(self) -> bool:
        """Return whether a person confirmed that it belongs to PQRSD."""
        return self.is_confirmed and self.question in REFERRED

    def get_absolute_url(self) -> str:
        """Return the page of this conversation."""
        return reverse("inbox:conversation", args=[self.pk])


class Message(models.Model):
    """A message that a person, or the account itself, wrote.

    `digest` is the SHA-256 of the salt and the text, which records keep; without the salt, an erased text cannot be
    guessed from it. `is_work` is False for what was written before the first reading, and for our own posts.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="messages")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    remote_id = models.CharField(max_length=ID_LENGTH)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in InteractionKind])
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="messages", null=True)
    is_work = models.BooleanField()
    parent_id = models.CharField(max_length=ID_LENGTH, blank=True)
    url = models.URLField(max_length=500, blank=True)
    text = models.TextField(blank=True)
    salt = models.CharField(max_length=32, blank=True)
    digest = models.CharField(max_length=64)
    why_assisted = models.CharField(max_length=300, blank=True)
    written_at = models.DateTimeField()
    received_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    is_covered = models.BooleanField(default=False)  # hidden by moderation: shown only when somebody opens it

    class Meta:
        constraints = (models.UniqueConstraint(fields=["account", "remote_id"], name="message_once"),)
        indexes = (
            models.Index(fields=["conversation", "written_at", "id"], name="message_in_order"),
            models.Index(fields=["account", "written_at"], name="message_by_day"),
        )
        triggers = (pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"mensaje {self.pk}"

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("message", self.pk, f"Mensaje en {self.account}")

    @property
    def is_private(self) -> bool:
        """Return whether only the account reads it."""
        return self.kind == InteractionKind.MESSAGE

    @property
    def shown_text(self) -> str:
        """Return its words for a list; a covered one shows none."""
        return "Comentario tapado por moderación" if self.is_covered else self.text

    @property
    def is_ours(self) -> bool:
        """Return whether the account itself wrote it."""
        return self.contact_id is None


class MessageVersion(models.Model):
    """What a message said before its author edited it."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="versions")
    text = models.TextField(blank=True)
    salt = models.CharField(max_length=32, blank=True)
    digest = models.CharField(max_length=64)
    replaced_at = models.DateTimeField()


class Answer(models.Model):
    """The answer to a message, one for each. `key` comes from the form, so that sending it twice stores one answer.

    `is_private` means that only the person reads it: it answers a private message, or answers a comment privately.
    `why_by_hand` is why a person sends it at the network; empty when the system does.
    `source_*` name the news item from which it was answered, with the digest of its text and its address then (Q-2).
    `alike_to` is the answer that was given at once to this message too. `undone_at` is set when its author undid it
    before it was sent.
    """

    SUBJECT_KIND = "answer"

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="answers")
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="answers")
    key = models.UUIDField()
    kind = models.CharField(max_length=10, choices=AnswerKind.choices)
    is_private = models.BooleanField(default=False)
    why_by_hand = models.CharField(max_length=300, blank=True)
    text = models.TextField()
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=AnswerState.choices, default=AnswerState.SENDING)
    problem = models.CharField(max_length=300, blank=True)
    remote_id = models.CharField(max_length=ID_LENGTH, blank=True)
    url = models.URLField(max_length=500, blank=True)
    published_at = models.DateTimeField(null=True)
    alike_to = models.ForeignKey("self", on_delete=models.PROTECT, related_name="alike", null=True)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, related_name="corrections", null=True)
    undone_at = models.DateTimeField(null=True)
    source_kind = models.CharField(max_length=20, blank=True)
    source_id = models.BigIntegerField(null=True)
    source_name = models.CharField(max_length=300, blank=True)
    source_digest = models.CharField(max_length=64, blank=True)
    source_address = models.URLField(max_length=500, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["conversation", "key"], name="answer_key_once"),
            models.UniqueConstraint(
                fields=["message"],
                condition=~Q(state=AnswerState.FAILED) & ~Q(kind__in=BESIDE),
                name="answer_once_for_message",
            ),
            models.UniqueConstraint(
                fields=["message"],
                condition=~Q(state=AnswerState.FAILED) & Q(kind=AnswerKind.NUMBER),
                name="answer_number_once_for_message",
            ),
            models.UniqueConstraint(
                fields=["corrects"], condition=~Q(state=AnswerState.FAILED), name="answer_corrected_once"
            ),
            models.CheckConstraint(
                condition=Q(kind=AnswerKind.CORRECTION, corrects__isnull=False)
                | (~Q(kind=AnswerKind.CORRECTION) & Q(corrects__isnull=True)),
                name="answer_correction_of_another",
            ),
            models.CheckConstraint(condition=Q(text__regex=r"\S"), name="answer_has_text"),
            models.CheckConstraint(
                condition=~Q(state=AnswerState.PUBLISHED) | (~Q(remote_id="") & Q(published_at__isnull=False)),
                name="answer_published_has_post",
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | ~Q(state=AnswerState.SENDING), name="answer_undone_is_not_sent"
            ),
        )
        indexes = (models.Index(fields=["source_kind", "source_id"], name="answer_of_source"),)
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="sent_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "conversation", "message", "key", "kind", "is_private", "text", "by", "at"
                ),
            ),
            pgtrigger.FSM(
                name="states",
                field="state",
                transitions=[("SENDING", "PUBLISHED"), ("SENDING", "FAILED"), ("FAILED", "PUBLISHED")],
            ),
            pgtrigger.Trigger(
                name="only_redirect", operation=pgtrigger.Insert, when=pgtrigger.Before, func=ONLY_REDIRECT
            ),
        )

    def __str__(self) -> str:
        return f"respuesta {self.pk}"

    @property
    def is_by_hand(self) -> bool:
        """Return whether it waits for a person to write it at the network (Q-6)."""
        return self.state == AnswerState.SENDING and bool(self.why_by_hand)

    @property
    def ref(self) -> ObjectRef:
        """Return how records and operations refer to it."""
        return ObjectRef(self.SUBJECT_KIND, self.pk, f"Respuesta en {self.conversation.account}")


class CorrectionWaiver(models.Model):
    """A person decided that an answer needs no correction although its fact changed (Q-2).

    `change` is the digest of what the fact says now: another change lists the answer again.
    """

    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="waivers")
    change = models.CharField(max_length=64)
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["answer", "change"], name="correction_waived_once"),)
        triggers = (
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(  # its reason can be erased (N-7)
                name="append_only",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("answer", "change", "by", "at"),
            ),
        )

    def __str__(self) -> str:
        return f"respuesta {self.answer_id} sin corrección"


class PqrsdParameters(models.Model):
    """The address of PQRSD and the text that people receive, as its owners set them; each change is a version (Q-4)."""

    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="pqrsd_parameters")
    number = models.PositiveIntegerField()
    address = models.URLField(max_length=500)
    text = models.CharField(max_length=500)
    email = models.EmailField(blank=True)  # where the packets of petitions are sent; empty when they are downloaded
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["entity", "number"], name="pqrsd_parameters_once"),)
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"parámetros de PQRSD, versión {self.number}"

    @property
    def ref(self) -> ObjectRef:
        """Return how records refer to it."""
        return ObjectRef("pqrsd", self.pk, str(self))
