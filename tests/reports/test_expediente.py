"""The expediente of a publication: everything about it on one page (M-1), with every record (M-2)."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pregonero.networks.actions.register import pause_account
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.outbox.models import Delivery
from pregonero.outbox.states import DeliveryState
from pregonero.people.models import Member
from pregonero.publishing import actions
from pregonero.publishing.actions import PublicationChange
from pregonero.publishing.edits import current_change
from pregonero.publishing.models import Publication, ReversibleAct
from pregonero.records.actions import SYSTEM, ObjectRef, record
from pregonero.records.event_types import EVENT_TYPES
from pregonero.records.models import Leaf
from pregonero.records.tasks import seal_all
from pregonero.reports.queries import expediente_of
from pregonero.reports.timeline import SCHEDULING
from pregonero.ui.templatetags.ui_time import at_time, stamp
from tests.publishing.test_states import put
from tests.stage import programmed

pytestmark = [pytest.mark.usefixtures("accounts"), pytest.mark.procedure("M-1")]


@pytest.fixture
def publication(news: News, beto: Member, now: datetime) -> Publication:
    return programmed(news, beto, now, due_at=now + timedelta(hours=1))


def page_of(publication: Publication, member: Member, **headers: str) -> str:
    client = Client()
    client.force_login(member.user)
    return client.get(f"/publicaciones/{publication.pk}/", headers=headers).content.decode()


def test_page_shows_every_step_from_the_news_to_the_interaction(publication: Publication, ana: Member) -> None:
    page = page_of(publication, ana)
    expected_texts = (
        "Noticia en la sede electrónica",
        "Luis Peña",
        "Textos preparados por Beto Mora",
        "Enlace comprobado",
        "Programada por Beto Mora",
        "Para las 10:00 del 24 nov.",
        "Interacción",
        publication.number,
        "Muestra dónde hay empleo.",
    )
    for text in expected_texts:
        assert text in page


@pytest.mark.procedure("M-2")
def test_page_shows_each_record_with_its_author_and_reason(
    publication: Publication, ana: Member, beto: Member, now: datetime
) -> None:
    actions.cancel_publication(publication=publication, reason="Cambió la cifra.", by=beto, now=now)
    page = page_of(publication, ana)
    assert "Publicación cancelada" in page
    assert "Cambió la cifra." in page
    assert "Beto Mora" in page


@pytest.mark.procedure("M-2")
def test_page_shows_the_previous_time_and_text_of_a_change(
    publication: Publication, ana: Member, beto: Member, now: datetime, accounts: dict[str, Account]
) -> None:
    adaptation = publication.adaptations.get(account=accounts["x"])
    change = PublicationChange(
        publication.why,
        publication.theme,
        2,
        publication.link,
        {accounts["x"].pk: replace(current_change(adaptation), text=f"Crecieron 9 %. {publication.link}")},
    )
    actions.edit_publication(publication=publication, change=change, revision=publication.revision, by=beto, now=now)
    actions.move_publication(publication=publication, due_at=now + timedelta(hours=3), by=beto, now=now)
    lines = expediente_of(member=ana, pk=publication.pk, now=now).lines
    latest = {line.event.event_type: line for line in lines}
    rescheduled, edited = latest["publication.rescheduled"], latest["publication.edited"]
    assert rescheduled.minute == "De las 10:00 a las 12:00 del 24 nov."
    assert edited.texts["before"] == f"{adaptation.account}: {adaptation.text}"
    assert edited.texts["after"] == f"{adaptation.account}: Crecieron 9 %. {publication.link}"
    page = page_of(publication, ana)
    for text in (rescheduled.minute, "Ver qué texto cambió", "Crecieron 9 %."):
        assert text in page


@pytest.mark.procedure("M-2")
def test_page_shows_records_whose_facts_have_names_of_another_type(
    publication: Publication, ana: Member, beto: Member, now: datetime
) -> None:
    others = sorted(set(EVENT_TYPES) - SCHEDULING - {"text.erased"})
    facts = {"act": "exchanged", "sha256": "f" * 64, "before": "a" * 64, "due_at": 4, "out": None, "field": ["text"]}
    for event_type in others:
        record(
            entity_id=beto.entity_id,
            event_type=event_type,
            actor=beto.actor,
            at=now + timedelta(seconds=1),
            ref=publication.ref,
            facts=facts,
        )
    lines = expediente_of(member=ana, pk=publication.pk, now=now).lines[-len(others) :]
    assert [(line.event.event_type, line.minute) for line in lines] == [(event_type, "") for event_type in others]
    page = page_of(publication, ana)
    assert [event_type for event_type in others if EVENT_TYPES[event_type] not in page] == []


@pytest.mark.procedure("M-2")
def test_consecutive_acts_of_the_system_form_one_group(publication: Publication, ana: Member, now: datetime) -> None:
    for seconds, delivery in enumerate(Delivery.objects.filter(subject_id=publication.pk).order_by("pk")):
        record(
            entity_id=delivery.entity_id,
            event_type="delivery.published",
            actor=SYSTEM,
            ref=delivery.ref,
            at=now + timedelta(seconds=seconds),
            related=[publication.ref],
        )
    last = expediente_of(member=ana, pk=publication.pk, now=now).groups[-1]
    assert (last.summary, len(last.lines)) == ("Publicada (4)", 4)
    page = page_of(publication, ana)
    assert "24 nov, 09:00:00 a 09:00:03" in page
    assert "Ver los 4 pasos" in page


@pytest.mark.parametrize(
    ("states", "label"),
    [
        (["PLANNED"] * 4, "programada"),
        (["PUBLISHED", "SENDING", "DUE", "DUE"], "publicando, 1 de 4"),
        (["PUBLISHED"] * 4, "publicada en 4 de 4"),
        (["PUBLISHED", "PUBLISHED", "REJECTED", "PUBLISHED"], "publicada en 3 de 4, revisa lo demás"),
        (["CANCELLED"] * 4, "cancelada"),
        (["EXPIRED"] * 4, "publicada en 0 de 4, revisa lo demás"),
    ],
)
def test_situation_summarizes_the_states_of_the_deliveries(
    publication: Publication, ana: Member, now: datetime, states: list[str], label: str
) -> None:
    for delivery, state in zip(Delivery.objects.filter(subject_id=publication.pk).order_by("pk"), states, strict=True):
        put(delivery, DeliveryState(state))
    assert expediente_of(member=ana, pk=publication.pk, now=now).situation[1] == label


def test_page_refreshes_only_while_a_delivery_can_change(
    publication: Publication, ana: Member, accounts: dict[str, Account]
) -> None:
    assert 'hx-trigger="every 2s"' in page_of(publication, ana)
    for delivery in Delivery.objects.filter(subject_id=publication.pk).all():
        put(delivery, DeliveryState.PUBLISHED)
    assert "every 2s" not in page_of(publication, ana)


def test_htmx_request_gets_only_the_changing_part(publication: Publication, ana: Member) -> None:
    part = page_of(publication, ana, hx_request="true")
    assert part.lstrip().startswith("<div")
    assert 'id="moving"' in part
    assert "<html" not in part


def test_page_is_not_found_for_a_member_of_another_entity(publication: Publication, dario: Member) -> None:
    client = Client()
    client.force_login(dario.user)
    assert client.get(f"/publicaciones/{publication.pk}/").status_code == 404


def test_expediente_takes_the_same_number_of_queries_with_more_records(
    publication: Publication, ana: Member, beto: Member, now: datetime
) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            expediente_of(member=ana, pk=publication.pk, now=now)
        return len(captured)

    few = count()
    for hours in range(2, 12):
        actions.move_publication(publication=publication, due_at=now + timedelta(hours=hours), by=beto, now=now)
    assert count() == few


def way_of(page: str) -> str:
    """Return the words of the steps, without their markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index('<ol class="way"') : page.index("</ol>")]).split())


