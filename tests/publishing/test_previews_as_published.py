"""A preview and the network's own public page show the same text, the same card and the same pictures (D-1)."""

from typing import Any

import pytest
from django.template.loader import select_template
from django.utils import timezone
from lxml import html

from pregonero.newsroom.models import News
from pregonero.outbox import sender
from pregonero.outbox.actions.claim import claim_batch
from pregonero.outbox.actions.prepare import promote_due
from pregonero.outbox.models import Delivery
from pregonero.people.models import Member
from pregonero.publishing.previews import previews_of
from pregonero.publishing.sources import source_of
from tests.lab.process import Lab
from tests.publishing.results import send_delivery
from tests.stage import adaptation_of, deliveries_in, informed_news, programmed, register_accounts

pytestmark = pytest.mark.procedure("D-1", "P-6")
PAGE = "/sitio/prensa/noticias/comercio/exportaciones-no-mineras-crecieron"
TITLE = "Exportaciones no mineras crecieron 8,4 %"


@pytest.fixture
def addresses(lab: Lab, settings: Any) -> None:
    settings.NETWORK_ADDRESSES = {
        "x": f"{lab.url}/x",
        "facebook": f"{lab.url}/graph",
        "mastodon": f"{lab.url}/mastodon",
        "youtube": f"{lab.url}/youtube",
    }
    settings.PRIVATE_ADDRESSES_ALLOWED = ["127.0.0.1"]


def news_of_the_site(lab: Lab, luis: Member, *, with_media: bool) -> News:
    """Return an informed news item whose page is on the lab's website."""
    news = informed_news(lab, luis, timezone.now(), title=TITLE, with_media=with_media)
    address = lab.url + PAGE
    News.objects.filter(pk=news.pk).update(address=address, key=address)
    news.refresh_from_db()
    return news


def published(news: News, ana: Member) -> Delivery:
    delivery = deliveries_in(programmed(news, ana, timezone.now())).get()
    promote_due(now=timezone.now())
    sender.prepare_delivery(delivery_id=delivery.pk, worker="worker-1")
    for job in claim_batch(account_id=delivery.account_id, worker="worker-1", limit=10, now=timezone.now()):
        send_delivery(job)
    delivery.refresh_from_db()
    assert delivery.state == "PUBLISHED", delivery.reason
    return delivery


def words(elements: list[Any]) -> str:
    """Return the words of the first element, with each shortened link whole and without what only we say."""
    if not elements:
        return ""
    element = elements[0]
    for marked in element.xpath(".//*[@title]"):
        marked.text = marked.get("title")
    for ours in element.xpath(".//*[contains(@class, 'pv-more') or contains(@class, 'sr')]"):
        ours.drop_tree()
    return " ".join(element.text_content().split())


@pytest.mark.parametrize(
    ("network", "with_media", "has_card"),
    [
        ("x", False, True),
        ("x", True, False),
        ("facebook", False, True),
        ("mastodon", False, True),
        ("mastodon", True, False),
        ("youtube", True, False),
    ],
)
def test_a_preview_shows_what_the_network_shows(
    lab: Lab,
    addresses: None,
    carmen: Member,
    luis: Member,
    ana: Member,
    media_folder: Any,
    network: str,
    with_media: bool,
    has_card: bool,
) -> None:
    register_accounts(lab, carmen, timezone.now(), (network,))
    delivery = published(news_of_the_site(lab, luis, with_media=with_media), ana)
    page = html.fromstring(lab.client.get(delivery.url).text)
    adaptation = adaptation_of(delivery)
    (preview,) = previews_of(adaptation, source_of(adaptation.publication))
    seen = html.fromstring(select_template(preview.templates).render({"preview": preview}))

    assert words(seen.xpath("//*[@class='pv-text']")) == words(page.xpath("//article[contains(@class, 'whole')]/p"))
    card = words(seen.xpath("//*[contains(@class, 'pv-card ')]//b"))
    assert card == words(page.xpath("//*[@class='link-card']/b")) == (TITLE if has_card else "")
    kinds = ["video" if medium.is_video else "img" for medium in preview.media]
    assert kinds == [each.tag for each in page.xpath("//*[contains(@class, 'media ')]/*")]
    if network == "youtube":
        assert words(seen.xpath("//*[@class='pv-who']/b")) == words(page.xpath("//article/h1"))
