"""Conversations and a petition for the stage of the attacks."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from pregonero.inbox.actions.answers import WrittenAnswer, send_answer
from pregonero.inbox.actions.arrivals import open_streams, receive_reading
from pregonero.inbox.actions.packets import store_packet
from pregonero.inbox.actions.persons import join_contacts, make_promise
from pregonero.inbox.actions.petitions import PetitionOpening, open_petition
from pregonero.inbox.actions.question_rules import save_trial, write_rules
from pregonero.inbox.actions.saved_answers import keep_saved_answer
from pregonero.inbox.actions.triage import close_conversation, set_pqrsd_parameters, sort_conversation
from pregonero.inbox.models import (
    Answer,
    Contact,
    ContactJoin,
    Conversation,
    Message,
    Petition,
    Promise,
    QuestionRules,
    RulesTrial,
    SavedAnswer,
    Stream,
)
from pregonero.inbox.packets.contents import packet_of
from pregonero.inbox.petition_clock import PetitionKind
from pregonero.inbox.petition_queries import petition_to_pack
from pregonero.inbox.questions.rules import Rule
from pregonero.inbox.rules_trial import try_rules
from pregonero.inbox.states import Question
from pregonero.moderation.models import Wave
from pregonero.networks.interactions import Author, Interaction, InteractionKind, Reading
from pregonero.networks.models import Account
from pregonero.people.models import Member
from pregonero.people.roles import Role
from tests.inbox.conftest import links_pass

RULES = {
    "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-question": "PQRSD", "form-0-phrases": "mi registro",
    "form-0-why": "Habla de su registro.", "reason": "Circular",
}  # fmt: skip
PQRSD = {
    "address": "https://www.mincit.gov.co/pqrsd",
    "text": "Escribe a PQRSD:",
    "reason": "Otra resolución",
    "link_reason": "La sede la publica mañana",
}
SAVED = {"name": "Gracias", "text": "Gracias por escribirnos."}


BY_HAND = 5


@dataclass(frozen=True)
class InboxRows:
    """Conversations of each kind, a petition, an answer by hand, a saved one, and rules that were tried."""

    asked: Conversation
    matter: Conversation
    petitioned: Conversation
    settled: Conversation
    petition: Petition
    by_hand: Answer
    saved: SavedAnswer
    rules_version: QuestionRules
    rules_trial: RulesTrial
    join: ContactJoin
    promise: Promise


def make_inbox(account: Account, people: dict[Role, Member], now: datetime) -> InboxRows:
    """Store what somebody wrote five times on an account, each sorted in its own way."""
    open_streams(accounts=[account], now=now)
    items = tuple(_written(number, now) for number in range(6))
    stream = Stream.objects.filter(account=account).earliest("pk")
    receive_reading(stream=stream, reading=Reading(items), now=now)
    found = list(Conversation.objects.filter(account=account).order_by("pk"))
    strategist, citizen_relations = people[Role.DIGITAL_STRATEGIST], people[Role.CITIZEN_RELATIONS]
    kinds = (Question.BASIC, Question.PQRSD, Question.PETITION, Question.NONE, Question.PETITION, Question.BASIC)
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
    links_pass(account.entity, "https://www.mincit.gov.co/pqrsd")
    saved = keep_saved_answer(name="Gracias", text="Gracias por escribir.", by=strategist, now=now).saved_answer
    opening = PetitionOpening(PetitionKind.GENERAL, {})
    petition = open_petition(conversation=found[4], opening=opening, by=strategist, now=now)
    for conversation in found:
        conversation.refresh_from_db()
    written = WrittenAnswer("Hasta el lunes.", uuid.uuid4(), found[5].revision)
    by_hand = send_answer(conversation=found[5], written=written, by=strategist, now=now)
    rules = [Rule(Question.PQRSD, "Habla de su registro.", ("mi registro",))]
    version = write_rules(rules=rules, reason="Circular", by=citizen_relations, now=now)
    trial = save_trial(version=version, counts=try_rules(version, now=now), now=now)
    store_packet(petition=petition, content=packet_of(petition_to_pack(pk=petition.pk)), now=now)
    person = found[0].contact
    other = Contact.objects.create(
        entity=account.entity, network="x", remote_id="p9", name="Rosa Mejía", first_seen_at=now
    )
    join = join_contacts(contact=person, other=other, reason="Lo dijo ella", by=strategist, now=now)
    due_on = timezone.localdate(now)
    promise = make_promise(conversation=found[0], text="Avisarle", due_on=due_on, by=strategist, now=now)
    return InboxRows(found[0], found[1], found[2], found[3], petition, by_hand, saved, version, trial, join, promise)


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
        why_assisted="Responde tú en la red." if number == BY_HAND else "",
    )


def comment_of(stage: Any) -> list[Any]:
    """Return the arguments of an address of the comment with which a conversation began."""
    return [Message.objects.filter(conversation=stage.inbox.asked).order_by("pk")[0].pk]


def wave_of(stage: Any) -> list[Any]:
    """Return the arguments of an address of a decision about many comments."""
    by, now = stage.people[Role.DIGITAL_STRATEGIST], timezone.now()
    wave, _ = Wave.objects.get_or_create(entity=stage.entity, filter="Todos", by=by, defaults={"at": now})
    return [wave.pk]
