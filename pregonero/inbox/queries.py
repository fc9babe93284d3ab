"""Conversations and their answers, the list with its filters, the thread, and the streams that are read."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from pregonero import vault
from pregonero.errors import NotFound
from pregonero.inbox.models import (
    Answer,
    Contact,
    Conversation,
    LiveConnection,
    Message,
    MessageVersion,
    Note,
    Petition,
    PqrsdParameters,
    Stream,
    WebhookNotice,
)
from pregonero.inbox.states import AnswerState, ConversationState
from pregonero.networks.base import ApiCredentials
from pregonero.networks.interactions import InteractionKind
from pregonero.networks.models import Account, AccountState, Application, Credential, CredentialState
from pregonero.networks.queries import credentials_with
from pregonero.networks.registry import interaction_reader
from pregonero.outbox.models import Delivery
from pregonero.outbox.queries.deliveries import deliveries_of
from pregonero.people.models import Entity, Member
from pregonero.records.actions import ObjectRef

PAGE_SIZE = 30
MOST_LISTED = 1_000  # conversations that a list counts and pages: filters reach the rest
QUEUE_SIZE = 12
THREAD_LIMIT = 100  # messages of one conversation that its page shows: the latest ones, or those before one
OVERDUE_AFTER = timedelta(hours=24)  # our own measure of a late answer: the procedure sets none


@dataclass(frozen=True)
class Filters:
    """The filters of the list of conversations. `state` is one of `STATES`."""

    state: str = "abiertas"
    account: int | None = None
    question: str = ""
    kind: str = ""
    label: int | None = None
    mine: bool = False


STATES = ("abiertas", "atrasadas", "pospuestas", "respondidas", "cerradas")


def get_conversation(*, member: Member, pk: int, for_update: bool = False) -> Conversation:
    """Return a conversation of the member's entity. Raises `NotFound` for any other."""
    conversations = (
        Conversation.objects.select_for_update(no_key=True, of=("self",)) if for_update else Conversation.objects.all()
    )
    related = conversations.select_related("entity", "account", "contact", "assignee", "question_by")
    conversation = related.filter(pk=pk, entity_id=member.entity_id).first()
    if conversation is None:
        raise NotFound
    return conversation


def conversations_of(member: Member, filters: Filters, *, now: datetime) -> QuerySet[Conversation]:
    """Return the conversations that a list shows, those that wait longest first. The caller slices the queryset."""
    found = Conversation.objects.filter(_in_state(filters.state, now), entity_id=member.entity_id)
    found = found.exclude(kind=InteractionKind.CHAT)  # it has a page of its own, beside the broadcast
    if filters.account is not None:
        found = found.filter(account_id=filters.account)
    if filters.question:
        found = found.filter(question=filters.question)
    if filters.kind:
        found = found.filter(kind=filters.kind)
    if filters.label is not None:
        found = found.filter(labels=filters.label)
    if filters.mine:
        found = found.filter(assignee=member)
    order = ("waiting_since", "pk") if filters.state in ("abiertas", "atrasadas") else ("-last_at", "-pk")
    return found.select_related("account", "contact", "assignee").prefetch_related("labels").order_by(*order)


def _in_state(state: str, now: datetime) -> Q:
    is_open = Q(state=ConversationState.OPEN)
    is_snoozed = Q(snoozed_until__gt=now)
    return {
        "abiertas": is_open & ~is_snoozed,
        "atrasadas": is_open & ~is_snoozed & Q(waiting_since__lt=now - OVERDUE_AFTER),
        "pospuestas": is_open & is_snoozed,
        "respondidas": Q(state=ConversationState.ANSWERED),
        "cerradas": Q(state=ConversationState.CLOSED),
    }[state]


def counts_by_state(member: Member, *, now: datetime) -> dict[str, int]:
    """Return how many conversations of the entity each list has; `MOST_LISTED` stands for that many or more."""
    found = Conversation.objects.filter(entity_id=member.entity_id).exclude(kind=InteractionKind.CHAT)
    return {state: found.filter(_in_state(state, now))[:MOST_LISTED].count() for state in STATES}


@dataclass(frozen=True)
class Queue:
    """The open conversations around one, the longest waiting first, with the ones just before and after it."""

    rows: list[Conversation]
    before: Conversation | None
    after: Conversation | None


def queue_beside(conversation: Conversation, *, now: datetime) -> Queue:
    """Return the open conversations beside one, for the list at the side of its page and the keys j and k."""
    found = Conversation.objects.filter(_in_state("abiertas", now), entity_id=conversation.entity_id)
    found = found.exclude(pk=conversation.pk).select_related("account", "contact")
    at, pk = conversation.waiting_since, conversation.pk
    is_after = Q(waiting_since__gt=at) | Q(waiting_since=at, pk__gt=pk)
    is_before = Q(waiting_since__lt=at) | Q(waiting_since=at, pk__lt=pk)
    after = list(found.filter(is_after, waiting_since__gte=at).order_by("waiting_since", "pk")[:QUEUE_SIZE])
    before = list(found.filter(is_before, waiting_since__lte=at).order_by("-waiting_since", "-pk")[:QUEUE_SIZE])
    shown = [*before[:2][::-1], conversation, *after]
    missing = max(QUEUE_SIZE - len(shown), 0)
    rows = [*before[2 : 2 + missing][::-1], *shown][:QUEUE_SIZE]
    return Queue(rows, before[0] if before else None, after[0] if after else None)


