"""A person across networks: who they are joined with, their history, what was promised and what is pending (Q-7)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from pregonero.errors import NotFound
from pregonero.inbox.models import Contact, ContactJoin, Conversation, Petition, Promise
from pregonero.inbox.petitions import PetitionRow, row_of
from pregonero.inbox.states import ConversationState
from pregonero.people.models import Entity, Member

MOST_JOINED = 50
SHOWN = 200
SHORTEST = 2  # letters of a name to search


def active_joins(contact: Contact) -> list[ContactJoin]:
    """Return the joins in force that link a person with others, directly or through others, the first one first."""
    known, found = {contact.pk}, dict[int, ContactJoin]()
    while len(known) < MOST_JOINED:
        touching = Q(first__in=known) | Q(second__in=known)
        joins = ContactJoin.objects.filter(touching, undone_at__isnull=True).select_related("first", "second", "by")
        new = [join for join in joins if join.pk not in found]
        if not new:
            break
        found |= {join.pk: join for join in new}
        known |= {pk for join in new for pk in (join.first_id, join.second_id)}
    return sorted(found.values(), key=lambda join: join.pk)


def joined_ids(contact: Contact) -> set[int]:
    """Return the ids of a person and of those recognised as the same person on other networks."""
    return _ids_in(contact, active_joins(contact))


def _ids_in(contact: Contact, joins: list[ContactJoin]) -> set[int]:
    return {contact.pk} | {pk for join in joins for pk in (join.first_id, join.second_id)}


def get_join(*, member: Member, pk: int, for_update: bool = False) -> ContactJoin:
    """Return a join of the member's entity. Raises `NotFound` for any other."""
    joins = ContactJoin.objects.filter(pk=pk, first__entity_id=member.entity_id).select_related("first", "second")
    join = (joins.select_for_update(no_key=True, of=("self",)) if for_update else joins).first()
    if join is None:
        raise NotFound
    return join


def get_promise(*, member: Member, pk: int, for_update: bool = False) -> Promise:
    """Return a promise of the member's entity. Raises `NotFound` for any other."""
    promises = Promise.objects.filter(pk=pk, conversation__entity_id=member.entity_id)
    related = promises.select_related("conversation__account", "conversation__contact")
    promise = (related.select_for_update(no_key=True, of=("self",)) if for_update else related).first()
    if promise is None:
        raise NotFound
    return promise


def promises_in(conversation: Conversation) -> list[Promise]:
    """Return what was promised in a conversation, what is pending first."""
    return list(Promise.objects.filter(conversation=conversation).select_related("by").order_by("end", "due_on", "pk"))


def pending_promises(entity: Entity, *, limit: int = 100) -> list[Promise]:
    """Return the promises of the entity that are pending, the first one due first."""
    promises = Promise.objects.filter(conversation__entity=entity, end="")
    related = promises.select_related("conversation__contact", "conversation__account")
    return list(related.order_by("due_on", "pk")[:limit])


def contacts_like(words: str, *, contact: Contact, limit: int = 20) -> list[Contact]:
    """Return other people whose name or user contains these words, to join them with this person."""
    words = words.strip().removeprefix("@")
    if len(words) < SHORTEST:
        return []
    named = Q(name__icontains=words) | Q(handle__icontains=words)
    others = Contact.objects.filter(named, entity_id=contact.entity_id, erased_at__isnull=True)
    return list(others.exclude(pk__in=joined_ids(contact)).order_by("name", "pk")[:limit])


@dataclass(frozen=True)
class History:
    """What a person and the entity wrote to each other on every network, what was promised and what is pending."""

    contacts: list[Contact]
    joins: list[ContactJoin]
    conversations: list[Conversation]
    promises: list[Promise]
    petitions: list[PetitionRow]

    @property
    def pending(self) -> int:
        """Return how many things wait: open conversations, promises, and petitions that run."""
        waiting = sum(conversation.state == ConversationState.OPEN for conversation in self.conversations)
        running = sum(row.count.ended_on is None for row in self.petitions)
        return waiting + running + sum(not promise.end for promise in self.promises)


def history_of(contact: Contact, *, today: date) -> History:
    """Return the history of a person and of everybody joined with them, the newest first."""
    joins = active_joins(contact)
    ids = _ids_in(contact, joins)
    conversations = Conversation.objects.filter(contact__in=ids).select_related("account", "contact", "assignee")
    promises = Promise.objects.filter(conversation__contact__in=ids).select_related("conversation", "by", "ended_by")
    petitions = Petition.objects.filter(message__contact__in=ids).select_related("message__conversation__account")
    followed = petitions.prefetch_related("steps").order_by("-pk")[:SHOWN]
    return History(
        contacts=list(Contact.objects.filter(pk__in=ids).order_by("pk")),
        joins=joins,
        conversations=list(conversations.order_by("-last_at", "-pk")[:SHOWN]),
        promises=list(promises.order_by("end", "due_on", "pk")[:SHOWN]),
        petitions=[row_of(petition, today=today) for petition in followed],
    )
