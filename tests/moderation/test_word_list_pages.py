"""Pages of word lists: a version from its file to its life, Facebook's own list (FB-4), YouTube's review (YT-3)."""

import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from pregonero.moderation.list_files import read_list, starting_list
from pregonero.moderation.list_states import ListState
from pregonero.moderation.models import BlockedWordsReview, NetworkListReading, NetworkListWrite, WordListVersion
from pregonero.moderation.tasks import read_network_lists, try_list
from pregonero.networks.actions.register import register_account
from pregonero.networks.models import Account
from pregonero.people.models import Member
from tests.inbox.conftest import account_of, send_all
from tests.lab.process import Lab
from tests.moderation.conftest import Comment
from tests.moderation.test_word_lists import CRITICISM, INSULT, forced, shadowed, written

pytestmark = pytest.mark.procedure("N-4")
Visit = Callable[[Member], Client]


@pytest.fixture
def visit() -> Visit:
    """Return a function that opens a browser of its own for a person."""

    def sign_in(person: Member) -> Client:
        client = Client()
        client.force_login(person.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


def test_a_list_goes_from_a_file_to_being_in_force_with_two_people(
    visit: Visit, page: Account, ana: Member, carmen: Member, comment: Comment
) -> None:
    comment(CRITICISM)
    browser, base = visit(ana), f"/moderacion/listas/cuentas/{page.pk}/"
    assert "lista inicial para Colombia" in browser.get(base).content.decode()
    file = SimpleUploadedFile("lista.csv", "término;categoría\ngonorrea;INSULT\nmaricón;INSULT\n".encode("cp1252"))
    browser.post(base, {"terms": "", "file": file, "reason": "La primera"})
    version = WordListVersion.objects.get()
    own = version.get_absolute_url()
    assert [term[0] for term in version.terms] == ["gonorrea", "maricón"]
    try_list(version_id=version.pk)
    html = browser.get(own).content.decode()
    assert "critica a la entidad" in html and "Lo que esta lista no encuentra" in html
    assert "Faltan reglas de la comunidad." in html

    browser.post(f"{own}sombra/", {"reason": "A mirar"})
    assert "Pedir que entre en vigor" in browser.get(own).content.decode()
    browser.post(f"{own}vigencia/", {"reason": "Ya sirve"})
    assert "Confirmar y ponerla en vigor" not in browser.get(own).content.decode()
    assert "Confirmar y ponerla en vigor" in visit(carmen).get(own).content.decode()
    visit(carmen).post(f"{own}confirmacion/", {"reason": "De acuerdo"})
    version.refresh_from_db()
    assert (version.state, version.asked_by, version.confirmed_by) == (ListState.IN_FORCE, ana, carmen)


def test_a_bad_list_is_shown_again_with_the_line_of_each_problem(visit: Visit, page: Account, ana: Member) -> None:
    answer = visit(ana).post(
        f"/moderacion/listas/cuentas/{page.pk}/", {"terms": "gonorrea\nde\n🍑\n", "reason": "Otra"}
    )
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Línea 2: «de» es muy corto" in html and "Línea 3: «🍑» no tiene letras" in html
    assert "gonorrea\nde" in html and not WordListVersion.objects.exists()


def test_a_version_is_downloaded_and_read_again_the_same(visit: Visit, page: Account, ana: Member) -> None:
    version = written(page, ana)
    answer = visit(ana).get(f"{version.get_absolute_url()}archivo/")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert read_list(answer.content) == starting_list()


def test_a_step_without_reason_changes_nothing(visit: Visit, page: Account, ana: Member) -> None:
    version = written(page, ana, "gonorrea")
    answer = visit(ana).post(f"{version.get_absolute_url()}sombra/", {"reason": ""})
    assert answer.status_code == 422 and "Escribe por qué." in answer.content.decode()
    assert WordListVersion.objects.get().state == ListState.WRITTEN


def test_the_examples_of_a_trial_are_written_as_text(
    visit: Visit, page: Account, ana: Member, comment: Comment
) -> None:
    comment(f"<script>alert(1)</script> {INSULT}")
    html = visit(ana).get(shadowed(page, ana).get_absolute_url()).content.decode()
    assert "&lt;script&gt;" in html and "<script>alert" not in html


@pytest.mark.procedure("FB-4")
def test_the_list_of_the_page_is_compared_and_written_with_one_click(
    visit: Visit, page: Account, ana: Member, lab: Lab
) -> None:
    forced(page, ana, "gonorrea", "maricón")
    browser, base = visit(ana), f"/moderacion/listas/cuentas/{page.pk}/red/"
    assert "Todavía no la hemos leído." in browser.get(base).content.decode()
    read_network_lists(timestamp=0)
    assert "gonorrea, maricón" in browser.get(base).content.decode()

    browser.post(f"{base}escritura/")
    assert "Lista en camino." in browser.get(base).content.decode()
    send_all(page)
    assert NetworkListWrite.objects.get().done_at is not None
    read_network_lists(timestamp=0)
    assert NetworkListReading.objects.get().words == ["gonorrea", "maricón"]
    assert "iguales" in browser.get(base).content.decode()


@pytest.mark.procedure("FB-4")
def test_the_list_is_written_once_at_a_time_and_only_in_force(
    visit: Visit, page: Account, ana: Member, luis: Member
) -> None:
    browser, base = visit(ana), f"/moderacion/listas/cuentas/{page.pk}/red/"
    shadowed(page, ana, "gonorrea")
    assert browser.post(f"{base}escritura/").status_code == 409
    forced(page, ana, "pirobo")
    browser.post(f"{base}escritura/")
    assert browser.post(f"{base}escritura/").status_code == 409
    assert visit(luis).post(f"{base}escritura/").status_code in (403, 404)
    assert NetworkListWrite.objects.count() == 1


@pytest.mark.procedure("YT-3")
def test_the_review_of_the_month_says_what_changed_and_is_signed_once(
    visit: Visit, lab: Lab, ana: Member, carmen: Member, settings: Settings
) -> None:
    channel = account_of(lab, "youtube", carmen, settings)
    browser, base = visit(ana), f"/moderacion/listas/cuentas/{channel.pk}/revision/"
    assert "Pon una en vigor" in browser.get(base).content.decode()
    forced(channel, ana, "gonorrea", "hijo de puta")
    html = browser.get(base).content.decode()
    assert "gonorrea, hijo de puta</textarea>" in html
    assert "revisión del mes pendiente" in browser.get("/moderacion/listas/").content.decode()
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', html)
    assert seen is not None

    assert browser.post(base, {"seen": seen[1]}).status_code == 422, "nobody said that the text was pasted"
    forced(channel, ana, "gonorrea", "pirobo")
    changed = browser.post(base, {"seen": seen[1], "pasted": "on"})
    assert "La lista cambió" in changed.content.decode() and not BlockedWordsReview.objects.exists()
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', browser.get(base).content.decode())
    assert seen is not None
    browser.post(base, {"seen": seen[1], "pasted": "on", "note": "Sin novedad"})
    review = BlockedWordsReview.objects.get()
    assert (review.added, review.removed, review.by) == (["gonorrea", "pirobo"], [], ana)
    assert review.month == timezone.localdate().replace(day=1)
    assert "está firmada" in browser.get(base).content.decode()
    assert "revisión del mes pendiente" not in browser.get("/moderacion/listas/").content.decode()
    assert browser.post(base, {"seen": seen[1], "pasted": "on"}).status_code == 409


def test_a_network_without_a_list_of_its_own_has_no_such_page(
    visit: Visit, page: Account, ana: Member, dario: Member
) -> None:
    assert visit(ana).get(f"/moderacion/listas/cuentas/{page.pk}/revision/").status_code == 404
    assert visit(dario).get(f"/moderacion/listas/cuentas/{page.pk}/").status_code == 404


def test_the_list_of_accounts_asks_the_same_questions_of_two_as_of_eight(
    visit: Visit, page: Account, ana: Member, carmen: Member
) -> None:
    def queries_of(count: int) -> int:
        while Account.objects.filter(entity=ana.entity).count() < count:
            number = Account.objects.count()
            account = register_account(
                entity=ana.entity,
                network="mastodon",
                handle=f"cuenta{number}",
                remote_id=f"{number}",
                root_mailbox="",
                display_name="Cuenta",
                purpose="Institucional",
                by=carmen,
                now=timezone.now(),
            )
            forced(account, ana, "gonorrea")
        browser = visit(ana)
        browser.get("/moderacion/listas/")
        with CaptureQueriesContext(connection) as asked:
            assert browser.get("/moderacion/listas/").status_code == 200
        return len(asked)

    assert queries_of(2) == queries_of(8)
