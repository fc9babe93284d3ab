"""The figures of a campaign: what it published on each network, its live events and its conversations (M-4)."""

from datetime import datetime

import pytest
from django.test import Client
from django.utils import timezone

from pregonero.networks.models import Account
from pregonero.newsroom.campaigns.actions import CampaignPlan, gather, open_campaign
from pregonero.newsroom.campaigns.figures import figures_of
from pregonero.newsroom.models import News
from pregonero.outbox.states import DeliveryState
from pregonero.people.models import Member
from tests.publishing.live.events import planned
from tests.publishing.test_states import put
from tests.stage import deliveries_in, programmed


@pytest.mark.procedure("M-4")
def test_figures_count_what_went_out_on_each_network_and_nothing_of_other_news(
    accounts: dict[str, Account], news: News, beto: Member, now: datetime
) -> None:
    day, at = timezone.localdate(now), timezone.now()
    campaign, other = (
        open_campaign(plan=CampaignPlan(name, "Que se sepa.", day, day), by=beto, now=now) for name in ("Una", "Otra")
    )
    gather(campaign=campaign, things=[news], by=beto, now=now)
    publication = programmed(news, beto, at)
    for network in ("x", "facebook"):
        put(deliveries_in(publication).get(account=accounts[network]), DeliveryState.PUBLISHED)
    planned(beto, [accounts["youtube"]], now, source=campaign.ref)

    shown = {figure.name: figure.value for figure in figures_of(campaign)}
    assert shown == {
        "Publicaciones": "1",
        "Salieron a las redes": "2: 1 en Facebook y 1 en X",
        "Transmisiones en vivo": "1",
        "Conversaciones": "0",
    }
    assert [figure.value for figure in figures_of(other)] == ["0", "ninguna", "0", "0"]
    client = Client()
    client.force_login(beto.user)
    assert "2: 1 en Facebook y 1 en X" in client.get(campaign.get_absolute_url()).content.decode()
