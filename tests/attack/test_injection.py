"""Text from people, websites and networks never becomes markup in a page, nor a line of the log."""

import json
import logging
import logging.config
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Model
from django.test import RequestFactory

from pregonero import logs
from pregonero.media.models import Medium
from pregonero.networks.base import ApiCredentials
from pregonero.networks.models import Account
from pregonero.newsroom.models import Dismissal, Informing, News, NewsState, NewsVersion, Source
from pregonero.outbox.models import Delivery
from pregonero.people.models import Entity, Member, Notice
from pregonero.people.roles import Role
from pregonero.publishing.actions import accept_link, cancel_publication
from pregonero.publishing.models import Adaptation, Attachment, Publication
from tests.attack.conftest import Stage, signed_in
from tests.conftest import NOW
from tests.stage import drafted

HOOK = "<x-anzuelo onx=1>"
EVIL = f"\"'`>{HOOK}</textarea></title></script>&lt;x-anzuelo&gt;{{{{1337*7331}}}}{{% now %}}"
FILLED: tuple[tuple[type[Model], tuple[str, ...]], ...] = (
    (News, ("title", "summary", "body", "section", "reference", "guid", "picture_alt")),
    (NewsVersion, ("title", "summary", "body")),
    (Informing, ("reference", "note")),
    (Source, ("name", "problem")),  # a problem comes with its hour, below
    (Medium, ("alt",)),
    (Account, ("handle", "display_name", "purpose")),
    (Member, ("name",)),
    (Entity, ("name",)),
    (Notice, ("title", "why")),
    (Publication, ("title", "why", "theme")),
    (Adaptation, ("text", "title", "skip_reason")),
    (Attachment, ("alt",)),
    (Delivery, ("reason",)),
)


@pytest.fixture
def poisoned(stage: Stage) -> Stage:
    """Put markup into every text column that a person, a website or a network writes."""
    beto = stage.people[Role.DIGITAL_STRATEGIST]
    other = drafted(stage.informed, beto, NOW)
    accept_link(publication=other, reason=EVIL, by=beto, now=NOW)
    cancel_publication(publication=other, reason=EVIL, by=beto, now=NOW)
    Dismissal.objects.create(news=stage.candidate, by=beto, at=NOW, reason=EVIL)
    News.objects.filter(pk=stage.candidate.pk).update(state=NewsState.DISMISSED)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for model, names in FILLED:
            sizes = {name: getattr(model._meta.get_field(name), "max_length", None) for name in names}
            model._default_manager.update(**{name: EVIL[:size] for name, size in sizes.items()})
        Attachment.objects.exclude(captions_missing_by=None).update(captions_missing_because=EVIL[:300])
        Source.objects.update(checked_at=NOW)
        Delivery.objects.filter(pk=stage.undecided.pk).update(
            candidates=[{"remote_id": EVIL, "url": f"https://x.com/{EVIL}"}]
        )
        cursor.execute("SET session_replication_role = origin")
    return stage


@pytest.mark.parametrize("role", [Role.DIGITAL_STRATEGIST, Role.CONTENT_MANAGER, Role.COORDINATOR])
def test_stored_text_never_becomes_markup(poisoned: Stage, role: Role) -> None:
    client = signed_in(poisoned.people[role])
    day = poisoned.programmed.due_at
    assert day is not None
    paths = [
        "/",
        "/parrilla/",
        f"/parrilla/{day:%Y-%m-%d}/",
        "/publicaciones/nueva/",
        "/entidad/",
        "/noticias/",
        f"/publicaciones/nueva/?fuente=news:{poisoned.informed.pk}",
        "/noticias/?estado=informadas",
        "/noticias/?estado=descartadas",
        "/noticias/fuentes/",
        *(f"/noticias/{news.pk}/" for news in (poisoned.informed, poisoned.candidate)),
        *(
            f"/publicaciones/{publication.pk}/{end}"
            for publication in Publication.objects.all()
            for end in ("", "editor/")
        ),
        *(f"/noticias/fuentes/{poisoned.source.pk}/{end}/" for end in ("retiro", "regla")),
    ]
    seen = 0
    for path in paths:
        response = client.get(path)
        page = response.content.decode()
        assert response.status_code in {200, 403}, path
        assert "<x-anzuelo" not in page, path
        assert str(1337 * 7331) not in page, path  # long enough that no random token of a page holds it
        seen += "x-anzuelo" in page
    assert seen > len(paths) // 2  # it is shown, as text


def test_refusal_escapes_the_submitted_text(stage: Stage) -> None:
    client = signed_in(stage.people[Role.CONTENT_MANAGER])
    page = client.post("/noticias/informe/", {"address": f"https://ajeno.example/{HOOK}", "note": EVIL})
    assert page.status_code == 422
    assert "<x-anzuelo" not in page.content.decode()


def test_an_error_in_the_log_is_one_line_without_the_secrets_at_hand(capfd: pytest.CaptureFixture[str]) -> None:
    logging.config.dictConfig(logs.configuration())
    access = ApiCredentials("1", "h", "https://x", token="ficha-secreta-9")

    def call(password: str, request: object) -> None:
        raise RuntimeError('no salió\n{"event": "falso"}')

    try:
        call("clave-secreta-9", RequestFactory().post("/", {"password": "clave-secreta-9"}))
    except RuntimeError:
        logging.getLogger("pregonero.x").exception('pasó\r\n{"event": "falso"} %s', access)
    lines = capfd.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    told = json.loads(lines[0])
    assert told["level"] == "error"
    assert told["exception"][0]["frames"][-1]["name"] == "call"
    assert "secreta-9" not in lines[0]


def test_error_page_shows_no_internals(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise RuntimeError("detalle-interno")

    monkeypatch.setattr("pregonero.reports.views.expediente.expediente_of", broken)
    response = signed_in(stage.people[Role.AUDITOR]).get(f"/publicaciones/{stage.draft.pk}/")
    page = response.content.decode()
    assert response.status_code == 500
    for inside in ("detalle-interno", "Traceback", "settings", str(Path.cwd()), "RuntimeError"):
        assert inside not in page
