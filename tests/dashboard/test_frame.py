"""The frame of every page: its counts, accounts and notices cost one query, and follow the person's acts at once."""

from datetime import datetime

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pregonero.dashboard.frame import count_frame, frame_of
from pregonero.networks.actions.register import pause_account
from pregonero.networks.models import Account
from pregonero.newsroom.models import News
from pregonero.people.actions import notify
from pregonero.people.models import Member, Notice

pytestmark = pytest.mark.usefixtures("accounts")


def page_of(member: Member, path: str) -> str:
    client = Client()
    client.force_login(member.user)
    return " ".join(client.get(path).content.decode().split())


def test_counts_of_the_menu_are_those_of_the_pages(candidate: News, luis: Member, now: datetime) -> None:
    counts = count_frame(luis, now=now).counts
    assert (counts["noticias"].text, counts["noticias"].label) == ("1", "por informar")
    assert counts["hoy"].text == "1"
    assert not any(count.urgent for count in counts.values())


def test_nothing_to_do_has_no_count(ana: Member, now: datetime) -> None:
    assert count_frame(ana, now=now).counts == {}


def test_frame_is_read_with_one_query(
    candidate: News, accounts: dict[str, Account], luis: Member, now: datetime
) -> None:
    first = frame_of(luis, now=now)
    with CaptureQueriesContext(connection) as queries:
        again = frame_of(luis, now=now)
    assert again == first
    assert len(queries) == 1


def test_count_follows_an_act_of_the_person_at_once(news: News, ana: Member, now: datetime) -> None:
    notify(members=[ana], kind="news.informed", ref=news.ref, title=news.title, path="/parrilla/", now=now)
    client = Client()
    client.force_login(ana.user)
    assert "1 sin abrir" in client.get("/ui/").content.decode()
    client.post(f"/avisos/{Notice.objects.get().pk}/recibo/")
    assert "sin abrir" not in client.get("/ui/").content.decode()


def test_accounts_are_shown_with_their_state(
    accounts: dict[str, Account], ana: Member, carmen: Member, now: datetime
) -> None:
    pause_account(account=accounts["instagram"], reason="Sesión extraña.", by=carmen, now=now)
    marks = {mark.network: mark for mark in count_frame(ana, now=now).accounts}
    assert list(marks) == ["x", "facebook", "instagram", "youtube"]
    assert (marks["x"].state, marks["x"].word) == ("ok", "bien")
    assert (marks["instagram"].state, marks["instagram"].word) == ("hold", "está en pausa")
    assert "Instagram:&nbsp;está en pausa</span>" in page_of(ana, "/ui/")


def test_what_may_be_begun_depends_on_the_role(ana: Member, luis: Member, marta: Member, now: datetime) -> None:
    assert [new.path for new in count_frame(ana, now=now).new] == [
        "/publicaciones/nueva/",
        "/seguridad/incidentes/nuevo/",
    ]
    assert [new.path for new in count_frame(luis, now=now).new] == ["/noticias/informe/"]
    assert count_frame(marta, now=now).new == ()
    assert "Nuevo" not in page_of(marta, "/ui/").partition("<main")[0]


def test_pause_of_everything_is_away_from_what_is_new(ana: Member, luis: Member) -> None:
    page = page_of(ana, "/ui/")
    assert page.index("Nuevo") < page.index('role="search"') < page.index("Pausar todo") < page.index("<main")
    assert "Pausar todo" not in page_of(luis, "/ui/").partition("<main")[0]


def test_frame_of_an_entity_does_not_show_in_another(
    candidate: News, luis: Member, dario: Member, now: datetime
) -> None:
    assert frame_of(luis, now=now).counts
    assert frame_of(dario, now=now).counts == {}
    assert frame_of(dario, now=now).accounts == ()
    cache.clear()


@pytest.mark.procedure("D-4")
def test_page_with_the_rest_has_every_section_and_the_way_out(ana: Member) -> None:
    page = page_of(ana, "/mas/").partition("<main")[2].partition("</main>")[0]
    for words in ("Estado", "Cuentas", "Avisos", "Pausar todo", "Cerrar sesión", "Mi seguridad"):
        assert words in page


def test_notices_list_those_that_were_opened(news: News, ana: Member, now: datetime) -> None:
    notify(members=[ana], kind="news.informed", ref=news.ref, title=news.title, path="/parrilla/", now=now)
    client = Client()
    client.force_login(ana.user)
    client.post(f"/avisos/{Notice.objects.get().pk}/recibo/")
    page = client.get("/avisos/").content.decode()
    assert news.title in page
    assert 'class="done"' in page
