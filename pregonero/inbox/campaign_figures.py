"""What people wrote under what a campaign published (M-4)."""

from django.db.models import Count, Q

from pregonero.inbox.models import Conversation
from pregonero.inbox.states import ConversationState
from pregonero.newsroom.campaign_models import Campaign
from pregonero.newsroom.campaigns.figures import CampaignFigure
from pregonero.publishing.campaign_figures import publications_of


def figures_of(campaign: Campaign) -> list[CampaignFigure]:
    """Return how many conversations are under the publications of a campaign, and how many wait, in one query."""
    under = Conversation.objects.filter(
        entity_id=campaign.entity_id,
        subject_kind="publication",
        subject_id__in=publications_of(campaign).values("pk"),
    )
    counts = under.aggregate(all=Count("pk"), waiting=Count("pk", filter=Q(state=ConversationState.OPEN)))
    waiting = f", {counts['waiting']} sin responder" if counts["waiting"] else ""
    return [CampaignFigure("Conversaciones", f"{counts['all']}{waiting}")]
