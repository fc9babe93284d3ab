"""Needs: what an area asks, the decision, who is told, and the news that tells it (M-1)."""

import hashlib
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pregonero.dashboard.need_tasks import need_tasks
from pregonero.errors import NotAllowed, NotFound, Refused, WrongState
from pregonero.newsroom.need_models import Need, NeedFile, NeedState
from pregonero.newsroom.needs import queries
from pregonero.newsroom.needs.actions import AttachedFile, ask_need, decide_need, tie_news
from pregonero.newsroom.needs.rules import MOST_BYTES
from pregonero.people.models import Entity, Member, Notice
from pregonero.publishing.news_source import NewsLoader, source_from
from pregonero.records.models import Event
from tests.newsroom.factories import inform
from tests.newsroom.needs import asked

pytestmark = pytest.mark.procedure("M-1")
FORM = {
    "title": "Feria del cacao", "kind": "NEWS", "what": "El 12 de diciembre, en Neiva.", "why": "Entrada gratis.",
    "audience": "Familias", "area": "Dirección de MiPymes", "contact_name": "Elena Paz", "contact": "epaz@x.example",
}  # fmt: skip


def ask(entity: Entity, now: datetime, by: Member | None = None, **changes: object) -> Need:
    return ask_need(entity=entity, request=asked(**changes), by=by, now=now)


def decide(need: Need, state: NeedState, by: Member, now: datetime, day: int = 0) -> Need:
    later = timezone.localdate(now) + timedelta(days=day) if day else None
    return decide_need(need=need, state=state, answer="Lo contamos el jueves.", look_again_on=later, by=by, now=now)


def test_what_an_area_asks_reaches_whoever_decides_and_nobody_else(
    entity: Entity, ana: Member, beto: Member, marta: Member, luis: Member, carmen: Member, now: datetime
) -> None:
    need = ask(entity, now)

    told = Notice.objects.filter(kind="need.asked").values_list("member__name", flat=True)
    assert set(told) == {str(person) for person in (ana, beto, marta, carmen)}
    event = Event.objects.get(event_type="need.asked")
    assert (event.ref, event.actor["kind"], event.facts["area"]) == (need.ref.reference, "area", need.area)
    assert need.contact not in str(Event.objects.values())
    assert [task.title for task in need_tasks(ana, now=now)[0]] == [need.title]
    assert need_tasks(luis, now=now) == ([], 0)


def test_the_same_file_twice_is_kept_once_and_too_much_is_refused(entity: Entity, now: datetime) -> None:
    def attach(*files: AttachedFile) -> Need:
        return ask_need(entity=entity, request=asked(), files=files, by=None, now=now)

    same = AttachedFile("foto.jpg", b"uno")
    need = attach(same, AttachedFile("copia.jpg", b"uno"))
    (file,) = NeedFile.objects.filter(need=need)
    assert file.digest == hashlib.sha256(b"uno").hexdigest()

    with pytest.raises(Refused, match="más de 5 archivos"):
        attach(*[AttachedFile(f"{number}", bytes([number])) for number in range(6)])
    with pytest.raises(Refused, match="pesa más de 10 MB"):
        attach(AttachedFile("video.mov", b"\0" * (MOST_BYTES + 1)))
    assert Need.objects.count() == 1


def test_who_asked_is_told_each_decision(entity: Entity, luis: Member, ana: Member, now: datetime) -> None:
    need = ask(entity, now, by=luis)
    decide(need, NeedState.LATER, ana, now, day=3)
    decide(need, NeedState.ACCEPTED, ana, now)

    told = Notice.objects.filter(member=luis).order_by("pk").values_list("title", flat=True)
    assert [title.rpartition(": ")[2] for title in told] == ["para después", "aceptada"]
    need.refresh_from_db()
    assert (need.decided_by, need.look_again_on, need.answer) == (ana, None, "Lo contamos el jueves.")
    facts = Event.objects.filter(event_type="need.decided").order_by("pk").values_list("facts__state", flat=True)
    assert list(facts) == ["LATER", "ACCEPTED"]


def test_a_need_left_for_later_waits_again_from_its_day_on(entity: Entity, ana: Member, now: datetime) -> None:
    decide(ask(entity, now), NeedState.LATER, ana, now, day=3)

    assert need_tasks(ana, now=now + timedelta(days=2))[1] == 0
    assert need_tasks(ana, now=now + timedelta(days=3))[1] == 1


