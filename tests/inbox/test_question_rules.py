"""The rules of questions: versions that their owners write, tried on 90 days of messages before they rule (Q-4)."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from pregonero.errors import NotAllowed, NotFound, Refused, WrongState
from pregonero.inbox import question_queries
from pregonero.inbox.actions.arrivals import open_streams, receive_reading
from pregonero.inbox.actions.contacts import erase_contact
from pregonero.inbox.actions.question_rules import enact_rules, write_rules
from pregonero.inbox.actions.triage import sort_conversation
from pregonero.inbox.models import Contact, Conversation, QuestionRules, RulesTrial, Stream
from pregonero.inbox.questions.rule_limits import check_rules
from pregonero.inbox.questions.rules import Rule, first_match, shipped_rules
from pregonero.inbox.states import Question
from pregonero.inbox.tasks import try_rules
from pregonero.networks.interactions import Author, Interaction, InteractionKind, Reading
from pregonero.networks.models import Account
from pregonero.people.models import Member
from pregonero.records.models import Event

pytestmark = pytest.mark.procedure("Q-4")
Say = Callable[..., Conversation]
TURISMO = Rule(Question.PQRSD, "Habla de su registro de turismo.", ("tarjeta de guia",))


@pytest.fixture
def say(accounts: dict[str, Account]) -> Say:
    """Return a function with which somebody writes something on the entity's page."""
    account, count = accounts["facebook"], iter(range(100))
    open_streams(accounts=[account], now=timezone.now())

    def write(text: str, at: datetime | None = None) -> Conversation:
        number, moment = next(count), at or timezone.now()
        item = Interaction(
            remote_id=f"c{number}",
            kind=InteractionKind.COMMENT,
            text=text,
            author=Author(f"p{number}", name=f"Persona {number}"),
            written_at=moment,
            thread_id=f"c{number}",
            parent_id="post",
            post_id="post",
        )
        receive_reading(stream=Stream.objects.earliest("pk"), reading=Reading((item,)), now=moment)
        return Conversation.objects.latest("pk")

    return write


def written(by: Member, *rules: Rule, now: datetime | None = None) -> QuestionRules:
    return write_rules(rules=rules or (TURISMO,), reason="Circular 4", by=by, now=now or timezone.now())


def tried(version: QuestionRules) -> RulesTrial:
    try_rules(version_id=version.pk)
    return version.trials.latest("pk")


def enact(trial: RulesTrial, by: Member, now: datetime | None = None) -> Any:
    return enact_rules(trial=trial, by=by, now=now or timezone.now())


def test_a_version_is_tried_shows_what_changes_and_then_rules(say: Say, citizen_relations: Member, ana: Member) -> None:
    old = say("¿Cuándo llega mi tarjeta de guía?", timezone.now() - timedelta(days=91))
    first, other = say("¿Me llega la TARJETA de guía?"), say("Me encanta la feria")
    sort_conversation(conversation=first, question=Question.PQRSD, reason="", by=ana, now=timezone.now())
    assert (first.question, other.question) == (Question.BASIC, Question.NONE)

    version = written(citizen_relations)
    trial = tried(version)

    assert (trial.messages, trial.changed, trial.moves) == (2, 1, {"BASIC>PQRSD": 1})
    assert (trial.decided, trial.right_before, trial.right_after) == (1, 0, 1)
    (move,) = question_queries.moves_of(trial)
    assert move.examples == ("¿Me llega la TARJETA de guía?",)
    assert say("¿Y mi tarjeta de guía?").question == Question.BASIC  # tried is not in force
    enact(trial, citizen_relations)
    asked = say("¿Y mi tarjeta de guía?")
    assert (asked.question, asked.question_why) == (
        Question.PQRSD,
        "Habla de su registro de turismo. Dice «tarjeta de guia».",
    )
    old.refresh_from_db()
    assert old.question == Question.BASIC  # what was proposed stays
    acts = Event.objects.filter(event_type__startswith="question_rules.").order_by("pk")
    assert [act.event_type.partition(".")[2] for act in acts] == ["written", "tried", "enacted"]


def test_only_a_trial_of_today_against_what_rules_now_is_put_in_force(citizen_relations: Member) -> None:
    now = timezone.now()
    first, second = tried(written(citizen_relations)), tried(written(citizen_relations))
    with pytest.raises(WrongState, match="pruébala otra vez"):
        enact(first, citizen_relations, now + timedelta(hours=25))
    enact(first, citizen_relations)

    with pytest.raises(WrongState, match="pruébala otra vez"):
        enact(second, citizen_relations)  # it was compared with the shipped ones
    again = tried(second.version)
    assert again.compared_with == 1
    enact(again, citizen_relations)
    with pytest.raises(WrongState, match="ya está en vigor"):
        enact(tried(second.version), citizen_relations)


def test_who_may_not_writes_and_enacts_nothing(citizen_relations: Member, ana: Member, dario: Member) -> None:
    trial = tried(written(citizen_relations))

    for act in (lambda: written(ana), lambda: enact(trial, ana)):
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(NotFound):
        enact(trial, dario)
    assert question_queries.rules_in_force(ana.entity_id) == shipped_rules()


def test_versions_and_trials_never_change_in_the_database(citizen_relations: Member) -> None:
    trial = tried(written(citizen_relations))

    for row in (trial, trial.version):
        with pytest.raises(DatabaseError), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(at=timezone.now())
        with pytest.raises(DatabaseError), transaction.atomic():
            row.delete()


