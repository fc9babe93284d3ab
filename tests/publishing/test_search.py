"""Publicaciones: every publication is found by its words in Spanish, its number, its link and its filters (M-1)."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from pregonero.networks.models import Account
from pregonero.newsroom.models import Informing, News, NewsState
from pregonero.outbox.models import Delivery
from pregonero.outbox.states import DeliveryState
from pregonero.people.models import Member
from pregonero.publishing import actions
from pregonero.publishing.actions import PublicationChange
from pregonero.publishing.edits import current_change
from pregonero.publishing.models import Publication
from pregonero.publishing.queries.publication_list import rows_of
from pregonero.publishing.queries.search import (
    PublicationFilter,
    find_by_number,
    find_publications,
    quick_search,
    words_in,
)
from tests.publishing.test_states import put
from tests.stage import drafted, programmed

pytestmark = [pytest.mark.usefixtures("accounts"), pytest.mark.procedure("M-1")]


def news_titled(title: str, luis: Member, now: datetime, summary: str = "Así queda.") -> News:
    address = f"https://www.mincit.gov.co/prensa/{uuid4().hex[:8]}"
    news = News.objects.create(
        entity=luis.entity,
        address=address,
        key=address,
        title=title,
        summary=summary,
        state=NewsState.INFORMED,
        found_at=now,
    )
    Informing.objects.create(news=news, by=luis, at=now)
    return news


@pytest.fixture
def convocatoria(luis: Member, beto: Member, now: datetime) -> Publication:
    return drafted(news_titled("Convocatoria para mipymes exportadoras", luis, now), beto, now)


@pytest.fixture
def turismo(luis: Member, ana: Member, now: datetime) -> Publication:
    return drafted(news_titled("Más señales turísticas en el Vichada", luis, now), ana, now)


def found(member: Member, text: str = "", **wanted: object) -> list[str]:
    matching = find_publications(member.entity, PublicationFilter(text=text, **wanted))  # type: ignore[arg-type]
    return [publication.title for publication in matching]


@pytest.mark.parametrize(
    "text",
    [
        "exportar",
        "exportadora",
        "EXPORTADORAS",
        "Exportadoras mipymes",
        "mipyme",
        "convocatorias",
        "convoca",
        "de las mipymes",
    ],
)
def test_words_are_found_by_their_stem(text: str, convocatoria: Publication, turismo: Publication, ana: Member) -> None:
    assert found(ana, text) == [convocatoria.title]


@pytest.mark.parametrize(
    "text", ["señal", "senales", "turistica", "turísticas", "TURÍSTICA", "turi\u0301stica", "mas señales"]
)
def test_accents_may_be_left_out_or_written_in_any_way(
    text: str, convocatoria: Publication, turismo: Publication, ana: Member
) -> None:
    assert found(ana, text) == [turismo.title]


@pytest.mark.parametrize("written", ["exportación", "exportaciones", "Exportacion"])
@pytest.mark.parametrize("text", ["exportación", "exportacion", "exportaciones", "EXPORTACIÓN", "exportar"])
def test_every_form_of_a_word_finds_the_others(
    written: str, text: str, luis: Member, ana: Member, now: datetime
) -> None:
    publication = drafted(news_titled(f"Subió la {written} de café", luis, now), ana, now)
    assert found(ana, text) == [publication.title]


@pytest.mark.parametrize(
    "text", ["«exportadoras»", "¿exportadoras?", "#Exportadoras", "“exportadoras”…", "exportadoras:*", "!exportadoras"]
)
def test_marks_around_a_word_do_not_count(text: str, convocatoria: Publication, ana: Member) -> None:
    assert found(ana, text) == [convocatoria.title]


@pytest.mark.parametrize("text", ["¿?", "de la", "🎉", "' & | ! ( ) : *", "\x02"])
def test_a_text_without_words_finds_nothing(text: str, convocatoria: Publication, ana: Member) -> None:
    assert found(ana, text) == []


@given(text=st.text(max_size=60))
@settings(max_examples=60)
def test_any_text_is_a_valid_search(text: str) -> None:
    assert all(re.fullmatch(r"[^\W_]+", word) for word in words_in(text))


@pytest.mark.parametrize(
    "text", ["'; drop table publishing_publication; --", "a & b | c", "\\", "%", "ñ'", "x" * 300, "ﬁ ǅ ß İ"]
)
def test_hostile_text_is_only_looked_for(text: str, convocatoria: Publication, ana: Member) -> None:
    assert found(ana, text) == []
    assert quick_search(member=ana, text=text) == []


def test_the_text_of_each_network_is_searched_and_follows_its_edits(
    convocatoria: Publication, accounts: dict[str, Account], ana: Member, beto: Member, now: datetime
) -> None:
    def edit(**words: object) -> None:
        convocatoria.refresh_from_db()
        each = convocatoria.adaptations.get(account=accounts["facebook"])
        changes = {accounts["facebook"].pk: replace(current_change(each), **words)}  # type: ignore[arg-type]
        change = PublicationChange(convocatoria.why, convocatoria.theme, 2, convocatoria.link, changes)
        revision = convocatoria.revision
        actions.edit_publication(publication=convocatoria, change=change, revision=revision, by=beto, now=now)

    edit(text="Hay trescientos cupos.", parts=("Cierra en diciembre.",))
    assert found(ana, "trescientos cupos") == found(ana, "cierran diciembre") == [convocatoria.title]
    edit(text="Hay doscientos cupos.", parts=())
    assert found(ana, "trescientos") == found(ana, "diciembre") == []
    edit(skipped=True, skip_reason="No va.")
    assert found(ana, "doscientos") == []


def test_the_longest_text_that_somebody_pastes_is_saved(
    convocatoria: Publication, accounts: dict[str, Account], ana: Member
) -> None:
    text = " ".join(f"palabra{number}" for number in range(200_000))
    convocatoria.adaptations.filter(account=accounts["facebook"]).update(text=text)
    assert found(ana, "palabra7") == [convocatoria.title]


def test_all_the_words_must_be_there(convocatoria: Publication, turismo: Publication, ana: Member) -> None:
    assert found(ana, "mipymes vichada") == []


@pytest.mark.parametrize("pattern", ["{n}", " {n} ", "PUB-{n}", "pub {n}", "Expediente {n}", "{compact}", "N.º {n}"])
def test_a_number_goes_to_its_expediente(pattern: str, convocatoria: Publication, ana: Member) -> None:
    text = pattern.format(n=convocatoria.number, compact=convocatoria.number.replace("-", ""))
    client = client_of(ana)
    response = client.get("/publicaciones/", {"q": text})
    assert (response.status_code, response.url) == (302, f"/publicaciones/{convocatoria.pk}/")


def test_the_address_of_a_number_goes_to_its_expediente(convocatoria: Publication, ana: Member, dario: Member) -> None:
    for path in (f"/publicaciones/{convocatoria.number}/", f"/publicaciones/PUB-{convocatoria.number}/"):
        assert client_of(ana).get(path).url == f"/publicaciones/{convocatoria.pk}/"
        assert client_of(dario).get(path).status_code == 404
    assert client_of(ana).get("/publicaciones/2026-0101-99/").status_code == 404


def test_part_of_a_number_finds_those_of_the_day(convocatoria: Publication, turismo: Publication, ana: Member) -> None:
    assert sorted(found(ana, convocatoria.number[:9])) == sorted([convocatoria.title, turismo.title])
    assert find_by_number(ana.entity, convocatoria.number[:9]) is None


def test_the_link_of_the_news_finds_its_publications(
    convocatoria: Publication, turismo: Publication, ana: Member
) -> None:
    assert found(ana, f" {convocatoria.link} ") == [convocatoria.title]


def test_nobody_finds_what_is_of_another_entity(convocatoria: Publication, dario: Member) -> None:
    assert found(dario, "exportadoras") == found(dario) == quick_search(member=dario, text="exportadoras") == []
    assert find_by_number(dario.entity, convocatoria.number) is None


def test_filters_are_by_state(convocatoria: Publication, turismo: Publication, ana: Member, now: datetime) -> None:
    due_at = now + timedelta(hours=1)
    actions.program_publication(publication=turismo, due_at=due_at, by=ana, now=now)
    assert found(ana, state="borrador") == [convocatoria.title]
    assert found(ana, state="programada") == [turismo.title]
    assert found(ana, state="publicada") == found(ana, state="cancelada") == found(ana, state="por-revisar") == []
    actions.pause_publication(publication=turismo, reason="Se revisa.", by=ana, now=now)
    assert found(ana, state="en-pausa") == [turismo.title]
    first, *rest = Delivery.objects.filter(subject_id=turismo.pk).order_by("pk")
    put(first, DeliveryState.PUBLISHED)
    assert found(ana, state="publicada") == [turismo.title]
    put(rest[0], DeliveryState.REJECTED)
    assert found(ana, state="por-revisar") == [turismo.title]
    actions.cancel_publication(publication=convocatoria, reason="Ya no va.", by=ana, now=now)
    assert found(ana, state="cancelada") == [convocatoria.title]


def test_filters_are_by_network_person_and_day(
    convocatoria: Publication, turismo: Publication, ana: Member, beto: Member, now: datetime
) -> None:
    assert found(ana, network="instagram") == []  # neither has a picture
    assert len(found(ana, network="x")) == 2
    assert found(ana, person=beto.pk) == [convocatoria.title]
    actions.program_publication(publication=turismo, due_at=now + timedelta(days=3), by=ana, now=now)
    today = now.date()
    assert found(ana, first=today, last=today) == [convocatoria.title]
    assert found(ana, first=today + timedelta(days=3)) == [turismo.title]
    assert found(ana, last=today + timedelta(days=3)) == [turismo.title, convocatoria.title]


def test_the_page_keeps_its_filters_in_the_address_and_marks_what_it_found(
    convocatoria: Publication, turismo: Publication, ana: Member, beto: Member
) -> None:
    wanted = {"q": "exportar", "estado": "borrador", "red": "x", "persona": beto.pk, "desde": "2026-11-01"}
    page = client_of(ana).get("/publicaciones/", wanted).content.decode()
    assert "1 resultado para «exportar»" in page
    assert '<mark class="hit">exportadoras</mark>' in page
    assert turismo.title not in page
    assert convocatoria.number in page
    for kept in ('value="exportar"', 'value="borrador" selected', 'value="x" selected', 'value="2026-11-01"'):
        assert kept in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"desde": "ayer"}, "Escribe la fecha así"),
        ({"desde": "2026-11-20", "hasta": "2026-11-02"}, "El final es anterior al comienzo."),
        ({"persona": "x"}, "Elige una de la lista."),
        ({"estado": "inventado", "red": "myspace", "pagina": "cien"}, "Elige una de la lista."),
    ],
)
def test_what_is_not_valid_is_said_and_does_not_filter(
    query: dict[str, str], sentence: str, convocatoria: Publication, ana: Member
) -> None:
    response = client_of(ana).get("/publicaciones/", query)
    page = response.content.decode()
    assert response.status_code == 200
    assert sentence in page
    assert convocatoria.title in page


def test_a_text_of_a_network_that_was_found_is_shown(
    convocatoria: Publication, accounts: dict[str, Account], ana: Member
) -> None:
    convocatoria.adaptations.filter(account=accounts["x"]).update(text="Hay <b>trescientos</b> cupos para ti")
    page = client_of(ana).get("/publicaciones/", {"q": "cupo"}).content.decode()
    assert '<mark class="hit">cupos</mark> para ti' in page
    assert "<b>trescientos" not in page


def test_rows_say_how_each_network_stands(turismo: Publication, ana: Member, now: datetime) -> None:
    actions.program_publication(publication=turismo, due_at=now + timedelta(hours=1), by=ana, now=now)
    put(Delivery.objects.filter(subject_id=turismo.pk).order_by("pk")[0], DeliveryState.PUBLISHED)
    (row,) = rows_of([turismo])
    words = {mark.account.network: mark.word for mark in row.marks}
    going = {"x": "publicada", "facebook": "programada"}
    assert words == going | dict.fromkeys(("instagram", "youtube"), "no va en esta red")
    assert (row.state, row.label) == ("wait", "publicando, 1 de 2")


@pytest.mark.parametrize(
    ("states", "label"),
    [
        (("PUBLISHED", "REJECTED"), ("bad", "no salió en Facebook")),
        (("EXPIRED", "REJECTED"), ("bad", "no salió en X, Facebook")),
        (("PUBLISHED", "NEEDS_PERSON"), ("bad", "espera tu decisión en Facebook")),
        (("PUBLISHED", "CANCELLED"), ("hold", "publicada en 1 de 2, lo demás se canceló")),
        (("CANCELLED", "CANCELLED"), ("hold", "cancelada")),
    ],
)
def test_a_row_says_where_something_went_wrong(
    states: tuple[str, str], label: tuple[str, str], turismo: Publication, ana: Member, now: datetime
) -> None:
    actions.program_publication(publication=turismo, due_at=now + timedelta(hours=1), by=ana, now=now)
    for delivery, state in zip(Delivery.objects.filter(subject_id=turismo.pk).order_by("pk"), states, strict=True):
        put(delivery, DeliveryState(state))
    (row,) = rows_of([turismo])
    assert (row.state, row.label) == label


def test_a_page_takes_the_same_number_of_queries_with_more_rows(
    convocatoria: Publication, luis: Member, ana: Member, now: datetime
) -> None:
    client = client_of(ana)

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/publicaciones/", {"q": "exportadoras"}).status_code == 200
        return len(captured)

    count()
    few = count()
    for number in range(6):
        news = news_titled(f"Mipymes exportadoras, nota {number}", luis, now)
        programmed(news, ana, now, due_at=now + timedelta(hours=1))
    assert count() == few


def test_what_is_being_typed_finds_the_beginning_of_a_word(
    convocatoria: Publication, turismo: Publication, ana: Member
) -> None:
    assert quick_search(member=ana, text="mi") == [convocatoria]
    assert quick_search(member=ana, text="senales tu") == [turismo]
    assert quick_search(member=ana, text=turismo.number) == [turismo]
    assert quick_search(member=ana, text="") == []


def test_the_most_relevant_come_first_and_those_that_are_not_ranked_stay(
    convocatoria: Publication, luis: Member, ana: Member, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = [
        drafted(news_titled(f"Nota {number}", luis, now, summary="Sobre mipymes."), ana, now + timedelta(hours=number))
        for number in (1, 2)
    ]
    assert found(ana, "mipymes") == [later[1].title, later[0].title, convocatoria.title]
    assert found(ana, "mipymes", by_relevance=True) == [convocatoria.title, later[1].title, later[0].title]
    monkeypatch.setattr("pregonero.publishing.queries.search.MOST_RANKED", 2)
    assert found(ana, "mipymes", by_relevance=True) == [later[1].title, later[0].title, convocatoria.title]


def test_the_page_of_nothing_says_what_to_do(ana: Member) -> None:
    assert "Todavía no hay publicaciones." in client_of(ana).get("/publicaciones/").content.decode()
    assert "quita un filtro" in client_of(ana).get("/publicaciones/?q=nada").content.decode()


def client_of(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client