def test_first_step_is_at_the_time_when_the_news_was_published(
    news: News, publication: Publication, ana: Member, now: datetime
) -> None:
    News.objects.filter(pk=news.pk).update(published_at=now - timedelta(hours=3), found_at=now - timedelta(hours=1))
    published = stamp(now - timedelta(hours=3), timezone.now())
    found = at_time(now - timedelta(hours=1), timezone.now())
    way = way_of(page_of(publication, ana))
    assert way.startswith(f"Hecho: Noticia en la sede electrónica {published} Ver la noticia")
    assert f"la encontramos {found}." in way


def test_first_step_has_no_time_when_the_news_does_not_say_it(
    news: News, publication: Publication, ana: Member
) -> None:
    News.objects.filter(pk=news.pk).update(published_at=None)
    way = way_of(page_of(publication, ana))
    assert way.startswith("Hecho: Noticia en la sede electrónica Ver la noticia")
    assert "no dice cuándo se publicó; la encontramos" in way


def test_steps_of_an_earlier_day_keep_their_hour(publication: Publication, ana: Member, now: datetime) -> None:
    Publication.objects.filter(pk=publication.pk).update(created_at=datetime(2025, 3, 4, 15, 7, tzinfo=UTC))
    assert "Textos preparados por Beto Mora 4 mar de 2025, 10:07" in way_of(page_of(publication, ana))


