"""The pages of needs with axe, at two widths, and in text browsers (N-6, D-4)."""

from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from pregonero.newsroom.campaigns.actions import CampaignPlan, gather, open_campaign
from pregonero.newsroom.models import News
from pregonero.newsroom.need_models import NeedKind, NeedState
from pregonero.newsroom.needs.actions import AttachedFile, ask_need, decide_need, tie_news
from pregonero.people.models import Entity, Member
from tests.newsroom.factories import inform
from tests.newsroom.needs import asked
from tests.ui.browser import Answer, answers_of, faults_by_page
from tests.ui.test_text_browser import BROWSERS
from tests.ui.test_text_browser import read as read_as_text


@pytest.fixture
def pages(entity: Entity, luis: Member, ana: Member) -> dict[str, Answer]:
    """Return the pages of needs with all their elements, inside and outside."""
    now = timezone.now()
    files = [AttachedFile("Cifras de hoteles.pdf", b"%PDF-1.7")]
    told = ask_need(entity=entity, request=asked(wanted_on=date(2026, 12, 15)), files=files, by=None, now=now)
    other = asked(
        title="Feria del cacao", kind=NeedKind.NEWS, area="Dirección de MiPymes", wanted_on=date(2026, 12, 12)
    )
    ask_need(entity=entity, request=other, by=luis, now=now)
    answer = "Lo contamos el martes, con la historia de un hotel de Mompox."
    decide_need(need=told, state=NeedState.ACCEPTED, answer=answer, look_again_on=None, by=ana, now=now)
    tie_news(need=told, news=inform(luis), by=ana, now=now)
    plan = CampaignPlan("Turismo de fin de año", "Que viajen.", date(2026, 12, 1), date(2027, 1, 10), ["#Viaja"])
    campaign = open_campaign(plan=plan, by=ana, now=now)
    gather(campaign=campaign, things=[told, News.objects.get()], by=ana, now=now)
    client, outside = Client(), Client()
    client.force_login(ana.user)
    inside = [
        "/campanas/",
        campaign.get_absolute_url(),
        "/campanas/nueva/",
        "/necesidades/",
        "/necesidades/?estado=todas",
        "/necesidades/nueva/",
        told.get_absolute_url(),
    ]
    public = [f"/publico/{entity.slug}/necesidades/", f"/publico/{entity.slug}/necesidades/{told.code}/"]
    answers = answers_of(client, inside) | answers_of(outside, public)
    assert {answer.status for answer in answers.values()} == {200}
    return answers


@pytest.mark.procedure("N-6")
def test_axe_finds_no_faults(pages: dict[str, Answer]) -> None:
    assert faults_by_page(pages, list(pages)) == {}


@pytest.mark.procedure("D-4")
@pytest.mark.parametrize("reader", BROWSERS)
def test_the_pages_work_in_a_text_browser(pages: dict[str, Answer], reader: str, tmp_path: Path) -> None:
    texts = {path: " ".join(read_as_text(reader, page.body, tmp_path).split()) for path, page in pages.items()}
    assert "Feria del cacao" in texts["/necesidades/"]
    (answered,) = (text for path, text in texts.items() if path.startswith("/publico/") and "Se cuenta." in text)
    assert "con la historia de un hotel de Mompox" in answered
