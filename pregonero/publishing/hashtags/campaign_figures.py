"""How much the publications of a campaign used its hashtags, for its page (D-2, M-4)."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from pregonero.newsroom.campaign_models import Campaign
from pregonero.newsroom.campaigns.figures import CampaignFigure
from pregonero.publishing.hashtags.queries import HashtagFigures, hashtag_figures
from pregonero.publishing.hashtags.recognition import key_of


def figures_of(campaign: Campaign) -> list[CampaignFigure]:
    """Return how much each hashtag of a campaign was used on its days, by the publications of its news."""
    if not campaign.hashtags:
        return []
    zone = timezone.get_default_timezone()
    news = campaign.gathered_news.values("pk")
    since = datetime.combine(campaign.starts_on, time(), zone)
    until = datetime.combine(campaign.ends_on + timedelta(days=1), time(), zone)
    found = hashtag_figures(campaign.entity, since=since, until=until, sources=news)
    return [CampaignFigure(name, _uses(found.get(key_of(name)))) for name in campaign.hashtags]


def _uses(figures: HashtagFigures | None) -> str:
    """Return the uses in words: "1 publicación, 4 envíos"."""
    if figures is None:
        return "sin uso"
    publications = len(figures.publications)
    posts = f"{figures.posts} envío{'' if figures.posts == 1 else 's'}"
    return f"{publications} publicaci{'ón' if publications == 1 else 'ones'}, {posts}"
