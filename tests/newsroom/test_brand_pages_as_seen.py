"""The pages of the manual of visual identity with axe, at two widths, and in text browsers (N-6, D-4)."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from pregonero.newsroom.brand import queries
from pregonero.newsroom.brand.actions import ServerPlan, save_reading, save_server, set_validity
from pregonero.newsroom.brand.mirror import Reading, read_server
from pregonero.newsroom.brand_models import BrandFile
from pregonero.people.models import Member
from tests.newsroom.brand_servers import PASSWORD, PDF, USER, sftp_server
from tests.newsroom.test_brand_files import picture
from tests.ui.browser import Answer, answers_of, faults_by_page
from tests.ui.test_text_browser import BROWSERS
from tests.ui.test_text_browser import read as read_as_text


@pytest.fixture
def pages(carmen: Member, settings: Settings, tmp_path: Path) -> dict[str, Answer]:
    """Return the pages of the manual with all their elements."""
    settings.MEDIA_FOLDER = tmp_path / "media"
    (root := tmp_path / "sftp").mkdir()
    now = timezone.now()
    with sftp_server(root) as server:
        settings.PRIVATE_ADDRESSES_ALLOWED = [server.authority]
        server.put("Manual de identidad visual 2026.pdf", PDF)
        server.put("Plantillas/Redes/Pieza cuadrada hasta 2026-12-31.png", picture())
        server.put("Plantillas/Redes/Pieza vertical.png", picture())
        server.put("Plantillas/2022/Pieza hasta 2022-12-31.png", picture())
        server.put("Logos/logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>")
        plan = ServerPlan("SFTP", "127.0.0.1", server.port, USER, password=PASSWORD)
        saved = save_server(plan=plan, by=carmen, now=now)
        save_reading(server=saved, reading=read_server(server.login(), {}), now=now)
        down = Reading(is_complete=False, problem="El servidor no responde.")
        save_reading(server=saved, reading=down, now=now + timedelta(hours=1))
        file = BrandFile.objects.get(path__endswith="vertical.png")
        set_validity(file=file, valid_from=date(2026, 1, 1), valid_until=date(2026, 12, 31), by=carmen, now=now)
        client = Client()
        client.force_login(carmen.user)
        expired = BrandFile.objects.get(path__contains="2022-12")
        paths = [
            reverse("newsroom:brand"),
            reverse("newsroom:brand_server"),
            reverse("newsroom:disconnect_brand_server"),
            file.get_absolute_url(),
            expired.get_absolute_url(),
        ]
        answers = answers_of(client, paths)
        assert queries.server_of(carmen.entity) is not None
    assert {answer.status for answer in answers.values()} == {200}
    return answers


@pytest.mark.procedure("N-6")
def test_axe_finds_no_faults(pages: dict[str, Answer]) -> None:
    assert faults_by_page(pages, list(pages)) == {}


@pytest.mark.procedure("D-4")
@pytest.mark.parametrize("reader", BROWSERS)
def test_the_pages_work_in_a_text_browser(pages: dict[str, Answer], reader: str, tmp_path: Path) -> None:
    texts = {path: " ".join(read_as_text(reader, page.body, tmp_path).split()) for path, page in pages.items()}
    text = texts[reverse("newsroom:brand")]
    assert "Manual de identidad visual 2026.pdf" in text
    assert "venció el 31/12/2022" in text
    assert "El SVG trae programas adentro" in text
    assert "El servidor no responde." in text
