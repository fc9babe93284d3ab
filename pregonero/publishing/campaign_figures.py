"""What a campaign published: its publications, what went out on each network, and its live events (M-4)."""

from django.db.models import Count, QuerySet

from pregonero.networks.models import Account
from pregonero.newsroom.campaign_models import Campaign
from pregonero.newsroom.campaigns.figures import CampaignFigure
from pregonero.outbox.models import Delivery
from pregonero.outbox.states import PUBLIC
from pregonero.publishing.live.live_models import LiveEvent, LiveState
from pregonero.publishing.models import Publication, PublicationState
from pregonero.spanish_lists import joined


def publications_of(campaign: Campaign) -> QuerySet[Publication]:
    """Return the publications of the news of a campaign, without the cancelled ones."""
    news = campaign.gathered_news.values("pk")
    publications = Publication.objects.filter(entity_id=campaign.entity_id, source_kind="news", source_id__in=news)
    return publications.exclude(state=PublicationState.CANCELLED)


def figures_of(campaign: Campaign) -> list[CampaignFigure]:
    """Return the figures of what a campaign published, in three queries."""
    publications = publications_of(campaign)
    deliveries = Delivery.objects.filter(
        subject_kind="publication", subject_id__in=publications.values("pk"), position=0, state__in=PUBLIC
    )
    by_network = deliveries.values("account__network").annotate(out=Count("pk")).order_by("-out", "account__network")
    rows = [(_label(row["account__network"]), row["out"]) for row in by_network]
    events = LiveEvent.objects.filter(
        entity_id=campaign.entity_id, source_kind=campaign.ref.kind, source_id=campaign.pk
    ).exclude(state=LiveState.CANCELLED)
    networks = joined([f"{out} en {label}" for label, out in rows])
    return [
        CampaignFigure("Publicaciones", str(publications.count())),
        CampaignFigure("Salieron a las redes", f"{sum(out for _, out in rows)}: {networks}" if rows else "ninguna"),
        CampaignFigure("Transmisiones en vivo", str(events.count())),
    ]


def _label(network: str) -> str:
    return str(Account(network=network).get_network_display())
