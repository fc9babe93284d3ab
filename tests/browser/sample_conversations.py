"""What citizens wrote on the sample day, under the publication on exports and on their own."""

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from pregonero.inbox.actions.answers import WrittenAnswer, send_answer
from pregonero.inbox.actions.arrivals import open_streams, receive_reading
from pregonero.inbox.actions.composer import label_conversation, save_draft
from pregonero.inbox.actions.outcomes import record_published
from pregonero.inbox.actions.packets import store_packet
from pregonero.inbox.actions.persons import join_contacts, make_promise
from pregonero.inbox.actions.petitions import PetitionOpening, open_petition
from pregonero.inbox.actions.press import add_reserved_note
from pregonero.inbox.actions.question_rules import save_trial, write_rules
from pregonero.inbox.actions.saved_answers import keep_saved_answer
from pregonero.inbox.actions.triage import add_note, set_pqrsd_parameters, sort_conversation
from pregonero.inbox.models import Contact, Conversation, Stream
from pregonero.inbox.packets.contents import packet_of
from pregonero.inbox.petition_clock import PetitionKind
from pregonero.inbox.petition_queries import petition_to_pack
from pregonero.inbox.petitions import FEATURES
from pregonero.inbox.questions.rules import Rule, shipped_rules
from pregonero.inbox.rules_trial import try_rules
from pregonero.inbox.states import Question
from pregonero.networks.interactions import Author, Interaction, InteractionKind, Reading
from pregonero.newsroom.models import News
from pregonero.outbox.models import Delivery
from pregonero.people.actions import Absence, name_stand_in
from pregonero.people.models import Member, Office, ProofKind
from pregonero.people.on_behalf.actions import OutsideAct, Proof, record_act
from pregonero.people.roles import Role
from tests.browser.sample_entities import Team

# name: network, who, what, minutes before now, kind
COMMENT, MENTION, MESSAGE = InteractionKind.COMMENT, InteractionKind.MENTION, InteractionKind.MESSAGE
WRITTEN = {
    "fecha": ("facebook", "Rosa Mejía", "¿Hasta qué fecha está abierta la convocatoria?", 95, COMMENT),
    "caso": ("instagram", "Iván Díaz", "¿Por qué no han resuelto mi solicitud del registro?", 60, COMMENT),
    "contrato": ("facebook", "Olga Ruiz", "Solicito copia del contrato de la feria de mayo.", 48, COMMENT),
    "prensa": ("x", "Julio Vega", "Soy periodista de El Diario, ¿tienen la cifra de agosto?", 31, MENTION),
    "saludo": ("youtube", "Nora Peña", "Excelente iniciativa, felicitaciones", 12, COMMENT),
    "costo": ("facebook", "Luz Marín", "¿La inscripción tiene costo?", 5, COMMENT),
    "feria": ("facebook", "Elena Mora", "¿Cuándo es la feria de proveedores?", 21, COMMENT),
    "privado": ("facebook", "Pedro Lugo", "¿A qué correo envío el formulario de la feria?", 9, MESSAGE),
}  # fmt: skip
SORTED = {
    "costo": Question.BASIC,
    "feria": Question.BASIC,
    "privado": Question.BASIC,
    "caso": Question.PQRSD,
    "contrato": Question.PETITION,
    "prensa": Question.PRESS,
}


def make_conversations(
    team: Team, publication_id: int, fair: News, now: datetime
) -> tuple[dict[str, int], dict[str, int]]:
    """Store what was written, some answers and a petition; return the keys of conversations and petitions by name."""
    set_pqrsd_parameters(
        entity=team.entity,
        address="https://www.mincit.gov.co/pqrsd",
        text="Tu caso lo atiende la oficina que lo tramita. Escríbele por PQRSD:",
        reason="Parámetros de la entidad.",
        by=team.people["rita"],
        now=now,
    )
    open_streams(accounts=list(team.entity.accounts.all()), now=now)
    for name, written in WRITTEN.items():
        _receive(team, name, written, publication_id, now)
    made = {name: Conversation.objects.get(thread_id=f"muestra-{name}") for name in WRITTEN}
    ana, beto = team.people["ana"], team.people["beto"]
    for name, question in SORTED.items():
        sort_conversation(conversation=made[name], question=question, reason="", by=ana, now=now)
    _answer(made["costo"], "Hola, Luz. La inscripción es gratuita.", ana, now)
    _answer_what_changed(made["feria"], fair, ana, now)
    secret = "La cifra sale mañana con el boletín. Hasta entonces, nada."
    add_reserved_note(conversation=made["prensa"], text=secret, by=team.people["carmen"], now=now)
    saved = keep_saved_answer(
        name="Gracias por escribir", text="Hola, {nombre}. Gracias por escribirnos.", by=ana, now=now
    )
    keep_saved_answer(name="Horario de atención", text="Atendemos de lunes a viernes, de 8 a 5.", by=ana, now=now)
    label_conversation(conversation=made["fecha"], names=["mipymes", "Huila"], by=ana, now=now)
    save_draft(conversation=made["fecha"], text="Hola, Rosa. Creo que cierra en diciembre…", by=beto, now=now)
    add_note(conversation=made["contrato"], text="Llamó también por teléfono.", by=ana, now=now)
    rule = Rule(Question.PQRSD, "Pregunta por el registro de turismo.", ("registro de turismo", "la inscripcion"))
    version = write_rules(rules=[rule, *shipped_rules()], reason="Circular 4 de 2026.", by=team.people["rita"], now=now)
    save_trial(version=version, counts=try_rules(version, now=now), now=now)
    opening = PetitionOpening(PetitionKind.DOCUMENTS, dict.fromkeys(FEATURES, True), "olga@correo.test")
    petition = open_petition(conversation=made["contrato"], opening=opening, by=ana, now=now)
    store_packet(petition=petition, content=packet_of(petition_to_pack(pk=petition.pk)), now=now)
    person = made["contrato"].contact
    _follow(made["contrato"], team, now)
    keys = {name: conversation.pk for name, conversation in made.items()}
    keys |= {
        "guardada": saved.saved_answer_id,
        "reglas": version.pk,
        "persona": person.pk,
        "coordina": team.people["carmen"].pk,
    }
    return keys, {"contrato": petition.pk}