def test_a_decision_needs_its_right_an_answer_and_a_day_to_come(
    entity: Entity, luis: Member, ana: Member, dario: Member, now: datetime
) -> None:
    need = ask(entity, now)
    with pytest.raises(NotAllowed):
        decide(need, NeedState.ACCEPTED, luis, now)
    with pytest.raises(NotFound):
        decide(need, NeedState.ACCEPTED, dario, now)
    with pytest.raises(Refused, match="Escribe la respuesta"):
        decide_need(need=need, state=NeedState.DECLINED, answer="  ", look_again_on=None, by=ana, now=now)
    with pytest.raises(Refused, match="Elige el día"):
        decide(need, NeedState.LATER, ana, now)
    with pytest.raises(WrongState):
        decide(need, NeedState.ASKED, ana, now)
    decide(need, NeedState.DECLINED, ana, now)
    with pytest.raises(WrongState, match="ya está no sale"):
        decide(need, NeedState.DECLINED, ana, now)


def test_the_database_refuses_a_decision_of_nobody_and_a_deletion(entity: Entity, now: datetime) -> None:
    need = ask(entity, now)
    with pytest.raises(IntegrityError, match="need_decided_by_somebody"), transaction.atomic():
        Need.objects.filter(pk=need.pk).update(state=NeedState.ACCEPTED)
    with pytest.raises(Exception, match="Cannot delete"), transaction.atomic():
        need.delete()


def test_an_accepted_need_is_the_first_step_of_its_news(
    entity: Entity, luis: Member, ana: Member, now: datetime
) -> None:
    need, news = ask(entity, now), inform(luis)
    with pytest.raises(WrongState, match="Primero acepta"):
        tie_news(need=need, news=news, by=ana, now=now)
    decide(need, NeedState.ACCEPTED, ana, now)
    news = tie_news(need=need, news=news, by=ana, now=now)

    steps = NewsLoader().steps(source_from(news), entity_id=entity.pk)
    assert [step.title for step in steps] == ["Necesidad", "Noticia en la sede electrónica", "Noticia informada"]
    assert steps[0].link == need.get_absolute_url()
    assert queries.news_of_need(need) == [news]
    with pytest.raises(WrongState, match="ya cuenta una necesidad"):
        tie_news(need=need, news=news, by=ana, now=now)


def test_why_an_event_did_not_go_out_is_one_search(
    client: Client, entity: Entity, ana: Member, luis: Member, now: datetime
) -> None:
    ask(entity, now, title="Otra cosa")
    decide(ask(entity, now, title="Lanzamiento de la política de reindustrialización"), NeedState.DECLINED, ana, now)
    client.force_login(luis.user)

    page = client.get(reverse("newsroom:needs"), {"q": "reindustrializacion"}).content.decode()
    assert "Lo contamos el jueves." in page
    assert "Otra cosa" not in page


def test_a_person_asks_decides_and_ties_the_news_on_the_pages(
    client: Client, entity: Entity, luis: Member, ana: Member, now: datetime
) -> None:
    client.force_login(luis.user)
    asked_page = client.post(reverse("newsroom:ask_need"), FORM | {"wanted_on": "2026-12-12"})
    need = Need.objects.get()
    assert asked_page.headers["Location"] == need.get_absolute_url()
    assert b"Guardar la decisi" not in client.get(need.get_absolute_url()).content

    client.force_login(ana.user)
    path = reverse("newsroom:decide_need", args=[need.pk])
    unsaid = client.post(path, {"state": "LATER", "answer": "Espera"})
    assert unsaid.status_code == 422
    assert "Elige el día en que el Grupo la vuelve a mirar" in unsaid.content.decode()
    assert client.post(path, {"state": "ACCEPTED", "answer": "Va"}).status_code == 302
    tie = reverse("newsroom:tie_need_news", args=[need.pk])
    unknown = client.post(tie, {"address": "https://www.mincit.gov.co/no-existe"})
    assert (unknown.status_code, "Ninguna noticia tiene ese enlace" in unknown.content.decode()) == (422, True)
    news = inform(luis)
    assert client.post(tie, {"address": f"{news.address}/"}).status_code == 302
    assert news.title in client.get(need.get_absolute_url()).content.decode()


def test_a_file_is_only_downloaded_and_only_by_its_entity(
    client: Client, entity: Entity, luis: Member, dario: Member, now: datetime
) -> None:
    files = [AttachedFile("../<b>nota.html", b"<script>alert(1)</script>")]
    need = ask_need(entity=entity, request=asked(), files=files, by=luis, now=now)
    path = reverse("newsroom:need_file", args=[need.files.get().pk])
    client.force_login(luis.user)
    response = client.get(path)
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"].startswith("attachment")
    client.force_login(dario.user)
    assert client.get(path).status_code == 404