@pytest.mark.procedure("N-7")
def test_the_words_of_an_erased_person_leave_the_examples(say: Say, citizen_relations: Member) -> None:
    say("¿Dónde va mi tarjeta de guía, soy Rosa Mejía?")
    version = written(citizen_relations)
    trial = tried(version)
    assert "Mejía" not in str(RulesTrial.objects.values().get())
    assert "Mejía" in str(question_queries.moves_of(trial))

    erase_contact(contact=Contact.objects.get(), reason="Solicitud 7", by=citizen_relations, now=timezone.now())

    assert "Mejía" not in str(question_queries.moves_of(trial))


def rule(*phrases: str, why: str = "Porque sí.", unless: tuple[str, ...] = ()) -> Rule:
    return Rule(Question.BASIC, why, phrases, unless)


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ([], "al menos una regla"),
        ([rule("(a+)+$")], "signos que aquí no sirven"),
        ([rule("a.*b")], "signos que aquí no sirven"),
        ([rule("entre* vista")], "un asterisco solo al final"),
        ([rule("so*")], "demasiadas palabras"),
        ([rule("¿?")], "no tiene ninguna palabra"),
        ([rule("a" * 61)], "es muy larga"),
        ([rule("uno dos tres cuatro cinco seis siete ocho nueve")], "8 palabras"),
        ([rule("hola", unless=("[x]",))], "signos"),
        ([rule("hola", why=" ")], "Escribe la razón"),
        ([rule("hola", why="a" * 161)], "caben 160 letras"),
        ([rule()], "no tiene frases"),
        ([rule("cuándo"), Rule(Question.PRESS, "Otra.", ("CUANDO",))], "está en dos reglas"),
        ([rule(*(f"palabra {n}" for n in range(401)))], "caben 400 frases"),
        ([rule(f"hola {n}") for n in range(31)], "caben 30"),
    ],
)
def test_what_no_rule_may_say_is_told_in_a_sentence(rules: list[Rule], sentence: str) -> None:
    with pytest.raises(Refused, match=re.escape(sentence)):
        check_rules(rules)


def test_the_rules_that_ship_are_within_the_limits() -> None:
    check_rules(shipped_rules())


@given(st.lists(st.text("ab c", min_size=1, max_size=20), min_size=1, max_size=5), st.text("ab c?", max_size=200))
def test_a_phrase_applies_where_its_words_stand_in_order(phrases: list[str], text: str) -> None:
    asked = [phrase.split() for phrase in phrases if phrase.split()]
    words = re.findall(r"\w+", text)
    expected = any(words[at : at + len(one)] == one for one in asked for at in range(len(words)))

    found = first_match([Rule(Question.BASIC, "x", tuple(" ".join(one) for one in asked))], text)

    assert (found is not None) == expected


@pytest.mark.parametrize(
    ("text", "applies"),
    [
        ("Renové el registro ayer", False),  # the asterisk is only for the end of a phrase
        ("renovar", True),
        ("Re-novar", False),
        ("RENOVACIÓN!!", True),
        ("enrenovar", False),
        ("renovar gratis", False),
    ],
)
def test_an_asterisk_stands_for_the_end_of_a_word_and_an_exception_wins(text: str, applies: bool) -> None:
    rules = [Rule(Question.BASIC, "x", ("renova*",), ("gratis",))]

    assert (first_match(rules, text) is not None) == applies


def test_the_page_writes_tries_and_enacts(say: Say, citizen_relations: Member, ana: Member) -> None:
    say("¿Me llega la tarjeta de guía?")
    browser = Client()
    browser.force_login(ana.user)
    assert "Preparar un cambio" not in browser.get("/conversacion/reglas/").content.decode()
    assert browser.get("/conversacion/reglas/cambio/").status_code == 403
    browser.force_login(citizen_relations.user)
    html = browser.get("/conversacion/reglas/cambio/").content.decode()
    form = dict(re.findall(r'<input type="hidden" name="(form-[A-Z_]+)" value="(\d+)"', html))
    for number, one in enumerate(shipped_rules()):
        form |= {f"form-{number}-question": one.question, f"form-{number}-why": one.why}
        form |= {f"form-{number}-phrases": "\n".join(one.phrases), f"form-{number}-unless": "\n".join(one.unless)}
    last = len(shipped_rules())
    form |= {f"form-{last}-question": "PQRSD", f"form-{last}-why": TURISMO.why, f"form-{last}-position": "1"}
    form |= {f"form-{last}-phrases": "tarjeta de guía", "reason": ""}
    refused = browser.post("/conversacion/reglas/cambio/", form)
    assert refused.status_code == 422 and "Escribe por qué cambian las reglas." in refused.content.decode()
    assert "tarjeta de guía" in refused.content.decode()

    page = browser.post("/conversacion/reglas/cambio/", form | {"reason": "Circular 4"}).headers["location"]

    assert "La estamos probando" in browser.get(page).content.decode()
    version = QuestionRules.objects.get()
    assert (version.rules[0]["phrases"], len(version.rules)) == (["tarjeta de guía"], last + 1)
    trial = tried(version)
    html = browser.get(page).content.decode()
    assert "Cambiaría la propuesta de 1 de los 1" in html
    assert "«¿Me llega la tarjeta de guía?»" in html
    browser.post(f"/conversacion/reglas/pruebas/{trial.pk}/vigencia/")
    assert "En vigor: versión 1" in browser.get("/conversacion/reglas/").content.decode()