def _follow(conversation: Conversation, team: Team, now: datetime) -> None:
    """Join the person with another account of theirs, promise something, and record an absence and an act."""
    ana, carmen, today = team.people["ana"], team.people["carmen"], timezone.localdate(now)
    other = Contact.objects.create(
        entity=team.entity, network="x", remote_id="muestra-olga", handle="olgaruiz", name="Olga R.", first_seen_at=now
    )
    join_contacts(contact=conversation.contact, other=other, reason="Lo dijo en su mensaje", by=ana, now=now)
    due_on = today + timedelta(days=1)
    make_promise(conversation=conversation, text="Contarle cuándo sale la copia", due_on=due_on, by=ana, now=now)
    absence = Absence(Role.COORDINATOR, today + timedelta(days=7), today + timedelta(days=14), "Vacaciones")
    name_stand_in(absent=carmen, member=ana, absence=absence, by=carmen, now=now)
    proof = Proof(ProofKind.CALL, "Llamó a Carmen Ortiz a las 8:40")
    act = OutsideAct(
        team.entity.ref,
        "Pidió no publicar sobre el decreto antes del jueves",
        Office.MINISTER_OFFICE,
        "Elsa Prieto",
        now - timedelta(hours=2),
        proof,
    )
    record_act(act=act, by=carmen, now=now)


def _receive(
    team: Team, name: str, written: tuple[str, str, str, int, InteractionKind], publication_id: int, now: datetime
) -> None:
    network, who, text, minutes, kind = written
    account = team.entity.accounts.get(network=network)
    post = Delivery.objects.filter(subject_kind="publication", subject_id=publication_id, account=account).first()
    post_id = post.remote_id if post and kind == InteractionKind.COMMENT else ""
    item = Interaction(
        remote_id=f"muestra-{name}",
        kind=kind,
        text=text,
        author=Author(f"muestra-{who}", handle=who.split()[0].lower(), name=who),
        written_at=now - timedelta(minutes=minutes),
        thread_id=f"muestra-{name}",
        parent_id=post_id,
        post_id=post_id,
        url="https://www.facebook.com/",
    )
    stream = Stream.objects.filter(account=account).earliest("pk")
    receive_reading(stream=stream, reading=Reading((item,)), now=now)


def _answer_what_changed(conversation: Conversation, fair: News, by: Member, now: datetime) -> None:
    """Answer with a news item that changes afterwards, so that the answer is one to correct."""
    _answer(conversation, "Hola, Elena. La feria es el 2 de diciembre.", by, now - timedelta(minutes=2), fair)
    fair.summary, fair.edited_at = "La feria de proveedores será el 4 de diciembre, en Corferias.", now
    fair.save()


def _answer(conversation: Conversation, text: str, by: Member, now: datetime, source: News | None = None) -> None:
    """Answer a conversation, as if its network had published the answer."""
    conversation.refresh_from_db()
    written = WrittenAnswer(text, uuid.uuid4(), conversation.revision, source)
    answer = send_answer(conversation=conversation, written=written, by=by, now=now)
    delivery = Delivery.objects.get(subject_kind="answer", subject_id=answer.pk)
    delivery.remote_id, delivery.url, delivery.published_at = f"r-{answer.pk}", "https://www.facebook.com/", now
    with transaction.atomic():
        record_published({answer.pk: delivery}, now=now)
