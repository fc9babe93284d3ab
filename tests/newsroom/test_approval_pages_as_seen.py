"""The pages of approvals with axe, at two widths, and in text browsers (N-6, D-4)."""

from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pregonero.newsroom.approvals.actions.guests import invite_guest
from pregonero.newsroom.approvals.links import phone_path
from pregonero.newsroom.pieces.actions import write_note
from pregonero.people.models import Entity, Member
from pregonero.people.roles import Role
from tests.conftest import member
from tests.films import picture as film_picture
from tests.newsroom.approvals import send
from tests.newsroom.factories import inform
from tests.newsroom.pieces import photograph, version_of
from tests.ui.browser import Answer, answers_of, faults_by_page
from tests.ui.test_text_browser import BROWSERS
from tests.ui.test_text_browser import read as read_as_text


@pytest.fixture
def pages(entity: Entity, luis: Member, ana: Member, carmen: Member) -> dict[str, Answer]:
    """Return the pages of a piece that waits, with a note and a guest, of one that was sent, and those of a guest."""
    now: datetime = timezone.now()
    rosa, news = member(entity, "rosa", "Rosa Ibáñez", Role.PRODUCER), inform(luis)
    waiting, sent = photograph(news, rosa), photograph(news, rosa)
    phone = photograph(news, rosa)
    _, code = invite_guest(version=version_of(waiting), name="Elena Paz", by=carmen, now=now)
    write_note(version=version_of(waiting), text="El logo es el viejo", must_change=True, by=ana, now=now)
    send(sent, carmen, now)
    client, outside = Client(), Client()
    client.force_login(carmen.user)
    inside = [
        reverse("newsroom:approval", args=[waiting.pk]),
        reverse("newsroom:approval", args=[sent.pk]),
        reverse("newsroom:approval", args=[phone.pk]),
        reverse("newsroom:record_approval", args=[waiting.pk]),
        phone_path(version_of(phone), now=now),
        "/",
    ]
    public = [reverse("public:guest_piece", args=[entity.slug, code])]
    answers = answers_of(client, inside) | answers_of(outside, public)
    picture = Answer(200, {"Content-Type": "image/png"}, film_picture("PNG", (1200, 900)))
    for file in (reverse("media:file", args=[version_of(phone).medium_id]), f"{public[0]}archivo/"):
        answers[file] = picture
    assert {answer.status for answer in answers.values()} == {200}
    return answers


@pytest.mark.procedure("N-6")
def test_axe_finds_no_faults(pages: dict[str, Answer]) -> None:
    paths = [path for path, page in pages.items() if page.headers["Content-Type"] != "image/png"]
    assert faults_by_page(pages, paths, schemes=("light", "dark")) == {}


@pytest.mark.procedure("D-4")
@pytest.mark.parametrize("reader", BROWSERS)
def test_the_pages_work_in_a_text_browser(pages: dict[str, Answer], reader: str, tmp_path: Path) -> None:
    written = {path: page for path, page in pages.items() if page.headers["Content-Type"] != "image/png"}
    texts = {path: " ".join(read_as_text(reader, page.body, tmp_path).split()) for path, page in written.items()}
    (guest,) = (text for path, text in texts.items() if path.startswith("/publico/"))
    assert "Estoy de acuerdo" in guest
    assert "Dejar la nota" in guest
    (phone,) = (text for path, text in texts.items() if "/aprobar/" in path)
    assert "Sí, aprobar la versión 1" in phone
