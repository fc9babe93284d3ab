"""The page around the composer: labels, filters, who else is there, and what changed while somebody wrote (Q-1)."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from pregonero.inbox import queries
from pregonero.inbox.actions.composer import label_conversation, mark_present, save_draft
from pregonero.inbox.models import Conversation, Draft, Label, Message
from pregonero.networks.models import Account
from pregonero.people.models import Member
from pregonero.records.models import Event
from tests.inbox.conftest import Write, post_at, read_all
from tests.lab.process import Lab

pytestmark = pytest.mark.procedure("Q-1")
Visit = Callable[[Member], Client]


@pytest.fixture
def conversation(lab: Lab, page: Account, write: Write) -> Conversation:
    write(page, post_at(lab, page, "Abierta la convocatoria"), "¿Hasta qué fecha está abierta?")
    return read_all(page)[0]


@pytest.fixture
def visit() -> Visit:
    def sign_in(person: Member) -> Client:
        browser = Client()
        browser.force_login(person.user)
        return browser

    return sign_in


def test_labels_are_of_the_entity_recorded_and_a_filter(conversation: Conversation, ana: Member, visit: Visit) -> None:
    browser, base = visit(ana), f"/conversacion/{conversation.pk}/"
    browser.post(f"{base}etiquetas/", {"names": " Feria ,MIPYMES, feria,, "})
    assert sorted(label.name for label in conversation.labels.all()) == ["feria", "mipymes"]
    assert Event.objects.latest("pk").facts["labels"] == ["feria", "mipymes"]

    label_conversation(conversation=conversation, names=["feria"], by=ana, now=timezone.now())
    used, unused = Label.objects.get(name="feria"), Label.objects.get(name="mipymes")

    assert "Rosa Mejía" in browser.get(f"/conversacion/?etiqueta={used.pk}").content.decode()
    assert "Rosa Mejía" not in browser.get(f"/conversacion/?etiqueta={unused.pk}").content.decode()


@pytest.mark.parametrize(
    ("filters", "shown"),
    [
        ("tipo=COMMENT", True), ("tipo=MENTION", False), ("tipo=otra", True), ("cuenta=999999", False),
        ("mias=1", False), ("estado=atrasadas", False), ("estado=cerradas", False), ("pagina=99", True),
    ],
)  # fmt: skip
def test_each_filter_of_the_list(
    filters: str, shown: bool, conversation: Conversation, ana: Member, visit: Visit
) -> None:
    html = visit(ana).get(f"/conversacion/?{filters}").content.decode()

    assert ("Rosa Mejía" in html) == shown


def test_who_else_looks_or_writes_is_told_and_each_draft_is_its_own(
    conversation: Conversation, ana: Member, beto: Member, carmen: Member, visit: Visit
) -> None:
    now = timezone.now()
    mark_present(conversation=conversation, by=carmen, now=now)
    mark_present(conversation=conversation, by=ana, now=now)
    save_draft(conversation=conversation, text="Lo de Beto", by=beto, now=now)
    save_draft(conversation=conversation, text="Lo de Ana", by=ana, now=now)
    browser, base = visit(ana), f"/conversacion/{conversation.pk}/"

    told = browser.post(f"{base}presencia/", {"seen": conversation.revision}).content.decode()
    assert "Beto Mora" in told and "está escribiendo una respuesta" in told
    assert "Carmen Ortiz" in told and "Ana Rojas" not in told and "cambió" not in told
    changed = browser.post(f"{base}presencia/", {"seen": conversation.revision - 1}).content.decode()
    assert "Esta conversación cambió." in changed
    assert "Lo de Beto" in browser.get(base).content.decode()
    assert Draft.objects.count() == 2


def test_the_text_of_who_came_second_is_kept_though_nobody_is_left_to_answer(
    conversation: Conversation, ana: Member, beto: Member, visit: Visit
) -> None:
    first, second, base = visit(ana), visit(beto), f"/conversacion/{conversation.pk}/"
    first.post(f"{base}clase/", {"question": "BASIC"})
    conversation.refresh_from_db()
    opened = (timezone.now() - timedelta(seconds=1)).isoformat()
    form = {"seen": conversation.revision, "opened": opened}
    first.post(f"{base}respuesta/", form | {"text": "Lo de Ana", "key": str(uuid.uuid4())})

    refused = second.post(f"{base}respuesta/", form | {"text": "Lo de Beto", "key": str(uuid.uuid4())})

    html = refused.content.decode()
    assert refused.status_code == 422 and "Esto cambió mientras escribías." in html
    assert "nuevo" in html and "Lo de Ana" in html and "Lo que habías escrito" in html and "Lo de Beto" in html
    assert Draft.objects.get(by=beto).text == "Lo de Beto"


@pytest.mark.procedure("Q-2")
def test_what_was_just_sent_is_no_draft_though_the_page_stores_it_afterwards(
    conversation: Conversation, ana: Member, visit: Visit
) -> None:
    browser, base = visit(ana), f"/conversacion/{conversation.pk}/"
    browser.post(f"{base}clase/", {"question": "BASIC"})
    conversation.refresh_from_db()
    form = {"seen": conversation.revision, "opened": timezone.now().isoformat(), "key": str(uuid.uuid4())}
    browser.post(f"{base}respuesta/", form | {"text": "Es gratuita."})
    browser.post(f"{base}borrador/", {"text": "Es gratuita."})  # the field lost the focus when its button was pressed

    assert not Draft.objects.exists()
    assert "No se envió" not in browser.get(base).content.decode()
    browser.post(f"{base}borrador/", {"text": "Es gratuita, y en línea."})
    assert Draft.objects.get().text == "Es gratuita, y en línea."


def test_a_thread_makes_the_same_queries_with_few_messages_and_with_more_than_it_shows(
    conversation: Conversation, ana: Member, visit: Visit, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    browser, base, now = visit(ana), f"/conversacion/{conversation.pk}/", timezone.now()
    browser.get(base)
    with CaptureQueriesContext(connection) as few:
        browser.get(base)
    first = Message.objects.get()
    for number in range(queries.THREAD_LIMIT + 20):
        Message.objects.create(
            conversation=conversation,
            account=first.account,
            remote_id=f"m{number}",
            kind=first.kind,
            contact=first.contact,
            is_work=True,
            text=f"Mensaje {number}.",
            digest="d",
            received_at=now,
            written_at=now + timedelta(seconds=number),
        )

    with django_assert_num_queries(len(few)):
        html = browser.get(base).content.decode()

    assert "Mensaje 119." in html and "Mensaje 20." in html and "Mensaje 19." not in html
    earlier = html.partition('href="?antes=')[2].partition('"')[0]
    assert "Mensaje 19." in browser.get(f"{base}?antes={earlier}").content.decode()
