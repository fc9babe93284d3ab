"""Two simultaneous requests, in threads and in processes, have one effect; the other gets the reason."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from pregonero.networks import pause_lock
from pregonero.networks.actions.credentials import connect_account
from pregonero.networks.actions.register import register_account
from pregonero.networks.models import Account
from pregonero.networks.queries import get_account
from pregonero.newsroom.models import Informing, News, NewsState
from pregonero.outbox.actions.claim import claim_batch
from pregonero.outbox.models import Delivery
from pregonero.outbox.queries.deliveries import outgoing_of
from pregonero.outbox.states import DeliveryState
from pregonero.people.actions import notify
from pregonero.people.models import Member
from pregonero.people.roles import Role
from pregonero.publishing.actions import cancel_publication, pause_everything, resume_everything
from pregonero.publishing.models import LinkAcceptance, Publication
from pregonero.records.actions import ObjectRef
from pregonero.records.models import Event
from tests import conftest as cast
from tests.attack.conftest import signed_in
from tests.databases import as_default_database, fresh_database
from tests.lab.process import until
from tests.newsroom.test_concurrency import at_once
from tests.publishing.test_views import sent
from tests.stage import deliveries_in, drafted, programmed

ROOT = Path(__file__).resolve().parents[2]
DONE, REFUSED = 302, 409
# A browser in another process, with a session that was opened before.
BROWSER = """
import sys, django
django.setup()
from django.test import Client
from urllib.parse import parse_qs
client = Client()
client.cookies["sessionid"] = sys.argv[1]
print("listo", flush=True)
sys.stdin.readline()
body = sys.stdin.readline().strip()
print(client.post(sys.argv[2], parse_qs(body, keep_blank_values=True)).status_code, flush=True)
"""


@pytest.fixture(scope="module")
def database(django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    with django_db_blocker.unblock(), fresh_database() as url, as_default_database(url):
        yield url


@pytest.fixture(scope="module")
def people(database: str) -> dict[str, Member]:
    now = timezone.now()
    entity = cast.register_mincomercio(now)
    roles = {"luis": Role.CONTENT_MANAGER, "beto": Role.DIGITAL_STRATEGIST, "carmen": Role.COORDINATOR}
    made = {name: cast.member(entity, name, name.capitalize(), role) for name, role in roles.items()}
    for network in ("x", "facebook"):
        account = register_account(
            entity=entity,
            network=network,
            handle="mincomercioco",
            remote_id=network,
            display_name="MinComercio",
            purpose="Cuenta institucional",
            root_mailbox="",
            by=made["carmen"],
            now=now,
        )
        connect_account(account=account, token="t", expires_at=None, by=made["carmen"], now=now)
    return made


@pytest.fixture
def news(people: dict[str, Member]) -> News:
    address = f"https://www.mincit.gov.co/prensa/noticias/{uuid4().hex}"
    luis, now = people["luis"], timezone.now()
    news = News.objects.create(
        entity=luis.entity,
        address=address,
        key=address,
        title="Las exportaciones crecieron",
        found_at=now,
        state=NewsState.INFORMED,
    )
    Informing.objects.create(news=news, by=luis, at=now)
    return news


@pytest.fixture
def draft(news: News, people: dict[str, Member]) -> Publication:
    publication = drafted(news, people["beto"], timezone.now())
    publication.adaptations.filter(account__network="facebook").update(skipped=True, skip_reason="Solo X")
    return publication


@pytest.fixture
def going(news: News, people: dict[str, Member]) -> Publication:
    return programmed(news, people["beto"], timezone.now(), due_at=timezone.now() + timedelta(hours=1))


def posting(browser: Client, path: str, data: dict[str, str]) -> Callable[[], int]:
    return lambda: browser.post(path, data).status_code


def clicks(person: Member, *forms: tuple[str, dict[str, str]]) -> list[int]:
    """Post the forms (path and data) at the same time from separate clients; return the sorted statuses."""
    acts = [posting(signed_in(person), path, data) for path, data in forms]
    return sorted(int(str(status)) for status in at_once(*acts))


def written(event_type: str, publication: Publication) -> int:
    return Event.objects.filter(event_type=event_type, ref=publication.ref.reference).count()


def test_a_double_click_drafts_once(news: News, people: dict[str, Member]) -> None:
    data = {"source": news.ref.reference, "key": str(uuid4())}
    assert clicks(people["beto"], *[("/publicaciones/borradores/", data)] * 3) == [DONE] * 3
    assert Publication.objects.filter(source_id=news.pk).count() == 1
    assert written("publication.drafted", Publication.objects.get(source_id=news.pk)) == 1


@pytest.mark.procedure("P-6")
def test_a_double_click_programs_once(draft: Publication, people: dict[str, Member]) -> None:
    path, data = f"/publicaciones/{draft.pk}/programacion/", sent(draft)
    assert clicks(people["beto"], *[(path, data)] * 3) == [DONE, REFUSED, REFUSED]
    assert deliveries_in(draft).count() == 1  # Facebook was left out
    assert written("publication.scheduled", draft) == 1


def test_one_programs_while_another_edits(draft: Publication, people: dict[str, Member]) -> None:
    data, beto = sent(draft), people["beto"]
    forms = [(f"/publicaciones/{draft.pk}/{act}/", data) for act in ("programacion", "textos")]
    assert clicks(beto, *forms) == [DONE, REFUSED]
    draft.refresh_from_db()
    assert draft.revision == 3  # the draft's edit, and one of the two
    assert (draft.state == "PROGRAMMED") == deliveries_in(draft).exists()


def test_two_tabs_move_once(going: Publication, people: dict[str, Member]) -> None:
    tabs = [sent(going, hour="23:58"), sent(going, hour="23:59")]
    path = f"/publicaciones/{going.pk}/programacion/"
    assert clicks(people["beto"], *((path, tab) for tab in tabs)) == [DONE, REFUSED]
    assert written("publication.rescheduled", going) == 1


def test_a_double_click_cancels_once(going: Publication, people: dict[str, Member]) -> None:
    path, data = f"/publicaciones/{going.pk}/cancelacion/", {"reason": "Cambió la cifra"}
    assert clicks(people["beto"], *[(path, data)] * 2) == [DONE, REFUSED]
    assert written("publication.cancelled", going) == 1


def test_a_double_click_answers_once_for_a_link(draft: Publication, people: dict[str, Member]) -> None:
    path = f"/publicaciones/{draft.pk}/enlace/aceptacion/"
    clicks(people["beto"], *[(path, {"reason": "Es nuestro"})] * 2)
    assert LinkAcceptance.objects.filter(publication=draft).count() == written("link.accepted", draft) == 1


@pytest.mark.procedure("P-1")
def test_a_double_click_informs_once(news: News, people: dict[str, Member]) -> None:
    candidate = News.objects.create(
        entity=news.entity, address=f"{news.address}/2", key=f"{news.key}/2", title="Otra", found_at=timezone.now()
    )
    path, data = f"/noticias/{candidate.pk}/informe/", {"reference": "7", "note": ""}
    assert clicks(people["luis"], *[(path, data)] * 2) == [DONE, REFUSED]
    assert Informing.objects.filter(news=candidate).count() == 1


def test_a_double_click_decides_once(going: Publication, people: dict[str, Member]) -> None:
    delivery = deliveries_in(going).order_by("pk")[0]
    for state in (DeliveryState.DUE, DeliveryState.SENDING, DeliveryState.UNCERTAIN, DeliveryState.NEEDS_PERSON):
        held = {"leased_by": "w", "leased_until": timezone.now()} if state == DeliveryState.SENDING else {}
        free = {} if held else {"leased_by": "", "leased_until": None}
        Delivery.objects.filter(pk=delivery.pk).update(state=state, **held, **free)
    Delivery.objects.filter(pk=delivery.pk).update(candidates=[{"remote_id": uuid4().hex, "url": "https://x.com/8"}])
    delivery.refresh_from_db()
    asked = {"attempt": str(delivery.attempts_made)}
    ours = {**asked, "remote_id": delivery.candidates[0]["remote_id"]}
    path = f"/envios/{delivery.pk}/decision/"
    one, other = (f"{path}salio/", ours), (f"{path}no-salio/", {**asked, "reason": "No está en la red"})
    assert clicks(people["beto"], one, other) == [DONE, REFUSED]
    assert Event.objects.filter(event_type="delivery.decided", ref=delivery.ref.reference).count() == 1


@pytest.mark.procedure("P-6")
@pytest.mark.parametrize("turn", range(3))
def test_what_is_cancelled_at_its_second_is_either_sent_or_stopped(
    going: Publication, people: dict[str, Member], turn: int
) -> None:
    delivery, moment = deliveries_in(going).get(account__network="x"), timezone.now() + timedelta(hours=1, minutes=1)
    Delivery.objects.filter(pk=delivery.pk).update(prepared_for=outgoing_of(delivery).fingerprint)
    Delivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.DUE)
    claims: list[object] = []
    beto = people["beto"]
    at_once(
        lambda: claims.extend(claim_batch(account_id=delivery.account_id, worker="w", limit=5, now=moment)),
        lambda: cancel_publication(publication=going, reason="Alto", by=beto, now=timezone.now()),
    )
    delivery.refresh_from_db()
    claimed = [work for work in claims if getattr(work, "delivery_id", None) == delivery.pk]
    assert (delivery.state == DeliveryState.SENDING) == bool(claimed)
    assert delivery.state in (DeliveryState.SENDING, DeliveryState.CANCELLED)
    assert delivery.attempts_made == len(claimed)


def test_two_processes_program_once(draft: Publication, people: dict[str, Member], database: str) -> None:
    from urllib.parse import urlencode

    session = signed_in(people["beto"]).cookies["sessionid"].value
    path, body = f"/publicaciones/{draft.pk}/programacion/", urlencode(sent(draft))
    environment = {**os.environ, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "pregonero.settings"}
    browsers = [
        subprocess.Popen(
            [sys.executable, "-c", BROWSER, session, path],
            cwd=ROOT,
            env=environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    for browser in browsers:
        assert browser.stdout is not None
        assert browser.stdout.readline() == "listo\n"
    for browser in browsers:
        assert browser.stdin is not None
        browser.stdin.write(f"\n{body}\n")
        browser.stdin.flush()
    assert sorted(int(browser.communicate(timeout=180)[0]) for browser in browsers) == [DONE, REFUSED]
    assert deliveries_in(draft).count() == 1  # Facebook was left out
    assert written("publication.scheduled", draft) == 1


def test_wrong_passwords_count_together_in_all_processes(people: dict[str, Member], database: str) -> None:
    wrong = {"login": people["luis"].user.email, "password": "otra-clave-que-no-es"}
    tries = f"""