def test_a_cancelled_publication_is_cancelled_in_every_step(
    publication: Publication, ana: Member, beto: Member, now: datetime
) -> None:
    actions.cancel_publication(publication=publication, reason="Cambió la cifra.", by=beto, now=now)
    way = way_of(page_of(publication, ana))
    assert "En curso" not in way
    assert "Cancelado: Cancelada" in way
    assert "Beto Mora: Cambió la cifra." in way
    assert "Interacción" not in way
    assert "detenida" not in way


def test_each_step_has_the_hour_of_its_fact(publication: Publication, ana: Member, beto: Member, now: datetime) -> None:
    later = now + timedelta(minutes=20)
    actions.move_publication(publication=publication, due_at=now + timedelta(hours=3), by=ana, now=later)
    way = way_of(page_of(publication, ana))
    programmed_at, due_at = (stamp(at, timezone.now()) for at in (now, now + timedelta(hours=3)))
    assert f"Programada por Beto Mora {programmed_at} Para las 10:00 del 24 nov." in way
    assert f"Ana Rojas la movió {at_time(later, timezone.now())}: de las 10:00 a las 12:00 del 24 nov." in way
    assert f"Por venir: Publicación {due_at}" in way
    first = Delivery.objects.filter(subject_id=publication.pk).order_by("pk")[0]
    put(first, DeliveryState.PUBLISHED)
    first.refresh_from_db()
    published_at = stamp(first.published_at, timezone.now())
    assert f"En curso: Publicando, 1 de 4 {published_at}" in way_of(page_of(publication, ana))


def test_an_undone_cancellation_leaves_no_trace_in_the_steps_and_both_records(
    publication: Publication, ana: Member, beto: Member
) -> None:
    real_now = timezone.now()
    actions.cancel_publication(publication=publication, reason="Cambió la cifra.", by=beto, now=real_now)
    act = ReversibleAct.objects.get(publication=publication)
    actions.undo_act(act=act, by=beto, now=real_now)
    page = page_of(publication, ana)
    assert "Cancelad" not in way_of(page)
    assert f"Quedó sin efecto: publicación cancelada, registro {act.event_id}." in page
    assert "Cambió la cifra." in page


def test_pause_and_cancel_ask_on_a_page_of_their_own(publication: Publication, beto: Member) -> None:
    client, path = Client(), f"/publicaciones/{publication.pk}/"
    client.force_login(beto.user)
    page = client.get(path).content.decode()
    assert 'name="reason"' not in page
    for act, sentence in (
        ("pausa", "queda en espera hasta que alguien la reanude"),
        ("cancelacion", "Se cancela lo que falta"),
    ):
        assert f'href="{path}{act}/"' in page
        question = " ".join(client.get(f"{path}{act}/").content.decode().split())
        assert sentence in question
        assert "X; Facebook; Instagram; YouTube" in question
        answer = client.post(f"{path}{act}/", {"reason": " "})
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in answer.content.decode()
    client.post(f"{path}pausa/", {"reason": "Se revisa."})
    assert client.get(f"{path}pausa/").status_code == 409
    assert "Reanudar" in client.get(path).content.decode()