def last_messages(conversations: list[Conversation]) -> dict[int, Message]:
    """Return the last message of a person in each conversation."""
    of_person = Message.objects.filter(conversation=OuterRef("pk"), contact__isnull=False)
    latest = of_person.order_by("-written_at", "-pk").values("pk")[:1]
    found = Conversation.objects.filter(pk__in=[conversation.pk for conversation in conversations])
    messages = Message.objects.filter(pk__in=found.annotate(latest=Subquery(latest)).values("latest"))
    return {message.conversation_id: message for message in messages}


def message_to_answer(conversation: Conversation) -> Message | None:
    """Return the last message of the person that nobody answered; None when there is none.

    In a private conversation an answer is to all that the person wrote before it.
    """
    if conversation.is_private:
        last = last_message_of(conversation)
        return last if last is not None and not last.answers.exclude(state=AnswerState.FAILED).exists() else None
    answered = Answer.objects.filter(message=OuterRef("pk")).exclude(state=AnswerState.FAILED)
    messages = Message.objects.filter(~Exists(answered), conversation=conversation, contact__isnull=False)
    return messages.order_by("-written_at", "-pk").first()


def last_message_of(conversation: Conversation) -> Message | None:
    """Return the last message of the person, answered or not; None when there is none."""
    messages = Message.objects.filter(conversation=conversation, contact__isnull=False)
    return messages.order_by("-written_at", "-pk").first()


def get_petition(*, member: Member, pk: int, for_update: bool = False) -> Petition:
    """Return a petition of the member's entity. Raises `NotFound` for any other."""
    petitions = Petition.objects.select_for_update(no_key=True, of=("self",)) if for_update else Petition.objects.all()
    related = petitions.select_related("message__conversation__account", "message__contact", "opened_by")
    petition = related.filter(pk=pk, entity_id=member.entity_id).first()
    if petition is None:
        raise NotFound
    return petition


def petition_of(conversation: Conversation) -> Petition | None:
    """Return the petition of a conversation with its steps, or None."""
    return Petition.objects.filter(message__conversation=conversation).prefetch_related("steps").first()


def petitions_of(entity: Entity) -> list[Petition]:
    """Return the entity's petitions with their steps, the newest first."""
    related = ("message__conversation__account", "message__contact")
    petitions = Petition.objects.filter(entity=entity).select_related(*related)
    return list(petitions.prefetch_related("steps").order_by("-pk")[:500])


def get_contact(*, member: Member, pk: int, for_update: bool = False) -> Contact:
    """Return a person who wrote to the member's entity. Raises `NotFound` for any other."""
    contacts = Contact.objects.select_for_update(no_key=True, of=("self",)) if for_update else Contact.objects.all()
    contact = contacts.filter(pk=pk, entity_id=member.entity_id).first()
    if contact is None:
        raise NotFound
    return contact


def messages_of(conversation: Conversation, *, before: datetime | None = None) -> list[Message]:
    """Return the latest messages of a conversation, or the latest before a moment, the first one first."""
    messages = Message.objects.filter(conversation=conversation).select_related("contact")
    if before is not None:
        messages = messages.filter(written_at__lt=before)
    return list(messages.order_by("-written_at", "-pk")[:THREAD_LIMIT])[::-1]


def versions_of(messages: Iterable[Message]) -> list[MessageVersion]:
    """Return what these messages said before they were edited, the first one first."""
    edited = [message.pk for message in messages if message.edited_at]
    return list(MessageVersion.objects.filter(message__in=edited).order_by("pk")[:THREAD_LIMIT])


def answers_of(conversation: Conversation, *, since: datetime | None, before: datetime | None = None) -> list[Answer]:
    """Return the latest answers of a conversation between two moments, the first one first."""
    answers = Answer.objects.filter(conversation=conversation).select_related("by", "message")
    answers = answers.filter(at__gte=since) if since is not None else answers
    answers = answers.filter(at__lt=before) if before is not None else answers
    return list(answers.order_by("-pk")[:THREAD_LIMIT])[::-1]


def get_answer(*, member: Member, pk: int, for_update: bool = False) -> Answer:
    """Return an answer of the member's entity. Raises `NotFound` for any other."""
    answers = Answer.objects.select_for_update(no_key=True, of=("self",)) if for_update else Answer.objects.all()
    related = answers.select_related("conversation__account", "message", "by")
    answer = related.filter(pk=pk, conversation__entity_id=member.entity_id).first()
    if answer is None:
        raise NotFound
    return answer


def operation_of(answer: Answer) -> Delivery:
    """Return the operation that sends an answer."""
    return deliveries_of(answer.ref)[0]


