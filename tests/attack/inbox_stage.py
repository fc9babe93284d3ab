"""Conversations and a petition for the stage of the attacks."""

from dataclasses import dataclass
from datetime import datetime

from pregonero.inbox.actions.arrivals import open_streams, receive_reading
from pregonero.inbox.actions.petitions import PetitionOpening, open_petition
from pregonero.inbox.actions.sorting import close_conversation, set_pqrsd_parameters, sort_conversation
from pregonero.inbox.models import Conversation, Petition, Stream
from pregonero.inbox.petition_clock import PetitionKind
from pregonero.inbox.states import Question
from pregonero.networks.interactions import Author, Interaction, InteractionKind, Reading
from pregonero.networks.models import Account
from pregonero.people.models import Member
from pregonero.people.roles import Role


@dataclass(frozen=True)
class InboxRows:
    """A basic question, a matter of PQRSD, a petition to hand over, a closed conversation, and a petition."""

    asked: Conversation
    matter: Conversation
    petitioned: Conversation
    settled: Conversation
    petition: Petition


def make_inbox(account: Account, people: dict[Role, Member], now: datetime) -> InboxRows:
    """Store what somebody wrote five times on an account, each sorted in its own way."""
    open_streams(accounts=[account], now=now)
    items = tuple(_written(number, now) for number in range(5))
    stream = Stream.objects.get(account=account)
    receive_reading(stream=stream, reading=Reading(items), now=now)
    found = list(Conversation.objects.filter(account=account).order_by("pk"))
    strategist, citizen_relations = people[Role.DIGITAL_STRATEGIST], people[Role.CITIZEN_RELATIONS]
    kinds = (Question.BASIC, Question.PQRSD, Question.PETITION, Question.NONE, Question.PETITION)
    for conversation, question in zip(found, kinds, strict=True):
        sort_conversation(conversation=conversation, question=question, reason="", by=strategist, now=now)
    close_conversation(conversation=found[3], reason="Un saludo", by=strategist, now=now)
    set_pqrsd_parameters(
        entity=account.entity,
        address="https://www.mincit.gov.co/pqrsd",
        text="Escribe a PQRSD:",
        reason="Resolución",
        by=citizen_relations,
        now=now,
    )
    opening = PetitionOpening(PetitionKind.GENERAL, {})
    petition = open_petition(conversation=found[4], opening=opening, by=strategist, now=now)
    for conversation in found:
        conversation.refresh_from_db()
    return InboxRows(found[0], found[1], found[2], found[3], petition)


def _written(number: int, now: datetime) -> Interaction:
    return Interaction(
        remote_id=f"c{number}",
        kind=InteractionKind.COMMENT,
        text="¿Hasta cuándo?",
        author=Author("p1", name="Rosa Mejía"),
        written_at=now,
        thread_id=f"c{number}",
        parent_id="post",
        post_id="post",
    )