def test_records_say_how_many_are_sealed_and_what_that_means(
    publication: Publication, ana: Member, now: datetime
) -> None:
    def records_of(page: str) -> str:
        return " ".join(re.sub(r"<[^>]+>", " ", page[page.index('id="registros-estado"') :]).split())

    page = records_of(page_of(publication, ana))
    assert "0 registros verificados, 4 en verificación" in page
    assert "Faltan por verificar desde" in page  # the records are of the day of the tests, and nobody seals them
    assert "Míralo en Estado" in page
    seal_all(entity_id=publication.entity_id)
    page = records_of(page_of(publication, ana))
    assert "4 registros verificados" in page
    assert "dice lo mismo que cuando se guardó" in page
    # Another publication's record, or another page's, does not leave this expediente without its verification.
    record(entity_id=ana.entity_id, event_type="news.found", actor=SYSTEM, ref=ObjectRef("news", 10**6), at=now)
    assert "4 registros verificados" in records_of(page_of(publication, ana))
    record(
        entity_id=ana.entity_id, event_type="delivery.prepared", actor=SYSTEM, ref=publication.ref, at=timezone.now()
    )
    page = records_of(page_of(publication, ana))
    assert "4 registros verificados, 1 en verificación" in page
    assert "queda verificado en unos segundos" in page


def test_a_record_that_is_not_what_was_sealed_is_said(publication: Publication, ana: Member) -> None:
    seal_all(entity_id=publication.entity_id)
    first = Leaf.objects.get(pk=expediente_of(member=ana, pk=publication.pk, now=timezone.now()).lines[0].event.pk)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE records_leaf DISABLE TRIGGER append_only")
        cursor.execute("UPDATE records_leaf SET digest = %s WHERE event_id = %s", ["0" * 64, first.pk])
        cursor.execute("ALTER TABLE records_leaf ENABLE ALWAYS TRIGGER append_only")
    seal_status = expediente_of(member=ana, pk=publication.pk, now=timezone.now()).seal_status
    assert seal_status.changed == (first.pk,)
    assert f"no es lo que se guardó (N.º {first.pk})" in page_of(publication, ana)


def test_the_printed_expediente_is_whole_and_says_who_printed_it(publication: Publication, ana: Member) -> None:
    client = Client()
    client.force_login(ana.user)
    page = client.get(f"/publicaciones/{publication.pk}/?impresa=1").content.decode()
    assert "impreso por Ana Rojas el" in page
    assert '<details class="pad" open>' in page
    assert "every 2s" not in page
    for act in ("Duplicar como borrador", "Publicarla yo en la red", "cancelacion/"):
        assert act not in page


def test_what_was_withdrawn_says_so(publication: Publication, ana: Member, now: datetime) -> None:
    first, *others = Delivery.objects.filter(subject_id=publication.pk).order_by("pk")
    put(first, DeliveryState.PUBLISHED)
    put(first, DeliveryState.WITHDRAWN)
    for each in others:
        put(each, DeliveryState.PUBLISHED)
    assert expediente_of(member=ana, pk=publication.pk, now=now).situation == (
        "ok",
        "publicada en 4 de 4, retirada de 1",
    )
    for each in others:
        put(each, DeliveryState.WITHDRAWN)
    assert expediente_of(member=ana, pk=publication.pk, now=now).situation == ("hold", "retirada")


def test_what_waits_for_a_paused_account_says_so(
    publication: Publication, ana: Member, carmen: Member, accounts: dict[str, Account], now: datetime
) -> None:
    pause_account(account=accounts["x"], reason="Revisión de accesos.", by=carmen, now=now)
    way = way_of(page_of(publication, ana))
    assert "X programada, en pausa: saldrá cuando se reanude" in way
    assert "Facebook programada Publicarla" in way