import django; django.setup()
from django.test import Client
for _ in range(5):
    Client().post("/cuenta/login/", {wrong!r})
"""
    environment = {**os.environ, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "pregonero.settings"}
    subprocess.run([sys.executable, "-c", tries], cwd=ROOT, env=environment, check=True, timeout=300)
    right = {**wrong, "password": cast.PASSWORD}
    page = Client().post("/cuenta/login/", right)
    assert page.status_code == 200
    assert "demasiados intentos" in page.content.decode()
    other = {"login": people["beto"].user.email, "password": cast.PASSWORD}
    assert Client().post("/cuenta/login/", other).status_code == DONE


@pytest.mark.procedure("P-6")
def test_a_pause_waits_for_the_claim_that_is_being_made(people: dict[str, Member], going: Publication) -> None:
    beto = people["beto"]

    def pause() -> None:
        pause_everything(reason="Llegó una alerta.", by=beto, now=timezone.now())
        connection.close()

    with ThreadPoolExecutor(max_workers=1) as pool:
        with transaction.atomic():
            pause_lock.enter_send_section()  # as a claim does first
            pausing = pool.submit(pause)
            until(waits_at_the_gate, timeout=180)
            assert not pausing.done()
        pausing.result(timeout=180)
    resume_everything(by=beto, now=timezone.now())


@pytest.mark.procedure("M-3")
def test_who_holds_an_account_keeps_nobody_from_writing_of_it(people: dict[str, Member], news: News) -> None:
    """A worker that found the authorisation over tells people (it refers to the entity) while it holds the account; who
    drafts holds the entity, and refers to the account: each would wait for the other."""
    beto, account = people["beto"], Account.objects.get(network="x")

    def draft() -> None:
        drafted(news, beto, timezone.now())
        connection.close()

    with ThreadPoolExecutor(max_workers=1) as pool:
        with transaction.atomic():
            get_account(member=beto, pk=account.pk, for_update=True)
            pool.submit(draft).result(timeout=180)
        with transaction.atomic():
            pause_everything.__wrapped__(reason="Llegó una alerta.", by=beto, now=timezone.now())
            pool.submit(telling, beto).result(timeout=180)
    resume_everything(by=beto, now=timezone.now())


def telling(person: Member) -> None:
    with transaction.atomic():
        notify(
            members=[person],
            kind="prueba",
            ref=ObjectRef("member", person.pk, ""),
            title="t",
            path="/",
            now=timezone.now(),
        )
    connection.close()


def waits_at_the_gate() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return bool(cursor.fetchone()[0])