def notes_of(
    conversation: Conversation,
    *,
    since: datetime | None = None,
    before: datetime | None = None,
) -> list[Note]:
    """Return the internal notes of a conversation between two moments, the first one first; no reserved ones (N-5)."""
    notes = Note.objects.filter(conversation=conversation)
    notes = notes.filter(at__gte=since) if since is not None else notes
    notes = notes.filter(at__lt=before) if before is not None else notes
    return list(notes.select_related("by").order_by("-pk")[:THREAD_LIMIT])[::-1]


def pqrsd_parameters(entity: Entity) -> PqrsdParameters | None:
    """Return the parameters of PQRSD in force, or None when nobody has set them."""
    return PqrsdParameters.objects.filter(entity=entity).select_related("by").order_by("-number").first()


def pqrsd_versions(entity: Entity) -> list[PqrsdParameters]:
    """Return every version of the parameters of PQRSD, the newest first."""
    return list(PqrsdParameters.objects.filter(entity=entity).select_related("by").order_by("-number")[:100])


def conversations_under(subject: ObjectRef) -> list[Conversation]:
    """Return the conversations under a publication, the first one first, for its expediente (M-1)."""
    found = Conversation.objects.filter(subject_kind=subject.kind, subject_id=subject.id)
    return list(found.select_related("account", "contact").order_by("pk")[:THREAD_LIMIT])


def streams_due(*, now: datetime, limit: int = 500) -> list[int]:
    """Return the ids of the streams to read now, of accounts that are in use and connected, the longest due first."""
    connected = Credential.objects.filter(account=OuterRef("account_id"), state=CredentialState.GOOD)
    due = Stream.objects.filter(Exists(connected), next_read_at__lte=now, account__state=AccountState.ACTIVE)
    return list(due.order_by("next_read_at", "pk").values_list("pk", flat=True)[:limit])


def accounts_without_streams() -> list[Account]:
    """Return the connected accounts that lack a stream of those that their network offers.

    An account that was connected before its network offered a stream gets it too.
    """
    connected = Credential.objects.filter(account=OuterRef("pk"), state=CredentialState.GOOD)
    accounts = Account.objects.filter(Exists(connected), state=AccountState.ACTIVE).order_by("pk")
    opened = dict[int, set[str]]()
    for account_id, name in Stream.objects.values_list("account_id", "name"):
        opened.setdefault(account_id, set()).add(name)
    return [account for account in accounts if _offered(account.network) - opened.get(account.pk, set())]


def _offered(network: str) -> set[str]:
    return {stream.name for stream in getattr(interaction_reader(network), "streams", ())}


def stream_to_read(*, pk: int) -> Stream:
    """Return a stream of any entity, for the jobs that read them. Raises `NotFound`."""
    stream = Stream.objects.select_related("account__entity").filter(pk=pk).first()
    if stream is None:
        raise NotFound("La lectura ya no existe.")
    return stream


def streams_of(entity: Entity) -> list[Stream]:
    """Return how far each list of the entity's accounts was read."""
    streams = Stream.objects.filter(account__entity=entity).exclude(account__state=AccountState.RETIRED)
    return list(streams.select_related("account").order_by("account_id", "name"))


def live_applications_due(*, now: datetime) -> list[int]:
    """Return the ids of the applications with a token of their own whose persistent stream may be opened now."""
    with_token = Application.objects.exclude(encrypted_live_token=b"")
    waiting = LiveConnection.objects.filter(application=OuterRef("pk"), next_try_at__gt=now)
    return list(with_token.filter(~Exists(waiting)).order_by("pk").values_list("pk", flat=True)[:100])


def live_application(*, pk: int, now: datetime) -> Application | None:
    """Return an application of any entity whose stream may be opened now, for the job that follows it."""
    return Application.objects.filter(pk=pk).first() if pk in live_applications_due(now=now) else None


def live_accounts(application: Application) -> dict[str, ApiCredentials]:
    """Return the connected accounts that an application's stream follows, by the network's id, without any token."""
    connected = Credential.objects.filter(account=OuterRef("pk"), state=CredentialState.GOOD)
    accounts = Account.objects.filter(
        Exists(connected),
        entity_id=application.entity_id,
        network=application.network,
        server=application.server,
        state=AccountState.ACTIVE,
    )
    return {account.remote_id: credentials_with(account, "") for account in accounts.order_by("pk")}


@dataclass(frozen=True)
class ApplicationSecret:
    """An application with its secret, for the signatures of its notices."""

    application: Application
    secret: str = field(repr=False)


def application_secret(*, pk: int) -> ApplicationSecret | None:
    """Return an application of any entity with its secret; None when there is none."""
    application = Application.objects.filter(pk=pk).first()
    if application is None:
        return None
    secret = vault.decrypt(bytes(application.encrypted_secret), context=application.encryption_context)
    return ApplicationSecret(application, secret)


def notice_to_read(*, pk: int) -> WebhookNotice:
    """Return a notice of any entity, for the job that reads it. Raises `NotFound`."""
    notice = WebhookNotice.objects.select_related("application").filter(pk=pk).first()
    if notice is None:
        raise NotFound("El aviso ya no existe.")
    return notice
